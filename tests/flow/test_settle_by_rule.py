"""The rule in Python and the rule in SQL say the same of whatever people answered."""

import random
from typing import Any

import pytest
from django.utils import timezone

from labeling import dialect
from labeling.flow import browse, by_rule, shelf
from labeling.flow.rule import SETTLING, Decision, Rule
from labeling.flow.settle import settled
from labeling.models import Annotation, Label, Posterior, Project, Sentence, Verdict
from tests.factories import make_project, make_sentences, person

pytestmark = pytest.mark.django_db
PEOPLE = ("ani", "budi", "citra", "dewi", "ada")
SENTENCES = 40


@pytest.fixture
def project() -> Project:
    return make_project(overlap=5)


def scattered(project: Project, seed: int) -> None:
    """Sentences of all kinds: with answers, some unsure or surplus, posteriors, fit or not, verdicts; one is out."""
    lot = random.Random(seed)
    labels = list(Label.objects.filter(project=project).order_by("pk"))[:3]
    people, owner = [person(name) for name in PEOPLE], person("citra")
    fixed = {"guideline": project.current_guideline(), "answered_at": timezone.now(), "seconds": 1, "selection": "seed"}
    answers, verdicts, posteriors = [], [], []
    sentences = make_sentences(project, [f"Kalimat {n}." for n in range(SENTENCES)])
    for sentence in sentences:
        where = {"project": project, "sentence": sentence}
        n = lot.choice((0, 1, 2, 2, 3, 4, 5))
        for who in people[:n]:
            label = None if lot.random() < 0.1 else lot.choice(labels)
            given = {"label": label, "unsure": label is None, "surplus": lot.random() < 0.1}
            answers.append(Annotation(annotator=who, **where, **given, **fixed))
        if lot.random() < 0.15:
            verdicts.append(Verdict(label=lot.choice(labels), decided_by=owner, **where))
        if lot.random() < 0.7:
            likely = {"probability": lot.choice((0.6, 0.95, 0.99)), "n_answers": n}
            posteriors.append(Posterior(label=lot.choice(labels), **likely, **where))
    Annotation.objects.bulk_create(answers)
    Verdict.objects.bulk_create(verdicts)
    Posterior.objects.bulk_create(posteriors)
    Sentence.objects.filter(pk=sentences[seed].pk).update(in_pool=False)


def drawn(lot: random.Random) -> Rule:
    return Rule(lot.randint(1, 4), lot.random() < 0.6, lot.choice((None, 0.5, 0.95, 0.99)))


def by_python(project: Project, rule: Rule) -> dict[int, Decision]:
    return {one.sentence_id: Decision(one.label_id, one.source) for one in settled(project, rule)}


def by_sql(project: Project, rule: Rule) -> dict[int, Decision]:
    found = dialect.rows(by_rule.DECIDED, by_rule.parameters(project, rule, rule))
    assert all(row[2:4] == row[4:6] for row in found)
    return {pk: Decision(label, step) for pk, _n, step, label, *_then in found if step in SETTLING}


def follow(project: Project, rule: Rule) -> None:
    values: dict[str, Any] = {"settle_least": rule.least, "settle_majority": rule.majority}
    Project.objects.filter(pk=project.pk).update(settle_posterior=rule.posterior, **values)
    project.refresh_from_db()


@pytest.mark.parametrize("seed", range(6))
def test_python_and_sql_settle_the_same_sentences_by_the_same_steps(project: Project, seed: int) -> None:
    scattered(project, seed)
    lot = random.Random(seed)
    rules = [drawn(lot) for _ in range(4)]
    assert [by_sql(project, rule) for rule in rules] == [by_python(project, rule) for rule in rules]


@pytest.mark.parametrize("seed", range(3))
def test_the_list_of_settled_sentences_follows_the_rule(project: Project, seed: int) -> None:
    scattered(project, seed)
    follow(project, drawn(random.Random(seed)))
    listed = browse.browse(project, browse.Wanted(status="settled"), before=None).rows
    # The list walks answers: a verdict on what nobody answered is not in it.
    answered = set(Sentence.objects.filter(annotations__surplus=False).values_list("pk", flat=True))
    assert {one.sentence.pk for one in listed} == by_python(project, Rule.of(project)).keys() & answered


@pytest.mark.parametrize("seed", range(3))
def test_pages_show_the_label_that_is_settled(project: Project, seed: int) -> None:
    scattered(project, seed)
    follow(project, drawn(random.Random(seed)))
    read = shelf.told(list(Sentence.objects.in_pool()), project)
    shown = {one.sentence.pk: one.settled.pk for one in read if one.settled}
    assert shown == {pk: one.label_id for pk, one in by_python(project, Rule.of(project)).items()}


@pytest.mark.parametrize("seed", range(3))
def test_the_tally_counts_each_step(project: Project, seed: int) -> None:
    scattered(project, seed)
    steps = [one.step for one in by_python(project, Rule.of(project)).values()]
    tally = by_rule.tally(project)
    assert {step: tally.get(step, 0) for step in SETTLING} == {step: steps.count(step) for step in SETTLING}


@pytest.mark.parametrize("seed", range(3))
def test_what_a_rule_would_change_is_what_it_changes(project: Project, seed: int) -> None:
    scattered(project, seed)
    rule = drawn(random.Random(seed))
    told = {one.kind: one.n for one in by_rule.changes(project, rule)}
    now, then = ({pk: one.label_id for pk, one in by_python(project, one).items()} for one in (Rule.of(project), rule))
    kinds = {
        "settled": len(then.keys() - now.keys()),
        "opened": len(now.keys() - then.keys()),
        "changed": sum(now[pk] != then[pk] for pk in now.keys() & then.keys()),
    }
    assert {kind: told.get(kind, 0) for kind in kinds} == kinds
