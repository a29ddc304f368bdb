"""Uploads beyond the limit: never stored, and answered with the sentence that names the limit."""

from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from pytest_django.fixtures import Settings

from labeling.models import Upload

LIMIT = 3_000_000  # above what Django keeps in memory


class Watched(BytesIO):
    """A request's body that remembers how much lay in `folder` at most while it was read."""

    def __init__(self, body: bytes, folder: Path) -> None:
        super().__init__(body)
        self._folder, self.stored = folder, 0

    def read(self, size: int | None = -1) -> bytes:
        self.stored = max(self.stored, sum(path.stat().st_size for path in self._folder.glob("*.upload*")))
        return super().read(size)


@pytest.fixture(autouse=True)
def temporary(settings: Settings, tmp_path: Path) -> Path:
    settings.UPLOAD_MAX_BYTES = LIMIT
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    return tmp_path


def stored(client: Client, address: str, temporary: Path, *sizes: int) -> int:
    """How many bytes lay on the disk at most while files of these sizes were sent."""
    files = [SimpleUploadedFile(f"{n}.txt", b"a" * size) for n, size in enumerate(sizes)]
    body = encode_multipart(BOUNDARY, {"file": files})
    watched = Watched(body, temporary)
    client.generic("POST", address, body, MULTIPART_CONTENT, **{"wsgi.input": watched})  # type: ignore[arg-type]  # ours
    return watched.stored


@pytest.mark.django_db
def test_a_stranger_stores_no_more_than_the_limit(client: Client, temporary: Path) -> None:
    assert 0 < stored(client, "/sign-in/", temporary, 4 * LIMIT) <= LIMIT


def test_a_member_stores_no_more_than_the_limit(citra: Client, temporary: Path) -> None:
    assert 0 < stored(citra, "/p/berita/articles/", temporary, 4 * LIMIT) <= LIMIT


def test_the_files_of_one_request_have_one_limit_together(citra: Client, temporary: Path) -> None:
    assert 0 < stored(citra, "/p/berita/articles/", temporary, *[LIMIT - 1] * 3) <= LIMIT


def test_an_upload_beyond_the_limit_leaves_nothing(citra: Client, temporary: Path) -> None:
    stored(citra, "/p/berita/articles/", temporary, 4 * LIMIT)
    assert list(temporary.glob("*.upload*")) == []


@pytest.mark.parametrize("size", [LIMIT + 1, 4 * LIMIT])
def test_the_page_says_that_it_is_too_large_and_keeps_the_fields(citra: Client, size: int) -> None:
    sent = {"file": SimpleUploadedFile("a.txt", b"a" * size), "unit": "sentence"}
    page = citra.post("/p/berita/articles/", sent).content.decode()
    assert ("a.txt is larger than 3 MB." in page, '<option value="sentence" selected>' in page) == (True, True)


def test_an_upload_of_just_the_limit_is_kept(citra: Client) -> None:
    citra.post("/p/berita/articles/", {"file": SimpleUploadedFile("a.txt", b"a" * LIMIT)})
    assert Upload.objects.get().size == LIMIT
