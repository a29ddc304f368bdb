"""Laying down one chunk of an import as Sources and Sentences, inside the caller's transaction."""

import hashlib
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter

from django.db.models import F
from django.utils.translation import gettext as _

from labeling import dialect
from labeling.flow import task_data
from labeling.flow.brought import Brought
from labeling.flow.tally import TWINS_LISTED, Tally
from labeling.formats.shapes import Article, Bad, Origin, Row
from labeling.keys import SHUFFLE, place_of, text_hash
from labeling.models import Project, Sentence, Source, Unit, Upload

ROWS_A_SOURCE = 100
# A row, its language, and the hash of its text.
Line = tuple[Row, str, str]


@dataclass(frozen=True, slots=True)
class Piece:
    """One sentence of an article, `text[start:end]`."""

    start: int
    end: int
    paragraph: int
    boilerplate: bool


@dataclass(frozen=True, slots=True)
class Cut:
    """An article and its sentences."""

    article: Article
    lang: str
    pieces: Sequence[Piece]


@dataclass(slots=True)
class Draft:
    """A sentence that is about to be written: what its columns will hold, and its key afterwards.

    Not a Sentence: making one takes Django longer than writing it takes the database.
    """

    source: Source
    project_id: int
    number: int
    paragraph: int
    start: int
    end: int
    text: str
    text_hash: str
    lang: str
    boilerplate: bool
    in_pool: bool
    slots_free: int
    shuffle: int
    twin_of_id: int | None = None
    audit_place: int | None = None
    audit_probability: float | None = None
    reviews: int = 0
    taken_out_at: datetime | None = None
    pk: int = 0


_COLUMNS = [one.name for one in fields(Draft) if one.name not in ("source", "taken_out_at", "pk")]
_own = attrgetter(*_COLUMNS)


