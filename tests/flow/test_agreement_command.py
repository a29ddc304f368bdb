"""`manage.py agreement`: all that the page says, as one object or in words."""

import json
from typing import Any

import pytest
from django.core.management import call_command

from tests.cast import Cast
from tests.flow.newsroom import news
from tests.views.answering import answers

pytestmark = pytest.mark.django_db


@pytest.fixture
def newsroom(cast: Cast) -> Cast:
    for number, sentence in enumerate(news(cast.project, 12, audit=4)):
        answers(cast.ani, sentence, "claim")
        answers(cast.budi, sentence, "denial" if number % 3 else "claim")
    return cast


def said(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    call_command("agreement", "berita", *options)
    return capsys.readouterr().out


def test_the_object_has_all_that_the_page_says(newsroom: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    told: dict[str, Any] = json.loads(said(capsys, "--json"))
    parts = {"populations", "confusions", "weeks", "repeats", "pairs", "krippendorff_alpha_masi", "against_rest"}
    assert parts < set(told)


def test_a_person_reads_every_part_of_it(newsroom: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    sections = (
        "Sentences: audit\n",
        "Labels of one sentence: all\n",
        "Alpha by week",
        "The same person, asked again\n",
    )
    lines = (
        "Gwet's AC1, denial ",
        "alpha with second labels ",
        "ani, budi, share that agrees ",
        "nobody was asked about",
    )
    text = said(capsys)
    assert [words for words in (*sections, *lines) if words not in text] == []


def test_labels_confused_are_a_table_that_a_person_reads(newsroom: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    row = said(capsys).split("Labels of one sentence: all\n")[1].splitlines()[1]
    assert row.split() == ["claim", "4", "8", "12"]


def test_without_answers_a_person_reads_why(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    assert "not defined (no unit has two answers)" in said(capsys)
