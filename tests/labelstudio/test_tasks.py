"""Tasks through Label Studio's own client: listed, told, lent as the next one, taken out."""

from typing import Any

import pytest

from labeling.flow import queue
from labeling.models import Event, Lease, Sentence, Verb
from tests.cast import Cast, adjudicator
from tests.flow.pool_of import pool_of
from tests.labelstudio.scripting import Client, refusal, result

pytestmark = [pytest.mark.slow, pytest.mark.once]


@pytest.fixture
def citra(cast: Cast, sdk: Client) -> Any:
    """The client of an owner."""
    return sdk(cast.citra)


def test_an_owner_lists_all_tasks_page_by_page(citra: Any, cast: Cast) -> None:
    sentences = pool_of(cast.project, 5)
    listed = citra.tasks.list(project=cast.project.pk, page_size=2)
    assert [one.id for one in listed] == [one.pk for one in sentences]
    assert (listed.response.total, listed.response.total_annotations) == (5, 0)


def test_a_page_asked_for_by_itself_is_the_same(citra: Any, cast: Cast) -> None:
    sentences = pool_of(cast.project, 5)
    third = citra.tasks.list(project=cast.project.pk, page_size=2, page=3)
    assert [one.id for one in third.items] == [sentences[4].pk]


def test_no_task_is_left_out_where_one_is_deleted_between_two_pages(citra: Any, cast: Cast) -> None:
    sentences = pool_of(cast.project, 4)
    first = citra.tasks.list(project=cast.project.pk, page_size=2)
    citra.tasks.delete(id=str(sentences[0].pk))
    assert [one.id for one in first.next_page().items] == [sentences[2].pk, sentences[3].pk]


def test_tasks_are_told_in_as_many_queries_however_many_there_are(
    citra: Any, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    pool_of(cast.project, 20)
    with django_assert_max_num_queries(14):
        assert len(citra.tasks.list(project=cast.project.pk).items) == 20


def test_only_annotated_tasks_with_their_answers(citra: Any, cast: Cast, sdk: Client) -> None:
    first, _second = pool_of(cast.project, 2)
    sdk(cast.ani).annotations.create(id=first.pk, result=result("claim"))
    (told,) = citra.tasks.list(project=cast.project.pk, only_annotated=True)
    assert (told.id, told.total_annotations, told.is_labeled) == (first.pk, 1, True)
    assert told.annotations[0]["result"] == result("claim")
    (plain,) = citra.tasks.list(project=cast.project.pk, only_annotated=True, fields="task_only")
    assert (plain.annotations, plain.total_annotations) == ([], 1)


def test_an_annotator_sees_what_was_lent_to_them_and_no_answer_of_others(cast: Cast, sdk: Client) -> None:
    cast.project.overlap = 2
    cast.project.save()
    mine, other = pool_of(cast.project, 2)
    sdk(cast.budi).annotations.create(id=mine.pk, result=result("denial"))
    ani = sdk(cast.ani)
    assert list(ani.tasks.list(project=cast.project.pk)) == []
    ani.annotations.create(id=mine.pk, result=result("claim"))
    (told,) = ani.tasks.list(project=cast.project.pk)
    assert [one["completed_by"] for one in told.annotations] == [cast.ani.user_id]
    with refusal(404):
        ani.tasks.get(id=str(other.pk))


def test_an_adjudicator_sees_all_tasks_and_their_own_answers_alone(cast: Cast, sdk: Client) -> None:
    (task,) = pool_of(cast.project, 1)
    sdk(cast.ani).annotations.create(id=task.pk, result=result("claim"))
    assert sdk(adjudicator(cast)).tasks.get(id=str(task.pk)).annotations == []


def test_a_task_of_another_project_is_not_here(cast: Cast, sdk: Client) -> None:
    (task,) = pool_of(cast.project, 1)
    dewi = sdk(cast.dewi)
    for call in (dewi.tasks.get, dewi.tasks.delete):
        with refusal(404):
            call(id=str(task.pk))
    with refusal(404):
        list(dewi.tasks.list(project=cast.project.pk).response)
    assert Sentence.objects.in_pool().filter(pk=task.pk).exists()


def test_the_next_task_is_lent_until_it_is_answered(cast: Cast, sdk: Client) -> None:
    pool_of(cast.project, 2)
    ani = sdk(cast.ani)
    first = asked(ani, cast)
    assert first == asked(ani, cast)
    assert Lease.objects.get(held=True).annotator_id == cast.ani.user_id
    ani.annotations.create(id=first["id"], result=result("claim"))
    assert asked(ani, cast)["id"] != first["id"]


def asked(client: Any, cast: Cast) -> Any:
    """The next task as scripts ask for it: the client has no call of its own."""
    wire = client._client_wrapper.httpx_client
    return wire.request(f"api/projects/{cast.project.pk}/next/", method="GET").json()


def test_the_next_task_as_an_action(cast: Cast, sdk: Client) -> None:
    (task,) = pool_of(cast.project, 1)
    wire = sdk(cast.ani)._client_wrapper.httpx_client
    asking = {"params": {"id": "next_task", "project": cast.project.pk}}
    told = [wire.request("api/dm/actions/", method=method, **asking).json() for method in ("POST", "GET")]
    assert [one["id"] for one in told] == [task.pk, task.pk]
    assert told[0]["annotations"] == told[0]["predictions"] == []


def test_where_nothing_is_left_there_is_no_next_task(cast: Cast, sdk: Client) -> None:
    wire = sdk(cast.ani)._client_wrapper.httpx_client
    told = wire.request(f"api/projects/{cast.project.pk}/next/", method="GET")
    assert (told.status_code, told.json()["detail"]) == (404, "There is no task left for you in this project.")


def test_a_repeat_is_lent_without_the_answer_it_had(cast: Cast, sdk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    (task,) = pool_of(cast.project, 1)
    ani = sdk(cast.ani)
    ani.annotations.create(id=task.pk, result=result("claim"))
    lease = Lease(sentence_id=task.pk, selection="seed", project=cast.project, annotator=cast.ani.user)
    monkeypatch.setattr(queue, "take", lambda **_: [lease])
    assert asked(ani, cast)["annotations"] == []


def test_an_owner_takes_a_task_out_with_its_history(citra: Any, cast: Cast) -> None:
    (task,) = pool_of(cast.project, 1)
    citra.tasks.delete(id=str(task.pk))
    assert not Sentence.objects.get().in_pool
    assert Event.objects.get(verb=Verb.TOOK_OUT).who_id == cast.citra.user_id
    with refusal(404):
        citra.tasks.get(id=str(task.pk))


def test_tasks_are_deleted_by_an_action_too_and_all_at_once_never(citra: Any, cast: Cast) -> None:
    first, second = pool_of(cast.project, 2)
    act = citra.actions.create
    act(id="delete_tasks", project=cast.project.pk, selected_items={"all": False, "included": [first.pk]})
    assert list(Sentence.objects.in_pool()) == [second]
    with refusal(400):
        act(id="delete_tasks", project=cast.project.pk, selected_items={"all": True, "excluded": []})


def test_an_annotator_deletes_nothing(cast: Cast, sdk: Client) -> None:
    (task,) = pool_of(cast.project, 1)
    assert queue.take(by=cast.ani)
    with refusal(403):
        sdk(cast.ani).tasks.delete(id=str(task.pk))
