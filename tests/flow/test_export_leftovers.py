"""Files of exports that no row names: what a process left that died before it wrote the row goes, all else stays."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from labeling import jobs
from labeling.flow import export
from labeling.flow.export_versions import GRACE
from labeling.models import ExportVersion, Kind, Project, Sentence
from tests.factories import answer, claimed, make_project, make_sentences


class Killed(BaseException):
    """What nothing catches, as nothing catches a kill."""


def killed(*_arguments: Any, **_named: Any) -> None:
    raise Killed


@pytest.fixture
def project(db: None) -> Project:
    return labelled(make_project())


def labelled(project: Project) -> Project:
    """With one label more, so that the next export is another version."""
    n = Sentence.objects.filter(project=project).count()
    answer(make_sentences(project, [f"Menteri {n} membantah."])[0], "ani", "claim")
    return project


def exported(project: Project, to: str = "jsonl") -> str:
    """The zip of an export Run."""
    run = jobs.owe(project=project, kind=Kind.EXPORT, by=None, options={"to": to})
    return str(export.write(claim=claimed(run))["path"])


def files(project: Project) -> set[str]:
    """All that lies under the project's exports, with its folder."""
    place = Path(default_storage.path(f"exports/{project.pk}"))
    return {f"exports/{project.pk}/{path.relative_to(place)}" for path in place.rglob("*") if path.is_file()}


def grow_old(paths: set[str]) -> None:
    then = time.time() - 2 * GRACE.total_seconds()
    for path in paths:
        os.utime(default_storage.path(path), (then, then))


def die(project: Project, monkeypatch: pytest.MonkeyPatch, before: str, to: str = "jsonl") -> set[str]:
    """Export, and die before what `before` names is done; the files that are left of it."""
    there = files(project)
    with monkeypatch.context() as patched:
        patched.setattr(before, killed)
        with pytest.raises(Killed):
            exported(project, to)
    return files(project) - there


VERSION_ROW = "labeling.models.ExportVersion.objects.create"
RUN_ROW = "labeling.claims.Claim.finish"


def test_a_version_whose_row_was_never_written_is_deleted_by_a_later_export(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    (left,) = die(project, monkeypatch, VERSION_ROW)
    grow_old({left})
    exported(project)
    version = ExportVersion.objects.get()
    assert (version.number, default_storage.exists(version.path), default_storage.exists(left)) == (1, True, False)


def test_a_zip_whose_run_never_ended_is_deleted_by_a_later_export(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported(project)
    (left,) = die(project, monkeypatch, RUN_ROW, to="csv")
    grow_old({left})
    exported(project)
    assert left not in files(project)


def test_the_rest_of_a_cut_write_is_deleted(project: Project) -> None:
    exported(project)
    rests = {f"exports/{project.pk}/.a.part", f"exports/{project.pk}/versions/.b.part"}
    for rest in rests:
        Path(default_storage.path(rest)).write_bytes(b"cut")
    grow_old(rests)
    exported(project)
    assert not rests & files(project)


def test_what_rows_name_stays_however_old(project: Project) -> None:
    kept = {exported(project), exported(labelled(project), to="csv")} | files(project)
    grow_old(kept)
    exported(labelled(project))
    assert (len(kept), kept - files(project)) == (4, set())


@pytest.mark.parametrize("before", [VERSION_ROW, RUN_ROW])
def test_what_an_export_wrote_just_now_stays_while_another_one_ends(
    project: Project, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    left = die(project, monkeypatch, before)
    exported(labelled(project), to="csv")
    assert left & files(project) == left != set()


def test_files_of_other_projects_stay(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    other = labelled(make_project("lain"))
    left = die(other, monkeypatch, VERSION_ROW)
    grow_old(left)
    exported(project)
    assert files(other) == left


def test_an_export_into_a_folder_tidies_too(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = die(project, monkeypatch, VERSION_ROW)
    grow_old(left)
    export.write_folder(project=project, directory=tmp_path / "a", to="jsonl")
    assert not left & files(project)
