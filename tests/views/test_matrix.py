"""Who may open what: every route, every role, by a written matrix. A route that is not in it fails here."""

import uuid
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from labeling.flow import backend_keys
from labeling.flow.invite import invite
from labeling.flow.people import new_link
from labeling.flow.receive import Reading, put_by
from labeling.flow.tokens import make
from labeling.models import Annotation, GuidelineExample, Kind, Question, Role, Run, RunState, Selection
from tests.cast import Cast, adjudicator
from tests.flow.pool_of import pool_of

pytestmark = pytest.mark.once
COLUMNS = ("anonymous", "dewi", "ani", "ada", "citra")
NOT_HERE, SIGN_IN, NO_METHOD = 404, "sign_in", 405
# route: (method, what anonymous, dewi (outsider), ani (annotator), ada (adjudicator) and citra (owner) get)
MATRIX: dict[str, tuple[str, object, object, object, object, object]] = {
    "home": ("get", SIGN_IN, 200, 200, 200, 200),
    "healthz": ("get", 200, 200, 200, 200, 200),
    "readyz": ("get", 200, 200, 200, 200, 200),
    "metrics": ("get", 404, 404, 404, 404, 404),  # off unless it is asked for
    "sign_in": ("get", 200, 302, 302, 302, 302),
    "sign_out": ("post", 302, 302, 302, 302, 302),
    "link": ("get", 200, 200, 200, 200, 200),
    "invitation": ("get", 200, 200, 200, 200, 200),
    "tokens": ("get", SIGN_IN, 200, 200, 200, 200),
    "token_revoke": ("post", SIGN_IN, NOT_HERE, 302, NOT_HERE, NOT_HERE),  # the token of the test is ani's
    "language": ("post", 302, 302, 302, 302, 302),
    "preferences": ("get", SIGN_IN, 200, 200, 200, 200),
    "password": ("post", SIGN_IN, 422, 422, 422, 422),
    "new_project": ("get", SIGN_IN, 200, NOT_HERE, NOT_HERE, 200),
    "overview": ("get", SIGN_IN, NOT_HERE, 302, 302, 200),
    "annotate": ("get", SIGN_IN, NOT_HERE, 200, 200, 200),
    "annotate_sync": ("post", 401, NOT_HERE, 400, 400, 400),
    "annotate_article": ("get", SIGN_IN, NOT_HERE, 200, 200, 200),
    "guideline": ("get", SIGN_IN, NOT_HERE, 200, 200, 200),
    "guideline_fragment": ("get", SIGN_IN, NOT_HERE, 200, 200, 200),
    "guideline_edit": ("get", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 200),
    "guideline_versions": ("get", SIGN_IN, NOT_HERE, 200, 200, 200),
    "guideline_version": ("get", SIGN_IN, NOT_HERE, 200, 200, 200),
    "guideline_changes": ("get", SIGN_IN, NOT_HERE, 200, 200, 200),
    "guideline_news": ("get", 401, NOT_HERE, 200, 200, 200),
    "guideline_seen": ("post", SIGN_IN, NOT_HERE, 302, 302, 302),
    "example": ("get", SIGN_IN, NOT_HERE, NOT_HERE, 200, 200),
    "example_remove": ("post", SIGN_IN, NOT_HERE, NOT_HERE, 302, 302),
    "articles": ("get", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 200),
    "article": ("get", SIGN_IN, NOT_HERE, NOT_HERE, 200, 200),
    "runs": ("get", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 200),
    "run": ("get", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 200),
    "run_progress": ("get", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 200),
    "run_stop": ("post", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 404),  # the Run of the test is no import
    "run_report": ("get", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 404),
    "import_mapping": ("get", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 200),
    "import_discard": ("post", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 302),
    "model": ("get", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 200),
    "train": ("post", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 302),
    "evaluate": ("post", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 302),
    "confusion": ("get", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 200),
    "agreement": ("get", SIGN_IN, NOT_HERE, NOT_HERE, 200, 200),
    "measure": ("post", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 302),
    "disputes": ("get", SIGN_IN, NOT_HERE, NOT_HERE, 200, 200),
    "disputes_waiting": ("get", SIGN_IN, NOT_HERE, NOT_HERE, 200, 200),
    "verdicts": ("get", SIGN_IN, NOT_HERE, NOT_HERE, 200, 200),
    "dispute_next": ("get", SIGN_IN, NOT_HERE, NOT_HERE, 302, 302),
    "dispute": ("get", SIGN_IN, NOT_HERE, NOT_HERE, 200, 200),
    "dispute_leave": ("post", SIGN_IN, NOT_HERE, NOT_HERE, 302, 302),
    "dispute_renew": ("post", SIGN_IN, NOT_HERE, NOT_HERE, 204, 204),
    "dispute_undo": ("post", SIGN_IN, NOT_HERE, NOT_HERE, 302, 302),
    "dispute_ask": ("post", SIGN_IN, NOT_HERE, NOT_HERE, 422, 422),  # it asks nothing
    "questions": ("get", SIGN_IN, NOT_HERE, 200, 200, 200),
    "question_news": ("get", 401, NOT_HERE, 200, 200, 200),
    "question_reply": ("post", SIGN_IN, NOT_HERE, 422, NOT_HERE, NOT_HERE),  # the answer of the test is ani's
    "question_take_back": ("post", SIGN_IN, NOT_HERE, NOT_HERE, 302, 302),
    "exports": ("get", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 200),
    "export_licence": ("post", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 302),
    "export_publish": ("post", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 422),  # it names no repository
    "download": ("get", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 404),  # the Run of the test has no file
    "members": ("get", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 200),
    "member_link": ("post", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 200),
    "member_role": ("post", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 302),
    "hand_back": ("post", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 302),
    "member_remove": ("get", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 200),  # budi; anybody may leave themselves
    "invitation_revoke": ("post", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 302),
    "quality": ("get", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 200),  # budi's: the owners see it, and budi
    "my_quality": ("get", SIGN_IN, NOT_HERE, 200, 200, 200),
    "label_studio_backend": ("get", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 200),
    "backend_key_revoke": ("post", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 302),
    # The key in the address opens them, nobody's session does; that of the test opens nothing.
    **dict.fromkeys(("ls_health", "ls_versions"), ("get", *(NOT_HERE,) * 5)),
    **dict.fromkeys(("ls_setup", "ls_predict", "ls_webhook"), ("post", *(NOT_HERE,) * 5)),
    "settings": ("get", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 200),
    "settled_rule": ("get", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 200),
    "settled_rule_apply": ("post", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 422),
    "label_studio": ("get", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 200),
    "archive": ("post", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 302),
    "restore": ("post", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 302),
    "labels": ("get", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 200),
    "label": ("get", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 200),
    "label_act": ("post", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 400),
    "label_merge": ("get", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 200),
    "find": ("get", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 200),
    "ask_first": ("post", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 302),
    "take_back": ("post", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 302),
    "sentences": ("get", SIGN_IN, NOT_HERE, NOT_HERE, 200, 200),
    "sentence": ("get", SIGN_IN, NOT_HERE, NOT_HERE, 200, 200),
    "suspects": ("get", SIGN_IN, NOT_HERE, NOT_HERE, 200, 200),
    "suspect_again": ("post", SIGN_IN, NOT_HERE, NOT_HERE, 302, 302),
    "suspect_right": ("post", SIGN_IN, NOT_HERE, NOT_HERE, 302, 302),
    "take_out": ("post", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 302),
    "put_back": ("post", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 302),
    "split": ("post", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 302),
    "merge": ("post", SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, 302),
    "why": ("get", SIGN_IN, NOT_HERE, NOT_HERE, 200, 200),
}
WITH_POST_TOO = (
    *("sign_in", "link", "invitation", "preferences", "tokens", "articles", "exports", "members", "member_remove"),
    *("settings", "why", "new_project", "labels", "label", "label_merge", "import_mapping"),
    *("guideline_edit", "example", "settled_rule", "dispute", "label_studio", "label_studio_backend"),
)
# Asked by other servers, which have no cookie of ours: a key or a token opens them.
BY_KEY = {"ls_health", "ls_setup", "ls_predict", "ls_webhook", "ls_versions"}
UNSAFE = sorted({name for name, row in MATRIX.items() if row[0] == "post"} - BY_KEY | set(WITH_POST_TOO))
IN_A_PROJECT = sorted(
    set(MATRIX)
    - {"home", "healthz", "readyz", "metrics", "sign_in", "sign_out", "link", "language", "preferences", "password"}
    - {"new_project", "invitation", "tokens", "token_revoke"}
    - BY_KEY
)

