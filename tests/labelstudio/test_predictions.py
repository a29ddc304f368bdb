"""What the model says, through Label Studio's own client: to nobody whom it could lead. And the model as a backend."""

import pytest

from labeling.flow import queue
from labeling.models import Exposure, Kind, Project, Run, Sentence
from tests.cast import Cast, adjudicator
from tests.flow.pool_of import pool_of
from tests.flow.test_reveal import ranked as put_in_order
from tests.labelstudio.scripting import Client, refusal, result

pytestmark = [pytest.mark.slow, pytest.mark.once]


@pytest.fixture
def ranked(cast: Cast) -> list[Sentence]:
    """Three sentences that a model says are denials; the first is of the audit sample; the project reveals it."""
    pool_of(cast.project, 3, audit=1)
    return put_in_order(cast, number=2, share=0.75)


def test_an_owner_hears_what_the_model_says_and_it_is_written_down(
    cast: Cast, sdk: Client, ranked: list[Sentence]
) -> None:
    told = sdk(cast.citra).predictions.list(project=cast.project.pk)
    assert [one.task for one in told] == [ranked[1].pk, ranked[2].pk]
    assert (told[0].result, told[0].score, told[0].model_version) == (result("denial"), 0.75, "berita-v2")
    assert set(Exposure.objects.values_list("annotator", "sentence")) == {
        (cast.citra.user_id, one.pk) for one in ranked[1:]
    }


def test_of_the_audit_sample_nothing_is_told(cast: Cast, sdk: Client, ranked: list[Sentence]) -> None:
    assert sdk(cast.citra).predictions.list(task=ranked[0].pk) == []
    with refusal(404):
        sdk(cast.citra).predictions.get(id=ranked[0].pk)


def test_an_annotator_hears_it_after_their_own_answer(cast: Cast, sdk: Client, ranked: list[Sentence]) -> None:
    ani, task = sdk(cast.ani), ranked[1].pk
    assert ani.predictions.list(task=task) == []
    ani.annotations.create(id=task, result=result("claim"))
    assert [one.id for one in ani.predictions.list(project=cast.project.pk)] == [task]
    assert Exposure.objects.get().share == 0.75


def test_an_annotator_hears_nothing_where_the_project_reveals_nothing(
    cast: Cast, sdk: Client, ranked: list[Sentence]
) -> None:
    Project.objects.update(reveals=False)
    ani = sdk(cast.ani)
    ani.annotations.create(id=ranked[1].pk, result=result("claim"))
    assert ani.predictions.list(project=cast.project.pk) == []
    assert not Exposure.objects.exists()


def test_an_adjudicator_hears_it(cast: Cast, sdk: Client, ranked: list[Sentence]) -> None:
    assert sdk(adjudicator(cast)).predictions.get(id=ranked[2].pk).score == 0.75


def test_the_task_of_an_annotator_tells_no_prediction(cast: Cast, sdk: Client, ranked: list[Sentence]) -> None:
    queue.take(by=cast.ani)
    assert sdk(cast.ani).tasks.get(id=str(ranked[1].pk)).predictions == []


def test_strangers_hear_nothing(cast: Cast, sdk: Client, ranked: list[Sentence]) -> None:
    dewi = sdk(cast.dewi)
    with refusal(404):
        dewi.predictions.list(project=cast.project.pk)
    with refusal(404):
        dewi.predictions.get(id=ranked[1].pk)
    assert not Exposure.objects.exists()


def test_predictions_of_others_are_not_taken_in(cast: Cast, sdk: Client, ranked: list[Sentence]) -> None:
    citra = sdk(cast.citra)
    with refusal(501) as told:
        citra.predictions.create(task=ranked[1].pk, result=result("claim"), score=1.0)
    assert "own model" in told.value.body["detail"]
    with refusal(501):
        citra.projects.import_predictions(cast.project.pk, request=[{"task": ranked[1].pk, "result": []}])


def test_the_projects_model_is_its_one_backend(cast: Cast, sdk: Client, ranked: list[Sentence]) -> None:
    ml = sdk(cast.citra).ml
    (backend,) = ml.list(project=cast.project.pk)
    assert (backend.state, backend.model_version, backend.error_message) == ("CO", "berita-v2", None)
    assert ml.get(backend.id) == backend
    assert ml.list_model_versions(backend.id).versions == ["berita-v2"]


def test_a_training_is_owed_once(cast: Cast, sdk: Client, ranked: list[Sentence]) -> None:
    ml = sdk(cast.citra).ml
    ml.train(cast.project.pk)
    ml.train(cast.project.pk)
    assert Run.objects.get(kind=Kind.TRAIN).asked_by == cast.citra.user
    assert ml.get(cast.project.pk).state == "TR"


def test_only_owners_train(cast: Cast, sdk: Client, ranked: list[Sentence]) -> None:
    with refusal(403):
        sdk(cast.ani).ml.train(cast.project.pk)
    assert not Run.objects.filter(kind=Kind.TRAIN).exists()


def test_other_backends_and_webhooks_are_not_connected(cast: Cast, sdk: Client) -> None:
    citra = sdk(cast.citra)
    with refusal(501):
        citra.ml.create(project=cast.project.pk, url="http://127.0.0.1:9090")
    with refusal(501) as told:
        citra.webhooks.create(url="http://127.0.0.1:9090", project=cast.project.pk)
    assert "webhooks" in told.value.body["detail"]
    assert citra.webhooks.list(project=cast.project.pk) == []
