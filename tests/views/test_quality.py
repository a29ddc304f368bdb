"""A person's figures: the owners see them, and that person alone."""

import re
from typing import Any

import pytest
from django.test import Client

from labeling.flow.quality import measure
from labeling.models import AgreementReport, ErrorKind, Membership, Sentence, Verdict
from tests.cast import Cast, adjudicator
from tests.flow.pool_of import pool_of
from tests.views.answering import answers
from tests.views.conftest import Budget

pytestmark = pytest.mark.django_db


def measured(cast: Cast, **ani: object) -> None:
    """A report as it would be measured now; `ani` has other figures where they are given."""
    people = measure(cast.project)
    mine = str(cast.ani.user_id)
    people[mine] = {**people.get(mine, {}), **ani}
    AgreementReport.objects.create(project=cast.project, revision=1, people=people)


def figure(value: float | None, n: int = 40) -> dict[str, Any]:
    return {"value": value, "low": 0.25, "high": 0.75, "n": n, "reason": ""}


def apart(cast: Cast, n: int = 1, *, label: str = "denial") -> list[Sentence]:
    """Sentences that ani calls a claim, and both others something else."""
    sentences = pool_of(cast.project, n)
    for one in sentences:
        answers(cast.ani, one, "claim")
        answers(cast.budi, one, label)
        answers(cast.citra, one, label)
    return sentences


def words(client: Client, address: str = "/p/berita/quality/") -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(address).content.decode()).split())


def of(member: Membership) -> str:
    return f"/p/berita/people/{member.pk}/quality/"


@pytest.fixture
def ani(cast: Cast, client: Client) -> Client:
    """The client signed in as ani."""
    client.force_login(cast.ani.user)
    return client


@pytest.mark.parametrize(
    ("who", "status"), [("ani", 404), ("budi", 200), ("ada", 404), ("citra", 200), ("dewi", 404), ("nobody", 302)]
)
def test_nobody_but_the_person_and_the_owners_sees_the_figures(
    client: Client, cast: Cast, who: str, status: int
) -> None:
    people = {"ada": adjudicator(cast), **{name: getattr(cast, name) for name in ("ani", "budi", "citra", "dewi")}}
    if who in people:
        client.force_login(people[who].user)
    assert client.get(of(cast.budi)).status_code == status


def test_ones_own_page_shows_oneself(ani: Client, cast: Cast) -> None:
    apart(cast)
    measured(cast, given=77)
    assert "Answers 77" in words(ani)


def test_an_owner_of_another_project_finds_nobody(client: Client, cast: Cast) -> None:
    client.force_login(cast.dewi.user)
    assert client.get(of(cast.ani).replace("berita", "lain")).status_code == 404


def test_names_of_others_are_not_on_the_page(ani: Client, cast: Cast) -> None:
    (sentence,) = apart(cast)
    Verdict.objects.create(
        project=cast.project,
        sentence=sentence,
        label=cast.project.labels.get(key="denial"),
        decided_by=cast.citra.user,
        reason="He answers a charge.",
    )
    measured(cast)
    shown = words(ani)
    assert [name in shown for name in ("He answers a charge.", "budi", "citra")] == [True, False, False]


def test_before_the_first_measurement_the_page_says_when_it_comes(ani: Client) -> None:
    assert "The figures come with the next measurement of agreement" in words(ani)


def test_a_person_without_answers_has_nothing_to_show(ani: Client, cast: Cast) -> None:
    AgreementReport.objects.create(project=cast.project, revision=1, people={"999": {"given": 3}})
    assert "Nothing to show yet" in words(ani)


def test_a_figure_stands_with_its_interval_and_n(ani: Client, cast: Cast) -> None:
    measured(cast, percent=figure(0.5))
    assert "Share alike with others 0.50 0.25 to 0.75, n = 40" in words(ani)


def test_a_figure_of_few_answers_is_not_shown(ani: Client, cast: Cast) -> None:
    measured(cast, percent=figure(0.5, 9))
    assert "Share alike with others – not enough to go by yet: n = 9" in words(ani)


def test_a_figure_that_is_not_defined_says_why(ani: Client, cast: Cast) -> None:
    measured(cast, kappa={**figure(None), "reason": "not defined (one label only)"})
    assert "Kappa with others – not defined (one label only)" in words(ani)


def test_seconds_are_told_beside_those_of_all(ani: Client, cast: Cast) -> None:
    measured(cast, seconds={"n": 40, "low": 2.0, "median": 3.5, "high": 6.0, "all": 4.5})
    assert "3.5 half of them 2.0 to 6.0, n = 40 of all people: 4.5" in words(ani)


def test_a_sentence_that_was_settled_otherwise_is_listed(ani: Client, cast: Cast) -> None:
    (sentence,) = apart(cast)
    measured(cast)
    assert f"{sentence.text} answered: Claim settled: Denial" in words(ani)


