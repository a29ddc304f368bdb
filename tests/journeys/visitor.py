"""An annotator without a browser: the same requests that the page sends, and its way of trying again."""

import http.cookiejar
import json
import re
import time
import urllib.error
import urllib.request
import uuid
from typing import Any


class Visitor:
    """Somebody signed in by a one-time link."""

    def __init__(self, link: str) -> None:
        self.home = link.split("/link/")[0]
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        page = self.opener.open(link, timeout=30).read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token is not None
        self.opener.open(link, f"csrfmiddlewaretoken={token[1]}".encode(), timeout=30).read()

    def sync(self, acts: list[dict[str, Any]], want: int = 10) -> dict[str, Any]:
        """One request as the page sends it."""
        token = next(cookie.value for cookie in self.jar if cookie.name == "csrftoken")
        body = json.dumps({"acts": acts, "want": want, "have": []}).encode()
        headers = {"X-CSRFToken": token or "", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.home}/p/demo/annotate/sync/", body, headers)
        with self.opener.open(request, timeout=30) as answer:
            return dict(json.load(answer))

    def insist(self, acts: list[dict[str, Any]], want: int = 10) -> dict[str, Any]:
        """The same, again and again until the server answers, as the page does while it is offline."""
        for _ in range(240):
            try:
                return self.sync(acts, want)
            except (OSError, urllib.error.URLError):
                time.sleep(0.25)
        raise AssertionError("the server did not come back within a minute")


def act(sentence: int, label: str) -> dict[str, Any]:
    """One answer with a key of its own."""
    return {"key": str(uuid.uuid4()), "kind": "answer", "sentence": sentence, "label": label, "seconds": 1.0}
