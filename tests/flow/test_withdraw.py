"""Taking a sentence out of the pool, and putting it back."""

import pytest

from labeling.errors import Refused
from labeling.flow import annotate, archive, judging, progress, queue, settle, withdraw
from labeling.flow.apart import apart
from labeling.models import Annotation, Event, Kind, Lease, Project, Run, Sentence, Verb
from tests.cast import Cast
from tests.flow.acting import answer, undo
from tests.flow.pool_of import pool_of
from tests.views.answering import answers


def taken_out(cast: Cast, sentence: Sentence) -> Sentence:
    return withdraw.take_out(by=cast.citra.user, sentence=sentence, reason="Not ours.")


def put_back(cast: Cast, sentence: Sentence) -> Sentence:
    return withdraw.put_back(by=cast.citra.user, sentence=sentence)


def fresh(sentence: Sentence) -> Sentence:
    return Sentence.objects.get(pk=sentence.pk)


def n_pool(cast: Cast) -> int:
    return Project.objects.get(pk=cast.project.pk).n_pool


def test_nobody_is_asked_about_what_was_taken_out(cast: Cast) -> None:
    first, second = pool_of(cast.project, 2)
    taken_out(cast, first)
    assert [lease.sentence_id for lease in queue.take(by=cast.ani)] == [second.pk]


def test_whoever_has_it_in_hand_loses_it(cast: Cast) -> None:
    first, second = pool_of(cast.project, 2)
    queue.take(by=cast.ani)
    taken_out(cast, first)
    assert [lease.sentence_id for lease in queue.in_hand(cast.ani)] == [second.pk]


def test_its_slots_are_given_back(cast: Cast) -> None:
    (one,) = pool_of(cast.project, 1)
    queue.take(by=cast.ani)
    taken_out(cast, one)
    assert fresh(one).slots_free == 1


def test_an_answer_on_its_way_is_kept(cast: Cast) -> None:
    (one,) = pool_of(cast.project, 1)
    queue.take(by=cast.ani)
    taken_out(cast, one)
    (receipt,) = annotate.submit(by=cast.ani, acts=[answer(one.pk)])
    assert (receipt.saved, receipt.surplus) == (True, False)


def test_the_answer_on_its_way_is_the_one_that_was_wanted(cast: Cast) -> None:
    (one,) = pool_of(cast.project, 1)
    queue.take(by=cast.ani)
    taken_out(cast, one)
    annotate.submit(by=cast.ani, acts=[answer(one.pk)])
    put_back(cast, one)
    assert queue.take(by=cast.budi) == []


def test_an_answer_to_it_can_no_longer_be_undone(cast: Cast) -> None:
    (one,) = pool_of(cast.project, 1)
    queue.take(by=cast.ani)
    annotate.submit(by=cast.ani, acts=[answer(one.pk)])
    taken_out(cast, one)
    (receipt,) = annotate.submit(by=cast.ani, acts=[undo(one.pk)])
    assert (receipt.saved, Lease.objects.filter(held=True).count()) == (False, 0)


def test_its_answers_stay(cast: Cast) -> None:
    (one,) = pool_of(cast.project, 1)
    answers(cast.ani, one, "claim")
    taken_out(cast, one)
    assert Annotation.objects.given().count() == 1


def test_its_answers_settle_nothing_while_it_is_out(cast: Cast) -> None:
    (one,) = pool_of(cast.project, 1)
    answers(cast.ani, one, "claim")
    taken_out(cast, one)
    assert list(settle.settled(cast.project)) == []


def test_agreement_does_not_count_it(cast: Cast) -> None:
    (one,) = pool_of(cast.project, 1, audit=1)
    answers(cast.ani, one, "claim")
    taken_out(cast, one)
    assert judging.counted(cast.project) == ([], 0)


