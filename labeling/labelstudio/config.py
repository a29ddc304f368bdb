"""Labelling configs, Label Studio's XML: written from the labels of a project, and read into labels for one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from django.utils.text import slugify
from django.utils.translation import gettext as _

from labeling.errors import Refused

# The names of what we write: the text, its label, and an optional second label.
TEXT, LABEL, SECOND = "text", "label", "label_2"
MAX_LENGTH = 100_000
# What only arranges a page.
LAYOUT = {"View", "Header", "Style", "Collapse", "Panel"}
LEAST, MOST = 2, 9
KEY_MAX, NAME_MAX = 40, 60
_KEY = re.compile(r"[-A-Za-z0-9_]+")
# What people call the label of a sentence that none of the others fits.
NONE_OF_THESE = {"none", "none of these", "other", "neither", "lainnya", "tidak ada"}


@dataclass(frozen=True, slots=True)
class Offered:
    """A label of a config: `value` as it stands there, `key` what we call it, `digit` its key on the keyboard."""

    value: str
    key: str
    digit: int

    @property
    def is_none(self) -> bool:
        """Whether it is what a sentence gets that fits no other label."""
        return self.value.casefold() in NONE_OF_THESE


@dataclass(frozen=True, slots=True)
class Choices:
    """The one Choices of a config on its one Text, whose text lies in the field `field` of a task's data."""

    control: str
    text: str
    field: str
    labels: tuple[Offered, ...]


def config_of(labels: Sequence[str]) -> str:
    """The config: the sentence as Text, the label as Choices with its digit as hotkey, and an optional second label."""
    view = ET.Element("View")
    ET.SubElement(view, "Text", name=TEXT, value=f"${TEXT}")
    first = ET.SubElement(view, "Choices", name=LABEL, toName=TEXT, choice="single", required="true")
    second = ET.SubElement(view, "Choices", name=SECOND, toName=TEXT, choice="single", required="false")
    for digit, label in enumerate(labels, start=1):
        ET.SubElement(first, "Choice", value=label, hotkey=str(digit))
        ET.SubElement(second, "Choice", value=label)
    ET.indent(view)
    return ET.tostring(view, encoding="unicode")


def parsed(labels: Sequence[str]) -> dict[str, Any]:
    """What Label Studio makes of `config_of(labels)`, as its `parsed_label_config`."""
    inputs = [{"type": "Text", "valueType": None, "value": TEXT}]
    first = {label: {"value": label, "hotkey": str(digit)} for digit, label in enumerate(labels, start=1)}
    second = {label: {"value": label} for label in labels}
    return {
        name: {"type": "Choices", "to_name": [TEXT], "inputs": inputs, "labels": list(attributes)}
        | {"labels_attrs": attributes}
        for name, attributes in ((LABEL, first), (SECOND, second))
    }


def labels_of(xml: str) -> Choices:
    """What the config asks. Names of the controls may be any; what we answer calls them as `config_of` does.

    Raises Refused for what is no XML or declares something of its own (a DTD, an entity), and unless it is one Text
    with the value `$text` and one Choices of two to nine labels on it, of which one is chosen.
    """
    root = _tree(xml)
    _require_known(root)
    text, control = _the_text(root), _the_control(root)
    if control.get("toName", "") != text.get("name"):
        raise Refused(_("The Choices must name the Text: toName is %(to)s.") % {"to": text.get("name", "?")})
    if control.get("choice", "single") not in ("single", "single-radio"):
        raise Refused(_("One label is chosen here, never several: write choice=“single”."))
    if text.get("value") != f"${TEXT}":
        raise Refused(_("The text must lie in the field text of each task: write value=“$text”."))
    return Choices(control.get("name", LABEL), text.get("name", TEXT), TEXT, _labels(control))


def _tree(xml: str) -> ET.Element:
    if len(xml) > MAX_LENGTH:
        raise Refused(_("The config is longer than %(n)d characters.") % {"n": MAX_LENGTH})
    # Entities can only be declared so: without a declaration nothing grows, and nothing outside is asked for.
    if "<!doctype" in xml.casefold() or "<!entity" in xml.casefold():
        raise Refused(_("The config declares a document type or an entity. Send it without."))
    try:
        return ET.fromstring(xml)  # noqa: S314  # without a declaration there is nothing to attack with
    except (ET.ParseError, ValueError) as error:
        raise Refused(_("The config is no XML: %(why)s") % {"why": str(error)[:200]}) from None


def _require_known(root: ET.Element) -> None:
    found = {one.tag for one in root.iter() if isinstance(one.tag, str)}
    if foreign := sorted(found - LAYOUT - {"Text", "Choices", "Choice"}):
        said = _("%(tags)s is not offered here. A config has one Text, and one Choices of which one is chosen.")
        raise Refused(said % {"tags": ", ".join(foreign)[:200]})


def _the_text(root: ET.Element) -> ET.Element:
    texts = list(root.iter("Text"))
    if len(texts) != 1 or not texts[0].get("name"):
        raise Refused(_("A config has one Text with a name here; this one has %(n)d.") % {"n": len(texts)})
    return texts[0]


def _the_control(root: ET.Element) -> ET.Element:
    """The one Choices; a second one, not required and of the same labels, is our own optional second label."""
    controls = list(root.iter("Choices"))
    if len(controls) == 2 and controls[1].get("name") == SECOND and controls[1].get("required") == "false":
        del controls[1]
    if len(controls) != 1 or not controls[0].get("name"):
        raise Refused(_("A config has one Choices with a name here; this one has %(n)d.") % {"n": len(controls)})
    return controls[0]


def _labels(control: ET.Element) -> tuple[Offered, ...]:
    choices = list(control.iter("Choice"))
    values = [(one.get("alias") or one.get("value") or "").strip() for one in choices]
    if not LEAST <= len(values) <= MOST:
        said = _("A config has two to nine labels here, one a digit of the keyboard; this one has %(n)d.")
        raise Refused(said % {"n": len(values)})
    keys = [_key(value) for value in values]
    if len({key.casefold() for key in keys}) < len(keys):
        raise Refused(_("Two labels of the config have the same name, or names that are too much alike."))
    digits = _digits([one.get("hotkey", "") for one in choices])
    return tuple(Offered(*one) for one in zip(values, keys, digits, strict=True))


def _key(value: str) -> str:
    """What we call the label: itself where it may stand in an address, else what is like it."""
    key = value if _KEY.fullmatch(value) else slugify(value)
    if not key.strip("-_") or len(key) > KEY_MAX or len(value) > NAME_MAX or not value.isprintable():
        said = _("“%(label)s” cannot be a label: write some letters or digits, %(n)d at most.")
        raise Refused(said % {"label": value[:NAME_MAX], "n": KEY_MAX})
    return key


def _digits(hotkeys: Sequence[str]) -> list[int]:
    """The hotkeys where each is a digit of its own, else the places."""
    if len(set(hotkeys)) == len(hotkeys) and all(re.fullmatch("[1-9]", one) for one in hotkeys):
        return [int(one) for one in hotkeys]
    return list(range(1, len(hotkeys) + 1))


def is_empty(xml: str | None) -> bool:
    """Whether nothing is asked: Label Studio's own default, or nothing at all."""
    return not xml or not xml.strip() or xml.replace(" ", "") in ("<View></View>", "<View/>")
