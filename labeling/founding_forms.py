"""What a new project needs to be told, and the fields of it that other forms have too."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

MAX_OVERLAP, MAX_AUDIT = 10, 10_000


def name_field() -> forms.CharField:
    return forms.CharField(
        label=_("Name of the project"),
        max_length=120,
        error_messages={"required": _("Write a name."), "max_length": _("Write at most 120 characters.")},
    )


def short_name_field(hint: Any, *, max_length: int, too_long: Any) -> forms.SlugField:
    """What addresses and files call it; made of the name where it is left empty."""
    return forms.SlugField(
        label=_("Short name"),
        help_text=hint,
        max_length=max_length,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
        error_messages={
            "invalid": _("Write letters, digits, hyphens and underscores alone."),
            "max_length": too_long,
        },
    )


def languages_field() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("Languages of the articles"),
        choices=settings.LANGUAGES,
        widget=forms.CheckboxSelectMultiple,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose at least one of the languages.")),
    )


def overlap_field(hint: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Answers a sentence"),
        help_text=hint,
        min_value=1,
        max_value=MAX_OVERLAP,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), _("Write a whole number from 1 to 10.")
        ),
    )


def switch_field(label: Any, hint: Any, *, on: Any, off: Any) -> forms.TypedChoiceField:
    """On or off, as two radio buttons; False where it is off."""
    return forms.TypedChoiceField(
        label=label,
        help_text=hint,
        choices=(("1", on), ("", off)),
        widget=forms.RadioSelect,
        coerce=lambda value: value == "1",
        empty_value=False,  # type: ignore[arg-type]  # any value does, the stubs know text alone
        required=False,
    )


class ProjectForm(forms.Form):
    """A project to found."""

    name = name_field()
    slug = short_name_field(
        _("Part of the address, and it stays for good. Left empty, it is made of the name."),
        max_length=60,
        too_long=_("Write at most 60 characters."),
    )
    languages = languages_field()
    overlap = overlap_field(_("How many people answer each sentence. Two or more show how far people agree."))
    audit_size = forms.IntegerField(
        label=_("Size of the audit sample"),
        help_text=_("Sentences drawn by lot, never learned from, by which model and people are measured."),
        min_value=0,
        max_value=MAX_AUDIT,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), _("Write a whole number from 0 to 10,000.")
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        usual = {"languages": [code for code, _name in settings.LANGUAGES], "overlap": 1, "audit_size": 300}
        super().__init__(*args, **{"initial": usual, **kwargs})

    def project(self) -> dict[str, Any]:
        """The arguments of `flow.found.create_project` beyond who."""
        return {**self.cleaned_data, "languages": tuple(self.cleaned_data["languages"])}
