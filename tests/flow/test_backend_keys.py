"""Keys to the ML backend: stored as hashes, revoked at once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from labeling.errors import Refused
from labeling.flow import archive, backend_keys
from labeling.models import BackendKey, Event
from tests.cast import Cast

pytestmark = pytest.mark.once


def test_a_key_leads_to_its_project(cast: Cast) -> None:
    key, text = backend_keys.make(project=cast.project, by=cast.citra.user)
    found = backend_keys.holder(text)
    assert found == key
    assert found is not None
    assert found.project == cast.project


def test_the_text_itself_is_not_stored(cast: Cast) -> None:
    _key, text = backend_keys.make(project=cast.project, by=cast.citra.user)
    assert text not in str([BackendKey.objects.values().get(), *Event.objects.values()])


def test_making_and_revoking_are_an_event_each(cast: Cast) -> None:
    key, _text = backend_keys.make(project=cast.project, by=cast.citra.user)
    for _ in range(2):
        backend_keys.revoke(key=key, by=cast.citra.user)
    told = Event.objects.filter(project=cast.project, after__backend_key=key.prefix)
    assert list(told.values_list("verb", "who")) == [("created", cast.citra.user_id), ("changed", cast.citra.user_id)]


@pytest.mark.parametrize("text", ["", "x", "é", "\0"])
def test_what_is_no_key_leads_nowhere(cast: Cast, text: str) -> None:
    assert backend_keys.holder(text) is None


def test_a_revoked_key_opens_nothing(cast: Cast) -> None:
    key, text = backend_keys.make(project=cast.project, by=cast.citra.user)
    backend_keys.revoke(key=key, by=cast.citra.user)
    assert (backend_keys.holder(text), backend_keys.keys_of(cast.project).exists()) == (None, False)


def test_there_is_an_end_to_how_many_a_project_has(cast: Cast) -> None:
    for _ in range(backend_keys.AT_MOST):
        backend_keys.make(project=cast.project, by=cast.citra.user)
    with pytest.raises(Refused, match="Revoke"):
        backend_keys.make(project=cast.project, by=cast.citra.user)


def test_an_archived_project_gets_none(cast: Cast) -> None:
    archive.archive(project=cast.project, by=cast.citra.user)
    with pytest.raises(Refused, match="archived"):
        backend_keys.make(project=cast.project, by=cast.citra.user)


def test_its_use_is_written_once_a_minute_at_most(cast: Cast) -> None:
    _key, text = backend_keys.make(project=cast.project, by=cast.citra.user)
    backend_keys.holder(text)
    assert BackendKey.objects.get().used_at is not None
    just_now = timezone.now() - timedelta(seconds=50)
    BackendKey.objects.update(used_at=just_now)
    backend_keys.holder(text)
    assert BackendKey.objects.get().used_at == just_now
