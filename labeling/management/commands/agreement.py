"""Measure how far annotators agree."""

from typing import Any

from django.core.management.base import CommandParser

from labeling import jobs
from labeling.management.finding import project_called
from labeling.management.speaking import SpeakingCommand
from labeling.management.waiting import wait_for
from labeling.models import AgreementReport, Kind


class Command(SpeakingCommand):
    help = (
        "Measure how far a project's annotators agree: Krippendorff's alpha, Fleiss' kappa, Gwet's AC1 and the share "
        "of answers that agree, each with its interval, its n, and a reason where it is not defined. The figures are "
        "of all sentences; `populations` has those of the audit sample alone, the only unbiased ones, and of the "
        "sentences that a model chose."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the project's short name")

    def do(self, **options: Any) -> dict[str, Any]:
        run = wait_for(jobs.owe(project=project_called(options["slug"]), kind=Kind.AGREE, by=None))
        report = AgreementReport.objects.get(pk=run.result["report"])
        populations = {name: figures for name, figures in report.figures.items() if name != "all"}
        return {**report.figures["all"], "populations": populations, "revision": report.revision}
