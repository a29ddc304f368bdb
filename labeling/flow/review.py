"""Reviews: a label that one person gave and the model doubts is asked of a second person.

Which labels are doubted is found by learning; here is who may be asked, how often, and how many at once.
"""

from collections.abc import Iterable

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet

from labeling.models import Annotation, Lease, Membership, Project, Role, Sentence

# So many reviews wait for their answer at once, and no more: new ones are opened as these are answered.
AT_ONCE = 100


def candidates(project: Project) -> list[tuple[int, str]]:
    """Sentences that may be reviewed, each with its label's key, in the order of ids; empty where none may be.

    Their label is one person's alone, nobody else is to answer them, no owner decided, they are of the pool, outside
    the audit sample, and were never reviewed.
    """
    return list(_single(project).order_by("sentence_id")) if room(project) else []


def room(project: Project) -> int:
    """How many more reviews may be opened now.

    None without a share for them; none where each sentence is asked of several people anyway; none in a project of
    one, whose answer nobody else can look at.
    """
    if not project.review_share or project.overlap > 1 or _people(project) < 2:
        return 0
    open_now = Sentence.objects.with_free_slots().filter(project=project, reviews__gt=0).order_by().count()
    return max(0, AT_ONCE - open_now)


def waiting(project: Project) -> list[int]:
    """Reviews that were opened and that nobody has in hand or has answered, in the order of ids."""
    rows = Sentence.objects.with_free_slots().filter(project=project, reviews__gt=0, audit_place__isnull=True)
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


def _single(project: Project) -> "QuerySet[Annotation, tuple[int, str]]":
    """Rows of the sentence's id and the label's key."""
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
    lone = told.annotate(n=Count("pk"), counted=Count("label", filter=Q(surplus=False))).filter(n=1, counted=1)
    return lone.values_list("sentence_id", Min("label__key"))


def _people(project: Project) -> int:
    """Who answers in this project: its annotators, and owners who have answered something."""
    answered = Annotation.objects.filter(project=project, annotator=OuterRef("user"))
    members = Membership.objects.filter(project=project, user__is_active=True)
    return members.filter(Q(role=Role.ANNOTATOR) | Exists(answered)).count()
