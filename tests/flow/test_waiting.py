"""Uploads that wait until an owner says what their columns mean."""

import pytest
from django.core.files.storage import default_storage
from pytest_django import DjangoCaptureOnCommitCallbacks

from labeling.errors import BadUpload, Refused
from labeling.flow import receive, waiting
from labeling.flow.archive import archive
from labeling.flow.receive import Reading
from labeling.models import Event, Project, Upload, Verb
from tests.cast import Cast
from tests.factories import make_project


def put_by(project: Project, name: str = "a.csv", content: bytes = b"kalimat\nSatu.\n") -> Upload:
    return receive.put_by(project=project, by=None, name=name, content=content, reading=Reading())


def names(cast: Cast) -> list[str]:
    return [one.name for one in waiting.waiting(cast.project)]


def test_a_table_waits_until_its_import_is_asked_for(cast: Cast) -> None:
    put_by(cast.project)
    begun = put_by(cast.project, "b.csv", b"kalimat\nDua.\n")
    receive.begin(upload=begun, by=None, reading=Reading())
    assert names(cast) == ["a.csv"]


def test_a_text_has_no_columns_to_wait_for(cast: Cast) -> None:
    put_by(cast.project, "a.txt", b"Satu.\n")
    assert names(cast) == []


def test_what_is_discarded_waits_no_more_and_is_remembered(cast: Cast) -> None:
    waiting.discard(upload=put_by(cast.project), by=cast.citra.user)
    event = Event.objects.get(verb=Verb.STOPPED)
    assert (names(cast), event.who, event.before["name"]) == ([], cast.citra.user, "a.csv")


def test_its_bytes_go_too(cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> None:
    upload = put_by(cast.project)
    with django_capture_on_commit_callbacks(execute=True):
        waiting.discard(upload=upload, by=cast.citra.user)
    assert not default_storage.exists(upload.path)


def test_bytes_that_another_project_received_too_stay(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    put_by(make_project(slug="other"))
    upload = put_by(cast.project)
    with django_capture_on_commit_callbacks(execute=True):
        waiting.discard(upload=upload, by=cast.citra.user)
    assert default_storage.exists(upload.path)


def test_discarding_twice_does_nothing_the_second_time(cast: Cast) -> None:
    upload = put_by(cast.project)
    for _time in range(2):
        waiting.discard(upload=upload, by=cast.citra.user)
    assert Event.objects.filter(verb=Verb.STOPPED).count() == 1


def test_an_import_that_has_begun_is_not_discarded(cast: Cast) -> None:
    upload = put_by(cast.project)
    receive.begin(upload=upload, by=None, reading=Reading())
    with pytest.raises(Refused, match="has begun"):
        waiting.discard(upload=upload, by=cast.citra.user)


def test_nothing_is_discarded_in_an_archived_project(cast: Cast) -> None:
    upload = put_by(cast.project)
    archive(project=cast.project, by=cast.citra.user)
    upload.refresh_from_db()
    with pytest.raises(Refused, match="archived"):
        waiting.discard(upload=upload, by=cast.citra.user)


def test_what_was_discarded_meanwhile_is_asked_for_again(cast: Cast) -> None:
    upload = put_by(cast.project)
    waiting.discard(upload=Upload.objects.get(pk=upload.pk), by=cast.citra.user)
    with pytest.raises(BadUpload, match="Send it again"):
        receive.begin(upload=upload, by=None, reading=Reading())