WITH_KEY = (
    *("annotate_article", "article", "run", "run_progress", "download", "why"),
    *("dispute", "dispute_leave", "dispute_renew", "dispute_undo", "dispute_ask"),
    *("question_reply", "question_take_back"),
    *("run_stop", "run_report", "import_mapping", "import_discard"),
    *("sentence", "take_out", "put_back", "split", "merge", "suspect_again", "suspect_right"),
    *("example", "example_remove", "label", "label_act", "label_merge"),
    *("member_link", "member_role", "hand_back", "member_remove", "invitation_revoke", "quality"),
    "backend_key_revoke",
)


def patterns(under: URLResolver) -> Iterator[URLPattern]:
    """All pages; the API has a matrix of its own."""
    for one in under.url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one) if one.namespace != "api" else ()
        else:
            yield one


@pytest.fixture
def addresses(cast: Cast) -> dict[str, str]:
    """An address of the project `berita` for every route."""
    (sentence,) = pool_of(cast.project, 1)
    run = Run.objects.create(project=cast.project, kind=Kind.EXPORT, state=RunState.DONE, ended_at=timezone.now())
    row = {"sentence": sentence, "annotator": cast.ani.user, "selection": Selection.SEED, "seconds": 1}
    Annotation.objects.create(
        project=cast.project, unsure=True, guideline=cast.project.current_guideline(), answered_at=timezone.now(), **row
    )
    asked = Question.objects.create(project=cast.project, sentence=sentence, asked_by=cast.citra.user, text="Why?")
    upload = put_by(project=cast.project, by=None, name="a.csv", content=b"kalimat\nSatu.\n", reading=Reading())
    label = cast.project.labels.get(key="claim")
    shown = GuidelineExample.objects.create(project=cast.project, sentence=sentence, label=label)
    invited, token = invite(project=cast.project, role=Role.ANNOTATOR, by=cast.citra.user)
    keys = {
        "article": sentence.source_id,
        "import_mapping": upload.pk,
        "import_discard": upload.pk,
        "annotate_article": sentence.pk,
        **dict.fromkeys(("dispute", "dispute_leave", "dispute_renew", "dispute_undo", "dispute_ask"), sentence.pk),
        **dict.fromkeys(("member_link", "member_role", "hand_back", "member_remove", "quality"), cast.budi.pk),
        "invitation_revoke": invited.pk,
        "backend_key_revoke": backend_keys.make(project=cast.project, by=cast.citra.user)[0].pk,
        "token_revoke": make(name="script", by=cast.ani.user)[0].pk,
        "why": sentence.pk,
        **dict.fromkeys(("question_reply", "question_take_back"), asked.pk),
        "example": sentence.pk,
        "example_remove": shown.pk,
        **dict.fromkeys(("sentence", "take_out", "put_back", "split", "merge"), sentence.pk),
        **dict.fromkeys(("suspect_again", "suspect_right"), sentence.pk),
        **dict.fromkeys(("label", "label_act", "label_merge"), cast.project.labels.all()[0].pk),
    }
    found, ani_link = {}, new_link(user=cast.ani.user)
    for one in patterns(get_resolver()):
        given = {
            "slug": "berita",
            "pk": keys.get(one.name or "", run.pk),
            "token": token if one.name == "invitation" else ani_link,
        }
        given |= {"true": "claim", "predicted": "denial", "number": 1}
        found[one.name or ""] = reverse(one.name or "", kwargs={name: given[name] for name in one.pattern.converters})
    return found


