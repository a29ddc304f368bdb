"""A person who has answered so much that some of it is asked again."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from django.db.models import F
from django.utils import timezone

from labeling.flow import annotate, queue, repeat
from labeling.models import Annotation, Lease, Membership, Project, Repeat, Selection, Sentence
from tests.flow.acting import answer
from tests.flow.pool_of import pool_of


def answered(by: Membership, sentences: Sequence[Sentence], selection: str = Selection.RANDOM) -> None:
    """`by` has answered these with `claim`, a second each, the last of them a minute ago."""
    label, guideline = by.project.labels.get(key="claim"), by.project.current_guideline()
    begun = timezone.now() - timedelta(seconds=60 + len(sentences))
    Annotation.objects.bulk_create(
        Annotation(
            project=by.project,
            sentence=sentence,
            annotator=by.user,
            label=label,
            seconds=1.0,
            selection=selection,
            guideline=guideline,
            answered_at=begun + timedelta(seconds=number),
        )
        for number, sentence in enumerate(sentences)
    )
    Sentence.objects.filter(pk__in=[one.pk for one in sentences]).update(slots_free=F("slots_free") - 1)


def seasoned(by: Membership, old: int = 5, *, waiting: int = 12) -> list[Sentence]:
    """The sentences that `by` may be asked again, `old` of them, in the order of their answers: fifty have followed.

    The next turn of `by` is a repeat, and some sentences that nobody has answered wait in the pool.
    """
    pool = pool_of(by.project, old + repeat.APART + waiting)
    answered(by, pool[: old + repeat.APART])
    turn_comes(by)
    return pool[:old]


def turn_comes(by: Membership) -> None:
    """The next sentence that `by` is served is to be one of their own, and none of those that a page holds ahead."""
    served = max(Membership.objects.get(pk=by.pk).served, repeat.APART)
    found = repeat.due(by, range(served, served + 10 * repeat.REPEAT_TURN))
    turn = next(turn for turn, later in pairwise(found) if later - turn >= queue.AHEAD)
    Membership.objects.filter(pk=by.pk).update(served=turn)


def asked(by: Membership, want: int = 3) -> Repeat:
    """The repeat that `by` is served with the next sentences."""
    queue.take(by=by, want=want)
    return Repeat.objects.get(annotator=by.user, answered_at=None)


def say(by: Membership, sentence: int, label: str | None = "denial", **more: object) -> annotate.Receipt:
    """`by` answers the sentence as the page sends it."""
    return annotate.submit(by=by, acts=[answer(sentence, label, **more)])[0]


def again(by: Membership, label: str | None = "denial", **more: object) -> Repeat:
    """A repeat that `by` has answered."""
    one = asked(by)
    assert say(by, one.sentence_id, label, **more).saved
    one.refresh_from_db()
    return one


def adds_up(project: Project, wanted: int) -> bool:
    """Whether each sentence of the project has as many free slots, leases and counted answers as it wants."""
    lent = Counter(Lease.objects.filter(held=True).values_list("sentence_id", flat=True))
    counted = Counter(Annotation.objects.given().filter(surplus=False).values_list("sentence_id", flat=True))
    free = Sentence.objects.filter(project=project).values_list("pk", "slots_free")
    return all(slots + lent[pk] + counted[pk] == wanted for pk, slots in free)
