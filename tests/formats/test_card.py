"""The card: what a reader is told, and what the hub reads."""

import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from labeling import licences
from labeling.formats import card_figures, card_text, history
from tests.formats.made_export import KEYS, Made, figures

pytestmark = pytest.mark.once


def licence(labels: str = "", text: str = "", citation: str = "") -> dict[str, Any]:
    return {"licence": {"labels": labels, "text": text, "citation": citation}}


def test_a_figure_of_agreement_comes_with_its_interval_and_both_of_its_n() -> None:
    assert "| the audit sample | Krippendorff's alpha | 0.712 | 0.610 to 0.800 | 120 | 250 |" in card_figures.agreement(
        Made().head
    )


def test_a_figure_without_an_interval_says_why() -> None:
    said = "| the audit sample | Gwet's AC1 | 0.712 | no interval (too few articles) | 120 | 250 |"
    assert said in card_figures.agreement(Made().head)


def test_a_figure_that_is_not_defined_has_no_number_but_a_reason() -> None:
    said = "| the audit sample | share of answers that agree | – | not defined (one label only) | 120 | 250 |"
    assert said in card_figures.agreement(Made().head)


def test_alpha_of_a_label_has_its_interval_and_n_in_one_cell() -> None:
    found = Made().head["figures"]["agreement"] | {"chosen": {**figures()["agreement"]["chosen"], "per_label": {}}}
    rows = card_figures.agreement(Made(told={"figures": {"agreement": found}}).head).splitlines()
    measured, missing = "0.712 (0.610 to 0.800; n = 120)", "– (does not occur; n = 0)"
    assert f"| `claim` | {measured} | {missing} | {measured} |" in rows


def test_each_share_of_a_label_has_its_own_interval_and_n() -> None:
    row = next(line for line in card_figures.shares(Made().head).splitlines() if line.startswith("| `claim`"))
    assert row == "| `claim` | 25.0% (10 of 40) | 12.5% (8.0% to 18.0%; n = 31) | – | 12.5% (8.0% to 18.0%; n = 31) |"


def test_a_share_that_is_not_defined_is_explained_under_the_table_once() -> None:
    named = ", ".join(f"`{key}`" for key in KEYS)
    assert card_figures.shares(Made().head).count(f"{named}: not defined (the model chose).") == 1


def test_an_estimate_of_a_model_names_it_its_day_and_what_it_is_made_of() -> None:
    said = "Measured on 260 settled sentences of the sample with model version 7 of 2026-01-01."
    assert said in card_figures.shares(Made().head)


def test_a_card_without_figures_says_so_instead_of_showing_numbers() -> None:
    head = Made(told={"figures": {}}).head
    assert ("not measured" in card_figures.agreement(head), "not measured" in card_figures.shares(head)) == (True, True)


def test_the_changelog_has_the_latest_version_first_and_what_changed() -> None:
    text = history.changelog(Made().head)
    headings = re.findall("## (.*)", text)
    assert headings == ["Version 2, 2026-01-02", "Version 1, 2026-01-01"]
    assert "* Sentences added: 11, with another label: 2, removed: 1." in text


@pytest.mark.parametrize("said", ["cc-by-sa-4.0", "CC BY-SA 4.0", " cc by sa 4.0 "])
def test_a_licence_is_known_by_its_common_spellings(said: str) -> None:
    assert licences.hub_id(said) == "cc-by-sa-4.0"


def test_words_of_the_owners_own_are_no_licence_of_the_hub() -> None:
    assert licences.hub_id("Ask the newsroom") == ""


def test_the_recipe_for_getting_the_text_back_finds_a_sentence_that_moved() -> None:
    found = re.search("```python\n(.*?)```", card_text.GETTING_TEXT, re.S)
    assert found
    names: dict[str, Any] = {}
    exec(found[1], names)  # our own recipe, as a reader would run it
    text = "Wali kota membantah."
    row = {"char_start": 3, "char_end": 3 + len(text), "text_sha256": sha256(text.encode()).hexdigest()}
    assert names["sentence_of"](f"Iklan.\n\n{text}\nHujan turun.", row) == text
    assert names["sentence_of"]("Halaman ini dihapus. Kami mohon maaf.", row) is None


def card(folder: Path, **told: Any) -> Any:
    """The card of an export, read by the hub's own reader."""
    pytest.importorskip("labeling.formats.huggingface").write(Made(told=told), folder)
    repocard = pytest.importorskip("huggingface_hub").DatasetCard
    # Raises where the metadata makes no sense to it.
    return repocard.load(folder / "README.md", repo_type="dataset", ignore_metadata_errors=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("said", "field", "name"),
    [("", "unknown", None), ("CC BY 4.0", "cc-by-4.0", None), ("Ask the newsroom", "other", "ask-the-newsroom")],
)
def test_the_hubs_field_of_the_licence(tmp_path: Path, said: str, field: str, name: str | None) -> None:
    told = card(tmp_path, **licence(said)).data
    assert (told.license, told.get("license_name")) == (field, name)


@pytest.mark.slow
def test_the_licences_of_labels_and_text_stand_apart_and_the_citation_is_whole(tmp_path: Path) -> None:
    told = licence("cc0-1.0", "Newsroom only", "@misc{a,\n  title={B}\n}")
    text = card(tmp_path, **told).text
    for said in (
        "**Labels**, and all that was added to the text: [CC0 1.0](https://spdx.org/licenses/CC0-1.0.html).",
        "**Text**: Newsroom only.",
        "    @misc{a,\n      title={B}\n    }",
    ):
        assert said in text


@pytest.mark.slow
def test_whoever_trains_on_judgements_is_told_that_those_of_the_test_are_among_them(tmp_path: Path) -> None:
    assert "those of the test's sentences among them" in " ".join(card(tmp_path).text.split())


@pytest.mark.slow
def test_the_version_the_revision_and_the_content_are_named(tmp_path: Path) -> None:
    assert f"| 2, 2026-01-02 | 512 | `{'ab' * 32}` |" in card(tmp_path).text


@pytest.mark.slow
def test_no_word_of_the_template_is_left(tmp_path: Path) -> None:
    told = card(tmp_path, texts=False)
    assert (re.findall(r"\{\w+\}", told.text), "Getting the text back" in told.text) == ([], True)
