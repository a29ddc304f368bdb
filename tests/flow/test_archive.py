"""A project that rests."""

from pathlib import Path

import pytest

from labeling import sweeping
from labeling.errors import Refused
from labeling.flow import annotate, find, guideline, queue, receive, withdraw
from labeling.flow.adjudicate import decide
from labeling.flow.archive import archive, restore
from labeling.flow.change import change
from labeling.flow.export import write_folder
from labeling.flow.invite import invite
from labeling.models import Annotation, Event, Project, Run, Verb
from tests.cast import Cast
from tests.factories import answer
from tests.flow import acting
from tests.flow.pool_of import pool_of


def rest(cast: Cast) -> Project:
    return archive(project=cast.project, by=cast.citra.user)


def test_it_is_read_only_from_then_on(cast: Cast) -> None:
    assert rest(cast).archived_at is not None


def test_it_can_be_taken_back_into_work(cast: Cast) -> None:
    rest(cast)
    assert restore(project=cast.project, by=cast.citra.user).archived_at is None


def test_the_history_tells_both(cast: Cast) -> None:
    rest(cast)
    restore(project=cast.project, by=cast.citra.user)
    told = Event.objects.filter(verb__in=(Verb.ARCHIVED, Verb.RESTORED)).values_list("verb", "who__username")
    assert list(told) == [("archived", "citra"), ("restored", "citra")]


def test_twice_is_refused(cast: Cast) -> None:
    rest(cast)
    with pytest.raises(Refused, match="archived already"):
        rest(cast)


def test_what_is_in_work_cannot_be_restored(cast: Cast) -> None:
    with pytest.raises(Refused, match="is not archived"):
        restore(project=cast.project, by=cast.citra.user)


def test_nobody_is_lent_a_sentence(cast: Cast) -> None:
    pool_of(cast.project, 5)
    rest(cast)
    assert queue.take(by=cast.ani) == []


def test_an_answer_that_was_on_its_way_is_kept(cast: Cast) -> None:
    pool_of(cast.project, 1)
    (lease,) = queue.take(by=cast.ani)
    rest(cast)
    (receipt,) = annotate.submit(by=cast.ani, acts=[acting.answer(lease.sentence_id)])
    assert (receipt.saved, Annotation.objects.filter(surplus=False).count()) == (True, 1)


def test_after_its_return_people_go_on_with_what_they_held(cast: Cast) -> None:
    pool_of(cast.project, 3)
    held = [one.sentence_id for one in queue.take(by=cast.ani)]
    rest(cast)
    restore(project=cast.project, by=cast.citra.user)
    assert [one.sentence_id for one in queue.take(by=cast.ani)] == held


def test_nothing_is_imported(cast: Cast) -> None:
    with pytest.raises(Refused, match="read only"):
        receive.accept(project=rest(cast), by=cast.citra.user, name="a.txt", content=b"One sentence.")


def test_nothing_is_trained(cast: Cast) -> None:
    for place, sentence in enumerate(pool_of(cast.project, 30)):
        answer(sentence, "ani", "denial" if place % 2 else "claim")
    rest(cast)
    sweeping.tidy()
    assert not Run.objects.exists()


def test_no_setting_is_changed(cast: Cast) -> None:
    with pytest.raises(Refused, match="read only"):
        change(project=rest(cast), by=cast.citra.user, settings={"retrain_after": 7}, cues={})


def test_nothing_is_decided(cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    label = cast.project.labels.get(key="claim")
    rest(cast)
    with pytest.raises(Refused, match="read only"):
        decide(by=cast.citra.user, sentence=sentence, label=label)


def test_nothing_is_asked_for_first(cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    with pytest.raises(Refused, match="read only"):
        find.ask_first(project=rest(cast), by=cast.citra.user, sentence_ids=[sentence.pk])


def test_no_rule_is_rewritten(cast: Cast) -> None:
    with pytest.raises(Refused, match="read only"):
        guideline.write(project=rest(cast), by=cast.citra.user, text_en="A", text_id="B", note="C", base=1)


def test_no_sentence_is_taken_out(cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    rest(cast)
    with pytest.raises(Refused, match="read only"):
        withdraw.take_out(by=cast.citra.user, sentence=sentence)


def test_nobody_is_invited(cast: Cast) -> None:
    with pytest.raises(Refused, match="is archived"):
        invite(project=rest(cast), role="annotator", by=cast.citra.user)


def test_what_is_there_is_still_exported(cast: Cast, tmp_path: Path) -> None:
    answer(pool_of(cast.project, 1)[0], "ani", "claim")
    assert write_folder(project=rest(cast), directory=tmp_path / "out", to="jsonl").rows == 1
