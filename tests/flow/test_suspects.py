"""Labels that may be wrong: what is left to review, and what is done about one."""

from typing import Any

import pytest

from labeling.errors import Refused
from labeling.flow import queue, suspects, suspects_acts
from labeling.flow.archive import archive
from labeling.models import Event, Lease, Membership, ModelVersion, QueueEntry, Selection, Sentence, Verb, Verdict
from tests.cast import Cast
from tests.flow.pool_of import pool_of
from tests.views.answering import answers
from tests.views.evaluated import evaluation

pytestmark = pytest.mark.django_db


def doubted(cast: Cast, n: int = 1, **more: Any) -> list[Sentence]:
    """Sentences that ani called a claim and that the model in service doubts; nobody else is to answer them."""
    sentences = pool_of(cast.project, n)
    for one in sentences:
        answers(cast.ani, one, "claim")
    Sentence.objects.update(slots_free=0)
    found = evaluation(*sentences, **more)
    version = {"number": 1, "path": "x", "sha256": "y", "n_labels": n, "n_label_events": n, "evaluation": found}
    cast.project.version = ModelVersion.objects.create(project=cast.project, **version)
    cast.project.save(update_fields=["version"])
    return list(Sentence.objects.order_by("pk"))


def told(cast: Cast, rows: list[dict[str, object]]) -> None:
    """What the version in service doubts."""
    ModelVersion.objects.update(evaluation={"doubtful": rows})
    cast.project.version = ModelVersion.objects.get()


def listed(cast: Cast) -> list[int]:
    return [one.sentence.pk for one in suspects.suspects(cast.project).rows]


def ask(cast: Cast, sentence: Sentence) -> None:
    suspects_acts.ask_again(by=cast.citra.user, sentence=sentence)


def right(cast: Cast, sentence: Sentence, label: str = "claim") -> None:
    suspects_acts.find_right(by=cast.citra.user, sentence=sentence, label=label)


def relabel(cast: Cast, sentence: Sentence, label: str) -> None:
    sentence.annotations.update(label=cast.project.labels.get(key=label))


def taken(member: Membership) -> list[tuple[int, str]]:
    return [(one.sentence_id, one.selection) for one in queue.take(by=member)]


def test_without_a_model_nothing_is_suspected(cast: Cast) -> None:
    assert suspects.suspects(cast.project).kept == 0


def test_the_most_doubted_come_first(cast: Cast) -> None:
    first, second = doubted(cast, 2)
    rows = [{"id": one.pk, "label": "claim", "likelier": "none", "score": 0.9} for one in (second, first)]
    told(cast, rows)
    assert listed(cast) == [second.pk, first.pk]


def test_how_many_were_looked_at_is_told(cast: Cast) -> None:
    doubted(cast, 2, second_look={"n": 40, "suspected": 7})
    found = suspects.suspects(cast.project)
    assert (found.looked, found.suspected, found.kept, found.n) == (40, 7, 2, 2)


def test_a_label_that_changed_since_is_no_suspect(cast: Cast) -> None:
    (sentence,) = doubted(cast)
    relabel(cast, sentence, "denial")
    assert (listed(cast), suspects.suspects(cast.project).changed) == ([], 1)


def test_what_left_the_pool_is_no_suspect(cast: Cast) -> None:
    doubted(cast)
    Sentence.objects.update(in_pool=False)
    assert listed(cast) == []


def test_a_page_ends_and_another_follows(cast: Cast) -> None:
    doubted(cast, suspects.ROWS + 1)
    first, second = (suspects.suspects(cast.project, start=start) for start in (0, suspects.ROWS))
    assert (len(first.rows), first.after, len(second.rows), second.before) == (suspects.ROWS, suspects.ROWS, 1, 0)


def test_a_page_beyond_the_end_is_the_last_one(cast: Cast) -> None:
    doubted(cast)
    assert len(suspects.suspects(cast.project, start=10**18).rows) == 1


def test_a_label_found_right_is_left_alone(cast: Cast) -> None:
    (sentence,) = doubted(cast)
    right(cast, sentence)
    assert (listed(cast), suspects.suspects(cast.project).right) == ([], 1)


def test_found_right_lasts_until_the_label_changes(cast: Cast) -> None:
    (sentence,) = doubted(cast)
    right(cast, sentence)
    relabel(cast, sentence, "denial")
    rows = [{"id": sentence.pk, "label": "denial", "likelier": "none", "score": 0.9}]
    told(cast, rows)
    assert listed(cast) == [sentence.pk]


def test_found_right_twice_is_one_act(cast: Cast) -> None:
    (sentence,) = doubted(cast)
    right(cast, sentence)
    right(cast, sentence)
    assert Event.objects.filter(verb=Verb.SOUGHT).count() == 1


def test_another_label_than_the_sentence_has_is_not_found_right(cast: Cast) -> None:
    (sentence,) = doubted(cast)
    with pytest.raises(Refused, match="changed meanwhile"):
        right(cast, sentence, "denial")


