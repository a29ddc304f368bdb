"""Answers through Label Studio's own client: given once, amended, withdrawn, never over overlap."""

from collections.abc import Callable

import pytest

from labeling.acts import Act
from labeling.flow import annotate, queue, withdraw
from labeling.models import Annotation, Event, Exposure, Lease, Repeat, Selection, Sentence, State, Verb
from tests.cast import Cast
from tests.flow.acting import answer
from tests.flow.pool_of import pool_of
from tests.labelstudio.scripting import Client, refusal, result

pytestmark = [pytest.mark.slow, pytest.mark.once]


@pytest.fixture
def task(cast: Cast) -> int:
    """A sentence that nobody was lent."""
    (sentence,) = pool_of(cast.project, 1)
    return sentence.pk


def test_an_answer_to_a_lent_task_is_kept_as_the_pages_are(cast: Cast, sdk: Client, task: int) -> None:
    (lease,) = queue.take(by=cast.ani)
    told = sdk(cast.ani).annotations.create(id=task, result=result("claim", "denial"), lead_time=2.5)
    row = Annotation.objects.select_related("label", "second_label").get()
    assert (row.label.key, row.second_label.key, row.seconds) == ("claim", "denial", 2.5)  # type: ignore[union-attr]  # both are set
    assert (row.selection, row.surplus, told.id, told.completed_by) == (
        lease.selection,
        False,
        row.pk,
        row.annotator_id,
    )
    assert told.result == result("claim", "denial")


def test_a_task_that_was_never_lent_takes_a_free_slot(cast: Cast, sdk: Client, task: int) -> None:
    sdk(cast.ani).annotations.create(id=task, result=result("claim"))
    row = Annotation.objects.get()
    assert (row.surplus, row.selection) == (False, Selection.SEED)
    assert Sentence.objects.get().slots_free == 0


def test_what_has_all_its_answers_keeps_one_more_as_surplus(cast: Cast, sdk: Client, task: int) -> None:
    sdk(cast.ani).annotations.create(id=task, result=result("claim"))
    sdk(cast.budi).annotations.create(id=task, result=result("denial"))
    assert Annotation.objects.get(annotator=cast.budi.user).surplus
    assert Sentence.objects.get().slots_free == 0
    assert not Lease.objects.exists()


def test_the_same_answer_again_is_the_same_annotation(cast: Cast, sdk: Client, task: int) -> None:
    ani = sdk(cast.ani)
    first, second = (ani.annotations.create(id=task, result=result("claim")) for _ in range(2))
    assert first == second
    assert Event.objects.filter(verb=Verb.ANSWERED).count() == 1


def test_a_second_different_answer_is_told_what_to_update(cast: Cast, sdk: Client, task: int) -> None:
    ani = sdk(cast.ani)
    first = ani.annotations.create(id=task, result=result("claim"))
    with refusal(409) as told:
        ani.annotations.create(id=task, result=result("denial"))
    assert f"update annotation {first.id}" in told.value.body["detail"]


def test_a_retry_by_its_unique_id_is_given_what_stands(cast: Cast, sdk: Client, task: int) -> None:
    ani = sdk(cast.ani)
    first = ani.annotations.create(id=task, result=result("claim"), unique_id="mine-1")
    ani.annotations.update(id=first.id, result=result("denial"))
    again = ani.annotations.create(id=task, result=result("claim"), unique_id="mine-1")
    assert (again.id, again.result) == (first.id, result("denial"))


def test_an_unknown_label_is_named_with_those_that_are_known(cast: Cast, sdk: Client, task: int) -> None:
    with refusal(400) as told:
        sdk(cast.ani).annotations.create(id=task, result=result("rumour"))
    assert "rumour" in told.value.body["detail"]
    assert "claim, denial" in told.value.body["detail"]
    assert not Lease.objects.exists()


def test_an_empty_answer_is_refused(cast: Cast, sdk: Client, task: int) -> None:
    with refusal(400):
        sdk(cast.ani).annotations.create(id=task, result=[])
    assert not Annotation.objects.exists()


def test_a_skip_is_an_answer_without_a_label(cast: Cast, sdk: Client, task: int) -> None:
    told = sdk(cast.ani).annotations.create(id=task, result=[], was_cancelled=True)
    assert (told.was_cancelled, told.result, told.last_action) == (True, [], "skipped")
    assert Annotation.objects.get().unsure


def test_nobody_answers_in_the_name_of_another(cast: Cast, sdk: Client, task: int) -> None:
    with refusal(403):
        sdk(cast.ani).annotations.create(id=task, result=result("claim"), completed_by=cast.budi.user_id)
    assert not Annotation.objects.exists()


def test_an_update_keeps_the_comment_and_the_history(cast: Cast, sdk: Client, task: int) -> None:
    queue.take(by=cast.ani)
    annotate.submit(by=cast.ani, acts=[answer(task, comment="see page 2", boilerplate=True)])
    row = Annotation.objects.get()
    told = sdk(cast.ani).annotations.update(id=row.pk, result=result("denial"))
    row.refresh_from_db()
    assert (row.comment, row.boilerplate, told.last_action) == ("see page 2", True, "updated")
    assert Event.objects.get(verb=Verb.AMENDED).before["label"] == "claim"


