"""The guideline's pages, and Markdown that is safe to show."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from labeling.markdown import as_html
from labeling.models import Guideline, Membership
from tests.cast import Cast
from tests.views.conftest import Budget

EDIT = "/p/berita/guideline/edit/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ani(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ani.user)
    return client


def second(cast: Cast, text: str = "Second edition", note: str = "Shorter.") -> Guideline:
    return Guideline.objects.create(
        project=cast.project, number=2, text_en=text, text_id="Edisi kedua", note=note, by=cast.citra.user
    )


def fields(**values: object) -> dict[str, object]:
    """What the form sends."""
    return {"base": 1, "text_en": "# New rules", "text_id": "# Aturan baru", "note": "Shorter."} | values


def read(client: Client, path: str) -> str:
    return client.get(f"/p/berita/{path}").content.decode()


def seen(member: Membership) -> int:
    return Membership.objects.get(pk=member.pk).guideline_seen


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](https://elsewhere.example/pixel.gif)",
        "<style>body{display:none}</style>",
    ],
)
def test_nothing_active_comes_through(hostile: str) -> None:
    html = as_html(hostile)
    assert not any(word in html for word in ("<script", "<img", 'href="javascript', 'href="data', "<style"))


def test_markdown_becomes_html() -> None:
    assert as_html("# A\n\n- **b**") == "<h1>A</h1>\n<ul>\n<li><strong>b</strong></li>\n</ul>\n"


def test_headings_can_be_placed_below_those_of_the_page() -> None:
    assert as_html("# A\n\n###### B", below=1) == "<h2>A</h2>\n<h6>B</h6>\n"


def test_an_annotator_reads_it_in_the_language_of_the_page(ani: Client) -> None:
    ani.post("/language/", {"language": "id"})
    assert "Panduan pelabelan" in read(ani, "guideline/")


def test_the_newest_version_is_shown(cast: Cast, ani: Client) -> None:
    second(cast)
    assert "Second edition" in read(ani, "guideline/")


def test_the_page_has_one_heading_of_the_first_order(ani: Client) -> None:
    assert read(ani, "guideline/").count("<h1") == 1


def test_the_fragment_is_no_whole_page(ani: Client) -> None:
    assert "<html" not in read(ani, "guideline/text/")


@pytest.mark.parametrize("path", ["guideline/", "guideline/text/", "guideline/changes/?old=1&new=2"])
def test_whoever_opens_it_has_seen_it(cast: Cast, ani: Client, path: str) -> None:
    second(cast)
    read(ani, path)
    assert seen(cast.ani) == 2


def test_only_an_owner_is_offered_to_change_it(ani: Client) -> None:
    assert EDIT not in read(ani, "guideline/")


def test_an_old_version_says_that_it_is_no_longer_in_force(cast: Cast, ani: Client) -> None:
    second(cast)
    assert "no longer in force" in read(ani, "guideline/versions/1/")


def test_a_version_that_never_was_is_not_here(ani: Client) -> None:
    assert ani.get("/p/berita/guideline/versions/9/").status_code == 404


def test_the_versions_are_listed_with_their_notes(cast: Cast, ani: Client) -> None:
    second(cast, note="Shorter & clearer.")
    assert "Shorter &amp; clearer." in read(ani, "guideline/versions/")


def test_listing_versions_costs_the_same_with_many(
    cast: Cast, ani: Client, django_assert_max_num_queries: Budget
) -> None:
    for number in range(2, 8):
        Guideline.objects.create(project=cast.project, number=number, by=cast.citra.user)
    with django_assert_max_num_queries(6):
        read(ani, "guideline/versions/")


def test_what_changed_is_marked_and_said_in_words(cast: Cast, ani: Client) -> None:
    Guideline.objects.update(text_en="Press 3 for a denial.")
    second(cast, "Press 2 for a denial.")
    marked = re.sub(r"<span[^>]*>|</span>", "", read(ani, "guideline/changes/"))
    assert "<del> [removed: 3  end of removed] </del><ins> [added: 2  end of added] </ins>for a denial." in marked


def test_what_changed_is_told_in_the_language_of_the_page(cast: Cast, ani: Client) -> None:
    second(cast)
    ani.post("/language/", {"language": "id"})
    assert "ditambahkan:" in read(ani, "guideline/changes/")


def test_text_that_looks_like_html_is_shown_as_it_stands(cast: Cast, ani: Client) -> None:
    second(cast, "<script>alert(1)</script>")
    assert "<script>alert" not in read(ani, "guideline/changes/")


@pytest.mark.parametrize("address", ["?old=1&new=9", "?old=0", "?new=x", "?old=1&new=99999999999999999999"])
def test_versions_that_are_not_there_are_refused_with_those_that_are(ani: Client, address: str) -> None:
    answer = ani.get(f"/p/berita/guideline/changes/{address}")
    assert (answer.status_code, "from 1 to 1" in answer.content.decode()) == (422, True)


def test_an_owner_saves_a_new_version(citra: Client, cast: Cast) -> None:
    citra.post(EDIT, fields())
    assert cast.project.current_guideline().text_en == "# New rules"


def test_the_form_holds_the_version_in_force(citra: Client, cast: Cast) -> None:
    second(cast)
    page = read(citra, "guideline/edit/")
    assert ("Second edition" in page, 'name="base" value="2"' in page) == (True, True)


def test_without_a_note_nothing_is_saved_and_nothing_is_lost(citra: Client, cast: Cast) -> None:
    answer = citra.post(EDIT, fields(note=""))
    kept = "# New rules" in answer.content.decode()
    assert (answer.status_code, kept, cast.project.current_guideline().number) == (422, True, 1)


def test_a_text_that_is_too_long_is_refused(citra: Client) -> None:
    assert "50,000" in citra.post(EDIT, fields(text_en="a" * 50_001)).content.decode()


def test_saving_over_somebody_elses_version_keeps_both_texts(citra: Client, cast: Cast) -> None:
    second(cast)
    answer = citra.post(EDIT, fields())
    page = answer.content.decode()
    assert (answer.status_code, "# New rules</textarea>" in page, "Second edition" in page) == (422, True, True)


def test_after_both_texts_were_put_together_saving_goes_on(citra: Client, cast: Cast) -> None:
    second(cast)
    base = re.search(r'name="base" value="(\d+)"', citra.post(EDIT, fields()).content.decode())
    assert base is not None
    citra.post(EDIT, fields(base=base[1]))
    assert cast.project.current_guideline().number == 3


@pytest.mark.parametrize("base", ["", "x"])
def test_a_text_that_was_written_on_nothing_overwrites_nothing(citra: Client, cast: Cast, base: str) -> None:
    citra.post(EDIT, fields(base=base))
    assert cast.project.current_guideline().number == 1


def test_saving_what_is_there_says_so(citra: Client, cast: Cast) -> None:
    current = cast.project.current_guideline()
    answer = citra.post(EDIT, fields(text_en=current.text_en, text_id=current.text_id), follow=True)
    assert "Nothing was changed." in answer.content.decode()


def test_a_preview_saves_nothing(citra: Client, cast: Cast) -> None:
    page = citra.post(EDIT, fields(preview="1")).content.decode()
    assert ("<h4>New rules</h4>" in page, cast.project.current_guideline().number) == (True, 1)


def test_a_preview_keeps_what_was_written_and_minds_nothing_yet(citra: Client) -> None:
    page = citra.post(EDIT, fields(preview="1", note="")).content.decode()
    assert ("# New rules</textarea>" in page, "errorlist" in page) == (True, False)


def test_a_preview_by_htmx_is_no_whole_page(citra: Client) -> None:
    assert "<html" not in citra.post(EDIT, fields(preview="1"), headers=HTMX).content.decode()


def test_a_preview_runs_no_script(citra: Client) -> None:
    hostile = fields(preview="1", text_en="<script>alert(1)</script>")
    assert "<script>alert" not in citra.post(EDIT, hostile).content.decode()


def test_the_labelling_page_tells_of_a_change(cast: Cast, ani: Client) -> None:
    second(cast, note="Questions are claims.")
    assert "Questions are claims." in read(ani, "annotate/")


def test_the_labelling_page_tells_nothing_of_the_first_version(ani: Client) -> None:
    assert "The guideline has changed" not in read(ani, "annotate/")


def test_a_page_that_is_up_to_date_hears_no_news(ani: Client) -> None:
    assert ani.get("/p/berita/guideline/news/?known=1").status_code == 204


def test_a_page_that_was_opened_before_hears_of_the_change(cast: Cast, ani: Client) -> None:
    second(cast)
    assert "Shorter." in read(ani, "guideline/news/?known=1")


def test_a_page_that_asks_by_itself_does_not_mean_that_somebody_is_here(cast: Cast, ani: Client) -> None:
    second(cast)
    read(ani, "guideline/news/?known=1")
    assert Membership.objects.get(pk=cast.ani.pk).seen_at is None


def test_a_closed_notice_stays_closed(cast: Cast, ani: Client) -> None:
    second(cast)
    ani.post("/p/berita/guideline/seen/", {"number": 2})
    assert "Shorter." not in read(ani, "annotate/")


def test_closing_a_notice_does_not_close_the_next_one(cast: Cast, ani: Client) -> None:
    second(cast)
    Guideline.objects.create(project=cast.project, number=3, note="Longer again.")
    answer = ani.post("/p/berita/guideline/seen/", {"number": 2}, headers=HTMX)
    assert "Longer again." in answer.content.decode()


def test_it_names_every_label_that_can_be_given(citra: Client, cast: Cast) -> None:
    cast.project.labels.filter(key="denial").update(description_en="It is not so, somebody says.")
    cast.project.labels.filter(key="none").update(retired_at=timezone.now())
    page = citra.get("/p/berita/guideline/text/").content.decode()
    named = page[page.index('id="labels"') : page.index("</section>")]
    assert ("Claim" in named, "It is not so" in named, "None of these" in named) == (True, True, False)
