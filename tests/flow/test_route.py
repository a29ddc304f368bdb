"""Routing: which sentences have a dispute, what it weighs, and when one more person is asked."""

import math
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from labeling import sweeping
from labeling.flow import annotate, apart, queue, route, withdraw
from labeling.flow.adjudicate import decide
from labeling.flow.archive import archive, restore
from labeling.flow.change import change
from labeling.flow.membership import remove
from labeling.models import (
    Dispute,
    Event,
    Lease,
    Membership,
    ModelVersion,
    Prediction,
    Project,
    Question,
    Role,
    Sentence,
    Verb,
)
from tests.cast import Cast, adjudicator, person
from tests.factories import answer
from tests.flow import acting
from tests.flow.pool_of import pool_of
from tests.flow.test_queue import run_out, taken
from tests.views.conftest import Budget


def told(sentence: Sentence, *labels: str | None) -> Sentence:
    """People answer what was asked of them: ani, budi, cici and so on."""
    for name, label in zip(("ani", "budi", "cici", "dodi"), labels, strict=False):
        answer(sentence, name, label)
    Sentence.objects.filter(pk=sentence.pk).update(slots_free=0)
    return sentence


def third(cast: Cast, name: str = "cici") -> Membership:
    return Membership.objects.create(project=cast.project, user=person(name), role=Role.ANNOTATOR)


def routed(cast: Cast, sentence: Sentence) -> tuple[int, int, bool]:
    """Its free slots and tie-breaks, and whether it is disputed, once all was followed."""
    route.follow(cast.project)
    row = Sentence.objects.get(pk=sentence.pk)
    return row.slots_free, row.tie_breaks, Dispute.objects.filter(sentence=row).exists()


def weight(cast: Cast, sentence: Sentence) -> Dispute:
    route.follow(cast.project)
    return Dispute.objects.get(sentence=sentence)


@pytest.mark.parametrize(
    ("labels", "disputed"),
    [
        (("claim", "denial"), True),
        (("claim", "claim"), False),
        (("claim", None), False),
        ((None,), True),
        ((None, None), True),
        ((), False),
    ],
)
def test_a_dispute_is_where_answers_differ_or_nobody_was_sure(
    cast: Cast, labels: tuple[str | None, ...], disputed: bool
) -> None:
    assert routed(cast, told(pool_of(cast.project, 1)[0], *labels))[2] is disputed


def test_where_two_differ_a_third_person_is_asked(cast: Cast) -> None:
    third(cast)
    assert routed(cast, told(pool_of(cast.project, 1)[0], "claim", "denial")) == (1, 1, True)


def test_where_nobody_is_left_to_ask_it_goes_to_an_adjudicator(cast: Cast) -> None:
    sentence = told(pool_of(cast.project, 1)[0], "claim", "denial")
    assert (routed(cast, sentence), route.n_open(cast.project)) == ((0, 0, True), 1)


def test_no_more_are_asked_than_the_owner_set(cast: Cast) -> None:
    for name in ("cici", "dodi"):
        third(cast, name)
    assert routed(cast, told(pool_of(cast.project, 1)[0], "claim", "denial", "none")) == (0, 0, True)


def test_nobody_more_is_asked_while_somebody_has_it_in_hand(cast: Cast) -> None:
    third(cast)
    sentence = told(pool_of(cast.project, 1)[0], "claim", "denial")
    Lease.objects.create(
        project=cast.project, sentence=sentence, annotator=cast.citra.user, until=timezone.now(), selection="random"
    )
    assert routed(cast, sentence) == (0, 0, True)


def test_following_again_changes_nothing(cast: Cast) -> None:
    third(cast)
    sentence = told(pool_of(cast.project, 1)[0], "claim", "denial")
    first = routed(cast, sentence), list(Dispute.objects.values())
    assert (routed(cast, sentence), list(Dispute.objects.values())) == first


def withdrawn(cast: Cast, sentence: Sentence) -> None:
    annotate.submit(by=cast.ani, acts=[acting.undo(sentence.pk)])


def amended(cast: Cast, sentence: Sentence) -> None:
    annotate.submit(by=cast.ani, acts=[acting.answer(sentence.pk, "denial")])


def decided(cast: Cast, sentence: Sentence) -> None:
    decide(by=cast.citra.user, sentence=sentence, label=cast.project.labels.get(key="none"))


def taken_out(cast: Cast, sentence: Sentence) -> None:
    withdraw.take_out(by=cast.citra.user, sentence=sentence)


@pytest.mark.parametrize("deed", [withdrawn, amended, decided, taken_out])
def test_a_slot_that_is_not_needed_any_more_is_taken_back(cast: Cast, deed: Callable[[Cast, Sentence], None]) -> None:
    third(cast)
    sentence = told(pool_of(cast.project, 1)[0], "claim", "denial")
    before = routed(cast, sentence)
    deed(cast, sentence)
    assert (before, routed(cast, sentence)) == ((1, 1, True), (0, 0, False))


