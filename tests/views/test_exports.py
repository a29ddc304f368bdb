"""Taking the labels away."""

import gzip

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from labeling.flow.revision import revision_of
from labeling.models import Event, ExportVersion, Kind, Project, Run, RunState, Verb
from tests.cast import Cast
from tests.factories import answer, make_sentences
from tests.views.conftest import Budget

PAGE = "/p/berita/exports/"


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
    assert Run.objects.values_list("kind", "options").get() == (Kind.EXPORT, {"to": "jsonl", "texts": True})


def test_an_unknown_format_owes_nothing(citra: Client) -> None:
    assert (citra.post("/p/berita/exports/", {"to": "exe"}).status_code, Run.objects.exists()) == (422, False)


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


def test_the_list_calls_a_format_as_the_form_does(citra: Client, cast: Cast) -> None:
    finished(cast, "exports/1/a.zip")
    assert '<td class="long">CSV, for a spreadsheet</td>' in citra.get("/p/berita/exports/").content.decode()


def test_what_came_to_nothing_has_no_revision_and_no_rows(citra: Client, cast: Cast) -> None:
    Run.objects.create(project=cast.project, kind=Kind.EXPORT, state=RunState.FAILED, options={"to": "csv"})
    page = citra.get("/p/berita/exports/").content.decode()
    assert '<td class="number">–</td><td class="number">–</td>' in page


@pytest.mark.once
def test_a_finished_export_says_which_version_it_is(citra: Client, cast: Cast) -> None:
    run = finished(cast, "exports/1/a.zip")
    run.result |= {"version": 7}
    run.save()
    page = " ".join(citra.get(f"/p/berita/runs/{run.pk}/").content.decode().split())
    assert ("Version 7 · 3 rows at revision 12." in page, f'href="{PAGE}">Export</a></p>' in page) == (True, True)


def version(project: Project, number: int = 1, **values: object) -> ExportVersion:
    """A version of the project as it is, of which three answers had been given."""
    project.refresh_from_db()
    content = gzip.compress(b'{"n_label_acts": 3}\n')
    fixed = {"project": project, "number": number, "revision": revision_of(project), "n_rows": 1204, "n_judgements": 2}
    path = default_storage.save(f"exports/versions/{number}.gz", ContentFile(content))
    return ExportVersion.objects.create(**fixed | {"path": path, "sha256": "0" * 64, **values})


def page_of(client: Client) -> str:
    """As it is read: without its line breaks."""
    return " ".join(client.get(PAGE).content.decode().split())


@pytest.mark.once
def test_a_version_is_asked_for_again_in_any_format_and_without_its_texts(citra: Client, cast: Cast) -> None:
    version(cast.project)
    citra.post(PAGE, {"to": "csv", "version": "1", "without_text": "on"})
    assert Run.objects.get().options == {"to": "csv", "version": 1, "texts": False}


@pytest.mark.once
@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"to": "csv", "version": "2"}, "Choose one of the versions."),
        ({"to": "csv", "version": "satu"}, "Choose one of the versions."),
        ({"to": "labelstudio", "without_text": "on"}, "shows its tasks by their text"),
    ],
)
def test_what_cannot_be_exported_is_refused_in_its_place(
    citra: Client, cast: Cast, sent: dict[str, str], said: str
) -> None:
    version(cast.project)
    refused = citra.post(PAGE, sent)
    assert (refused.status_code, said in refused.content.decode(), Run.objects.exists()) == (422, True, False)


@pytest.mark.once
def test_a_version_of_another_project_is_not_on_offer(citra: Client, cast: Cast) -> None:
    version(cast.elsewhere)
    assert "Once more" not in page_of(citra)


@pytest.mark.once
def test_once_more_chooses_the_version_in_the_form(citra: Client, cast: Cast) -> None:
    version(cast.project)
    assert f'href="{PAGE}?version=1#export"' in page_of(citra)
    assert '<option value="1" selected>1</option>' in citra.get(PAGE + "?version=1").content.decode()


@pytest.mark.once
def test_the_list_tells_who_made_a_version_and_what_changed(citra: Client, cast: Cast) -> None:
    version(cast.project, revision=1)
    changes = {"added": 1000, "relabelled": 2, "removed": 0}
    version(cast.project, number=2, revision=2, changes=changes, made_by=cast.citra.user)
    page = page_of(citra)
    assert ("<td>citra</td>" in page, "by command" in page, "the first" in page) == (True, True, True)
    assert "1,000 added, 2 relabelled, 0 removed" in page


@pytest.mark.once
def test_an_owner_who_exported_nothing_is_told_what_to_do(citra: Client) -> None:
    page = page_of(citra)
    assert ("Choose a format above" in page, "Upload to the hub" in page) == (True, False)


@pytest.mark.once
def test_the_page_says_that_nothing_changed_since_the_last_version(citra: Client, cast: Cast) -> None:
    version(cast.project)
    assert "Nothing changed since version 1" in page_of(citra)


@pytest.mark.once
def test_the_page_counts_the_answers_since_the_last_version(citra: Client, cast: Cast) -> None:
    rows = make_sentences(cast.project, [f"Kabar {one}." for one in range(5)])
    for one in rows[:3]:
        answer(one, "ani", "claim")
    version(cast.project)
    for one in rows[3:]:
        answer(one, "ani", "claim")
    assert "2 answers and decisions were given, changed or taken back since version 1" in page_of(citra)


