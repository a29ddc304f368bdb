"""The list of projects, and the overview."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from labeling.models import Kind, Membership, ModelVersion, Run, RunState
from tests.cast import Cast, person
from tests.flow.pool_of import pool_of
from tests.views.answering import answers
from tests.views.conftest import Budget


def overview(client: Client) -> str:
    return client.get("/p/berita/").content.decode()


def test_home_lists_only_my_projects(citra: Client) -> None:
    page = citra.get("/").content.decode()
    assert ("Berita" in page, "Lain" in page) == (True, False)


def test_somebody_without_a_project_is_told_what_to_do(db: None, client: Client) -> None:
    client.force_login(person("eka"))
    assert "ask to be added" in client.get("/").content.decode()


def test_home_costs_the_same_with_many_projects(
    citra: Client, cast: Cast, django_assert_max_num_queries: Budget
) -> None:
    Membership.objects.create(project=cast.elsewhere, user=cast.citra.user, role="annotator")
    with django_assert_max_num_queries(3):
        citra.get("/")


def test_an_annotator_lands_on_the_labelling_page(cast: Cast, client: Client) -> None:
    client.force_login(cast.ani.user)
    assert client.get("/p/berita/").headers["Location"] == "/p/berita/annotate/"


def test_an_empty_project_says_what_to_do_next(citra: Client) -> None:
    assert "Import articles" in overview(citra)


def test_the_overview_counts_answers_of_today(citra: Client, cast: Cast) -> None:
    for sentence in pool_of(cast.project, 3):
        answers(cast.ani, sentence, None)
    assert "<dd>3</dd>" in overview(citra)


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
    with django_assert_max_num_queries(10):
        overview(citra)
