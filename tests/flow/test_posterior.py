"""Posteriors: the likeliest label where people differ."""

import random

import pytest
from django.utils import timezone

from labeling import learning
from labeling.flow import posterior
from labeling.flow.rule import LEAST_ANNOTATORS, LEAST_DOUBLY
from labeling.models import Annotation, Label, Posterior, Project, Sentence, State, Verdict
from tests.factories import answer, make_project, make_sentences, person
from tests.flow.disagreeing import PEOPLE, UNITS, answered

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few sentences do, to be quick; how many it takes is tested by itself."""
    monkeypatch.setattr(posterior, "LEAST_DOUBLY", UNITS)


@pytest.fixture
def project() -> Project:
    return make_project(overlap=2)


def apart(sentence: Sentence) -> bool:
    return len(set(Annotation.objects.given().filter(sentence=sentence).values_list("label", flat=True))) > 1


def kept(project: Project) -> dict[int, tuple[int, float, int]]:
    rows = Posterior.objects.filter(project=project)
    fields = ("sentence_id", "label_id", "probability", "n_answers")
    return {pk: (label, share, n) for pk, label, share, n in rows.values_list(*fields)}


def test_they_are_of_sentences_that_people_differ_on(project: Project) -> None:
    sentences = answered(project)
    posterior.refresh(project)
    found = kept(project)
    assert (len(found) > 5, found.keys() <= {one.pk for one in sentences if apart(one)}) == (True, True)


def test_who_errs_less_is_believed(project: Project) -> None:
    answered(project)
    (sentence,) = make_sentences(project, ["Menteri membantah."])
    answer(sentence, "ada", "claim")
    answer(sentence, "ani", "denial")
    posterior.refresh(project)
    assert Posterior.objects.get(sentence=sentence).label.key == "denial"


@pytest.mark.parametrize(("units", "people"), [(UNITS - 1, PEOPLE), (UNITS, {"ani": 0.9, "ada": 0.6})])
def test_answers_that_are_too_few_or_of_two_people_carry_none(
    project: Project, units: int, people: dict[str, float]
) -> None:
    answered(project, units, people)
    assert posterior.refresh(project) == 0


def test_the_same_answers_given_in_another_order_have_the_same_posteriors(project: Project) -> None:
    answered(project)
    before = posterior.estimate(project)
    rows = list(Annotation.objects.filter(project=project))
    Annotation.objects.all().delete()
    random.Random(1).shuffle(rows)
    for row in rows:
        row.pk = None
    Annotation.objects.bulk_create(rows)
    assert (len(before) > 5, posterior.estimate(project)) == (True, before)


def test_what_is_settled_since_is_forgotten(project: Project) -> None:
    answered(project)
    posterior.refresh(project)
    row = Posterior.objects.earliest("pk")
    Verdict.objects.create(project=project, sentence=row.sentence, label=row.label, decided_by=person("citra"))
    posterior.refresh(project)
    assert not Posterior.objects.filter(sentence=row.sentence_id).exists()


def test_a_rule_without_posteriors_keeps_none(project: Project) -> None:
    answered(project)
    posterior.refresh(project)
    Project.objects.update(settle_posterior=None)
    assert (posterior.refresh(project), kept(project)) == (0, {})


def test_what_is_the_same_is_not_written_again(project: Project) -> None:
    answered(project)
    posterior.refresh(project)
    rows = list(Posterior.objects.order_by("pk").values_list("pk", "probability"))
    posterior.refresh(project)
    assert list(Posterior.objects.order_by("pk").values_list("pk", "probability")) == rows


def test_what_changed_is_written_over(project: Project) -> None:
    answered(project)
    posterior.refresh(project)
    row = Posterior.objects.earliest("pk")
    Annotation.objects.create(
        project=project,
        sentence=row.sentence,
        annotator=person("dewi"),
        label=row.label,
        seconds=1,
        selection="tie_break",
        answered_at=timezone.now(),
        guideline=project.current_guideline(),
    )
    posterior.refresh(project)
    assert Posterior.objects.get(pk=row.pk).n_answers == 3


def test_a_likeliest_label_that_nobody_chose_is_left_out(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    answered(project)
    other = Label.objects.create(project=project, key="lain", digit=9, name_en="Other", name_id="Lain")
    found = learning.likeliest
    monkeypatch.setattr(
        learning,
        "likeliest",
        lambda votes, of: {pk: one._replace(label_id=other.pk) for pk, one in found(votes, of).items()},
    )
    assert posterior.estimate(project) == {}


@pytest.mark.parametrize("ignored", [{"surplus": True}, {"state": State.WITHDRAWN}])
def test_surplus_and_withdrawn_answers_play_no_part(project: Project, ignored: dict[str, object]) -> None:
    answered(project)
    before = posterior.estimate(project)
    (sentence,) = make_sentences(project, ["Menteri membantah."])
    answer(sentence, "ada", "claim")
    answer(sentence, "ani", "denial", **ignored)
    assert posterior.estimate(project) == before


def test_another_project_plays_no_part(project: Project) -> None:
    answered(project)
    before = posterior.estimate(project)
    answered(make_project("lain", overlap=2), seed=1)
    assert posterior.estimate(project) == before


def test_three_people_and_two_thousand_sentences_are_what_it_takes() -> None:
    assert (LEAST_ANNOTATORS, LEAST_DOUBLY) == (3, 2_000)
