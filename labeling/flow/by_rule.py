"""The rule of the settled label as SQL, for lists and counts: `Rule.decide` of `flow.rule`, for many sentences at once.

A rule is one row with the columns `least`, `majority` (1 or 0) and `posterior` (null for never).
"""

from typing import NamedTuple

from labeling import dialect
from labeling.flow.rule import OPEN, Rule
from labeling.models import Project

# So many sentences of each kind of change are shown.
SHOWN = 5

_OF_PROJECT = """SELECT id, settle_least AS least, CAST(settle_majority AS INTEGER) AS majority,
    settle_posterior AS posterior FROM labeling_project"""
_GIVEN = """SELECT CAST(%s AS INTEGER) AS least, CAST(%s AS INTEGER) AS majority,
    CAST(%s AS DOUBLE PRECISION) AS posterior"""
# A row a sentence with answers that count: how many name a label, how many the most chosen one, and which label more
# than half chose. {whose} narrows answers b; {bare} may add sentences without answers.
_TOLD = """SELECT sentence_id, MAX(total) AS n, MAX(n) AS most, MAX(CASE WHEN 2 * n > total THEN label_id END) AS winner
    FROM (SELECT b.sentence_id, b.label_id, COUNT(b.label_id) AS n,
        SUM(COUNT(b.label_id)) OVER (PARTITION BY b.sentence_id) AS total
        FROM labeling_annotation b WHERE {whose} AND b.state = 'given' AND NOT b.surplus
        GROUP BY b.sentence_id, b.label_id{bare}) AS votes GROUP BY sentence_id"""
# The step for what was told (t), a posterior (p) and a rule ({r}), where there is no verdict.
_STEP = """CASE WHEN t.n = 0 THEN 'unsure' WHEN t.n < {r}.least THEN 'few' WHEN t.n = 1 THEN 'single'
    WHEN t.most = t.n THEN 'unanimous' WHEN {r}.majority = 1 AND t.winner IS NOT NULL THEN 'majority'
    WHEN p.probability >= {r}.posterior AND p.n_answers = t.n AND EXISTS (SELECT 1 FROM labeling_annotation c
        WHERE c.sentence_id = t.sentence_id AND c.label_id = p.label_id AND c.state = 'given' AND NOT c.surplus)
    THEN 'dawid_skene' ELSE 'apart' END"""
_OPEN = "(" + ", ".join(f"'{one}'" for one in OPEN) + ")"
# Whether a sentence s is settled by the rule of its project.
SETTLED = f"""s.in_pool AND (EXISTS (SELECT 1 FROM labeling_verdict v WHERE v.sentence_id = s.id) OR EXISTS (
    SELECT 1 FROM ({_TOLD.format(whose="b.sentence_id = s.id", bare="")}) AS t
    JOIN ({_OF_PROJECT}) AS r ON r.id = s.project_id LEFT JOIN labeling_posterior p ON p.sentence_id = t.sentence_id
    WHERE {_STEP.format(r="r")} NOT IN {_OPEN}))"""
_BARE = " UNION ALL SELECT v.sentence_id, NULL, 0, 0 FROM labeling_verdict v WHERE v.project_id = %s"
_FULL_STEP = f"CASE WHEN v.id IS NOT NULL THEN 'adjudicated' ELSE {_STEP} END"
_LABEL = (
    "CASE {step} WHEN 'adjudicated' THEN verdict WHEN 'dawid_skene' THEN likely"
    + "".join(f" WHEN '{one}' THEN NULL" for one in OPEN)
    + " ELSE winner END"
)
# A row a sentence of the pool with an answer or a verdict: its label and its step by the rules now and then.
# Parameters: those of `_parameters`.
DECIDED = f"""SELECT sentence_id, n, step, {_LABEL.format(step="step")} AS label_id, step_then,
    {_LABEL.format(step="step_then")} AS label_then FROM (
    SELECT s.id AS sentence_id, t.n, t.winner, v.label_id AS verdict, p.label_id AS likely,
        {_FULL_STEP.format(r="r")} AS step, {_FULL_STEP.format(r="q")} AS step_then
    FROM ({_TOLD.format(whose="b.project_id = %s", bare=_BARE)}) AS t
    JOIN labeling_sentence s ON s.id = t.sentence_id AND s.in_pool
    CROSS JOIN ({_GIVEN}) AS r CROSS JOIN ({_GIVEN}) AS q
    LEFT JOIN labeling_verdict v ON v.sentence_id = s.id
    LEFT JOIN labeling_posterior p ON p.sentence_id = s.id) AS found"""
_KINDS = """CASE WHEN label_id IS NULL THEN 'settled' WHEN label_then IS NULL THEN 'opened' ELSE 'changed' END"""


class Changed(NamedTuple):
    """A sentence whose settled label another rule changes. `kind`: `settled`, `opened` or `changed`."""

    kind: str
    n: int
    sentence_id: int
    step: str
    label_id: int | None
    step_then: str
    label_then: int | None


def parameters(project: Project, now: Rule, then: Rule) -> list[dialect.Value]:
    """Of DECIDED, in its order."""
    rules = [(rule.least, int(rule.majority), rule.posterior) for rule in (now, then)]
    return [project.pk, project.pk, *rules[0], *rules[1]]


def tally(project: Project) -> dict[str, int]:
    """How many sentences each step of the project's rule settles or leaves open: those with an answer or a verdict."""
    rule = Rule.of(project)
    sql = f"SELECT step, COUNT(*) FROM ({DECIDED}) AS decided GROUP BY step"
    return {step: int(n) for step, n in dialect.rows(sql, parameters(project, rule, rule))}


def changes(project: Project, rule: Rule) -> list[Changed]:
    """What `rule` would change, by kind: SHOWN sentences of each at most, newest first, each with the number of all."""
    sql = (
        f"SELECT kind, n, sentence_id, step, label_id, step_then, label_then FROM (SELECT *, COUNT(*) OVER"
        f" (PARTITION BY kind) AS n, ROW_NUMBER() OVER (PARTITION BY kind ORDER BY sentence_id DESC) AS place FROM"
        f" (SELECT sentence_id, step, label_id, step_then, label_then, {_KINDS} AS kind FROM ({DECIDED}) AS decided"
        f" WHERE COALESCE(label_id, 0) <> COALESCE(label_then, 0)) AS differing) AS placed"
        f" WHERE place <= {SHOWN} ORDER BY kind, place"
    )
    return [Changed(*row) for row in dialect.rows(sql, parameters(project, Rule.of(project), rule))]
