"""Measure how far annotators agree."""

from typing import Any

from django.core.management.base import CommandParser

from labeling import jobs
from labeling.management.agreement_words import in_words
from labeling.management.finding import project_called
from labeling.management.speaking import SpeakingCommand
from labeling.management.waiting import wait_for
from labeling.models import AgreementReport, Kind

# Not groups of sentences.
APART = ("all", "repeats")


class Command(SpeakingCommand):
    help = (
        "Measure how far a project's annotators agree: Krippendorff's alpha, Fleiss' kappa, Gwet's AC1 and the share "
        "of answers that agree, each with its interval, its n, and a reason where it is not defined. The figures are "
        "of all sentences; `populations` has those of the audit sample alone, the only unbiased ones, of the "
        "sentences that a model chose, of each language, and of those with and without a suggestion. `confusions` says "
        "which labels were given to the same sentences, `weeks` how it went, `repeats` how often the same person gave "
        "the same label again."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the project's short name")

    def do(self, **options: Any) -> dict[str, Any]:
        run = wait_for(jobs.owe(project=project_called(options["slug"]), kind=Kind.AGREE, by=None))
        report = AgreementReport.objects.get(pk=run.result["report"])
        return {
            **report.figures["all"],
            "populations": {name: figures for name, figures in report.figures.items() if name not in APART},
            "repeats": report.figures["repeats"],
            "confusions": report.confusions,
            "weeks": report.weeks,
            "revision": report.revision,
        }

    def in_words(self, done: dict[str, Any]) -> str:
        return in_words(done)
