"""What the annotate page's endpoint tells of the model's suggestion, and when."""

import json
from typing import Any

import pytest
from django.test import Client

from labeling.models import Project, QueueEntry
from tests.cast import Cast
from tests.flow.acting import answer
from tests.flow.test_reveal import ranked


@pytest.fixture
def ani(cast: Cast, client: Client) -> Client:
    ranked(cast)
    client.force_login(cast.ani.user)
    return client


def sync(client: Client, *, acts: list[dict[str, object]], want: int = 0) -> dict[str, Any]:
    sent = client.post("/p/berita/annotate/sync/", {"acts": acts, "want": want}, "application/json")
    told: dict[str, Any] = sent.json()
    return told


def sent_by_page(sentence: int, label: str) -> dict[str, object]:
    act = answer(sentence, label)
    return {"key": str(act.key), "kind": "answer", "sentence": sentence, "label": label, "seconds": 1.5, "age": 0}


def test_the_receipt_carries_the_suggestion(ani: Client) -> None:
    (first, *_rest) = sync(ani, acts=[], want=3)["sentences"]
    act = sent_by_page(first["id"], "claim")
    assert sync(ani, acts=[act])["receipts"] == [
        {"key": act["key"], "saved": True, "surplus": False, "suggestion": {"label": "denial", "percent": 71}}
    ]


def test_a_receipt_that_was_lost_comes_again_with_it(ani: Client) -> None:
    (first, *_rest) = sync(ani, acts=[], want=3)["sentences"]
    act = sent_by_page(first["id"], "claim")
    assert sync(ani, acts=[act])["receipts"] == sync(ani, acts=[act])["receipts"]


def test_without_reveals_the_receipt_is_what_it_was(ani: Client, cast: Cast) -> None:
    Project.objects.filter(pk=cast.project.pk).update(reveals=False)
    (first, *_rest) = sync(ani, acts=[], want=3)["sentences"]
    assert set(sync(ani, acts=[sent_by_page(first["id"], "claim")])["receipts"][0]) == {"key", "saved", "surplus"}


def test_what_is_handed_out_is_the_same_whatever_the_model_suggests(ani: Client, cast: Cast) -> None:
    with_it = sync(ani, acts=[], want=3)["sentences"]
    QueueEntry.objects.update(suggested=None, suggested_share=None)
    assert (json.dumps(with_it).count("0.71"), sync(ani, acts=[], want=3)["sentences"]) == (0, with_it)


@pytest.mark.parametrize("reveals", [True, False])
def test_the_page_keeps_room_for_the_line_only_where_one_comes(ani: Client, cast: Cast, reveals: bool) -> None:
    Project.objects.filter(pk=cast.project.pk).update(reveals=reveals)
    page = ani.get("/p/berita/annotate/").content.decode()
    assert ('data-part="suggestion" hidden' in page) is not reveals
