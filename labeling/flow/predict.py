"""Predicting: what the version in service says of texts that somebody asks about, or of the whole pool."""

import gzip
import io
import json
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from labeling import jobs, learning
from labeling.claims import Claim
from labeling.files import keep
from labeling.flow.version_name import version_name
from labeling.learning import Shares
from labeling.models import Kind, Label, ModelVersion, Project, Run, Sentence

FOLDER = "predictions"
# So many bytes of the file are packed at once.
_PIECE = 1 << 20


def run(*, claim: Claim) -> dict[str, Any]:
    """Do a PREDICT Run; returns its result.

    With the option `texts` (a list) that is `{"version": number, "predictions": [{"label", "share", "shares"}]}`, one
    for each text, in order. `share`: the probability of `label`, the likeliest that people may choose; `shares`: of
    every such label, by key. Without a model `version` is None, nothing is predicted, and `reason` says why.

    With `pool` a file is written of every sentence, and `then` are the options of the PUSH Run that it is for: see
    `_of_pool`. Raises an MlError where the model file or the features are not what they were, LostClaim where another
    worker took over.
    """
    # Read anew: a training may have published since the Run was claimed.
    project = Project.objects.select_related("version").defer("version__evaluation").get(pk=claim.project.pk)
    if claim.run.options.get("pool"):
        return _of_pool(claim, project)
    version = project.version
    texts = [str(text) for text in claim.run.options.get("texts", [])]
    if version is None:
        result: dict[str, Any] = {"version": None, "predictions": [], "reason": _no_model()}
    else:
        keys = _offered(project)
        told = [_prediction(shares, keys) for shares in learning.of_texts(version, texts)]
        result = {"version": version.number, "predictions": told}
    claim.finish(result)
    return result


def _of_pool(claim: Claim, project: Project) -> dict[str, Any]:
    """Write what the version in service says of the pool but for the audit sample, and owe the PUSH Run that sends it.

    The file: JSON lines, gzip; the first is `{"version": name}`, then one a sentence in the order of keys:
    `{"sentence": key, "label", "share", "shares"}`. Its path is the PUSH Run's option `predictions`; without a model
    there is none. Guarantees: the PUSH Run is owed in the transaction that ends this one, and what was sealed goes
    over to it, so it is owed once and by no attempt that lost its claim.
    """
    version, options = project.version, dict(claim.run.options.get("then", {}))
    result: dict[str, Any] = {"version": None, "rows": 0}
    if version is None:
        result["reason"] = _no_model()
    else:
        _forget(claim)
        rows = _Counted(_predictions(claim, project, version))
        name = f"run-{claim.run.pk}-{claim.run.attempts}.jsonl.gz"
        head = {"version": version_name(project.slug, version.number)}
        kept = keep(_packed(_lines(head, rows)), folder=f"{FOLDER}/{project.pk}", name=name)
        options["predictions"] = kept.path
        result = {"version": version.number, "rows": rows.n, "path": kept.path}
    with transaction.atomic():
        # As it stands now: the key may have been typed again meanwhile.
        held = Run.objects.select_for_update(no_key=True).filter(pk=claim.run.pk)
        sealed = held.values_list("sealed", flat=True).first() or ""
        push = jobs.owe(project=project, kind=Kind.PUSH, by=claim.run.asked_by, options=options, sealed=sealed)
        result["run"] = push.pk
        claim.finish(result)
    return result


def _no_model() -> str:
    return _("There is no model yet. Train one, then ask again.")


def _offered(project: Project) -> set[str]:
    """The labels that people may choose: of one that was retired since the training nothing is told."""
    return set(Label.objects.offered().filter(project=project).values_list("key", flat=True))


def _prediction(shares: Shares, keys: Collection[str]) -> dict[str, Any]:
    known = {key: share for key, share in shares.items() if key in keys}
    label = max(known, key=lambda key: known[key]) if known else ""
    return {"label": label, "share": known.get(label, 0.0), "shares": known}


def _predictions(claim: Claim, project: Project, version: ModelVersion) -> Iterator[dict[str, Any]]:
    """Of the pool, but for the audit sample: who answers that must not see what the model says, or it would measure
    neither."""
    keys = _offered(project)
    asked = Sentence.objects.in_pool().filter(project=project, audit_place__isnull=True).order_by("pk")
    ids = asked.values_list("pk", flat=True).iterator(chunk_size=20_000)
    for pk, shares in learning.of_pool(version, ids, tell=claim.progress):
        told = _prediction(shares, keys)
        if told["label"]:
            yield {"sentence": pk, **told}


class _Counted:
    """Goes through `rows` once; `n` is how many there were."""

    def __init__(self, rows: Iterable[dict[str, Any]]) -> None:
        self._rows = rows
        self.n = 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for row in self._rows:
            self.n += 1
            yield row


def _lines(head: dict[str, Any], rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    yield json.dumps(head).encode() + b"\n"
    for row in rows:
        yield json.dumps(row, ensure_ascii=False).encode() + b"\n"


def _packed(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines as gzip, in pieces."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=3, mtime=0) as packer:
        for line in lines:
            packer.write(line)
            if out.tell() >= _PIECE:
                yield out.getvalue()
                out.seek(0)
                out.truncate()
    yield out.getvalue()


def _forget(claim: Claim) -> None:
    """Delete what earlier Runs wrote, but for what a PUSH Run still has to send."""
    folder = f"{FOLDER}/{claim.project.pk}"
    unfinished = Run.objects.unfinished().filter(project=claim.project)
    others = unfinished.filter(kind=Kind.PREDICT, options__pool=True).exclude(pk=claim.run.pk)
    # Another worker may be writing there; the next one deletes what this one leaves.
    if others.exists() or not default_storage.exists(folder):
        return
    kept = set(unfinished.filter(kind=Kind.PUSH).values_list("options__predictions", flat=True))
    for name in default_storage.listdir(folder)[1]:
        if f"{folder}/{name}" not in kept:
            default_storage.delete(f"{folder}/{name}")
