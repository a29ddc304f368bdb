"""The answers that agreement counts, by the population that they belong to."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import F, QuerySet

from labeling import learning
from labeling.learning import Judged
from labeling.models import LANGUAGE, Annotation, Project, Selection

SUGGESTED = ("shown", "unshown")
# Chosen by a model; `seed` and `random` were drawn by lot.
CHOSEN = (Selection.UNCERTAIN, Selection.DIVERSE, Selection.REVIEW)


class Counted(NamedTuple):
    """An answer that counts, when it came, its sentence's language, and whether that is of the audit sample."""

    answer: Judged
    at: datetime
    lang: str
    drawn: bool


def counted(project: Project) -> tuple[list[Counted], int]:
    """What agreement is measured on, sentence by sentence, and how many answers count in all.

    An answer counts that is not unsure, withdrawn or surplus, and of a sentence of the pool. One that was asked for
    because the others differed does not: sentences that people agree on never get one, so it would make agreement look
    better than it is (docs/adr/0013).

    Measured are sentences with two answers or more. The others say nothing of agreement, and are of another kind: whom
    to ask twice is chosen, by an owner or the queue. AC1 and kappa, which take chance agreement from all answers they
    are given, would take it from other sentences than those on which agreement is observed. And an interval that drew
    articles without such a sentence too would let the number of articles that speak vary as if it were chance: it would
    be wider for every article that was answered once.
    """
    answers, n = list[Counted](), 0
    for _pk, group in groupby(_rows(project), key=lambda one: one.answer.sentence_id):
        told = list(group)
        n += len(told)
        answers += told if len(told) > 1 else ()
    return answers, n


def measure(project: Project, answers: list[Judged], *, by_pair: bool = False) -> dict[str, Any]:
    """The figures of one population, as the page and the card have them: the same answers give the same figures."""
    return learning.measure(answers, seed=project.pk, by_pair=by_pair)


def populations(project: Project, answers: list[Counted]) -> dict[str, list[Judged]]:
    """`answers` by population.

    A sentence outside the audit sample is `chosen` as soon as one of its answers was asked for by a model. A project of
    several languages has one population more for each. Where suggestions were shown, sentences of which one answer or
    more came after one are `shown`, those outside the audit sample of which none did are `unshown`.
    """
    languages = project.languages if len(project.languages) > 1 else []
    after = _counting(project).filter(
        sentence__exposures__annotator=F("annotator"), sentence__exposures__shown_at__lt=F("answered_at")
    )
    shown = set(after.values_list("sentence_id", flat=True))
    names = ("audit", "chosen", "all", *(LANGUAGE + code for code in languages), *(SUGGESTED if shown else ()))
    found: dict[str, list[Judged]] = {name: [] for name in names}
    asked = _counting(project).filter(selection__in=CHOSEN, sentence__audit_place__isnull=True)
    chosen = set(asked.values_list("sentence_id", flat=True))
    for answer, _at, lang, drawn in answers:
        found["all"].append(answer)
        if LANGUAGE + lang in found:
            found[LANGUAGE + lang].append(answer)
        if drawn:
            found["audit"].append(answer)
        elif answer.sentence_id in chosen:
            found["chosen"].append(answer)
        if shown and not drawn:
            found[SUGGESTED[answer.sentence_id not in shown]].append(answer)
    return found


def _counting(project: Project) -> "QuerySet[Annotation]":
    rows = Annotation.objects.decided().filter(project=project, surplus=False, sentence__in_pool=True)
    return rows.exclude(selection=Selection.TIE_BREAK)


def _rows(project: Project) -> Iterator[Counted]:
    answer = ("sentence_id", "annotator__username", "label__key", "second_label__key", "answered_at")
    place = ("sentence__audit_place", "sentence__lang")
    source = ("sentence__source_id", "sentence__source__unit", "sentence__source__title")
    rows = _counting(project).order_by("sentence_id", "pk").values_list(*answer, *place, *source)
    for pk, annotator, label, second_label, at, drawn, lang, *origin in rows.iterator(chunk_size=5_000):
        judged = Judged(pk, annotator, label, learning.article_of(pk, *origin), second_label)
        yield Counted(judged, at, lang, drawn is not None)
