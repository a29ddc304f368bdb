"""The rows and judgements of an exported folder, checked one by one: whatever a file says, only sound values go on."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from labeling.formats.returned import Judgement
from labeling.formats.shapes import ARTICLE_MAX, flaw
from labeling.models import ErrorKind, Selection

# What is read of an export; the rest follows from it. Without its text, a row has `text_sha256`.
ROW_COLUMNS = (
    *("id", "text", "text_sha256", "label", "label_source", "flags", "context_before", "context_after", "lang"),
    *("article_id", "url", "publisher", "title", "published_at", "paragraph", "sentence", "char_start", "char_end"),
    *("near_group", "selection_probability", "split"),
)
JUDGEMENT_COLUMNS = (
    *("id", "text", "text_sha256", "lang", "article_id", "annotator", "label", "label_2", "unsure", "boilerplate"),
    *("bad_segment", "comment", "seconds", "surplus", "selection", "model_version", "guideline_version"),
    *("answered_at", "suggestion_shown"),
)
_SPLITS = ("train", "validation", "test", "rest")
_YEARS = range(1970, 2971)
_NAME_MAX = 150
_COMMENT_MAX = 100_000
_UNFIT = re.compile(r"[\x00\ud800-\udfff]")


class Unsound(ValueError):
    """A row or judgement that is left out; says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """A row as it came: a settled sentence and where it stood. `article` is empty for loose rows."""

    article: str
    number: int
    paragraph: int
    start: int
    text: str
    lang: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    split: str
    probability: float | None
    label: str
    verdict: str
    flags: tuple[str, ...]
    near: str
    about: Mapping[str, Any]


def place(values: Mapping[str, Any]) -> Place:
    """One row of the export; raises Unsound."""
    text = text_of(values)
    names = ("sentence", "paragraph", "char_start", "char_end")
    number, paragraph, start, end = (_whole(values, name) for name in names)
    if end - start != len(text) or end > ARTICLE_MAX:
        raise Unsound(_("its offsets do not fit its text"))
    probability = values.get("selection_probability")
    if probability is not None and not (isinstance(probability, float | int) and 0 < probability <= 1):
        raise Unsound(_("its selection_probability is no chance above 0 and up to 1"))
    label, split = _said(values, "label", str), _said(values, "split", str)
    if split not in _SPLITS:
        raise Unsound(_("its split is none of an export"))
    return Place(
        article=article_of(values),
        number=number,
        paragraph=paragraph,
        start=start,
        text=text,
        lang=lang_of(values),
        before=_texts(values, "context_before")[-number:] if number else (),
        after=_texts(values, "context_after"),
        split=split,
        probability=probability,
        label=label,
        verdict=label if values.get("label_source") == "adjudicated" else "",
        flags=_texts(values, "flags"),
        near=_UNFIT.sub("", _said(values, "near_group", str, "")),
        about={name: values.get(name) for name in ("title", "url", "publisher", "published_at", "lang")},
    )


def judgement(values: Mapping[str, Any]) -> Judgement:
    """One judgement of the export; raises Unsound."""
    label, unsure = _said(values, "label", str, ""), _said(values, "unsure", bool)
    if unsure == bool(label):
        raise Unsound(_("a judgement has either a label or is unsure"))
    second = _said(values, "label_2", str, "")
    if second and second == label:
        raise Unsound(_("its second label is its first"))
    seconds = _said(values, "seconds", float | int)
    if not (math.isfinite(seconds) and seconds >= 0):
        raise Unsound(_("its seconds are no length of time"))
    annotator, selection = _UNFIT.sub("", _said(values, "annotator", str)).strip(), _said(values, "selection", str)
    if not annotator or len(annotator) > _NAME_MAX:
        raise Unsound(_("it names no annotator"))
    return Judgement(
        annotator=annotator,
        label=label,
        label_2=second,
        unsure=unsure,
        boilerplate=_said(values, "boilerplate", bool),
        bad_segment=_said(values, "bad_segment", bool),
        comment=_UNFIT.sub("", _said(values, "comment", str, ""))[:_COMMENT_MAX],
        seconds=float(seconds),
        surplus=_said(values, "surplus", bool),
        selection=selection if selection in Selection.values else Selection.IMPORTED,
        model_version=_said(values, "model_version", int, None),
        guideline_version=_said(values, "guideline_version", int, None),
        answered_at=_moment(values),
        suggestion_shown=_said(values, "suggestion_shown", bool, False),
    )


def identity(values: Mapping[str, Any]) -> int:
    """The id of the sentence that a row or a judgement is about; raises Unsound."""
    said = values.get("id")
    if not isinstance(said, str) or not said.isascii() or not said.isdigit() or len(said) > 18:
        raise Unsound(_("its id is none of an export"))
    return int(said)


def error_kind(flags: tuple[str, ...], judgements: tuple[Judgement, ...]) -> str:
    """What an adjudicator must have said of a sentence with these flags, since no annotator did."""
    if "ambiguous" in flags:
        return ErrorKind.AMBIGUOUS
    raised = any(one.bad_segment for one in judgements if not one.surplus)
    return ErrorKind.SENTENCE if "bad_segment" in flags and not raised else ""


def text_of(values: Mapping[str, Any]) -> str:
    """The text of the sentence; raises Unsound."""
    text: str = _said(values, "text", str)
    if reason := flaw(text):
        raise Unsound(reason)
    return text


def article_of(values: Mapping[str, Any]) -> str:
    """The article of the sentence; empty for loose rows."""
    return _UNFIT.sub("", _said(values, "article_id", str, ""))


def lang_of(values: Mapping[str, Any]) -> str:
    """The language of the sentence."""
    return _UNFIT.sub("", _said(values, "lang", str))[:5]


def _texts(values: Mapping[str, Any], name: str) -> tuple[str, ...]:
    said = values.get(name)
    found = said if isinstance(said, list | tuple) else ()
    if not all(isinstance(one, str) for one in found) or any(flaw(one) for one in found):
        raise Unsound(_("its %(name)s holds what is no text") % {"name": name})
    return tuple(found)


def _whole(values: Mapping[str, Any], name: str) -> int:
    said: int = _said(values, name, int)
    if not 0 <= said <= ARTICLE_MAX:
        raise Unsound(_("its %(name)s is no place in an article") % {"name": name})
    return said


_NEEDED: Any = object()


def _said(values: Mapping[str, Any], name: str, kind: Any, otherwise: Any = _NEEDED) -> Any:
    """The value, where it is of the kind; `otherwise` where it is null, if that may be."""
    value = values.get(name)
    if value is None and otherwise is not _NEEDED:
        return otherwise
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise Unsound(_("its %(name)s is missing, or of another kind than in an export") % {"name": name})
    return value


def _moment(values: Mapping[str, Any]) -> datetime:
    try:
        moment = datetime.fromisoformat(_said(values, "answered_at", str))
    except ValueError as error:
        raise Unsound(_("its answered_at is no time")) from error
    if moment.tzinfo is None:
        raise Unsound(_("its answered_at names no time zone"))
    if moment.year not in _YEARS:
        raise Unsound(_("its answered_at is no time"))
    return moment
