"""What an owner changes about a project."""

import pytest
from django.db import IntegrityError, transaction

from labeling.errors import Refused
from labeling.flow.change import change
from labeling.models import Event, Label, Project, Sentence, Verb
from tests.cast import Cast
from tests.flow.pool_of import pool_of


def set_to(cast: Cast, **settings: object) -> list[str]:
    return change(project=cast.project, by=cast.citra.user, settings=settings, cues={})


def test_what_was_set_is_kept(cast: Cast) -> None:
    set_to(cast, strategy="margin", find_rare=False, review_share=0.25, retrain_after=7, audit_size=90, stop_gain=0.02)
    kept = Project.objects.values_list(
        "strategy", "find_rare", "review_share", "retrain_after", "audit_size", "stop_gain"
    )
    assert kept.get(pk=cast.project.pk) == ("margin", False, 0.25, 7, 90, 0.02)


def test_the_history_tells_what_was_before_and_after(cast: Cast) -> None:
    set_to(cast, retrain_after=7, review_share=0.1)
    event = Event.objects.get(verb=Verb.CHANGED)
    assert (event.who, event.before, event.after) == (cast.citra.user, {"retrain_after": 20}, {"retrain_after": 7})


def test_what_stays_as_it_was_leaves_no_trace(cast: Cast) -> None:
    assert (set_to(cast, retrain_after=20), Event.objects.filter(verb=Verb.CHANGED).exists()) == ([], False)


def test_another_project_stays_as_it_was(cast: Cast) -> None:
    set_to(cast, retrain_after=7)
    assert Project.objects.get(pk=cast.elsewhere.pk).retrain_after == 20


def test_cues_are_kept_with_what_they_were(cast: Cast) -> None:
    former = Label.objects.get(project=cast.project, key="denial").cue_id
    cues = {"denial": {"cue_id": "membantah"}}
    assert change(project=cast.project, by=cast.citra.user, settings={}, cues=cues) == ["cues"]
    event = Event.objects.get(verb=Verb.CHANGED)
    assert (event.before, event.after) == ({"cues": {"denial": {"cue_id": former}}}, {"cues": cues})
    assert Label.objects.get(project=cast.project, key="denial").cue_id == "membantah"


def test_cues_of_another_project_stay(cast: Cast) -> None:
    change(project=cast.project, by=cast.citra.user, settings={}, cues={"denial": {"cue_id": "membantah"}})
    assert Label.objects.get(project=cast.elsewhere, key="denial").cue_id != "membantah"


def test_the_audit_sample_never_shrinks(cast: Cast) -> None:
    pool_of(cast.project, 20, audit=4)
    with pytest.raises(Refused, match="has 4 sentences already"):
        set_to(cast, audit_size=3, retrain_after=7)
    assert Project.objects.values_list("audit_size", "retrain_after").get(pk=cast.project.pk) == (300, 20)


def test_a_wish_for_less_than_was_wished_but_no_less_than_is_there_is_kept(cast: Cast) -> None:
    pool_of(cast.project, 20, audit=4)
    assert set_to(cast, audit_size=4) == ["audit_size"]


def test_a_failed_event_saves_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_values: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(Event.objects, "create", refuse)
    with pytest.raises(IntegrityError):
        set_to(cast, retrain_after=7)
    assert Project.objects.get(pk=cast.project.pk).retrain_after == 20


@pytest.mark.parametrize("bad", [{"review_share": 0.51}, {"review_share": -0.1}, {"stop_gain": 1.1}, {"stop_gain": -1}])
def test_the_database_refuses_what_makes_no_sense(cast: Cast, bad: dict[str, float]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Project.objects.filter(pk=cast.project.pk).update(**bad)


def test_the_database_refuses_a_second_review(cast: Cast) -> None:
    pool_of(cast.project, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Sentence.objects.update(reviews=2)
