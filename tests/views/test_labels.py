"""The label scheme on its pages, and where labels are chosen."""

import re
from pathlib import Path

import pytest
from django.test import Client

import labeling
from labeling.flow import scheme
from labeling.flow.archive import archive
from labeling.models import COLOURS, Annotation, Label
from tests.cast import Cast
from tests.factories import answer
from tests.flow.pool_of import pool_of
from tests.views.conftest import Budget

PAGE = "/p/berita/labels/"
QUOTE = {"name_en": "Quote", "name_id": "Kutipan", "key": "", "colour": "5", "description_en": "", "description_id": ""}


def label(cast: Cast, key: str) -> Label:
    return Label.objects.get(project=cast.project, key=key)


def act(client: Client, cast: Cast, key: str, do: str) -> str:
    return client.post(f"{PAGE}{label(cast, key).pk}/act/", {"do": do}, follow=True).content.decode()


def test_a_label_is_added(citra: Client, cast: Cast) -> None:
    page = citra.post(PAGE, QUOTE, follow=True).content.decode()
    assert ("Quote is on offer now, on key 5." in page, label(cast, "quote").colour) == (True, 5)


@pytest.mark.parametrize(
    ("name", "bad", "said"),
    [
        ("name_en", "", "Write a name."),
        ("name_id", "x" * 61, "Write at most 60 characters."),
        ("key", "two words", "Write letters, digits, hyphens and underscores alone."),
        ("key", "claim", "There is a label called claim already"),
        ("colour", "10", "Choose one of the colours."),
        ("description_en", "x" * 1_001, "Write at most 1,000 characters."),
    ],
)
def test_what_makes_no_sense_is_answered_with_what_to_write(
    citra: Client, cast: Cast, name: str, bad: str, said: str
) -> None:
    response = citra.post(PAGE, QUOTE | {name: bad})
    assert (response.status_code, said in response.content.decode(), cast.project.labels.count()) == (422, True, 4)


def test_a_label_is_described(citra: Client, cast: Cast) -> None:
    sent = {"name_en": "Claim", "name_id": "Klaim", "colour": "7", "description_en": "Says so.", "description_id": ""}
    citra.post(f"{PAGE}{label(cast, 'claim').pk}/", sent)
    assert (label(cast, "claim").colour, label(cast, "claim").description_en) == (7, "Says so.")


def test_a_label_is_moved(citra: Client, cast: Cast) -> None:
    act(citra, cast, "denial", "up")
    assert label(cast, "denial").digit == 1


def test_a_label_is_retired_and_offered_again(citra: Client, cast: Cast) -> None:
    retired = act(citra, cast, "denial", "retire")
    act(citra, cast, "denial", "offer")
    assert ("Retired labels" in retired, label(cast, "denial").retired_at) == (True, None)


def test_a_label_that_nobody_used_is_deleted(citra: Client, cast: Cast) -> None:
    act(citra, cast, "denial", "delete")
    assert not Label.objects.filter(project=cast.project, key="denial").exists()


def test_what_is_refused_is_told(citra: Client, cast: Cast) -> None:
    assert "so it stays. You may rename it." in act(citra, cast, "none", "retire")


def test_the_merge_page_says_how_much_would_move(citra: Client, cast: Cast) -> None:
    for sentence in pool_of(cast.project, 3):
        answer(sentence, "ani", "denial")
    page = citra.get(f"{PAGE}{label(cast, 'denial').pk}/merge/").content.decode()
    assert "3 answers, 0 second labels, 0 decisions" in page


def test_looking_at_the_merge_page_moves_nothing(citra: Client, cast: Cast) -> None:
    answer(pool_of(cast.project, 1)[0], "ani", "denial")
    citra.get(f"{PAGE}{label(cast, 'denial').pk}/merge/?into={label(cast, 'claim').pk}")
    assert Annotation.objects.get().label == label(cast, "denial")


def test_a_label_is_merged(citra: Client, cast: Cast) -> None:
    answer(pool_of(cast.project, 1)[0], "ani", "denial")
    address = f"{PAGE}{label(cast, 'denial').pk}/merge/"
    page = citra.post(address, {"into": label(cast, "claim").pk}, follow=True).content.decode()
    assert ("1 answers and decisions moved" in page, "merged into Claim" in page) == (True, True)


@pytest.mark.parametrize("into", ["", "999999"])
def test_a_merge_into_nothing_is_answered_with_what_to_choose(citra: Client, cast: Cast, into: str) -> None:
    response = citra.post(f"{PAGE}{label(cast, 'denial').pk}/merge/", {"into": into})
    assert (response.status_code, "Choose one of the labels." in response.content.decode()) == (422, True)


def test_a_label_of_another_project_cannot_be_the_target(citra: Client, cast: Cast) -> None:
    other = Label.objects.get(project=cast.elsewhere, key="claim")
    assert citra.post(f"{PAGE}{label(cast, 'denial').pk}/merge/", {"into": other.pk}).status_code == 422


def test_an_archived_project_keeps_its_labels(citra: Client, cast: Cast) -> None:
    archive(project=cast.project, by=cast.citra.user)
    assert "is archived and read only" in act(citra, cast, "denial", "retire")


@pytest.mark.parametrize("address", ["/p/berita/annotate/", "/p/berita/disputes/{sentence}/"])
def test_a_retired_label_is_not_offered(citra: Client, cast: Cast, address: str) -> None:
    sentence = pool_of(cast.project, 1)[0]
    answer(sentence, "ani", "claim")
    answer(sentence, "budi", "none")
    before = citra.get(address.format(sentence=sentence.pk)).content.decode()
    scheme.retire(label=label(cast, "denial"), by=cast.citra.user)
    after = citra.get(address.format(sentence=sentence.pk)).content.decode()
    assert ("Denial" in before, "Denial" in after) == (True, False)


def test_the_annotate_page_shows_the_colour_beside_the_name(citra: Client, cast: Cast) -> None:
    Label.objects.filter(project=cast.project, key="claim").update(colour=8)
    page = citra.get("/p/berita/annotate/").content.decode()
    assert re.search(r'data-label="claim" data-digit="1" data-colour="8"', page)


def test_the_page_costs_the_same_with_many_answers(
    citra: Client, cast: Cast, django_assert_max_num_queries: Budget
) -> None:
    for sentence in pool_of(cast.project, 12):
        answer(sentence, "ani", "denial")
    with django_assert_max_num_queries(12):
        citra.get(PAGE)


STYLE = (Path(labeling.__file__).parent / "static/labeling/css/base.css").read_text(encoding="utf-8")


def colours(style: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", style))


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "surface", "sunk"])
@pytest.mark.parametrize("number", range(1, COLOURS + 1))
def test_each_colour_of_the_palette_stands_out(theme: str, ground: str, number: int) -> None:
    light, dark = STYLE.split("@media (prefers-color-scheme: dark)", 1)
    found = colours(light if theme == "light" else dark)
    assert contrast(found[f"label-{number}"], found[ground]) >= 3
