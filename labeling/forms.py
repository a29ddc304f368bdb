"""What people send, checked at the door. Every message is a sentence that says how to mend it."""

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from labeling.flow.receive import ENDINGS
from labeling.models import Label, Preference, Project, Role, Unit

EXPORTS = (
    ("hf", _("Hugging Face data set")),
    ("jsonl", _("JSON Lines, one sentence a line")),
    ("csv", _("CSV, for a spreadsheet")),
    ("labelstudio", _("Label Studio tasks")),
)
MAX_SHORTCUTS, MAX_WORD = 40, 40


class SignInForm(AuthenticationForm):
    """Django's own, with a message that does not tell which of the two was wrong."""

    error_messages = {
        "invalid_login": _("This name and password do not belong together. Check both; capitals count."),
        "inactive": _("This account was closed. Ask the owner of your project."),
    }


if TYPE_CHECKING:
    _OfPreference = forms.ModelForm[Preference]
else:
    # Django's own class takes no type at run time.
    _OfPreference = forms.ModelForm


class LanguageForm(forms.Form):
    language = forms.ChoiceField(choices=settings.LANGUAGES)


class PreferenceForm(_OfPreference):
    """What is not sent stays as it was: the annotate page sends its shortcuts alone."""

    shortcuts_on = forms.TypedChoiceField(
        label=_("Keyboard shortcuts on the labelling page"),
        choices=(("1", _("On")), ("", _("Off"))),
        widget=forms.RadioSelect,
        coerce=lambda value: value == "1",
        empty_value="",
        required=False,
    )

    class Meta:
        model = Preference
        fields = ("language", "shortcuts_on", "shortcuts")
        labels: ClassVar = {"language": _("Language of the pages"), "shortcuts": _("Shortcuts that differ")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            for name in [name for name in self.fields if name not in self.data]:
                del self.fields[name]
        else:
            self.initial["shortcuts_on"] = "1" if self.instance.shortcuts_on else ""
            del self.fields["shortcuts"]

    def clean_shortcuts_on(self) -> bool:
        return bool(self.cleaned_data["shortcuts_on"])

    def clean_shortcuts(self) -> dict[str, str]:
        """Action to key, both short text; an empty object takes back every change."""
        found = self.cleaned_data["shortcuts"] or {}
        short = isinstance(found, dict) and len(found) <= MAX_SHORTCUTS
        if not short or not all(
            isinstance(word, str) and len(word) <= MAX_WORD for pair in found.items() for word in pair
        ):
            raise forms.ValidationError(_("The shortcuts must map actions to keys."))
        return dict(found)


class ImportForm(forms.Form):
    """A paste or a file, never both."""

    title = forms.CharField(label=_("Title"), max_length=300, required=False)
    text = forms.CharField(
        label=_("Text of the article"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 8})
    )
    file = forms.FileField(
        label=_("File"),
        required=False,
        allow_empty_file=True,
        help_text=_("Text, HTML, CSV, TSV or JSON Lines. The ending of its name says which."),
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(f".{one}" for one in ENDINGS)}),
    )
    unit = forms.ChoiceField(label=_("What one row or file holds"), choices=Unit.choices, required=False)
    lang = forms.ChoiceField(
        label=_("Language"), choices=[("", _("Guess from the text")), *settings.LANGUAGES], required=False
    )
    text_column = forms.CharField(
        label=_("Column that holds the text"),
        max_length=200,
        required=False,
        help_text=_("Only where it is not called “text”."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "file" in cleaned and bool(cleaned["file"]) == bool(cleaned.get("text", "").strip()):
            raise forms.ValidationError(_("Paste a text or choose a file: one of the two."))
        return cleaned

    def upload(self) -> dict[str, Any]:
        """The arguments of `flow.receive.accept` beyond who and where."""
        sent = self.cleaned_data
        file: UploadedFile[bytes] | None = sent["file"]
        columns = {"columns": {"text": sent["text_column"]}} if sent["text_column"] else {}
        title = {"title": sent["title"]} if sent["title"] else {}
        return {
            "name": file.name if file else sent["title"] or str(_("Pasted text")),
            "content": file or sent["text"].encode("utf-8", "surrogatepass"),
            "format": None if file else "text",
            "unit": sent["unit"] or Unit.ARTICLE,
            "lang": sent["lang"],
            "options": columns if file else title,
        }


class ExportForm(forms.Form):
    to = forms.ChoiceField(label=_("Format"), choices=EXPORTS, widget=forms.RadioSelect, initial="hf")


class PersonForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        help_text=_("One word, as they will see it: letters, digits and @ . + - _"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class VerdictForm(forms.Form):
    label = forms.ModelChoiceField(queryset=Label.objects.none())
    reason = forms.CharField(max_length=2_000, required=False)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["label"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = project.labels.all()
