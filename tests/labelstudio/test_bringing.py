"""Annotations that were made on a Label Studio server become answers here: once, and over nobody's answer."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from labeling.errors import Refused
from labeling.flow.archive import archive
from labeling.flow.scheme import retire
from labeling.labelstudio.bringing import bring, brought_so_far, gone
from labeling.labelstudio.exchanged import Exchanged
from labeling.models import Annotation, Event, Label, RemoteAnnotation, RemoteProject, RemoteTask, Sentence, State, Verb
from tests.cast import Cast
from tests.factories import make_sentences
from tests.labelstudio.fake_wire import URL, FakeWire


class There:
    """A project there, whose tasks stand for the sentences of `berita`."""

    def __init__(self, cast: Cast, sentences: Sequence[Sentence]) -> None:
        self.cast = cast
        self.wire = FakeWire()
        self.remote = RemoteProject.objects.create(project=cast.project, url=URL, remote_id=1)
        for one in sentences:
            number = self.wire.add(1, data={"text": one.text, "ext_id": str(one.pk)})
            RemoteTask.objects.create(remote=self.remote, sentence=one, task_id=number)

    def annotate(self, sentence: Sentence, number: int, label: str | None, **more: Any) -> dict[str, Any]:
        return self.wire.annotate(sentence.pk, number, label, **more)

    def brought(self, *, whole: bool = True, **people: str) -> tuple[int, int, int, int]:
        told = self.bring(
            whole=brought_so_far() if whole else None, people={int(name[1:]): email for name, email in people.items()}
        )
        return (told.created, told.updated, told.unchanged, told.n_conflicts)

    def bring(self, **how: Any) -> Exchanged:
        return bring(self.cast.project, self.remote, self.wire.tasks(1), **how)


@pytest.fixture
def pool(cast: Cast) -> list[Sentence]:
    return make_sentences(cast.project, ["Pelabuhan ditutup.", "Polisi membantah.", "Menteri mengecam."])


@pytest.fixture
def there(cast: Cast, pool: list[Sentence]) -> There:
    return There(cast, pool)


def labels() -> list[str | None]:
    given = Annotation.objects.given().order_by("sentence", "pk")
    return [one.label.key if one.label else None for one in given.select_related("label")]


def test_an_annotation_becomes_the_answer_of_an_account_that_stands_for_its_person(
    there: There, pool: list[Sentence]
) -> None:
    there.annotate(pool[0], 1, "denial", by=7)
    assert there.brought(_7="sari@studio.example") == (1, 0, 0, 0)
    one = Annotation.objects.get()
    assert (one.annotator.username, one.annotator.is_active) == ("sari.7@studio.example@berita", False)
    assert (labels(), one.seconds, one.selection) == (["denial"], 3.5, "imported")


def test_it_was_given_when_it_was_given_there(there: There, pool: list[Sentence]) -> None:
    there.annotate(pool[0], 1, "denial")
    there.brought()
    assert Annotation.objects.get().answered_at == datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)


def test_a_clock_that_is_ahead_there_gives_no_answer_of_tomorrow(there: There, pool: list[Sentence]) -> None:
    there.wire.time = (timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    there.annotate(pool[0], 1, "denial")
    there.brought()
    assert Annotation.objects.get().answered_at <= timezone.now()


def test_brought_again_nothing_changes(there: There, pool: list[Sentence]) -> None:
    there.annotate(pool[0], 1, "denial")
    there.brought()
    n = Event.objects.count()
    assert (there.brought(), Event.objects.count()) == ((0, 0, 1, 0), n)


def test_the_same_person_is_the_same_with_an_address_or_without(there: There, pool: list[Sentence]) -> None:
    there.annotate(pool[0], 1, "denial", by=7)
    there.brought(_7="sari@studio.example")
    there.annotate(pool[1], 2, "claim", by=7)
    there.annotate(pool[2], 3, "claim", by=17)
    there.brought()
    names = Annotation.objects.order_by("sentence").values_list("annotator__username", flat=True)
    assert list(names) == [*["sari.7@studio.example@berita"] * 2, "user.17@studio.example@berita"]


def test_a_skip_is_an_unsure_answer(there: There, pool: list[Sentence]) -> None:
    there.annotate(pool[0], 1, None)
    assert (there.brought(), Annotation.objects.get().unsure) == ((1, 0, 0, 0), True)


def test_an_answer_takes_a_slot_and_one_too_many_is_surplus(there: There, pool: list[Sentence]) -> None:
    there.annotate(pool[0], 1, "denial", by=7)
    there.annotate(pool[0], 2, "claim", by=8)
    there.brought()
    assert Sentence.objects.get(pk=pool[0].pk).slots_free == 0
    assert list(Annotation.objects.order_by("pk").values_list("surplus", flat=True)) == [False, True]


def test_changed_there_it_is_amended_with_its_history(there: There, pool: list[Sentence]) -> None:
    there.annotate(pool[0], 1, "denial")
    there.brought()
    there.annotate(pool[0], 1, "claim")
    assert (there.brought(), labels()) == ((0, 1, 0, 0), ["claim"])
    event = Event.objects.get(verb=Verb.AMENDED)
    assert (event.before["label"], event.after["label"]) == ("denial", "claim")


def test_changed_there_and_here_as_well_it_is_named_and_stands(there: There, pool: list[Sentence]) -> None:
    there.annotate(pool[0], 1, "denial")
    there.brought()
    Annotation.objects.update(label=Label.objects.get(project=there.cast.project, key="none"))
    there.annotate(pool[0], 1, "claim")
    assert (there.brought(), labels()) == ((0, 0, 0, 1), ["none"])


def test_changed_to_the_same_on_both_sides_is_no_conflict(there: There, pool: list[Sentence]) -> None:
    there.annotate(pool[0], 1, "denial")
    there.brought()
    Annotation.objects.update(label=Label.objects.get(project=there.cast.project, key="claim"))
    there.annotate(pool[0], 1, "claim")
    assert (there.brought(), there.brought()) == ((0, 0, 1, 0), (0, 0, 1, 0))


def test_withdrawn_here_it_does_not_come_back(there: There, pool: list[Sentence]) -> None:
    there.annotate(pool[0], 1, "denial")
    there.brought()
    Annotation.objects.update(state=State.WITHDRAWN)
    there.annotate(pool[0], 1, "claim")
    assert (there.brought(), labels()) == ((0, 0, 0, 1), [])


def test_a_second_annotation_of_the_same_person_is_named_unless_it_says_the_same(
    there: There, pool: list[Sentence]
) -> None:
    there.annotate(pool[0], 1, "denial")
    there.annotate(pool[0], 2, "claim")
    there.annotate(pool[1], 3, "claim")
    there.annotate(pool[1], 4, "claim")
    assert (there.brought(), labels()) == ((2, 0, 1, 1), ["denial", "claim"])


def test_deleted_there_it_is_named_and_stays(there: There, pool: list[Sentence]) -> None:
    there.annotate(pool[0], 1, "denial")
    there.brought()
    there.wire.task_of(pool[0].pk)["annotations"] = []
    assert (there.brought(whole=False), there.brought(), labels()) == ((0, 0, 0, 0), (0, 0, 0, 1), ["denial"])


def test_brought_by_a_webhook_after_the_page_was_read_it_was_not_deleted(there: There, pool: list[Sentence]) -> None:
    before, page = brought_so_far(), there.wire.tasks(1)
    there.annotate(pool[0], 1, "denial")
    there.bring()
    told = bring(there.cast.project, there.remote, page, whole=before)
    assert (told.n_conflicts, labels()) == (0, ["denial"])


def test_what_it_said_before_comes_too_late_to_change_what_it_says(there: There, pool: list[Sentence]) -> None:
    there.annotate(pool[0], 1, "denial")
    page = there.wire.tasks(1)
    there.wire.time = "2026-05-04T03:02:01.000001Z"
    there.annotate(pool[0], 1, "claim")
    there.bring()
    told = bring(there.cast.project, there.remote, page)
    assert (told.unchanged, told.n_conflicts, labels()) == (1, 0, ["claim"])
    assert not Event.objects.filter(verb=Verb.AMENDED).exists()


def test_of_annotations_that_are_gone_those_that_were_brought_are_named(there: There, pool: list[Sentence]) -> None:
    there.annotate(pool[0], 1, "denial")
    there.brought()
    told = gone(there.cast.project, there.remote, [1, 99])
    assert (told.unchanged, [one["annotation"] for one in told.conflicts], labels()) == (1, [1], ["denial"])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"result": [{"from_name": "label", "type": "choices", "value": {"choices": ["satire"]}}]}, "no label satire"),
        ({"result": []}, "chooses no label"),
        ({"result": "denial"}, "A result is a list"),
        ({"completed_by": None}, "whose the annotation is"),
        ({"completed_by": True}, "whose the annotation is"),
        ({"id": "1; DROP"}, "whose the annotation is"),
    ],
)
def test_what_makes_no_sense_is_named_and_the_rest_goes_in(
    there: There, pool: list[Sentence], change: dict[str, Any], reason: str
) -> None:
    there.annotate(pool[0], 1, "denial").update(change)
    there.annotate(pool[1], 2, "claim")
    told = there.bring()
    assert (told.created, len(told.conflicts), reason in told.conflicts[0]["reason"]) == (1, 1, True)


def test_a_label_that_was_retired_here_is_named(there: There, pool: list[Sentence]) -> None:
    there.annotate(pool[0], 1, "condemnation")
    retire(by=there.cast.citra.user, label=Label.objects.get(project=there.cast.project, key="condemnation"))
    assert there.brought() == (0, 0, 0, 1)


def test_a_task_whose_text_is_another_is_named(there: There, pool: list[Sentence]) -> None:
    there.annotate(pool[0], 1, "denial")
    there.wire.task_of(pool[0].pk)["data"]["text"] = "Lain sama sekali."
    assert (there.brought(), labels()) == ((0, 0, 0, 1), [])


def test_a_task_of_nobody_here_is_named(there: There, pool: list[Sentence]) -> None:
    number = there.wire.add(1, data={"text": "Entah dari mana."})
    there.wire.all_tasks[number]["annotations"] = [there.annotate(pool[0], 1, "denial") | {"id": 2}]
    assert there.brought() == (1, 0, 0, 1)


def test_a_task_named_after_a_sentence_of_another_project_is_named(there: There, cast: Cast) -> None:
    (theirs,) = make_sentences(cast.elsewhere, ["Rahasia orang lain."])
    there.wire.add(1, data={"text": theirs.text, "ext_id": str(theirs.pk)})
    there.annotate(theirs, 1, "denial")
    assert (there.brought(), Annotation.objects.count()) == ((0, 0, 0, 1), 0)


def test_a_task_that_was_not_pushed_is_known_by_its_name(there: There, pool: list[Sentence]) -> None:
    RemoteTask.objects.all().delete()
    there.annotate(pool[0], 1, "denial")
    assert (there.brought(), RemoteTask.objects.count()) == ((1, 0, 0, 0), 3)


def test_an_archived_project_takes_nothing_in(there: There, pool: list[Sentence]) -> None:
    there.annotate(pool[0], 1, "denial")
    archive(project=there.cast.project, by=there.cast.citra.user)
    with pytest.raises(Refused):
        there.brought()
    assert (RemoteAnnotation.objects.count(), User.objects.filter(username__contains="studio").count()) == (0, 0)
