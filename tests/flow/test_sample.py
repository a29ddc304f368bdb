"""The audit sample."""

from collections import Counter

import pytest
from scipy.stats import chisquare

from labeling.flow import sample
from labeling.models import Project, Sentence, Upload
from tests.factories import imported, make_project, rows

SEEDS = range(2_000)


def lines(n: int, start: int = 0) -> str:
    return "".join(f"Menteri {one} berkata bahwa jembatan {one} dibuka.\n" for one in range(start, start + n))


def test_every_candidate_is_drawn_as_often_as_any_other() -> None:
    candidates = [(number, f"{number:032x}") for number in range(40)]
    drawn = Counter(pk for seed in SEEDS for pk in sample.lowest(seed, candidates, 8))
    assert chisquare([drawn[pk] for pk, _hash in candidates]).pvalue > 0.001


def test_every_place_in_the_draw_is_as_likely_for_any_candidate() -> None:
    candidates = [(number, f"{number:032x}") for number in range(20)]
    first = Counter(sample.lowest(seed, candidates, 5)[0] for seed in SEEDS)
    assert chisquare([first[pk] for pk, _hash in candidates]).pvalue > 0.001


def test_the_draw_owes_nothing_to_the_order_of_the_candidates() -> None:
    candidates = [(number, f"{number:032x}") for number in range(40)]
    assert sample.lowest(7, candidates, 8) == sample.lowest(7, candidates[::-1], 8)


@pytest.mark.django_db
@pytest.mark.parametrize(("pool", "audit_size", "drawn"), [(4, 300, 0), (5, 300, 1), (100, 300, 20), (100, 7, 7)])
def test_a_fifth_of_the_pool_is_drawn_up_to_the_size_the_owner_set(pool: int, audit_size: int, drawn: int) -> None:
    rows(make_project(audit_size=audit_size), lines(pool))
    assert Sentence.objects.of_audit_sample().count() == drawn


@pytest.mark.django_db
def test_the_chance_is_what_was_drawn_of_the_candidates_of_the_import() -> None:
    project = make_project(audit_size=30)
    rows(project, lines(100), "a.txt")
    rows(project, lines(200, start=100), "b.txt")
    chances = {one.audit_probability for one in Sentence.objects.of_audit_sample()}
    assert chances == {20 / 100, 10 / 200}


@pytest.mark.django_db
def test_places_run_on_over_imports() -> None:
    project = make_project(audit_size=30)
    rows(project, lines(100), "a.txt")
    rows(project, lines(200, start=100), "b.txt")
    places = Sentence.objects.of_audit_sample().order_by("audit_place").values_list("audit_place", flat=True)
    assert list(places) == list(range(30))


@pytest.mark.django_db
@pytest.mark.parametrize(("overlap", "slots"), [(1, 2), (2, 2), (3, 3)])
def test_drawn_sentences_want_two_answers_at_least(overlap: int, slots: int) -> None:
    rows(make_project(overlap=overlap), lines(10))
    assert {one.slots_free for one in Sentence.objects.of_audit_sample()} == {slots}


@pytest.mark.django_db
def test_a_slot_that_is_lent_out_already_stays_lent() -> None:
    project = make_project()
    rows(project, lines(3))
    Sentence.objects.update(slots_free=0)
    Project.objects.update(n_pool=100)
    found = sample.candidates(project=project, upload=Upload.objects.get())
    sample.draw(project=project, candidates=found)
    assert Sentence.objects.of_audit_sample().get().slots_free == 1


@pytest.mark.django_db
def test_drawing_again_for_the_same_import_draws_nothing() -> None:
    project = make_project()
    rows(project, lines(100))
    project.audit_size = 10_000
    found = sample.candidates(project=project, upload=Upload.objects.get())
    assert sample.draw(project=project, candidates=found) == 0


@pytest.mark.django_db
def test_neither_boilerplate_nor_a_twin_is_ever_drawn() -> None:
    text = "\n".join(f"Baca juga: Kabar {one}\nHujan turun.\nJembatan {one} dibuka." for one in range(40))
    imported(make_project(), text)
    assert not Sentence.objects.of_audit_sample().filter(in_pool=False).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("slots_free", "reviews", "then"), [(0, 0, 1), (1, 1, 1), (0, 1, 0)])
def test_a_review_is_the_second_answer_of_a_sentence_that_is_drawn(slots_free: int, reviews: int, then: int) -> None:
    project = make_project()
    rows(project, lines(3))
    Sentence.objects.update(slots_free=slots_free, reviews=reviews)
    Project.objects.update(n_pool=100)
    found = sample.candidates(project=project, upload=Upload.objects.get())
    sample.draw(project=project, candidates=found)
    assert Sentence.objects.of_audit_sample().values_list("slots_free", "reviews").get() == (then, 0)
