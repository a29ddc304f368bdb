"""Taking a sentence out of the pool, and putting it back."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from labeling import dialect, jobs
from labeling.errors import Refused
from labeling.flow import repeat
from labeling.flow.archive import hold
from labeling.models import Event, Kind, Lease, Project, Sentence, Verb


def take_out(*, by: User, sentence: Sentence, reason: str = "") -> Sentence:
    """Ask nobody about `sentence` any more, until it is put back.

    Guarantees: row and Event are one transaction; what is lent of it ends at once, and an answer that is on its way is
    still kept; answers, verdict and its place in the audit sample stay with it, and count for nothing while it is out.
    Raises Refused where it is not in the pool, or the project is archived.
    """
    return dialect.undeterred(lambda: _take_out(by, sentence, reason.strip()))


def put_back(*, by: User, sentence: Sentence) -> Sentence:
    """Ask about `sentence` again, as if it had never been out; one that was held for boilerplate is a sentence now.

    Guarantees: row and Event are one transaction; its answers count again. Raises Refused where it is in the pool, was
    split or merged, where the same text is in the pool from another place, or where the project is archived.
    """
    return dialect.undeterred(lambda: _put_back(by, sentence))


def held(sentence: Sentence) -> Sentence:
    """The row as it is now, kept until the transaction ends. Call it in one.

    The project's row is held first, as by an import: nobody else brings the same text into the pool meanwhile. Raises
    Refused where the project is archived.
    """
    hold(sentence.project_id)
    Sentence.objects.hold([sentence.pk])
    return Sentence.objects.get(pk=sentence.pk)


def end_leases(ids: Iterable[int]) -> int:
    """Take the sentences out of every hand; returns how many there were. The leases stay as proofs of the asking."""
    gone = list(ids)
    repeat.end_of(gone)
    return Lease.objects.filter(sentence_id__in=gone, held=True).update(held=False)


def _take_out(by: User, sentence: Sentence, reason: str) -> Sentence:
    with dialect.writing():
        row = held(sentence)
        if not row.in_pool:
            raise Refused(_("This sentence is not in the pool, so there is nothing to take out."))
        row.slots_free += end_leases([row.pk])
        row.in_pool = False
        _write(row, taken_out_at=Now())
        Event.objects.create(
            project_id=row.project_id, who=by, verb=Verb.TOOK_OUT, sentence=row, after={"reason": reason}
        )
    return row


def _put_back(by: User, sentence: Sentence) -> Sentence:
    with dialect.writing():
        row = held(sentence)
        _require_outside(row)
        was = {"boilerplate": row.boilerplate}
        row.in_pool, row.boilerplate = True, False
        _write(row, taken_out_at=None)
        Event.objects.create(project_id=row.project_id, who=by, verb=Verb.PUT_BACK, sentence=row, before=was)
        # Its features were forgotten if a training came by meanwhile.
        jobs.owe(project=row.project, kind=Kind.FEATURES, by=by)
    return row


def _write(row: Sentence, *, taken_out_at: object) -> None:
    fields = {"in_pool": row.in_pool, "boilerplate": row.boilerplate, "slots_free": row.slots_free}
    Sentence.objects.filter(pk=row.pk).update(taken_out_at=taken_out_at, **fields)
    Project.objects.filter(pk=row.project_id).update(n_pool=F("n_pool") + (1 if row.in_pool else -1))


def _require_outside(row: Sentence) -> None:
    if row.in_pool:
        raise Refused(_("This sentence is in the pool already."))
    if row.replaced_at:
        raise Refused(_("This sentence was split or merged. Open its article to see what stands in its place."))
    same = Sentence.objects.in_pool().filter(project_id=row.project_id, text_hash=row.text_hash).first()
    if same is not None:
        said = _("The same sentence is in the pool already, in article %(article)d. Take that one out first.")
        raise Refused(said % {"article": same.source_id})
