"""Readers: what they take, what they name."""

import codecs
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling import formats
from labeling.errors import BadUpload, Refused
from labeling.formats import decoding
from labeling.formats.shapes import Article, Bad, Options, Record, Row

PAGE = """<!DOCTYPE html><html lang="id"><head><meta charset="{charset}"><title>Jembatan Rekata dibuka</title>
<meta property="og:site_name" content="Warta Uji"><meta name="author" content="Sari Uji">
<meta property="article:published_time" content="2025-03-04T08:00:00+07:00"></head><body><nav>Beranda</nav><article>
<h1>Jembatan Rekata dibuka</h1>{body}</article></body></html>"""
PARAGRAPHS = "".join(
    f"<p>Bupati Rekata berkata bahwa jembatan nomor {n} dibuka untuk umum, caf\u00e9 pun ramai.</p>" for n in range(6)
)


def read(content: bytes | str, name: str, unit: str = "sentence", **more: object) -> list[Record]:
    stream = BytesIO(content.encode() if isinstance(content, str) else content)
    return list(formats.reader(name).read(stream, Options(format=name, unit=unit, **more)))  # type: ignore[arg-type]  # the caller names real fields


def texts(found: list[Record]) -> list[str]:
    return [one.text for one in found if not isinstance(one, Bad)]


def lines_of_bad(found: list[Record]) -> list[int]:
    return [one.line for one in found if isinstance(one, Bad)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["text", "jsonl", "csv", "tsv"])
def test_utf_8_and_marked_utf_16_read_the_same(name: str, encoding: str) -> None:
    content = {"text": "Satu “dua”\n", "jsonl": '{"text": "Satu “dua”"}\n', "csv": "text\nSatu “dua”\n"}
    mark = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}.get(encoding, b"")
    assert texts(read(mark + content.get(name, content["csv"]).encode(encoding), name)) == ["Satu “dua”"]


def test_latin_1_is_named_with_the_cure() -> None:
    with pytest.raises(BadUpload, match=r"perhaps latin-1.*save it as UTF-8"):
        read("Caf\u00e9 ditutup.".encode("latin-1"), "text", "article")


def test_a_line_that_is_not_utf_8_is_left_out_alone() -> None:
    assert lines_of_bad(read(b"Satu.\nDu\xe9.\nTiga.\n", "text")) == [2]


def test_broken_utf_16_is_refused() -> None:
    with pytest.raises(BadUpload, match="UTF-16"):
        read(codecs.BOM_UTF16_LE + b"\x00\xd8\x00\xd8", "text")


def test_text_comes_in_normal_form_c() -> None:
    assert texts(read("Cafe\u0301.", "text")) == ["Caf\u00e9."]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_rows_are_numbered_as_in_the_file(ending: str) -> None:
    assert [one.line for one in read(f"Satu.{ending}{ending}Tiga.{ending}", "text")] == [1, 3]


def test_a_line_longer_than_memory_allows_is_cut_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "LINE_MAX", 5_000)
    assert lines_of_bad(read(b"Satu.\n" + b"a" * 5_000_000 + b"\nTiga.\n", "text")) == [2]


def test_a_sentence_over_the_cap_is_named_with_the_cure() -> None:
    assert "import it as an article" in read("a" * 2_001, "text")[0].reason  # type: ignore[union-attr]  # it is Bad


def test_an_article_over_a_megabyte_is_named() -> None:
    assert lines_of_bad(read("a" * 1_000_001, "text", "article")) == [1]


def test_a_table_gives_what_is_known_of_a_row() -> None:
    content = (
        "text,title,url,publisher,published_at,lang,article\nSatu.,Judul,https://a.example/1,Uji,2025-03-04,id-ID,A\n"
    )
    (row,) = read(content, "csv")
    assert isinstance(row, Row)
    assert (row.origin.title, row.origin.published_at, row.origin.lang, row.article) == (
        "Judul",
        date(2025, 3, 4),
        "id",
        "A",
    )


def test_a_link_that_is_no_web_address_is_left_out() -> None:
    (row,) = read("text,url\nSatu.,javascript:alert(1)\n", "csv")
    assert isinstance(row, Row)
    assert row.origin.url == ""


def test_a_missing_column_names_those_that_are_there() -> None:
    with pytest.raises(BadUpload, match=r"no column text\. The columns are: kalimat, tanggal"):
        read("kalimat,tanggal\nSatu.,2025\n", "csv")


def test_columns_may_have_other_names() -> None:
    assert texts(read("kalimat\nSatu.\n", "csv", columns={"text": "kalimat"})) == ["Satu."]


def test_a_quoted_cell_may_hold_lines_and_the_next_record_knows_its_line() -> None:
    found = read('text\n"Satu\ndua."\n\n  \nEmpat.\n', "csv")
    assert [one.line for one in found] == [2, 6]


def test_a_quote_that_never_ends_is_named_and_what_follows_the_limit_goes_in() -> None:
    content = "text\nSatu.\n" + '"' + "tiada akhir\n" * 100_000 + "Tiga.\n"
    assert lines_of_bad(read(content, "csv")) == [3]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ("[1]", "not a JSON object but list"),
        ('{"teks": 1}', "it has no text; it has teks"),
        ('{"text": 5}', "not text but int"),
        ('{"text": ""}', "there is no text"),
        ('{"text": "a\\u0000"}', "NUL"),
        ('{"text": "\\udc00\\ud800"}', "UTF-8"),
        ("[" * 100_000, "nested too deep"),
        ('{"text": ' + "1" * 5_000 + "}", "not JSON"),
    ],
)
def test_wrong_json_is_named_by_line_and_reason(line: str, reason: str) -> None:
    (_good, bad) = read('{"text": "Satu."}\n' + line, "jsonl")
    assert isinstance(bad, Bad)
    assert (bad.line, reason in bad.reason) == (2, True)


@pytest.mark.parametrize("charset", ["utf-8", "windows-1252"])
def test_a_page_gives_its_article(charset: str) -> None:
    (article,) = read(PAGE.format(charset=charset, body=PARAGRAPHS).encode(charset), "html", "article")
    assert isinstance(article, Article)
    assert (article.origin.title, article.origin.publisher, article.origin.published_at, "café" in article.text) == (
        "Jembatan Rekata dibuka",
        "Warta Uji",
        date(2025, 3, 4),
        True,
    )


def test_a_page_without_an_article_is_named() -> None:
    assert lines_of_bad(read("<html><body></body></html>", "html", "article")) == [1]


def test_packed_bytes_are_not_unpacked() -> None:
    with pytest.raises(BadUpload, match="not UTF-8"):
        read(b"\x1f\x8b\x08\x00\xff\xff", "html", "article")


@given(content=st.binary(max_size=400), name=st.sampled_from(["text", "jsonl", "csv", "tsv"]))
@settings(max_examples=300, deadline=None)
def test_no_bytes_break_a_reader(content: bytes, name: str) -> None:
    try:
        found = read(content, name)
    except BadUpload:
        return
    for text in texts(found):
        assert "\0" not in text.encode().decode()


def test_an_unknown_format_names_the_known() -> None:
    with pytest.raises(Refused, match="csv, folder, html, jsonl, parquet, text, tsv"):
        formats.reader("docx")
