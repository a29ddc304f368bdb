"""What an owner says of exports: which, whereto, and under which licence others may use them."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from labeling.licences import HUB
from labeling.models import Project

EXPORTS = (
    ("hf", _("Hugging Face data set")),
    ("hf-disk", _("Hugging Face data set, for load_from_disk")),
    ("jsonl", _("JSON Lines, one sentence a line")),
    ("csv", _("CSV, for a spreadsheet")),
    ("labelstudio", _("Label Studio tasks")),
)
OTHER = "other"
MAX_LICENCE, MAX_TEXT_LICENCE, MAX_CITATION, MAX_REPOSITORY = 60, 200, 2_000, 96
_CHOOSE_VERSION = dict.fromkeys(("required", "invalid_choice"), _("Choose one of the versions."))
# As huggingface_hub checks it: a name, or one with its owner before it; neither begins or ends with - or a dot.
_PART = r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?"
_REPOSITORY = re.compile(rf"(?!.*(?:--|\.\.))(?!.*\.git$)(?:{_PART}/)?{_PART}", re.IGNORECASE | re.ASCII)


def _without_text() -> forms.BooleanField:
    return forms.BooleanField(
        label=_("Leave the texts out"),
        help_text=_(
            "No sentence, title, neighbour or comment: the address of the article, the place in it and a hash of the "
            "text instead. For news that you may not pass on."
        ),
        required=False,
    )


class ExportForm(forms.Form):
    """`numbers` are those of the versions that can be produced again."""

    to = forms.ChoiceField(
        label=_("Format"),
        help_text=_(
            "The first is for publishing: with its card, the guideline, splits and every judgement. The second holds "
            "the same for scripts that call load_from_disk. The others carry the labels into other programs."
        ),
        choices=EXPORTS,
        widget=forms.RadioSelect,
        initial="hf",
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose one of the formats below.")),
    )
    version = forms.TypedChoiceField(
        label=_("Version"), coerce=int, empty_value=None, required=False, error_messages=_CHOOSE_VERSION
    )
    without_text = _without_text()

    def __init__(self, *args: Any, numbers: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].choices = [("", _("As the project is now")), *((n, n) for n in numbers)]  # type: ignore[attr-defined]  # a field of choices
        if not numbers:
            del self.fields["version"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("to") == "labelstudio" and cleaned.get("without_text"):
            self.add_error("to", _("Label Studio shows its tasks by their text: choose another format, or keep texts."))
        return cleaned

    def options(self) -> dict[str, Any]:
        """As an export Run takes them."""
        sent = self.cleaned_data
        version = {"version": sent["version"]} if sent.get("version") else {}
        return {"to": sent["to"], "texts": not sent["without_text"], **version}


class PublishForm(forms.Form):
    """A version to upload to the hub."""

    version = forms.TypedChoiceField(label=_("Version"), coerce=int, error_messages=_CHOOSE_VERSION)
    repository = forms.CharField(
        label=_("Repository"),
        help_text=_("Such as newsroom/claims; it is made where it is not there yet."),
        max_length=MAX_REPOSITORY,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={
            "required": _("Write the name of the repository."),
            "max_length": _("Write at most 96 characters."),
        },
    )
    private = forms.BooleanField(
        label=_("Private: only those whom you let in on the hub see it"), initial=True, required=False
    )
    without_text = _without_text()

    def __init__(self, *args: Any, numbers: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "publish_%s", **kwargs})
        self.fields["version"].choices = [(n, n) for n in numbers]  # type: ignore[attr-defined]  # a field of choices

    def clean_repository(self) -> str:
        name: str = self.cleaned_data["repository"]
        if not _REPOSITORY.fullmatch(name):
            raise forms.ValidationError(
                _("Write a name, or owner/name, of letters, digits, hyphens, underscores and dots.")
            )
        return name

    def options(self) -> dict[str, Any]:
        """As a publish Run takes them."""
        sent = self.cleaned_data
        kept = {name: sent[name] for name in ("version", "repository", "private")}
        return {**kept, "texts": not sent["without_text"]}


class LicenceForm(forms.Form):
    """What the card says of rights; everything may stay open."""

    licence = forms.ChoiceField(
        label=_("Licence of the labels"),
        choices=[("", _("Not said yet")), *HUB.items(), (OTHER, _("Another one"))],
        required=False,
        error_messages={"invalid_choice": _("Choose one of the licences.")},
    )
    other = forms.CharField(
        label=_("Its name, if it is another one"),
        max_length=MAX_LICENCE,
        required=False,
        error_messages={"max_length": _("Write at most 60 characters.")},
    )
    text_licence = forms.CharField(
        label=_("Rights in the texts"),
        help_text=_("Whose they are, and what others may do with them. News belongs to its publishers."),
        max_length=MAX_TEXT_LICENCE,
        required=False,
        error_messages={"max_length": _("Write at most 200 characters.")},
    )
    citation = forms.CharField(
        label=_("How to cite it"),
        help_text=_("A sentence, or BibTeX."),
        max_length=MAX_CITATION,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": _("Write at most 2,000 characters.")},
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        said = project.label_licence
        known = not said or said in HUB
        initial = {"licence": said if known else OTHER, "other": "" if known else said}
        initial |= {"text_licence": project.text_licence, "citation": project.citation}
        super().__init__(*args, **{"auto_id": "licence_%s", "initial": initial, **kwargs})

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("licence") == OTHER and not cleaned.get("other") and "other" not in self.errors:
            self.add_error("other", _("Write its name, or choose one of the list."))
        return cleaned

    def clean_citation(self) -> str:
        """With the line ends of the server, whatever the browser sends."""
        return "\n".join(str(self.cleaned_data["citation"]).splitlines())

    def settings(self) -> dict[str, object]:
        """The fields of the project as `flow.change.change` takes them."""
        sent = self.cleaned_data
        licence = sent["other"] if sent["licence"] == OTHER else sent["licence"]
        return {"label_licence": licence, "text_licence": sent["text_licence"], "citation": sent["citation"]}
