"""What a script sent beside a sentence, for scripts that look for it again."""

from django.db import models

from labeling.models.sentence import Sentence


class TaskData(models.Model):
    """What a task had beside its text when it was imported through the API: its `data`, its `meta`, its `predictions`.

    Each prediction has `result`, `score` and `model_version`, as it was sent. It is told again and nothing else: the
    queue, and what annotators see, go by the project's own model.
    """

    sentence = models.OneToOneField(Sentence, primary_key=True, on_delete=models.CASCADE, related_name="task_data")
    data = models.JSONField(default=dict, blank=True)
    meta = models.JSONField(default=dict, blank=True)
    predictions = models.JSONField(default=list, blank=True, db_default=[])

    def __str__(self) -> str:
        return f"{self.sentence_id}: {self.data}"
