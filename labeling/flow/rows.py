"""The rows of an export: one a sentence with a settled label, one a judgement. JSON values throughout."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from itertools import islice
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from labeling.flow.brought import called
from labeling.flow.rule import Likely, Origin, majority
from labeling.flow.settle import Settled, settled
from labeling.flow.splits import Groups
from labeling.keys import annotator_key
from labeling.models import Annotation, ErrorKind, Exposure, Project, Sentence, Unit

ROW_FIELDS = (
    *("id", "text", "label", "label_2", "label_source", "soft_label", "n_annotations", "agreement", "entropy"),
    *("annotators", "flags", "context_before", "context_after", "lang", "article_id", "url", "publisher", "title"),
    *("published_at", "paragraph", "sentence", "char_start", "char_end", "dup_group", "near_group", "selection"),
    *("selection_probability", "model_version", "guideline_version", "split"),
)
JUDGEMENT_FIELDS = (
    *("id", "text", "lang", "article_id", "annotator", "label", "label_2", "unsure", "boilerplate", "bad_segment"),
    *("comment", "seconds", "surplus", "selection", "model_version", "guideline_version", "answered_at"),
    "suggestion_shown",
)
FLAGS = ("unsure", "boilerplate", "bad_segment")
# What a verdict says of the sentence itself, as a flag.
OF_VERDICT = {ErrorKind.SENTENCE: "bad_segment", ErrorKind.AMBIGUOUS: "ambiguous"}
# Where all of several people agree, `agreement` is 1: no word of its own.
SOURCES: dict[Origin, str] = {
    "adjudicated": "adjudicated",
    "unanimous": "majority",
    "majority": "majority",
    "single": "single",
    "dawid_skene": "dawid_skene",
}
_VERSION_REST = tuple(f"version__{name}" for name in ("metrics", "evaluation", "label_counts", "path", "sha256"))
_JUDGED = (
    *("sentence_id", "sentence__text", "sentence__lang", "sentence__source_id", "sentence__source__unit"),
    *("annotator_id", "label_id", "second_label_id", *FLAGS, "comment", "seconds", "surplus", "selection"),
    *("version__number", "guideline__number", "answered_at", "suggestion_shown"),
)
NEIGHBOURS = 2
_BATCH = 1_000


def rows(
    project: Project, labels: Mapping[int, str], groups: Groups, likely: Mapping[int, Likely]
) -> Iterator[dict[str, Any]]:
    """A dictionary with ROW_FIELDS for every settled sentence, in the order of ids; five queries a thousand.

    `labels` maps ids to keys in the order of the scheme, which is the order of `soft_label`. `likely` are posteriors of
    the moment that is read: those that are kept may be of an earlier one.
    """
    names = _Names(project)
    found = settled(project, likely=likely)
    while batch := list(islice(found, _BATCH)):
        ids = [one.sentence_id for one in batch]
        sentences = Sentence.objects.select_related("source").defer("source__text").in_bulk(ids)
        around = _neighbours(sentences.values())
        given: dict[int, list[Annotation]] = defaultdict(list)
        for answer in _answers(project).filter(sentence_id__in=ids).order_by("sentence_id", "pk"):
            given[answer.sentence_id].append(answer)
        for one in batch:
            sentence = sentences[one.sentence_id]
            row = _about(sentence) | _label(one, given[sentence.pk], labels, names) | _context(sentence, around)
            yield {field: row[field] for field in ROW_FIELDS[:-1]} | {"split": groups.split_of(sentence)}


def judgements(project: Project, labels: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    """A dictionary with JUDGEMENT_FIELDS for every answer that stands, in the order of sentences; two queries.

    What was said of sentences that left the pool, or were cut anew, is history and stays behind.
    """
    mine = {"sentence_id": OuterRef("sentence_id"), "annotator_id": OuterRef("annotator_id")}
    shown = Exposure.objects.filter(**mine, shown_at__lt=OuterRef("answered_at"))
    answers = Annotation.objects.given().filter(project=project, sentence__in_pool=True).order_by("sentence_id", "pk")
    answers = answers.annotate(suggestion_shown=Exists(shown))
    names = _Names(project)
    # Plain values: as models, 40,000 judgements took twice as long.
    for one in answers.values(*_JUDGED).iterator(chunk_size=_BATCH):
        yield {
            "id": str(one["sentence_id"]),
            "text": one["sentence__text"],
            "lang": one["sentence__lang"],
            "article_id": str(one["sentence__source_id"]) if one["sentence__source__unit"] == Unit.ARTICLE else None,
            "annotator": names.of(one["annotator_id"]),
            "label": labels.get(one["label_id"]),
            "label_2": labels.get(one["second_label_id"]),
            **{name: one[name] for name in (*FLAGS, "comment", "seconds", "surplus", "selection")},
            "model_version": one["version__number"],
            "guideline_version": one["guideline__number"],
            "answered_at": one["answered_at"].astimezone(UTC).isoformat(timespec="milliseconds"),
            "suggestion_shown": one["suggestion_shown"],
        }


class _Names:
    """How this project's exports call people; those who came with another export keep the key that they had there."""

    def __init__(self, project: Project) -> None:
        self._project_id = project.pk
        self._known = called(project)

    def of(self, annotator_id: int) -> str:
        if annotator_id not in self._known:
            self._known[annotator_id] = annotator_key(self._project_id, annotator_id)
        return self._known[annotator_id]


