"""Routing, Event by Event, whatever happens: held against a look at each sentence by itself."""

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeling.flow import annotate, queue, route, withdraw
from labeling.flow.adjudicate import decide
from labeling.flow.change import change
from labeling.models import Dispute, Event, Lease, Membership, Project, Sentence, Verdict
from tests.cast import Cast
from tests.flow import acting
from tests.flow.pool_of import pool_of
from tests.flow.test_queue import run_out, taken
from tests.flow.test_route import third

STEPS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 8), st.integers(0, 3)), max_size=30)


@pytest.mark.parametrize("margin", [10, -1])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_the_rows_say_what_the_answers_say(
    cast: Cast, margin: int, steps: list[tuple[int, int, int]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(route, "MARGIN", margin)
        Lease.objects.all().delete()
        cast.project.sources.all().delete()
        Project.objects.update(most_answers=3, overlap=1, routed=Event.objects.latest("pk").pk)
        cast.project.refresh_from_db()
        pool_of(cast.project, 4, audit=1)
        people = [cast.ani, cast.budi, Membership.objects.filter(user__username="cici").first() or third(cast)]
        for who, deed, n in steps:
            act(cast, people[who], deed, n)
        route.follow(cast.project)
        cast.project.refresh_from_db()
        for sentence in Sentence.objects.filter(project=cast.project):
            check(cast.project, sentence)


def act(cast: Cast, by: Membership, deed: int, n: int) -> None:
    some = Sentence.objects.filter(project=cast.project).order_by("pk")[n]
    labels = ("claim", "denial", "none", None)
    if deed == 0:
        taken(by, want=2)
    elif deed <= 2:
        acts = [acting.answer(lease.sentence_id, labels[n], unsure=n == 3) for lease in queue.in_hand(by)]
        annotate.submit(by=by, acts=acts)
    elif deed == 3:
        annotate.submit(by=by, acts=[acting.undo(some.pk)])
    elif deed == 4:
        annotate.submit(by=by, acts=[acting.answer(some.pk, labels[n], unsure=n == 3)])
    elif deed == 5:
        run_out(annotator=by.user)
        queue.reap()
    elif deed == 6:
        names = {"most_answers": n + 1} if n % 2 else {"overlap": n + 1}
        change(project=cast.project, by=cast.citra.user, settings=names, cues={})
    elif deed == 7 and some.in_pool:
        (withdraw.take_out if n else decide_one)(by=cast.citra.user, sentence=some)
    else:
        route.follow(cast.project)


def decide_one(*, by: User, sentence: Sentence) -> None:
    decide(by=by, sentence=sentence, label=sentence.project.labels.get(key="none"))


def check(project: Project, sentence: Sentence) -> None:
    """The rule, an answer at a time."""
    given = list(sentence.annotations.filter(state="given"))
    counted = [one.label_id for one in given if not one.surplus]
    differ = len({label for label in counted if label}) > 1 or (bool(counted) and not any(counted))
    disputed = differ and sentence.in_pool and not Verdict.objects.filter(sentence=sentence).exists()
    assert [one.n_answers for one in Dispute.objects.filter(sentence=sentence)] == [len(counted)] * disputed
    lent, answered = sentence.leases.filter(held=True).count(), {one.annotator.username for one in given}
    more = disputed and len(counted) < project.most_answers and bool({"ani", "budi", "cici"} - answered)
    wanted = max(project.overlap, 2 if sentence.audit_place is not None else 1) + sentence.tie_breaks
    out = sentence.slots_free + lent
    assert out + len(counted) == wanted or (sentence.slots_free == 0 and out + len(counted) > wanted)
    assert out >= more
    assert not (sentence.tie_breaks and sentence.slots_free) or (more and out == 1)
