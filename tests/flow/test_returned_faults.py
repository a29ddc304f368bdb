"""What an exported folder meets on its way back: a worker that dies, a file that was changed, a zip that means harm."""

import io
import stat
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from labeling.errors import BadUpload
from labeling.flow import segment
from labeling.flow.splits import Groups
from labeling.formats import zipped
from labeling.formats.folder import read
from labeling.formats.scratch import Scratch
from labeling.formats.shapes import Bad, Options
from labeling.models import Sentence
from tests.factories import claimed, make_project, make_sentences, received
from tests.flow.going_round import JUDGEMENT, ROW, folder, packed

KNOWN = frozenset({"claim", "denial", "condemnation", "none"})


def found(stream: io.BytesIO) -> list[Any]:
    return list(read(stream, Options(format="folder", known=KNOWN)))


SOUND = folder([ROW], [JUDGEMENT])


@pytest.mark.once
def test_a_sound_folder_is_read() -> None:
    (article,) = found(packed(SOUND))
    assert (article.text, article.sentences[0].judgements[0].seconds) == ("Hujan turun.", 1.5)


@pytest.mark.once
@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", "C:\\evil", "c:/evil", "a\\..\\b", "a//b"])
def test_a_path_that_leads_away_is_refused(name: str) -> None:
    entry = zipfile.ZipInfo("x")
    entry.filename = name
    with pytest.raises(BadUpload, match="its path leads out of the folder"):
        found(packed(SOUND, (entry, b"x")))


@pytest.mark.once
@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_a_link_is_refused(kind: int) -> None:
    entry = zipfile.ZipInfo("berita/link")
    entry.external_attr = (kind | 0o777) << 16
    with pytest.raises(BadUpload, match="it is a link, or no file"):
        found(packed(SOUND, (entry, b"/etc/passwd")))


@pytest.mark.once
def test_a_bomb_is_refused_before_it_unpacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipped, "RATIO_FROM", 1_000_000)
    with pytest.raises(BadUpload, match="more than any export of its size does"):
        found(packed(SOUND | {"bomb": b"\0" * 5_000_000}))


@pytest.mark.once
def test_a_bomb_that_lies_about_its_size_is_broken() -> None:
    stream = packed(SOUND | {"sentences.jsonl": b" " * 100_000})
    content = stream.getvalue().replace((100_000).to_bytes(4, "little"), (70).to_bytes(4, "little"))
    with pytest.raises(BadUpload):
        found(io.BytesIO(content))


@pytest.mark.once
def test_more_files_than_any_export_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipped, "FILES_MAX", 2)
    with pytest.raises(BadUpload, match="holds 3 files"):
        found(packed(SOUND))


@pytest.mark.once
def test_a_list_of_files_that_is_too_long_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipped, "LIST_MAX", 150)
    with pytest.raises(BadUpload, match="more files than any export"):
        found(packed(SOUND))


@pytest.mark.once
def test_two_files_of_one_name_are_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        stream = packed(SOUND, (zipfile.ZipInfo("berita/sentences.jsonl"), b"{}"))
    with pytest.raises(BadUpload, match="two files of one name"):
        found(stream)


@pytest.mark.once
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no zip at all", packed(SOUND).getvalue()[:300]])
def test_what_is_no_whole_zip_is_refused(content: bytes) -> None:
    with pytest.raises(BadUpload, match="The zip is broken"):
        found(io.BytesIO(content))


@pytest.mark.once
@pytest.mark.parametrize("name", ["sentences.jsonl", "annotations.jsonl"])
def test_a_file_that_was_changed_is_named(name: str) -> None:
    with pytest.raises(BadUpload, match=rf"{name} was changed since the export"):
        found(packed(SOUND | {name: SOUND[name].replace(b"claim", b"denial")}))


@pytest.mark.once
def test_a_file_that_is_missing_is_named() -> None:
    with pytest.raises(BadUpload, match=r"annotations\.jsonl of the export is missing"):
        found(packed({name: content for name, content in SOUND.items() if name != "annotations.jsonl"}))


