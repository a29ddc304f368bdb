"""How far annotators agree, as it was measured at one data revision."""

from typing import ClassVar

from django.db import models

from labeling.models.project import Project

# The name of a population that holds the sentences of one language begins so.
LANGUAGE = "lang_"


class AgreementReport(models.Model):
    """`figures` maps a population to figures by name, each with value, low, high and n.

    Populations are `audit`, `chosen` and `all`, and LANGUAGE with its code for each language where there are several.
    `confusions`, `weeks` and `people` are what `flow.agree` says of them.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="agreement_reports")
    revision = models.PositiveBigIntegerField()
    figures = models.JSONField(default=dict)
    confusions = models.JSONField(default=list)
    weeks = models.JSONField(default=list)
    people = models.JSONField(default=dict)
    measured_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.project_id} at {self.revision}"
