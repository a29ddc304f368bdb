"""Answers and predictions that a script sends with a task, checked: each makes sense, or the task is refused."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from labeling.acts import MAX_SECONDS
from labeling.errors import Refused
from labeling.labelstudio.controls import Controls
from labeling.labelstudio.prediction_ids import PLACES
from labeling.labelstudio.shapes import Answer, answer_of

PREDICTIONS_MAX = PLACES - 1
NAME_MAX = 200
# What Label Studio calls the version of a model that has none.
UNDEFINED = "undefined"
_EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Known:
    """What answers may say: `words` of labels under the names of `controls`, the `people` of the project by their ids,
    and who sends them."""

    words: Mapping[str, str]
    people: Mapping[int, str]
    sender: str
    controls: Controls

    def meaning(self, result: object, *, cancelled: bool = False) -> Answer:
        return answer_of(result, self.words, cancelled=cancelled, controls=self.controls)


def answers(sent: Any, known: Known) -> list[dict[str, Any]]:
    """The answers of one task as an upload keeps them; a label by its key, none where the task was passed over.

    Here everybody answers once: who passed the task over and answered it answered it. Raises Refused where an answer
    makes no sense, or a person gives two that differ.
    """
    given: dict[str, tuple[Answer, dict[str, Any]]] = {}
    for one in _listed(sent, _annotations):
        answer = known.meaning(one.get("result"), cancelled=one.get("was_cancelled") is True)
        whose = _whose(one.get("completed_by"), known)
        told = {
            "annotator": whose,
            "label": answer.label or "",
            "label_2": answer.second_label or "",
            "seconds": _seconds(one.get("lead_time")),
            "answered_at": _moment(one.get("created_at")),
            "named": _text(one.get("unique_id"), _("its unique_id is no text of at most %(n)d characters"), ""),
        }
        before = given.setdefault(whose, (answer, told))[0]
        if before.unsure:
            given[whose] = (answer, told)
        elif before != answer and not answer.unsure:
            said = _(
                "two of its annotations are by %(who)s and differ; keep one, or name in completed_by who gave each"
            )
            raise Refused(said % {"who": whose})
    return [told for _answer, told in given.values()]


def predictions(sent: Any, known: Known) -> list[dict[str, Any]]:
    """The predictions of one task as they are kept: each with `result`, `score` and `model_version`.

    A result may be empty. Raises Refused where one makes no sense.
    """
    found = list(_listed(sent, _predictions))
    if len(found) > PREDICTIONS_MAX:
        raise Refused(_("it has %(n)d predictions, more than %(limit)d") % {"n": len(found), "limit": PREDICTIONS_MAX})
    return [_prediction(one, known) for one in found]


def _prediction(one: Mapping[str, Any], known: Known) -> dict[str, Any]:
    result, score = one.get("result"), one.get("score")
    if result != []:
        known.meaning(result)
    if score is not None and (isinstance(score, bool) or not isinstance(score, int | float) or not _is_finite(score)):
        raise Refused(_("the score of a prediction is no number"))
    version = _text(one.get("model_version"), _("its model_version is no text of at most %(n)d characters"), UNDEFINED)
    parts = [_part(part, known.controls) for part in result or ()]
    return {"result": parts, "score": None if score is None else float(score), "model_version": version}


def _part(part: Mapping[str, Any], controls: Controls) -> dict[str, Any]:
    """A part of a result, as it was sent; where it names no control, or no text, it is put on those of the config."""
    ours = {"from_name": controls.label, "to_name": controls.text, "type": "choices"}
    return {**part, **{name: own for name, own in ours.items() if not isinstance(part.get(name), str)}}


def _annotations() -> tuple[str, str]:
    return _("its annotations are no list"), _("an annotation is no object")


def _predictions() -> tuple[str, str]:
    return _("its predictions are no list"), _("a prediction is no object")


def _listed(sent: Any, why_not: Callable[[], tuple[str, str]]) -> Iterator[Mapping[str, Any]]:
    """The objects of a list that may be missing; `why_not`: what is said of what is no list, and of what is no object.

    Most tasks have none, and each text is looked up.
    """
    if sent is not None and not isinstance(sent, list):
        raise Refused(why_not()[0])
    for one in sent or ():
        if not isinstance(one, Mapping):
            raise Refused(why_not()[1])
        yield one


def _whose(sent: Any, known: Known) -> str:
    told = sent.get("id", "?") if isinstance(sent, Mapping) else sent
    if told is None:
        return known.sender
    if isinstance(told, bool) or not isinstance(told, int) or told not in known.people:
        said = _("completed_by %(who)s is nobody of this project. Leave it out, or name the id of a member.")
        raise Refused(said % {"who": str(told)[:60]})
    return known.people[told]


def _seconds(sent: Any) -> float:
    if sent is None:
        return 0.0
    if isinstance(sent, bool) or not isinstance(sent, int | float) or not _is_finite(sent):
        raise Refused(_("its lead_time is no number of seconds"))
    return float(min(max(sent, 0), MAX_SECONDS))


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        # A whole number that no float holds.
        return False


def _moment(sent: Any) -> str:
    """A time as an upload keeps it, of UTC; empty where none is told."""
    if sent is None:
        return ""
    try:
        told = datetime.fromisoformat(sent)
        moment = told.replace(tzinfo=told.tzinfo or UTC).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        moment = None
    if moment is None or moment < _EARLIEST:
        said = _("its created_at is no time such as %(example)s")
        raise Refused(said % {"example": "2026-01-31T09:30:00Z"})
    return moment.isoformat()


def _text(sent: Any, refused: str, default: str) -> str:
    if sent is None:
        return default
    if not isinstance(sent, str) or len(sent) > NAME_MAX:
        raise Refused(refused % {"n": NAME_MAX})
    return sent
