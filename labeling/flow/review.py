"""Reviews: a label that one person gave and that is doubted is asked of a second person.

How far a label is doubted is found by learning, from the model and from its giver's record; here is what that record
is, and who may be asked, how often, and how many at once.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet

from labeling.models import Annotation, Lease, Membership, Project, Role, Selection, Sentence

# So many reviews wait for their answer at once, and no more: new ones are opened as these are answered.
AT_ONCE = 100


def candidates(project: Project) -> list[tuple[int, str]]:
    """Sentences that may be reviewed, each with its label's key, in the order of ids; empty where none may be.

    Their label is one person's alone, nobody else is to answer them, no owner decided, they are of the pool, outside
    the audit sample, and were never reviewed.
    """
    return list(_single(project).order_by("sentence_id")) if room(project) else []


def givers(project: Project) -> dict[int, int]:
    """Who gave the label of each sentence that may be reviewed or waits for it: the user's key by the sentence's."""
    if not _is_wanted(project):
        return {}
    waits = Annotation.objects.decided().filter(project=project, surplus=False, sentence__in=waiting(project))
    return dict(waits.values_list("sentence_id", "annotator_id")) | dict(
        _lone(project).values_list("sentence_id", Min("annotator_id"))
    )


def records(project: Project) -> dict[int, tuple[float, float]]:
    """By person, how often an answer of theirs was compared with those of others to the same sentence, and how often
    they agreed: with half of two others half a time.

    Sentences that were reviewed and answers that broke a tie are left out: what is asked for because of a doubt is
    harder, and would tell against whoever was asked. Empty where nothing is reviewed.
    """
    if not _is_wanted(project):
        return {}
    counted = Annotation.objects.decided().filter(project=project, surplus=False, sentence__in_pool=True)
    plain = counted.filter(sentence__reviews=0).exclude(selection=Selection.TIE_BREAK).order_by()
    several = plain.values("sentence_id").annotate(n=Count("pk")).filter(n__gt=1).values("sentence_id")
    told = plain.filter(sentence__in=several).order_by("sentence_id")
    found: dict[int, tuple[float, float]] = {}
    for _sentence, rows in groupby(told.values_list("sentence_id", "annotator_id", "label_id"), key=itemgetter(0)):
        answers = [(person, label) for _pk, person, label in rows]
        counts = Counter(label for _person, label in answers)
        for person, label in answers:
            n, same = found.get(person, (0.0, 0.0))
            found[person] = (n + 1, same + (counts[label] - 1) / (len(answers) - 1))
    return found


def room(project: Project) -> int:
    """How many more reviews may be opened now.

    None without a share for them; none where each sentence is asked of several people anyway; none in a project of
    one, whose answer nobody else can look at.
    """
    if not _is_wanted(project):
        return 0
    open_now = Sentence.objects.with_free_slots().filter(project=project, reviews__gt=0, tie_breaks=0)
    return max(0, AT_ONCE - open_now.order_by().count())


def people(project: Project) -> "QuerySet[Membership]":
    """Who answers in this project: its annotators, and others who have answered something."""
    answered = Annotation.objects.filter(project=project, annotator=OuterRef("user"))
    members = Membership.objects.filter(project=project, user__is_active=True)
    return members.filter(Q(role=Role.ANNOTATOR) | Exists(answered))


def waiting(project: Project) -> list[int]:
    """Reviews that were opened and that nobody has in hand or has answered, in the order of ids."""
    mine = Sentence.objects.with_free_slots().filter(project=project, audit_place__isnull=True)
    # Where answers differ, the queue itself asks for one more.
    rows = mine.filter(reviews__gt=0, tie_breaks=0)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def open_for_review(project: Project, sentence_ids: Iterable[int]) -> list[int]:
    """Want one more answer of each of these sentences that may be reviewed as things stand; returns them, in order.

    Called in the transaction that publishes their places in the ranking. No more are opened than there is room for.
    """
    wanted = list(dict.fromkeys(sentence_ids))[: room(project)]
    Sentence.objects.hold(wanted)
    # Much may have happened since the candidates were looked up: what is held here cannot change any more.
    still = {pk for pk, _label in _single(project).filter(sentence_id__in=wanted)}
    Sentence.objects.filter(pk__in=still).update(reviews=1, slots_free=F("slots_free") + 1)
    return [pk for pk in wanted if pk in still]


def _is_wanted(project: Project) -> bool:
    return bool(project.review_share and project.overlap == 1 and people(project).count() > 1)


def _single(project: Project) -> "QuerySet[Annotation, tuple[int, str]]":
    """Rows of the sentence's id and the label's key."""
    return _lone(project).values_list("sentence_id", Min("label__key"))


def _lone(project: Project) -> "QuerySet[Annotation, Any]":
    """Rows, one a sentence, that may be reviewed."""
    given = (
        Annotation.objects.given()
        .filter(
            project=project,
            sentence__reviews=0,
            sentence__slots_free=0,
            sentence__in_pool=True,
            sentence__audit_place__isnull=True,
            sentence__verdict__isnull=True,
        )
        .exclude(label__retired_at__isnull=False)
    )
    in_hand = Lease.objects.filter(sentence=OuterRef("sentence_id"), held=True)
    told = given.filter(~Exists(in_hand)).values("sentence_id")
    return told.annotate(n=Count("pk"), counted=Count("label", filter=Q(surplus=False))).filter(n=1, counted=1)
