"""What the model suggests: told after the own answer, never before, and written down once."""

from collections.abc import Sequence

import pytest
from django.db.models.functions import Now

from labeling.acts import Act
from labeling.flow import annotate, queue
from labeling.flow.reveal import Suggestion, reveal
from labeling.flow.rows import judgements
from labeling.flow.scheme import classes
from labeling.models import Exposure, Label, Membership, ModelVersion, Project, QueueEntry, Sentence
from tests.cast import Cast, gather
from tests.flow.acting import answer, undo
from tests.flow.pool_of import pool_of
from tests.flow.racing import at_once
from tests.views.conftest import Budget

pytestmark = pytest.mark.django_db


def ranked(
    cast: Cast, n: int = 4, *, number: int = 1, suggested: str = "denial", share: float = 0.71
) -> list[Sentence]:
    """A pool that a model has put in order, with what it suggests for each; the project reveals it."""
    sentences = list(Sentence.objects.filter(project=cast.project).order_by("pk")) or pool_of(cast.project, n)
    version = ModelVersion.objects.create(
        project=cast.project, number=number, path="", sha256="", n_labels=0, n_label_events=0
    )
    label = Label.objects.get(project=cast.project, key=suggested)
    QueueEntry.objects.bulk_create(
        QueueEntry(
            project=cast.project,
            version=version,
            place=place,
            sentence=one,
            selection="uncertain",
            score=0.5,
            suggested=label,
            suggested_share=share,
        )
        for place, one in enumerate(sentences)
    )
    Project.objects.filter(pk=cast.project.pk).update(version=version, reveals=True)
    return sentences


def said(by: Membership, *acts: Act) -> Suggestion | None:
    """Send these acts as the page does."""
    by = Membership.objects.get(pk=by.pk)
    return reveal(by=by, acts=acts, receipts=annotate.submit(by=by, acts=acts))


def taken(by: Membership) -> int:
    """The first sentence in hand."""
    return queue.take(by=Membership.objects.get(pk=by.pk))[0].sentence_id


def test_the_own_answer_is_followed_by_what_the_model_says(cast: Cast) -> None:
    ranked(cast)
    act = answer(taken(cast.ani), "claim")
    assert said(cast.ani, act) == Suggestion(str(act.key), "denial", 0.71)


def test_the_showing_is_written_down(cast: Cast) -> None:
    ranked(cast)
    act = answer(taken(cast.ani))
    said(cast.ani, act)
    row = Exposure.objects.select_related("label").get()
    assert (row.sentence_id, row.annotator_id, row.label and row.label.key, row.share, row.version_id) == (
        act.sentence,
        cast.ani.user_id,
        "denial",
        0.71,
        Project.objects.get(pk=cast.project.pk).version_id,
    )


def test_a_project_that_reveals_nothing_tells_nothing(cast: Cast) -> None:
    ranked(cast)
    Project.objects.filter(pk=cast.project.pk).update(reveals=False)
    assert (said(cast.ani, answer(taken(cast.ani))), Exposure.objects.count()) == (None, 0)


def test_a_project_that_reveals_nothing_asks_the_database_nothing(
    cast: Cast, django_assert_num_queries: Budget
) -> None:
    ranked(cast)
    Project.objects.filter(pk=cast.project.pk).update(reveals=False)
    act = answer(taken(cast.ani))
    receipts = annotate.submit(by=cast.ani, acts=[act])
    with django_assert_num_queries(0):
        reveal(by=cast.ani, acts=[act], receipts=receipts)


def test_the_audit_sample_stays_without(cast: Cast) -> None:
    ranked(cast)
    act = answer(taken(cast.ani))
    Sentence.objects.filter(pk=act.sentence).update(audit_place=1, audit_probability=0.5)
    assert (said(cast.ani, act), Exposure.objects.count()) == (None, 0)


def test_what_was_shown_is_not_told_again_once_the_sentence_is_of_the_audit_sample(cast: Cast) -> None:
    ranked(cast)
    act = answer(taken(cast.ani))
    said(cast.ani, act)
    Sentence.objects.filter(pk=act.sentence).update(audit_place=1, audit_probability=0.5)
    assert said(cast.ani, act) is None


def test_an_act_that_is_sent_again_is_told_the_same(cast: Cast) -> None:
    ranked(cast)
    act = answer(taken(cast.ani))
    assert said(cast.ani, act) == said(cast.ani, act) is not None
    assert Exposure.objects.count() == 1


