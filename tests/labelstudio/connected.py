"""A Label Studio that is connected to our ML backend, as far as its requests go: bodies as its 1.23 sends them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.test import Client

from labeling.flow import backend_keys
from labeling.labelstudio.config import config_of
from labeling.models import BackendKey, Project, Sentence
from tests.cast import Cast

HOST = "https://studio.example"
KEYS = ("claim", "denial", "condemnation", "none")


@dataclass
class Connected:
    """One of its projects, number 4, and the address that it was given."""

    client: Client
    project: Project
    key: BackendKey
    text: str

    @property
    def address(self) -> str:
        return f"/ls/{self.text}"

    def get(self, name: str) -> Any:
        return self.client.get(f"{self.address}/{name}")

    def post(self, name: str, body: object) -> Any:
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.generic("POST", f"{self.address}/{name}", sent, content_type="application/json")

    def setup(self, schema: object = config_of(KEYS), **more: object) -> Any:
        own = {"hostname": HOST, "access_token": "their-own-token", "extra_params": None}
        return self.post("setup", {"project": "4.1795377179", "schema": schema, **own, **more})

    def predict(self, texts: Sequence[str], *, config: str = config_of(KEYS)) -> Any:
        tasks = [task(number, text) for number, text in enumerate(texts, start=1)]
        return self.ask(tasks, config=config)

    def ask(self, tasks: object, *, config: object = config_of(KEYS)) -> Any:
        params = {"login": None, "password": None, "context": None}
        return self.post("predict", {"tasks": tasks, "project": "4.17", "label_config": config, "params": params})

    def hear(self, action: str, **body: object) -> Any:
        project = {"id": 4, "title": "Studio", "label_config": config_of(KEYS), "task_number": 3}
        return self.post("webhook", {"action": action, "project": project, **body})

    def annotated(self, sentence: Sentence, label: str, *, number: int = 70, action: str = "ANNOTATION_CREATED") -> Any:
        one = task(sentence.pk + 1000, sentence.text, ext_id=str(sentence.pk))
        return self.hear(action, task=one, annotation=annotation(number, one["id"], label))


def task(number: int, text: str, **more: str) -> dict[str, Any]:
    return {
        "id": number,
        "data": {"text": text, **more},
        "meta": {},
        "project": 4,
        "annotations": [],
        "predictions": [],
    }


def annotation(number: int, of: int, label: str) -> dict[str, Any]:
    value = {"choices": [label]}
    return {
        "id": number,
        "task": of,
        "project": 4,
        "completed_by": 9,
        "was_cancelled": False,
        "ground_truth": False,
        "lead_time": 2.5,
        "unique_id": "6c3b7f0e-8d53-4f6c-9d0a-1f4f5a0c2b11",
        "result": [{"id": "a1", "from_name": "label", "to_name": "text", "type": "choices", "value": value}],
        "created_at": "2026-01-02T03:04:05.000000Z",
        "updated_at": "2026-01-02T03:04:05.000000Z",
    }


def connected(cast: Cast) -> Connected:
    key, text = backend_keys.make(project=cast.project, by=cast.citra.user)
    return Connected(Client(), cast.project, key, text)
