"""What is done about a label that may be wrong: somebody is asked again, or it is found right."""

from django.contrib.auth.models import User
from django.db.models import F, Max
from django.utils.translation import gettext as _

from labeling import dialect
from labeling.errors import Refused
from labeling.flow import review
from labeling.flow.shelf import ReadSentence, told
from labeling.flow.suspects import AGAIN, RIGHT, seen_to
from labeling.flow.withdraw import held
from labeling.models import Annotation, Event, Label, Lease, QueueEntry, Selection, Sentence, Verb


def ask_again(*, by: User, sentence: Sentence) -> Sentence:
    """Want one more answer of `sentence`, of somebody who has not answered it; returns the row.

    Guarantees: row and Event are one transaction; it is wanted once, however often this is called; the sentence is
    served as a review, after what the ranking in service holds, and in its place by the next one. Raises Refused where
    it is out of the pool, of the audit sample, decided, asked already, or where nobody is left to ask, and where the
    project is archived.
    """
    return dialect.undeterred(lambda: _ask_again(by, sentence))


def find_right(*, by: User, sentence: Sentence, label: str) -> None:
    """Keep that somebody looked at the label, by its key, and found it right: it is doubted no more until it changes.

    Guarantees: no label, answer or verdict changes, so nothing is trained anew; twice is as good as once. Raises
    Refused where the sentence is settled as another label by now, and where the project is archived.
    """
    dialect.undeterred(lambda: _find_right(by, sentence, label))


def _ask_again(by: User, sentence: Sentence) -> Sentence:
    with dialect.writing():
        row = held(sentence)
        (read,) = told([row], row.project)
        label = _require_askable(read)
        Sentence.objects.filter(pk=row.pk).update(reviews=1, slots_free=F("slots_free") + 1)
        _enqueue(row)
        after = {AGAIN: label.key}
        Event.objects.create(project_id=row.project_id, who=by, verb=Verb.SOUGHT, sentence=row, after=after)
    return row


def _find_right(by: User, sentence: Sentence, label: str) -> None:
    with dialect.writing():
        row = held(sentence)
        (read,) = told([row], row.project)
        if not row.in_pool or read.settled is None or read.settled.key != label:
            raise Refused(_("The label of this sentence has changed meanwhile. The list shows how it stands."))
        if RIGHT in seen_to(row.project, [row.pk])[row.pk, label]:
            return
        after = {RIGHT: label}
        Event.objects.create(project_id=row.project_id, who=by, verb=Verb.SOUGHT, sentence=row, after=after)


def _require_askable(read: ReadSentence) -> Label:
    """The label that is doubted."""
    row = read.sentence
    if not row.in_pool or read.settled is None:
        raise Refused(_("The label of this sentence has changed meanwhile. The list shows how it stands."))
    if row.audit_place is not None:
        raise Refused(_("This sentence is of the audit sample, which has its own number of answers."))
    if read.verdict is not None:
        raise Refused(_("This sentence was decided. Change the decision, if it is wrong."))
    if row.slots_free or Lease.objects.filter(sentence=row, held=True).exists():
        raise Refused(_("Somebody is to answer this sentence already. Wait for that answer."))
    if row.reviews:
        raise Refused(_("This sentence was asked again already. If its label is wrong, decide it."))
    answered = Annotation.objects.given().filter(sentence=row).values("annotator")
    if not review.people(row.project).exclude(user__in=answered).exists():
        raise Refused(
            _("Nobody is left to ask: everybody who labels here has answered it. Invite somebody, or decide it.")
        )
    return read.settled


def _enqueue(row: Sentence) -> None:
    """Give it the last place of the ranking in service: what no ranking speaks of would be served as drawn by lot."""
    version = row.project.version_id
    if version is None:
        return
    entries = QueueEntry.objects.filter(project=row.project_id, version=version)
    last = entries.aggregate(last=Max("place"))["last"] or 0
    named = {"project_id": row.project_id, "selection": Selection.REVIEW}
    entries.update_or_create(
        version_id=version,
        sentence=row,
        defaults=named,
        create_defaults={**named, "place": last + 1, "score": 0.0},
    )