def test_a_sentence_that_another_model_ranked_has_its_own_suggestion(cast: Cast) -> None:
    ranked(cast)
    act = answer(taken(cast.ani))
    ranked(cast, number=2, suggested="condemnation")
    shown = said(cast.ani, act)
    assert shown is not None
    assert shown.label == "denial"


def test_a_sentence_that_no_model_ranked_has_none(cast: Cast) -> None:
    pool_of(cast.project, 4)
    act = answer(taken(cast.ani))
    ranked(cast)
    assert said(cast.ani, act) is None


def test_a_ranking_that_is_forgotten_suggests_nothing(cast: Cast) -> None:
    ranked(cast)
    act = answer(taken(cast.ani))
    QueueEntry.objects.all().delete()
    assert said(cast.ani, act) is None


def test_a_label_that_is_offered_no_more_is_not_suggested(cast: Cast) -> None:
    ranked(cast)
    Label.objects.filter(project=cast.project, key="denial").update(retired_at=Now())
    assert said(cast.ani, answer(taken(cast.ani))) is None


def test_an_answer_that_was_refused_is_told_nothing(cast: Cast) -> None:
    sentences = ranked(cast)
    assert (said(cast.ani, answer(sentences[0].pk)), Exposure.objects.count()) == (None, 0)


def test_an_undoing_is_told_nothing(cast: Cast) -> None:
    ranked(cast)
    act = answer(taken(cast.ani))
    assert (said(cast.ani, act, undo(act.sentence)), Exposure.objects.count()) == (None, 0)


def test_of_many_answers_the_last_is_told(cast: Cast) -> None:
    ranked(cast)
    acts = [answer(lease.sentence_id) for lease in queue.take(by=Membership.objects.get(pk=cast.ani.pk), want=3)]
    shown = said(cast.ani, *acts)
    assert shown is not None
    assert (shown.act, Exposure.objects.get().sentence_id) == (str(acts[-1].key), acts[-1].sentence)


def test_an_answer_after_the_showing_is_kept_and_the_showing_stays(cast: Cast) -> None:
    ranked(cast)
    act = answer(taken(cast.ani), "claim")
    said(cast.ani, act)
    before = Exposure.objects.get().shown_at
    said(cast.ani, undo(act.sentence))
    shown = said(cast.ani, answer(act.sentence, "denial"))
    assert shown is not None
    assert (shown.label, Exposure.objects.get().shown_at) == ("denial", before)


def shown_in_export(project: Project) -> Sequence[bool]:
    labels = {label.pk: label.key for label in classes(project)}
    return [one["suggestion_shown"] for one in judgements(project, labels)]


def test_an_export_says_which_answers_were_given_after_a_showing(cast: Cast) -> None:
    ranked(cast)
    first, second = queue.take(by=Membership.objects.get(pk=cast.ani.pk), want=2)
    for lease in (first, second):
        said(cast.ani, answer(lease.sentence_id))
    # A moment that no clock is too coarse for.
    Exposure.objects.filter(sentence=first.sentence_id).update(shown_at="2026-01-02T00:00:00Z")
    said(cast.ani, undo(first.sentence_id))
    said(cast.ani, answer(first.sentence_id, "denial"))
    shown = dict(zip(sorted([first.sentence_id, second.sentence_id]), shown_in_export(cast.project), strict=True))
    assert shown == {first.sentence_id: True, second.sentence_id: False}


def test_what_somebody_else_was_shown_does_not_count(cast: Cast) -> None:
    ranked(cast)
    act = answer(taken(cast.ani))
    said(cast.ani, act)
    Exposure.objects.update(annotator=cast.budi.user, shown_at="2026-01-02T00:00:00Z")
    assert shown_in_export(cast.project) == [False]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_people_in_two_tabs_each_at_once_are_shown_it_once_each() -> None:
    cast = gather(overlap=2, audit_size=0)
    ranked(cast, 1)
    people = [Membership.objects.select_related("project").get(pk=one.pk) for one in (cast.ani, cast.budi)]
    sent = {one.pk: answer(taken(one)) for one in people}

    def act(member: Membership) -> None:
        acts = [sent[member.pk]]
        assert reveal(by=member, acts=acts, receipts=annotate.submit(by=member, acts=acts)) is not None

    at_once(act, people * 2)
    assert sorted(Exposure.objects.values_list("annotator", flat=True)) == sorted(one.user_id for one in people)
