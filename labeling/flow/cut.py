"""Cutting anew: a sentence that was cut wrongly is split, or merged with the next one.

The old rows stay as history, outside the pool, with their answers; new rows stand in their place and are asked anew.
docs/concepts.md says what becomes of everything that hangs on an old row, "Sentences that are cut anew".
"""

import re
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from labeling import dialect, jobs
from labeling.errors import Refused
from labeling.flow.withdraw import end_leases, held
from labeling.keys import SHUFFLE, place_of, text_hash
from labeling.models import Event, Kind, Project, Sentence, Source, Verb

# Where a second sentence may begin: at a word, or right after a mark that ends a sentence and lacks its space.
_PLACE = re.compile(r"(?<=\s)\S|(?<=[.!?…:;\"'”’)\]])\w")
# A row that others stand in place of is asked no more, and frees what it had in the pool.
_GONE: dict[str, Any] = {
    "in_pool": False,
    "slots_free": 0,
    "reviews": 0,
    "tie_breaks": 0,
    "sought_at": None,
    "duplicate_group": None,
    "audit_place": None,
    "audit_probability": None,
}
# No article has so many sentences: numbers on their way pass above all others, since each is unique at every moment.
_ABOVE = 1_000_000_000
Span = tuple[int, int]


def places(text: str) -> list[int]:
    """The offsets into `text` at which its second sentence may begin, in order; never 0."""
    return [found.start() for found in _PLACE.finditer(text) if text[: found.start()].strip()]


def split(*, by: User, sentence: Sentence, at: int) -> list[Sentence]:
    """Cut `sentence` in two before the character `at` of its text; white space between the two belongs to neither.

    Guarantees: rows, counters and Event are one transaction; the live sentences of the article keep their order and
    cover what they covered; nobody holds the old row any more, an answer on its way is kept with it as surplus; a new
    one whose text is in the pool already is its twin. Returns the new rows. Raises Refused where one half would be
    empty, where the sentence was taken out, split or merged meanwhile, or where the project is archived.
    """
    return dialect.undeterred(lambda: _split(by, sentence, at))


def merge(*, by: User, sentence: Sentence) -> Sentence:
    """Make one sentence of `sentence` and the next of the same paragraph; returns the new row.

    Guarantees what `split` does. Raises Refused where no sentence follows in the paragraph, or where one of the two was
    taken out, split or merged meanwhile.
    """
    return dialect.undeterred(lambda: _merge(by, sentence))


def next_of(sentence: Sentence) -> Sentence | None:
    """The live sentence that follows in the same paragraph."""
    following = Sentence.objects.live().filter(source_id=sentence.source_id, number=sentence.number + 1)
    return following.filter(paragraph=sentence.paragraph).first()


def _split(by: User, sentence: Sentence, at: int) -> list[Sentence]:
    with dialect.writing():
        old = held(sentence)
        _require_standing(old)
        left, right = old.text[: max(at, 0)].rstrip(), old.text[max(at, 0) :].lstrip()
        if not left or not right:
            raise Refused(_("Choose the word that the second sentence begins with."))
        spans = [(old.start, old.start + len(left)), (old.end - len(right), old.end)]
        return _replace(by, Verb.SPLIT, [old], spans, boilerplate=old.boilerplate)


def _merge(by: User, sentence: Sentence) -> Sentence:
    with dialect.writing():
        first = held(sentence)
        _require_standing(first)
        found = next_of(first)
        if found is None:
            raise Refused(_("No sentence follows in the same paragraph, so there is nothing to merge with."))
        second = held(found)
        _require_standing(second)
        boilerplate = first.boilerplate and second.boilerplate
        (merged,) = _replace(by, Verb.MERGED, [first, second], [(first.start, second.end)], boilerplate=boilerplate)
        return merged


def _require_standing(row: Sentence) -> None:
    if row.replaced_at:
        raise Refused(_("This sentence was split or merged. Open its article to see what stands in its place."))
    if row.taken_out_at:
        raise Refused(_("This sentence is out of the pool. Put it back first, then change where it is cut."))


def _replace(
    by: User, verb: Verb, old: Sequence[Sentence], spans: Sequence[Span], *, boilerplate: bool
) -> list[Sentence]:
    first, ids = old[0], [one.pk for one in old]
    source = Source.objects.get(pk=first.source_id)
    end_leases(ids)
    Sentence.objects.filter(pk__in=ids).update(replaced_at=Now(), **_GONE)
    _renumber(old[-1], more=len(spans) - len(old))
    new = [_lay(first, source, first.number + n, span, boilerplate=boilerplate) for n, span in enumerate(spans)]
    instead = [twin.pk for one in old if one.in_pool and (twin := _step_forward(one))]
    more, in_pool = len(new) - len(old), sum(one.in_pool for one in new) + len(instead)
    Source.objects.filter(pk=source.pk).update(n_sentences=F("n_sentences") + more)
    Project.objects.filter(pk=first.project_id).update(
        n_sentences=F("n_sentences") + more, n_pool=F("n_pool") + in_pool - sum(one.in_pool for one in old)
    )
    drawn = {str(one.pk): one.audit_probability for one in old if one.audit_place is not None}
    shared = {
        "before": {"sentences": ids, "audit": drawn},
        "after": {"sentences": [one.pk for one in new], "asked_instead": instead},
    }
    for one in old:
        Event.objects.create(project_id=one.project_id, who=by, verb=verb, sentence=one, **shared)
    jobs.owe(project=first.project, kind=Kind.FEATURES, by=by)
    return new


def _renumber(last: Sentence, *, more: int) -> None:
    """Make room behind `last`, or close the gap there."""
    rows = Sentence.objects.live().filter(source_id=last.source_id, number__gt=last.number).order_by()
    ids = list(rows.values_list("pk", flat=True))
    Sentence.objects.hold(ids)
    rows.update(number=F("number") + _ABOVE)
    above = Sentence.objects.filter(source_id=last.source_id, number__gte=_ABOVE).order_by()
    above.update(number=F("number") - (_ABOVE - more))


def _lay(old: Sentence, source: Source, number: int, span: Span, *, boilerplate: bool) -> Sentence:
    start, end = span
    hashed = text_hash(source.text[start:end])
    pool = Sentence.objects.in_pool().filter(project_id=old.project_id, text_hash=hashed)
    twin = None if boilerplate else pool.first()
    return Sentence.objects.create(
        project_id=old.project_id,
        source=source,
        number=number,
        paragraph=old.paragraph,
        start=start,
        end=end,
        text=source.text[start:end],
        text_hash=hashed,
        lang=old.lang,
        boilerplate=boilerplate,
        in_pool=not boilerplate and twin is None,
        twin_of=twin,
        slots_free=old.project.overlap,
        shuffle=place_of(old.project_id, hashed, purpose=SHUFFLE),
    )


def _step_forward(old: Sentence) -> Sentence | None:
    """The first twin of a row that left the pool is asked in its stead: elsewhere the same text stands as it stood."""
    twins = Sentence.objects.live().filter(project_id=old.project_id, text_hash=old.text_hash, boilerplate=False)
    twin = twins.filter(taken_out_at__isnull=True).order_by("pk").first()
    if twin is not None:
        Sentence.objects.filter(pk=twin.pk).update(in_pool=True, slots_free=old.project.overlap)
    return twin