@pytest.mark.once
def test_the_page_says_that_something_else_changed(citra: Client, cast: Cast) -> None:
    for one in make_sentences(cast.project, [f"Kabar {one}." for one in range(3)]):
        answer(one, "ani", "claim")
    version(cast.project)
    Event.objects.create(project=cast.project, verb=Verb.CHANGED)
    assert "Something that an export tells changed since version 1" in page_of(citra)


@pytest.mark.once
def test_a_version_whose_file_is_gone_does_not_take_the_page_away(citra: Client, cast: Cast) -> None:
    default_storage.delete(version(cast.project, revision=1).path)
    assert "Exporting now makes version 2" in page_of(citra)


@pytest.mark.once
def test_more_versions_than_a_page_holds_are_leafed_through(citra: Client, cast: Cast) -> None:
    made = [version(cast.project, number=number, revision=number) for number in range(1, 53)]
    assert f'href="{PAGE}?versions={made[2].pk}#versions"' in page_of(citra)
    older = citra.get(PAGE, {"versions": made[2].pk}).content.decode()
    assert ('<th scope="row">2</th>' in older, '<th scope="row">3</th>' in older) == (True, False)


def test_the_page_costs_the_same_however_much_was_exported(
    citra: Client, cast: Cast, django_assert_max_num_queries: Budget
) -> None:
    for number in range(1, 12):
        version(cast.project, number=number, revision=number, made_by=cast.citra.user)
        finished(cast, "exports/1/a.zip")
    citra.get(PAGE)
    with django_assert_max_num_queries(14):
        citra.get(PAGE)


UPLOAD = {"version": "1", "repository": "newsroom/claims", "private": "on"}


@pytest.mark.once
def test_an_upload_to_the_hub_is_owed(citra: Client, cast: Cast) -> None:
    version(cast.project)
    citra.post(PAGE + "publish/", UPLOAD)
    asked = {"version": 1, "repository": "newsroom/claims", "private": True, "texts": True}
    assert Run.objects.values_list("kind", "options").get() == (Kind.PUBLISH, asked)


@pytest.mark.once
@pytest.mark.parametrize(
    "repository",
    ["", "a/b/c", "news room", "-claims", "claims.", "a--b", "a..b", "claims.git", "ü/claims", "../a", "x" * 97],
)
def test_a_name_that_the_hub_would_refuse_is_refused_here(citra: Client, cast: Cast, repository: str) -> None:
    version(cast.project)
    refused = citra.post(PAGE + "publish/", UPLOAD | {"repository": repository})
    assert (refused.status_code, '<details class="card" id="publish" open>' in refused.content.decode()) == (422, True)
    assert not Run.objects.exists()


@pytest.mark.once
def test_uploads_stand_beside_the_exports(citra: Client, cast: Cast) -> None:
    Run.objects.create(project=cast.project, kind=Kind.PUBLISH, options={"repository": "newsroom/claims", "version": 1})
    assert "Upload to the hub: newsroom/claims" in page_of(citra)


LICENCE = {"licence": "cc-by-4.0", "text_licence": "Warta Uji", "citation": "Ani.\r\nBudi."}


@pytest.mark.once
def test_the_licence_is_kept_with_who_said_so_and_is_a_new_revision(citra: Client, cast: Cast) -> None:
    before = revision_of(cast.project)
    citra.post(PAGE + "licence/", LICENCE)
    said = {"label_licence": "cc-by-4.0", "text_licence": "Warta Uji", "citation": "Ani.\nBudi."}
    assert Project.objects.filter(pk=cast.project.pk).values(*said).get() == said
    event = Event.objects.latest("pk")
    assert (event.verb, event.who, event.after, revision_of(cast.project) > before) == (
        *(Verb.CHANGED, cast.citra.user, said, True),
    )


@pytest.mark.once
def test_the_page_asks_for_the_licence_until_it_is_said(citra: Client) -> None:
    asked = "Nobody can tell yet what they may do"
    assert asked in page_of(citra)
    citra.post(PAGE + "licence/", LICENCE)
    assert asked not in page_of(citra)


@pytest.mark.once
def test_the_page_says_at_its_top_that_the_licence_is_kept(citra: Client) -> None:
    assert citra.post(PAGE + "licence/", LICENCE).headers["Location"] == f"{PAGE}#top"


@pytest.mark.once
def test_a_group_of_choices_names_its_hint_and_its_fault(citra: Client) -> None:
    page = citra.post(PAGE, {"to": "exe"}).content.decode()
    assert '<fieldset aria-describedby="id_to_helptext id_to_error">' in page
    assert page.count('id="id_to_helptext"') == page.count('id="id_to_error"') == 1


@pytest.mark.once
def test_a_licence_of_ones_own_is_named(citra: Client, cast: Cast) -> None:
    refused = citra.post(PAGE + "licence/", LICENCE | {"licence": "other"})
    assert (refused.status_code, "Write its name" in refused.content.decode()) == (422, True)
    citra.post(PAGE + "licence/", LICENCE | {"licence": "other", "other": "Warta 1.0"})
    cast.project.refresh_from_db()
    assert (cast.project.label_licence, 'value="Warta 1.0"' in page_of(citra)) == ("Warta 1.0", True)


@pytest.mark.once
def test_an_archived_project_keeps_its_licence_and_says_why(citra: Client, cast: Cast) -> None:
    Project.objects.update(archived_at=timezone.now())
    said = citra.post(PAGE + "licence/", LICENCE, follow=True).content.decode()
    assert "is archived and read only" in said
