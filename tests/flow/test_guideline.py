"""The guideline: written as versions, and what a person has not seen of it."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from labeling.errors import Overtaken, Refused
from labeling.flow import queue
from labeling.flow.annotate import submit
from labeling.flow.archive import archive
from labeling.flow.guideline import compare, news, see, write
from labeling.models import Annotation, Event, Guideline, Membership, Verb
from tests.cast import Cast
from tests.flow.acting import answer
from tests.flow.pool_of import pool_of
from tests.flow.racing import at_once


def written(cast: Cast, words: str = "Second", **values: object) -> Guideline:
    """Citra saves a version on top of the current one."""
    fields = {"text_en": words, "text_id": f"{words}, id", "note": "Clearer."} | values
    fields.setdefault("base", cast.project.current_guideline().number)
    return write(project=cast.project, by=cast.citra.user, **fields)  # type: ignore[arg-type]  # values of several types


def told(member: Membership) -> list[int]:
    """The versions that the person is told of."""
    return [version.number for version in news(Membership.objects.get(pk=member.pk)).newer]


def test_saving_makes_the_next_version(cast: Cast) -> None:
    version = written(cast)
    assert (version.number, version.by, version.note) == (2, cast.citra.user, "Clearer.")


def test_the_versions_before_stay_as_they_were(cast: Cast) -> None:
    before = cast.project.current_guideline().text_en
    written(cast)
    assert cast.project.guidelines.get(number=1).text_en == before


def test_a_version_is_remembered_with_its_note(cast: Cast) -> None:
    written(cast)
    assert Event.objects.get(verb=Verb.WROTE).after == {"version": 2, "note": "Clearer."}


def test_texts_that_are_as_they_were_make_no_version(cast: Cast) -> None:
    current = cast.project.current_guideline()
    texts = {f"text_{lang}": getattr(current, f"text_{lang}").replace("\n", "\r\n") for lang in ("en", "id")}
    assert (written(cast, **texts), Event.objects.filter(verb=Verb.WROTE).exists()) == (current, False)


def test_saving_twice_makes_one_version(cast: Cast) -> None:
    assert [written(cast, base=1).number for _ in range(2)] == [2, 2]


def test_another_version_is_not_overwritten(cast: Cast) -> None:
    written(cast, "Theirs", base=1)
    with pytest.raises(Overtaken, match="version 2"):
        written(cast, "Mine", base=1)


@pytest.mark.parametrize(
    ("fields", "cure"),
    [({"note": " "}, "what changed"), ({"text_id": "\r\n"}, "both languages"), ({"text_en": ""}, "both languages")],
)
def test_a_version_without_its_note_or_a_language_is_refused(cast: Cast, fields: dict[str, str], cure: str) -> None:
    with pytest.raises(Refused, match=cure):
        written(cast, **fields)


def test_an_archived_project_keeps_its_version(cast: Cast) -> None:
    archive(project=cast.project, by=cast.citra.user)
    with pytest.raises(Refused, match="archived"):
        written(cast)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_the_same_moment_one_is_told_of_the_other(cast: Cast) -> None:
    outcomes: list[object] = []

    def save(owner: Membership) -> None:
        try:
            outcomes.append(written(cast, owner.user.username, base=1).number)
        except Overtaken as error:
            outcomes.append(type(error))

    at_once(save, [cast.citra, cast.budi])
    assert (set(outcomes), cast.project.guidelines.count()) == ({2, Overtaken}, 2)


@pytest.mark.django_db(transaction=True)
def test_a_failed_event_saves_no_version(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE labeling_event RENAME TO gone")
        with pytest.raises(DatabaseError):
            written(cast)
        cursor.execute("ALTER TABLE gone RENAME TO labeling_event")
    assert cast.project.current_guideline().number == 1


def test_the_first_version_is_no_news(cast: Cast) -> None:
    assert told(cast.ani) == []


def test_a_later_version_is_news_also_to_whoever_never_opened_one(cast: Cast) -> None:
    written(cast)
    assert told(cast.ani) == [2]


def test_what_was_there_when_a_person_joined_is_no_news_to_them(cast: Cast) -> None:
    written(cast)
    Membership.objects.filter(pk=cast.ani.pk).update(joined_at=timezone.now() + timedelta(seconds=1))
    assert told(cast.ani) == []


def test_what_was_seen_is_news_no_longer(cast: Cast) -> None:
    written(cast)
    see(cast.ani, 2)
    assert told(cast.ani) == []


def test_whoever_wrote_it_has_seen_it(cast: Cast) -> None:
    written(cast)
    assert told(cast.citra) == []


def test_news_are_what_came_since_the_version_that_was_seen(cast: Cast) -> None:
    see(cast.ani, written(cast).number)
    written(cast, "Third")
    found = news(cast.ani)
    assert (found.seen, found.current, told(cast.ani)) == (2, 3, [3])


def test_of_many_versions_the_newest_three_are_told_of(cast: Cast) -> None:
    for words in ("2", "3", "4", "5"):
        written(cast, words)
    assert told(cast.ani) == [5, 4, 3]


def test_seeing_an_old_version_forgets_no_newer_one(cast: Cast) -> None:
    written(cast)
    see(cast.ani, 2)
    see(Membership.objects.get(pk=cast.ani.pk), 1)
    assert Membership.objects.get(pk=cast.ani.pk).guideline_seen == 2


def test_no_version_is_seen_before_it_is_there(cast: Cast) -> None:
    see(cast.ani, 99)
    written(cast)
    assert told(cast.ani) == [2]


def test_any_two_versions_can_be_compared(cast: Cast) -> None:
    first, third = cast.project.current_guideline(), written(cast, "Second") and written(cast, "Third")
    assert {part.text for _lang, lines in compare(first, third).texts for line in lines for part in line.parts} >= {
        "Third",
        "Third, id",
    }


@pytest.mark.parametrize(("age", "number"), [(0.0, 2), (600.0, 1), (10**9, 1)])
def test_an_answer_names_the_version_in_force_when_it_was_given(cast: Cast, age: float, number: int) -> None:
    """Not the one at its serving, nor the one at which a lost connection let it through."""
    pool_of(cast.project, 1)
    (lease,) = queue.take(by=cast.ani)
    Guideline.objects.filter(pk=written(cast).pk).update(created_at=timezone.now() - timedelta(minutes=5))
    submit(by=cast.ani, acts=[answer(lease.sentence_id, age=age)])
    assert Annotation.objects.get().guideline.number == number


def test_an_amended_answer_names_the_version_of_its_amendment(cast: Cast) -> None:
    pool_of(cast.project, 1)
    (lease,) = queue.take(by=cast.ani)
    submit(by=cast.ani, acts=[answer(lease.sentence_id)])
    written(cast)
    submit(by=cast.ani, acts=[answer(lease.sentence_id, "denial")])
    assert Annotation.objects.get().guideline.number == 2
