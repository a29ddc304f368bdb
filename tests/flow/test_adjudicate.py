"""An adjudicator's answer where annotators disagree."""

import uuid

import pytest

from labeling.errors import Refused
from labeling.flow import adjudicate, desk, queue
from labeling.flow.adjudicate import decide, send_back, take_back
from labeling.flow.apart import apart
from labeling.flow.archive import archive
from labeling.models import Annotation, Dispute, Event, Label, Question, Role, Sentence, Verdict
from tests.cast import Cast, adjudicator, gather
from tests.flow.disputing import dispute as disputed
from tests.flow.pool_of import pool_of
from tests.views.answering import answers


@pytest.fixture
def cast(db: None) -> Cast:
    return gather(overlap=2)


@pytest.fixture
def dispute(cast: Cast) -> Sentence:
    """Ani says claim, budi says denial."""
    (sentence,) = pool_of(cast.project, 1)
    disputed(sentence, (cast.ani, "claim"), (cast.budi, "denial"))
    return sentence


def label(cast: Cast, key: str) -> Label:
    return cast.project.labels.get(key=key)


def last_event() -> Event:
    return Event.objects.filter(verb="decided").latest("pk")


def test_a_verdict_ends_the_dispute(cast: Cast, dispute: Sentence) -> None:
    decide(by=cast.citra.user, sentence=dispute, label=label(cast, "denial"))
    assert (apart(cast.project).exists(), Dispute.objects.exists()) == (False, False)


def test_a_verdict_leaves_the_answers_as_they_were(cast: Cast, dispute: Sentence) -> None:
    decide(by=cast.citra.user, sentence=dispute, label=label(cast, "denial"))
    assert sorted(Annotation.objects.given().values_list("label__key", flat=True)) == ["claim", "denial"]


def test_deciding_again_remembers_the_first_verdict(cast: Cast, dispute: Sentence) -> None:
    for key in ("denial", "claim"):
        decide(by=cast.citra.user, sentence=dispute, label=label(cast, key), reason=f"It is a {key}.")
    assert last_event().before == {
        "label": "denial",
        "blind_label": "",
        "error_kind": "",
        "reason": "It is a denial.",
    }


def test_what_was_decided_blind_stays_when_the_label_is_changed(cast: Cast, dispute: Sentence) -> None:
    decide(by=cast.citra.user, sentence=dispute, label=label(cast, "claim"), blind=True)
    decide(by=cast.citra.user, sentence=dispute, label=label(cast, "denial"), error_kind="ambiguous")
    found = Verdict.objects.values_list("label__key", "blind_label__key", "error_kind").get()
    assert found == ("denial", "claim", "ambiguous")


def test_the_event_tells_what_was_decided_blind_and_why_people_differed(cast: Cast, dispute: Sentence) -> None:
    decide(by=cast.citra.user, sentence=dispute, label=label(cast, "claim"), blind=True)
    decide(by=cast.citra.user, sentence=dispute, label=label(cast, "denial"), error_kind="slip", reason=" Read fast. ")
    assert last_event().after == {
        "label": "denial",
        "blind_label": "claim",
        "error_kind": "slip",
        "reason": "Read fast.",
    }


def test_whoever_has_seen_the_answers_decides_blind_no_more(cast: Cast, dispute: Sentence) -> None:
    decide(by=cast.citra.user, sentence=dispute, label=label(cast, "claim"), blind=True)
    take_back(by=cast.citra.user, sentence=dispute)
    decide(by=cast.citra.user, sentence=dispute, label=label(cast, "denial"), blind=True)
    assert Verdict.objects.get().blind_label is None


def test_what_another_decides_over_a_verdict_was_not_blind(cast: Cast, dispute: Sentence) -> None:
    decide(by=adjudicator(cast).user, sentence=dispute, label=label(cast, "claim"), blind=True)
    decide(by=cast.citra.user, sentence=dispute, label=label(cast, "denial"))
    assert Verdict.objects.filter(decided_by=cast.citra.user, blind_label=None).exists()


def test_the_same_act_twice_decides_once(cast: Cast, dispute: Sentence) -> None:
    key = uuid.uuid4()
    for name in ("claim", "denial"):
        decide(by=cast.citra.user, sentence=dispute, label=label(cast, name), blind=True, key=key)
    assert (Verdict.objects.get().label.key, Event.objects.filter(verb="decided").count()) == ("claim", 1)


def test_an_act_that_was_taken_back_is_not_done_again(cast: Cast, dispute: Sentence) -> None:
    key = uuid.uuid4()
    decide(by=cast.citra.user, sentence=dispute, label=label(cast, "claim"), key=key)
    take_back(by=cast.citra.user, sentence=dispute)
    with pytest.raises(Refused, match="changed since"):
        decide(by=cast.citra.user, sentence=dispute, label=label(cast, "claim"), key=key)


def test_a_key_of_another_sentence_decides_nothing(cast: Cast, dispute: Sentence) -> None:
    key, (other,) = uuid.uuid4(), pool_of(cast.project, 1)
    decide(by=cast.citra.user, sentence=other, label=label(cast, "claim"), key=key)
    with pytest.raises(Refused, match="changed since"):
        decide(by=cast.citra.user, sentence=dispute, label=label(cast, "claim"), key=key)


def test_keeping_a_verdict_as_it_is_writes_nothing(cast: Cast, dispute: Sentence) -> None:
    for _ in range(2):
        decide(by=cast.citra.user, sentence=dispute, label=label(cast, "claim"), reason="He says so.")
    assert Event.objects.filter(verb="decided").count() == 1