class Layer:
    """Writes chunks of one upload. Call `lay` in a transaction that holds the project's row."""

    def __init__(self, project: Project, upload: Upload, tally: Tally) -> None:
        self.project = project
        self.upload = upload
        self.tally = tally
        # Hashes of texts that were looked for in this chunk and are not in the pool.
        self._absent: set[str] = set()

    def lay(self, cuts: Sequence[Cut], rows: Sequence[tuple[Row, str]], bad: Iterable[Bad]) -> None:
        """Write the articles, then the rows (each with its language), then count what was left out.

        A text that the project holds already is not added again: a whole article or a row is named in the tally, a
        sentence inside a new article is kept as the twin of the first one, outside the pool. The label of a row becomes
        an annotation, whether its sentence is new or not.
        """
        brought = Brought(self.project, self.upload, self.tally)
        self._absent.clear()
        for one in bad:
            self.tally.refuse(one.line, one.reason)
        sound = [(row, lang, text_hash(row.text)) for row, lang in rows if not self._refused(row, brought)]
        repeated: list[tuple[int, str]] = []
        drafts = self._new_articles(cuts) + self._new_rows(sound, repeated)
        Source.objects.bulk_create(source for source, _sentences in drafts)
        written = [sentence for _source, each in drafts for sentence in each]
        self.write(written)
        answers = [brought.answers(row, hashed) for row, _lang, hashed in sound]
        self.tell(repeated, brought.keep([one for each in answers for one in each]))
        beside = [(hashed, row.beside) for row, _lang, hashed in sound if row.beside is not None]
        new = {one.text_hash: one.pk for one in written if one.in_pool}
        self.tally.predictions += task_data.keep(project=self.project, told=beside, new=new)

    def _new_articles(self, cuts: Sequence[Cut]) -> list[tuple[Source, list[Draft]]]:
        hashes = [hashlib.sha256(cut.article.text.encode()).hexdigest() for cut in cuts]
        here = {
            sha256: _("source %(id)d, “%(title)s”") % {"id": pk, "title": title or self.upload.name}
            for pk, sha256, title in Source.objects.filter(project=self.project, sha256__in=hashes).values_list(
                "pk", "sha256", "title"
            )
        }
        drafts = []
        for cut, sha256 in zip(cuts, hashes, strict=True):
            if sha256 in here:
                said = _("the same article is here already: %(where)s")
                self.tally.duplicate(cut.article.line, said % {"where": here[sha256]})
                continue
            self.tally.labels_left_out += bool(cut.article.label)
            here[sha256] = _("line %(line)d of this upload") % {"line": cut.article.line}
            source = self.source(cut.article.origin, cut.lang, cut.article.text, sha256, Unit.ARTICLE)
            sentences = [self.sentence(source, number, piece) for number, piece in enumerate(cut.pieces)]
            source.n_sentences = len(sentences)
            drafts.append((source, sentences))
        self.tally.articles += len(drafts)
        return drafts

    def _refused(self, row: Row, brought: Brought) -> bool:
        reason = brought.why_not(row)
        if reason:
            self.tally.refuse(row.line, reason)
        return bool(reason)

    def _new_rows(self, rows: Sequence[Line], repeated: list[tuple[int, str]]) -> list[tuple[Source, list[Draft]]]:
        """Drafts of the rows whose text is new; the line of each other, and where its text is, go to `repeated`."""
        here = self.here(hashed for _row, _lang, hashed in rows)
        together: dict[tuple[Origin, str], list[list[Line]]] = {}
        first = _("line %(line)d of this upload")
        for row, lang, hashed in rows:
            if hashed in here:
                repeated.append((row.line, here[hashed]))
                continue
            here[hashed] = first % {"line": row.line}
            groups = together.setdefault((row.origin, row.article), [[]])
            if len(groups[-1]) == ROWS_A_SOURCE:
                groups.append([])
            groups[-1].append((row, lang, hashed))
        return [self._source_of_rows(group) for groups in together.values() for group in groups]

    def tell(self, repeated: Iterable[tuple[int, str]], kept: Container[int]) -> None:
        """Name the rows that were here already, `kept` being the lines whose labels went in."""
        for line, where in repeated:
            if line in kept:
                said = _("the same sentence is here already (%(where)s); its label was added")
                self.tally.label_kept(line, said % {"where": where})
            else:
                said = _("the same sentence is here already: %(where)s")
                self.tally.duplicate(line, said % {"where": where})

    def here(self, hashes: Iterable[str]) -> dict[str, str]:
        """Where the texts with these hashes are in the pool, in words."""
        asked = set(hashes)
        found = Sentence.objects.in_pool().filter(project=self.project, text_hash__in=asked)
        rows = found.values_list("text_hash", "number", "source_id", "source__title")
        here = {hashed: _place(number, source, title) for hashed, number, source, title in rows}
        self._absent |= asked - here.keys()
        return here

    def _source_of_rows(self, group: Sequence[Line]) -> tuple[Source, list[Draft]]:
        first, lang, _hashed = group[0]
        text = "\n".join(row.text for row, _lang, _hashed in group)
        # Not the hash of the text alone: an article of the same words is another Source.
        sha256 = hashlib.sha256(f"rows {self.upload.pk} {first.line}\n{text}".encode()).hexdigest()
        source = self.source(first.origin, lang, text, sha256, Unit.SENTENCE, title=first.article)
        source.n_sentences = len(group)
        sentences, start = [], 0
        for number, (row, row_lang, hashed) in enumerate(group):
            piece = Piece(start, start + len(row.text), paragraph=number, boilerplate=False)
            sentences.append(self.sentence(source, number, piece, lang=row_lang, hashed=hashed))
            start = piece.end + 1
        return source, sentences

    def source(self, origin: Origin, lang: str, text: str, sha256: str, unit: Unit, *, title: str = "") -> Source:
        return Source(
            project=self.project,
            upload=self.upload,
            unit=unit,
            title=origin.title or title[:300],
            url=origin.url,
            publisher=origin.publisher,
            published_at=origin.published_at,
            lang=lang,
            text=text,
            sha256=sha256,
        )

    def sentence(self, source: Source, number: int, piece: Piece, *, lang: str = "", hashed: str = "") -> Draft:
        """A draft of it; `hashed` is the hash of its text, where that is known."""
        text = source.text[piece.start : piece.end]
        hashed = hashed or text_hash(text)
        return Draft(
            source=source,
            project_id=self.project.pk,
            number=number,
            paragraph=piece.paragraph,
            start=piece.start,
            end=piece.end,
            text=text,
            text_hash=hashed,
            lang=lang or source.lang,
            boilerplate=piece.boilerplate,
            in_pool=not piece.boilerplate,
            slots_free=self.project.overlap,
            shuffle=place_of(self.project.pk, hashed, purpose=SHUFFLE),
        )

    def write(self, sentences: Sequence[Draft]) -> None:
        """Write them, and count them; one whose text is in the pool already, or among the others, is its twin."""
        before = (self.tally.sentences, self.tally.added)
        hashes = {one.text_hash for one in sentences if one.in_pool}
        pool = Sentence.objects.in_pool().filter(project=self.project, text_hash__in=hashes - self._absent)
        first: dict[str, Draft | int] = dict(pool.values_list("text_hash", "pk"))
        self._absent -= hashes
        twins = []
        for one in sentences:
            if one.in_pool and first.setdefault(one.text_hash, one) is not one:
                one.in_pool = False
                twins.append(one)
        # The first ones go in before their twins, which need their ids.
        late = set(map(id, twins))
        _insert([one for one in sentences if id(one) not in late])
        for twin in twins:
            known = first[twin.text_hash]
            twin.twin_of_id = known.pk if isinstance(known, Draft) else known
        _insert(twins)
        self.tally.sentences += len(sentences)
        self.tally.added += sum(one.in_pool for one in sentences)
        self.tally.twins += len(twins)
        self._name(twins[: TWINS_LISTED - len(self.tally.twin_sentences)])
        Project.objects.filter(pk=self.project.pk).update(
            n_sentences=F("n_sentences") + self.tally.sentences - before[0],
            n_pool=F("n_pool") + self.tally.added - before[1],
        )

    def _name(self, twins: Sequence[Draft]) -> None:
        """List these written twins, each with where its text stood before."""
        if not twins:
            return
        firsts = Sentence.objects.filter(pk__in=[one.twin_of_id for one in twins])
        where: dict[int | None, str] = {
            pk: _place(number, source, title)
            for pk, number, source, title in firsts.values_list("pk", "number", "source_id", "source__title")
        }
        for one in twins:
            self.tally.twin(one.text, where[one.twin_of_id])


def _insert(drafts: Sequence[Draft]) -> None:
    """Write them, each with its source's key, and give them their own."""
    names = ["source_id", "taken_out_at", *_COLUMNS]
    values = [
        [one.source.pk, dialect.moment(one.taken_out_at) if one.taken_out_at else None, *_own(one)] for one in drafts
    ]
    for one, pk in zip(drafts, dialect.insert(Sentence, names, values, key="id"), strict=True):
        one.pk = pk


def _place(number: int, source_id: int, title: str) -> str:
    """Where a sentence stands, in words."""
    where = {"number": number + 1, "id": source_id, "title": title}
    if title:
        return _("sentence %(number)d of source %(id)d, “%(title)s”") % where
    return _("sentence %(number)d of source %(id)d") % where