def _answers(project: Project) -> "QuerySet[Annotation]":
    """Answers that stand, with the numbers of model and guideline; the guideline's text stays where it is."""
    answers = Annotation.objects.given().filter(project=project).select_related("version", "guideline")
    return answers.defer(*(f"guideline__{name}" for name in ("text_en", "text_id", "created_at")), *_VERSION_REST)


def _about(sentence: Sentence) -> dict[str, Any]:
    source = sentence.source
    return {
        "id": str(sentence.pk),
        "text": sentence.text,
        "lang": sentence.lang,
        "article_id": _article(sentence),
        "url": source.url or None,
        "publisher": source.publisher or None,
        "title": source.title or None,
        "published_at": source.published_at.isoformat() if source.published_at else None,
        "paragraph": sentence.paragraph,
        "sentence": sentence.number,
        "char_start": sentence.start,
        "char_end": sentence.end,
        "dup_group": sentence.text_hash,
        "near_group": str(sentence.duplicate_group) if sentence.duplicate_group else None,
        "selection_probability": sentence.audit_probability,
    }


def _article(sentence: Sentence) -> str | None:
    """Rows of a file are no article."""
    return str(sentence.source_id) if sentence.source.unit == Unit.ARTICLE else None


def _label(one: Settled, given: Sequence[Annotation], labels: Mapping[int, str], names: "_Names") -> dict[str, Any]:
    counted = [answer for answer in given if not answer.surplus]
    soft = [one.soft.get(pk, 0.0) for pk in labels]
    # Of the answers that chose the label: what the second label adds to it.
    seconds = Counter(answer.second_label_id for answer in counted if answer.label_id == one.label_id)
    second = majority({pk or 0: n for pk, n in seconds.items()})
    first = counted[0] if counted else None
    return {
        "label": labels[one.label_id],
        "label_2": labels.get(second or 0),
        "label_source": SOURCES[one.source],
        "soft_label": soft,
        "n_annotations": one.n_annotations,
        "agreement": one.agreement,
        "entropy": max(0.0, -sum(share * math.log2(share) for share in soft if share)),
        "annotators": [
            {
                "annotator": names.of(answer.annotator_id),
                "label": labels.get(answer.label_id or 0),
                "seconds": answer.seconds,
            }
            for answer in counted
        ],
        "flags": _flags(one, counted),
        "selection": first.selection if first else None,
        "model_version": first.version.number if first and first.version else None,
        "guideline_version": max((answer.guideline.number for answer in counted), default=None),
    }


def _flags(one: Settled, counted: Sequence[Annotation]) -> list[str]:
    """What anybody raised, and what the verdict says of the sentence."""
    raised = {flag for flag in FLAGS if any(getattr(answer, flag) for answer in counted)}
    raised |= {flag for kind, flag in OF_VERDICT.items() if kind == one.error_kind}
    return [flag for flag in (*FLAGS, "ambiguous") if flag in raised]


Around = dict[int, tuple[list[str], list[str]]]


def _neighbours(sentences: Iterable[Sentence]) -> Around:
    """The texts before and after each sentence of an article, two at most on each side."""
    wanted = [one for one in sentences if one.source.unit == Unit.ARTICLE]
    texts: dict[int, dict[int, str]] = defaultdict(dict)
    near = Sentence.objects.live().filter(source_id__in={one.source_id for one in wanted}).order_by()
    for source, number, text in near.values_list("source_id", "number", "text"):
        texts[source][number] = text
    return {
        one.pk: (
            # An article that came with an export has gaps.
            [
                texts[one.source_id][n]
                for n in range(max(0, one.number - NEIGHBOURS), one.number)
                if n in texts[one.source_id]
            ],
            [
                texts[one.source_id][n]
                for n in range(one.number + 1, one.number + 1 + NEIGHBOURS)
                if n in texts[one.source_id]
            ],
        )
        for one in wanted
    }


def _context(sentence: Sentence, around: Around) -> dict[str, Any]:
    before, after = around.get(sentence.pk, ([], []))
    return {"context_before": before, "context_after": after}
