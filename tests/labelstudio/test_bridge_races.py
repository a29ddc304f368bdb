"""Two who want the same of the bridge at the same moment, each in a thread with a connection of its own."""

from collections import Counter
from functools import partial

import pytest
from django.contrib.auth.models import User

from labeling.labelstudio import asking
from labeling.labelstudio.bringing import bring
from labeling.models import Annotation, Event, Kind, RemoteAnnotation, RemoteProject, RemoteTask, Run, Sentence, Verb
from tests.cast import gather
from tests.factories import make_sentences
from tests.flow.racing import at_once
from tests.labelstudio.fake_wire import URL, FakeWire

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_two_who_ask_for_a_push_at_once_ask_for_one() -> None:
    cast, runs = gather(), []
    push = partial(asking.ask, project=cast.project, by=None, kind=Kind.PUSH, url=URL, remote=None, trusted=True)
    at_once(lambda key: runs.append(push(key=key).pk), [f"kunci-{number}" for number in range(6)])
    assert (Run.objects.count(), len(set(runs))) == (1, 1)


def test_a_pull_and_webhooks_that_bring_the_same_at_once_bring_it_once() -> None:
    cast, wire = gather(overlap=1), FakeWire()
    pool = make_sentences(cast.project, [f"Kalimat nomor {n}." for n in range(6)])
    remote = RemoteProject.objects.create(project=cast.project, url=URL, remote_id=1)
    for number, one in enumerate(pool, start=1):
        wire.add(1, data={"text": one.text, "ext_id": str(one.pk)})
        wire.annotate(one.pk, number, "denial", by=7)
        wire.annotate(one.pk, number + 100, "claim", by=8)
    rows, told = wire.tasks(1), []
    parts = [rows, rows[::-1], rows[:3], rows[3:], rows[2:5], rows]
    at_once(lambda part: told.append(bring(cast.project, RemoteProject.objects.get(pk=remote.pk), part)), parts)
    assert sum(one.created for one in told) == Annotation.objects.count() == RemoteAnnotation.objects.count() == 12
    assert Event.objects.filter(verb=Verb.ANSWERED).count() == 12
    assert (RemoteTask.objects.count(), User.objects.filter(is_active=False).count()) == (6, 2)
    assert Counter(Annotation.objects.values_list("surplus", flat=True)) == {False: 6, True: 6}
    assert set(Sentence.objects.filter(project=cast.project).values_list("slots_free", flat=True)) == {0}
