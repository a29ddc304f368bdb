"""Pushing: a Label Studio project gets our labels, a task a sentence of the pool, and what the model says of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from labeling.claims import Claim
from labeling.labelstudio import remote_project, sent
from labeling.labelstudio.exchanged import Exchanged
from labeling.labelstudio.sent import Predicted, Predictions
from labeling.labelstudio.wire import Unanswered, Wire, connect, wait
from labeling.models import Event, RemoteTask, Sentence, Verb

BATCH = 200
TRIES = 3


def run(*, claim: Claim) -> dict[str, Any]:
    """Do a PUSH Run; returns its result: `created`, `updated`, `unchanged` and the `conflicts`, each named.

    Options: `url`; `remote`, the project's number there, or null for a new one; `predictions`, the file that a PREDICT
    Run wrote. Guarantees: what was sent and has not changed is not sent again; a task that was made there is known
    again by the name of its sentence, so it may be cut anywhere and run again, without a double; what was changed there
    is named and left alone. Raises Refused where the server refuses, Unanswered where it does not answer, LostClaim
    where another worker took over.
    """
    with connect(claim) as wire:
        return _Push(claim, wire).done()


class _Push:
    def __init__(self, claim: Claim, wire: Wire) -> None:
        self.claim = claim
        self.wire = wire
        self.told = Exchanged.resumed(claim.run.cursor)
        self._goes_on = bool(claim.run.cursor)
        self.predictions = Predictions(str(claim.run.options.get("predictions") or ""))
        self.remote = remote_project.agreed(claim, wire, self.told)
        # Tasks that an earlier attempt of this Run made and could not note any more.
        self._made_before: set[int] = set()

    def done(self) -> dict[str, Any]:
        self._recognise()
        done, after = self.claim.run.done, int(self.claim.run.cursor.get("after", 0))
        while batch := self._next(after):
            done, after = done + len(batch), batch[-1].pk
            self._send(batch, done=done)
        self._name_those_that_left()
        self._set_version()
        return self._end()

    def _next(self, after: int) -> list[Sentence]:
        pool = Sentence.objects.in_pool().filter(project=self.claim.project, pk__gt=after).order_by("pk")
        return list(pool.select_related("source").defer("source__text")[:BATCH])

    def _send(self, batch: Sequence[Sentence], *, done: int) -> None:
        said = {one.pk: self.predictions.of(one.pk) for one in batch}
        noted = self._noted(batch)
        new = [one for one in batch if one.pk not in noted]
        made = self._make(new, said)
        known = {pk: self._known(one, said[one.pk], noted) for one in batch if (pk := one.pk) in noted}
        changed = [one for one in batch if one.pk in noted and noted[one.pk].sent != known[one.pk]]
        followed = self._follow(changed, noted, said)
        self.told.created += len(new)
        for pk in noted.keys() - {one.pk for one in changed}:
            kind = "created" if pk in self._made_before else "unchanged"
            setattr(self.told, kind, getattr(self.told, kind) + 1)
        with transaction.atomic():
            self._note(made)
            RemoteTask.objects.bulk_update(followed, ["sent"])
            total = max(self.claim.project.n_pool, done)
            self.claim.progress(done, total, after=batch[-1].pk, told=self.told.written())
            self.claim.went_on()

    def _noted(self, batch: Sequence[Sentence]) -> dict[int, RemoteTask]:
        rows = RemoteTask.objects.filter(remote=self.remote, sentence_id__in=[one.pk for one in batch])
        return {one.sentence_id: one for one in rows}

    @staticmethod
    def _known(sentence: Sentence, said: Predicted | None, noted: Mapping[int, RemoteTask]) -> str:
        """The hash that `sentence` has when it is sent as it is now; without a prediction, the one there stays."""
        before = noted[sentence.pk].sent
        if before == sent.ANOTHER:
            return ""
        predicted = sent.parts(before)[1]
        return sent.known_as(sent.fields_of(sentence), None) + (sent.prediction_part(said) or predicted)

    def _make(self, new: Sequence[Sentence], said: Mapping[int, Predicted | None]) -> list[RemoteTask]:
        """Tasks for these sentences, to be noted. What was not answered is looked for before it is asked again."""
        left, attempt = list(new), 0
        while left:
            try:
                bodies = [sent.body_of(one, said[one.pk]) for one in left]
                numbers = self.wire.make_tasks(self.remote.remote_id, bodies)
                return [self._row(one, number, said[one.pk]) for one, number in zip(left, numbers, strict=True)]
            except Unanswered:
                attempt += 1
                if attempt == TRIES:
                    raise
            wait(attempt)
            self._recognise()
            there = self._noted(left)
            left = [one for one in left if one.pk not in there]
        return []

    def _row(self, sentence: Sentence, number: int, said: Predicted | None) -> RemoteTask:
        known = sent.known_as(sent.fields_of(sentence), said)
        return RemoteTask(remote=self.remote, sentence=sentence, task_id=number, sent=known)

    def _follow(
        self, changed: Sequence[Sentence], noted: Mapping[int, RemoteTask], said: Mapping[int, Predicted | None]
    ) -> list[RemoteTask]:
        """Bring the tasks of these sentences up to date; returns their rows with what they are known by now.

        Each is looked at first: what it holds already is not sent again, and what was changed there is left alone.
        """
        attempt = 0
        while changed:
            try:
                return self._followed(changed, noted, said)
            except Unanswered:
                attempt += 1
                if attempt == TRIES:
                    raise
            wait(attempt)
        return []

    def _followed(
        self, changed: Sequence[Sentence], noted: Mapping[int, RemoteTask], said: Mapping[int, Predicted | None]
    ) -> list[RemoteTask]:
        numbers = [noted[one.pk].task_id for one in changed]
        found = self.wire.tasks(self.remote.remote_id, only=numbers, size=len(numbers))
        there = {int(one["id"]): one for one in found}
        followed, predictions, sends = [], [], set()
        for sentence in changed:
            row, predicted, fields = noted[sentence.pk], said[sentence.pk], sent.fields_of(sentence)
            task = self._as_it_was_left(row, there.get(row.task_id), fields)
            if task is None:
                continue
            wanted = sent.known_as(fields, None)
            theirs, prediction = sent.parts(sent.there(task))
            if theirs != wanted:
                self.wire.change_task(row.task_id, data={**task["data"], **fields})
                sends.add(row.task_id)
            if predicted and prediction != sent.prediction_part(predicted):
                predictions.append({"task": row.task_id, **predicted.body()})
                sends.add(row.task_id)
            row.sent = wanted + (sent.prediction_part(predicted) or prediction)
            followed.append(row)
        if predictions:
            self.wire.make_predictions(self.remote.remote_id, predictions)
        self.told.updated += len(sends)
        self.told.unchanged += len(followed) - len(sends)
        return followed

    def _as_it_was_left(
        self, row: RemoteTask, task: Mapping[str, Any] | None, fields: Mapping[str, str]
    ) -> Mapping[str, Any] | None:
        """The task, where nobody changed it there meanwhile; otherwise None, and it is named among the conflicts.

        One that no push has sent may have any other fields, but not another text.
        """
        if task is None:
            self.told.conflict(task=row.task_id, reason=_("The task is gone there. It is not made again."))
            return None
        theirs = sent.parts(sent.there(task))[0]
        known = (sent.known_as(fields, None), sent.parts(row.sent)[0])
        as_left = theirs in known if row.sent else task["data"].get("text") == fields["text"]
        if not as_left:
            said = _("The task there says something else than was sent. It is left as it is.")
            self.told.conflict(task=row.task_id, reason=said)
            return None
        return task

    def _name_those_that_left(self) -> None:
        """Name the tasks about which people are still asked there, though their sentences left the pool.

        To delete a task deletes what people said there, so that is left to somebody. One that is gone is forgotten.
        """
        left = RemoteTask.objects.filter(remote=self.remote, sentence__in_pool=False).order_by("task_id")
        after = 0
        while numbers := list(left.filter(task_id__gt=after).values_list("task_id", flat=True)[:BATCH]):
            after = numbers[-1]
            found = self.wire.tasks(self.remote.remote_id, only=numbers, size=len(numbers))
            there = {int(one["id"]): bool(one.get("is_labeled")) for one in found}
            for number in (one for one in numbers if there.get(one) is False):
                said = _("The sentence left the pool here, and people are still asked about it there. Delete its task.")
                self.told.conflict(task=number, reason=said)
            left.filter(task_id__in=set(numbers) - there.keys()).delete()
            self.claim.renew()

    def _recognise(self) -> None:
        """Note the tasks there that are named after our sentences and not noted yet.

        They are beyond the last that a push noted: what was made there is noted before anything else is made. What an
        answer was brought of may be noted before its neighbours, and does not count.
        """
        pushed = RemoteTask.objects.filter(remote=self.remote).exclude(sent="")
        after = pushed.aggregate(last=Max("task_id"))["last"] or 0
        while tasks := self.wire.tasks(self.remote.remote_id, after=after, size=BATCH):
            after = int(tasks[-1]["id"])
            recognised = self._recognised(tasks)
            if self._goes_on:
                self._made_before |= recognised

    def _recognised(self, tasks: Iterable[Mapping[str, Any]]) -> set[int]:
        """Their sentences; what does not fit is named among the conflicts."""
        named = {int(task["id"]): (pk, task) for task in tasks if (pk := sent.name_of(task)) is not None}
        pks = {pk for pk, _task in named.values()}
        texts = dict(Sentence.objects.filter(project=self.claim.project, pk__in=pks).values_list("pk", "text"))
        noted = RemoteTask.objects.filter(remote=self.remote, sentence__in=texts)
        taken = dict(noted.values_list("sentence_id", "task_id"))
        rows: dict[int, RemoteTask] = {}
        for number, (pk, task) in named.items():
            if taken.get(pk) == number:
                continue
            if pk in taken or pk in rows:
                said = _("The sentence has another task there already. This one is left alone.")
                self.told.conflict(task=number, reason=said)
            elif pk in texts:
                same = str(task["data"].get("text")) == texts[pk]
                known = sent.there(task) if same else sent.ANOTHER
                rows[pk] = RemoteTask(remote=self.remote, sentence_id=pk, task_id=number, sent=known)
        with transaction.atomic():
            self._note(list(rows.values()))
            self.claim.renew()
        return set(rows)

    def _note(self, rows: Sequence[RemoteTask]) -> None:
        # A webhook may have noted one of them a moment ago, and is not believed where it said another sentence.
        sentences = {one.task_id: one.sentence_id for one in rows}
        noted = RemoteTask.objects.filter(remote=self.remote, task_id__in=sentences)
        wrong = [pk for pk, *pair in noted.values_list("pk", "task_id", "sentence_id") if sentences[pair[0]] != pair[1]]
        RemoteTask.objects.filter(pk__in=wrong).delete()
        RemoteTask.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["remote", "sentence"], update_fields=["task_id", "sent"]
        )

    def _set_version(self) -> None:
        """Make what was pushed what the server samples by; it takes no version of which it has no prediction."""
        version = self.predictions.version
        if version and self.wire.project(self.remote.remote_id).get("model_version") != version:
            predicted = RemoteTask.objects.annotate(n=Length("sent")).filter(remote=self.remote, n__gt=sent.HALF)
            if predicted.exists():
                self.wire.change_project(self.remote.remote_id, model_version=version)

    def _end(self) -> dict[str, Any]:
        result = {**self.told.written(), "remote": self.remote.remote_id, "url": self.remote.url}
        counted = {name: result[name] for name in ("url", "remote", "created", "updated")}
        with transaction.atomic():
            after = {"to": "label_studio", **counted}
            Event.objects.create(
                project=self.claim.project, who=self.claim.run.asked_by, verb=Verb.EXPORTED, after=after
            )
            self.claim.finish(result)
        return result
