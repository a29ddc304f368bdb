"""Segmenting: an upload becomes Sources and Sentences with offsets, chunk by chunk."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import ceil
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from labeling import dialect, formats, jobs
from labeling.claims import Claim
from labeling.errors import BadUpload
from labeling.flow import report, sample, task_data
from labeling.flow.giving_way import give_way, somebody_labels
from labeling.flow.laying import Cut, Layer, Piece
from labeling.flow.returning import Returner
from labeling.flow.tally import Tally
from labeling.formats.decoding import unpacked
from labeling.formats.returned import Near, Returned
from labeling.formats.shapes import Article, Bad, Options, Origin, Record, Row, origin_of
from labeling.models import Event, Label, Preference, Project, Upload, Verb
from ml import segmentation

# One chunk is one transaction. While people label it is a part of that: so small that labelling hardly waits for it on
# SQLite, which has one writer.
CHUNK_RECORDS = 1_000
CHUNK_CHARACTERS = 500_000
PART = 10
ANSWER_CHARACTERS = 150
# After so many sentences, and each time that there are four times as many, the database looks at its tables anew.
GROWN, TIMES_GROWN = 5_000, 4
# The format of a folder that we exported, which has an audit sample of its own.
FOLDER = "folder"
Found = Record | Returned | Near


def run(*, claim: Claim) -> dict[str, Any]:
    """Import the upload that the Run names; returns the report, which is the Run's result too.

    Guarantees: it may be cut anywhere and run again, without a duplicate and without a hole, because each chunk and
    the cursor behind it are one transaction; memory does not grow with the upload; a bad line is named and the others
    go in. Raises BadUpload where the upload as a whole cannot be read, LostClaim where another worker took over.
    """
    upload = Upload.objects.get(pk=claim.run.options["upload"], project=claim.project)
    tally = Tally.resumed(claim.run.cursor)
    pace = Pace(records=tally.records, place=claim.run.done)
    with translation.override(_language_of(claim)):
        if not default_storage.exists(upload.path):
            raise BadUpload(
                _("The uploaded file %(name)s is gone from the disk. Send it again.") % {"name": upload.name}
            )
        with default_storage.open(upload.path) as stored:
            stream = cast(BinaryIO, stored.file)
            returner, grown = Returner(Layer(claim.project, upload, tally)), tally.sentences + GROWN
            for chunk in _chunks(islice(_records(upload, stream), tally.records, None)):
                began = time.monotonic()
                _lay(claim, returner, chunk, done=stream.tell(), pace=pace)
                if tally.sentences >= grown:
                    dialect.analyze("labeling_source", "labeling_sentence")
                    grown = TIMES_GROWN * tally.sentences
                give_way(time.monotonic() - began)
        if not tally.records:
            tally.refuse(1, _("there is no line with text in it"))
        return _end(claim, upload, tally)


def options_of(upload: Upload) -> Options:
    """How the upload is to be read."""
    default = Origin(lang=upload.lang)
    return Options(
        format=upload.format,
        unit=upload.unit,
        columns=upload.options.get("columns", {}),
        origin=origin_of(upload.options, default),
        names=tuple(upload.options.get("names", ())),
        beside=task_data.FIELD if upload.options.get("task_data") else "",
        known=_known(upload) if upload.format == FOLDER else frozenset(),
    )


def _known(upload: Upload) -> frozenset[str]:
    """The labels that a folder may name: the project's keys, retired ones too, and what the owner said of others."""
    keys = set(Label.objects.filter(project=upload.project_id).values_list("key", flat=True))
    return frozenset(keys | {theirs for theirs, ours in upload.options.get("labels", {}).items() if ours in keys})


def _records(upload: Upload, stream: BinaryIO) -> Iterator[Found]:
    text = unpacked(stream) if upload.options.get("packed") else stream
    return cast(Iterator[Found], formats.reader(upload.format).read(text, options_of(upload)))


def cut(article: Article) -> Cut:
    """The article's sentences; its language is guessed where none is given that the segmenter knows."""
    lang = article.origin.lang
    if lang not in segmentation.LANGUAGES:
        lang = segmentation.guess_language(article.text)
    spans = segmentation.segment(article.text, lang=lang)
    return Cut(article, lang, [Piece(one.start, one.end, one.paragraph, one.boilerplate) for one in spans])


