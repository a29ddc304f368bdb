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
# A field of a task's data, as a config names it.
_FIELD = re.compile(r"\$(\w{1,60})")
# What people call the label of a sentence that none of the others fits.
NONE_OF_THESE = {"none", "none of these", "other", "neither", "lainnya", "tidak ada"}


@dataclass(frozen=True, slots=True)
class Offered:
    """A label of a config: `value` as it stands there, `key` what we call it, `digit` its key on the keyboard."""

    value: str
    key: str
    digit: int

    @property
    def name(self) -> str:
        """As pages show it."""
        return self.value.strip()

    @property
    def is_none(self) -> bool:
        """Whether it is what a sentence gets that fits no other label."""
        return self.name.casefold() in NONE_OF_THESE


@dataclass(frozen=True, slots=True)
class Choices:
    """The one Choices of a config on its one Text, whose text lies in the field `field` of a task's data.

    `second` is what the optional second label goes by, whether the config asks for one (`asks_second`) or not.
    """

    labels: tuple[Offered, ...]
    control: str = LABEL
    second: str = SECOND
    text: str = TEXT
    field: str = TEXT
    asks_second: bool = True


def config_of(labels: Sequence[str]) -> str:
    """The config of a project that has none of its own: its labels by their keys, each with its place as hotkey."""
    return xml_of(Choices(tuple(Offered(label, label, digit) for digit, label in enumerate(labels, start=1))))


def xml_of(asked: Choices) -> str:
    """The config: the sentence as Text, the label as Choices with its digit as hotkey, and an optional second label."""
    view = ET.Element("View")
    ET.SubElement(view, "Text", name=asked.text, value=f"${asked.field}")
    single = {"toName": asked.text, "choice": "single"}
    first = ET.SubElement(view, "Choices", {"name": asked.control, **single, "required": "true"})
    for one in asked.labels:
        ET.SubElement(first, "Choice", value=one.value, hotkey=str(one.digit))
    if asked.asks_second:
        second = ET.SubElement(view, "Choices", {"name": asked.second, **single, "required": "false"})
        for one in asked.labels:
            ET.SubElement(second, "Choice", value=one.value)
    ET.indent(view)
    return ET.tostring(view, encoding="unicode")


def parsed(xml: str) -> dict[str, Any]:
    """What Label Studio makes of a config that `labels_of` takes, as its `parsed_label_config`."""
    root = _tree(xml)
    inputs = {
        one.get("name"): {"type": "Text", "valueType": one.get("valueType"), "value": one.get("value", "").lstrip("$")}
        for one in root.iter("Text")
    }
    told = {}
    for control in root.iter("Choices"):
        labels = {_written(one): dict(one.attrib) for one in control.iter("Choice")}
        told[control.get("name", "")] = {
            "type": "Choices",
            "to_name": [control.get("toName")],
            "inputs": [inputs[control.get("toName")]],
            "labels": list(labels),
            "labels_attrs": labels,
        }
    return told


def labels_of(xml: str) -> Choices:
    """What the config asks, and what it calls it.

    Raises Refused for what is no XML or declares something of its own (a DTD, an entity), and unless it is one Text
    whose value is a field of the data, and one Choices of two to nine labels on it, of which one is chosen.
    """
    root = _tree(xml)
    _require_known(root)
    text, (control, *second) = _the_text(root), _the_controls(root)
    if control.get("toName", "") != text.get("name"):
        raise Refused(_("The Choices must name the Text: toName is %(to)s.") % {"to": text.get("name", "?")})
    if control.get("choice", "single") not in ("single", "single-radio"):
        raise Refused(_("One label is chosen here, never several: write choice=“single”."))
    field = _FIELD.fullmatch(text.get("value", ""))
    if field is None:
        said = _("The text lies in a field of each task: write value=“$text”, or $ and the name of another field.")
        raise Refused(said)
    name = control.get("name", LABEL)
    # The second label is never called as the first one is.
    other = SECOND if name != SECOND else f"{SECOND}_2"
    return Choices(_labels(control), name, other, text.get("name", TEXT), field[1], bool(second))


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


def _the_controls(root: ET.Element) -> list[ET.Element]:
    """The one Choices; behind it a second one, not required, of the same labels, for an optional second label."""
    controls = list(root.iter("Choices"))
    if not (len(controls) == 1 or (len(controls) == 2 and _are_two_labels(*controls))) or not controls[0].get("name"):
        raise Refused(_("A config has one Choices with a name here; this one has %(n)d.") % {"n": len(controls)})
    return controls


def _are_two_labels(first: ET.Element, second: ET.Element) -> bool:
    one, other = ([_written(choice) for choice in control.iter("Choice")] for control in (first, second))
    is_second = second.get("name") == SECOND != first.get("name") and second.get("required") == "false"
    return is_second and second.get("toName") == first.get("toName") and set(other) <= set(one)


def _written(choice: ET.Element) -> str:
    """How a result writes the label."""
    return choice.get("alias") or choice.get("value") or ""


def _labels(control: ET.Element) -> tuple[Offered, ...]:
    choices = list(control.iter("Choice"))
    values = [_written(one) for one in choices]
    if not LEAST <= len(values) <= MOST:
        said = _("A config has two to nine labels here, one a digit of the keyboard; this one has %(n)d.")
        raise Refused(said % {"n": len(values)})
    keys = [_key(value.strip()) for value in values]
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
