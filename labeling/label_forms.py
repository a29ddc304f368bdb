"""What an owner says of a label."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from labeling.flow.scheme import FIELDS, next_colour
from labeling.founding_forms import short_name_field
from labeling.models import Label, Project

MAX_DESCRIPTION = 1_000
# In the order of the palette in css/base.css; each stands beside its colour.
PALETTE = (
    *(_("Blue"), _("Brown"), _("Red"), _("Grey"), _("Green")),
    *(_("Violet"), _("Teal"), _("Clay"), _("Olive")),
)


def _named(language: Any) -> forms.CharField:
    return forms.CharField(
        label=language,
        max_length=60,
        error_messages={"required": _("Write a name."), "max_length": _("Write at most 60 characters.")},
    )


def _described(language: Any) -> forms.CharField:
    return forms.CharField(
        label=language,
        required=False,
        max_length=MAX_DESCRIPTION,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": _("Write at most 1,000 characters.")},
    )


class LabelForm(forms.Form):
    """A label that is here: everything but its key."""

    name_en = _named(_("Name, in English"))
    name_id = _named(_("Name, in Indonesian"))
    colour = forms.TypedChoiceField(
        label=_("Colour"),
        choices=tuple(enumerate(PALETTE, start=1)),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose one of the colours.")),
    )
    description_en = _described(_("Description, in English"))
    description_id = _described(_("Description, in Indonesian"))

    def __init__(self, *args: Any, label: Label, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {name: getattr(label, name) for name in FIELDS}, **kwargs})

    def fields_sent(self) -> dict[str, object]:
        """FIELDS as `flow.scheme` takes them."""
        return {name: self.cleaned_data[name] for name in FIELDS}


class NewLabelForm(LabelForm):
    """A label to add."""

    key = short_name_field(
        _("What an export calls it; it stays for good. Left empty, it is made of the English name."),
        max_length=40,
        too_long=_("Write at most 40 characters."),
    )
    field_order = ("name_en", "name_id", "key", "colour", "description_en", "description_id")

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, label=Label(colour=next_colour(project)), **kwargs)


class MergeForm(forms.Form):
    """Where the answers of a label go."""

    into = forms.ModelChoiceField(
        label=_("Merge it into"),
        queryset=Label.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose one of the labels.")),
    )

    def __init__(self, *args: Any, label: Label, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["into"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Label.objects.offered().filter(project=label.project_id).exclude(pk=label.pk)
