"""The list of projects, and the overview."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from labeling.flow.archive import archive
from labeling.models import AgreementReport, Kind, Membership, ModelVersion, Run, RunState
from tests.cast import Cast, adjudicator, person
from tests.flow.pool_of import pool_of
from tests.views.answering import answers
from tests.views.conftest import Budget


def overview(client: Client) -> str:
    return client.get("/p/berita/").content.decode()


def test_home_lists_only_my_projects(citra: Client) -> None:
    page = citra.get("/").content.decode()
    assert ("Berita" in page, "Lain" in page) == (True, False)


def test_somebody_without_a_project_is_told_what_to_do(cast: Cast, client: Client) -> None:
    client.force_login(person("eka"))
    assert "for an invitation" in client.get("/").content.decode()


def test_home_costs_the_same_with_many_projects(
    citra: Client, cast: Cast, django_assert_max_num_queries: Budget
) -> None:
    Membership.objects.create(project=cast.elsewhere, user=cast.citra.user, role="annotator")
    with django_assert_max_num_queries(4):
        citra.get("/")


def test_an_owner_may_found_another_project(citra: Client) -> None:
    assert "/projects/new/" in citra.get("/").content.decode()


def test_an_annotator_may_not(cast: Cast, client: Client) -> None:
    client.force_login(cast.ani.user)
    assert "/projects/new/" not in client.get("/").content.decode()


def test_an_adjudicator_finds_the_disputes_there(cast: Cast, client: Client) -> None:
    client.force_login(adjudicator(cast).user)
    assert "/p/berita/disputes/" in client.get("/").content.decode()


def test_an_annotator_has_no_disputes(cast: Cast, client: Client) -> None:
    client.force_login(cast.ani.user)
    assert "/p/berita/disputes/" not in client.get("/").content.decode()


def test_an_archived_project_stands_apart(citra: Client, cast: Cast) -> None:
    archive(project=cast.project, by=cast.citra.user)
    page = citra.get("/").content.decode()
    assert (page.index("Archived") < page.index("Berita"), "/p/berita/annotate/" in page) == (True, False)


def test_an_annotator_lands_on_the_labelling_page(cast: Cast, client: Client) -> None:
    client.force_login(cast.ani.user)
    assert client.get("/p/berita/").headers["Location"] == "/p/berita/annotate/"


def test_an_empty_project_says_what_to_do_next(citra: Client) -> None:
    assert "Import articles" in overview(citra)


def test_the_overview_counts_answers_of_today(citra: Client, cast: Cast) -> None:
    for sentence in pool_of(cast.project, 3):
        answers(cast.ani, sentence, None)
    assert "3 answers today" in overview(citra)


def test_no_figure_stands_without_its_n(citra: Client, cast: Cast) -> None:
    found = {"audit": {"macro_f1": {"value": 0.5, "low": 0.25, "high": 0.75, "n": 48, "reason": None}}}
    cast.project.version = ModelVersion.objects.create(
        project=cast.project, number=1, path="x", sha256="y", n_labels=20, n_label_events=20, evaluation=found
    )
    cast.project.save(update_fields=["version"])
    assert "0.25 to 0.75, n = 48" in overview(citra)


def test_a_figure_that_is_missing_is_called_not_measured(citra: Client) -> None:
    assert "Not measured." in overview(citra)


def test_a_failed_run_is_named_with_its_reason(citra: Client, cast: Cast) -> None:
    Run.objects.create(project=cast.project, kind=Kind.IMPORT, state=RunState.FAILED, error="The file is gone.")
    assert "Import failed: The file is gone." in overview(citra)


def test_work_that_no_worker_takes_is_named(citra: Client, cast: Cast) -> None:
    Run.objects.create(project=cast.project, kind=Kind.IMPORT, due_at=timezone.now() - timedelta(minutes=5))
    assert "no worker takes it" in overview(citra)


def test_the_overview_costs_the_same_with_many_people(
    citra: Client, cast: Cast, django_assert_max_num_queries: Budget
) -> None:
    for number in range(8):
        Membership.objects.create(project=cast.project, user=person(f"p{number}"))
        Run.objects.create(project=cast.project, kind=Kind.IMPORT)
    with django_assert_max_num_queries(11):
        overview(citra)


def test_the_overview_says_how_far_it_is(citra: Client, cast: Cast) -> None:
    first, *_rest = pool_of(cast.project, 4)
    answers(cast.ani, first, "claim")
    assert "1 of 4 sentences labelled at least once" in overview(citra)


def test_the_overview_says_when_the_rest_is_done(citra: Client, cast: Cast) -> None:
    sentences = pool_of(cast.project, 20)
    for place, sentence in enumerate(sentences[:6]):
        given = answers(cast.ani, sentence, "claim")
        given.answered_at = timezone.now() - timedelta(days=1 + place // 3)
        given.save(update_fields=["answered_at"])
    assert "The rest is done in about 5 working days, at 3 answers a day." in overview(citra)


def test_with_one_day_nothing_is_said_of_the_end(citra: Client, cast: Cast) -> None:
    answers(cast.ani, pool_of(cast.project, 20)[0], "claim")
    assert "Not enough days to say" in overview(citra)


def test_who_opened_a_page_lately_works_now(citra: Client, cast: Cast) -> None:
    for member, minutes in ((cast.ani, 1), (cast.budi, 9)):
        member.seen_at = timezone.now() - timedelta(minutes=minutes)
        member.save(update_fields=["seen_at"])
    page = overview(citra)
    assert ('<th scope="row">ani</th>' in page, '<th scope="row">budi</th>' in page) == (True, False)


def test_agreement_stands_with_its_n_and_interval(citra: Client, cast: Cast) -> None:
    alpha = {"value": 0.71, "low": 0.6, "high": 0.8, "n_units": 44, "n_answers": 90, "reason": None}
    AgreementReport.objects.create(project=cast.project, revision=1, figures={"audit": {"krippendorff_alpha": alpha}})
    assert "0.60 to 0.80, n = 44" in overview(citra)
