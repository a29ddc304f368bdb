"""The list of sentences: what each filter finds, and how it goes on."""

import pytest

from labeling.flow import browse, cut, queue, route, withdraw
from labeling.flow.browse import Wanted
from labeling.models import Label, Sentence, Verdict
from tests.cast import Cast
from tests.flow.pool_of import pool_of
from tests.views.answering import answers


def found(cast: Cast, before: int | None = None, **wanted: object) -> list[int]:
    page = browse.browse(cast.project, Wanted(**wanted), before=before)  # type: ignore[arg-type]  # the caller names real fields
    return [one.sentence.pk for one in page.rows]


def label(cast: Cast, key: str) -> int:
    return Label.objects.get(project=cast.project, key=key).pk


def test_without_a_filter_all_are_listed_newest_first(cast: Cast) -> None:
    pool = pool_of(cast.project, 3)
    assert found(cast) == [one.pk for one in reversed(pool)]


def test_sentences_of_another_project_are_not_listed(cast: Cast) -> None:
    pool_of(cast.elsewhere, 2)
    assert found(cast) == []


def test_what_was_split_is_not_listed(cast: Cast) -> None:
    (one,) = pool_of(cast.project, 1)
    cut.split(by=cast.citra.user, sentence=one, at=8)
    assert one.pk not in found(cast)


def test_a_long_list_goes_on_by_key(cast: Cast) -> None:
    pool = pool_of(cast.project, browse.ROWS + 5)
    first = browse.browse(cast.project, Wanted(), before=None)
    assert found(cast, before=first.older) == [one.pk for one in reversed(pool[:5])]


def test_the_last_page_says_so(cast: Cast) -> None:
    pool_of(cast.project, browse.ROWS)
    assert browse.browse(cast.project, Wanted(), before=None).older is None


@pytest.mark.parametrize(("words", "n"), [("BRIDGE 2", 1), ("says bridge", 3), ("volcano", 0), ("%", 0), ("_", 0)])
def test_all_words_must_be_there(cast: Cast, words: str, n: int) -> None:
    pool_of(cast.project, 3)
    assert len(found(cast, words=words)) == n


def test_by_article(cast: Cast) -> None:
    pool = pool_of(cast.project, 2)
    pool_of(cast.project, 2)
    assert found(cast, article=pool[0].source_id) == [pool[1].pk, pool[0].pk]


def test_by_language(cast: Cast) -> None:
    pool_of(cast.project, 2)
    (one,) = pool_of(cast.project, 1, lang="id")
    assert found(cast, lang="id") == [one.pk]


def test_by_what_somebody_chose(cast: Cast) -> None:
    first, second, _third = pool_of(cast.project, 3)
    answers(cast.ani, first, "claim")
    answers(cast.ani, second, "denial")
    assert found(cast, label=label(cast, "denial")) == [second.pk]


def test_by_who_answered_differently(cast: Cast) -> None:
    first, second, third = pool_of(cast.project, 3)
    for sentence, told in ((first, "claim"), (second, "denial"), (third, None)):
        answers(cast.ani, sentence, "claim")
        answers(cast.budi, sentence, told)
    assert found(cast, annotator=cast.ani.user_id, other=cast.budi.user_id) == [second.pk]


@pytest.mark.parametrize(("also", "n"), [("denial", 1), ("claim", 2), ("none", 0)])
def test_by_what_somebody_else_chose(cast: Cast, also: str, n: int) -> None:
    for sentence, told in zip(pool_of(cast.project, 4), ("claim", "claim", "denial", None), strict=True):
        answers(cast.ani, sentence, "claim")
        answers(cast.budi, sentence, told)
    assert len(found(cast, label=label(cast, "claim"), also_label=label(cast, also))) == n


def test_by_who_answered(cast: Cast) -> None:
    first, second, _third = pool_of(cast.project, 3)
    answers(cast.ani, first, "claim")
    answers(cast.budi, second, "claim")
    assert found(cast, annotator=cast.budi.user_id) == [second.pk]


def test_label_and_person_speak_of_one_answer(cast: Cast) -> None:
    (one,) = pool_of(cast.project, 1)
    answers(cast.ani, one, "claim")
    answers(cast.budi, one, "denial")
    assert found(cast, annotator=cast.ani.user_id, label=label(cast, "denial")) == []


