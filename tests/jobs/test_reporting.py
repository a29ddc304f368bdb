"""What is reported to Sentry, asked of a process of its own that sends nothing: the transport is replaced."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.house.sources import ROOT

pytestmark = pytest.mark.slow

PROGRAM = """
import json, logging, sys
import django; django.setup()
import sentry_sdk
from factcheck import tracing
from labeling.models import Sentence
sent = []
class Kept(sentry_sdk.transport.Transport):
    def capture_envelope(self, envelope):
        sent.extend(one.payload.json for one in envelope.items if one.payload.json)
sentry_sdk.get_client().transport = Kept()
def save(text):
    raise ValueError("refused /link/geheim/\\nDETAIL:  Failing row contains (1, " + text + ")")
with tracing.about(request="0123-abcdef"):
    try:
        save("Bupati Rekata menyangkal.")
    except ValueError:
        logging.getLogger("django.request").exception("Fault: %s", "/link/geheim/", extra={"request": "Rekata"})
    logging.getLogger("django.request").warning("no error")
print(json.dumps({"sent": sent, "celery": "celery" in sys.modules}))
"""
DSN = "https://key@sentry.example.org/1"


def told(data: Path, dsn: str, program: str = PROGRAM) -> subprocess.CompletedProcess[str]:
    own = {**os.environ, "DJANGO_SETTINGS_MODULE": "factcheck.settings", "FACTCHECK_DATA": str(data), "SENTRY_DSN": dsn}
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=own, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    done = told(tmp_path_factory.mktemp("data"), DSN)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_an_error_is_reported_once_with_the_id_of_its_request(reported: dict[str, Any]) -> None:
    (event,) = reported["sent"]
    assert (event["tags"]["request"], event["exception"]["values"][0]["type"]) == ("0123-abcdef", "ValueError")


def test_no_sentence_and_no_token_leaves(reported: dict[str, Any]) -> None:
    text = json.dumps(reported["sent"])
    assert ("menyangkal" in text, "Rekata" in text, "geheim" in text, "key@" in text) == (False,) * 4


def test_no_request_no_variable_and_no_person_leaves(reported: dict[str, Any]) -> None:
    (event,) = reported["sent"]
    frames = [frame for one in event["exception"]["values"] for frame in one["stacktrace"]["frames"]]
    assert set(event) & {"request", "user", "extra", "breadcrumbs", "contexts", "modules", "server_name"} == set()
    assert [frame for frame in frames if "vars" in frame] == []


def test_reporting_loads_no_celery_into_the_web_process(reported: dict[str, Any]) -> None:
    assert reported["celery"] is False


def test_an_address_that_makes_no_sense_stops_the_start(tmp_path: Path) -> None:
    done = told(tmp_path, "sentry", "import django; django.setup()")
    assert (done.returncode, "SENTRY_DSN must be like" in done.stderr) == (1, True)


def test_without_an_address_the_library_is_not_loaded(tmp_path: Path) -> None:
    done = told(tmp_path, "", "import sys, django; django.setup(); print('sentry_sdk' in sys.modules)")
    assert done.stdout.strip() == "False", done.stderr


def test_where_the_library_is_missing_the_cure_is_named(tmp_path: Path) -> None:
    hidden = "import sys, django; sys.modules['sentry_sdk'] = None; django.setup()"
    done = told(tmp_path, DSN, hidden)
    assert "requirements-sentry.txt" in done.stderr
