"""Taking the labels away."""

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from labeling.models import Kind, Run, RunState
from tests.cast import Cast


def finished(cast: Cast, path: str, state: RunState = RunState.DONE) -> Run:
    result = {"path": path, "revision": 12, "rows": 3}
    return Run.objects.create(
        project=cast.project,
        kind=Kind.EXPORT,
        state=state,
        result=result,
        ended_at=timezone.now(),
        options={"to": "csv"},
    )


def download(client: Client, run: Run) -> int:
    return client.get(f"/p/berita/exports/{run.pk}/").status_code


def test_choosing_a_format_owes_an_export(citra: Client) -> None:
    citra.post("/p/berita/exports/", {"to": "jsonl"})
    assert Run.objects.values_list("kind", "options").get() == (Kind.EXPORT, {"to": "jsonl"})


def test_an_unknown_format_owes_nothing(citra: Client) -> None:
    citra.post("/p/berita/exports/", {"to": "exe"})
    assert not Run.objects.exists()


def test_a_finished_export_is_downloaded_under_its_name(citra: Client, cast: Cast) -> None:
    run = finished(cast, default_storage.save("exports/1/berita-csv-r12.zip", ContentFile(b"PK")))
    response = citra.get(f"/p/berita/exports/{run.pk}/")
    response.close()
    assert response.headers["Content-Disposition"] == 'attachment; filename="berita-csv-r12.zip"'


def test_a_download_gives_the_bytes_of_the_file(citra: Client, cast: Cast) -> None:
    run = finished(cast, default_storage.save("exports/1/a.zip", ContentFile(b"PK")))
    assert b"".join(citra.get(f"/p/berita/exports/{run.pk}/").streaming_content) == b"PK"  # type: ignore[attr-defined]  # a FileResponse streams


def test_an_export_whose_file_is_gone_is_not_here(citra: Client, cast: Cast) -> None:
    assert download(citra, finished(cast, "exports/1/gone.zip")) == 404


def test_an_export_that_failed_is_not_here(citra: Client, cast: Cast) -> None:
    path = default_storage.save("exports/1/a.zip", ContentFile(b"PK"))
    assert download(citra, finished(cast, path, RunState.FAILED)) == 404


def test_a_path_out_of_the_storage_is_refused(citra: Client, cast: Cast) -> None:
    assert download(citra, finished(cast, "../../etc/passwd")) == 400


def test_another_projects_export_is_not_here(cast: Cast, client: Client) -> None:
    run = finished(cast, default_storage.save("exports/1/a.zip", ContentFile(b"PK")))
    client.force_login(cast.dewi.user)
    assert client.get(f"/p/lain/exports/{run.pk}/").status_code == 404


def test_the_list_names_revision_and_rows(citra: Client, cast: Cast) -> None:
    finished(cast, "exports/1/a.zip")
    page = citra.get("/p/berita/exports/").content.decode()
    assert '<td class="number">12</td><td class="number">3</td>' in page
