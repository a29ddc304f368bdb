"""Real sentences as examples in the guideline."""

import pytest
from django.utils import timezone

from labeling.errors import Refused
from labeling.flow import examples
from labeling.flow.archive import archive
from labeling.models import Event, GuidelineExample, Label, Sentence, Verb
from tests.cast import Cast
from tests.flow.pool_of import pool_of


@pytest.fixture
def sentence(cast: Cast) -> Sentence:
    return pool_of(cast.project, 1)[0]


def add(cast: Cast, sentence: Sentence, key: str = "claim", note: str = "") -> GuidelineExample:
    label = cast.project.labels.get(key=key)
    return examples.add(by=cast.citra.user, sentence=sentence, label=label, note=note)


def shown(cast: Cast) -> list[tuple[str, list[int]]]:
    return [
        (one.label.key, [row.sentence_id for row in one.examples])
        for one in examples.shown(cast.project)
        if one.examples
    ]


def test_an_example_is_shown_under_its_label(cast: Cast, sentence: Sentence) -> None:
    add(cast, sentence, "denial")
    assert shown(cast) == [("denial", [sentence.pk])]


def test_an_example_is_remembered(cast: Cast, sentence: Sentence) -> None:
    add(cast, sentence, note="Look at the verb.")
    assert Event.objects.get(verb=Verb.WROTE).after == {"example": "claim", "note": "Look at the verb."}


def test_adding_it_again_changes_its_label(cast: Cast, sentence: Sentence) -> None:
    add(cast, sentence, "claim")
    add(cast, sentence, "denial")
    assert (shown(cast), Event.objects.last().before["example"]) == ([("denial", [sentence.pk])], "claim")  # type: ignore[union-attr]  # there is one


def test_a_sentence_of_the_audit_sample_is_refused_with_the_reason(cast: Cast) -> None:
    (drawn,) = pool_of(cast.project, 1, audit=1)
    with pytest.raises(Refused, match="audit sample"):
        add(cast, drawn)


@pytest.mark.parametrize("shared", ["text_hash", "duplicate_group"])
def test_a_sentence_that_says_what_one_of_the_audit_sample_says_is_refused(cast: Cast, shared: str) -> None:
    drawn, other = pool_of(cast.project, 2, audit=1)
    alike = {"text_hash": drawn.text_hash} if shared == "text_hash" else {"duplicate_group": drawn.pk}
    Sentence.objects.filter(pk__in=[drawn.pk, other.pk]).update(**alike, in_pool=False)
    other.refresh_from_db()
    with pytest.raises(Refused, match="audit sample"):
        add(cast, other)


def test_a_sentence_that_came_into_the_audit_sample_since_is_shown_no_longer(cast: Cast, sentence: Sentence) -> None:
    add(cast, sentence)
    Sentence.objects.update(audit_place=0, audit_probability=1)
    assert shown(cast) == []


def test_a_sentence_that_was_cut_anew_is_refused(cast: Cast, sentence: Sentence) -> None:
    sentence.replaced_at = timezone.now()
    with pytest.raises(Refused, match="cut anew"):
        add(cast, sentence)


def test_a_retired_label_is_refused(cast: Cast, sentence: Sentence) -> None:
    Label.objects.update(retired_at=timezone.now())
    with pytest.raises(Refused, match="retired"):
        add(cast, sentence)


def test_examples_of_a_retired_label_are_not_shown(cast: Cast, sentence: Sentence) -> None:
    add(cast, sentence)
    Label.objects.update(retired_at=timezone.now())
    assert shown(cast) == []


def test_a_label_of_another_project_is_refused(cast: Cast, sentence: Sentence) -> None:
    with pytest.raises(Refused, match="another project"):
        examples.add(by=cast.citra.user, sentence=sentence, label=cast.elsewhere.labels.get(key="claim"))


def test_a_label_has_so_many_examples_and_no_more(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examples, "MOST", 1)
    first, second = pool_of(cast.project, 2)
    add(cast, first)
    with pytest.raises(Refused, match="Remove one first"):
        add(cast, second)


def test_a_removed_example_is_gone_and_remembered(cast: Cast, sentence: Sentence) -> None:
    examples.remove(by=cast.citra.user, example=add(cast, sentence))
    assert (shown(cast), Event.objects.last().before["example"]) == ([], "claim")  # type: ignore[union-attr]  # there is one


def test_an_archived_project_keeps_its_examples(cast: Cast, sentence: Sentence) -> None:
    row = add(cast, sentence)
    archive(project=cast.project, by=cast.citra.user)
    with pytest.raises(Refused, match="archived"):
        examples.remove(by=cast.citra.user, example=row)


def test_removing_twice_is_remembered_once(cast: Cast, sentence: Sentence) -> None:
    row = add(cast, sentence)
    for _ in range(2):
        examples.remove(by=cast.citra.user, example=row)
    assert Event.objects.filter(verb=Verb.WROTE, after={}).count() == 1