def _language_of(claim: Claim) -> str:
    chosen = Preference.objects.filter(user=claim.run.asked_by_id).values_list("language", flat=True).first()
    return chosen or settings.LANGUAGE_CODE


def _chunks(records: Iterator[Found]) -> Iterator[list[Found]]:
    chunk: list[Found] = []
    weight, part = 0, _part()
    for record in records:
        chunk.append(record)
        weight += _weight(record)
        if len(chunk) * part >= CHUNK_RECORDS or weight * part >= CHUNK_CHARACTERS:
            yield chunk
            chunk, weight, part = [], 0, _part()
    if chunk:
        yield chunk


def _part() -> int:
    """Which part of a chunk the next one is."""
    return PART if somebody_labels() else 1


def _weight(record: Found) -> int:
    """What a record costs to write, in characters: an answer as much as a sentence."""
    if isinstance(record, Bad):
        return 0
    answers = sum(len(one.judgements) for one in record.sentences) if isinstance(record, Returned) else 0
    return len(record.text) + ANSWER_CHARACTERS * answers


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast an attempt goes: where it began, in records and in bytes of the upload, and when."""

    records: int
    place: int
    began: float = field(default_factory=time.monotonic)

    def at(self, records: int, place: int, total: int) -> dict[str, int]:
        """Lines a second so far, and the seconds that are left if the rest goes as fast."""
        spent = max(time.monotonic() - self.began, 0.001)
        left = spent * (total - place) / max(place - self.place, 1)
        return {"rate": round((records - self.records) / spent), "minutes": ceil(left / 60)}


def _lay(claim: Claim, returner: Returner, chunk: Sequence[Found], *, done: int, pace: Pace) -> None:
    cuts = [cut(record) for record in chunk if isinstance(record, Article)]
    rows = [(record, _language(record)) for record in chunk if isinstance(record, Row)]
    bad = [record for record in chunk if isinstance(record, Bad)]
    returned = [record for record in chunk if isinstance(record, Returned)]
    near = [record for record in chunk if isinstance(record, Near)]
    tally, size = returner.tally, returner.upload.size
    with transaction.atomic():
        _hold(claim.project)
        returner.layer.lay(cuts, rows, bad)
        returner.lay(returned, near)
        tally.records += len(chunk)
        cursor = {"tally": tally.written(), "report": _report(claim, tally)}
        claim.progress(done, size, **cursor, pace=pace.at(tally.records, done, size))
        # The upload did not kill this worker.
        claim.went_on()


def _report(claim: Claim, tally: Tally) -> int:
    """Write down what became of the chunk's lines; returns the length of the report."""
    size = int(claim.run.cursor.get("report", 0))
    notes, tally.notes = tally.notes, []
    return report.lengthen(claim.run, notes, size=size) if notes else size


def _language(row: Row) -> str:
    return row.origin.lang or segmentation.guess_language(row.text)


def _hold(project: Project) -> None:
    """One import of a project writes at a time, so that each sees the texts of the other; labelling goes on."""
    # How many answers a sentence wants may have been changed since the import began.
    project.overlap = Project.objects.select_for_update(no_key=True).get(pk=project.pk).overlap


def _end(claim: Claim, upload: Upload, tally: Tally) -> dict[str, Any]:
    if tally.sentences >= GROWN:
        dialect.analyze("labeling_source", "labeling_sentence")
    candidates = sample.candidates(project=claim.project, upload=upload)
    result = tally.written()
    with transaction.atomic():
        _hold(claim.project)
        drawn = 0 if upload.format == FOLDER else sample.draw(project=claim.project, candidates=candidates)
        result["audit_drawn"] = drawn
        said = {name: value for name, value in result.items() if not isinstance(value, list)}
        Event.objects.create(
            project=claim.project, who=claim.run.asked_by, verb=Verb.IMPORTED, after={"upload": upload.pk, **said}
        )
        claim.progress(upload.size, upload.size, report=_report(claim, tally))
        claim.finish(result)
        jobs.owe_of_pool(claim.project)
    return result
