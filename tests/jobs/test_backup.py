"""What a backup refuses, and what a restore refuses."""

import json
import zipfile
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from pytest_django.fixtures import Settings

from labeling.errors import Refused
from labeling.flow import backup, restore, tables
from labeling.flow.found import create_project
from labeling.models import Annotation, Exposure, Membership, Project, Upload
from tests.cast import Cast
from tests.factories import answer, received
from tests.flow.pool_of import pool_of
from tests.jobs.test_people_commands import said


@pytest.fixture
def file(cast: Cast, tmp_path: Path) -> Path:
    """A backup of two projects, one answer, one showing of a suggestion and one upload."""
    (sentence,) = pool_of(cast.project, 1)
    given = answer(sentence, "ani", "claim")
    Exposure.objects.create(
        project=cast.project, sentence=sentence, annotator=given.annotator, label=given.label, share=0.71
    )
    received(cast.project, "Jembatan itu dibuka.", "jembatan.txt")
    backup.write(path=tmp_path / "backup.zip")
    return tmp_path / "backup.zip"


@pytest.fixture
def elsewhere(file: Path, settings: Settings, tmp_path: Path) -> Path:
    """The same, and an empty place to restore it into."""
    with transaction.atomic():
        for table in tables.every().values():
            table._base_manager.all()._raw_delete("default")
    settings.MEDIA_ROOT = tmp_path / "elsewhere" / "files"
    return file


def changed(file: Path, **more: Any) -> Path:
    """The same backup with another manifest."""
    other = file.with_name("changed.zip")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == backup.MANIFEST:
                content = json.dumps(json.loads(content) | more).encode()
            new.writestr(name, content)
    return other


