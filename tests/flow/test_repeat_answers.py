"""Answers to repeats: kept apart from the answer that was given first."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeling.acts import Act
from labeling.flow import annotate, membership, merging, progress, queue, reveal, scheme, show, withdraw
from labeling.models import (
    Annotation,
    Event,
    Exposure,
    Label,
    Lease,
    Membership,
    Project,
    Question,
    Repeat,
    State,
    Verb,
)
from tests.cast import Cast
from tests.flow.acting import answer, undo
from tests.flow.asked_again import adds_up, again, asked, say, seasoned, turn_comes
from tests.flow.test_reveal import ranked


def first_of(one: Repeat) -> str | None:
    """What the annotation says."""
    return Annotation.objects.given().get(sentence=one.sentence_id, annotator=one.annotator_id).label.key  # type: ignore[union-attr]  # the answer has a label


def take_back(by: Membership, one: Repeat) -> annotate.Receipt:
    return annotate.submit(by=by, acts=[undo(one.sentence_id)])[0]


def state_of(one: Repeat) -> tuple[str | None, bool]:
    """What the repeat says now, and whether it has an answer."""
    one = Repeat.objects.select_related("label").get(pk=one.pk)
    return one.label.key if one.label else None, one.answered_at is not None


def long_ago(one: Repeat) -> None:
    """The repeat was answered longer ago than a lease lasts."""
    Repeat.objects.filter(pk=one.pk).update(answered_at=Now() - queue.LEASE - timedelta(minutes=1))
    Annotation.objects.filter(sentence=one.sentence_id).update(answered_at=Now() - timedelta(days=1))


def test_the_answer_goes_to_the_repeat(cast: Cast) -> None:
    seasoned(cast.ani)
    one = again(cast.ani, "denial")
    assert (state_of(one), one.seconds) == (("denial", True), 1.5)


def test_the_first_answer_stays(cast: Cast) -> None:
    seasoned(cast.ani)
    before = list(Annotation.objects.values())
    again(cast.ani)
    assert list(Annotation.objects.values()) == before


def test_unsure_has_no_label(cast: Cast) -> None:
    seasoned(cast.ani)
    assert state_of(again(cast.ani, None, unsure=True)) == (None, True)


def test_no_slot_moves(cast: Cast) -> None:
    seasoned(cast.ani)
    again(cast.ani)
    assert adds_up(cast.project, 1)


def test_no_training_hears_of_it(cast: Cast) -> None:
    seasoned(cast.ani)
    again(cast.ani)
    assert not Event.objects.of_labels(cast.project).exists()


def test_all_that_was_said_stands_in_its_event(cast: Cast) -> None:
    seasoned(cast.ani)
    again(cast.ani, "denial", second_label="claim", comment="Says both.", boilerplate=True)
    event = Event.objects.get(verb=Verb.REPEATED)
    assert (event.who, event.before) == (cast.ani.user, {})
    assert event.after == {
        "label": "denial",
        "second_label": "claim",
        "unsure": False,
        "boilerplate": True,
        "bad_segment": False,
        "comment": "Says both.",
        "seconds": 1.5,
        "surplus": False,
    }


def test_it_leaves_the_hand(cast: Cast) -> None:
    seasoned(cast.ani)
    one = again(cast.ani)
    assert one.sentence_id not in [lease.sentence_id for lease in queue.in_hand(cast.ani)]


def test_the_same_act_sent_twice_is_kept_once(cast: Cast) -> None:
    seasoned(cast.ani)
    act = answer(asked(cast.ani).sentence_id, "denial")
    receipts = [annotate.submit(by=cast.ani, acts=[act])[0] for _ in range(2)]
    assert (receipts[0], Event.objects.filter(verb=Verb.REPEATED).count()) == (receipts[1], 1)


def test_one_act_twice_in_one_request_is_kept_once(cast: Cast) -> None:
    seasoned(cast.ani)
    act = answer(asked(cast.ani).sentence_id, "denial")
    assert [one.saved for one in annotate.submit(by=cast.ani, acts=[act, act])] == [True, True]
    assert Event.objects.filter(verb=Verb.REPEATED).count() == 1


def test_in_one_request_with_others_each_goes_where_it_belongs(cast: Cast) -> None:
    seasoned(cast.ani)
    leases = queue.take(by=cast.ani, want=3)
    receipts = annotate.submit(by=cast.ani, acts=[answer(one.sentence_id, "denial") for one in leases])
    assert [one.repeated for one in receipts] == [True, False, False]
    assert Annotation.objects.filter(label__key="denial").count() == 2


def test_without_its_event_there_is_no_answer(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    seasoned(cast.ani)
    one = asked(cast.ani)

    def fails(**_fields: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(Event.objects, "create", fails)
    with pytest.raises(OSError, match="no room"):
        say(cast.ani, one.sentence_id)
    assert state_of(one) == (None, False)


def test_a_label_that_is_not_offered_is_refused(cast: Cast) -> None:
    seasoned(cast.ani)
    one = asked(cast.ani)
    assert (say(cast.ani, one.sentence_id, "rumour").saved, state_of(one)) == (False, (None, False))


def test_a_late_answer_is_kept(cast: Cast) -> None:
    seasoned(cast.ani)
    one = asked(cast.ani)
    Repeat.objects.update(until=Now() - timedelta(hours=5))
    say(cast.ani, one.sentence_id)
    assert (state_of(one), first_of(one)) == (("denial", True), "claim")


def test_an_answer_on_its_way_is_kept_when_the_sentence_is_taken_out(cast: Cast) -> None:
    seasoned(cast.ani)
    one = asked(cast.ani)
    withdraw.take_out(by=cast.citra.user, sentence=one.sentence)
    assert (say(cast.ani, one.sentence_id).saved, state_of(one)) == (True, ("denial", True))


def test_an_answer_on_its_way_is_kept_when_all_was_handed_back(cast: Cast) -> None:
    seasoned(cast.ani)
    one = asked(cast.ani)
    membership.hand_back(member=cast.ani, by=cast.citra.user)
    assert (say(cast.ani, one.sentence_id).saved, state_of(one)) == (True, ("denial", True))


def test_what_was_said_before_it_was_asked_is_no_answer_to_it(cast: Cast) -> None:
    seasoned(cast.ani)
    one = asked(cast.ani)
    say(cast.ani, one.sentence_id, age=30.0)
    assert (state_of(one), first_of(one)) == ((None, False), "denial")


def test_a_second_answer_soon_after_changes_the_repeat(cast: Cast) -> None:
    seasoned(cast.ani)
    one = again(cast.ani, "denial")
    say(cast.ani, one.sentence_id, "none")
    assert (state_of(one), first_of(one)) == (("none", True), "claim")


def test_the_change_remembers_what_was_said_before(cast: Cast) -> None:
    seasoned(cast.ani)
    one = again(cast.ani, "denial", comment="Denies it.")
    say(cast.ani, one.sentence_id, "none")
    assert Event.objects.filter(verb=Verb.REPEATED).latest("pk").before["comment"] == "Denies it."


def test_an_older_answer_from_another_device_does_not_replace_it(cast: Cast) -> None:
    seasoned(cast.ani)
    one = again(cast.ani, "denial")
    Repeat.objects.update(asked_at=Now() - timedelta(minutes=9), answered_at=Now() - timedelta(minutes=1))
    assert (say(cast.ani, one.sentence_id, "none", age=120.0).saved, state_of(one)) == (False, ("denial", True))


def test_long_after_it_an_answer_amends_the_first_one(cast: Cast) -> None:
    seasoned(cast.ani)
    one = again(cast.ani, "denial")
    long_ago(one)
    say(cast.ani, one.sentence_id, "none")
    assert (state_of(one), first_of(one)) == (("denial", True), "none")


def test_once_the_first_one_was_amended_it_is_what_is_amended(cast: Cast) -> None:
    seasoned(cast.ani)
    one = again(cast.ani, "denial")
    Repeat.objects.update(answered_at=Now() - timedelta(minutes=2))
    Annotation.objects.filter(sentence=one.sentence_id).update(answered_at=Now() - timedelta(minutes=1))
    say(cast.ani, one.sentence_id, "none")
    assert (state_of(one), first_of(one)) == (("denial", True), "none")


@pytest.mark.parametrize("answered_before", [True, False])
def test_after_a_question_an_answer_amends_the_first_one(cast: Cast, answered_before: bool) -> None:
    seasoned(cast.ani)
    one = again(cast.ani, "denial") if answered_before else asked(cast.ani)
    before = state_of(one)
    Question.objects.create(project=cast.project, sentence=one.sentence, asked_by=cast.citra.user, text="Who?")
    say(cast.ani, one.sentence_id, "none")
    assert (state_of(one), first_of(one)) == (before, "none")


def test_undo_takes_the_answer_to_the_repeat_back_and_not_the_first_one(cast: Cast) -> None:
    seasoned(cast.ani)
    one = again(cast.ani)
    assert (take_back(cast.ani, one).saved, state_of(one), first_of(one)) == (True, (None, False), "claim")


def test_what_was_undone_stands_in_its_event(cast: Cast) -> None:
    seasoned(cast.ani)
    take_back(cast.ani, again(cast.ani, "denial", comment="Denies it."))
    event = Event.objects.filter(verb=Verb.REPEATED).latest("pk")
    assert (event.before["label"], event.before["comment"], event.after) == ("denial", "Denies it.", {})


def test_an_undone_repeat_is_first_in_hand(cast: Cast) -> None:
    seasoned(cast.ani)
    one = again(cast.ani)
    take_back(cast.ani, one)
    assert queue.in_hand(cast.ani)[0].sentence_id == one.sentence_id


def test_undone_it_is_answered_anew(cast: Cast) -> None:
    seasoned(cast.ani)
    one = again(cast.ani)
    take_back(cast.ani, one)
    say(cast.ani, one.sentence_id, "none")
    assert (state_of(one), first_of(one)) == (("none", True), "claim")


def test_answer_undo_answer_in_one_request_ends_with_the_last(cast: Cast) -> None:
    seasoned(cast.ani)
    one = asked(cast.ani)
    pk = one.sentence_id
    annotate.submit(by=cast.ani, acts=[answer(pk, "denial"), undo(pk), answer(pk, "none")])
    assert (state_of(one), first_of(one)) == (("none", True), "claim")


def test_an_undo_sent_twice_is_done_once(cast: Cast) -> None:
    seasoned(cast.ani)
    one = again(cast.ani)
    act = undo(one.sentence_id)
    assert [annotate.submit(by=cast.ani, acts=[act])[0].saved for _ in range(2)] == [True, True]
    assert (first_of(one), Event.objects.filter(verb=Verb.REPEATED).count()) == ("claim", 2)


def test_another_undo_leaves_the_first_answer(cast: Cast) -> None:
    seasoned(cast.ani)
    one = again(cast.ani)
    take_back(cast.ani, one)
    assert (take_back(cast.ani, one).saved, first_of(one)) == (False, "claim")


def test_long_after_it_the_undo_is_still_of_what_was_said_last(cast: Cast) -> None:
    seasoned(cast.ani)
    one = again(cast.ani)
    long_ago(one)
    assert (take_back(cast.ani, one).saved, state_of(one), first_of(one)) == (True, (None, False), "claim")


def test_out_of_the_pool_nothing_is_undone(cast: Cast) -> None:
    seasoned(cast.ani)
    one = again(cast.ani)
    withdraw.take_out(by=cast.citra.user, sentence=one.sentence)
    assert (take_back(cast.ani, one).saved, state_of(one)) == (False, ("denial", True))


def test_a_first_answer_that_is_taken_back_takes_the_waiting_repeat_along(cast: Cast) -> None:
    seasoned(cast.ani)
    one = asked(cast.ani)
    assert take_back(cast.ani, one).saved
    assert (Repeat.objects.exists(), Annotation.objects.get(sentence=one.sentence_id).state) == (False, State.WITHDRAWN)
    assert [lease.sentence_id for lease in queue.in_hand(cast.ani)].count(one.sentence_id) == 1


def test_after_it_the_model_says_nothing(cast: Cast) -> None:
    seasoned(cast.ani)
    ranked(cast)
    Annotation.objects.update(version=Project.objects.get(pk=cast.project.pk).version)
    one, by = asked(cast.ani), Membership.objects.get(pk=cast.ani.pk)
    act = answer(one.sentence_id)
    for _ in range(2):
        receipts = annotate.submit(by=by, acts=[act])
        assert reveal.reveal(by=by, acts=[act], receipts=receipts) is None
    assert not Exposure.objects.exists()


def test_the_page_is_given_no_earlier_answer(cast: Cast) -> None:
    seasoned(cast.ani)
    leases = queue.take(by=cast.ani, want=3)
    assert [one["answer"] for one in show.served(by=cast.ani, slug="berita", leases=leases)] == [None] * 3


def test_undone_and_loaded_again_it_shows_what_was_undone_as_others_do(cast: Cast) -> None:
    seasoned(cast.ani)
    one = again(cast.ani, "denial")
    take_back(cast.ani, one)
    shown = show.served(by=cast.ani, slug="berita", leases=queue.in_hand(cast.ani)[:1])
    assert (shown[0]["answer"] or {})["label"] == "denial"


def test_the_persons_own_count_goes_up_as_with_any_other(cast: Cast) -> None:
    seasoned(cast.ani)
    before = progress.for_page(cast.ani)["mine_today"]
    one = again(cast.ani)
    after = progress.for_page(cast.ani)["mine_today"]
    take_back(cast.ani, one)
    assert (after, progress.for_page(cast.ani)["mine_today"]) == (before + 1, before)  # type: ignore[operator]  # a number


def test_a_merge_of_labels_takes_repeats_along(cast: Cast) -> None:
    seasoned(cast.ani)
    one = again(cast.ani, "claim")
    claim, denial = (Label.objects.get(project=cast.project, key=key) for key in ("claim", "denial"))
    merging.merge(label=claim, into=denial, by=cast.citra.user)
    one.refresh_from_db()
    assert (one.first_label, one.label) == (denial, denial)


def test_a_label_that_only_a_repeat_names_is_in_use(cast: Cast) -> None:
    seasoned(cast.ani)
    again(cast.ani, "condemnation")
    assert scheme.in_scheme(Label.objects.get(project=cast.project, key="condemnation")).used


STEPS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.sampled_from(["claim", "denial"])), max_size=20)


def deed(by: Membership, what: int, n: int, label: str) -> None:
    held = [lease.sentence_id for lease in queue.in_hand(by)]
    told = Event.objects.filter(who=by.user, key__isnull=False).order_by("-pk").values_list("sentence_id", flat=True)
    acts: list[Act] = []
    if what == 0:
        turn_comes(by)
        queue.take(by=by, want=n + 2)
    elif what == 1:
        acts = [answer(pk, label) for pk in held[: n + 1]]
    elif what == 2:
        acts = [undo(pk) for pk in list(dict.fromkeys(told))[:n] if pk]
    elif what == 3:
        Lease.objects.filter(annotator=by.user).update(until=Now() - timedelta(seconds=1))
        Repeat.objects.filter(annotator=by.user).update(until=Now() - timedelta(seconds=1))
        queue.reap()
    elif what == 4:
        acts = [answer(pk, label) for pk in Repeat.objects.values_list("sentence_id", flat=True)[:n]]
    else:
        membership.hand_back(member=by, by=by.user)
    annotate.submit(by=by, acts=acts)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_with_repeats_the_slots_add_up_and_the_first_answers_stand(
    cast: Cast, steps: list[tuple[int, int, str]]
) -> None:
    for row in (Repeat, Lease, Event, Annotation):
        row.objects.filter(project=cast.project).delete()
    cast.project.sources.all().delete()
    old = {one.pk for one in seasoned(cast.ani, 4, waiting=6)}
    for what, n, label in steps:
        deed(cast.ani, what, n, label)
    assert adds_up(cast.project, 1)
    assert not Annotation.objects.given().filter(sentence__in=old).exclude(label__key="claim").exists()
