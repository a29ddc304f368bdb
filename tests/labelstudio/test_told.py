"""Rows as Label Studio tells them."""

import pytest

from labeling.errors import Refused
from labeling.labelstudio import told
from labeling.labelstudio.shapes import Answer
from labeling.models import Label, TaskData
from tests.cast import Cast
from tests.factories import answer, make_sentences
from tests.labelstudio.scripting import result

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_a_label_that_was_added_a_moment_ago_is_known(cast: Cast) -> None:
    told.meaning(result("claim"), cast.project)
    Label.objects.create(project=cast.project, key="rumour", digit=9, name_en="Hearsay", name_id="Kabar")
    assert told.meaning(result("hearsay"), cast.project) == Answer("rumour")


def test_a_label_that_was_merged_means_its_heir(cast: Cast) -> None:
    heir = Label.objects.get(project=cast.project, key="claim")
    Label.objects.filter(project=cast.project, key="denial").update(
        merged_into=heir, retired_at=heir.project.created_at
    )
    assert told.meaning(result("denial"), cast.project) == Answer("claim")


def test_a_label_that_was_retired_is_not_known(cast: Cast) -> None:
    Label.objects.filter(project=cast.project, key="denial").update(retired_at=cast.project.created_at)
    with pytest.raises(Refused, match="no label denial"):
        told.meaning(result("denial"), cast.project)


def test_a_task_tells_of_its_article_or_what_a_script_sent_with_it(cast: Cast) -> None:
    ours, sent = make_sentences(cast.project, ["It rains.", "It snows."])
    TaskData.objects.create(sentence=sent, data={"lang": "xx", "n": 1}, meta={"k": 2})
    bare, with_fields = told.tasks_of([ours.pk, sent.pk])
    assert (dict(bare.fields), dict(with_fields.fields), with_fields.meta) == (
        {"lang": "id"},
        {"lang": "xx", "n": 1},
        {"k": 2},
    )


def test_a_task_is_done_with_as_many_answers_as_are_wanted(cast: Cast) -> None:
    first, second = make_sentences(cast.project, ["It rains.", "It snows."])
    answer(first, "ani", None)
    done, open_ = told.tasks_of([first.pk, second.pk])
    assert (done.done, done.n_unsure, open_.done) == (True, 1, False)