def test_a_sentence_that_is_not_settled_is_counted_and_not_shown(ani: Client, cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    answers(cast.ani, sentence, "claim")
    answers(cast.budi, sentence, "denial")
    measured(cast)
    shown = words(ani)
    assert (sentence.text in shown, "1 more differs from what others say" in shown) == (False, True)


def test_a_sentence_that_is_settled_as_they_said_since_is_not_listed(ani: Client, cast: Cast) -> None:
    (sentence,) = apart(cast)
    measured(cast)
    Verdict.objects.create(
        project=cast.project,
        sentence=sentence,
        label=cast.project.labels.get(key="claim"),
        decided_by=cast.citra.user,
    )
    assert sentence.text not in words(ani)


def test_an_answer_that_was_changed_since_is_not_held_against_anybody(ani: Client, cast: Cast) -> None:
    (sentence,) = apart(cast)
    measured(cast)
    cast.ani.user.annotations.update(label=cast.project.labels.get(key="denial"))
    assert sentence.text not in words(ani)


@pytest.mark.parametrize(("kind", "told"), [(ErrorKind.AMBIGUOUS, True), (ErrorKind.SLIP, False)])
def test_why_people_differed_is_told_where_it_is_not_about_them(
    ani: Client, cast: Cast, kind: ErrorKind, told: bool
) -> None:
    (sentence,) = apart(cast)
    denial = cast.project.labels.get(key="denial")
    fixed = {"project": cast.project, "sentence": sentence, "label": denial, "decided_by": cast.citra.user}
    Verdict.objects.create(**fixed, error_kind=kind)
    measured(cast)
    assert (str(kind.label) in words(ani)) is told


def test_what_differs_often_is_said_in_words_and_leads_to_its_sentences(ani: Client, cast: Cast) -> None:
    denials, others = apart(cast, 3), apart(cast, 1, label="none")
    measured(cast)
    shown = words(ani, "/p/berita/quality/?others=denial&said=claim")
    assert "In 3 sentences answered Claim, others see Denial." in words(ani)
    assert [one.text in shown for one in (*denials, *others)] == [True, True, True, False]


@pytest.mark.parametrize("query", ["?others=x&said=y", "?others=claim&said=claim", "?others=denial"])
def test_a_cell_that_is_none_shows_all(ani: Client, cast: Cast, query: str) -> None:
    (sentence,) = apart(cast)
    measured(cast)
    assert sentence.text in words(ani, f"/p/berita/quality/{query}")


def test_the_confusion_has_a_row_for_what_others_say(ani: Client, cast: Cast) -> None:
    apart(cast, 2)
    measured(cast)
    assert "Others say Claim Denial n Denial 2 0 2" in words(ani)


def test_drift_is_a_picture_with_its_table(ani: Client, cast: Cast) -> None:
    days = [{"from": f"2026-03-0{day} 10:00:00", "to": f"2026-03-0{day} 11:00:00"} for day in (2, 5)]
    measured(cast, drift=[{**day, **figure(0.5, 100)} for day in days])
    shown = ani.get("/p/berita/quality/").content.decode()
    assert ("<svg" in shown, "5 Mar 2026" in shown) == (True, True)


def test_one_stretch_alone_is_no_picture(ani: Client, cast: Cast) -> None:
    measured(cast, drift=[{"from": "2026-03-02 10:00:00", "to": "2026-03-02 11:00:00", **figure(0.5, 100)}])
    shown = ani.get("/p/berita/quality/").content.decode()
    assert ("<svg" in shown, "2 Mar 2026" in shown) == (False, True)


def test_quick_answers_are_told_with_what_is_usual(ani: Client, cast: Cast) -> None:
    when = "2026-03-02T10:00:00+00:00"
    row = {"from": when, "to": when, "n": 12, "seconds": 0.5, "usual": 6.0}
    measured(cast, streaks={"n": 14, "rows": [row]})
    shown = words(ani)
    assert ("14 in all; the latest 1" in shown, "12 0.5 6.0" in shown) == (True, True)


@pytest.mark.parametrize(
    ("streaks", "said"),
    [(None, "Not enough answers yet to say what is usual."), ({"n": 0, "rows": []}, "There were none.")],
)
def test_without_quick_answers_the_page_says_so(
    ani: Client, cast: Cast, streaks: dict[str, Any] | None, said: str
) -> None:
    measured(cast, streaks=streaks)
    assert said in words(ani)


def test_the_table_of_people_leads_to_each(citra: Client, cast: Cast) -> None:
    assert of(cast.ani) in citra.get("/p/berita/people/").content.decode()


def test_a_person_finds_their_figures_by_their_preferences(ani: Client) -> None:
    assert "/p/berita/quality/" in ani.get("/preferences/").content.decode()


def test_the_page_speaks_indonesian(ani: Client, cast: Cast) -> None:
    ani.post("/language/", {"language": "id", "next": "/"})
    measured(cast)
    assert "Catatan Anda" in words(ani)


def test_the_page_costs_the_same_however_much_differs(
    citra: Client, cast: Cast, django_assert_max_num_queries: Budget
) -> None:
    apart(cast, 12)
    measured(cast)
    with django_assert_max_num_queries(17):
        citra.get(of(cast.ani))
