"""Predictions of texts, and of the whole pool for a push."""

import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from labeling import jobs, learning, work
from labeling.claims import Claim
from labeling.errors import LostClaim
from labeling.flow import predict
from labeling.labelstudio.sent import Predicted, Predictions
from labeling.models import Kind, ModelVersion, Project, Run, RunState
from tests.cast import Cast
from tests.flow.newsroom import answer, model_file, news, trained, truth

SHARES = {"claim": 0.2, "denial": 0.7, "condemnation": 0.06, "none": 0.04}
THEN = {"url": "https://studio.example", "remote": 4}


def owed(project: Project, **options: Any) -> Run:
    return jobs.owe(project=project, kind=Kind.PREDICT, by=None, options=options)


def done(project: Project, **options: Any) -> Run:
    run = owed(project, **options)
    work.perform(run.pk)
    run.refresh_from_db()
    return run


@pytest.fixture
def told(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version in service that always says the same."""

    def of_pool(
        _version: ModelVersion, wanted: Iterable[int], *, tell: Callable[[int, int], None]
    ) -> Iterator[tuple[int, dict[str, float]]]:
        tell(1, 1)
        return ((pk, SHARES) for pk in list(wanted))

    def of_texts(_version: ModelVersion, texts: Sequence[str]) -> list[dict[str, float]]:
        return [SHARES for _text in texts]

    monkeypatch.setattr(learning, "of_texts", of_texts)
    monkeypatch.setattr(learning, "of_pool", of_pool)
    version = ModelVersion.objects.create(
        project=cast.project, number=3, path="x", sha256="x", n_labels=4, n_label_events=4
    )
    Project.objects.filter(pk=cast.project.pk).update(version=version)


def written(path: str) -> list[dict[str, Any]]:
    with default_storage.open(path) as stored:
        return [json.loads(line) for line in gzip.decompress(stored.read()).splitlines()]


def test_each_text_has_its_likeliest_label_and_all_shares(cast: Cast, told: None) -> None:
    run = done(cast.project, texts=["Satu.", "Dua."])
    one = {"label": "denial", "share": 0.7, "shares": SHARES}
    assert (run.state, run.result) == (RunState.DONE, {"version": 3, "predictions": [one, one]})


def test_of_a_label_that_was_retired_nothing_is_told(cast: Cast, told: None) -> None:
    cast.project.labels.filter(key="denial").update(retired_at=timezone.now())
    (one,) = done(cast.project, texts=["Satu."]).result["predictions"]
    assert (one["label"], "denial" in one["shares"]) == ("claim", False)


def test_without_a_model_nothing_is_predicted_and_the_reason_is_said(cast: Cast) -> None:
    run = done(cast.project, texts=["Satu."])
    reason = "There is no model yet. Train one, then ask again."
    assert (run.state, run.result) == (RunState.DONE, {"version": None, "predictions": [], "reason": reason})


def test_the_pools_file_names_the_version_and_then_each_sentence(cast: Cast, told: None) -> None:
    rows = news(cast.project, 3)
    head, *lines = written(done(cast.project, pool=True, then=THEN).result["path"])
    assert head == {"version": "berita-v3"}
    assert [(one["sentence"], one["label"], one["share"]) for one in lines] == [(row.pk, "denial", 0.7) for row in rows]


def test_the_push_reads_the_file_as_it_was_written(cast: Cast, told: None) -> None:
    rows = news(cast.project, 3)
    read = Predictions(done(cast.project, pool=True, then=THEN).result["path"])
    assert read.of(rows[1].pk) == Predicted("denial", 0.7, "berita-v3")


def test_nothing_is_told_of_the_audit_sample(cast: Cast, told: None) -> None:
    rows = news(cast.project, 4, audit=2)
    _head, *lines = written(done(cast.project, pool=True, then=THEN).result["path"])
    assert [one["sentence"] for one in lines] == [row.pk for row in rows[2:]]


def test_the_push_is_owed_with_the_file_and_what_was_sealed(cast: Cast, told: None) -> None:
    run = owed(cast.project, pool=True, then=THEN)
    Run.objects.filter(pk=run.pk).update(sealed="secret")
    work.perform(run.pk)
    run.refresh_from_db()
    push = Run.objects.get(kind=Kind.PUSH)
    assert push.options == {**THEN, "predictions": run.result["path"]}
    assert (run.sealed, push.sealed, run.result["run"]) == ("", "secret", push.pk)


def test_of_a_key_that_was_typed_again_meanwhile_the_newer_one_goes_over(cast: Cast, told: None) -> None:
    claim = Claim.take(owed(cast.project, pool=True, then=THEN).pk)
    assert claim is not None
    Run.objects.update(sealed="newer")
    predict.run(claim=claim)
    assert Run.objects.get(kind=Kind.PUSH).sealed == "newer"


def test_without_a_model_the_push_is_owed_all_the_same(cast: Cast) -> None:
    run = done(cast.project, pool=True, then=THEN)
    assert Run.objects.get(kind=Kind.PUSH).options == THEN
    assert run.result["reason"].startswith("There is no model yet")


def test_a_worker_that_lost_its_claim_owes_no_push(cast: Cast, told: None) -> None:
    claim = Claim.take(owed(cast.project, pool=True, then=THEN).pk)
    assert claim is not None
    Run.objects.update(token=None)
    with pytest.raises(LostClaim):
        predict.run(claim=claim)
    assert not Run.objects.filter(kind=Kind.PUSH).exists()


def test_files_of_before_go_but_for_one_that_a_push_still_sends(cast: Cast, told: None) -> None:
    folder = f"predictions/{cast.project.pk}"
    old, sent = (default_storage.save(f"{folder}/{name}", ContentFile(b"")) for name in ("old.gz", "sent.gz"))
    jobs.owe(project=cast.project, kind=Kind.PUSH, by=None, options={**THEN, "predictions": sent})
    path = done(cast.project, pool=True, then=THEN).result["path"]
    assert [default_storage.exists(one) for one in (old, sent, path)] == [False, True, True]


@pytest.mark.slow
def test_a_trained_model_predicts_texts_and_the_pool_alike_and_sentences_without_features_too(cast: Cast) -> None:
    rows = news(cast.project, 120)
    answer(cast.ani, rows[:60])
    trained(cast.project)
    late = news(cast.project, 8)
    _head, *lines = written(done(cast.project, pool=True, then=THEN).result["path"])
    assert [one["sentence"] for one in lines] == [row.pk for row in [*rows, *late]]
    texts = [row.text for row in [*rows, *late]]
    assert done(cast.project, texts=texts).result["predictions"] == [
        {name: one[name] for name in ("label", "share", "shares")} for one in lines
    ]
    right = sum(one["label"] == truth(row) for one, row in zip(lines, [*rows, *late], strict=True))
    assert right > 0.9 * len(lines)


@pytest.mark.slow
@pytest.mark.parametrize("options", [{"texts": ["Satu."]}, {"pool": True, "then": THEN}])
def test_a_model_file_that_is_gone_or_changed_is_named(cast: Cast, options: dict[str, Any]) -> None:
    rows = news(cast.project, 40)
    answer(cast.ani, rows[:20])
    path = model_file(trained(cast.project))
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    changed = done(cast.project, **options)
    path.unlink()
    gone = done(cast.project, **options)
    assert [run.state for run in (changed, gone)] == [RunState.FAILED] * 2
    assert ("hash" in changed.error.lower() or "SHA" in changed.error, path.name in gone.error) == (True, True)
    assert not Run.objects.filter(kind=Kind.PUSH).exists()
