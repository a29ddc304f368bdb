"""One sentence closely: what stands around it, what is known of it, and what became of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from labeling.flow import cut
from labeling.flow.shelf import SENTENCES, ReadSentence, told
from labeling.models import Event, Sentence, Unit, Verb

# Who answered what is told elsewhere.
_SAID = {
    Verb.TOOK_OUT.value: _("taken out of the pool"),
    Verb.PUT_BACK.value: _("put into the pool"),
    Verb.SPLIT.value: _("split"),
    Verb.MERGED.value: _("merged with the next"),
    Verb.DECIDED.value: _("decided"),
    Verb.SOUGHT.value: _("looked into, since the model doubted its label"),
}


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody did with the sentence, in words, and the reason they gave."""

    at: datetime
    who: str
    said: str
    reason: str


@dataclass(frozen=True, slots=True)
class Word:
    """A stretch of the sentence; its second half may begin with it, at the offset `at`. None: not with the first."""

    text: str
    at: int | None


@dataclass(frozen=True, slots=True)
class Look:
    """`words` says where it may be split, `following` what it may be merged with.

    `instead` stands in its place where it was split or merged; `former` are rows in whose place it stands. `after` is
    the number to read its article from on; None: from the beginning.
    """

    read: ReadSentence
    context: tuple[Sentence | None, Sentence | None]
    words: list[Word]
    following: Sentence | None
    instead: list[Sentence]
    former: list[Sentence]
    history: list[Deed]
    after: int | None


def look(sentence: Sentence) -> Look:
    """All of it in eleven queries. Reads `sentence.project` and `sentence.source`: select them with the row."""
    article = Sentence.objects.filter(source_id=sentence.source_id)
    overlapping = article.filter(start__lt=sentence.end, end__gt=sentence.start).exclude(pk=sentence.pk)
    others = list(overlapping.order_by("start", "pk"))
    events = Event.objects.filter(sentence=sentence, verb__in=_SAID)
    (read,) = told([sentence], sentence.project)
    return Look(
        read=read,
        context=_context(sentence),
        words=list(_words(sentence.text)),
        following=cut.next_of(sentence),
        instead=[one for one in others if sentence.replaced_at and not one.replaced_at],
        former=[one for one in others if one.replaced_at and not sentence.replaced_at],
        history=[_deed(one) for one in events.select_related("who")],
        after=sentence.number - 1 if sentence.number >= SENTENCES else None,
    )


def _deed(event: Event) -> Deed:
    who = event.who.username if event.who else ""
    # A decision with nothing after it was taken back.
    back = event.verb == Verb.DECIDED and not event.after
    said = _("decision taken back") if back else _SAID[event.verb]
    return Deed(event.at, who, str(said), str(event.after.get("reason", "")))


def _context(sentence: Sentence) -> tuple[Sentence | None, Sentence | None]:
    """What stands before and after it; nothing in a list of sentences, which are no context of each other."""
    if sentence.source.unit != Unit.ARTICLE:
        return None, None
    live = Sentence.objects.live().filter(source_id=sentence.source_id)
    before = live.filter(end__lte=sentence.start).order_by("-start").first()
    return before, live.filter(start__gte=sentence.end).order_by("start").first()


def _words(text: str) -> Iterator[Word]:
    begin, at = 0, None
    for place in [*cut.places(text), len(text)]:
        yield Word(text[begin:place], at)
        begin, at = place, place