def test_finding_right_is_no_label_act(cast: Cast) -> None:
    (sentence,) = doubted(cast)
    right(cast, sentence)
    assert not Event.objects.of_labels(cast.project).exists()


def test_whoever_has_not_answered_is_asked_and_the_sentence_is_served_as_a_review(cast: Cast) -> None:
    (sentence,) = doubted(cast)
    ask(cast, sentence)
    assert (taken(cast.ani), taken(cast.budi)) == ([], [(sentence.pk, Selection.REVIEW)])


def test_without_a_ranking_it_is_asked_all_the_same(cast: Cast) -> None:
    (sentence,) = doubted(cast)
    cast.project.version = None
    cast.project.save(update_fields=["version"])
    ask(cast, sentence)
    assert [pk for pk, _why in taken(cast.budi)] == [sentence.pk]


def test_a_sentence_that_is_ranked_already_keeps_its_place(cast: Cast) -> None:
    (sentence,) = doubted(cast)
    entry = {"project": cast.project, "version": cast.project.version, "score": 0.5, "selection": Selection.UNCERTAIN}
    QueueEntry.objects.create(sentence=sentence, place=3, **entry)
    ask(cast, sentence)
    assert QueueEntry.objects.values_list("place", "selection").get() == (3, Selection.REVIEW)


def test_asking_is_kept_with_who_and_which_label(cast: Cast) -> None:
    (sentence,) = doubted(cast)
    ask(cast, sentence)
    event = Event.objects.get(verb=Verb.SOUGHT)
    assert (event.who, event.sentence, event.after) == (cast.citra.user, sentence, {"again": "claim"})


def test_what_is_asked_again_is_listed_until_it_is_answered(cast: Cast) -> None:
    (sentence,) = doubted(cast)
    ask(cast, sentence)
    (waiting,) = suspects.suspects(cast.project).rows
    answers(cast.budi, sentence, "claim", surplus=False)
    Sentence.objects.update(slots_free=0)
    done = suspects.suspects(cast.project)
    assert (waiting.waits, waiting.may_ask, done.rows, done.asked) == (True, False, [], 1)


def test_a_sentence_is_asked_again_once(cast: Cast) -> None:
    (sentence,) = doubted(cast)
    ask(cast, sentence)
    with pytest.raises(Refused, match="already"):
        ask(cast, sentence)
    assert Sentence.objects.values_list("reviews", "slots_free").get() == (1, 1)


def test_what_is_in_somebodys_hand_is_not_asked_once_more(cast: Cast) -> None:
    (sentence,) = doubted(cast)
    lent = {"project": cast.project, "selection": "seed", "until": "2999-01-01T00:00:00Z"}
    Lease.objects.create(sentence=sentence, annotator=cast.budi.user, **lent)
    with pytest.raises(Refused, match="Wait for that answer"):
        ask(cast, sentence)


def test_a_decision_is_not_asked_about(cast: Cast) -> None:
    (sentence,) = doubted(cast)
    claim = cast.project.labels.get(key="claim")
    Verdict.objects.create(project=cast.project, sentence=sentence, label=claim, decided_by=cast.citra.user)
    with pytest.raises(Refused, match="was decided"):
        ask(cast, sentence)


def test_where_nobody_is_left_nobody_is_asked(cast: Cast) -> None:
    (sentence,) = doubted(cast)
    cast.budi.delete()
    with pytest.raises(Refused, match="Nobody is left to ask"):
        ask(cast, sentence)


def test_the_audit_sample_keeps_its_own_number_of_answers(cast: Cast) -> None:
    (sentence,) = doubted(cast)
    Sentence.objects.update(audit_place=0, audit_probability=0.5)
    with pytest.raises(Refused, match="audit sample"):
        ask(cast, sentence)


def test_a_sentence_out_of_the_pool_is_not_asked(cast: Cast) -> None:
    (sentence,) = doubted(cast)
    Sentence.objects.update(in_pool=False)
    with pytest.raises(Refused):
        ask(cast, sentence)


@pytest.mark.parametrize("act", [ask, right])
def test_an_archived_project_is_read_only(cast: Cast, act: Any) -> None:
    (sentence,) = doubted(cast)
    archive(project=cast.project, by=cast.citra.user)
    with pytest.raises(Refused, match="read only"):
        act(cast, sentence)


@pytest.mark.parametrize("act", [ask, right])
def test_an_event_that_fails_saves_nothing(cast: Cast, act: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (sentence,) = doubted(cast)
    monkeypatch.setattr(Event.objects, "create", _broken)
    with pytest.raises(RuntimeError):
        act(cast, sentence)
    assert Sentence.objects.values_list("reviews", "slots_free").get() == (0, 0)


def _broken(**_values: object) -> None:
    raise RuntimeError("the power went")
