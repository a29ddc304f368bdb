"""Receiving an upload."""

from io import BytesIO

import pytest
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from pytest_django.fixtures import Settings

from labeling import formats
from labeling.errors import AlreadyHere, BadUpload
from labeling.flow import receive
from labeling.formats import shapes
from labeling.models import Event, Project, Run, RunState, Upload, Verb
from tests.factories import claimed, imported, make_project, received

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project()


def test_the_bytes_are_kept_as_they_came(project: Project) -> None:
    received(project, b"\xef\xbb\xbfSatu kalimat.\r\n")
    with default_storage.open(Upload.objects.get().path) as stored:
        assert stored.read() == b"\xef\xbb\xbfSatu kalimat.\r\n"


def test_a_file_is_streamed_to_the_same_place_as_bytes(project: Project) -> None:
    content = b"Satu kalimat.\n" * 200_000
    receive.accept(project=project, by=None, name="a.txt", content=File(BytesIO(content)))
    assert default_storage.size(Upload.objects.get().path) == len(content)


def test_an_import_is_owed_and_its_event_written(project: Project) -> None:
    run = received(project, "Satu kalimat.")
    assert (run.state, Event.objects.get(verb=Verb.RECEIVED).after["upload"]) == (RunState.OWED, run.options["upload"])


def test_the_same_upload_twice_names_the_first_and_when(project: Project) -> None:
    received(project, "Satu kalimat.", "pertama.txt")
    with pytest.raises(AlreadyHere, match=r"it came as pertama\.txt on \d{4}-\d\d-\d\d"):
        received(project, "Satu kalimat.", "kedua.txt")


def test_the_same_upload_twice_is_one_import(project: Project) -> None:
    received(project, "Satu kalimat.")
    with pytest.raises(AlreadyHere):
        received(project, "Satu kalimat.")
    assert Run.objects.count() == 1


def test_the_same_upload_may_go_to_another_project(project: Project) -> None:
    received(project, "Satu kalimat.")
    received(make_project("lain"), "Satu kalimat.")
    assert Upload.objects.count() == 2


def test_an_upload_whose_import_failed_is_owed_again(project: Project) -> None:
    run = received(project, "kalimat\nSatu.", "a.csv")
    claimed(run).fail("There is no column text.", again=False)
    assert received(project, "kalimat\nSatu.", "a.csv", options={"columns": {"text": "kalimat"}}).pk == run.pk


def test_new_options_count_where_the_failed_import_had_written_nothing(project: Project) -> None:
    claimed(received(project, "kalimat\nSatu.", "a.csv")).fail("There is no column text.", again=False)
    report = imported(project, "kalimat\nSatu.", "a.csv", options={"columns": {"text": "kalimat"}}, unit="sentence")
    assert report["added"] == 1


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\berita\\satu.txt", "satu.txt"),
        ("a\r\nb\x00.txt", "ab.txt"),
        ("x" * 400 + ".txt", "x" * 180 + ".txt"),
    ],
)
def test_names_lose_their_path_and_what_cannot_be_printed(project: Project, name: str, kept: str) -> None:
    received(project, "Satu kalimat.", name)
    assert Upload.objects.get().name == kept


@pytest.mark.parametrize(
    ("name", "content", "cure"),
    [
        ("a.txt", b"", "Choose a file with text"),
        ("a.pdf", b"%PDF", "Save it as one of .txt"),
        ("berita", b"Satu.", "Save it as one of .txt"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_cure(project: Project, name: str, content: bytes, cure: str) -> None:
    with pytest.raises(BadUpload, match=cure):
        received(project, content, name)


def test_an_upload_over_the_limit_is_refused(project: Project, settings: Settings) -> None:
    settings.UPLOAD_MAX_BYTES = 1_000_000
    with pytest.raises(BadUpload, match="larger than 1 MB"):
        received(project, b"a" * 1_000_001)


@pytest.mark.parametrize("content", [b"", b"a" * 100])
def test_a_refused_upload_leaves_no_file(project: Project, settings: Settings, content: bytes) -> None:
    settings.UPLOAD_MAX_BYTES = 10
    with pytest.raises(BadUpload):
        received(project, content)
    assert default_storage.listdir("uploads") == ([], [])


def test_a_failed_event_saves_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_values: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Event.objects, "create", broken)
    with pytest.raises(OSError, match="disk full"), transaction.atomic():
        received(project, "Satu kalimat.")
    assert not Upload.objects.exists()


def test_every_ending_has_a_reader() -> None:
    assert set(receive.ENDINGS.values()) == set(formats.READERS)


def test_the_columns_of_uploads_are_those_of_the_readers() -> None:
    assert receive.COLUMNS == shapes.COLUMNS