def test_a_lease_that_lapses_gives_back_no_more_than_is_wanted(cast: Cast) -> None:
    cici = third(cast)
    sentence = told(pool_of(cast.project, 1)[0], "claim", "denial")
    routed(cast, sentence)
    taken(cici)
    amended(cast, sentence)
    routed(cast, sentence)
    run_out()
    queue.reap()
    amended(cast, sentence)
    assert routed(cast, sentence) == (0, 0, False)


def test_put_back_into_the_pool_it_is_disputed_again(cast: Cast) -> None:
    sentence = told(pool_of(cast.project, 1)[0], "claim", "denial")
    taken_out(cast, sentence)
    without = routed(cast, sentence)[2]
    withdraw.put_back(by=cast.citra.user, sentence=sentence)
    assert (without, routed(cast, sentence)[2]) == (False, True)


def want(cast: Cast, most: int) -> None:
    change(project=cast.project, by=cast.citra.user, settings={"most_answers": most}, cues={})


def test_fewer_answers_before_an_adjudicator_take_the_slot_back(cast: Cast) -> None:
    third(cast)
    sentence = told(pool_of(cast.project, 1)[0], "claim", "denial")
    routed(cast, sentence)
    want(cast, 2)
    assert (routed(cast, sentence), route.n_open(cast.project)) == ((0, 0, True), 1)


def test_more_answers_before_an_adjudicator_ask_one_more(cast: Cast) -> None:
    third(cast)
    want(cast, 2)
    sentence = told(pool_of(cast.project, 1)[0], "claim", "denial")
    routed(cast, sentence)
    want(cast, 3)
    assert routed(cast, sentence) == (1, 1, True)


def test_who_joins_may_be_asked_and_who_leaves_may_not(cast: Cast) -> None:
    sentence = told(pool_of(cast.project, 1)[0], "claim", "denial")
    before, cici = routed(cast, sentence), third(cast)
    Event.objects.create(project=cast.project, verb=Verb.JOINED)
    between = routed(cast, sentence)
    remove(member=cici, by=cast.citra.user)
    assert (before[0], between[0], routed(cast, sentence)[0]) == (0, 1, 0)


def test_more_answers_of_each_sentence_take_the_place_of_a_tie_break(cast: Cast) -> None:
    third(cast)
    sentence = told(pool_of(cast.project, 1)[0], "claim", "denial")
    routed(cast, sentence)
    change(project=cast.project, by=cast.citra.user, settings={"overlap": 3}, cues={})
    cast.project.refresh_from_db()
    assert routed(cast, sentence) == (1, 0, True)


def test_what_an_adjudicator_has_in_hand_is_not_asked_of_another(cast: Cast) -> None:
    sentence = told(pool_of(cast.project, 1)[0], "claim", "denial")
    routed(cast, sentence)
    until = timezone.now() + timedelta(minutes=5)
    Dispute.objects.update(adjudicator=adjudicator(cast).user, until=until)
    third(cast)
    assert (routed(cast, sentence), Dispute.objects.get().until) == ((0, 0, True), until)


def test_an_archived_project_stays_as_it_is(cast: Cast) -> None:
    sentence = told(pool_of(cast.project, 1)[0], "claim", "denial")
    archive(project=cast.project, by=cast.citra.user)
    before = routed(cast, sentence)
    restore(project=cast.project, by=cast.citra.user)
    assert (before[2], routed(cast, sentence)[2]) == (False, True)


def test_another_project_stays_as_it_is(cast: Cast) -> None:
    sentence = told(pool_of(cast.elsewhere, 1)[0], "claim", "denial")
    assert routed(cast, sentence)[2] is False


def test_only_so_many_wait_for_a_third_person_at_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route, "AT_ONCE", 1)
    third(cast)
    mild, bad = pool_of(cast.project, 2)
    told(mild, "claim", "denial")
    told(bad, None, None)
    route.follow(cast.project)
    found = [Sentence.objects.get(pk=one.pk).slots_free for one in (mild, bad)]
    assert (found, route.n_open(cast.project), route.n_waiting(cast.project)) == ([0, 1], 1, 1)


def test_the_sweep_sees_to_it(cast: Cast) -> None:
    told(pool_of(cast.project, 1)[0], "claim", "denial")
    sweeping.tidy()
    assert Dispute.objects.count() == 1


def test_where_nothing_happened_two_queries_see_it(cast: Cast, django_assert_max_num_queries: Budget) -> None:
    last = Event.objects.latest("pk").pk
    Project.objects.update(routed=last)
    with django_assert_max_num_queries(2):
        route.follow(cast.project)


