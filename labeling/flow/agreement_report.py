"""What the agreement page says: the last report, a population at a time, with a verdict in words."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from labeling.flow import progress
from labeling.flow.figure import Figure, figure, part
from labeling.models import LANGUAGE, AgreementReport, Kind, Label, Project, Run

# Krippendorff, "Content Analysis", ch. 11: .667 allows tentative conclusions, .80 is the customary demand.
USABLE, RELIABLE = 0.667, 0.80
# With fewer sentences than this a perfect alpha may be luck, and its bootstrap interval says nothing: it has no width.
LEAST_UNITS = 30
POPULATIONS: dict[str, Promise] = {
    "audit": _("The audit sample (drawn by lot)"),
    "chosen": _("Sentences that the model chose"),
    "all": _("All sentences together"),
}
SUGGESTED: dict[str, Promise] = {
    "shown": _("Sentences of which an answer came after a suggestion"),
    "unshown": _("Sentences without a suggestion, outside the audit sample"),
}
MEASURES: dict[str, Promise] = {
    "krippendorff_alpha": _("Krippendorff's alpha"),
    "fleiss_kappa": _("Fleiss' kappa"),
    "gwet_ac1": _("Gwet's AC1"),
    "percent": _("Share of answers that agree"),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two annotators, how far they agree beyond chance, and how often, on the sentences that both answered."""

    first: User
    second: User
    kappa: Figure
    percent: Figure


@dataclass(frozen=True, slots=True)
class Population:
    """One group of sentences: its measures by name, alpha by label, and what alpha comes to.

    `lacking`: so many sentences more must have two answers before alpha has a verdict.
    """

    name: Promise | str
    measures: list[tuple[Promise, Figure]]
    per_label: list[tuple[Label, Figure]]
    verdict: str
    lacking: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """`pairs`: every two annotators who answered a sentence in common, those who agree least first."""

    report: AgreementReport | None
    populations: list[Population]
    pairs: list[Pair]
    last: Run | None
    n_disputed: int


def report(project: Project) -> Agreement:
    """The latest report with what is open beside it, in five queries."""
    latest = AgreementReport.objects.filter(project=project).first()
    labels = list(project.labels.all())
    figures = latest.figures if latest else {}
    return Agreement(
        report=latest,
        populations=[
            _population(name, part(figures, key), labels) for key, name in _names().items() if part(figures, key)
        ],
        pairs=_pairs(part(figures, "all", "pairs")),
        last=Run.objects.filter(project=project, kind=Kind.AGREE).first(),
        n_disputed=progress.counted(project.pk).disputed,
    )


def _names() -> dict[str, Promise | str]:
    return {**POPULATIONS, **{LANGUAGE + code: language for code, language in settings.LANGUAGES}, **SUGGESTED}


def _pairs(found: object) -> list[Pair]:
    told = found if isinstance(found, list) else []
    names = {one[side] for one in told for side in ("first", "second")}
    people = {user.username: user for user in User.objects.filter(username__in=names)}
    pairs = [
        Pair(people[one["first"]], people[one["second"]], figure(one["cohen_kappa"]), figure(one["percent"]))
        for one in told
        # An account may have been renamed since.
        if one["first"] in people and one["second"] in people
    ]
    return sorted(pairs, key=lambda pair: (pair.percent.value or 0, pair.first.username, pair.second.username))


def _population(name: Promise | str, figures: object, labels: list[Label]) -> Population:
    per_label = [(label, part(figures, "per_label", label.key)) for label in labels]
    alpha = figure(part(figures, "krippendorff_alpha"))
    return Population(
        name=name,
        measures=[(named, figure(part(figures, key))) for key, named in MEASURES.items() if part(figures, key)],
        per_label=[(label, figure(found)) for label, found in per_label if found],
        verdict=verdict(alpha),
        lacking=max(0, LEAST_UNITS - (alpha.n or 0)),
    )


def verdict(alpha: Figure) -> str:
    """`undefined`, `few`, `low`, `usable` or `reliable`: a word for the template, which has the sentence."""
    if alpha.value is None:
        return "undefined"
    if (alpha.n or 0) < LEAST_UNITS:
        return "few"
    return "reliable" if alpha.value >= RELIABLE else "usable" if alpha.value >= USABLE else "low"
