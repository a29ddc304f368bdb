"""A hub on this machine: what huggingface_hub asks of the real one when it uploads a folder, and no more."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

TOKEN = "hf_" + "a" * 34
# Whose it is.
OWNER = "warta"


@dataclass
class Repository:
    """`files` by path, of the last commit; `commits` are their messages."""

    private: bool
    files: dict[str, bytes] = field(default_factory=dict)
    commits: list[str] = field(default_factory=list)

    @property
    def sha(self) -> str:
        return f"{len(self.commits):040x}"


@dataclass
class Hub:
    """What lies there, and who may write: whoever sends TOKEN, unless `readonly`. `broken` has a fault for everything,
    `full` takes no large file, `strict` no card."""

    address: str = ""
    readonly: bool = False
    broken: bool = False
    full: bool = False
    strict: bool = False
    repositories: dict[str, Repository] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    # Method and path of each request.
    asked: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, token: str, body: bytes) -> tuple[int, Any]:
        """The status and the JSON of an answer."""
        self.asked.append(f"{method} {path}")
        if path.startswith("/blobs/"):
            if self.full:
                return 413, {"error": "No room"}
            self.blobs[path.rpartition("/")[2]] = body
            return 200, {}
        if token != TOKEN:
            return 401, {"error": "Invalid credentials in Authorization header"}
        if self.broken:
            return 500, {"error": "Internal Error"}
        if method == "POST" and self.readonly:
            return 403, {"error": "Forbidden: the token cannot write"}
        if path == "/api/repos/create":
            return self._create(json.loads(body))
        if path == "/api/validate-yaml":
            faults = [{"message": '"license" must be one of those'}] if self.strict else []
            return 400 if faults else 200, {"errors": faults, "warnings": []}
        owner, name = path.replace("/api", "", 1).removeprefix("/datasets/").split("/")[:2]
        return self._of(f"{owner}/{name.removesuffix('.git')}", path, body)

    def _create(self, asked: dict[str, Any]) -> tuple[int, Any]:
        name = f"{asked['organization'] or OWNER}/{asked['name']}"
        told = {"url": f"{self.address}/datasets/{name}", "name": name}
        if name in self.repositories:
            return 409, {**told, "error": "You already created this dataset repo"}
        self.repositories[name] = Repository(private=asked.get("visibility") == "private")
        return 200, told

    def _of(self, name: str, path: str, body: bytes) -> tuple[int, Any]:
        found = self.repositories.get(name)
        if found is None:
            return 404, {"error": "Repository not found"}
        if "/preupload/" in path:
            modes = {True: "lfs", False: "regular"}
            asked = [one["path"] for one in json.loads(body)["files"]]
            rows = [{"path": one, "uploadMode": modes[one.endswith(".parquet")]} for one in asked]
            return 200, {
                "files": [{**one, "shouldIgnore": False, "oid": self._oid(found, one["path"])} for one in rows]
            }
        if path.endswith("/objects/batch"):
            return 200, {"transfer": "basic", "objects": [self._upload(one) for one in json.loads(body)["objects"]]}
        if "/commit/" in path:
            return self._commit(name, found, [json.loads(line) for line in body.splitlines()])
        if "/tree/" in path:
            return 200, [
                {"type": "file", "path": one, "size": len(content), "oid": "0" * 40}
                for one, content in found.files.items()
            ]
        return 200, {"id": name, "private": found.private, "sha": found.sha}

    def _oid(self, found: Repository, path: str) -> str | None:
        """What the client compares, to send nothing twice: the hash of git, or of a large file that of itself."""
        content = found.files.get(path)
        if content is None:
            return None
        if path.endswith(".parquet"):
            return hashlib.sha256(content).hexdigest()
        return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()

    def _upload(self, one: dict[str, Any]) -> dict[str, Any]:
        known = one["oid"] in self.blobs
        return one if known else {**one, "actions": {"upload": {"href": f"{self.address}/blobs/{one['oid']}"}}}

    def _commit(self, name: str, found: Repository, lines: list[dict[str, Any]]) -> tuple[int, Any]:
        for line in lines:
            value = line["value"]
            if line["key"] == "header":
                found.commits.append(value["summary"])
            elif line["key"] == "file":
                found.files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                found.files[value["path"]] = self.blobs[value["oid"]]
            else:
                del found.files[value["path"]]
        return 200, {"commitUrl": f"{self.address}/datasets/{name}/commit/{found.sha}", "commitOid": found.sha}


class _Handler(BaseHTTPRequestHandler):
    hub: Hub

    def _do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        status, told = self.hub.answer(self.command, urlsplit(self.path).path, token, body)
        content = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = _do

    def log_message(self, *_arguments: object) -> None:
        """Says nothing."""


@contextmanager
def running() -> Iterator[Hub]:
    """A hub that listens on a port of its own."""
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    hub.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
