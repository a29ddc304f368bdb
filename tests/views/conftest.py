"""The owner's browser."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.test import Client

from tests.cast import Cast

Budget = Callable[[int], AbstractContextManager[object]]


@pytest.fixture
def citra(cast: Cast, client: Client) -> Client:
    """The client signed in as the owner of `berita`."""
    client.force_login(cast.citra.user)
    return client
