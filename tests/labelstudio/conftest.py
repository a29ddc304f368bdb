"""Label Studio's own client against our application, in this process: no socket, and the test's own transaction."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import override_settings
from pytest_django.fixtures import Settings

from labeling.flow.tokens import make
from labeling.models import Membership
from tests.labelstudio.scripting import Client


@pytest.fixture(scope="session", autouse=True)
def _static_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """WhiteNoise warns where nothing was collected."""
    with override_settings(STATIC_ROOT=tmp_path_factory.mktemp("static")):
        yield


@pytest.fixture(scope="session")
def handler(tmp_path_factory: pytest.TempPathFactory) -> WSGIHandler:
    """The application as a server has it."""
    with override_settings(STATIC_ROOT=tmp_path_factory.mktemp("static")):
        return WSGIHandler()


@pytest.fixture
def application(handler: WSGIHandler) -> Iterator[WSGIHandler]:
    """The same, on the test's own connection, which no request closes."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield handler
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def sdk(application: WSGIHandler, settings: Settings) -> Iterator[Client]:
    """Makes the client of a member, with a token of theirs; loaded here, since that takes three seconds."""
    settings.API_RATE = 0
    loaded, httpx = pytest.importorskip("label_studio_sdk.client"), pytest.importorskip("httpx")
    with ExitStack() as open_ones:

        def client(member: Membership) -> Any:
            wire = open_ones.enter_context(httpx.Client(transport=httpx.WSGITransport(app=application)))
            _token, text = make(name="script", by=member.user)
            return loaded.LabelStudio(base_url="http://testserver", api_key=text, httpx_client=wire, max_retries=0)

        yield client
