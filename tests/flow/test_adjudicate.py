"""An owner's answer where annotators disagree."""

import pytest

from labeling.errors import Refused
from labeling.flow import queue
from labeling.flow.adjudicate import decide
from labeling.flow.adjudicate_queue import disputed
from labeling.flow.annotate import submit
from labeling.models import Annotation, Event, Label, Sentence, Verdict
from tests.cast import Cast, gather
from tests.flow.acting import answer
from tests.flow.pool_of import pool_of


@pytest.fixture
def cast(db: None) -> Cast:
    return gather(overlap=2)


@pytest.fixture
def dispute(cast: Cast) -> Sentence:
    """Ani says claim, budi says denial."""
    (sentence,) = pool_of(cast.project, 1)
    for member, label in ((cast.ani, "claim"), (cast.budi, "denial")):
        queue.take(by=member)
        submit(by=member, acts=[answer(sentence.pk, label)])
    return sentence


def label(cast: Cast, key: str) -> Label:
    return cast.project.labels.get(key=key)


def test_differing_answers_are_disputed(cast: Cast, dispute: Sentence) -> None:
    assert list(disputed(cast.project)) == [dispute]


def test_a_verdict_ends_the_dispute(cast: Cast, dispute: Sentence) -> None:
    decide(by=cast.citra.user, sentence=dispute, label=label(cast, "denial"))
    assert not disputed(cast.project).exists()


def test_a_verdict_leaves_the_answers_as_they_were(cast: Cast, dispute: Sentence) -> None:
    decide(by=cast.citra.user, sentence=dispute, label=label(cast, "denial"))
    assert sorted(Annotation.objects.given().values_list("label__key", flat=True)) == ["claim", "denial"]


def test_deciding_again_remembers_the_first_verdict(cast: Cast, dispute: Sentence) -> None:
    for key in ("denial", "claim"):
        decide(by=cast.citra.user, sentence=dispute, label=label(cast, key), reason=f"It is a {key}.")
    assert Event.objects.filter(verb="decided").latest("pk").before == {"label": "denial", "reason": "It is a denial."}


def test_nobody_settles_what_they_answered(cast: Cast, dispute: Sentence) -> None:
    with pytest.raises(Refused, match="yourself"):
        decide(by=cast.ani.user, sentence=dispute, label=label(cast, "claim"))


def test_a_label_of_another_project_is_refused(cast: Cast, dispute: Sentence) -> None:
    with pytest.raises(Refused, match="another project"):
        decide(by=cast.citra.user, sentence=dispute, label=cast.elsewhere.labels.get(key="claim"))
    assert not Verdict.objects.exists()
