"""A folder that was exported comes back: the next export of it says the same."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from labeling.errors import BadUpload
from labeling.flow import returning, segment
from labeling.keys import annotator_key
from labeling.models import Annotation, Event, Label, Project, Run, RunState, Sentence, Source, Verb, Verdict
from tests.factories import answer, claimed, imported, make_project, make_sentences, person, received
from tests.flow import going_round
from tests.flow.going_round import JUDGEMENT, ROW, brought_back, counts, exported, folder, lines, packed, rich, told

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Path:
    """The folder of a rich project, which is gone."""
    place = tmp_path_factory.mktemp("there")
    own = {"DATA_DIR": place, "MEDIA_ROOT": place / "files"}
    with django_db_blocker.unblock(), override_settings(**own), transaction.atomic():
        exported(rich(), place / "folder")
        transaction.set_rollback(True)
    return place / "folder"


@pytest.fixture
def here() -> Project:
    """A project with another key than that one had."""
    make_project("lain")
    return make_project("sini", overlap=2)


def small(project: Project, rows: list[dict[str, Any]], judgements: list[dict[str, Any]]) -> dict[str, Any]:
    """The report of a folder of a few rows."""
    content = packed(folder(rows, judgements)).getvalue()
    return segment.run(claim=claimed(received(project, content, f"{len(content)}.zip")))


def test_export_import_export_gives_the_same_rows_and_judgements(there: Path, here: Project, tmp_path: Path) -> None:
    report = brought_back(here, there)
    assert (report["n_refused"], report["n_duplicates"], report["audit_drawn"]) == (0, 0, 0)
    assert told(exported(here, tmp_path / "again")) == told(there)


@pytest.mark.once
def test_the_folder_that_goes_round_has_everything_in_it(there: Path) -> None:
    rows, judgements = told(there)
    assert {row["label_source"] for row in rows} == {"adjudicated", "majority", "single"}
    assert {row["split"] for row in rows} == {"train", "validation", "test", "rest"}
    assert {flag for row in rows for flag in row["flags"]} == {"unsure", "bad_segment", "ambiguous"}
    assert {one["unsure"] for one in judgements} == {one["surplus"] for one in judgements} == {True, False}
    assert {len(row["context_before"]) for row in rows} == {0, 1, 2}
    for name in ("label_2", "article_id", "near_group", "selection_probability", "title"):
        assert {row[name] is None for row in rows} == {True, False}
    assert {one["text"] for one in judgements} - {row["text"] for row in rows}
    assert any(one["suggestion_shown"] for one in judgements)


@pytest.mark.slow
def test_coming_round_twice_changes_nothing(there: Path, here: Project, tmp_path: Path) -> None:
    brought_back(here, there)
    third = make_project("ketiga", overlap=2)
    brought_back(third, exported(here, tmp_path / "first"))
    assert told(exported(third, tmp_path / "second")) == told(there)


def test_another_zip_of_the_same_folder_adds_nothing(there: Path, here: Project) -> None:
    brought_back(here, there)
    before = counts(here)
    (there / "beside.txt").write_text("What an export does not name is left alone.")
    report = brought_back(here, there)
    (there / "beside.txt").unlink()
    assert (counts(here), report["added"], report["labels"]) == (before, 0, 0)


@pytest.mark.slow
def test_its_own_export_adds_nothing_to_a_project_and_a_later_one_what_is_new(here: Project, tmp_path: Path) -> None:
    project = rich()
    before, accounts = counts(project), User.objects.count()
    directory = exported(project, tmp_path / "there")
    assert brought_back(project, directory)["labels"] == 0
    assert (counts(project), User.objects.count()) == (before, accounts)
    brought_back(here, directory)
    for sentence in Sentence.objects.in_pool().filter(project=project, annotations=None):
        answer(sentence, "ani", "claim", answered_at=going_round.WHEN)
    brought_back(here, exported(project, tmp_path / "later"))
    theirs, ours = (told(one)[1] for one in (tmp_path / "later", exported(here, tmp_path / "again")))
    said = [sorted((one["text"], one["annotator"], one["label"] or "") for one in each) for each in (theirs, ours)]
    assert said[0] == said[1]


def test_what_lies_here_afterwards_is_sound(there: Path, here: Project) -> None:
    brought_back(here, there)
    here.refresh_from_db()
    rows = Sentence.objects.filter(project=here)
    pool, outside = rows.in_pool(), rows.filter(in_pool=False)
    assert (here.n_sentences, here.n_pool) == (rows.count(), pool.count())
    assert [one for one in rows.select_related("source") if one.source.text[one.start : one.end] != one.text] == []
    # What is known as context alone is asked of nobody.
    assert outside.exists()
    assert not outside.filter(taken_out_at=None).exists()
    for sentence in pool:
        assert sentence.slots_free == max(0, 2 - sentence.annotations.filter(surplus=False).count())
    drawn = sum(row["selection_probability"] is not None for row in lines(there / "sentences.jsonl"))
    assert rows.of_audit_sample().count() == drawn


def test_who_answered_and_decided_is_a_closed_account_and_all_is_history(there: Path, here: Project) -> None:
    brought_back(here, there)
    keys = {one["annotator"] for one in lines(there / "annotations.jsonl")}
    people = User.objects.filter(annotations__project=here).distinct()
    assert {one.username for one in people} == {f"{key}@sini" for key in keys}
    assert not User.objects.filter(is_active=True, username__endswith="@sini").exists()
    told_of = Event.objects.filter(project=here, verb=Verb.ANSWERED).values_list("after__elsewhere", flat=True)
    assert list(told_of) == [{"model": None, "guideline": 1}] * Annotation.objects.filter(project=here).count()
    decided = Event.objects.filter(project=here, verb=Verb.DECIDED)
    assert decided.count() == Verdict.objects.filter(project=here).count() > 0


def test_who_is_of_this_project_is_known_by_their_key(here: Project) -> None:
    here.memberships.create(user=person("ani"))
    key = annotator_key(here.pk, person("ani").pk)
    small(here, [ROW], [JUDGEMENT | {"annotator": key}, JUDGEMENT | {"annotator": "f" * 16}])
    given = Annotation.objects.order_by("pk").values_list("annotator__username", flat=True)
    assert list(given) == ["ani", f"{'f' * 16}@sini"]


def test_a_name_is_not_exported_as_it_is(here: Project, tmp_path: Path) -> None:
    small(here, [ROW], [JUDGEMENT | {"annotator": "eka"}])
    (found,) = lines(exported(here, tmp_path / "there") / "annotations.jsonl")
    assert found["annotator"] == annotator_key(here.pk, User.objects.get(username="eka@sini").pk)


def test_a_table_cannot_make_a_name_of_its_own_an_exported_key(here: Project, tmp_path: Path) -> None:
    imported(here, f"text,label,annotator\nHujan turun.,claim,{'a' * 16}\n", "a.csv", unit="sentence")
    (found,) = lines(exported(here, tmp_path / "there") / "annotations.jsonl")
    assert found["annotator"] != "a" * 16


def test_a_guideline_of_another_number_is_the_current_one(here: Project) -> None:
    small(here, [ROW], [JUDGEMENT | {"guideline_version": 7}])
    assert Annotation.objects.get().guideline == here.current_guideline()


def test_labels_that_are_lacking_are_named_before_anything_is_written(here: Project) -> None:
    Label.objects.filter(project=here, key="claim").delete()
    with pytest.raises(BadUpload, match=r"no label claim\. Add it"):
        small(here, [ROW], [JUDGEMENT])
    assert not Source.objects.exists()


def test_once_the_label_is_there_the_same_folder_goes_in(here: Project) -> None:
    content = packed(folder([ROW | {"label": "opini"}], [JUDGEMENT | {"label": "opini"}])).getvalue()
    run = received(here, content, "a.zip")
    with pytest.raises(BadUpload, match="no label opini"):
        segment.run(claim=claimed(run))
    Run.objects.filter(pk=run.pk).update(state=RunState.FAILED)
    Label.objects.filter(project=here, key="none").update(key="opini")
    assert segment.run(claim=claimed(received(here, content, "a.zip")))["labels"] == 1


def test_an_owner_may_say_what_a_label_means(here: Project) -> None:
    content = packed(folder([ROW | {"label": "opini"}], [JUDGEMENT | {"label": "opini"}])).getvalue()
    segment.run(claim=claimed(received(here, content, "a.zip", options={"labels": {"opini": "none"}})))
    assert Annotation.objects.get().label == Label.objects.get(project=here, key="none")


def test_answers_go_to_the_sentence_that_is_here_and_what_stands_stays(here: Project) -> None:
    (mine,) = make_sentences(here, ["Hujan turun."])
    here.memberships.create(user=person("ani"))
    answer(mine, "ani", "denial")
    judged = [JUDGEMENT, JUDGEMENT | {"annotator": annotator_key(here.pk, person("ani").pk)}]
    report = small(here, [ROW], judged)
    assert list(mine.annotations.order_by("pk").values_list("label__key", flat=True)) == ["denial", "claim"]
    assert [one["reason"].endswith("its label was added") for one in report["duplicates"]] == [True]
    assert report["sentences"] == 0


@pytest.mark.parametrize("cut", [pytest.param(0, marks=pytest.mark.slow), 9])
def test_an_import_that_is_cut_goes_on_and_ends_the_same(
    there: Path, here: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    monkeypatch.setattr(segment, "CHUNK_RECORDS", 1)
    run = received(here, going_round.zipped(there), "a.zip")
    lay, laid = returning.Returner.lay, 0

    def dying(self: returning.Returner, *arguments: Any) -> None:
        nonlocal laid
        lay(self, *arguments)
        laid += 1
        if laid > cut:
            raise OSError("killed")

    with monkeypatch.context() as deadly:
        deadly.setattr(returning.Returner, "lay", dying)
        with pytest.raises(OSError, match="killed"):
            segment.run(claim=claimed(run))
    Run.objects.filter(pk=run.pk).update(state=RunState.OWED, token=None)
    report = segment.run(claim=claimed(run))
    assert told(exported(here, tmp_path / "again")) == told(there)
    assert report["labels"] == Annotation.objects.filter(project=here).count()


@pytest.mark.slow
def test_the_hugging_face_folder_goes_round_too(here: Project, tmp_path: Path) -> None:
    project = rich()
    report = brought_back(here, exported(project, tmp_path / "hf", "hf"))
    assert report["n_refused"] == 0
    assert told(exported(here, tmp_path / "again")) == told(exported(project, tmp_path / "there"))
