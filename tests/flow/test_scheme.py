"""Labels that are added, moved, retired, offered again and deleted."""

import json
from pathlib import Path

import pytest

from labeling.errors import AlreadyHere, Refused
from labeling.flow import annotate, queue, scheme
from labeling.flow.adjudicate import decide
from labeling.flow.archive import archive
from labeling.flow.export import write_folder
from labeling.flow.seek import counted, lacking
from labeling.flow.train import gather
from labeling.models import Event, Label, Verb
from labeling.sweeping import training_is_due
from tests.cast import Cast
from tests.factories import answer
from tests.flow import acting
from tests.flow.pool_of import pool_of

QUOTE = {"name_en": "Quote", "name_id": "Kutipan", "colour": 5, "description_en": "", "description_id": ""}


def label(cast: Cast, key: str) -> Label:
    return Label.objects.get(project=cast.project, key=key)


def add(cast: Cast, key: str = "quote", **more: object) -> Label:
    return scheme.add(project=cast.project, by=cast.citra.user, key=key, fields=QUOTE | more)


def keys(cast: Cast) -> list[str]:
    """What is on offer, in the order of the keyboard."""
    return list(Label.objects.offered().filter(project=cast.project).values_list("key", flat=True))


def test_a_new_label_stands_on_the_next_key(cast: Cast) -> None:
    assert (add(cast).digit, keys(cast)[-1]) == (5, "quote")


def test_a_short_name_is_made_of_the_english_name(cast: Cast) -> None:
    assert add(cast, "", name_en="Call to act").key == "call-to-act"


def test_a_short_name_is_given_once_in_a_project(cast: Cast) -> None:
    with pytest.raises(AlreadyHere, match="a label called claim already"):
        add(cast, "claim")


def test_there_are_nine_keys(cast: Cast) -> None:
    for number in range(5):
        add(cast, f"extra-{number}")
    with pytest.raises(Refused, match="Nine labels are on offer"):
        add(cast)


def test_what_is_said_of_a_label_is_kept_with_what_it_was(cast: Cast) -> None:
    fields = {"name_en": "Assertion", "name_id": "Klaim", "colour": 7}
    assert scheme.describe(label=label(cast, "claim"), by=cast.citra.user, fields=fields) == ["name_en", "colour"]
    event = Event.objects.get(verb=Verb.CHANGED)
    assert event.before == {"label": "claim", "name_en": "Claim", "colour": 1}


def test_saying_the_same_again_leaves_no_trace(cast: Cast) -> None:
    scheme.describe(label=label(cast, "claim"), by=cast.citra.user, fields={"name_en": "Claim"})
    assert not Event.objects.filter(verb=Verb.CHANGED).exists()


def test_a_label_changes_places_with_the_one_before(cast: Cast) -> None:
    scheme.up(label=label(cast, "denial"), by=cast.citra.user)
    assert keys(cast) == ["denial", "claim", "condemnation", "none"]


def test_labels_can_be_moved_with_all_nine_keys_taken(cast: Cast) -> None:
    for number in range(5):
        add(cast, f"extra-{number}")
    scheme.down(label=label(cast, "claim"), by=cast.citra.user)
    assert (keys(cast)[:2], len(keys(cast))) == (["denial", "claim"], 9)


def test_the_first_label_cannot_be_moved_up(cast: Cast) -> None:
    with pytest.raises(Refused, match="cannot be moved further"):
        scheme.up(label=label(cast, "claim"), by=cast.citra.user)


def test_a_retired_label_is_offered_no_more_and_the_other_keys_stay(cast: Cast) -> None:
    scheme.retire(label=label(cast, "denial"), by=cast.citra.user)
    told = Label.objects.offered().filter(project=cast.project).values_list("key", "digit")
    assert list(told) == [("claim", 1), ("condemnation", 3), ("none", 4)]


def test_two_labels_stay(cast: Cast) -> None:
    for key in ("claim", "denial"):
        scheme.retire(label=label(cast, key), by=cast.citra.user)
    with pytest.raises(Refused, match="Two labels must stay"):
        scheme.retire(label=label(cast, "condemnation"), by=cast.citra.user)


def test_a_label_for_what_fits_no_other_stays(cast: Cast) -> None:
    with pytest.raises(Refused, match="fits no other label"):
        scheme.retire(label=label(cast, "none"), by=cast.citra.user)


def test_a_retired_label_is_offered_again_under_its_key(cast: Cast) -> None:
    scheme.retire(label=label(cast, "denial"), by=cast.citra.user)
    scheme.offer(label=label(cast, "denial"), by=cast.citra.user)
    assert keys(cast) == ["claim", "denial", "condemnation", "none"]


def test_one_whose_key_is_taken_comes_back_on_a_free_one(cast: Cast) -> None:
    scheme.retire(label=label(cast, "denial"), by=cast.citra.user)
    add(cast)
    scheme.offer(label=label(cast, "denial"), by=cast.citra.user)
    assert (label(cast, "quote").digit, label(cast, "denial").digit) == (2, 5)


def test_what_is_on_offer_cannot_be_offered_again(cast: Cast) -> None:
    with pytest.raises(Refused, match="on offer already"):
        scheme.offer(label=label(cast, "denial"), by=cast.citra.user)


