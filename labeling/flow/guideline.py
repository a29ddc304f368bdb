"""The rules that annotators follow: written as a new version, compared with what a person has seen."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from labeling import dialect
from labeling.errors import Overtaken, Refused
from labeling.flow.archive import hold
from labeling.models import Event, Guideline, Membership, Project, Verb
from labeling.text_changes import Line, changes

# So many of the versions that a person has not seen are told of by their notes.
TOLD = 3


@transaction.atomic
def write(*, project: Project, by: User, text_en: str, text_id: str, note: str, base: int) -> Guideline:
    """Save the rules as the next version, written on top of version `base`, and return the version that is current now.

    Guarantees: row and Event are written together; texts that are as they were make no version, so saving twice makes
    one. Raises Overtaken where somebody saved another version since `base`, Refused where a text or the note is empty
    and where the project is archived.
    """
    hold(project.pk)
    current = project.current_guideline()
    texts = {"text_en": tidy(text_en), "text_id": tidy(text_id)}
    if all(tidy(getattr(current, name)) == text for name, text in texts.items()):
        return current
    if base != current.number:
        raise Overtaken(
            _("Somebody saved version %(n)s while you wrote. Put both texts together, then save again.")
            % {"n": current.number}
        )
    if not all(texts.values()):
        raise Refused(_("Write the guideline in both languages: people read it in the language of their pages."))
    if not note.strip():
        raise Refused(_("Say in a sentence what changed: annotators read it."))
    number = current.number + 1
    written = Guideline.objects.create(project=project, number=number, note=note.strip(), by=by, **texts)
    Membership.objects.filter(project=project, user=by).update(guideline_seen=number)
    told = {"version": number, "note": written.note}
    Event.objects.create(project=project, who=by, verb=Verb.WROTE, before={"version": number - 1}, after=told)
    return written


def tidy(text: str) -> str:
    """`text` with the line ends that browsers send made plain, and without empty lines around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs from `old` to `new`, by language. `same`: both texts are equal to the letter."""

    old: Guideline
    new: Guideline
    texts: tuple[tuple[str, list[Line]], ...]
    same: bool


def compare(old: Guideline, new: Guideline) -> Comparison:
    """What changed between any two versions, saved or not."""
    pairs = {"en": (old.text_en, new.text_en), "id": (old.text_id, new.text_id)}
    texts = tuple((lang, changes(*pair)) for lang, pair in pairs.items())
    return Comparison(old, new, texts, same=all(former == latter for former, latter in pairs.values()))


@dataclass(frozen=True, slots=True)
class News:
    """`current` is the number of the version in force, `seen` the one that a person knows, `newer` those since then."""

    current: int
    seen: int
    newer: Sequence[Guideline]


def news(member: Membership) -> News:
    """What changed since `member` last saw the guideline, newest first; at most TOLD versions, without their texts.

    Whoever never opened it is told of what changed since they joined.
    """
    versions = Guideline.objects.filter(project_id=member.project_id).only("number", "note", "created_at")
    seen = member.guideline_seen
    if not seen:
        seen = versions.filter(Q(number=1) | Q(created_at__lte=member.joined_at)).latest("number").number
    newer = list(versions.filter(number__gt=seen).order_by("-number")[:TOLD])
    return News(newer[0].number if newer else seen, seen, newer)


def see(member: Membership, number: int) -> None:
    """Remember that `member` has seen version `number`, of those there are; never an older one than before."""
    if number <= member.guideline_seen:
        return
    latest = Guideline.objects.filter(project_id=member.project_id, number__lte=number).latest("number").number
    Membership.objects.filter(pk=member.pk, guideline_seen__lt=latest).update(guideline_seen=latest)
    member.guideline_seen = latest


def in_force(age: str) -> str:
    """SQL: the key of the version that was current so many seconds ago; its parameter is the project, then the age.

    An answer may reach the server long after it was given: it names the rules that its person could know.
    """
    then = f"(number = 1 OR {dialect.age('created_at')} >= {age})"
    own = f"FROM labeling_guideline WHERE project_id = %s AND {then}"
    return f"(SELECT id {own} ORDER BY number DESC LIMIT 1)"
