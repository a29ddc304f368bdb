"""Segmenting: an upload becomes Sources and Sentences with offsets, chunk by chunk."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from labeling import formats, jobs
from labeling.claims import Claim
from labeling.errors import BadUpload
from labeling.flow import sample
from labeling.flow.laying import Cut, Layer, Piece
from labeling.flow.tally import Tally
from labeling.formats.shapes import Article, Bad, Options, Origin, Record, Row, origin_of
from labeling.models import Event, Kind, Preference, Project, Upload, Verb
from ml import segmentation

# One chunk is one transaction: small enough that labelling hardly waits for it on SQLite, which has one writer.
CHUNK_RECORDS = 1_000
CHUNK_CHARACTERS = 500_000


def run(*, claim: Claim) -> dict[str, Any]:
    """Import the upload that the Run names; returns the report, which is the Run's result too.

    Guarantees: it may be cut anywhere and run again, without a duplicate and without a hole, because each chunk and
    the cursor behind it are one transaction; memory does not grow with the upload; a bad line is named and the others
    go in. Raises BadUpload where the upload as a whole cannot be read, LostClaim where another worker took over.
    """
    upload = Upload.objects.get(pk=claim.run.options["upload"], project=claim.project)
    tally = Tally.resumed(claim.run.cursor)
    with translation.override(_language_of(claim)):
        if not default_storage.exists(upload.path):
            raise BadUpload(
                _("The uploaded file %(name)s is gone from the disk. Send it again.") % {"name": upload.name}
            )
        with default_storage.open(upload.path) as stored:
            stream = cast(BinaryIO, stored.file)
            layer = Layer(claim.project, upload, tally)
            records = formats.reader(upload.format).read(stream, options_of(upload))
            for chunk in _chunks(islice(records, tally.records, None)):
                _lay(claim, layer, chunk, done=stream.tell())
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
    )


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


def _chunks(records: Iterator[Record]) -> Iterator[list[Record]]:
    chunk: list[Record] = []
    weight = 0
    for record in records:
        chunk.append(record)
        weight += 0 if isinstance(record, Bad) else len(record.text)
        if len(chunk) == CHUNK_RECORDS or weight >= CHUNK_CHARACTERS:
            yield chunk
            chunk, weight = [], 0
    if chunk:
        yield chunk


def _lay(claim: Claim, layer: Layer, chunk: Sequence[Record], *, done: int) -> None:
    cuts = [cut(record) for record in chunk if isinstance(record, Article)]
    rows = [(record, _language(record)) for record in chunk if isinstance(record, Row)]
    bad = [record for record in chunk if isinstance(record, Bad)]
    with transaction.atomic():
        _hold(claim.project)
        layer.lay(cuts, rows, bad)
        layer.tally.records += len(chunk)
        claim.progress(done, layer.upload.size, tally=layer.tally.written())


def _language(row: Row) -> str:
    return row.origin.lang or segmentation.guess_language(row.text)


def _hold(project: Project) -> None:
    """One import of a project writes at a time, so that each sees the texts of the other; labelling goes on."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)


def _end(claim: Claim, upload: Upload, tally: Tally) -> dict[str, Any]:
    candidates = sample.candidates(project=claim.project, upload=upload)
    report = tally.written()
    with transaction.atomic():
        _hold(claim.project)
        report["audit_drawn"] = sample.draw(project=claim.project, candidates=candidates)
        said = {name: value for name, value in report.items() if not isinstance(value, list)}
        Event.objects.create(
            project=claim.project, who=claim.run.asked_by, verb=Verb.IMPORTED, after={"upload": upload.pk, **said}
        )
        claim.progress(upload.size, upload.size)
        claim.finish(report)
        jobs.owe(project=claim.project, kind=Kind.FEATURES, by=None)
    return report
