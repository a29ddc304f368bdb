"""The page of the rule by which labels are settled."""

import pytest
from django.test import Client

from labeling.flow import rule_change
from labeling.flow.archive import archive
from labeling.flow.change import ORDERING
from labeling.models import Event, Label, Posterior, Project, Sentence, Verb, Verdict
from tests.cast import Cast
from tests.factories import answer
from tests.flow.pool_of import pool_of
from tests.views.conftest import Budget

PAGE = "/p/berita/settings/rule/"
APPLY = f"{PAGE}apply/"
NOW = {"least": "1", "majority": "1", "likeliest": "1", "threshold": "0.95"}
WAS = {"settle_least": 1, "settle_majority": True, "settle_posterior": 0.95}


@pytest.fixture
def sentences(cast: Cast) -> list[Sentence]:
    """Decided, unanimous, by majority, single, likeliest, apart, unsure: one each."""
    rows = pool_of(cast.project, 7)
    decided, alike, most, single, likely, apart, unsure = rows
    label = Label.objects.get(project=cast.project, key="claim")
    Verdict.objects.create(project=cast.project, sentence=decided, label=label, decided_by=cast.citra.user)
    said = {alike: "claim claim", most: "claim claim none", single: "none", likely: "claim none", apart: "none denial"}
    for sentence, labels in said.items():
        for who, key in zip(("ani", "budi", "ada"), labels.split(), strict=False):
            answer(sentence, who, key)
    answer(unsure, "ani", None)
    Posterior.objects.create(project=cast.project, sentence=likely, label=label, probability=0.96, n_answers=2)
    return rows


def told(client: Client, **changed: str) -> str:
    """The page, words only one space apart, after `changed` was tried."""
    page = client.post(PAGE, NOW | changed) if changed else client.get(PAGE)
    return " ".join(page.content.decode().split())


def kept() -> dict[str, object]:
    return dict(Project.objects.values(*WAS).get(slug="berita"))


def test_each_step_is_counted(citra: Client, sentences: list[Sentence], cast: Cast) -> None:
    standing = rule_change.standing(cast.project)
    assert ([one.n for one in standing.settling], [one.n for one in standing.open]) == ([1, 1, 1, 1, 1], [0, 1, 1])


def test_the_page_tells_the_rule_and_that_unanimous_sentences_need_no_click(
    citra: Client, sentences: list[Sentence]
) -> None:
    page = told(citra)
    assert "unanimous sentences are accepted without a click" in page
    assert "probability is 0.95 or more" in page
    assert '<strong>Settled</strong></th><td class="number"><strong>5</strong>' in page


def test_trying_a_rule_shows_how_many_labels_would_change_and_changes_none(
    citra: Client, sentences: list[Sentence]
) -> None:
    page = told(citra, least="2", majority="", threshold="0.99")
    assert "<dt>become open</dt><dd>3</dd>" in page
    assert "<dt>become settled</dt><dd>0</dd>" in page
    assert (kept(), Event.objects.filter(verb=Verb.CHANGED).exists()) == (WAS, False)


def test_some_of_the_sentences_are_listed_with_both_labels(citra: Client, sentences: list[Sentence]) -> None:
    page = told(citra, least="2")
    assert f'href="/p/berita/sentences/{sentences[3].pk}/"' in page
    assert "The one person who answered chose it" in page
    assert '<td><span class="muted">Open: fewer answers than the rule wants</span></td>' in page


def test_a_rule_that_changes_nothing_says_so(citra: Client, sentences: list[Sentence]) -> None:
    assert "No label that is settled now would change." in told(citra, threshold="0.96")


def test_what_was_tried_is_what_is_applied(citra: Client, sentences: list[Sentence]) -> None:
    page = told(citra, least="2", majority="")
    assert '<input type="hidden" name="least" value="2"' in page
    citra.post(APPLY, NOW | {"least": "2", "majority": ""})
    assert kept() == {"settle_least": 2, "settle_majority": False, "settle_posterior": 0.95}


