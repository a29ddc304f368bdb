"""What the agreement page says: the last report, with a verdict in words, and what came since."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from labeling.flow import agreement_charts, agreement_tables, remeasure
from labeling.flow.agreement_tables import Confusion, LabelRow, Pair, Week
from labeling.flow.agreement_verdict import Finding, finding
from labeling.flow.figure import Figure, figure, part
from labeling.models import LANGUAGE, AgreementReport, Dispute, Kind, Label, Project, Run

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
# Only where somebody gave a second label.
SETS: dict[str, Promise] = {"krippendorff_alpha_masi": _("Alpha with second labels")}
# Events that are counted since the last report; more are "more than".
MOST_NEW = 1_000
MOST_PAIRS = 40


@dataclass(frozen=True, slots=True)
class Population:
    """One group of sentences: its measures and its alpha by label, as `Agreement` orders them; what alpha comes to."""

    key: str
    name: Promise | str
    alpha: Figure
    measures: list[Figure]
    per_label: list[Figure]
    finding: Finding

    @property
    def nothing(self) -> bool:
        """Whether no measure has a value: no sentence has two answers."""
        return all(one.value is None for one in self.measures)


@dataclass(frozen=True, slots=True)
class Agreement:
    """`by_label` is of the audit sample, of all sentences where that has no two answers yet (`of_audit` says which).

    `pairs`: of the `n_pairs` who answered a sentence in common, those who agree least, at most MOST_PAIRS. `n_new`:
    answers and decisions that came or changed since the report, up to MOST_NEW.
    """

    report: AgreementReport | None
    n_new: int
    last: Run | None
    n_disputed: int
    measures: list[Promise]
    labels: list[Label]
    populations: list[Population]
    of_audit: bool
    by_label: list[LabelRow]
    label_chart: SafeString | None
    confusions: list[Confusion]
    weeks: list[Week]
    week_chart: SafeString | None
    repeats: Figure | None
    pairs: list[Pair]
    n_pairs: int

    @property
    def audit(self) -> Population | None:
        return self._named("audit")

    @property
    def chosen(self) -> Population | None:
        return self._named("chosen")

    @property
    def share(self) -> Figure:
        """Percent agreement on the audit sample."""
        return figure(part(self.report.figures if self.report else None, "audit", "percent"))

    def _named(self, key: str) -> Population | None:
        return next((one for one in self.populations if one.key == key), None)


def report(project: Project) -> Agreement:
    """The latest report with what is open beside it, in six queries."""
    latest = AgreementReport.objects.filter(project=project).defer("people").first()
    figures = latest.figures if latest else {}
    labels = list(project.labels.all())
    measures = _measures(figures)
    of_audit = bool(figure(part(figures, "audit", "krippendorff_alpha")).n)
    rows = agreement_tables.label_rows(part(figures, "audit" if of_audit else "all"), labels)
    weeks = agreement_tables.weeks(latest.weeks if latest else None)
    repeats = part(figures, "repeats")
    pairs, n_pairs = agreement_tables.pairs(part(figures, "all", "pairs"), most=MOST_PAIRS)
    return Agreement(
        report=latest,
        n_new=remeasure.since(project, latest.revision)[:MOST_NEW].count() if latest else 0,
        last=Run.objects.filter(project=project, kind=Kind.AGREE).first(),
        n_disputed=Dispute.objects.filter(project=project).count(),
        measures=list(measures.values()),
        labels=_occurring(figures, labels),
        populations=list(_populations(figures, list(measures), _occurring(figures, labels))),
        of_audit=of_audit,
        by_label=rows,
        label_chart=agreement_charts.by_label([(row.label, row.alpha) for row in rows]) if rows else None,
        confusions=list(agreement_tables.confusions(latest.confusions if latest else None, labels)),
        weeks=weeks[::-1],
        week_chart=_week_chart(weeks),
        repeats=figure(repeats) if repeats else None,
        pairs=pairs,
        n_pairs=n_pairs,
    )


def _names() -> dict[str, Promise | str]:
    return {**POPULATIONS, **{LANGUAGE + code: language for code, language in settings.LANGUAGES}, **SUGGESTED}


def _measures(figures: object) -> dict[str, Promise]:
    """The measures that the page has; that of second labels where there are any."""
    second = any(figure(part(figures, name, key)).value is not None for name in _names() for key in SETS)
    return {**MEASURES, **(SETS if second else {})}


def _occurring(figures: object, labels: list[Label]) -> list[Label]:
    return [label for label in labels if any(part(figures, name, "per_label", label.key) for name in _names())]


def _populations(figures: object, measures: list[str], labels: list[Label]) -> Iterator[Population]:
    for key, name in _names().items():
        if found := part(figures, key):
            alpha = figure(part(found, "krippendorff_alpha"))
            told = [figure(part(found, measure)) for measure in measures]
            per_label = [figure(part(found, "per_label", label.key)) for label in labels]
            yield Population(key, name, alpha, told, per_label, finding(alpha))


def _week_chart(weeks: list[Week]) -> SafeString | None:
    """A line of the weeks with enough sentences; one point is no line."""
    told = [(one.monday, Figure(None) if one.few else one.alpha) for one in weeks]
    return agreement_charts.by_week(told) if sum(one.value is not None for _monday, one in told) > 1 else None
