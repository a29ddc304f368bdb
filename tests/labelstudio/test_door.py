"""Who may do what at which address of the API, by a written matrix; and what a client of Label Studio cannot send."""

import json
from typing import Any

import pytest
from django.test import Client, override_settings
from pytest_django.fixtures import Settings

from labeling.flow import queue
from labeling.flow.tokens import make
from labeling.labelstudio.api import api
from labeling.labelstudio.api.limits import Buckets
from labeling.models import Annotation, Membership, Selection
from tests.cast import Cast, adjudicator
from tests.flow.pool_of import pool_of

pytestmark = pytest.mark.once
COLUMNS = ("dewi", "ani", "ada", "citra")
# method and address: what dewi (outsider), ani (annotator), ada (adjudicator) and citra (owner) get. {p} is a project,
# {t} a task that was lent to ani alone, {a} an answer of citra's.
MATRIX: dict[tuple[str, str], tuple[int, int, int, int]] = {
    ("get", "current-user/whoami"): (200, 200, 200, 200),
    ("get", "version/"): (200, 200, 200, 200),
    ("get", "projects/"): (200, 200, 200, 200),
    ("get", "projects/counts/"): (200, 200, 200, 200),
    ("post", "projects/"): (201, 403, 403, 201),
    ("get", "projects/{p}/"): (404, 200, 200, 200),
    ("patch", "projects/{p}/"): (404, 403, 403, 200),
    ("delete", "projects/{p}/"): (404, 403, 403, 501),
    ("post", "projects/{p}/validate/"): (404, 403, 403, 400),
    ("post", "projects/{p}/import"): (404, 403, 403, 400),
    ("get", "projects/{p}/imports/1/"): (404, 403, 403, 404),
    ("delete", "projects/{p}/tasks/"): (404, 403, 403, 501),
    ("get", "projects/{p}/next/"): (404, 200, 404, 404),
    ("get", "tasks/?project={p}"): (404, 200, 200, 200),
    ("post", "tasks/"): (501, 501, 501, 501),
    ("get", "tasks/{t}/"): (404, 200, 200, 200),
    ("patch", "tasks/{t}/"): (404, 501, 501, 501),
    ("delete", "tasks/{t}/"): (404, 403, 403, 204),
    ("get", "dm/actions/?project={p}"): (404, 200, 200, 200),
    ("post", "dm/actions/?project={p}&id=delete_tasks"): (404, 403, 403, 400),
    ("get", "tasks/{t}/annotations/"): (404, 200, 200, 200),
    ("post", "tasks/{t}/annotations/"): (404, 400, 400, 400),
    ("get", "annotations/{a}/"): (404, 403, 403, 200),
    ("patch", "annotations/{a}/"): (404, 403, 403, 200),
    ("delete", "annotations/{a}/"): (404, 403, 403, 204),
    ("get", "predictions/?project={p}"): (404, 200, 200, 200),
    ("get", "predictions/{t}/"): (404, 404, 404, 404),
    ("get", "projects/{p}/export"): (404, 403, 403, 200),
    ("get", "projects/{p}/export/formats"): (404, 403, 403, 200),
    ("get", "projects/{p}/exports/"): (404, 403, 403, 200),
    ("post", "projects/{p}/exports/"): (404, 403, 403, 201),
    ("get", "projects/{p}/exports/999999999"): (404, 403, 403, 404),
    ("post", "projects/{p}/exports/999999999/convert"): (404, 403, 403, 404),
    ("get", "projects/{p}/exports/999999999/download"): (404, 403, 403, 404),
    ("delete", "projects/{p}/exports/999999999"): (404, 403, 403, 501),
    ("post", "annotations/bulk/"): (501, 501, 501, 501),
    ("post", "ml/"): (501, 501, 501, 501),
    ("patch", "ml/{p}"): (501, 501, 501, 501),
    ("delete", "ml/{p}"): (501, 501, 501, 501),
    ("get", "ml/?project={p}"): (404, 403, 403, 200),
    ("get", "ml/{p}"): (404, 403, 403, 200),
    ("post", "ml/{p}/train"): (404, 403, 403, 200),
    ("get", "ml/{p}/versions"): (404, 403, 403, 200),
    ("get", "webhooks/?project={p}"): (404, 403, 403, 200),
    ("get", "nowhere/"): (501, 501, 501, 501),
}
BODY = {
    "projects/{p}/validate/": {"label_config": "<View/>"},
    "projects/{p}/exports/999999999/convert": {"export_type": "JSON"},
}


