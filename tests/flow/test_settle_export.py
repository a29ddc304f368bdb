"""What an export says of how each label was settled."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labeling.flow import export, posterior, snapshot
from labeling.flow.rule import Rule
from labeling.flow.rule_change import change_rule
from labeling.formats.settling import rule_in_words
from labeling.models import ErrorKind, Label, Posterior, Project, Sentence, Verdict
from tests.factories import answer, make_project, make_sentences, person
from tests.flow.disagreeing import UNITS, answered

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch) -> Project:
    """Of forty sentences with two answers, some are settled as the likeliest label."""
    monkeypatch.setattr(posterior, "LEAST_DOUBLY", UNITS)
    project = make_project(overlap=2)
    Project.objects.update(settle_posterior=0.6)
    return project


def taken(project: Project, directory: Path) -> list[dict[str, Any]]:
    export.write_folder(project=project, directory=directory, to="jsonl")
    lines = (directory / "sentences.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def one(project: Project, directory: Path, *labels: str | None, kind: str = "", verdict: str = "") -> dict[str, Any]:
    """The row of a sentence that ani, budi and dewi answered with `labels`, and on which `verdict` was decided."""
    (sentence,) = make_sentences(project, ["Bupati membantah tuduhan itu."])
    for name, key in zip(("ani", "budi", "dewi"), labels, strict=False):
        answer(sentence, name, key)
    if verdict:
        label = Label.objects.get(project=project, key=verdict)
        row = {"project": project, "sentence": sentence, "label": label, "error_kind": kind}
        Verdict.objects.create(decided_by=person("citra"), **row)
    (found,) = taken(project, directory)
    return found


def test_the_likeliest_label_is_named_as_such_and_keeps_the_votes(project: Project, tmp_path: Path) -> None:
    answered(project)
    rows = [row for row in taken(project, tmp_path / "a") if row["label_source"] == "dawid_skene"]
    assert len(rows) > 2
    assert {tuple(sorted(row["soft_label"])[-2:]) for row in rows} == {(0.5, 0.5)}


def test_one_revision_gives_the_same_bytes_whatever_posteriors_were_kept(project: Project, tmp_path: Path) -> None:
    answered(project)
    first = taken(project, tmp_path / "a")
    Posterior.objects.update(probability=0.1)
    assert taken(project, tmp_path / "b") == first


def test_the_pages_then_say_what_the_export_says(project: Project, tmp_path: Path) -> None:
    answered(project)
    taken(project, tmp_path / "a")
    assert Posterior.objects.filter(probability__gte=0.6).count() > 2


def test_a_changed_rule_is_a_changed_export(project: Project, tmp_path: Path) -> None:
    answered(project)
    before = len(taken(project, tmp_path / "a"))
    change_rule(project=project, by=person("citra"), rule=replace(Rule.of(project), posterior=None))
    assert len(taken(project, tmp_path / "b")) < before


def test_what_all_chose_is_a_majority_with_an_agreement_of_one(project: Project, tmp_path: Path) -> None:
    row = one(project, tmp_path / "a", "claim", "claim")
    assert (row["label_source"], row["agreement"]) == ("majority", 1)


def test_a_truly_ambiguous_sentence_keeps_the_soft_label_of_its_votes(project: Project, tmp_path: Path) -> None:
    row = one(project, tmp_path / "a", "claim", "denial", kind=ErrorKind.AMBIGUOUS, verdict="claim")
    assert (row["label"], row["flags"], row["soft_label"], row["entropy"]) == (
        "claim",
        ["ambiguous"],
        [0.5, 0.5, 0, 0],
        1,
    )


def test_a_bad_sentence_is_flagged_by_its_verdict(project: Project, tmp_path: Path) -> None:
    row = one(project, tmp_path / "a", "claim", "denial", kind=ErrorKind.SENTENCE, verdict="none")
    assert (row["label_source"], row["flags"]) == ("adjudicated", ["bad_segment"])


@pytest.mark.parametrize("kind", ["", ErrorKind.SLIP, ErrorKind.GUIDELINE])
def test_other_verdicts_flag_nothing_and_keep_the_votes(project: Project, tmp_path: Path, kind: str) -> None:
    row = one(project, tmp_path / "a", "claim", "denial", kind=kind, verdict="claim")
    assert (row["flags"], row["soft_label"]) == ([], [0.5, 0.5, 0, 0])


def test_the_rule_is_told_in_words_with_what_each_step_settled(project: Project, tmp_path: Path) -> None:
    answered(project)
    Verdict.objects.create(
        project=project, sentence=Sentence.objects.all()[0], label=project.labels.all()[0], decided_by=person("citra")
    )
    head = snapshot.take(project, tmp_path).head
    said = rule_in_words(head)
    likeliest = head["by_source"]["dawid_skene"]
    assert "1. an adjudicator's verdict: 1\n" in said
    assert "5. the likeliest label, where its posterior is 0.6 or more by the model" in said
    assert f"annotator errs: {likeliest}\n" in said


def test_a_rule_of_fewer_steps_is_told_in_fewer(project: Project, tmp_path: Path) -> None:
    Project.objects.update(settle_least=3, settle_majority=False, settle_posterior=None)
    (sentence,) = make_sentences(project, ["Bupati membantah."])
    for name in ("ani", "budi", "dewi"):
        answer(sentence, name, "claim")
    said = rule_in_words(snapshot.take(project, tmp_path).head)
    assert "2. what all of 3 people or more chose: 1\n\nAny other" in said