@pytest.mark.parametrize("flag", browse.FLAGS)
def test_by_flag(cast: Cast, flag: str) -> None:
    first, second = pool_of(cast.project, 2)
    answers(cast.ani, first, "claim")
    if flag == "unsure":
        answers(cast.ani, second, None)
    else:
        answers(cast.ani, second, "none", **{flag: True})
    assert found(cast, flag=flag) == [second.pk]


def test_a_sentence_that_two_answered_is_listed_once(cast: Cast) -> None:
    (one,) = pool_of(cast.project, 1)
    answers(cast.ani, one, "claim")
    answers(cast.budi, one, "claim")
    assert found(cast, status="answered") == [one.pk]


def test_what_was_undone_is_not_answered(cast: Cast) -> None:
    (one,) = pool_of(cast.project, 1)
    answers(cast.ani, one, "claim", state="withdrawn")
    assert found(cast, status="answered") == []


def test_open_is_what_still_wants_an_answer(cast: Cast) -> None:
    first, second = pool_of(cast.project, 2)
    Sentence.objects.filter(pk=first.pk).update(slots_free=0)
    assert found(cast, status="open") == [second.pk]


def test_lent_is_what_somebody_has_in_hand(cast: Cast) -> None:
    pool_of(cast.project, 12)
    lent = {one.sentence_id for one in queue.take(by=cast.ani)}
    assert found(cast, status="lent") == sorted(lent, reverse=True)


def test_lent_to_one_person(cast: Cast) -> None:
    pool_of(cast.project, 12)
    queue.take(by=cast.ani)
    lent = {one.sentence_id for one in queue.take(by=cast.budi)}
    assert set(found(cast, status="lent", annotator=cast.budi.user_id)) == lent


def test_settled_is_what_more_than_half_chose(cast: Cast) -> None:
    first, second, _third = pool_of(cast.project, 3)
    answers(cast.ani, first, "claim")
    answers(cast.ani, second, "claim")
    answers(cast.budi, second, "denial")
    assert found(cast, status="settled") == [first.pk]


def test_settled_is_what_somebody_decided(cast: Cast) -> None:
    (one,) = pool_of(cast.project, 1)
    answers(cast.ani, one, "claim")
    answers(cast.budi, one, "denial")
    Verdict.objects.create(
        project=cast.project, sentence=one, label_id=label(cast, "claim"), decided_by=cast.citra.user
    )
    assert (found(cast, status="settled"), found(cast, status="disputed")) == ([one.pk], [])


def test_disputed_is_where_answers_differ_or_nobody_was_sure(cast: Cast) -> None:
    first, second, third = pool_of(cast.project, 3)
    answers(cast.ani, first, "claim")
    answers(cast.budi, first, "denial")
    answers(cast.ani, second, None)
    answers(cast.ani, third, "claim")
    route.follow(cast.project)
    assert found(cast, status="disputed") == [second.pk, first.pk]


def test_the_audit_sample(cast: Cast) -> None:
    pool = pool_of(cast.project, 4, audit=2)
    assert found(cast, status="audit") == [pool[1].pk, pool[0].pk]


def test_boilerplate(cast: Cast) -> None:
    first, _second = pool_of(cast.project, 2)
    Sentence.objects.filter(pk=first.pk).update(boilerplate=True, in_pool=False)
    assert found(cast, status="boilerplate") == [first.pk]


def test_twins(cast: Cast) -> None:
    first, second = pool_of(cast.project, 2)
    Sentence.objects.filter(pk=second.pk).update(twin_of=first, in_pool=False)
    assert found(cast, status="twin") == [second.pk]


def test_what_is_out_of_the_pool_and_not_what_was_put_back(cast: Cast) -> None:
    first, second = pool_of(cast.project, 2)
    for one in (first, second):
        withdraw.take_out(by=cast.citra.user, sentence=one)
    withdraw.put_back(by=cast.citra.user, sentence=second)
    assert found(cast, status="out") == [first.pk]


def test_filters_add_up(cast: Cast) -> None:
    first, second = pool_of(cast.project, 2)
    answers(cast.ani, first, "claim")
    answers(cast.ani, second, "claim")
    assert found(cast, words="bridge 1", label=label(cast, "claim"), status="settled", lang="en") == [second.pk]


def test_a_row_tells_who_has_it_in_hand(cast: Cast) -> None:
    pool_of(cast.project, 1)
    queue.take(by=cast.ani)
    (one,) = browse.browse(cast.project, Wanted(), before=None).rows
    assert one.in_hand == 1
