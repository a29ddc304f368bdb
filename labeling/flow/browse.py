"""The list of sentences: found by words, label, state, article, person, flag and language, a page at a time by key.

Plain SQL, so that it is plain which table is walked: what speaks of answers walks the answers, newest sentence first,
and stops when the page is full; the rest walks the sentences, a stretch of them for a page, so that what is rare or not
there at all costs no more than what is found at once (docs/adr/0010).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from labeling import dialect
from labeling.flow import by_rule
from labeling.flow.shelf import ReadSentence, told
from labeling.models import Project, Sentence

ROWS = 50
# So many sentences are read for one page, whatever is found among them.
STRETCH = 100_000
MOST_WORDS = 8
FLAGS = ("unsure", "boilerplate", "bad_segment")
Clause = tuple[str, list[dialect.Value]]

# Somebody else gave the sentence of answer a another label.
_DIFFERS = """EXISTS (SELECT 1 FROM labeling_annotation b WHERE b.sentence_id = a.sentence_id AND b.annotator_id = %s
    AND b.state = 'given' AND NOT b.surplus AND b.label_id <> a.label_id)"""
# Somebody else gave the sentence of answer a this label.
_ALSO = """EXISTS (SELECT 1 FROM labeling_annotation b WHERE b.sentence_id = a.sentence_id AND b.id <> a.id
    AND b.state = 'given' AND NOT b.surplus AND b.label_id = %s)"""
# As flow.route keeps them.
_DISPUTED = """s.in_pool AND s.id IN (SELECT d.sentence_id FROM labeling_dispute d WHERE d.project_id = %s)"""
# Few, found by the index of the sample; walking all sentences for them would take seconds.
_AUDIT = """s.id IN (SELECT d.id FROM labeling_sentence d WHERE d.project_id = %s AND d.audit_place IS NOT NULL)"""
# Found by the Events, which have an index by verb.
_OUT = """s.taken_out_at IS NOT NULL AND s.id IN (
    SELECT e.sentence_id FROM labeling_event e WHERE e.project_id = %s AND e.verb = 'took out')"""
# status: its clause; where that has a place, the project's key goes there.
STATUS = {
    "open": "s.in_pool AND s.slots_free > 0",
    "lent": "",
    "answered": "",
    "settled": by_rule.SETTLED,
    "disputed": _DISPUTED,
    "audit": _AUDIT,
    "boilerplate": "s.boilerplate",
    "twin": "s.twin_of_id IS NOT NULL AND NOT s.in_pool",
    "out": _OUT,
}
_OF_ANSWERS = ("answered", "settled")
_INDEXED = ("lent", "disputed", "audit", "out")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to; what is empty narrows nothing.

    `status` is a key of STATUS, `flag` one of FLAGS, `label` and `annotator` are keys of rows. Label, flag and
    annotator speak of one and the same answer; with the status `lent` the annotator is who has it in hand. `other` is
    somebody who chose another label than that answer has, `also_label` the label of another answer to the sentence.
    """

    words: str = ""
    status: str = ""
    label: int | None = None
    article: int | None = None
    annotator: int | None = None
    other: int | None = None
    also_label: int | None = None
    flag: str = ""
    lang: str = ""

    @property
    def of_answers(self) -> bool:
        """Whether an answer must be there."""
        said = self.annotator is not None and self.status != "lent"
        asked = said or self.label or self.other or self.also_label or self.flag
        return bool(asked or self.status in _OF_ANSWERS)

    @property
    def unindexed(self) -> bool:
        """Whether sentences must be read one after the other to find it."""
        indexed = self.of_answers or self.article is not None or self.status in _INDEXED
        return not indexed and bool(self.words or self.lang or self.status)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list, newest sentences first. `older` is the key to go on from, None at the end.

    `unread`: the page ended with its stretch of sentences, not because it was full.
    """

    rows: list[ReadSentence]
    older: int | None
    newest: bool
    unread: bool


def browse(project: Project, wanted: Wanted, *, before: int | None) -> Page:
    """The sentences as articles read now that are `wanted`, those with keys below `before`; eight queries at most.

    A page may have few rows, or none, and yet be followed by others: it is `unread` then.
    """
    floor = _floor(project, before) if wanted.unindexed else None
    ids = _ids(project, wanted, before, floor)
    shown, full = ids[:ROWS], len(ids) > ROWS
    rows = Sentence.objects.filter(pk__in=shown).select_related("source", "twin_of").defer("source__text")
    return Page(
        rows=told(list(rows.order_by("-pk")), project),
        older=shown[-1] if full else floor,
        newest=before is None,
        unread=floor is not None and not full,
    )


def _floor(project: Project, before: int | None) -> int | None:
    """The lowest key of the stretch below `before`; None where the project has no more than that left."""
    if project.n_sentences <= STRETCH:
        return None
    mine = Sentence.objects.filter(project=project, **({} if before is None else {"pk__lt": before}))
    # With another below it: a stretch that ends with the project is the last one.
    keys = list(mine.order_by("-pk").values_list("pk", flat=True)[STRETCH - 1 : STRETCH + 1])
    return keys[0] if len(keys) > 1 else None


def _ids(project: Project, wanted: Wanted, before: int | None, floor: int | None) -> list[int]:
    """A page of keys from `floor` up to below `before`, and one more where there is more."""
    key, tables, grouped = "s.id", "labeling_sentence s", ""
    if wanted.of_answers:
        key, grouped = "a.sentence_id", " GROUP BY a.sentence_id"
        tables = "labeling_annotation a JOIN labeling_sentence s ON s.id = a.sentence_id"
    clauses = [*_of_sentence(project, wanted), *(_of_answer(project, wanted) if wanted.of_answers else ())]
    bounds = ((f"{key} < %s", before), (f"{key} >= %s", floor))
    clauses += [(bound, [value]) for bound, value in bounds if value is not None]
    where = " AND ".join(clause for clause, _values in clauses)
    sql = f"SELECT {key} FROM {tables} WHERE {where}{grouped} ORDER BY {key} DESC LIMIT {ROWS + 1}"
    return [pk for (pk,) in dialect.rows(sql, [value for _clause, values in clauses for value in values])]


def _of_sentence(project: Project, wanted: Wanted) -> Iterator[Clause]:
    mine = dialect.unindexed("s.project_id") if wanted.of_answers else "s.project_id"
    yield f"{mine} = %s AND s.replaced_at IS NULL", [project.pk]
    if wanted.article is not None:
        yield "s.source_id = %s", [wanted.article]
    if wanted.lang:
        yield "s.lang = %s", [wanted.lang]
    if wanted.status == "lent":
        yield _lent(project, wanted.annotator)
    elif clause := STATUS.get(wanted.status, ""):
        yield clause, [project.pk] * clause.count("%s")
    for word in wanted.words.split()[:MOST_WORDS]:
        yield dialect.holds("s.text"), [f"%{dialect.literally(word)}%"]


def _lent(project: Project, annotator: int | None) -> Clause:
    who, values = ("", []) if annotator is None else (" AND l.annotator_id = %s", [annotator])
    lent = (
        f"SELECT l.sentence_id FROM labeling_lease l WHERE l.project_id = %s AND l.held AND l.until > {dialect.now()}"
    )
    return f"s.id IN ({lent}{who})", [project.pk, *values]


def _of_answer(project: Project, wanted: Wanted) -> Iterator[Clause]:
    yield f"{dialect.unindexed('a.project_id')} = %s AND a.state = 'given' AND NOT a.surplus", [project.pk]
    if wanted.label is not None:
        yield "a.label_id = %s", [wanted.label]
    if wanted.annotator is not None:
        yield "a.annotator_id = %s", [wanted.annotator]
    if wanted.other is not None:
        yield _DIFFERS, [wanted.other]
    if wanted.also_label is not None:
        yield _ALSO, [wanted.also_label]
    if wanted.flag in FLAGS:
        yield f"a.{wanted.flag}", []