@pytest.mark.once
@pytest.mark.parametrize("manifest", [b"{", b"[]", b'{"made_by": "me", "files": {}}', b'{"made_by": "factcheck"}'])
def test_a_manifest_of_others_is_refused(manifest: bytes) -> None:
    with pytest.raises(BadUpload, match=r"export\.json in it is none of Factcheck's"):
        found(packed(SOUND | {"export.json": manifest}))


@pytest.mark.once
def test_a_zip_without_a_manifest_says_what_to_send() -> None:
    with pytest.raises(BadUpload, match="Send its parquet or JSON Lines files one by one"):
        found(packed({"sentences.jsonl": b"{}"}))


@pytest.mark.once
def test_a_format_that_keeps_too_little_is_refused() -> None:
    with pytest.raises(BadUpload, match="kind csv cannot be imported"):
        found(packed(folder([ROW], [JUDGEMENT], to="csv")))


@pytest.mark.once
def test_an_export_without_texts_is_refused() -> None:
    row = {"text_sha256": "ab" * 32, **{name: value for name, value in ROW.items() if name != "text"}}
    with pytest.raises(BadUpload, match="made without texts"):
        found(packed(folder([row], [])))


@pytest.mark.once
@pytest.mark.parametrize(
    ("flaw", "reason"),
    [
        ({"text": None}, "its text is missing"),
        ({"text": "a\0b..........."}, "NUL"),
        ({"char_end": 13}, "offsets do not fit"),
        ({"char_start": 2_000_000_000, "char_end": 2_000_000_012}, "char_start is no place"),
        ({"sentence": -1}, "sentence is no place"),
        ({"sentence": "0"}, "sentence is missing"),
        ({"selection_probability": 0}, "no chance above 0"),
        ({"label": None}, "its label is missing"),
        ({"split": "dev"}, "split is none of an export"),
        ({"context_before": [None], "sentence": 1}, "context_before holds what is no text"),
    ],
)
def test_a_row_that_makes_no_sense_is_named_by_its_id_and_the_others_go_in(flaw: dict[str, Any], reason: str) -> None:
    rows = [ROW | flaw, ROW | {"id": "8", "article_id": "4"}]
    bad = [one for one in found(packed(folder(rows, []))) if isinstance(one, Bad)]
    assert [(one.line, reason in one.reason) for one in bad] == [(7, True)]


@pytest.mark.once
@pytest.mark.parametrize(
    ("flaw", "reason"),
    [
        ({"label": None}, "either a label or is unsure"),
        ({"unsure": True}, "either a label or is unsure"),
        ({"label_2": "claim"}, "second label is its first"),
        ({"seconds": -1}, "no length of time"),
        ({"answered_at": "gestern"}, "no time"),
        ({"answered_at": "2026-01-02T03:04:05"}, "names no time zone"),
        ({"answered_at": "0001-01-01T00:00:00+00:00"}, "no time"),
        ({"annotator": " \0"}, "names no annotator"),
        ({"surplus": 1}, "surplus is missing"),
        ({"id": "x"}, "its id is none"),
    ],
)
def test_a_judgement_that_makes_no_sense_is_left_out(flaw: dict[str, Any], reason: str) -> None:
    records = found(packed(folder([ROW], [JUDGEMENT | flaw])))
    bad = [one.reason for one in records if isinstance(one, Bad)]
    assert [reason in one for one in bad] == [True]
    assert [len(one.sentences[0].judgements) for one in records if not isinstance(one, Bad)] == [0]


@pytest.mark.once
def test_a_second_row_of_one_id_is_named() -> None:
    records = found(packed(folder([ROW, ROW | {"label": "none"}], [])))
    assert [(one.line, "another row" in one.reason) for one in records if isinstance(one, Bad)] == [(7, True)]
    assert len(records) == 2


