"""The settled label."""

import pytest
from pytest_django import DjangoAssertNumQueries

from labeling.flow.rule import majority
from labeling.flow.settle import settled
from labeling.models import Label, Project, Sentence, State, Verdict
from tests.factories import answer, make_project, make_sentences, person

pytestmark = pytest.mark.django_db
NAMES = ("ani", "budi", "citra", "dewi")


@pytest.fixture
def project() -> Project:
    return make_project(overlap=4)


@pytest.fixture
def sentence(project: Project) -> Sentence:
    return make_sentences(project, ["Bupati membantah tuduhan itu."])[0]


def settle(sentence: Sentence) -> tuple[str, str] | None:
    found = [(Label.objects.get(pk=one.label_id).key, one.source) for one in settled(sentence.project)]
    return found[0] if found else None


def decide(sentence: Sentence, key: str) -> None:
    label = Label.objects.get(project=sentence.project, key=key)
    Verdict.objects.create(project=sentence.project, sentence=sentence, label=label, decided_by=person("citra"))


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (["claim"], ("claim", "single")),
        (["claim", "claim"], ("claim", "unanimous")),
        (["claim", "denial", "denial"], ("denial", "majority")),
        (["claim", "denial"], None),
        (["claim", "claim", "denial", "none"], None),
        (["claim", None], ("claim", "single")),
        ([None, None], None),
        ([], None),
    ],
)
def test_unanimous_then_majority_then_open(
    sentence: Sentence, answers: list[str | None], expected: tuple[str, str] | None
) -> None:
    for name, key in zip(NAMES, answers, strict=False):
        answer(sentence, name, key)
    assert settle(sentence) == expected


def test_a_verdict_goes_before_every_answer(sentence: Sentence) -> None:
    answer(sentence, "ani", "claim")
    decide(sentence, "denial")
    assert settle(sentence) == ("denial", "adjudicated")


def test_a_verdict_settles_what_nobody_dared_to(sentence: Sentence) -> None:
    answer(sentence, "ani", None)
    decide(sentence, "none")
    assert settle(sentence) == ("none", "adjudicated")


@pytest.mark.parametrize("ignored", [{"surplus": True}, {"state": State.WITHDRAWN}])
def test_surplus_and_withdrawn_answers_do_not_count(sentence: Sentence, ignored: dict[str, object]) -> None:
    answer(sentence, "ani", "claim")
    answer(sentence, "budi", "denial", **ignored)
    assert settle(sentence) == ("claim", "single")


def test_the_soft_label_is_the_share_of_each(sentence: Sentence) -> None:
    for name, key in zip(NAMES, ["claim", "claim", "claim", "none"], strict=True):
        answer(sentence, name, key)
    assert sorted(next(settled(sentence.project)).soft.values()) == [0.25, 0.75]


def test_sentences_come_in_the_order_of_ids_with_verdicts_among_them(project: Project) -> None:
    sentences = make_sentences(project, ["Satu.", "Dua.", "Tiga."])
    answer(sentences[0], "ani", "claim")
    decide(sentences[1], "none")
    answer(sentences[2], "ani", "claim")
    assert [one.sentence_id for one in settled(project)] == [one.pk for one in sentences]


def test_settling_costs_three_queries_however_many(
    project: Project, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for sentence in make_sentences(project, [f"Kalimat {n}." for n in range(30)]):
        answer(sentence, "ani", "claim")
    with django_assert_num_queries(3):
        list(settled(project))


def test_another_project_plays_no_part(sentence: Sentence) -> None:
    elsewhere = make_sentences(make_project("lain"), ["Satu."])[0]
    answer(elsewhere, "ani", "claim")
    assert settle(sentence) is None


def test_the_most_chosen_of_three_is_no_majority() -> None:
    assert majority({1: 2, 2: 1, 3: 1}) is None
