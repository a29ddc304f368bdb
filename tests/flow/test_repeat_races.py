"""Two tabs of one person who is asked one of their own sentences again."""

import pytest

from labeling.flow import annotate, queue
from labeling.models import Annotation, Event, Membership, Repeat, Verb
from tests.cast import Cast, gather
from tests.flow.acting import answer, undo
from tests.flow.asked_again import adds_up, seasoned
from tests.flow.racing import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TABS = 6


def test_whatever_tabs_do_at_once_a_repeat_is_one_and_the_first_answer_stands() -> None:
    cast: Cast = gather(audit_size=0)
    old = [one.pk for one in seasoned(cast.ani, waiting=40)]

    def take(member: Membership) -> None:
        queue.take(by=member)

    at_once(take, [cast.ani] * TABS)
    one = Repeat.objects.get()
    same = answer(one.sentence_id, "denial")
    at_once(lambda member: annotate.submit(by=member, acts=[same]), [cast.ani] * TABS)
    assert Event.objects.filter(verb=Verb.REPEATED).count() == 1

    def meddle(member: Membership) -> None:
        for act in (answer(one.sentence_id, "none"), undo(one.sentence_id), answer(one.sentence_id, "denial")):
            annotate.submit(by=member, acts=[act])
            queue.take(by=member)

    at_once(meddle, [cast.ani] * TABS)
    assert set(Annotation.objects.filter(sentence__in=old).values_list("label__key", "state")) == {("claim", "given")}
    assert adds_up(cast.project, 1)
    # Who answered last has the last word, whichever tab that was.
    last = Event.objects.filter(verb=Verb.REPEATED).latest("pk").after
    assert Repeat.objects.values_list("label__key", flat=True).get(pk=one.pk) == last.get("label")