@pytest.fixture
def keys(cast: Cast) -> dict[str, int]:
    """The keys that stand in the matrix."""
    task, other = pool_of(cast.project, 2)
    queue.take(by=cast.ani)
    row: dict[str, Any] = {"sentence": task, "selection": Selection.SEED, "seconds": 1, "unsure": True}
    guideline = cast.project.current_guideline()
    answer = Annotation.objects.create(
        project=cast.project, annotator=cast.citra.user, guideline=guideline, answered_at=guideline.created_at, **row
    )
    return {"p": cast.project.pk, "t": task.pk, "a": answer.pk, "other": other.pk}


def header(member: Membership, scheme: str = "Token") -> dict[str, str]:
    return {"Authorization": f"{scheme} {make(name='script', by=member.user)[1]}"}


def outcome(client: Client, method: str, address: str, keys: dict[str, int], member: Membership) -> int:
    """The status that `member` gets; a problem is told as Label Studio tells it."""
    body = {} if method == "get" else {"data": BODY.get(address, {}), "content_type": "application/json"}
    answer = getattr(client, method)(f"/api/{address.format(**keys)}", headers=header(member), **body)
    if answer.status_code >= 400:
        assert answer.json()["status_code"] == answer.status_code
        assert answer.json()["detail"]
    return int(answer.status_code)


def person(cast: Cast, column: str) -> Membership:
    return adjudicator(cast) if column == "ada" else getattr(cast, column)


@pytest.mark.parametrize("column", COLUMNS)
def test_what_is_read_gives_a_role_what_the_matrix_says(
    column: str, keys: dict[str, int], cast: Cast, client: Client
) -> None:
    member, place = person(cast, column), COLUMNS.index(column)
    expected = {address: codes[place] for (method, address), codes in MATRIX.items() if method == "get"}
    assert {one: outcome(client, "get", one, keys, member) for one in expected} == expected


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize(("method", "address"), sorted(row for row in MATRIX if row[0] != "get"))
def test_what_is_done_gives_a_role_what_the_matrix_says(
    method: str, address: str, column: str, keys: dict[str, int], cast: Cast, client: Client
) -> None:
    expected = MATRIX[method, address][COLUMNS.index(column)]
    assert outcome(client, method, address, keys, person(cast, column)) == expected


def test_every_operation_is_in_the_matrix() -> None:
    written = {(method, _plain(address.partition("?")[0])) for method, address in MATRIX}
    offered = {
        (method, _plain(path))
        for path, operations in api.get_openapi_schema(path_prefix="/api/")["paths"].items()
        for method in operations
    }
    assert offered - written == set()


def _plain(path: str) -> str:
    """An address with a star for each key."""
    parts = path.removeprefix("/api").strip("/").split("/")
    return "/".join("*" if part.startswith("{") or part.isdigit() else part for part in parts)


def test_a_session_is_no_token(keys: dict[str, int], cast: Cast, client: Client) -> None:
    client.force_login(cast.citra.user)
    for method, address in MATRIX:
        answer = getattr(client, method)(f"/api/{address.format(**keys)}", content_type="application/json")
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Token")


def test_a_token_may_be_sent_as_a_bearers_too(cast: Cast, client: Client) -> None:
    assert client.get("/api/current-user/whoami", headers=header(cast.ani, "Bearer")).json()["username"] == "ani"


def test_a_token_of_a_closed_account_opens_nothing(cast: Cast, client: Client) -> None:
    sent = header(cast.ani)
    cast.ani.user.is_active = False
    cast.ani.user.save()
    assert client.get("/api/projects/", headers=sent).status_code == 401


BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b'{"title": 3}',
    b'{"title": ["a"]}',
    b'{"title": "a\\u0000b"}',
    b'{"title": "\\ud800"}',
    b'{"title": "\xff"}',
    b'{"maximum_annotations": "2"}',
    b'{"maximum_annotations": 1.5}',
    b'{"maximum_annotations": true}',
    b'{"maximum_annotations": 11}',
    b'{"maximum_annotations": NaN}',
    b'{"label_config": {}}',
    b"[" * 100_000,
]