def test_a_project_that_rests_goes_on_with_the_others(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route, "MARGIN", -1)
    monkeypatch.setattr(route, "BEHIND", 2)
    Project.objects.update(routed=Event.objects.latest("pk").pk)
    last = [Event.objects.create(project=cast.elsewhere, verb=Verb.SOUGHT).pk for _ in range(3)][-1]
    route.follow(cast.project)
    assert Project.objects.get(pk=cast.project.pk).routed == last


def test_what_is_young_is_looked_at_again(cast: Cast) -> None:
    first = Event.objects.earliest("pk").pk
    Project.objects.update(routed=first)
    told(pool_of(cast.project, 1)[0], "claim", "denial")
    route.follow(cast.project)
    assert (Dispute.objects.count(), Project.objects.get(pk=cast.project.pk).routed) == (1, first)


def test_what_is_old_is_not(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route, "MARGIN", -1)
    Project.objects.update(routed=Event.objects.earliest("pk").pk)
    told(pool_of(cast.project, 1)[0], "claim", "denial")
    route.follow(cast.project)
    assert Project.objects.get(pk=cast.project.pk).routed == Event.objects.latest("pk").pk


def test_after_very_many_acts_all_sentences_are_looked_at_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route, "MOST_EVENTS", 1)
    Project.objects.update(routed=Event.objects.earliest("pk").pk)
    first, second = pool_of(cast.project, 2)
    told(first, "claim", "denial")
    route.follow(cast.project)
    told(second, "claim", "denial")
    route.follow(cast.project)
    assert [one.sentence_id for one in Dispute.objects.all()] == [first.pk]


@pytest.mark.parametrize(
    ("labels", "disagreement"),
    [
        (("claim", "denial"), 1.0),
        (("claim", "claim", "denial"), 0.9183 * math.log(2) / math.log(3)),
        (("claim", "denial", "none"), 1.0),
        ((None, None), 1.0),
        (("claim", "denial", None), 1.0),
    ],
)
def test_disagreement_is_the_entropy_of_the_votes(cast: Cast, labels: tuple[str, ...], disagreement: float) -> None:
    found = weight(cast, told(pool_of(cast.project, 1)[0], *labels))
    assert found.disagreement == pytest.approx(disagreement, abs=2e-4)


def test_what_hardly_anybody_says_is_worse(cast: Cast) -> None:
    often, seldom, *rest = pool_of(cast.project, 20)
    for place, one in enumerate(rest):
        told(one, "denial" if place % 2 else "claim")
    told(often, "claim", "claim", "denial")
    told(seldom, "claim", "claim", "none")
    route.follow(cast.project)
    assert [one.sentence_id for one in route.ready(cast.project)][-1] == often.pk


@pytest.mark.parametrize(
    ("shares", "uncertainty"),
    [
        ({"claim": 0.5, "denial": 0.5}, 1.0),
        ({"claim": 1.0, "denial": 0.0}, 0.05),
        ({"claim": 0.9, "denial": 0.1}, 0.469),
    ],
)
def test_the_surer_the_model_the_less_it_presses(cast: Cast, shares: dict[str, float], uncertainty: float) -> None:
    sentence = told(pool_of(cast.project, 1)[0], "claim", "denial")
    version = ModelVersion.objects.create(
        project=cast.project, number=1, path="", sha256="", n_labels=0, n_label_events=0
    )
    Prediction.objects.create(project=cast.project, sentence=sentence, version=version, shares=shares)
    assert weight(cast, sentence).uncertainty == uncertainty


def test_priority_is_the_product(cast: Cast) -> None:
    found = weight(cast, told(pool_of(cast.project, 1)[0], "claim", "claim", "denial"))
    assert found.priority == found.disagreement * found.uncertainty * found.rarity


def test_a_question_that_is_open_keeps_it_waiting(cast: Cast) -> None:
    sentence = told(pool_of(cast.project, 1)[0], "claim", "denial")
    route.follow(cast.project)
    Question.objects.create(project=cast.project, sentence=sentence, asked_by=cast.citra.user, text="Which bridge?")
    assert (route.n_open(cast.project), route.n_waiting(cast.project)) == (0, 1)


def test_a_slot_that_nobody_is_left_to_take_keeps_nothing_waiting(cast: Cast) -> None:
    sentence = told(pool_of(cast.project, 1)[0], "claim", "denial")
    Sentence.objects.update(slots_free=1)
    assert (routed(cast, sentence), route.n_open(cast.project)) == ((1, 0, True), 1)


def test_looking_costs_the_same_however_many_there_are(cast: Cast, django_assert_max_num_queries: Budget) -> None:
    for one in pool_of(cast.project, 20):
        told(one, "claim", "denial")
    with django_assert_max_num_queries(22):
        route.follow(cast.project)


def test_entropy_of_one_is_none() -> None:
    assert apart.entropy([3]) == 0
