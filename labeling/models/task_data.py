"""What a script sent beside a sentence, for scripts that look for it again."""

from django.db import models

from labeling.models.sentence import Sentence


class TaskData(models.Model):
    """The fields of a task as it was imported through the API: its `data` without the text, and its `meta`."""

    sentence = models.OneToOneField(Sentence, primary_key=True, on_delete=models.CASCADE, related_name="task_data")
    data = models.JSONField(default=dict, blank=True)
    meta = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"{self.sentence_id}: {self.data}"
