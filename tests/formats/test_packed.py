"""Packed uploads, and encodings that are named."""

import codecs
import gzip
from io import BytesIO

import pytest

from labeling.errors import BadUpload
from labeling.flow import receive
from labeling.formats import decoding
from labeling.formats.decoding import lines, unpacked
from labeling.models import Unit, Upload
from tests.factories import imported, make_project, received


def read(packed: bytes) -> list[str]:
    return [line for _number, line in lines(unpacked(BytesIO(packed)))]


def test_a_packed_file_reads_as_what_it_holds() -> None:
    assert read(gzip.compress("Satu “dua”\nTiga\n".encode())) == ["Satu “dua”\n", "Tiga\n"]


def test_several_packed_parts_read_as_one() -> None:
    assert read(gzip.compress(b"Satu\n") + gzip.compress(b"Dua\n")) == ["Satu\n", "Dua\n"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_marks_are_understood_in_it_too(encoding: str) -> None:
    assert read(gzip.compress("Satu\nDua\n".encode(encoding))) == ["Satu\n", "Dua\n"]


@pytest.mark.parametrize(
    "packed",
    [gzip.compress(b"Satu\n" * 9_000)[:-20], b"Satu\n", gzip.compress(b"Satu\n" * 9)[:-8] + b"\0" * 8],
    # Packed bytes hold the time; workers that share the tests must call them the same.
    ids=["cut", "plain", "wrong sum"],
)
def test_a_broken_one_is_refused_by_name(packed: bytes) -> None:
    with pytest.raises(BadUpload, match="no whole gzip file"):
        read(packed)


@pytest.mark.parametrize(
    "inner", [gzip.compress(b"Satu\n"), b"PK\x03\x04zip", b"BZh91AY"], ids=["gzip", "zip", "bzip2"]
)
def test_one_within_another_is_refused_by_name(inner: bytes) -> None:
    with pytest.raises(BadUpload, match="packed twice"):
        read(gzip.compress(inner))


def test_a_bomb_is_refused_before_it_has_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "RATIO_FROM", 1_000_000)
    bomb = unpacked(BytesIO(gzip.compress(b"\n" * 50_000_000)))
    with pytest.raises(BadUpload, match="unpacks to more than"):
        for _line in lines(bomb):
            pass
    assert bomb.tell() < 20_000_000


def test_a_file_larger_than_the_limit_is_refused_whatever_its_ratio(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "UNPACKED_MAX", 100_000)
    with pytest.raises(BadUpload, match="unpacks to more than"):
        read(gzip.compress(bytes(range(32, 127)) * 10_000))


@pytest.mark.parametrize("ending", ["jsonl.gz", "JSONL.GZ"])
@pytest.mark.django_db
def test_a_packed_upload_goes_in(ending: str) -> None:
    content = gzip.compress(b'{"text": "Satu."}\n{"text": "Dua."}\n')
    assert imported(make_project(), content, f"a.{ending}", unit=Unit.SENTENCE)["added"] == 2


@pytest.mark.django_db
def test_a_packed_table_goes_in() -> None:
    assert imported(make_project(), gzip.compress(b"text\nSatu.\n"), "a.csv.gz", unit=Unit.SENTENCE)["added"] == 1


@pytest.mark.django_db
def test_a_long_name_keeps_both_its_endings() -> None:
    received(make_project(), gzip.compress(b"{}"), "x" * 400 + ".jsonl.gz")
    assert Upload.objects.get().name.endswith("x.jsonl.gz")


@pytest.mark.parametrize("name", ["a.gz", "a.tar.gz", ".gz"])
@pytest.mark.django_db
def test_a_packed_file_that_does_not_say_what_it_holds_is_refused(name: str) -> None:
    with pytest.raises(BadUpload, match="does not end like"):
        receive.accept(project=make_project(), by=None, name=name, content=b"x")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_without_a_mark_is_refused_by_name(encoding: str) -> None:
    with pytest.raises(BadUpload, match=r"UTF-16 without a mark.*Save it as UTF-8"):
        list(lines(BytesIO("Satu\n".encode(encoding))))


def test_utf_16_with_a_mark_in_front_of_plain_letters_is_none_of_those() -> None:
    assert [line for _n, line in lines(BytesIO(codecs.BOM_UTF16_BE + "Satu".encode("utf-16-be")))] == ["Satu"]