def test_an_update_that_changes_nothing_writes_nothing(cast: Cast, sdk: Client, task: int) -> None:
    ani = sdk(cast.ani)
    first = ani.annotations.create(id=task, result=result("claim"), lead_time=3.0)
    assert ani.annotations.update(id=first.id, result=result("claim"), lead_time=3.0) == first
    assert not Event.objects.filter(verb=Verb.AMENDED).exists()


def test_a_skip_becomes_an_answer_by_its_result_alone(cast: Cast, sdk: Client, task: int) -> None:
    ani = sdk(cast.ani)
    first = ani.annotations.create(id=task, result=[], was_cancelled=True)
    told = ani.annotations.update(id=first.id, result=result("claim"))
    assert (told.was_cancelled, told.result) == (False, result("claim"))


def test_only_who_gave_an_answer_changes_it(cast: Cast, sdk: Client, task: int) -> None:
    first = sdk(cast.ani).annotations.create(id=task, result=result("claim"))
    for member in (cast.budi, cast.citra):
        with refusal(403):
            sdk(member).annotations.update(id=first.id, result=result("denial"))
        with refusal(403):
            sdk(member).annotations.delete(id=first.id)
    assert Annotation.objects.values_list("label__key", "state").get() == ("claim", "given")


def test_a_deleted_answer_is_withdrawn_and_its_task_may_be_answered_again(cast: Cast, sdk: Client, task: int) -> None:
    ani = sdk(cast.ani)
    first = ani.annotations.create(id=task, result=result("claim"), unique_id="mine-1")
    ani.annotations.delete(id=first.id)
    assert Annotation.objects.get().state == State.WITHDRAWN
    with refusal(404):
        ani.annotations.get(id=first.id)
    ani.annotations.create(id=task, result=result("claim"), unique_id="mine-1")
    assert Annotation.objects.get().state == State.GIVEN
    assert [one.verb for one in Event.objects.filter(sentence=task)] == ["answered", "withdrew", "answered"]


def test_owners_read_all_answers_and_annotators_their_own(cast: Cast, sdk: Client) -> None:
    type(cast.project).objects.filter(pk=cast.project.pk).update(overlap=2)
    cast.project.overlap = 2
    (sentence,) = pool_of(cast.project, 1)
    ids = [sdk(one).annotations.create(id=sentence.pk, result=result("claim")).id for one in (cast.ani, cast.budi)]
    assert [one.id for one in sdk(cast.citra).annotations.list(id=sentence.pk)] == ids
    assert [one.id for one in sdk(cast.ani).annotations.list(id=sentence.pk)] == ids[:1]
    assert sdk(cast.citra).annotations.get(id=ids[1]).completed_by == cast.budi.user_id
    with refusal(403):
        sdk(cast.ani).annotations.get(id=ids[1])


def test_to_strangers_there_is_nothing(cast: Cast, sdk: Client, task: int) -> None:
    first, dewi = sdk(cast.ani).annotations.create(id=task, result=result("claim")), sdk(cast.dewi)
    acts: tuple[Callable[[], object], ...] = (
        lambda: dewi.annotations.list(id=task),
        lambda: dewi.annotations.create(id=task, result=result("claim")),
        lambda: dewi.annotations.get(id=first.id),
        lambda: dewi.annotations.update(id=first.id, result=result("denial")),
        lambda: dewi.annotations.delete(id=first.id),
    )
    for act in acts:
        with refusal(404):
            act()
    assert Annotation.objects.values_list("annotator", "label__key", "state").get() == (
        cast.ani.user_id,
        "claim",
        "given",
    )


def test_nothing_is_taken_about_what_left_the_pool(cast: Cast, sdk: Client, task: int) -> None:
    withdraw.take_out(by=cast.citra.user, sentence=Sentence.objects.get())
    with refusal(400):
        sdk(cast.ani).annotations.create(id=task, result=result("claim"))
    assert not Annotation.objects.exists()


def test_an_answer_to_a_repeat_leaves_the_first_one_as_it_is(cast: Cast, sdk: Client, task: int) -> None:
    ani = sdk(cast.ani)
    first = ani.annotations.create(id=task, result=result("claim"))
    row = Annotation.objects.get()
    more = {"project": row.project, "sentence": row.sentence, "annotator": row.annotator, "first_label": row.label}
    Repeat.objects.create(until=row.answered_at.replace(year=2100), **more)
    for _retry in range(2):
        told = ani.annotations.create(id=task, result=result("denial"))
        assert (told.id, told.result) == (first.id, result("denial"))
    row.refresh_from_db()
    again = Repeat.objects.select_related("label").get()
    assert (row.label == again.first_label, again.label.key) == (True, "denial")  # type: ignore[union-attr]  # it is answered


def test_of_the_audit_sample_an_answer_counts_as_random(cast: Cast, sdk: Client) -> None:
    (drawn,) = pool_of(cast.project, 1, audit=1)
    sdk(cast.ani).annotations.create(id=drawn.pk, result=result("claim"))
    assert Annotation.objects.get().selection == Selection.RANDOM
    assert not Exposure.objects.exists()


def test_an_undo_on_the_page_is_seen_by_the_script(cast: Cast, sdk: Client, task: int) -> None:
    ani = sdk(cast.ani)
    first = ani.annotations.create(id=task, result=result("claim"))
    annotate.submit(by=cast.ani, acts=[Act(key=answer(task).key, kind="withdraw", sentence=task)])
    assert ani.annotations.list(id=task) == []
    with refusal(404):
        ani.annotations.update(id=first.id, result=result("denial"))
