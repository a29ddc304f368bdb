"""A label that is merged into another."""

from unittest import mock

import pytest
from django.db import IntegrityError

from labeling.errors import Refused
from labeling.flow import annotate, merging, queue, scheme
from labeling.flow.adjudicate import decide
from labeling.models import Annotation, Event, Label, ModelVersion, Sentence, State, Verb, Verdict
from labeling.sweeping import training_is_due
from tests.cast import Cast
from tests.factories import answer
from tests.flow import acting
from tests.flow.pool_of import pool_of


def label(cast: Cast, key: str) -> Label:
    return Label.objects.get(project=cast.project, key=key)


def merge(cast: Cast, key: str = "denial", into: str = "claim") -> int:
    return merging.merge(label=label(cast, key), into=label(cast, into), by=cast.citra.user)


def told(sentence: Sentence) -> tuple[str | None, str | None]:
    """What the one answer to a sentence names."""
    return Annotation.objects.values_list("label__key", "second_label__key").get(sentence=sentence)


@pytest.mark.parametrize(
    ("first", "second", "after"),
    [
        ("denial", None, ("claim", None)),
        ("none", "denial", ("none", "claim")),
        ("denial", "claim", ("claim", None)),
        ("claim", "denial", ("claim", None)),
        ("denial", "none", ("claim", "none")),
        ("condemnation", "none", ("condemnation", "none")),
    ],
)
def test_answers_go_to_the_other_label(
    cast: Cast, first: str, second: str | None, after: tuple[str, str | None]
) -> None:
    (sentence,) = pool_of(cast.project, 1)
    answer(sentence, "ani", first, second_label=label(cast, second) if second else None)
    merge(cast)
    assert told(sentence) == after


def test_each_answer_has_its_history(cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    answer(sentence, "ani", "denial", second_label=label(cast, "none"))
    merge(cast)
    event = Event.objects.get(verb=Verb.AMENDED)
    before = {"label": "denial", "second_label": "none", "annotator": "ani"}
    assert (event.sentence, event.who, event.before, event.after) == (
        sentence,
        cast.citra.user,
        before,
        before | {"label": "claim"},
    )


def test_an_answer_that_was_undone_moves_too(cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    answer(sentence, "ani", "denial", state=State.WITHDRAWN)
    assert (merge(cast), told(sentence)[0]) == (1, "claim")


def test_a_decision_moves_with_its_history(cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    decide(by=cast.citra.user, sentence=sentence, label=label(cast, "denial"))
    merge(cast)
    event = Event.objects.get(verb=Verb.AMENDED)
    assert (Verdict.objects.get().label.key, event.before, event.after) == (
        "claim",
        {"verdict": "denial"},
        {"verdict": "claim"},
    )


def test_the_label_is_retired_and_says_where_its_answers_went(cast: Cast) -> None:
    merge(cast)
    gone = label(cast, "denial")
    assert (gone.retired_at is not None, gone.merged_into) == (True, label(cast, "claim"))


def test_what_was_merged_into_it_before_follows(cast: Cast) -> None:
    merge(cast, "condemnation", "denial")
    merge(cast, "denial", "claim")
    assert label(cast, "condemnation").merged_into == label(cast, "claim")


def test_an_open_page_that_still_sends_the_old_key_loses_nothing(cast: Cast) -> None:
    pool_of(cast.project, 1)
    (lease,) = queue.take(by=cast.ani)
    merge(cast)
    act = acting.answer(lease.sentence_id, "denial", second_label="claim")
    (receipt,) = annotate.submit(by=cast.ani, acts=[act])
    assert (receipt.saved, told(Sentence.objects.get(pk=lease.sentence_id))) == (True, ("claim", None))


def test_an_answer_that_was_being_written_meanwhile_follows(cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    merge(cast)
    answer(sentence, "ani", "denial")
    assert (merging.follow(), told(sentence), merging.follow()) == (1, ("claim", None), 0)


def test_another_projects_labels_of_the_same_name_stay(cast: Cast) -> None:
    (sentence,) = pool_of(cast.elsewhere, 1)
    answer(sentence, "dewi", "denial")
    merge(cast)
    assert told(sentence) == ("denial", None)


@pytest.mark.parametrize("into", ["denial", "condemnation"])
def test_a_label_goes_to_another_that_is_on_offer(cast: Cast, into: str) -> None:
    scheme.retire(label=label(cast, "condemnation"), by=cast.citra.user)
    with pytest.raises(Refused, match="Choose another label"):
        merge(cast, "denial", into)


def test_a_label_of_another_project_is_refused(cast: Cast) -> None:
    other = Label.objects.get(project=cast.elsewhere, key="claim")
    with pytest.raises(Refused, match="Choose another label"):
        merging.merge(label=label(cast, "denial"), into=other, by=cast.citra.user)


def test_a_label_for_what_fits_no_other_stays(cast: Cast) -> None:
    with pytest.raises(Refused, match="fits no other label"):
        merge(cast, "none")


def test_it_happens_once(cast: Cast) -> None:
    merge(cast)
    with pytest.raises(Refused, match="merged already"):
        merge(cast, "denial", "none")


def test_a_retired_label_can_be_merged_still(cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    answer(sentence, "ani", "denial")
    scheme.retire(label=label(cast, "denial"), by=cast.citra.user)
    assert (merge(cast), told(sentence)[0]) == (1, "claim")


def test_a_failed_event_moves_nothing(cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    answer(sentence, "ani", "denial")
    with mock.patch.object(Event.objects, "create", side_effect=IntegrityError), pytest.raises(IntegrityError):
        merge(cast)
    assert told(sentence)[0] == "denial"


def test_a_training_follows(cast: Cast) -> None:
    for place, sentence in enumerate(pool_of(cast.project, 30)):
        answer(sentence, "ani", ("claim", "denial", "none")[place % 3])
    cast.project.version = ModelVersion.objects.create(
        project=cast.project, number=1, path="", sha256="", n_labels=30, n_label_events=30
    )
    assert not training_is_due(cast.project)
    merge(cast)
    assert training_is_due(cast.project)
