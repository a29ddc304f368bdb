"""Repeats: who is asked which of their own sentences again, and when."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from labeling.flow import archive, cut, membership, queue, repeat, why, withdraw
from labeling.models import (
    Annotation,
    Event,
    Exposure,
    GuidelineExample,
    Label,
    Lease,
    Membership,
    Project,
    Question,
    Repeat,
    Sentence,
    State,
    Verb,
    Verdict,
)
from tests.cast import Cast
from tests.flow.asked_again import adds_up, again, answered, asked, seasoned, turn_comes
from tests.flow.pool_of import pool_of
from tests.views.conftest import Budget


def in_hand(by: Membership) -> list[int]:
    return [lease.sentence_id for lease in queue.in_hand(by)]


def took(by: Membership, want: int = 3) -> list[int]:
    return [lease.sentence_id for lease in queue.take(by=by, want=want)]


def test_one_turn_of_every_twenty_is_a_repeat(cast: Cast) -> None:
    assert len(repeat.due(cast.ani, range(1_000, 3_000))) == 100


def test_no_twenty_is_without_one(cast: Cast) -> None:
    assert {turn // 20 for turn in repeat.due(cast.ani, range(1_000, 3_000))} == set(range(50, 150))


def test_none_comes_before_so_many_answers_can_have_followed(cast: Cast) -> None:
    assert repeat.due(cast.ani, range(repeat.APART)) == []


def test_it_takes_no_turn_of_the_audit_sample(cast: Cast) -> None:
    assert not [turn for turn in repeat.due(cast.ani, range(2_000)) if turn % 5 == 4]


def test_nobody_can_count_the_turns_out(cast: Cast) -> None:
    assert len({turn % 20 for turn in repeat.due(cast.ani, range(2_000))}) > 10


def test_the_turns_are_the_same_whenever_they_are_looked_at(cast: Cast) -> None:
    whole = repeat.due(cast.ani, range(210))
    assert [turn for start in range(0, 210, 7) for turn in repeat.due(cast.ani, range(start, start + 7))] == whole


def test_in_its_turn_a_person_is_asked_one_of_their_own_sentences(cast: Cast) -> None:
    old = seasoned(cast.ani)
    first, *rest = took(cast.ani)
    assert first in {one.pk for one in old}
    assert len(rest) == 2


def test_which_one_is_drawn_is_the_same_as_things_stand(cast: Cast) -> None:
    seasoned(cast.ani)
    served = Membership.objects.get(pk=cast.ani.pk).served
    turns = range(served, served + 1)
    assert repeat.draw(cast.ani, turns) == repeat.draw(cast.ani, turns)


def test_another_turn_draws_another_one(cast: Cast) -> None:
    seasoned(cast.ani, 40)
    turns = repeat.due(cast.ani, range(200))
    assert len({repeat.draw(cast.ani, range(turn, turn + 1))[turn].sentence_id for turn in turns}) > 5


def test_two_in_one_hand_are_two_sentences(cast: Cast) -> None:
    seasoned(cast.ani, 2)
    assert len({pick.sentence_id for pick in repeat.draw(cast.ani, range(400)).values()}) == 2


def test_what_they_had_said_is_kept_with_it(cast: Cast) -> None:
    seasoned(cast.ani)
    assert asked(cast.ani).first_label == Label.objects.get(project=cast.project, key="claim")


def test_who_has_answered_fifty_is_asked_none_of_them_again(cast: Cast) -> None:
    seasoned(cast.ani, 0)
    took(cast.ani)
    assert not Repeat.objects.exists()


def test_what_others_answered_is_no_repeat(cast: Cast) -> None:
    seasoned(cast.budi)
    turn_comes(cast.ani)
    took(cast.ani)
    assert not Repeat.objects.exists()


def test_where_an_owner_wants_none_there_are_none(cast: Cast) -> None:
    seasoned(cast.ani)
    Project.objects.filter(pk=cast.project.pk).update(repeats=False)
    took(cast.ani)
    assert not Repeat.objects.exists()


def test_who_has_answered_all_there_is_is_done(cast: Cast) -> None:
    seasoned(cast.ani, waiting=0)
    assert took(cast.ani) == []


def test_a_repeat_is_never_the_last_that_is_left(cast: Cast) -> None:
    old = seasoned(cast.ani, waiting=1)
    first, last = took(cast.ani)
    assert (first in {one.pk for one in old}, last in {one.pk for one in old}) == (True, False)


def test_the_same_sentence_is_not_asked_a_third_time(cast: Cast) -> None:
    seasoned(cast.ani, 1)
    again(cast.ani)
    turn_comes(cast.ani)
    took(cast.ani)
    assert Repeat.objects.count() == 1


def test_what_the_answers_of_others_say_does_not_keep_it_from_being_asked(cast: Cast) -> None:
    cast.project.overlap = 2
    old = seasoned(cast.ani, 1)
    answered(cast.budi, old)
    assert asked(cast.ani).sentence_id == old[0].pk


def leave(sentence: Sentence, cast: Cast, how: str) -> None:
    """Something comes between the answer to `sentence` and its repeat."""
    rows = {"project": cast.project, "sentence": sentence}
    label = Label.objects.get(project=cast.project, key="denial")
    told = Annotation.objects.filter(sentence=sentence)
    if how == "out of the pool":
        withdraw.take_out(by=cast.citra.user, sentence=sentence)
    elif how == "undone":
        told.update(state=State.WITHDRAWN)
    elif how == "brought by a file":
        told.update(selection="imported")
    elif how == "shown a suggestion":
        Exposure.objects.create(annotator=cast.ani.user, label=label, share=0.5, **rows)
    elif how == "asked a question":
        Question.objects.create(asked_by=cast.citra.user, text="Who denies what?", closed_at=timezone.now(), **rows)
    elif how == "decided":
        Verdict.objects.create(label=label, decided_by=cast.citra.user, **rows)
    elif how == "an example":
        GuidelineExample.objects.create(label=label, by=cast.citra.user, **rows)
    elif how == "answered anew":
        told.update(answered_at=Now())
    else:
        Label.objects.filter(project=cast.project, key="claim").update(retired_at=Now())


@pytest.mark.parametrize(
    "how",
    [
        *("out of the pool", "undone", "brought by a file", "shown a suggestion", "asked a question"),
        *("decided", "an example", "answered anew", "its label retired"),
    ],
)
def test_a_sentence_is_not_asked_again_that_is(cast: Cast, how: str) -> None:
    (only,) = seasoned(cast.ani, 1)
    leave(only, cast, how)
    took(cast.ani)
    assert not Repeat.objects.filter(sentence=only).exists()


def test_where_the_draw_falls_on_none_the_oldest_are_looked_at(cast: Cast) -> None:
    old = seasoned(cast.ani, 30)
    Annotation.objects.filter(sentence__in=old[1:]).update(selection="imported")
    assert asked(cast.ani).sentence_id == old[0].pk


def test_it_looks_like_the_lease_that_its_answer_came_from(cast: Cast) -> None:
    seasoned(cast.ani)
    Annotation.objects.update(selection="diverse")
    assert queue.take(by=cast.ani, want=3)[0].selection == "diverse"


def test_what_was_taken_is_in_hand_in_the_same_order(cast: Cast) -> None:
    seasoned(cast.ani)
    assert took(cast.ani, 6) == in_hand(cast.ani)


def test_a_repeat_counts_among_the_ten(cast: Cast) -> None:
    seasoned(cast.ani)
    assert (len(took(cast.ani, 10)), len(took(cast.ani, 10))) == (10, 10)


def test_it_is_a_turn_like_any_other(cast: Cast) -> None:
    seasoned(cast.ani)
    before = Membership.objects.get(pk=cast.ani.pk).served
    took(cast.ani)
    assert Membership.objects.get(pk=cast.ani.pk).served == before + 3


def test_the_audit_sample_keeps_its_turns(cast: Cast) -> None:
    pool_of(cast.project, 20, audit=20)
    seasoned(cast.ani, waiting=40)
    served = Membership.objects.get(pk=cast.ani.pk).served
    audit = {one.pk for one in Sentence.objects.of_audit_sample()}
    assert [pk in audit for pk in took(cast.ani, 10)] == [turn % 5 == 4 for turn in range(served, served + 10)]


def test_it_takes_no_slot(cast: Cast) -> None:
    seasoned(cast.ani)
    asked(cast.ani)
    assert adds_up(cast.project, 1)


def test_nobody_else_has_it_in_hand(cast: Cast) -> None:
    seasoned(cast.ani)
    one = asked(cast.ani)
    assert one.sentence_id not in took(cast.budi, 10)


def test_asking_is_no_event(cast: Cast) -> None:
    seasoned(cast.ani)
    asked(cast.ani)
    assert not Event.objects.filter(verb=Verb.REPEATED).exists()


def test_one_that_ran_out_is_in_hand_no_longer(cast: Cast) -> None:
    seasoned(cast.ani)
    one = asked(cast.ani)
    Repeat.objects.update(until=Now() - timedelta(seconds=1))
    assert one.sentence_id not in in_hand(cast.ani)


def test_reaping_gives_back_no_slot_of_it(cast: Cast) -> None:
    seasoned(cast.ani)
    asked(cast.ani)
    Repeat.objects.update(until=Now() - timedelta(seconds=1))
    Lease.objects.update(until=Now() - timedelta(seconds=1))
    queue.reap()
    assert adds_up(cast.project, 1)


def test_one_that_ran_out_is_not_asked_again(cast: Cast) -> None:
    seasoned(cast.ani, 1)
    asked(cast.ani)
    Repeat.objects.update(until=Now() - timedelta(seconds=1))
    turn_comes(cast.ani)
    took(cast.ani, 10)
    assert Repeat.objects.count() == 1


def test_who_works_has_it_renewed(cast: Cast) -> None:
    seasoned(cast.ani)
    asked(cast.ani)
    Repeat.objects.update(until=Now() + queue.LEASE / 3)
    took(cast.ani)
    assert Repeat.objects.filter(until__gt=Now() + queue.LEASE / 2).exists()


def test_handing_back_takes_it_out_of_the_hand(cast: Cast) -> None:
    seasoned(cast.ani)
    asked(cast.ani)
    membership.hand_back(member=cast.ani, by=cast.citra.user)
    assert in_hand(cast.ani) == []


def test_who_left_has_nothing_in_hand(cast: Cast) -> None:
    seasoned(cast.ani)
    asked(cast.ani)
    membership.remove(member=cast.ani, by=cast.citra.user)
    assert not Repeat.objects.filter(until__gt=Now()).exists()


def test_a_sentence_that_is_taken_out_is_in_no_hand(cast: Cast) -> None:
    seasoned(cast.ani)
    one = asked(cast.ani)
    withdraw.take_out(by=cast.citra.user, sentence=one.sentence)
    assert one.sentence_id not in in_hand(cast.ani)


def test_a_sentence_that_is_split_is_in_no_hand(cast: Cast) -> None:
    seasoned(cast.ani)
    one = asked(cast.ani)
    cut.split(by=cast.citra.user, sentence=one.sentence, at=cut.places(one.sentence.text)[0])
    assert one.sentence_id not in in_hand(cast.ani)


def test_of_what_an_open_question_is_asked_nothing_is_in_hand(cast: Cast) -> None:
    seasoned(cast.ani)
    one = asked(cast.ani)
    Question.objects.create(project=cast.project, sentence=one.sentence, asked_by=cast.citra.user, text="Who?")
    assert one.sentence_id not in in_hand(cast.ani)


def test_an_archived_project_asks_none(cast: Cast) -> None:
    seasoned(cast.ani)
    archive.archive(project=cast.project, by=cast.citra.user)
    assert (took(cast.ani), Repeat.objects.count()) == ([], 0)


def test_whoever_has_it_in_hand_is_not_told_what_the_model_reads_in_it(cast: Cast) -> None:
    seasoned(cast.ani)
    one = asked(cast.ani)
    assert "in your hand" in why.why(project=cast.project, sentence=one.sentence, by=cast.ani.user).refused


def test_a_repeat_costs_four_queries_more(cast: Cast, django_assert_max_num_queries: Budget) -> None:
    seasoned(cast.ani)
    with django_assert_max_num_queries(15):
        took(cast.ani)
