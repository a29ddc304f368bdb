"""Whose reply a question waits for. No list of them is kept: it is everybody whose answer stands, who is a member, and
who did not ask. So no question waits for somebody who has undone their answer or has left.
"""

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from labeling.models import Membership, Project, Question, Reply, State


def mine(member: Membership) -> "QuerySet[Question]":
    """Open questions that wait for a reply of `member`, oldest first; none in an archived project."""
    asked = yet_to_reply(still_open(member.project_id), member.user_id)
    return Question.objects.filter(pk__in=asked.values("pk"), project__archived_at__isnull=True).order_by("pk")


def n_mine(member: Membership) -> int:
    """How many those are, in one query: it begins at the open questions of the project, which are few."""
    return mine(member).count()


def still_open(project: Project | int) -> "QuerySet[Question]":
    """Questions of the project whose sentence is still disputed: others are about to be closed."""
    rows = Question.objects.filter(project=project, closed_at__isnull=True)
    return rows.filter(sentence__in_pool=True, sentence__verdict__isnull=True)


def yet_to_reply(questions: "QuerySet[Question]", *people: int) -> "QuerySet[Question, tuple[int, int]]":
    """Rows of a question's key and that of a user who has yet to reply to it; with `people` of those users alone."""
    asked = Q(sentence__annotations__state=State.GIVEN, sentence__annotations__annotator__is_active=True)
    if people:
        # In the same condition: of the same answer.
        asked &= Q(sentence__annotations__annotator__in=people)
    members = Membership.objects.filter(project=OuterRef("project"), user=OuterRef("person"))
    said = Reply.objects.filter(question=OuterRef("pk"), annotator=OuterRef("person"))
    rows = questions.filter(asked).annotate(person=F("sentence__annotations__annotator")).exclude(person=F("asked_by"))
    return rows.filter(Exists(members), ~Exists(said)).order_by("pk", "person").values_list("pk", "person")
