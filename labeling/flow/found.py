"""Founding a project: its labels and its guideline."""

from collections.abc import Sequence
from itertools import count
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from labeling.errors import AlreadyHere, Refused
from labeling.models import Event, Guideline, Label, Membership, Project, Role, Verb

GUIDELINES = Path(__file__).resolve().parent.parent / "guidelines"
# key, English, Indonesian, answers for what is not a sentence of its own
SCHEME = (
    ("claim", "Claim", "Klaim", False),
    ("denial", "Denial", "Bantahan", False),
    ("condemnation", "Condemnation", "Kecaman", False),
    ("none", "None of these", "Lainnya", True),
)
# Label -> (English, Indonesian): words that such sentences tend to hold, to find the first ones by. Words of content
# alone: what every sentence holds leads nowhere.
CUES = {
    "claim": (
        "said says stated claims claimed announced alleged insisted according spokesperson",
        "kata ujar menyatakan mengklaim menyebut mengatakan menegaskan menurut juru bicara",
    ),
    "denial": (
        "denied denies denial rejected rejects refuted dismissed untrue false baseless",
        "membantah menepis menyangkal menampik bantahan tudingan tidak benar tak berdasar hoaks",
    ),
    "condemnation": (
        "condemned condemns condemnation deplored denounced criticised protested outrage shameful unacceptable",
        "mengecam mengutuk kecaman menyesalkan memprotes mengkritik keji biadab tercela",
    ),
    "none": (
        "Monday morning rain weather schedule background kilometres visitors",
        "Senin pagi hujan cuaca jadwal suasana kilometer pengunjung",
    ),
}


def may_found(user: User) -> bool:
    """Whether `user` may found a project: who owns one, whom an operator allowed it, and the first person of all."""
    if Membership.objects.filter(user=user, role=Role.OWNER).exists() or user.has_perm("labeling.add_project"):
        return True
    return not User.objects.filter(pk__lt=user.pk).exists()


@transaction.atomic
def create_project(
    *,
    by: User | None,
    slug: str = "",
    name: str = "",
    languages: tuple[str, ...] = ("id", "en"),
    overlap: int = 1,
    audit_size: int = 300,
    labels: Sequence[tuple[str, str, str, bool]] = SCHEME,
    guideline: str = "",
    label_config: str = "",
) -> Project:
    """A project with the default labels and guideline, and `by` as its owner. Without `slug` it is made of the name.

    `labels` are others than the default ones, as in SCHEME, in the order of their digits; `guideline` is their text.
    `label_config` is the config of Label Studio that they came with.

    Raises AlreadyHere where the slug is taken, Refused where a value makes no sense.
    """
    slug = slug or _short_name(name)
    taken = _("A project called %(slug)s is here already. Choose another short name.") % {"slug": slug}
    if Project.objects.filter(slug=slug).exists():
        raise AlreadyHere(taken)
    if not languages or not {code for code, _name in settings.LANGUAGES}.issuperset(languages):
        raise Refused(_("Choose at least one of the languages."))
    project = Project(
        slug=slug,
        name=name or slug,
        languages=list(languages),
        overlap=overlap,
        audit_size=audit_size,
        label_config=label_config,
    )
    try:
        project.full_clean(exclude=["version"])
    except ValidationError as error:
        said = "; ".join(f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items())
        raise Refused(said) from error
    try:
        with transaction.atomic():
            project.save()
    except IntegrityError as error:
        # Somebody else took the short name a moment ago.
        raise AlreadyHere(taken) from error
    _furnish(project, labels, guideline)
    if by is not None:
        Membership.objects.create(project=project, user=by, role=Role.OWNER)
    Event.objects.create(project=project, who=by, verb=Verb.CREATED, after={"slug": slug})
    return project


def _short_name(name: str) -> str:
    """A short name made of `name` that no project has. Raises Refused where nothing of it fits into an address."""
    base = slugify(name)[:50].strip("-_")
    if not base:
        raise Refused(_("Write a short name too: letters, digits and hyphens."))
    taken = set(Project.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(one for n in count(1) if (one := base if n == 1 else f"{base}-{n}") not in taken)


def _furnish(project: Project, labels: Sequence[tuple[str, str, str, bool]], guideline: str) -> None:
    """The labels, and `guideline`, or the default one, which speaks of the default labels alone."""
    Label.objects.bulk_create(
        Label(
            project=project,
            key=key,
            digit=digit,
            colour=digit,
            name_en=en,
            name_id=id_,
            is_none=is_none,
            cue_en=CUES[key][0] if labels is SCHEME else "",
            cue_id=CUES[key][1] if labels is SCHEME else "",
        )
        for digit, (key, en, id_, is_none) in enumerate(labels, start=1)
    )
    if guideline or labels is not SCHEME:
        named = "\n".join(f"## {en}" for _key, en, _id, _none in labels)
        texts = dict.fromkeys(("text_en", "text_id"), guideline or named)
    else:
        texts = {f"text_{lang}": _default(lang) for lang in ("en", "id")}
    Guideline.objects.create(project=project, number=1, **texts)


def _default(lang: str) -> str:
    return (GUIDELINES / f"default.{lang}.md").read_text(encoding="utf-8")
