"""What is said of a table before it is imported."""

import gzip

import pytest

from labeling.errors import BadUpload
from labeling.flow import preview, receive
from labeling.flow.receive import COLUMNS, Reading
from labeling.models import Project, Sentence, Unit, Upload
from tests.factories import make_project, rows

pytestmark = pytest.mark.django_db
SENTENCES = Reading(unit=Unit.SENTENCE)


@pytest.fixture
def project() -> Project:
    return make_project()


def put_by(project: Project, content: str | bytes, name: str = "a.csv") -> Upload:
    content = content.encode() if isinstance(content, str) else content
    return receive.put_by(project=project, by=None, name=name, content=content, reading=SENTENCES)


def test_the_first_twenty_rows_are_shown(project: Project) -> None:
    upload = put_by(project, "teks,tanggal\n" + "Hujan turun.,2025-03-04\n" * 30)
    shown = preview.head(upload)
    assert (shown.columns, len(shown.rows), shown.rows[0]) == (["teks", "tanggal"], 20, ["Hujan turun.", "2025-03-04"])


def test_json_lines_have_the_columns_of_all_their_first_rows(project: Project) -> None:
    shown = preview.head(put_by(project, '{"isi": "Satu."}\n{\n{"isi": "Dua.", "n": 2}\n', "a.jsonl"))
    assert (shown.columns, shown.rows) == (["isi", "n"], [["Satu.", ""], ["Dua.", "2"]])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_beginning_is_read_in_any_encoding_that_is_understood(project: Project, encoding: str) -> None:
    content = ("teks\n" + "“Hujan” turun.\n" * 40_000).encode(encoding)
    assert preview.head(put_by(project, content)).rows[-1] == ["“Hujan” turun."]


def test_a_packed_table_is_looked_into(project: Project) -> None:
    upload = put_by(project, gzip.compress(b"teks\nSatu.\n"), "a.csv.gz")
    assert preview.head(upload).columns == ["teks"]


def test_what_is_no_packed_file_is_refused_by_name(project: Project) -> None:
    with pytest.raises(BadUpload, match="no whole gzip file"):
        preview.head(put_by(project, "teks\nSatu.\n", "a.csv.gz"))


@pytest.mark.parametrize(
    ("columns", "guessed"),
    [
        (["Kalimat", "Judul", "Tanggal"], {"text": "Kalimat", "title": "Judul", "published_at": "Tanggal"}),
        (["text", "teks"], {"text": "text"}),
        (["Article ID", "x"], {"article": "Article ID"}),
    ],
)
def test_columns_are_guessed_from_their_names_in_both_languages(columns: list[str], guessed: dict[str, str]) -> None:
    assert preview.guess(columns) == guessed


def test_every_column_of_ours_has_names_to_be_guessed_by_and_its_own_is_the_first() -> None:
    assert {ours: names[0] for ours, names in preview.NAMES.items()} == {ours: ours for ours in COLUMNS}


def test_the_dry_run_counts_what_would_become_of_the_rows(project: Project) -> None:
    rows(project, "Satu.\n")
    look = preview.look(put_by(project, "text\nSatu.\nDua.\ndua.\n" + "x" * 3_000 + "\n"), SENTENCES)
    assert (look.n, look.new, look.here, [one.line for one in look.refused]) == (4, 1, 2, [5])


def test_the_dry_run_writes_nothing(project: Project) -> None:
    preview.look(put_by(project, "text,label,annotator\nSatu.,claim,eka\n"), SENTENCES)
    assert not Sentence.objects.exists()


def test_unknown_labels_are_counted_by_value(project: Project) -> None:
    content = "text,label,annotator\nSatu.,opini,eka\nDua.,opini,eka\nTiga.,claim,eka\n"
    look = preview.look(put_by(project, content), SENTENCES)
    assert (look.unknown, look.n_refused, look.new) == ([("opini", 2)], 2, 1)


def test_labels_of_nobody_are_counted(project: Project) -> None:
    upload = put_by(project, "text,label\nSatu.,claim\n")
    named = Reading(unit=Unit.SENTENCE, options={"annotator": "eka"})
    assert (preview.look(upload, SENTENCES).left_out, preview.look(upload, named).left_out) == (1, 0)


def test_only_the_first_thousand_rows_are_looked_at(project: Project) -> None:
    look = preview.look(put_by(project, "text\n" + "".join(f"Hujan {n}.\n" for n in range(1_500))), SENTENCES)
    assert (look.n, look.whole) == (1_000, False)


def test_no_more_than_a_quarter_of_a_megabyte_is_read(project: Project) -> None:
    content = "text\n" + "".join(f"Hujan {n} {'x' * 1_000}.\n" for n in range(900))
    look = preview.look(put_by(project, content), SENTENCES)
    assert (200 < look.n < 300, look.refused, look.whole) == (True, [], False)


def test_a_row_that_the_cut_goes_through_is_not_judged(project: Project) -> None:
    content = 'text\nSatu.\n"' + "Dua\n" * 100_000 + '"\n'
    look = preview.look(put_by(project, content), SENTENCES)
    assert (look.n, look.refused) == (1, [])


@pytest.mark.parametrize(
    ("content", "asked", "needed"),
    [
        ("text,title,id\nSatu.,A,1\n", False, False),
        ("text,title,id\nSatu.,A,1\n", True, True),
        ("kalimat\nSatu.\n", False, True),
        ("text,judul\nSatu.,A\n", False, True),
        ("text,label,annotator\nSatu.,claim,eka\n", False, False),
        ("text,label,annotator\nSatu.,opini,eka\n", False, True),
        ("text,label\nSatu.,claim\n", False, True),
        ("text\n" + "x" * 3_000 + "\n", False, True),
    ],
)
def test_an_owner_is_asked_where_something_has_to_be_said(
    project: Project, content: str, asked: bool, needed: bool
) -> None:
    assert preview.needs_look(put_by(project, content), SENTENCES, asked=asked) == needed


@pytest.mark.parametrize("name", ["a.txt", "a.html"])
def test_what_is_no_table_has_no_columns_to_ask_about(project: Project, name: str) -> None:
    assert not preview.needs_look(put_by(project, "Satu.", name), SENTENCES, asked=True)


def test_an_import_that_had_begun_is_not_asked_about_again(project: Project) -> None:
    upload = put_by(project, "kalimat\nSatu.\n")
    run = receive.begin(upload=upload, by=None, reading=SENTENCES)
    type(run).objects.filter(pk=run.pk).update(cursor={"tally": {"records": 1}})
    assert not preview.needs_look(upload, SENTENCES, asked=True)