def test_only_its_owner_can_read_a_backup(file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_is_not_replaced(file: Path) -> None:
    with pytest.raises(Refused, match="there already"):
        backup.write(path=file)


def test_a_backup_that_cannot_be_written_says_why(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="No such file"):
        backup.write(path=tmp_path / "nowhere" / "backup.zip")


def test_a_cut_backup_leaves_nothing_behind(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_row: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tables, "packed", full)
    with pytest.raises(Refused, match="No space left"):
        backup.write(path=tmp_path / "backup.zip")
    assert list(tmp_path.iterdir()) == []


def test_an_upload_that_was_gone_already_is_named_and_the_exit_code_is_1(cast: Cast, tmp_path: Path) -> None:
    received(cast.project, "Jembatan itu dibuka.", "jembatan.txt")
    Upload.objects.update(path="uploads/gone")
    with pytest.raises(CommandError, match="Not everything"):
        said("backup", str(tmp_path / "backup.zip"))


def test_the_secret_key_is_not_in_a_backup(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        assert [name for name in archive.namelist() if "secret" in name] == []


def test_a_place_with_rows_is_refused(file: Path) -> None:
    with pytest.raises(Refused, match="The database is not empty"):
        restore.read(path=file)


def test_a_folder_with_files_is_refused(elsewhere: Path, settings: Settings) -> None:
    Path(settings.MEDIA_ROOT).mkdir(parents=True)
    (Path(settings.MEDIA_ROOT) / "letter.txt").write_text("kept")
    with pytest.raises(Refused, match=r"not empty: letter\.txt"):
        restore.read(path=elsewhere)


def test_a_bit_that_flipped_is_found_before_anything_is_written(elsewhere: Path) -> None:
    content = bytearray(elsewhere.read_bytes())
    content[len(content) // 3] ^= 1
    elsewhere.write_bytes(content)
    with pytest.raises(Refused):
        restore.read(path=elsewhere)
    assert tables.filled() == []


def test_a_row_that_was_changed_afterwards_is_found(elsewhere: Path) -> None:
    entries = json.loads(zipfile.ZipFile(elsewhere).read(backup.MANIFEST))["entries"]
    entries["rows/labeling_annotation.jsonl"]["sha256"] = "0" * 64
    with pytest.raises(Refused, match=r"labeling_annotation\.jsonl .* hash differs"):
        restore.read(path=changed(elsewhere, entries=entries))


def test_a_name_that_leads_out_of_the_folder_is_refused(elsewhere: Path) -> None:
    with zipfile.ZipFile(elsewhere) as archive:
        entries = json.loads(archive.read(backup.MANIFEST))["entries"]
    other = changed(elsewhere, entries=entries | {"files/../../x": {"sha256": "", "size": 1}})
    with zipfile.ZipFile(other, "a") as archive:
        archive.writestr("files/../../x", "x")
    with pytest.raises(Refused, match="no place here"):
        restore.read(path=other)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04"])
def test_what_is_no_backup_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "letter.zip").write_bytes(content)
    with pytest.raises(Refused, match="is no backup"):
        restore.read(path=tmp_path / "letter.zip")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"backup\.zip is not there"):
        restore.read(path=tmp_path / "backup.zip")


def test_a_backup_of_another_version_says_which_migration_differs(elsewhere: Path) -> None:
    with pytest.raises(Refused, match=r"labeling\.9999_future"):
        restore.read(path=changed(elsewhere, migrations=[*backup.migrations(), "labeling.9999_future"]))


def test_a_format_of_the_future_is_refused(elsewhere: Path) -> None:
    with pytest.raises(Refused, match="format 2"):
        restore.read(path=changed(elsewhere, format=2))


def test_a_restored_place_has_the_rows_and_the_files(elsewhere: Path, settings: Settings) -> None:
    told = said("restore", str(elsewhere))
    upload = Upload.objects.get()
    kept = (Path(settings.MEDIA_ROOT) / upload.path).read_text()
    assert (told["ok"], Annotation.objects.count(), kept) == (True, 1, "Jembatan itu dibuka.")


def test_who_was_shown_a_suggestion_is_restored(elsewhere: Path) -> None:
    restore.read(path=elsewhere)
    assert Exposure.objects.values_list("share", "label__key", "annotator__username").get() == (0.71, "claim", "ani")


def test_a_restore_that_was_cut_is_run_again(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as cut:
        cut.setattr(restore, "_fill", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            restore.read(path=elsewhere)
    assert restore.read(path=elsewhere).files == 1


def test_rows_that_break_a_rule_leave_the_place_empty(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tables.kept()
    monkeypatch.setattr(tables, "kept", lambda: kept)
    write = tables.write

    def without_people(table: tables.Table, lines: Any) -> int:
        return 0 if table._meta.db_table == "auth_user" else write(table, lines)

    monkeypatch.setattr(tables, "write", without_people)
    with pytest.raises(Refused, match="Nothing was restored"):
        restore.read(path=elsewhere)
    assert tables.filled() == []


@pytest.mark.django_db(transaction=True)
def test_what_is_made_after_a_restore_gets_keys_of_its_own(elsewhere: Path) -> None:
    restore.read(path=elsewhere)
    create_project(slug="baru", by=None)
    assert Project.objects.count() == 3
    assert Membership.objects.filter(project__slug="berita").count() == 3


def test_every_table_is_kept_but_for_two() -> None:
    assert tables.every().keys() - tables.kept().keys() == tables.LEFT_OUT


def test_backing_up_tells_what_it_did_as_json(cast: Cast, tmp_path: Path) -> None:
    told = said("backup", str(tmp_path / "backup.zip"))
    assert (told["ok"], told["tables"]) == (True, len(tables.kept()))


def test_each_check_of_a_backup_says_what_it_found(cast: Cast, tmp_path: Path) -> None:
    checks = said("backup", str(tmp_path / "backup.zip"))["checks"]
    rows = next(one["says"] for one in checks if one["name"] == "rows")
    assert ({one["state"] for one in checks}, f"of {len(tables.kept())} tables" in rows) == ({"ok"}, True)


def test_an_upload_that_is_gone_fails_its_check(cast: Cast, tmp_path: Path) -> None:
    received(cast.project, "Jembatan itu dibuka.", "jembatan.txt")
    Upload.objects.update(path="uploads/gone")
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("backup", str(tmp_path / "backup.zip"), "--json", stdout=out)
    (failed,) = [one for one in json.loads(out.getvalue())["checks"] if one["state"] == "failed"]
    assert (failed["name"], "uploads/gone" in failed["says"]) == ("files", True)


def test_each_check_of_a_restore_says_what_it_found(elsewhere: Path) -> None:
    checks = said("restore", str(elsewhere))["checks"]
    assert [(one["name"], one["state"]) for one in checks] == [
        (name, "ok") for name in ("file", "place", "rows", "files", "models")
    ]


def test_a_person_reads_a_check_a_line(cast: Cast, tmp_path: Path) -> None:
    out = StringIO()
    call_command("backup", str(tmp_path / "backup.zip"), stdout=out)
    assert "      ok  files: All 0 are in it." in out.getvalue().splitlines()


def test_restoring_from_nowhere_ends_with_a_sentence(db: None) -> None:
    with pytest.raises(CommandError, match="is not there"):
        call_command("restore", "nowhere.zip")
