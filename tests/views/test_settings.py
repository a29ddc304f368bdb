"""A project's settings, as its owner changes them."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils.html import escape

from labeling.flow import overlap
from labeling.models import Event, Label, Project, Verb
from labeling.strategies_offered import DEFAULT, OFFERED
from ml.strategies import STRATEGIES
from tests.cast import Cast
from tests.flow.pool_of import pool_of
from tests.views.conftest import Budget
from tests.views.test_model import version

PAGE = "/p/berita/settings/"


def filled(cast: Cast, **changed: object) -> dict[str, object]:
    """What the page sends when only `changed` was touched."""
    cues = {
        f"cue_{lang}_{label.pk}": getattr(label, f"cue_{lang}")
        for label in Label.objects.filter(project=cast.project)
        for lang in ("en", "id")
    }
    plain = {
        "name": "Berita",
        "languages": ["id", "en"],
        "overlap": "1",
        "most_answers": "3",
        "strategy": "default",
        "find_rare": "1",
        "review_percent": "10",
        "reveals": "",
        "repeats": "1",
        "hides_names": "1",
        "retrain_after": "20",
        "audit_size": "300",
        "stop_gain": "0.01",
    }
    return plain | cues | changed


def kept(cast: Cast, name: str) -> object:
    return Project.objects.values_list(name, flat=True).get(pk=cast.project.pk)


def test_the_page_shows_what_is_set(citra: Client, cast: Cast) -> None:
    Project.objects.update(review_share=0.29, retrain_after=77, find_rare=False)
    page = citra.get(PAGE).content.decode()
    assert 'name="review_percent" value="29"' in page
    assert 'name="retrain_after" value="77"' in page
    assert 'name="find_rare" value="" id="id_find_rare_1" checked' in page.replace(" required", "")


def test_every_strategy_is_offered_with_its_sentence(citra: Client) -> None:
    page = citra.get(PAGE).content.decode()
    assert [name for name, (called, asks) in OFFERED.items() if escape(f"{called}: {asks}") not in page] == []


def test_what_is_offered_is_what_there_is() -> None:
    assert set(OFFERED) - {DEFAULT} == set(STRATEGIES)


def test_a_strategy_that_was_chosen_is_kept(citra: Client, cast: Cast) -> None:
    citra.post(PAGE, filled(cast, strategy="random"))
    assert kept(cast, "strategy") == "random"


@pytest.mark.parametrize(
    ("name", "sent", "field", "value"),
    [
        ("name", "Kabar Pelabuhan", "name", "Kabar Pelabuhan"),
        ("languages", ["id"], "languages", ["id"]),
        ("overlap", "3", "overlap", 3),
        ("find_rare", "", "find_rare", False),
        ("reveals", "1", "reveals", True),
        ("repeats", "", "repeats", False),
        ("hides_names", "", "hides_names", False),
        ("review_percent", "29", "review_share", 0.29),
        ("most_answers", "5", "most_answers", 5),
        ("review_percent", "0", "review_share", 0.0),
        ("retrain_after", "7", "retrain_after", 7),
        ("audit_size", "500", "audit_size", 500),
        ("stop_gain", "0.02", "stop_gain", 0.02),
    ],
)
def test_what_was_chosen_is_kept(citra: Client, cast: Cast, name: str, sent: object, field: str, value: object) -> None:
    citra.post(PAGE, filled(cast, **{name: sent}))
    assert kept(cast, field) == value


def test_a_cue_is_kept(citra: Client, cast: Cast) -> None:
    label = Label.objects.get(project=cast.project, key="denial")
    citra.post(PAGE, filled(cast, **{f"cue_id_{label.pk}": "membantah, hoaks"}))
    label.refresh_from_db()
    assert label.cue_id == "membantah, hoaks"


def test_sending_the_page_as_it_came_changes_nothing(citra: Client, cast: Cast) -> None:
    page = citra.post(PAGE, filled(cast), follow=True).content.decode()
    assert ("Nothing was changed." in page, Event.objects.filter(verb=Verb.CHANGED).count()) == (True, 0)


def test_the_owner_is_told_that_it_is_saved(citra: Client, cast: Cast) -> None:
    page = citra.post(PAGE, filled(cast, retrain_after="7"), follow=True).content.decode()
    assert "The settings are saved." in page
    assert "A training starts by itself" not in page


def test_with_a_model_a_new_order_is_promised(citra: Client, cast: Cast) -> None:
    version(cast, 1)
    page = citra.post(PAGE, filled(cast, review_percent="20"), follow=True).content.decode()
    assert "A training starts by itself, then the queue follows them." in page


@pytest.mark.parametrize(
    ("name", "bad", "said"),
    [
        ("name", "", "Write a name."),
        ("languages", ["fr"], "Choose at least one of the languages."),
        ("overlap", "0", "Write a whole number from 1 to 10."),
        ("overlap", "11", "Write a whole number from 1 to 10."),
        ("strategy", "psychic", "Choose one of the strategies below."),
        ("most_answers", "11", "Write a whole number from 1 to 10."),
        ("review_percent", "51", "Write a whole number from 0 to 50."),
        ("review_percent", "-1", "Write a whole number from 0 to 50."),
        ("review_percent", "a tenth", "Write a whole number from 0 to 50."),
        ("retrain_after", "0", "Write a whole number from 1 to 10,000."),
        ("audit_size", "", "Write a whole number from 0 to 10,000."),
        ("audit_size", "10001", "Write a whole number from 0 to 10,000."),
        ("stop_gain", "nan", "Write a number from 0 to 1, such as 0.01."),
        ("stop_gain", "2", "Write a number from 0 to 1, such as 0.01."),
    ],
)
def test_what_makes_no_sense_is_answered_with_what_to_write(
    citra: Client, cast: Cast, name: str, bad: object, said: str
) -> None:
    response = citra.post(PAGE, filled(cast, **{name: bad, "retrain_after": "9"} | {name: bad}))
    assert (response.status_code, said in response.content.decode(), kept(cast, "retrain_after")) == (422, True, 20)


def test_a_cue_has_a_limit(citra: Client, cast: Cast) -> None:
    label = Label.objects.filter(project=cast.project).first()
    response = citra.post(PAGE, filled(cast, **{f"cue_en_{label.pk}": "x" * 1_001}))  # type: ignore[union-attr]
    assert "Write at most 1,000 characters." in response.content.decode()


def test_an_audit_sample_that_would_shrink_is_refused_beside_its_field(citra: Client, cast: Cast) -> None:
    pool_of(cast.project, 40, audit=8)
    response = citra.post(PAGE, filled(cast, audit_size="5"))
    assert (response.status_code, "has 8 sentences already" in response.content.decode()) == (422, True)


def test_a_project_in_one_language_has_cues_in_that_one(citra: Client, cast: Cast) -> None:
    Project.objects.update(languages=["id"])
    page = citra.get(PAGE).content.decode()
    assert ("cue_id_" in page, "cue_en_" in page) == (True, False)


def test_the_page_speaks_indonesian(citra: Client) -> None:
    citra.cookies[settings.LANGUAGE_COOKIE_NAME] = "id"
    page = citra.get(PAGE).content.decode()
    assert "Peninjauan, dalam persen" in page
    assert "Bantahan, English" in page


def test_the_page_costs_the_same_however_large_the_project(
    citra: Client, cast: Cast, django_assert_max_num_queries: Budget
) -> None:
    pool_of(cast.project, 30)
    with django_assert_max_num_queries(5):
        citra.get(PAGE)


def test_with_another_number_of_answers_the_sentences_follow(citra: Client, cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    citra.post(PAGE, filled(cast, overlap="2"))
    sentence.refresh_from_db()
    assert sentence.slots_free == 2


def test_the_sentences_of_a_large_project_follow_where_the_page_says(
    citra: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool_of(cast.project, 1)
    monkeypatch.setattr(overlap, "AT_ONCE", 0)
    page = citra.post(PAGE, filled(cast, overlap="2"), follow=True).content.decode()
    assert "The sentences follow the number of answers one after another: see “Background work”." in page


def test_the_project_is_archived_and_restored_here(citra: Client, cast: Cast) -> None:
    archived = citra.post(f"{PAGE}archive/", follow=True).content.decode()
    restored = citra.post(f"{PAGE}restore/", follow=True).content.decode()
    assert ("it is read only now" in archived, "back in work" in restored) == (True, True)


def test_an_archived_project_says_why_it_keeps_its_settings(citra: Client, cast: Cast) -> None:
    citra.post(f"{PAGE}archive/")
    response = citra.post(PAGE, filled(cast, retrain_after="7"))
    assert (response.status_code, "is archived and read only" in response.content.decode()) == (422, True)


def test_archiving_twice_is_answered_with_a_sentence(citra: Client, cast: Cast) -> None:
    citra.post(f"{PAGE}archive/")
    assert "Berita is archived already." in citra.post(f"{PAGE}archive/", follow=True).content.decode()