@pytest.mark.once
def test_judgements_may_lie_in_several_files(tmp_path: Path) -> None:
    with closing(Scratch(tmp_path / "scratch")) as scratch:
        scratch.take_judgements([JUDGEMENT])
        scratch.take_judgements([JUDGEMENT | {"annotator": "budi"}])
        scratch.ready()
        (known,) = next(scratch.articles())
    assert [one.annotator for one in known.judgements] == [JUDGEMENT["annotator"], "budi"]


@pytest.mark.once
def test_sentences_that_lie_over_each_other_are_left_out() -> None:
    records = found(packed(folder([ROW, ROW | {"id": "8", "sentence": 1, "char_start": 5, "char_end": 17}], [])))
    assert [(one.line, "overlap" in one.reason) for one in records] == [(7, True), (8, True)]


@pytest.mark.once
def test_neighbours_fill_the_gaps_in_their_order() -> None:
    first = ROW | {"sentence": 2, "char_start": 20, "char_end": 32, "context_before": ["Satu.", "Dua."]}
    last = ROW | {"id": "9", "sentence": 5, "char_start": 50, "char_end": 64, "text": "Jalan ditutup."}
    gap = {"context_before": ["Tiga.", "Empat."], "context_after": ["Enam."]}
    (article,) = found(packed(folder([first | {"context_after": ["Tiga.", "Empat."]}, last | gap], [])))
    assert article.text.split() == ["Satu.", "Dua.", "Hujan", "turun.", "Tiga.", "Empat.", "Jalan", "ditutup.", "Enam."]
    assert [one.number for one in article.sentences] == [0, 1, 2, 3, 4, 5, 6]


@pytest.mark.django_db
def test_a_row_beside_others_that_are_bad_goes_in() -> None:
    project = make_project()
    rows = [ROW | {"char_end": 99}, ROW | {"id": "8", "article_id": "4", "text": "Jalan ditutup", "char_end": 13}]
    content = packed(folder(rows, [])).getvalue()
    report = segment.run(claim=claimed(received(project, content, "a.zip")))
    assert (report["n_refused"], report["added"], report["refused"][0]["line"]) == (1, 1, 7)


@pytest.mark.django_db
def test_an_article_that_repeats_one_of_another_split_is_left_out() -> None:
    project = make_project()
    make_sentences(project, ["Hujan turun."])
    fresh = ROW | {"id": "8", "sentence": 1, "char_start": 13, "char_end": 26, "text": "Jalan ditutup"}
    rows = [one | {"split": "validation"} for one in (ROW, fresh)]
    segment.run(claim=claimed(received(project, packed(folder(rows, [])).getvalue(), "a.zip")))
    groups = Groups.of(project)
    new = Sentence.objects.select_related("source").get(text="Jalan ditutup")
    assert (groups.kept[new.source_id], groups.split_of(new)) == ("validation", "rest")


@pytest.mark.django_db
def test_each_row_keeps_the_split_that_the_folder_had_it_in() -> None:
    project = make_project()
    told = [
        *(("a", "train", None, None), ("a", "rest", None, "5")),
        # Near twins that the folder had in two splits: it judged them, with the first one of them not in it.
        *(("b", "validation", None, "2"), ("c", "train", None, "2")),
        *(("d", "test", 0.5, None), ("d", "rest", None, None)),
        *((None, "validation", None, None), (None, "rest", 0.5, None), (None, "test", 0.25, None)),
    ]
    rows = []
    for n, (article, split, chance, near) in enumerate(told):
        text = f"Kabar ke {n} datang."
        where = {"article_id": article, "sentence": n, "char_start": n * 30, "char_end": n * 30 + len(text)}
        of_split = {"split": split, "selection_probability": chance, "near_group": near}
        rows.append(ROW | {"id": str(n), "text": text, **where, **of_split})
    segment.run(claim=claimed(received(project, packed(folder(rows, [])).getvalue(), "a.zip")))
    groups, found = Groups.of(project), Sentence.objects.in_pool().select_related("source").order_by("text")
    assert [groups.split_of(one) for one in found] == [split for _article, split, _chance, _near in told]
