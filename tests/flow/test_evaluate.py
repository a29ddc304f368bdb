"""Evaluation: what a version is worth, and what becomes of a measurement that is disturbed."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from labeling import jobs, learning, work
from labeling.flow import evaluate
from labeling.models import Kind, ModelVersion, Project, Run, RunState, Sentence, Verdict
from ml import replay
from tests.cast import Cast
from tests.flow.newsroom import answer, do, news, trained

# Each trains a model: more than a moment.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _few_replays(monkeypatch: pytest.MonkeyPatch) -> None:
    """One round of throwaway models instead of four."""
    monkeypatch.setattr(replay, "random_baseline", partial(replay.random_baseline, repeats=1, sizes=(20,)))


def _taught(cast: Cast, *, audit: int = 24, answered: int = 24, labels: int = 40) -> list[Sentence]:
    """A version in service; `answered` of its audit sample have their true label."""
    sentences = news(cast.project, 160, audit=audit)
    answer(cast.ani, sentences[audit : audit + labels])
    answer(cast.ani, sentences[:answered])
    trained(cast.project)
    return sentences


def _measured(cast: Cast) -> dict[str, Any]:
    """The evaluation of the version in service, made here and now."""
    do(cast.project, Kind.EVALUATE)
    version = ModelVersion.objects.latest("number")
    found: dict[str, Any] = version.evaluation
    return found


def _more(cast: Cast, sentences: list[Sentence]) -> None:
    """Another version that learned from more."""
    answer(cast.ani, sentences)
    trained(cast.project)


def test_a_training_owes_the_evaluation_of_its_version(cast: Cast) -> None:
    _taught(cast)
    assert Run.objects.unfinished().get(project=cast.project).kind == Kind.EVALUATE


def test_the_audit_sample_is_what_the_version_is_measured_on(cast: Cast) -> None:
    _taught(cast)
    figure = _measured(cast)["audit"]["macro_f1"]
    assert (figure["n"], figure["low"] <= figure["value"] <= figure["high"]) == (24, True)


def test_too_small_an_audit_sample_gives_a_reason_instead_of_a_figure(cast: Cast) -> None:
    _taught(cast, answered=7)
    figure = _measured(cast)["audit"]["macro_f1"]
    assert (figure["value"], figure["n"], figure["reason"]) == (None, 7, "not defined (not enough audit labels yet)")


def test_no_audit_label_at_all_is_measured_without_a_fault(cast: Cast) -> None:
    _taught(cast, audit=0, answered=0)
    assert do(cast.project, Kind.EVALUATE).state == RunState.DONE


def test_the_result_of_the_run_names_figure_and_verdict(cast: Cast) -> None:
    _taught(cast)
    result = do(cast.project, Kind.EVALUATE).result
    assert (result["version"], result["n"], result["verdict"]) == (1, 24, "unknown")


def test_every_audit_sentence_is_kept_with_its_label_and_its_prediction(cast: Cast) -> None:
    sentences = _taught(cast)
    kept = _measured(cast)["sentences"]
    true = [kept["labels"][code] for code in kept["true"]]
    assert (kept["ids"], true[:4], len(kept["predicted"])) == (
        [one.pk for one in sentences[:24]],
        ["claim", "denial", "condemnation", "none"],
        24,
    )


def test_a_sentence_drawn_with_half_the_chance_counts_double(cast: Cast) -> None:
    sentences = _taught(cast)
    before = _measured(cast)["shares"]["drawn"]["claim"]["value"]
    claims = [one.pk for one in sentences[:24:4]]
    Sentence.objects.filter(pk__in=claims).update(audit_probability=24 / 160 / 2)
    after = _measured(cast)["shares"]["drawn"]["claim"]["value"]
    assert (before, after) == (0.25, pytest.approx(0.4))


def test_disputed_audit_sentences_are_counted_and_left_out(cast: Cast) -> None:
    sentences = _taught(cast)
    answer(cast.budi, sentences[:3], label="none")
    found = _measured(cast)
    assert (found["unsettled"], found["audit"]["macro_f1"]["n"]) == (3, 21)


def test_measuring_twice_gives_the_same_figures(cast: Cast) -> None:
    _taught(cast)
    assert _measured(cast) == _measured(cast)


def test_pool_rows_stay_the_same_from_version_to_version(cast: Cast) -> None:
    sentences = _taught(cast)
    before = _measured(cast)["fixed"]
    _more(cast, sentences[70:90])
    after = _measured(cast)["fixed"]
    assert (before["ids"], len(before["ids"])) == (after["ids"], 160)


def test_a_version_is_held_against_the_last_that_was_measured(cast: Cast) -> None:
    sentences = _taught(cast)
    _measured(cast)
    _more(cast, sentences[70:90])
    change = _measured(cast)["change"]
    assert (change["since"], change["rows"], change["grew"]["claim"], change["macro_f1"]["n"]) == (1, 160, 5, 24)


def test_the_first_version_has_nothing_to_be_held_against(cast: Cast) -> None:
    _taught(cast)
    assert _measured(cast)["change"] == {}


def test_a_version_that_was_never_measured_is_passed_over(cast: Cast) -> None:
    sentences = _taught(cast)
    _measured(cast)
    _more(cast, sentences[70:80])
    _more(cast, sentences[80:90])
    assert _measured(cast)["change"]["since"] == 1


def test_wrong_labels_are_suspected(cast: Cast) -> None:
    sentences = news(cast.project, 160)
    answer(cast.ani, sentences[:60])
    wrong = sentences[64:68]
    answer(cast.ani, wrong, label="none")
    trained(cast.project)
    suspected = {one["id"]: one["likelier"] for one in _measured(cast)["doubtful"]}
    assert {one.pk: suspected.get(one.pk) for one in wrong[:3]} == {
        wrong[0].pk: "claim",
        wrong[1].pk: "denial",
        wrong[2].pk: "condemnation",
    }


def test_the_random_baseline_is_replayed_on_labels_drawn_by_lot(cast: Cast) -> None:
    _taught(cast, audit=40, answered=40)
    points = _measured(cast)["baseline"]["points"]
    assert ([one["macro_f1"]["n"] for one in points], points[0]["n"], 50 < points[1]["n"] < 70) == ([40, 40], 20, True)


def test_what_a_model_chose_does_not_teach_the_baseline(cast: Cast) -> None:
    sentences = _taught(cast)
    before = _measured(cast)["baseline"]["n"]
    cast.ani.project.refresh_from_db()
    answer(cast.ani, sentences[100:130], selection="uncertain")
    trained(cast.project)
    assert _measured(cast)["baseline"]["n"] == before


def test_the_baseline_is_kept_while_hardly_anything_was_drawn(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    sentences = _taught(cast)
    before = _measured(cast)["baseline"]
    _more(cast, sentences[70:72])
    monkeypatch.setattr(learning, "baseline", _broken)
    assert _measured(cast)["baseline"] == before


def test_shares_corrected_for_the_choice_need_chances(cast: Cast) -> None:
    sentences = _taught(cast)
    by_lot = _measured(cast)["corrected"]["claim"]["value"]
    answer(cast.ani, sentences[100:110], selection="uncertain")
    trained(cast.project)
    assert (by_lot, _measured(cast)["corrected"]["claim"]["value"]) == (0.25, None)


def test_the_model_helps_with_a_label_that_was_met_often(cast: Cast) -> None:
    _taught(cast, audit=60, answered=60)
    found = _measured(cast)["shares"]["assisted"]["claim"]
    assert (found["n"], found["value"]) == (15, pytest.approx(0.25, abs=0.01))


def test_the_stop_signal_reads_the_history_of_versions(cast: Cast) -> None:
    sentences = _taught(cast)
    for at in range(3):
        _measured(cast)
        _more(cast, sentences[70 + 10 * at : 80 + 10 * at])
    signs = {one["name"]: one for one in _measured(cast)["stop"]["conditions"]}
    assert (len(signs["stable"]["figures"]["kappas"]), len(signs["flat"]["figures"]["values"])) == (3, 4)


def test_the_stop_signal_asks_what_the_owner_set(cast: Cast) -> None:
    _taught(cast)
    Project.objects.filter(pk=cast.project.pk).update(stop_gain=0.07)
    signs = {one["name"]: one for one in _measured(cast)["stop"]["conditions"]}
    assert signs["gain"]["figures"]["needed"] == 0.07


def test_every_label_of_the_scheme_counts_for_the_signal(cast: Cast) -> None:
    sentences = news(cast.project, 160)
    answer(cast.ani, [one for at, one in enumerate(sentences) if at % 4 < 2][:40])
    trained(cast.project)
    signs = {one["name"]: one for one in _measured(cast)["stop"]["conditions"]}
    assert signs["labels"]["figures"]["few"] == {"condemnation": 0, "none": 0}


def test_without_a_model_there_is_nothing_to_measure(cast: Cast) -> None:
    run = do(cast.project, Kind.EVALUATE)
    assert (run.state, "There is no model yet" in run.error) == (RunState.FAILED, True)


def test_a_worker_that_lost_its_claim_writes_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    _taught(cast)
    stolen = _after(learning.baseline, lambda: Run.objects.filter(project=cast.project).update(token=None))
    monkeypatch.setattr(learning, "baseline", stolen)
    assert _measured(cast) == {}


def test_a_step_that_fails_leaves_the_figures_before(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    _taught(cast)
    before = _measured(cast)
    monkeypatch.setattr(learning, "pool_shares", _broken)
    run = jobs.owe(project=cast.project, kind=Kind.EVALUATE, by=None)
    with pytest.raises(OSError, match="No space left"):
        work.perform(run.pk)
    assert ModelVersion.objects.get().evaluation == before


def test_a_version_published_meanwhile_is_measured_next(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """It asked while this Run was not over, and got none of its own."""
    sentences = _taught(cast)
    with monkeypatch.context() as patch:
        patch.setattr(learning, "fixed", _after(learning.fixed, lambda: _more(cast, sentences[70:80])))
        do(cast.project, Kind.EVALUATE)
    first, second = ModelVersion.objects.order_by("number")
    owed = Run.objects.unfinished().filter(project=cast.project, kind=Kind.EVALUATE).count()
    assert (bool(first.evaluation), second.evaluation, owed) == (True, {}, 1)


def test_an_evaluation_of_the_version_in_service_owes_no_other(cast: Cast) -> None:
    _taught(cast)
    _measured(cast)
    assert not Run.objects.unfinished().filter(project=cast.project).exists()


def test_a_verdict_settles_an_audit_sentence(cast: Cast) -> None:
    sentences = _taught(cast)
    answer(cast.budi, sentences[:1], label="none")
    label = cast.project.labels.get(key="claim")
    Verdict.objects.create(project=cast.project, sentence=sentences[0], label=label, decided_by=cast.citra.user)
    assert _measured(cast)["audit"]["macro_f1"]["n"] == 24


def test_measuring_trains_on_no_audit_sentence(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    sentences = _taught(cast)
    seen: list[int] = []

    def watched(project: Project, model: learning.FittedModel, taught: Any) -> Any:
        seen.extend(one.sentence_id for one in taught)
        return None

    monkeypatch.setattr(learning, "second_look", watched)
    evaluate.measure(cast.project, ModelVersion.objects.get(), _Deaf())  # type: ignore[arg-type]  # hears of progress alone
    assert (len(seen), not {one.pk for one in sentences[:24]} & set(seen)) == (40, True)


class _Deaf:
    """Instead of a claim: nobody asks how far it got."""

    def progress(self, _done: int, _total: int) -> None:
        return None


def _after(verb: Callable[..., Any], act: Callable[[], object]) -> Callable[..., Any]:
    """`verb`, and then `act`."""

    def both(*args: Any, **options: Any) -> Any:
        done = verb(*args, **options)
        act()
        return done

    return both


def _broken(*_args: object, **_options: object) -> None:
    raise OSError("No space left on device")
