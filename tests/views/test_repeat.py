"""What the annotate page's endpoint says of a sentence that is asked of the same person again: nothing."""

from uuid import uuid4

from django.test import Client

from labeling.models import Repeat
from tests.cast import Cast
from tests.flow.asked_again import seasoned


def test_the_page_cannot_tell_it_from_another(cast: Cast, client: Client) -> None:
    seasoned(cast.ani)
    client.force_login(cast.ani.user)
    address, kind = "/p/berita/annotate/sync/", "application/json"
    first, second, *_ = client.post(address, {"want": 10}, kind).json()["sentences"]
    acts = [{"key": str(uuid4()), "kind": "answer", "sentence": one["id"], "label": "claim"} for one in (first, second)]
    one, other = client.post(address, {"acts": acts}, kind).json()["receipts"]
    assert Repeat.objects.get().sentence_id == first["id"]
    assert (first.keys(), first["selection"], first["answer"]) == (second.keys(), "random", None)
    assert one | {"key": ""} == other | {"key": ""}