def test_nobody_is_asked_to_decide_it(cast: Cast) -> None:
    (one,) = pool_of(cast.project, 1)
    answers(cast.ani, one, "claim")
    answers(cast.budi, one, "denial")
    taken_out(cast, one)
    assert not apart(cast.project).exists()


def test_put_back_its_answers_count_again(cast: Cast) -> None:
    (one,) = pool_of(cast.project, 1)
    answers(cast.ani, one, "claim")
    taken_out(cast, one)
    put_back(cast, one)
    assert [found.sentence_id for found in settle.settled(cast.project)] == [one.pk]


def test_put_back_it_is_as_it_was(cast: Cast) -> None:
    one = pool_of(cast.project, 5, audit=2)[1]
    taken_out(cast, one)
    put_back(cast, one)
    assert Sentence.objects.filter(pk=one.pk).values().get() == Sentence.objects.filter(pk=one.pk).values().get() | {
        name: getattr(one, name)
        for name in ("in_pool", "slots_free", "audit_place", "audit_probability", "taken_out_at")
    }


def test_the_pool_is_counted_down_and_up(cast: Cast) -> None:
    one = pool_of(cast.project, 3)[0]
    counts = [n_pool(cast)]
    taken_out(cast, one)
    counts.append(n_pool(cast))
    put_back(cast, one)
    assert [*counts, n_pool(cast)] == [3, 2, 3]


def test_who_did_it_and_why_is_kept(cast: Cast) -> None:
    (one,) = pool_of(cast.project, 1)
    taken_out(cast, one)
    event = Event.objects.get(verb=Verb.TOOK_OUT)
    assert (event.who, event.sentence_id, event.after) == (cast.citra.user, one.pk, {"reason": "Not ours."})


def test_twice_is_refused(cast: Cast) -> None:
    (one,) = pool_of(cast.project, 1)
    taken_out(cast, one)
    with pytest.raises(Refused, match="not in the pool"):
        taken_out(cast, one)


def test_in_an_archived_project_nothing_is_taken_out(cast: Cast) -> None:
    (one,) = pool_of(cast.project, 1)
    archive.archive(project=cast.project, by=cast.citra.user)
    with pytest.raises(Refused, match="read only"):
        taken_out(cast, one)


def test_what_is_in_the_pool_is_not_put_back(cast: Cast) -> None:
    (one,) = pool_of(cast.project, 1)
    with pytest.raises(Refused, match="in the pool already"):
        put_back(cast, one)


def test_the_same_text_is_not_in_the_pool_twice(cast: Cast) -> None:
    first, second = pool_of(cast.project, 2)
    taken_out(cast, first)
    Sentence.objects.filter(pk=second.pk).update(text_hash=first.text_hash)
    with pytest.raises(Refused, match=f"in article {second.source_id}"):
        put_back(cast, first)


def test_boilerplate_that_is_put_into_the_pool_is_a_sentence(cast: Cast) -> None:
    (one,) = pool_of(cast.project, 1)
    Sentence.objects.filter(pk=one.pk).update(in_pool=False, boilerplate=True)
    put_back(cast, one)
    assert [lease.sentence_id for lease in queue.take(by=cast.ani)] == [one.pk]


def test_it_is_not_counted_as_answered_while_it_is_out(cast: Cast) -> None:
    first, second = pool_of(cast.project, 2)
    answers(cast.ani, first, "claim")
    answers(cast.ani, second, "claim")
    taken_out(cast, first)
    assert progress.answered(cast.project.pk) == 1


def test_put_back_its_features_are_owed(cast: Cast) -> None:
    (one,) = pool_of(cast.project, 1)
    taken_out(cast, one)
    put_back(cast, one)
    assert Run.objects.get().kind == Kind.FEATURES


def test_without_its_event_nothing_is_taken_out(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    (one,) = pool_of(cast.project, 1)

    def fails(**_fields: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(Event.objects, "create", fails)
    with pytest.raises(OSError, match="no room"):
        taken_out(cast, one)
    assert fresh(one).in_pool
