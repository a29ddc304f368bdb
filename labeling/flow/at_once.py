"""On PostgreSQL, answers in one statement: the leases used up, the answers and their Events written, and committed.

A journey to the server costs more than the work there. Five of them (begin, lease, answer, Event, commit) become one.
Only for what happens nearly always, a first answer to a sentence that is in hand; `flow.annotate` does all else.
"""

from collections.abc import Sequence

from labeling import dialect
from labeling.flow.guideline import in_force
from labeling.models import Membership

# sentence, label, second label, unsure, boilerplate, bad segment, comment, seconds, age, key, what the Event remembers
Answer = tuple[int, int | None, int | None, bool, bool, bool, str, float, float, dialect.Value, str]

_GIVEN = (
    "(%s::bigint, %s::bigint, %s::bigint, %s::bool, %s::bool, %s::bool, %s::text, %s::float8, %s::float8, %s::uuid,"
    " %s::jsonb)"
)
_STATEMENT = """
WITH given (sentence_id, label_id, second_label_id, unsure, boilerplate, bad_segment, comment, seconds, age, key, after)
AS (
    VALUES {given}
), used AS (
    DELETE FROM labeling_lease l USING given g
    WHERE l.sentence_id = g.sentence_id AND l.annotator_id = %s AND l.project_id = %s AND l.held
        AND NOT EXISTS (SELECT 1 FROM labeling_event e WHERE e.key = g.key)
    RETURNING l.sentence_id, l.selection, l.version_id
), kept AS (
    INSERT INTO labeling_annotation (project_id, annotator_id, sentence_id, label_id, second_label_id, unsure,
        boilerplate, bad_segment, comment, seconds, state, surplus, selection, version_id, guideline_id, answered_at)
    SELECT %s::bigint, %s::bigint, g.sentence_id, g.label_id, g.second_label_id, g.unsure, g.boilerplate,
        g.bad_segment, g.comment, g.seconds, 'given', FALSE, u.selection, u.version_id,
        {guideline}, STATEMENT_TIMESTAMP()
    FROM given g JOIN used u ON u.sentence_id = g.sentence_id
    ON CONFLICT (sentence_id, annotator_id) DO UPDATE SET label_id = excluded.label_id,
        second_label_id = excluded.second_label_id, unsure = excluded.unsure, boilerplate = excluded.boilerplate,
        bad_segment = excluded.bad_segment, comment = excluded.comment, seconds = excluded.seconds,
        state = excluded.state, surplus = excluded.surplus, selection = excluded.selection,
        version_id = excluded.version_id, guideline_id = excluded.guideline_id, answered_at = excluded.answered_at
), told AS (
    INSERT INTO labeling_event (project_id, who_id, verb, sentence_id, key, before, after, at)
    SELECT %s::bigint, %s::bigint, 'answered', g.sentence_id, g.key, '{{}}'::jsonb, g.after, STATEMENT_TIMESTAMP()
    FROM given g JOIN used u ON u.sentence_id = g.sentence_id
)
SELECT sentence_id FROM used"""


def keep(*, by: Membership, answers: Sequence[Answer]) -> set[int]:
    """Keep the answers about different sentences whose leases `by` holds; returns the sentences kept.

    Guarantees all or nothing for each: what is not in the result has changed nothing. Raises IntegrityError where the
    same act is being kept by another request at this moment.
    """
    project, person = by.project_id, by.user_id
    statement = _STATEMENT.format(given=", ".join([_GIVEN] * len(answers)), guideline=in_force("g.age"))
    values = [value for answer in answers for value in answer]
    ends = (person, project, project, person, project, project, person)
    return {pk for (pk,) in dialect.rows(statement, (*values, *ends))}
