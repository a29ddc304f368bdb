"""People's figures, for help and not for shame: what one person's answers look like beside those of all others.

Nobody is measured against themselves: what others say of a sentence is the verdict, where somebody else gave it, else
the label that more than half of the other people chose.
"""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from labeling import dialect, learning
from labeling.learning import Given
from labeling.models import Annotation, Project, Repeat, Selection

WEEK = timedelta(days=7)
# The columns of learning.Given, in plain SQL: through the ORM, reading alone took three times as long. The article is
# what learning.article_of says. Asked for because of a doubt are `review` and `tie_break`: those sentences are harder.
# What came with a file has no time, and what is no sentence is seen at a glance.
_GIVEN = """SELECT a.answered_at, a.sentence_id, a.annotator_id, COALESCE(a.label_id, 0),
    CASE WHEN o.unit = 'article' OR o.title <> '' THEN s.source_id ELSE -s.id END,
    a.seconds, s."end" - s.start,
    CASE WHEN a.label_id IS NOT NULL AND NOT a.surplus AND s.in_pool THEN 1 ELSE 0 END,
    CASE WHEN a.label_id IS NOT NULL AND NOT a.surplus AND s.in_pool
        AND a.selection NOT IN ('review', 'tie_break') THEN 1 ELSE 0 END,
    CASE WHEN a.selection = 'imported' OR a.boilerplate OR a.bad_segment THEN 0 ELSE 1 END,
    COALESCE(v.label_id, 0), COALESCE(v.decided_by_id, 0)
    FROM labeling_annotation a JOIN labeling_sentence s ON s.id = a.sentence_id
    JOIN labeling_source o ON o.id = s.source_id
    LEFT JOIN labeling_verdict v ON v.sentence_id = a.sentence_id
    WHERE a.project_id = %s AND a.state = 'given' ORDER BY a.answered_at, a.id"""


def measure(project: Project) -> dict[str, Any]:
    """By the key of a person, as text, all that is told of their answers, as JSON; four queries.

    `given`, `week` and `imported` count answers that stand. Beside others count those that the agreement counts: sure,
    not surplus, of the pool. Kappa and percent leave out, on both sides, answers that were asked for because of a
    doubt, which would weigh hard sentences heavier; the confusion and the drift have all.
    """
    given = [Given(*row) for row in dialect.rows(_GIVEN, [project.pk])]
    keys = dict(project.labels.values_list("pk", "key"))
    repeats = Repeat.objects.filter(project=project, answered_at__isnull=False, sentence__in_pool=True)
    twice = repeats.order_by("pk").values_list("annotator_id", "first_label_id", "label_id")
    found = learning.people(given, keys, [(who, one or 0, other or 0) for who, one, other in twice], seed=project.pk)
    counts = {"given": Count("pk"), "week": Count("pk", filter=Q(answered_at__gte=timezone.now() - WEEK))}
    counts["imported"] = Count("pk", filter=Q(selection=Selection.IMPORTED))
    rows = Annotation.objects.given().filter(project=project).order_by().values("annotator_id").annotate(**counts)
    return {str(row["annotator_id"]): {**row, **found.get(row["annotator_id"], {})} for row in rows}
