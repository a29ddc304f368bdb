"""The page that asks what the columns of a table mean."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from labeling.flow import segment
from labeling.models import Annotation, Kind, Run, Sentence, Source, Upload
from tests.cast import Cast
from tests.factories import claimed

TABLE = "Kalimat,Judul,Kelas,Catatan\nHujan turun.,Banjir,claim,x\nWarga pulang.,Banjir,opini,y\n"
CHOSEN = {"column-0": "text", "column-1": "title", "column-2": "label", "column-3": "", "unit": "sentence"}


def send(client: Client, content: str, name: str = "berita.csv", **more: str) -> str:
    """Where the upload leads."""
    sent = {"file": SimpleUploadedFile(name, content.encode()), "unit": "sentence", **more}
    return client.post("/p/berita/articles/", sent).headers["Location"]


@pytest.fixture
def address(citra: Client) -> str:
    """The page about TABLE."""
    return send(citra, TABLE)


def page(client: Client, address: str, **chosen: str) -> str:
    answer = client.post(address, CHOSEN | chosen) if chosen else client.get(address)
    return answer.content.decode()


def field_of(content: str, value: str) -> str:
    """The name of the field that asks about a label."""
    before = content[: content.index(f">{value}</label>")]
    return before.rsplit('for="id_', 1)[1].rstrip('"')


def test_a_table_with_other_names_leads_there_and_nothing_is_owed(citra: Client, address: str) -> None:
    assert (address, Run.objects.count()) == (f"/p/berita/imports/{Upload.objects.get().pk}/", 0)


def test_a_table_with_our_names_goes_in_at_one_click(citra: Client) -> None:
    assert send(citra, "text\nHujan turun.\n") == f"/p/berita/runs/{Run.objects.get().pk}/"


def test_an_owner_may_ask_to_look_at_any_table(citra: Client) -> None:
    assert "/imports/" in send(citra, "text\nHujan turun.\n", look="on")


def test_sending_the_file_again_leads_to_the_same_page(citra: Client, address: str) -> None:
    assert send(citra, TABLE) == address


def test_the_rows_are_shown_under_what_their_columns_are_guessed_to_mean(citra: Client, address: str) -> None:
    content = page(citra, address)
    assert ("<td>Hujan turun.</td>" in content, '<option value="text" selected>' in content) == (True, True)


def test_each_column_has_its_label(citra: Client, address: str) -> None:
    assert '<label for="id_column-3">Catatan</label>' in page(citra, address)


def test_an_unknown_label_is_asked_about(citra: Client, address: str) -> None:
    assert ">opini</label>" in page(citra, address)


def test_checking_again_owes_nothing(citra: Client, address: str) -> None:
    page(citra, address, annotator="eka")
    assert not Run.objects.exists()


def test_the_dry_run_follows_what_was_chosen(citra: Client, address: str) -> None:
    assert "Labels left out" not in page(citra, address, annotator="eka")


def test_importing_does_what_was_chosen(citra: Client, address: str) -> None:
    field = field_of(page(citra, address), "opini")
    page(citra, address, annotator="eka", **{field: "none", "import": "1"})
    segment.run(claim=claimed(Run.objects.get(kind=Kind.IMPORT)))
    labels = Annotation.objects.order_by("pk").values_list("label__key", "annotator__username")
    assert (list(labels), Source.objects.get().title) == (
        [("claim", "eka@berita"), ("none", "eka@berita")],
        "Banjir",
    )


def test_a_column_that_is_left_out_is_not_read_though_it_has_our_name(citra: Client) -> None:
    address = send(citra, "text,title\nHujan turun.,Banjir\n", look="on")
    citra.post(address, {"column-0": "text", "column-1": "", "unit": "sentence", "import": "1"})
    segment.run(claim=claimed(Run.objects.get(kind=Kind.IMPORT)))
    assert Source.objects.get().title == ""


def test_json_lines_are_mapped_too(citra: Client) -> None:
    address = send(citra, '{"isi": "Hujan turun."}\n', "a.jsonl")
    citra.post(address, {"column-0": "text", "unit": "sentence", "import": "1"})
    segment.run(claim=claimed(Run.objects.get(kind=Kind.IMPORT)))
    assert Sentence.objects.get().text == "Hujan turun."


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"column-0": ""}, "Say which column holds the text."),
        ({"column-1": "text"}, "Two columns cannot mean the same."),
        ({"unit": "book"}, "not one of the available choices"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_cure(
    citra: Client, address: str, chosen: dict[str, str], said: str
) -> None:
    answer = citra.post(address, {**CHOSEN, **chosen, "import": "1"})
    assert (said in answer.content.decode(), answer.status_code, Run.objects.count()) == (True, 422, 0)


def test_a_table_without_any_text_to_guess_is_shown_all_the_same(citra: Client) -> None:
    assert "<td>Hujan turun.</td>" in page(citra, send(citra, "a,b\nHujan turun.,1\n"))


def test_importing_twice_says_that_it_is_here(citra: Client, address: str) -> None:
    citra.post(address, {**CHOSEN, "import": "1"})
    assert "is here already" in citra.post(address, {**CHOSEN, "import": "1"}).content.decode()


def test_a_broken_file_is_named_on_the_page_of_articles(citra: Client) -> None:
    sent = {"file": SimpleUploadedFile("a.csv.gz", b"text\nSatu.\n"), "unit": "sentence"}
    assert "no whole gzip file" in citra.post("/p/berita/articles/", sent).content.decode()


def test_script_in_a_table_is_shown_as_text(citra: Client) -> None:
    hostile = "<script>alert(1)</script>"
    address = send(citra, f"kalimat,{hostile},label\n{hostile},{hostile},{hostile}\n", look="on")
    assert hostile not in page(citra, address)


def test_an_upload_of_another_project_is_not_here(citra: Client, cast: Cast) -> None:
    Upload.objects.create(project=cast.elsewhere, name="a.csv", path="x", sha256="x", size=1, format="csv")
    assert citra.get(f"/p/berita/imports/{Upload.objects.get().pk}/").status_code == 404


def test_a_table_that_waits_is_listed_with_the_articles(citra: Client, address: str) -> None:
    listed = citra.get("/p/berita/articles/").content.decode()
    assert (f'href="{address}"' in listed, f'action="{address}discard/"' in listed) == (True, True)


def test_it_is_named_on_the_overview_too(citra: Client, address: str) -> None:
    assert "1 file waits until you say" in citra.get("/p/berita/").content.decode()


def test_discarding_takes_it_off_the_list(citra: Client, address: str) -> None:
    listed = citra.post(f"{address}discard/", follow=True).content.decode()
    assert ("berita.csv is discarded" in listed, f'href="{address}"' in listed) == (True, False)


def test_of_a_long_table_the_page_says_that_it_looked_at_the_first_rows(citra: Client) -> None:
    address = send(citra, "Kalimat\n" + "".join(f"Hujan ke-{n}.\n" for n in range(1_001)))
    assert "Only these rows were looked at" in page(citra, address)
