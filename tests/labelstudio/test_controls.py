"""What a project's own config calls things, and what is told of it once its labels have changed."""

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from labeling.errors import Refused
from labeling.flow import scheme
from labeling.flow.found import create_project
from labeling.labelstudio import told
from labeling.labelstudio.config import config_of, labels_of, parsed
from labeling.labelstudio.controls import OURS, Controls, config_told, controls_of, labels_by_project
from labeling.labelstudio.shapes import Answer, answer_of
from labeling.models import Label, Project
from tests.cast import Cast
from tests.labelstudio.own import CONFIG, KEYS, part

pytestmark = [pytest.mark.django_db, pytest.mark.once]
VALUES = {"berita-bohong": "Berita Bohong", "Benar": "Benar", "nihil": "nihil"}
NAMES = Controls(VALUES, label="sentiment", text="article", field="headline", own=True)


@pytest.fixture
def project(cast: Cast) -> Project:
    """Founded with the config, in the order of its hotkeys."""
    offered = sorted(labels_of(CONFIG).labels, key=lambda one: one.digit)
    labels = [(one.key, one.name, one.name, one.is_none) for one in offered]
    return create_project(by=cast.citra.user, slug="own", labels=labels, label_config=CONFIG)


def named(project: Project, key: str) -> Label:
    return Label.objects.get(project=project, key=key)


def config(project: Project) -> str:
    return config_told(project.label_config, labels_by_project([project.pk])[project.pk])


def rename(project: Project, key: str, en: str, id_: str) -> None:
    Label.objects.filter(project=project, key=key).update(name_en=en, name_id=id_)


def values(project: Project) -> list[str]:
    return [str(one) for one in parsed(config(project))["sentiment"]["labels"]]


def test_the_names_are_those_of_the_config(project: Project) -> None:
    assert controls_of(project) == NAMES
    assert [one.key for one in project.labels.offered()] == KEYS


def test_a_project_without_a_config_has_ours_and_asks_the_database_nothing(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert controls_of(cast.project) is OURS
    assert config(cast.project) == config_of(["claim", "denial", "condemnation", "none"])


def test_the_config_is_told_as_it_was_sent(project: Project) -> None:
    assert config(project) == CONFIG


def test_a_config_stays_as_it_was_sent_while_a_label_bears_its_name_in_one_language(project: Project) -> None:
    rename(project, "berita-bohong", "False news", "Berita bohong")
    assert (config(project), controls_of(project)) == (CONFIG, NAMES)


def test_a_renamed_label_is_told_by_its_name(project: Project) -> None:
    rename(project, "berita-bohong", "Hoax", "Kabar bohong")
    assert values(project) == ["Benar", "Hoax", "nihil"]
    assert controls_of(project).written("berita-bohong") == "Hoax"


def test_an_added_label_is_told_by_its_name_and_a_retired_one_is_not(project: Project, cast: Cast) -> None:
    scheme.add(project=project, by=cast.citra.user, key="satire", fields={"name_en": "Satire", "name_id": "Satir"})
    scheme.retire(label=named(project, "Benar"), by=cast.citra.user)
    asked = labels_of(config(project))
    assert [(one.value, one.digit) for one in asked.labels] == [("Berita Bohong", 2), ("nihil", 3), ("Satire", 4)]
    assert (asked.control, asked.text, asked.field, asked.asks_second) == ("sentiment", "article", "headline", False)


def test_an_answer_of_a_retired_label_is_still_told_as_the_config_writes_it(project: Project) -> None:
    Label.objects.filter(project=project, key="berita-bohong").update(retired_at=timezone.now())
    assert controls_of(project).written("berita-bohong") == "Berita Bohong"


def test_a_label_on_offer_is_told_by_a_name_before_one_that_is_retired(project: Project, cast: Cast) -> None:
    Label.objects.filter(project=project, key="berita-bohong").update(retired_at=timezone.now())
    fields = {"name_en": "Berita Bohong", "name_id": "Kabar"}
    scheme.add(project=project, by=cast.citra.user, key="other", fields=fields)
    controls = controls_of(project)
    assert (controls.written("other"), controls.written("berita-bohong")) == ("Berita Bohong", "berita-bohong")
    assert config(project) == CONFIG


def test_a_label_is_told_by_its_key_where_its_name_means_another(project: Project, cast: Cast) -> None:
    scheme.add(project=project, by=cast.citra.user, key="satire", fields={"name_en": "Benar", "name_id": "Satir"})
    assert controls_of(project).written("satire") == "satire"


@pytest.mark.parametrize("word", ["Berita Bohong", "berita bohong", "berita-bohong", "Hoax", "Kabar bohong"])
def test_a_renamed_label_is_heard_by_the_config_its_key_and_its_names(project: Project, word: str) -> None:
    rename(project, "berita-bohong", "Hoax", "Kabar bohong")
    assert told.meaning([part(word)], project) == Answer("berita-bohong")


def test_a_name_that_another_label_bears_now_means_that_one(project: Project, cast: Cast) -> None:
    rename(project, "berita-bohong", "Hoax", "Hoaks")
    fields = {"name_en": "Berita Bohong", "name_id": "Berita Bohong"}
    scheme.add(project=project, by=cast.citra.user, key="other", fields=fields)
    assert told.meaning([part("Berita Bohong")], project) == Answer("other")


@pytest.mark.parametrize("name", ["sentiment", "label", None])
def test_the_label_is_heard_under_the_configs_control_and_ours(name: str | None) -> None:
    assert answer_of([part("benar") | {"from_name": name}], {"benar": "Benar"}, controls=NAMES) == Answer("Benar")


@pytest.mark.parametrize("name", ["article", "confidence", "", 5])
def test_a_control_that_the_config_has_not_is_refused_and_named(name: object) -> None:
    sent = [part("benar") | {"from_name": name}]
    with pytest.raises(Refused, match=f"no control {name}. Write the label under sentiment"):
        answer_of(sent, {"benar": "Benar"}, controls=NAMES)
    # A project without a config of its own hears any.
    assert answer_of(sent, {"benar": "Benar"}) == Answer("Benar")


def test_what_makes_no_sense_is_told_in_the_configs_words() -> None:
    with pytest.raises(Refused, match="labels are: Berita Bohong, Benar, nihil"):
        answer_of([part("rumour")], {key.casefold(): key for key in VALUES}, controls=NAMES)
    with pytest.raises(Refused, match='"from_name": "sentiment", "to_name": "article"'):
        answer_of({}, {"benar": "Benar"}, controls=NAMES)


def test_what_is_parsed_is_what_the_client_makes_of_it() -> None:
    (told,) = parsed(CONFIG).values()
    assert (told["to_name"], told["inputs"]) == (
        ["article"],
        [{"type": "Text", "valueType": None, "value": "headline"}],
    )
    assert told["labels_attrs"]["nihil"] == {"value": "Tidak ada", "alias": "nihil", "hotkey": "3"}


def test_a_config_may_call_its_only_control_as_we_call_the_second() -> None:
    asked = labels_of(CONFIG.replace('"sentiment"', '"label_2"'))
    assert (asked.control, asked.second) == ("label_2", "label_2_2")


def test_a_second_control_offers_no_label_of_its_own() -> None:
    second = '<Choices name="label_2" toName="article" required="false"><Choice value="{}"/></Choices></View>'
    assert labels_of(CONFIG.replace("</View>", second.format("Benar"))).asks_second
    for other in (second.format("Sedang"), second.format("Benar").replace("article", "story")):
        with pytest.raises(Refused, match="this one has 2"):
            labels_of(CONFIG.replace("</View>", other))