def test_a_change_is_an_event_with_what_was_before(citra: Client, cast: Cast) -> None:
    citra.post(APPLY, NOW | {"likeliest": ""})
    event = Event.objects.get(verb=Verb.CHANGED)
    assert (event.who, event.before, event.after) == (
        cast.citra.user,
        {"settle_posterior": 0.95},
        {"settle_posterior": None},
    )


def test_applying_the_rule_as_it_is_leaves_no_event(citra: Client) -> None:
    page = citra.post(APPLY, NOW, follow=True).content.decode()
    assert ("Nothing was changed." in page, Event.objects.filter(verb=Verb.CHANGED).exists()) == (True, False)


def test_another_rule_wants_another_training() -> None:
    assert WAS.keys() <= set(ORDERING)


@pytest.mark.parametrize(
    ("sent", "cure"),
    [
        ({"least": "0"}, "Write a whole number from 1 to 10."),
        ({"threshold": "0.4"}, "Write a number from 0.5 to 1, such as 0.95."),
        ({"threshold": ""}, "Write a number from 0.5 to 1, such as 0.95."),
    ],
)
@pytest.mark.parametrize("address", [PAGE, APPLY])
def test_a_number_that_makes_no_sense_is_refused_with_the_cure(
    citra: Client, address: str, sent: dict[str, str], cure: str
) -> None:
    page = citra.post(address, NOW | sent)
    assert (page.status_code, cure in page.content.decode(), kept()) == (422, True, WAS)


def test_no_threshold_is_asked_where_the_likeliest_label_settles_nothing(citra: Client) -> None:
    citra.post(APPLY, NOW | {"likeliest": "", "threshold": ""})
    assert kept()["settle_posterior"] is None


def test_an_archived_project_keeps_its_rule(citra: Client, cast: Cast) -> None:
    archive(project=cast.project, by=cast.citra.user)
    page = citra.post(APPLY, NOW | {"least": "2"}, follow=True).content.decode()
    assert ("is archived and read only" in page, kept()) == (True, WAS)


def test_without_estimates_the_page_says_what_they_take(citra: Client, sentences: list[Sentence]) -> None:
    Posterior.objects.all().delete()
    assert "It takes 3 people and 2000 sentences" in told(citra)
    assert "So far: 3 people, 4 sentences." in told(citra)


def test_where_the_answers_are_enough_the_page_says_what_estimates_them(
    citra: Client, sentences: list[Sentence], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule_change, "LEAST_DOUBLY", 4)
    Posterior.objects.all().delete()
    assert "The next training, measurement of agreement or export estimates them" in told(citra)


def test_switched_off_there_is_no_word_of_estimates(citra: Client) -> None:
    Project.objects.update(settle_posterior=None)
    assert "has been estimated" not in told(citra)


def test_the_settings_lead_there(citra: Client) -> None:
    assert f'href="{PAGE}"' in citra.get("/p/berita/settings/").content.decode()


def test_a_sentence_says_which_step_settled_it_or_why_it_is_open(citra: Client, sentences: list[Sentence]) -> None:
    pages = [citra.get(f"/p/berita/sentences/{one.pk}/").content.decode() for one in sentences]
    said = (
        *("An adjudicator decided.", "All who answered chose it.", "More than half chose it."),
        *("The one person who answered chose it.", "The likeliest label, by how these people answer elsewhere."),
        *("Open: the answers differ.", "Open: nobody was sure."),
    )
    assert [words in page for words, page in zip(said, pages, strict=True)] == [True] * 7


def test_the_page_costs_few_queries_however_many_sentences_it_lists(
    citra: Client, sentences: list[Sentence], django_assert_max_num_queries: Budget
) -> None:
    with django_assert_max_num_queries(17):
        told(citra, least="2")
