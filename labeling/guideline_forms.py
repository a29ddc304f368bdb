"""The forms of the guideline: its text, two versions to compare, a sentence as an example."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from labeling.models import Guideline, GuidelineExample, Label, Project

MAX_TEXT, MAX_NOTE = 50_000, 500
_TOO_LONG = _("Write at most 50,000 characters.")
_NOTE_TOO_LONG = _("Write at most 500 characters.")


def _text(label: Any, lang: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 18, "lang": lang}),
        error_messages={"required": _("Write the guideline in this language too."), "max_length": _TOO_LONG},
    )


class GuidelineForm(forms.Form):
    """`base` is the number of the version that the text was written on; without it nothing is overwritten."""

    base = forms.CharField(required=False, widget=forms.HiddenInput)
    text_en = _text(_("The guideline in English"), "en")
    text_id = _text(_("The guideline in Indonesian"), "id")
    note = forms.CharField(
        label=_("What changed"),
        help_text=_("A sentence for annotators: they see it when they come back to work."),
        max_length=MAX_NOTE,
        error_messages={
            "required": _("Say in a sentence what changed: annotators read it."),
            "max_length": _NOTE_TOO_LONG,
        },
    )

    @classmethod
    def of(cls, current: Guideline, sent: Any = None) -> "GuidelineForm":
        """The form of the text that is in force, or of what was `sent`."""
        texts = {"text_en": current.text_en, "text_id": current.text_id}
        return cls(sent, initial={"base": current.number, **texts})

    def clean_base(self) -> int:
        sent = str(self.cleaned_data["base"])
        return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0


class CompareForm(forms.Form):
    """Two versions to compare: those named in the address, otherwise the newest and the one before."""

    old = forms.IntegerField(label=_("From version"), min_value=1)
    new = forms.IntegerField(label=_("to version"), min_value=1)

    def __init__(self, address: dict[str, Any], *, newest: int) -> None:
        super().__init__({"old": max(newest - 1, 1), "new": newest} | address)
        for field in self.fields.values():
            said = _("Write a whole number from 1 to %(newest)s.") % {"newest": newest}
            field.error_messages |= dict.fromkeys(("required", "invalid", "min_value"), said)
            field.widget.attrs |= {"max": newest}
        self.newest = newest

    def clean(self) -> dict[str, Any]:
        for name in ("old", "new"):
            if self.cleaned_data.get(name, 0) > self.newest:
                self.add_error(name, self.fields[name].error_messages["invalid"])
        return self.cleaned_data


class ExampleForm(forms.Form):
    label = forms.ModelChoiceField(
        label=_("It shows the label"),
        queryset=Label.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose one of the labels.")),
    )
    note = forms.CharField(
        label=_("Why it is one"),
        help_text=_("May stay empty. What to look at in this sentence."),
        required=False,
        max_length=MAX_NOTE,
        error_messages={"max_length": _NOTE_TOO_LONG},
    )

    def __init__(self, *args: Any, project: Project, former: GuidelineExample | None, **kwargs: Any) -> None:
        initial = {"label": former.label_id, "note": former.note} if former else {}
        super().__init__(*args, **{"initial": initial, **kwargs})
        field = self.fields["label"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = project.labels.offered()
