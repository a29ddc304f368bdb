"""Projects through Label Studio's own client: founded with a config, listed, changed by their owners."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from pytest_django.fixtures import Settings

from labeling.flow import scheme
from labeling.models import Event, Label, Membership, Project, Role, Verb
from tests.cast import Cast
from tests.labelstudio.scripting import Client, refusal

pytestmark = [pytest.mark.slow, pytest.mark.once]
CONFIG = """<View><Header value="What is said?"/><Text name="text" value="$text"/>
<Choices name="sentiment" toName="text" choice="single"><Choice value="Positive" hotkey="2"/>
<Choice value="Negative" hotkey="1"/><Choice value="None of these" hotkey="3"/></Choices></View>"""


@pytest.fixture
def citra(cast: Cast, sdk: Client) -> Any:
    """The client of an owner."""
    return sdk(cast.citra)


def labels_of(pk: int) -> list[tuple[str, str, int, bool]]:
    return list(Label.objects.filter(project=pk).offered().values_list("key", "name_en", "digit", "is_none"))


def test_a_config_founds_a_project_with_its_labels_and_hotkeys(citra: Any, cast: Cast) -> None:
    told = citra.projects.create(title="Reviews", label_config=CONFIG, maximum_annotations=2, color="#FF0000")
    assert labels_of(told.id) == [
        ("Negative", "Negative", 1, False),
        ("Positive", "Positive", 2, False),
        ("none-of-these", "None of these", 3, True),
    ]
    project = Project.objects.get(pk=told.id)
    assert (project.name, project.overlap) == ("Reviews", 2)
    assert Membership.objects.get(project=project).role == Role.OWNER
    assert "Positive" in project.current_guideline().text_en


def test_the_pages_of_a_project_with_labels_of_its_own_open(citra: Any, cast: Cast, client: Browser) -> None:
    config = CONFIG.replace('<Choice value="None of these" hotkey="3"/>', '<Choice value="Mixed" hotkey="3"/>')
    project = Project.objects.get(pk=citra.projects.create(title="Reviews", label_config=config).id)
    client.force_login(cast.citra.user)
    pages = ("overview", "annotate", "labels", "guideline", "settings")
    assert {client.get(reverse(page, args=["reviews"])).status_code for page in pages} == {200}
    scheme.retire(label=project.labels.get(key="Mixed"), by=cast.citra.user)
    assert [key for key, *_rest in labels_of(project.pk)] == ["Negative", "Positive"]


def test_what_the_client_reads_of_a_project_it_can_label_by(citra: Any) -> None:
    told = citra.projects.create(title="Reviews", label_config=CONFIG)
    interface = citra.projects.get(told.id).get_label_interface()
    interface.validate()
    assert interface.get_control("sentiment").labels == ["Positive", "Negative", "None of these"]
    parse = pytest.importorskip("label_studio_sdk._extensions.label_studio_tools.core.label_config").parse_config
    assert told.parsed_label_config == parse(told.label_config)
    assert (told.task_number, told.total_annotations_number, told.created_by.username) == (0, 0, "citra")


def test_a_project_without_a_config_has_the_labels_of_every_new_one(citra: Any) -> None:
    told = citra.projects.create(title="Berita pagi", label_config="<View></View>")
    assert [key for key, *_rest in labels_of(told.id)] == ["claim", "denial", "condemnation", "none"]


@pytest.mark.parametrize(
    ("config", "why"),
    [
        (CONFIG.replace("<Header", "<Rating name='r' toName='text'/><Header"), "Rating is not offered"),
        (CONFIG.replace('choice="single"', 'choice="multiple"'), "One label is chosen"),
        (CONFIG.replace("$text", "text"), "value=“\\$text”"),
        (CONFIG.replace('toName="text"', 'toName="other"'), "must name the Text"),
        (CONFIG.replace("Negative", "Positive"), "the same name"),
        ("<View><Text name='text' value='$text'/></View>", "one Choices"),
        ('<!DOCTYPE x [<!ENTITY a "b">]>' + CONFIG, "document type"),
        ("<View>", "no XML"),
    ],
)
def test_a_config_that_is_not_supported_is_refused_and_says_why(citra: Any, config: str, why: str) -> None:
    with refusal(400) as told:
        citra.projects.create(title="Reviews", label_config=config)
    assert why.replace("\\", "") in told.value.body["validation_errors"]["label_config"][0]
    assert Project.objects.count() == 2


def test_one_sees_the_projects_one_is_a_member_of_and_no_others(cast: Cast, sdk: Client) -> None:
    ani = sdk(cast.ani)
    assert [one.title for one in ani.projects.list()] == ["Berita"]
    with refusal(404):
        ani.projects.get(cast.elsewhere.pk)


def test_a_list_goes_on_page_by_page(citra: Any) -> None:
    for n in range(3):
        citra.projects.create(title=f"More {n}")
    assert [one.title for one in citra.projects.list(page_size=2)] == ["More 2", "More 1", "More 0", "Berita"]
    assert [one.title for one in citra.projects.list(title="more 1")] == ["More 1"]
    assert next(one.title for one in citra.projects.list(ordering="title")) == "Berita"


def test_who_may_not_found_projects_is_told_so(cast: Cast, sdk: Client) -> None:
    with refusal(403):
        sdk(cast.ani).projects.create(title="Mine")
    assert not Project.objects.filter(name="Mine").exists()


def test_an_owner_changes_title_and_overlap_and_adds_a_label(citra: Any, cast: Cast) -> None:
    old = citra.projects.get(cast.project.pk)
    config = old.label_config.replace("<Choice value=", '<Choice value="question" hotkey="5"/><Choice value=', 1)
    told = citra.projects.update(cast.project.pk, title="Warta", maximum_annotations=2, label_config=config)
    assert (told.title, told.maximum_annotations) == ("Warta", 2)
    assert (told.label_config, told.parsed_label_config["label"]["labels"][0]) == (config, "question")
    changes = Event.objects.filter(project=cast.project, verb=Verb.CHANGED).values_list("after", flat=True)
    assert {name for after in changes for name in after} >= {"name", "overlap", "labels"}


def test_a_config_takes_no_label_away(citra: Any, cast: Cast) -> None:
    with refusal(400) as told:
        citra.projects.update(cast.project.pk, label_config=CONFIG)
    assert "leaves out claim, condemnation, denial." in told.value.body["detail"]
    assert Label.objects.filter(project=cast.project).count() == 4


def test_an_annotator_changes_nothing(cast: Cast, sdk: Client) -> None:
    with refusal(403):
        sdk(cast.ani).projects.update(cast.project.pk, title="Mine")
    assert Project.objects.get(pk=cast.project.pk).name == "Berita"


def test_a_config_is_validated_without_changing_anything(citra: Any, cast: Cast) -> None:
    config = citra.projects.get(cast.project.pk).label_config
    told = citra.projects.validate_label_config(cast.project.pk, label_config=config)
    assert told.config_essential_data_has_changed is False
    with refusal(400):
        citra.projects.validate_label_config(cast.project.pk, label_config=CONFIG)


def test_projects_are_told_in_as_many_queries_however_many_there_are(
    citra: Any, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    for n in range(5):
        citra.projects.create(title=f"More {n}")
    with django_assert_max_num_queries(9):
        assert len(citra.projects.list(page_size=10).items) == 6


def test_a_client_that_comes_too_often_waits_and_is_answered(citra: Any, settings: Settings) -> None:
    settings.API_RATE, settings.API_BURST = 1, 1
    names = [citra.users.whoami(request_options={"max_retries": 2}).username for _ in range(2)]
    assert names == ["citra", "citra"]


def test_a_project_is_not_deleted(citra: Any, cast: Cast) -> None:
    with refusal(501) as told:
        citra.projects.delete(cast.project.pk, request_options={"max_retries": 0})
    assert "Archive it" in told.value.body["detail"]