def test_a_label_that_nobody_used_can_be_deleted(cast: Cast) -> None:
    scheme.delete(label=label(cast, "denial"), by=cast.citra.user)
    assert keys(cast) == ["claim", "condemnation", "none"]


@pytest.mark.parametrize("second", [None, "denial"])
def test_a_label_in_use_is_never_deleted(cast: Cast, second: str | None) -> None:
    (sentence,) = pool_of(cast.project, 1)
    other = {"second_label": label(cast, second)} if second else {}
    answer(sentence, "ani", "claim" if second else "denial", **other)
    with pytest.raises(Refused, match="is in use, so it stays"):
        scheme.delete(label=label(cast, "denial"), by=cast.citra.user)


def test_a_decision_is_a_use(cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    decide(by=cast.citra.user, sentence=sentence, label=label(cast, "denial"))
    with pytest.raises(Refused, match="is in use, so it stays"):
        scheme.delete(label=label(cast, "denial"), by=cast.citra.user)


def test_the_scheme_of_an_archived_project_stays(cast: Cast) -> None:
    archive(project=cast.project, by=cast.citra.user)
    with pytest.raises(Refused, match="read only"):
        add(cast)


def test_a_retired_label_is_refused_by_its_name(cast: Cast) -> None:
    pool_of(cast.project, 1)
    scheme.retire(label=label(cast, "denial"), by=cast.citra.user)
    (lease,) = queue.take(by=cast.ani)
    (receipt,) = annotate.submit(by=cast.ani, acts=[acting.answer(lease.sentence_id, "denial")])
    assert (receipt.saved, "offers no label denial" in receipt.reason) == (False, True)


def test_an_open_page_may_answer_with_a_label_that_was_added_at_once(
    cast: Cast, django_capture_on_commit_callbacks: object
) -> None:
    first, second = pool_of(cast.project, 2)
    queue.take(by=cast.ani)
    annotate.submit(by=cast.ani, acts=[acting.answer(first.pk, "claim")])
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]  # a fixture of pytest-django
        add(cast)
    (receipt,) = annotate.submit(by=cast.ani, acts=[acting.answer(second.pk, "quote")])
    assert receipt.saved


def test_an_owner_cannot_decide_on_a_retired_label(cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    scheme.retire(label=label(cast, "denial"), by=cast.citra.user)
    with pytest.raises(Refused, match="was retired"):
        decide(by=cast.citra.user, sentence=sentence, label=label(cast, "denial"))


def test_a_retired_label_is_not_sought(cast: Cast) -> None:
    scheme.retire(label=label(cast, "denial"), by=cast.citra.user)
    assert ([one.label for one in lacking(cast.project)], "denial" in counted(cast.project)) == (
        ["claim", "condemnation", "none"],
        False,
    )


def test_a_retired_label_alone_beside_another_makes_no_training_due(cast: Cast) -> None:
    for place, sentence in enumerate(pool_of(cast.project, 30)):
        answer(sentence, "ani", "denial" if place % 2 else "claim")
    assert training_is_due(cast.project)
    scheme.retire(label=label(cast, "denial"), by=cast.citra.user)
    assert not training_is_due(cast.project)


def test_what_is_settled_as_a_retired_label_teaches_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labeling.learning.featured", lambda _project, ids: set(ids))
    first, second = pool_of(cast.project, 2)
    answer(first, "ani", "claim")
    answer(second, "ani", "denial")
    scheme.retire(label=label(cast, "denial"), by=cast.citra.user)
    taught, _audit = gather(cast.project)
    assert [one.label for one in taught] == ["claim"]


def test_a_vote_for_a_retired_label_teaches_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labeling.learning.featured", lambda _project, ids: set(ids))
    (sentence,) = pool_of(cast.project, 1)
    for name, key in (("ani", "claim"), ("budi", "claim"), ("citra", "denial")):
        answer(sentence, name, key)
    scheme.retire(label=label(cast, "denial"), by=cast.citra.user)
    taught, _audit = gather(cast.project)
    assert [one.label for one in taught] == ["claim"]


def test_an_export_has_retired_labels_with_answers_after_the_others(cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    answer(sentence, "ani", "claim")
    for key in ("claim", "denial"):
        scheme.retire(label=label(cast, key), by=cast.citra.user)
    assert [one.key for one in scheme.classes(cast.project)] == ["condemnation", "none", "claim"]


def test_a_retired_label_is_exported_with_its_answers(cast: Cast, tmp_path: Path) -> None:
    first, second = pool_of(cast.project, 2)
    answer(first, "ani", "claim")
    answer(second, "ani", "none")
    scheme.retire(label=label(cast, "claim"), by=cast.citra.user)
    write_folder(project=cast.project, directory=tmp_path / "out", to="jsonl")
    lines = (tmp_path / "out" / "sentences.jsonl").read_text(encoding="utf-8").splitlines()
    assert {(one["label"], tuple(one["soft_label"])) for one in map(json.loads, lines)} == {
        ("claim", (0.0, 0.0, 0.0, 1.0)),
        ("none", (0.0, 0.0, 1.0, 0.0)),
    }
