"""What a project's own config calls things: its controls, its text, the field where that lies, and its labels."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from labeling.labelstudio.config import LABEL, SECOND, TEXT, Choices, Offered, config_of, labels_of, xml_of
from labeling.labelstudio.words import fold, words_of
from labeling.models import Label, Project


@dataclass(frozen=True, slots=True)
class Controls:
    """How answers and tasks of a project are written, as its config has it.

    `label` and `second` are the controls of an answer's label and of its second one, `text` what they are put on, and
    `field` the field of a task's data that holds the text. `values` says how a label is written, by its key; one that
    is not there is written as its key. `own`: a script sent the config; else all of it is as `config_of` writes it.
    """

    # Before `field`, which is no function any more from there on.
    values: Mapping[str, str] = field(default_factory=dict)
    label: str = LABEL
    second: str = SECOND
    text: str = TEXT
    field: str = TEXT
    own: bool = False

    def written(self, key: str) -> str:
        """The label with this key as the config writes it."""
        return self.values.get(key, key)


OURS = Controls()


@dataclass(frozen=True, slots=True)
class Named:
    """A label of a project: its key, its digit, its names, and whether it is on offer."""

    key: str
    digit: int
    names: tuple[str, str]
    is_offered: bool


def controls_of(project: Project) -> Controls:
    """What the project's config calls things; one query where it has a config of its own, none otherwise."""
    return controls(project.label_config, labels_by_project([project.pk])[project.pk]) if project.label_config else OURS


def labels_by_project(ids: Sequence[int]) -> dict[int, list[Named]]:
    """All labels of each project by its key, by their digits; one query."""
    labels: dict[int, list[Named]] = {pk: [] for pk in ids}
    rows = Label.objects.filter(project__in=ids).order_by("digit", "pk")
    for pk, key, digit, en, id_, retired_at in rows.values_list(
        "project", "key", "digit", "name_en", "name_id", "retired_at"
    ):
        labels[pk].append(Named(key, digit, (en, id_), retired_at is None))
    return labels


def controls(xml: str, labels: Sequence[Named]) -> Controls:
    """What the config `xml` calls things in a project with these `labels`; `OURS` where it is empty.

    A label that bears no more the name which the config has for it, and one that is none of the config's, is written by
    its English name, or by its key where that name means another.
    """
    if not xml:
        return OURS
    known = meant(labels)
    values = {known[word]: one.value for one in offered_by(xml) if (word := fold(one.value)) in known}
    for one in labels:
        name = one.names[0]
        values.setdefault(one.key, name if known.get(fold(name)) == one.key else one.key)
    return named_as(_read(xml), values)


def config_told(xml: str, labels: Sequence[Named]) -> str:
    """The config as the project tells it: `xml` as it was sent, while its labels are those on offer.

    Else one with its names, and the labels as they are now; ours where it is empty.
    """
    offered = [one for one in labels if one.is_offered]
    if not xml:
        return config_of([one.key for one in offered])
    known = meant(labels)
    if sorted(known.get(fold(one.value), "") for one in offered_by(xml)) == sorted(one.key for one in offered):
        return xml
    own = controls(xml, labels)
    now = tuple(Offered(own.written(one.key), one.key, one.digit) for one in offered)
    return xml_of(replace(_read(xml), labels=now))


def meant(labels: Iterable[Named]) -> dict[str, str]:
    """The key that a word means: a label on offer before one that is retired."""
    named = [(one.is_offered, (one.key, *one.names)) for one in labels]
    retired, offered = (words_of(words for known, words in named if known is on_offer) for on_offer in (False, True))
    return retired | offered


def names_of(xml: str) -> Controls:
    """What the config calls its controls and its text, without `values`; `OURS` where it is empty."""
    if not xml:
        return OURS
    return named_as(_read(xml))


def named_as(asked: Choices, values: Mapping[str, str] | None = None) -> Controls:
    """What a config calls things that was read already."""
    return Controls(values or {}, asked.control, asked.second, asked.text, asked.field, own=True)


def offered_by(xml: str) -> tuple[Offered, ...]:
    """The labels of a config that a project has."""
    return _read(xml).labels


@lru_cache(maxsize=64)
def _read(xml: str) -> Choices:
    return labels_of(xml)
