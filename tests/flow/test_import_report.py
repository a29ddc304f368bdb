"""The report of an import as a file."""

import csv
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from labeling.claims import Claim
from labeling.flow import segment
from labeling.flow.report import lengthen, path_of, written
from labeling.flow.tally import Note
from labeling.models import Project, Run, RunState, Unit
from tests.factories import claimed, imported, make_project, received, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project()


def report_of(run: Run) -> str:
    run.refresh_from_db()
    return b"".join(written(run) or ()).decode()


def lines(run: Run) -> list[list[str]]:
    return list(csv.reader(StringIO(report_of(run))))


def test_every_line_that_was_not_simply_added_is_in_it(project: Project) -> None:
    imported(project, "text,label,annotator\nSatu.,,\n", "a.csv", unit=Unit.SENTENCE)
    content = "text,label,annotator\nDua.,,\nSatu.,claim,eka\nsatu.,,\nTiga.,opini,eka\n"
    imported(project, content, "b.csv", unit=Unit.SENTENCE)
    found = [row[:2] for row in lines(Run.objects.filter(kind="import").latest("pk"))]
    assert found == [["line", "outcome"], ["3", "label kept"], ["4", "duplicate"], ["5", "refused"]]


def test_it_goes_on_where_the_page_stops_listing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labeling.flow.tally.LISTED", 3)
    result = rows(project, "Satu.\n" * 50)
    assert (len(result["duplicates"]), len(lines(Run.objects.get(kind="import")))) == (3, 50)


def test_an_import_without_anything_to_say_has_none(project: Project) -> None:
    rows(project, "Satu.\n")
    assert written(Run.objects.get(kind="import")) is None


def test_an_upload_without_any_text_has_its_one_line(project: Project) -> None:
    rows(project, "\n \n")
    assert [row[1] for row in lines(Run.objects.get(kind="import"))] == ["outcome", "refused"]


@pytest.mark.parametrize("mark", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_it_is_a_formula(project: Project, mark: str) -> None:
    run = received(project, "Satu.")
    size = lengthen(run, [Note(1, "refused", f"{mark}HYPERLINK(1)")], size=0)
    run.cursor = {"report": size}
    assert next(csv.reader(StringIO(b"".join(written(run) or ()).decode().splitlines()[1], newline="")))[2][0] == "'"


def test_what_a_lost_chunk_wrote_is_written_over(project: Project) -> None:
    run = received(project, "Satu.")
    size = lengthen(run, [Note(1, "refused", "one")], size=0)
    lengthen(run, [Note(2, "refused", "lost" * 100)], size=size)
    lengthen(run, [Note(2, "refused", "two")], size=size)
    assert Path(default_storage.path(path_of(run))).read_text().split() == [
        "line,outcome,reason",
        "1,refused,one",
        "2,refused,two",
    ]


def test_what_a_lost_chunk_wrote_is_not_shown(project: Project) -> None:
    run = received(project, "Satu.")
    Run.objects.filter(pk=run.pk).update(cursor={"report": lengthen(run, [Note(1, "refused", "one")], size=0)})
    run.refresh_from_db()
    lengthen(run, [Note(2, "refused", "lost")], size=run.cursor["report"])
    assert "lost" not in report_of(run)


@pytest.mark.parametrize("dies_at", range(1, 6))
def test_an_import_cut_at_any_chunk_has_the_same_report(
    project: Project, monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    monkeypatch.setattr(segment, "CHUNK_RECORDS", 4)
    content = "".join(f"Hujan turun {n // 3}.\n" for n in range(20))
    rows(make_project("utuh"), content)
    run = received(project, content, unit=Unit.SENTENCE)
    honest, calls = Claim.progress, []

    def dying(self: Claim, *place: int, **cursor: Any) -> None:
        honest(self, *place, **cursor)
        calls.append(place)
        if len(calls) == dies_at:
            raise InterruptedError

    with monkeypatch.context() as patched:
        patched.setattr(Claim, "progress", dying)
        with pytest.raises(InterruptedError):
            segment.run(claim=claimed(run))
    Run.objects.filter(pk=run.pk).update(state=RunState.OWED, token=None)
    segment.run(claim=claimed(run))
    uncut = Run.objects.get(kind="import", project__slug="utuh")
    # The reasons name sources by their keys.
    assert [row[:2] for row in lines(run)] == [row[:2] for row in lines(uncut)]