@pytest.mark.parametrize("body", BODIES)
def test_a_body_of_the_wrong_kind_is_refused(cast: Cast, client: Client, body: bytes) -> None:
    address = f"/api/projects/{cast.project.pk}/"
    answer = client.patch(address, body, content_type="application/json", headers=header(cast.citra))
    assert answer.status_code == 400
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "body", [*BODIES[:5], b"3", b"[3]", b'[{"data": 3}]', b'[{"text": "\\ud800"}]', b"[" * 100_000]
)
def test_an_import_of_the_wrong_kind_is_refused(cast: Cast, client: Client, body: bytes) -> None:
    address = f"/api/projects/{cast.project.pk}/import"
    answer = client.post(address, body, content_type="application/json", headers=header(cast.citra))
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "address", ["tasks/", "tasks/?project=x", "tasks/?project=1&page=0", "tasks/?project=1&page_size=-1", "dm/actions/"]
)
def test_a_question_of_the_wrong_kind_is_refused(cast: Cast, client: Client, address: str) -> None:
    assert client.get(f"/api/{address}", headers=header(cast.citra)).status_code == 400


@pytest.mark.parametrize("key", ["x", "0", "-1", str(2**63), "1.5"])
def test_a_key_that_no_row_can_have_is_not_here(cast: Cast, client: Client, key: str) -> None:
    for place in ("projects", "tasks", "annotations"):
        assert client.get(f"/api/{place}/{key}/", headers=header(cast.citra)).status_code == 404


def test_a_body_beyond_the_limit_is_refused(cast: Cast, client: Client, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    body = json.dumps({"title": "x" * 2_000})
    address = f"/api/projects/{cast.project.pk}/"
    assert client.patch(address, body, content_type="application/json", headers=header(cast.citra)).status_code == 413


def test_an_import_beyond_the_limit_is_refused(cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labeling.labelstudio.api.importing.IMPORT_MAX", 10)
    address = f"/api/projects/{cast.project.pk}/import"
    body = json.dumps([{"text": "Satu."}])
    assert client.post(address, body, content_type="application/json", headers=header(cast.citra)).status_code == 413


def test_too_many_requests_are_told_when_to_come_again(cast: Cast, client: Client) -> None:
    sent, other = header(cast.ani), header(cast.ani)
    with override_settings(API_RATE=1, API_BURST=2):
        codes = [client.get("/api/version/", headers=sent).status_code for _ in range(2)]
        told = client.get("/api/version/", headers=sent)
        assert client.get("/api/version/", headers=other).status_code == 200
    assert codes == [200, 200]
    assert (told.status_code, told.headers["Retry-After"], told.json()["status_code"]) == (429, "1", 429)


def test_a_bucket_fills_again_and_never_beyond_its_rim(settings: Settings) -> None:
    settings.API_RATE, settings.API_BURST = 2, 3
    now = [0.0]
    buckets = Buckets(lambda: now[0])
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
    now[0] = 0.5
    assert [buckets.take("a"), buckets.take("a")] == [0, 0.5]
    now[0] = 1_000.0
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]


def test_an_address_without_its_last_slash_leads_on_to_it(cast: Cast, client: Client) -> None:
    answer = client.get("/api/projects?title=ber", headers=header(cast.ani), follow=True)
    assert answer.redirect_chain == [("/api/projects/?title=ber", 307)]
    assert answer.json()["count"] == 1


def test_a_method_that_is_not_offered_is_told_so_in_json(cast: Cast, client: Client) -> None:
    answer = client.put("/api/projects/", headers=header(cast.ani))
    assert (answer.status_code, answer.headers["Allow"], answer.json()["status_code"]) == (405, "GET, POST", 405)


def test_the_document_is_served_and_says_how_problems_are_told(client: Client, db: None) -> None:
    document = client.get("/api/openapi.json").json()
    operation = document["paths"]["/api/projects/{pk}/"]["get"]
    assert operation["responses"]["default"]["content"]["application/json"]["schema"]["$ref"].endswith("/Problem")
    assert document["components"]["securitySchemes"]["OwnToken"]["in"] == "header"


def test_no_answer_is_kept_by_a_cache(cast: Cast, client: Client) -> None:
    assert "no-store" in client.get("/api/projects/", headers=header(cast.ani)).headers["Cache-Control"]
