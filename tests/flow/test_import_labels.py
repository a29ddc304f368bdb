"""Labels that come with an import."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models.functions import Now

from labeling.acts import Act
from labeling.flow import queue, segment
from labeling.flow.annotate import submit
from labeling.flow.brought import account
from labeling.models import (
    Annotation,
    Event,
    Label,
    Lease,
    Membership,
    Project,
    Role,
    RunState,
    Selection,
    Sentence,
    State,
    Unit,
    Verb,
)
from tests.cast import Cast
from tests.factories import answer, claimed, imported, make_project, person, received, rows

pytestmark = pytest.mark.django_db
HEAD = "text,label,annotator\n"


@pytest.fixture
def project() -> Project:
    return make_project()


def brought(project: Project, lines: str, **options: Any) -> dict[str, Any]:
    """The report of a table of sentences with labels."""
    return imported(project, HEAD + lines, "a.csv", unit=Unit.SENTENCE, options=options)


def test_a_label_becomes_the_annotation_of_its_annotator(project: Project) -> None:
    brought(project, "Hujan turun.,denial,eka\n")
    given = Annotation.objects.select_related("label", "annotator").get()
    assert (given.label and given.label.key, given.annotator.username) == ("denial", "eka@berita")


def test_where_it_comes_from_is_written_down(project: Project) -> None:
    brought(project, "Hujan turun.,denial,eka\n")
    given = Annotation.objects.get()
    assert (given.selection, given.version, given.seconds, given.guideline) == (
        Selection.IMPORTED,
        None,
        0,
        project.current_guideline(),
    )


def test_each_annotation_has_its_event(project: Project) -> None:
    brought(project, "Hujan turun.,denial,eka\nWarga pulang.,claim,eka\n")
    told = Event.objects.filter(verb=Verb.ANSWERED).order_by("pk")
    assert [(one.who and one.who.username, one.after["label"]) for one in told] == [
        ("eka@berita", "denial"),
        ("eka@berita", "claim"),
    ]


@pytest.mark.parametrize("value", ["Denial", "DENIAL", "Bantahan"])
def test_a_label_is_known_by_its_key_and_its_names(project: Project, value: str) -> None:
    Label.objects.filter(project=project, key="denial").update(name_id="Bantahan")
    brought(project, f"Hujan turun.,{value},eka\n")
    assert Annotation.objects.get(label__key="denial").selection == Selection.IMPORTED


def test_an_unknown_label_is_refused_by_line_and_name(project: Project) -> None:
    report = brought(project, "Hujan turun.,opini,eka\nWarga pulang.,claim,eka\n")
    (refused,) = report["refused"]
    assert (refused["line"], "“opini”" in refused["reason"], report["added"]) == (2, True, 1)


def test_a_retired_label_is_unknown(project: Project) -> None:
    Label.objects.filter(project=project, key="denial").update(retired_at=Now())
    assert brought(project, "Hujan turun.,denial,eka\n")["n_refused"] == 1


def test_the_owner_says_what_a_value_means(project: Project) -> None:
    brought(project, "Hujan turun.,opini,eka\n", labels={"opini": "none"})
    assert Annotation.objects.filter(label__key="none").count() == 1


def test_a_value_may_be_left_out_and_its_text_goes_in(project: Project) -> None:
    report = brought(project, "Hujan turun.,opini,eka\n", labels={"opini": ""})
    assert (report["added"], report["labels"], report["labels_left_out"]) == (1, 0, 1)


def test_one_name_may_stand_for_the_whole_file(project: Project) -> None:
    brought(project, "Hujan turun.,claim,\nWarga pulang.,claim,eka\n", annotator="fajar")
    assert set(Annotation.objects.values_list("annotator__username", flat=True)) == {"fajar@berita", "eka@berita"}


def test_a_label_of_nobody_is_left_out_and_counted(project: Project) -> None:
    report = brought(project, "Hujan turun.,claim,\n")
    assert (report["added"], report["labels_left_out"], Annotation.objects.count()) == (1, 1, 0)


def test_the_label_of_a_whole_article_is_left_out_and_counted(project: Project) -> None:
    report = imported(project, HEAD + "Hujan turun. Warga pulang.,claim,eka\n", "a.csv")
    assert (report["articles"], report["labels_left_out"], Annotation.objects.count()) == (1, 1, 0)


def test_a_member_of_that_name_is_whose_label_it_is(cast: Cast) -> None:
    brought(cast.project, "Hujan turun.,claim,ani\n")
    assert Annotation.objects.get().annotator == cast.ani.user


def test_somebody_who_is_no_member_is_never_taken(cast: Cast) -> None:
    brought(cast.project, "Hujan turun.,claim,dewi\n")
    assert Annotation.objects.get().annotator.username == "dewi@berita"


def test_the_account_that_stands_for_a_name_is_closed(project: Project) -> None:
    user = account(project, "eka")
    assert (user.is_active, user.has_usable_password(), user.memberships.exists()) == (False, False, False)


@pytest.mark.parametrize("active", [True, False])
def test_an_account_that_somebody_made_is_not_taken_for_it(project: Project, active: bool) -> None:
    User.objects.create(username="eka@berita", is_active=active)
    assert account(project, "eka").username == "eka.2@berita"


def test_the_same_name_is_the_same_account_in_the_next_file(project: Project) -> None:
    assert account(project, "eka") == account(project, "eka")


def test_names_that_no_account_may_have_stay_apart(project: Project) -> None:
    names = [account(project, name).username for name in ("Eka Sari", "Eka/Sari", "Eka.Sari", "x" * 400)]
    assert (len(set(names)), names[2], max(map(len, names)) <= 150) == (4, "Eka.Sari@berita", True)


def test_a_slot_goes_with_each_label_and_none_below_zero(project: Project) -> None:
    report = brought(project, "Hujan turun.,claim,eka\nHujan turun.,denial,fajar\nHujan turun.,claim,gita\n")
    surplus = list(Annotation.objects.order_by("pk").values_list("surplus", flat=True))
    assert (Sentence.objects.get().slots_free, surplus, report["labels_surplus"]) == (0, [False, True, True], 2)


def test_labels_up_to_the_overlap_are_no_surplus() -> None:
    project = make_project(overlap=3)
    brought(project, "Hujan turun.,claim,eka\nHujan turun.,denial,fajar\n")
    assert (Sentence.objects.get().slots_free, Annotation.objects.filter(surplus=True).count()) == (1, 0)


def test_a_sentence_that_is_here_already_gets_the_label_all_the_same(project: Project) -> None:
    rows(project, "Hujan turun.\n")
    report = brought(project, "Hujan turun.,claim,eka\n")
    assert (report["labels"], report["n_duplicates"], Annotation.objects.get().sentence) == (
        1,
        1,
        Sentence.objects.get(),
    )


def test_the_report_says_that_its_label_was_added(project: Project) -> None:
    rows(project, "Hujan turun.\n")
    assert brought(project, "Hujan turun.,claim,eka\n")["duplicates"][0]["reason"].endswith("; its label was added")


def test_the_same_label_twice_is_one_annotation(project: Project) -> None:
    report = brought(project, "Hujan turun.,claim,eka\nhujan  TURUN.,denial,eka\n")
    assert (report["labels"], Annotation.objects.get().label) == (1, project.labels.get(key="claim"))


@pytest.mark.parametrize("state", State)
def test_an_answer_that_was_here_first_stands(cast: Cast, state: State) -> None:
    rows(cast.project, "Hujan turun.\n")
    answer(Sentence.objects.get(), "ani", "denial", state=state)
    report = brought(cast.project, "Hujan turun.,claim,ani\n")
    given = Annotation.objects.select_related("label").get()
    assert (report["labels"], given.state, given.label and given.label.key) == (0, state, "denial")


def test_whoever_holds_the_sentence_gives_it_out_of_hand(cast: Cast) -> None:
    rows(cast.project, "Hujan turun.\n")
    queue.take(by=cast.ani)
    brought(cast.project, "Hujan turun.,claim,ani\n")
    assert (Lease.objects.count(), Annotation.objects.get().surplus, Sentence.objects.get().slots_free) == (0, False, 0)


def test_what_another_person_holds_stays_theirs(cast: Cast) -> None:
    rows(cast.project, "Hujan turun.\n")
    queue.take(by=cast.budi)
    brought(cast.project, "Hujan turun.,claim,ani\n")
    assert (Lease.objects.get().held, Annotation.objects.get().surplus) == (True, True)


def _denial(sentence: Sentence) -> Act:
    return Act(key=uuid.uuid4(), kind="answer", sentence=sentence.pk, label="denial")


def _gone(**_values: object) -> None:
    raise InterruptedError


def test_the_queue_serves_the_sentence_to_nobody_who_labelled_it() -> None:
    project = make_project(overlap=2)
    member = Membership.objects.create(project=project, user=person("ani"), role=Role.ANNOTATOR)
    brought(project, "Hujan turun.,claim,ani\n")
    assert (queue.take(by=member), Sentence.objects.get().slots_free >= 1) == ([], True)


def test_a_cut_import_brings_each_label_once(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labeling.flow.segment.CHUNK_RECORDS", 2)
    lines = "".join(f"Hujan turun {n}.,claim,eka\nHujan turun {n}.,denial,fajar\n" for n in range(4))
    run = received(project, HEAD + lines, "a.csv", unit=Unit.SENTENCE)
    claim = claimed(run)
    with monkeypatch.context() as patched:
        patched.setattr("labeling.flow.segment.sample.candidates", _gone)
        with pytest.raises(InterruptedError):
            segment.run(claim=claim)
    type(run).objects.filter(pk=run.pk).update(state=RunState.OWED, token=None)
    assert (segment.run(claim=claimed(run))["labels"], Annotation.objects.count()) == (8, 8)


def test_a_label_that_retires_on_the_way_is_unknown_from_then_on(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment, "CHUNK_RECORDS", 1)
    honest = segment._lay

    def laying(*chunk: Any, **more: Any) -> None:
        honest(*chunk, **more)
        Label.objects.filter(key="claim").update(retired_at=Now())

    monkeypatch.setattr(segment, "_lay", laying)
    report = brought(project, "Hujan turun.,claim,eka\nWarga pulang.,claim,eka\n")
    assert (report["labels"], [one["line"] for one in report["refused"]]) == (1, [3])


def test_an_annotator_may_change_what_came_in_under_their_name(cast: Cast) -> None:
    brought(cast.project, "Hujan turun.,claim,ani\n")
    sent = _denial(Sentence.objects.get())
    assert submit(by=cast.ani, acts=[sent])[0].saved


def test_a_late_answer_amends_what_came_in_meanwhile(cast: Cast) -> None:
    rows(cast.project, "Hujan turun.\n")
    queue.take(by=cast.ani)
    Lease.objects.update(until=Now() - timedelta(hours=1))
    queue.reap()
    brought(cast.project, "Hujan turun.,claim,ani\n")
    submit(by=cast.ani, acts=[_denial(Sentence.objects.get())])
    given = Annotation.objects.select_related("label").get()
    assert (given.label and given.label.key, Sentence.objects.get().slots_free) == ("denial", 0)
