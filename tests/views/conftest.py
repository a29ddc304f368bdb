"""The owner's browser."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from labeling.models import Membership
from tests.cast import Cast

Budget = Callable[[int], AbstractContextManager[object]]


@pytest.fixture(autouse=True)
def _static_folder(settings: Settings, tmp_path: Path) -> None:
    """WhiteNoise warns where nothing was collected."""
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def citra(cast: Cast, client: Client) -> Client:
    """The client signed in as the owner of `berita`, who was here a moment ago: that is written once a minute."""
    Membership.objects.filter(pk=cast.citra.pk).update(seen_at=timezone.now())
    client.force_login(cast.citra.user)
    return client
