"""Routing, Event by Event, whatever happens: held against a look at each sentence by itself."""

from collections import Counter

import pytest
from django.contrib.auth.models import User
from hypothesis import given
from hypothesis import settings as examples
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

LABELS = ("claim", "denial", "none", None)
# Answering comes oftenest: without several answers to a sentence nothing is disputed.
DEEDS = (
    *("label",) * 4,
    *("follow",) * 3,
    *("take", "undo", "amend", "lapse", "most", "overlap", "out", "decide"),
)
STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(DEEDS), st.integers(0, 2), st.sampled_from(LABELS)),
    min_size=8,
    max_size=30,
)
Step = tuple[int, str, int, str | None]


@pytest.mark.slow
@pytest.mark.parametrize("margin", [10, -1])
def test_whatever_happens_the_rows_say_what_the_answers_say(cast: Cast, margin: int) -> None:
    met: Counter[str] = Counter()

    @examples(max_examples=40, deadline=None, database=None, derandomize=True)
    @given(steps=STEPS, most=st.integers(2, 4), overlap=st.integers(1, 3))
    def walk(steps: list[Step], most: int, overlap: int) -> None:
        met.update(walked(cast, steps, most_answers=most, overlap=overlap))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(route, "MARGIN", margin)
        walk()
    # A walk on which nobody differs says nothing.
    assert {name for name, n in met.items() if n} == {"disputed", "asked once more", "free for a tie", "settled again"}


def walked(cast: Cast, steps: list[Step], **settings: int) -> Counter[str]:
    """Begin anew, walk the steps, hold every row against its answers; what was met on the way."""
    Lease.objects.all().delete()
    cast.project.sources.all().delete()
    Project.objects.update(**settings, routed=Event.objects.latest("pk").pk)
    cast.project.refresh_from_db()
    pool_of(cast.project, 3, audit=1)
    people = [cast.ani, cast.budi, Membership.objects.filter(user__username="cici").first() or third(cast)]
    met: Counter[str] = Counter()
    for who, deed, n, label in (*steps, (0, "follow", 0, None)):
        if deed == "follow":
            met.update(followed(cast.project))
        else:
            act(cast, people[who], deed, n, label)
    return met


def followed(project: Project) -> Counter[str]:
    """Route, and hold every row against its answers; what is met."""
    before = Dispute.objects.count()
    route.follow(project)
    project.refresh_from_db()
    sentences = list(Sentence.objects.filter(project=project))
    for sentence in sentences:
        check(project, sentence)
    now, tied = Dispute.objects.count(), [one for one in sentences if one.tie_breaks]
    return Counter(
        {
            "disputed": now > before,
            "settled again": now < before,
            "asked once more": bool(tied),
            "free for a tie": any(one.slots_free for one in tied),
        }
    )


def act(cast: Cast, by: Membership, deed: str, n: int, label: str | None) -> None:
    some = Sentence.objects.filter(project=cast.project).order_by("pk")[n]
    answered = acting.answer(some.pk, label, unsure=label is None)
    if deed in ("label", "take"):
        held = taken(by, want=2)
        if deed == "label":
            annotate.submit(by=by, acts=[acting.answer(pk, label, unsure=label is None) for pk in held])
    elif deed in ("undo", "amend"):
        annotate.submit(by=by, acts=[acting.undo(some.pk) if deed == "undo" else answered])
    elif deed == "lapse":
        run_out(annotator=by.user)
        queue.reap()
    elif deed in ("most", "overlap"):
        names = {"most_answers": n + 2} if deed == "most" else {"overlap": n + 1}
        change(project=cast.project, by=cast.citra.user, settings=names, cues={})
    elif deed in ("out", "decide") and some.in_pool:
        (withdraw.take_out if deed == "out" else decide_one)(by=cast.citra.user, sentence=some)


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
    # Where fewer are asked for than have answered, the one who is to settle a tie comes on top of those.
    assert out + len(counted) == wanted or (sentence.slots_free <= sentence.tie_breaks and out + len(counted) > wanted)
    assert out >= more
    assert not (sentence.tie_breaks and sentence.slots_free) or (more and out == 1)