def test_a_blind_decision_never_replaces_another(cast: Cast, dispute: Sentence) -> None:
    decide(by=adjudicator(cast).user, sentence=dispute, label=label(cast, "claim"), blind=True)
    with pytest.raises(Refused, match="decided meanwhile: Claim"):
        decide(by=cast.citra.user, sentence=dispute, label=label(cast, "denial"), blind=True)


def test_nobody_decides_what_another_adjudicator_has_in_hand(cast: Cast, dispute: Sentence) -> None:
    desk.claim(by=adjudicator(cast).user, sentence=dispute)
    with pytest.raises(Refused, match="in hand by now"):
        decide(by=cast.citra.user, sentence=dispute, label=label(cast, "denial"), blind=True)


def test_a_hold_that_ran_out_keeps_nobody_from_deciding(cast: Cast, dispute: Sentence) -> None:
    desk.claim(by=adjudicator(cast).user, sentence=dispute)
    Dispute.objects.update(until="2001-01-01T00:00:00Z")
    assert decide(by=cast.citra.user, sentence=dispute, label=label(cast, "denial")).label.key == "denial"


def test_nobody_settles_what_they_answered(cast: Cast, dispute: Sentence) -> None:
    with pytest.raises(Refused, match="yourself"):
        decide(by=cast.ani.user, sentence=dispute, label=label(cast, "claim"))


def test_nobody_settles_what_they_have_in_hand_to_answer(cast: Cast) -> None:
    (sentence,) = pool_of(cast.project, 1)
    queue.take(by=cast.citra)
    with pytest.raises(Refused, match="labelling page"):
        decide(by=cast.citra.user, sentence=sentence, label=label(cast, "claim"))


def test_a_label_of_another_project_is_refused(cast: Cast, dispute: Sentence) -> None:
    with pytest.raises(Refused, match="another project"):
        decide(by=cast.citra.user, sentence=dispute, label=cast.elsewhere.labels.get(key="claim"))
    assert not Verdict.objects.exists()


def test_a_reason_that_is_none_is_refused(cast: Cast, dispute: Sentence) -> None:
    with pytest.raises(Refused, match="why people differed"):
        decide(by=cast.citra.user, sentence=dispute, label=label(cast, "claim"), error_kind="mood")


def test_an_open_question_ends_with_the_verdict(cast: Cast, dispute: Sentence) -> None:
    send_back(by=cast.citra.user, sentence=dispute, text="Who says so?")
    decide(by=cast.citra.user, sentence=dispute, label=label(cast, "claim"))
    assert not Question.objects.filter(closed_at__isnull=True).exists()


def test_where_the_event_fails_nothing_is_decided(
    cast: Cast, dispute: Sentence, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(adjudicate, "_record", fail)
    with pytest.raises(RuntimeError):
        decide(by=cast.citra.user, sentence=dispute, label=label(cast, "claim"))
    assert (Verdict.objects.exists(), Dispute.objects.exists()) == (False, True)


def test_a_verdict_that_is_taken_back_is_gone_and_remembered(cast: Cast, dispute: Sentence) -> None:
    decide(by=cast.citra.user, sentence=dispute, label=label(cast, "claim"), reason="He says so.")
    take_back(by=cast.citra.user, sentence=dispute)
    event = last_event()
    assert (Verdict.objects.exists(), event.before["reason"], event.after) == (False, "He says so.", {})


def test_what_was_never_decided_cannot_be_taken_back(cast: Cast, dispute: Sentence) -> None:
    with pytest.raises(Refused, match="no decision"):
        take_back(by=cast.citra.user, sentence=dispute)


def test_nobody_takes_back_a_verdict_on_what_they_answered(cast: Cast, dispute: Sentence) -> None:
    decide(by=cast.citra.user, sentence=dispute, label=label(cast, "claim"))
    cast.ani.role = Role.OWNER
    with pytest.raises(Refused, match="yourself"):
        take_back(by=cast.ani.user, sentence=dispute)


def test_an_archived_project_keeps_its_verdicts(cast: Cast, dispute: Sentence) -> None:
    decide(by=cast.citra.user, sentence=dispute, label=label(cast, "claim"))
    archive(project=cast.project, by=cast.citra.user)
    with pytest.raises(Refused, match="archived"):
        take_back(by=cast.citra.user, sentence=Sentence.objects.get())


def test_sending_back_takes_the_verdict_back_and_asks(cast: Cast, dispute: Sentence) -> None:
    decide(by=cast.citra.user, sentence=dispute, label=label(cast, "claim"), blind=True)
    send_back(by=cast.citra.user, sentence=dispute, text="Who says so?")
    assert (Verdict.objects.exists(), Question.objects.get().text) == (False, "Who says so?")


def test_a_question_that_cannot_be_asked_leaves_the_verdict_standing(cast: Cast, dispute: Sentence) -> None:
    decide(by=cast.citra.user, sentence=dispute, label=label(cast, "claim"))
    with pytest.raises(Refused):
        send_back(by=cast.citra.user, sentence=dispute, text=" ")
    assert Verdict.objects.exists()


def test_an_answer_that_comes_after_the_verdict_is_kept_and_changes_nothing(cast: Cast, dispute: Sentence) -> None:
    decide(by=cast.citra.user, sentence=dispute, label=label(cast, "claim"))
    answers(adjudicator(cast), dispute, "denial")
    assert (Verdict.objects.get().label.key, Annotation.objects.given().count()) == ("claim", 3)
