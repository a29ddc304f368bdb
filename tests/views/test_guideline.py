"""The guideline, and Markdown that is safe to show."""

import pytest
from django.test import Client

from labeling.markdown import as_html
from labeling.models import Guideline
from tests.cast import Cast


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


def test_an_annotator_reads_it_in_the_language_of_the_page(cast: Cast, client: Client) -> None:
    client.force_login(cast.ani.user)
    client.post("/language/", {"language": "id"})
    page = client.get("/p/berita/guideline/").content.decode()
    assert "Panduan pelabelan" in page


def test_the_newest_version_is_shown(cast: Cast, client: Client) -> None:
    Guideline.objects.create(project=cast.project, number=2, text_en="Second edition", text_id="Edisi kedua")
    client.force_login(cast.ani.user)
    assert "Second edition" in client.get("/p/berita/guideline/").content.decode()


def test_the_fragment_is_no_whole_page(cast: Cast, client: Client) -> None:
    client.force_login(cast.ani.user)
    assert "<html" not in client.get("/p/berita/guideline/text/").content.decode()