def outcome(client: Client, method: str, address: str) -> object:
    response = client.generic(method.upper(), address)
    if response.status_code == 302 and response.headers["Location"].startswith(reverse("sign_in") + "?next="):
        return SIGN_IN
    return response.status_code


def test_every_route_is_in_the_matrix() -> None:
    assert {one.name for one in patterns(get_resolver())} == set(MATRIX)


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("route", sorted(MATRIX))
def test_a_route_gives_a_role_what_the_matrix_says(
    route: str, column: str, addresses: dict[str, str], cast: Cast, client: Client
) -> None:
    if column != "anonymous":
        member = adjudicator(cast) if column == "ada" else getattr(cast, column)
        client.force_login(member.user)
    method, *row = MATRIX[route]
    assert outcome(client, method, addresses[route]) == dict(zip(COLUMNS, row, strict=True))[column]


@pytest.mark.parametrize("route", UNSAFE)
def test_without_its_token_nothing_unsafe_is_done(route: str, addresses: dict[str, str], cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.citra.user)
    assert client.post(addresses[route]).status_code == 403


@pytest.mark.parametrize("route", sorted(set(MATRIX) - set(WITH_POST_TOO)))
def test_a_route_refuses_the_method_it_is_not_made_for(
    route: str, addresses: dict[str, str], cast: Cast, client: Client
) -> None:
    client.force_login(cast.citra.user)
    other = "post" if MATRIX[route][0] == "get" else "get"
    assert outcome(client, other, addresses[route]) == NO_METHOD


@pytest.mark.parametrize("route", WITH_KEY)
def test_a_row_of_another_project_is_not_here(
    route: str, addresses: dict[str, str], cast: Cast, client: Client
) -> None:
    """Dewi owns `lain`; the keys in the address are those of `berita`."""
    client.force_login(cast.dewi.user)
    address = addresses[route].replace("/berita/", "/lain/")
    assert outcome(client, MATRIX[route][0], address) == NOT_HERE


@pytest.mark.parametrize("route", IN_A_PROJECT)
def test_a_person_whose_account_was_closed_is_sent_to_sign_in(
    route: str, addresses: dict[str, str], cast: Cast, client: Client
) -> None:
    client.force_login(cast.citra.user)
    cast.citra.user.is_active = False
    cast.citra.user.save(update_fields=["is_active"])
    assert outcome(client, MATRIX[route][0], addresses[route]) in (SIGN_IN, 401)


def test_a_key_out_of_range_is_not_here(cast: Cast, client: Client) -> None:
    client.force_login(cast.citra.user)
    assert client.get(f"/p/berita/runs/{uuid.uuid4().int}/").status_code == 404
