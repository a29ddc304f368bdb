"""Labels that lack examples, and what they are sought by."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.flow import seek
from labeling.flow.found import CUES, SCHEME
from labeling.models import Label, Project
from tests.factories import answer, make_project, make_sentences

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project()


def labelled(project: Project, **counts: int) -> None:
    first = project.sentences.count()
    rows = make_sentences(project, [f"Kabar {first + n}." for n in range(sum(counts.values()))])
    for key, n in counts.items():
        for one in rows[:n]:
            answer(one, "ani", key)
        rows = rows[n:]


def test_before_the_first_label_all_are_sought(project: Project) -> None:
    assert [one.label for one in seek.lacking(project)] == ["claim", "denial", "condemnation", "none"]


def test_three_settled_examples_end_the_search(project: Project) -> None:
    labelled(project, claim=3, denial=2, none=9)
    assert [one.label for one in seek.lacking(project)] == ["denial", "condemnation"]


def test_an_owner_can_switch_the_search_off(project: Project) -> None:
    project.find_rare = False
    assert seek.lacking(project) == []


def test_a_label_comes_with_its_cue_in_each_language_of_the_project(project: Project) -> None:
    assert seek.lacking(project)[1].cues == (CUES["denial"][1], CUES["denial"][0])


def test_a_project_in_one_language_looks_in_that_one(project: Project) -> None:
    project.languages = ["en"]
    assert seek.lacking(project)[1].cues == (CUES["denial"][0],)


def test_a_label_without_a_cue_is_sought_by_its_name(project: Project) -> None:
    Label.objects.update(cue_en="", cue_id="")
    assert seek.lacking(project)[1].cues == ("Bantahan", "Denial")


def test_every_label_of_the_default_scheme_has_a_cue_in_both_languages() -> None:
    assert {key for key, *_names in SCHEME} == {key for key, texts in CUES.items() if all(texts)}


def test_answers_on_the_audit_sample_count(project: Project) -> None:
    labelled(project, denial=3)
    project.sentences.update(audit_place=1, audit_probability=0.5)
    assert "denial" not in [one.label for one in seek.lacking(project)]


def test_a_disputed_sentence_is_no_example(project: Project) -> None:
    labelled(project, denial=3)
    answer(project.sentences.all()[0], "budi", "claim")
    assert "denial" in [one.label for one in seek.lacking(project)]


def test_labels_of_another_project_do_not_count(project: Project) -> None:
    labelled(make_project("lain"), denial=3)
    assert seek.counted(project) == Counter(claim=0, denial=0, condemnation=0, none=0)


def test_less_than_half_of_an_even_share_is_rare() -> None:
    assert seek.rare(Counter(claim=60, denial=10, condemnation=9, none=1)) == {"condemnation", "none"}


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 50), max_size=6))
def test_never_are_all_labels_rare(counts: dict[str, int]) -> None:
    assert not counts or seek.rare(Counter(counts)) != set(counts)
