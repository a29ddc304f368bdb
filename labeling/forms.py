"""What people send, checked at the door. Every message is a sentence that says how to mend it."""

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from labeling.models import ErrorKind, Label, Preference, Project

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


class VerdictForm(forms.Form):
    """A decision; `then` is where to go: to the next dispute, or to the guideline with the sentence as an example."""

    label = forms.ModelChoiceField(
        queryset=Label.objects.none(),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose a label first.")),
    )
    reason = forms.CharField(
        max_length=2_000, required=False, error_messages={"max_length": _("Write at most 2,000 characters.")}
    )
    error_kind = forms.ChoiceField(choices=(("", _("Not said")), *ErrorKind.choices), required=False)
    blind = forms.BooleanField(required=False)
    key = forms.UUIDField(required=False)
    then = forms.ChoiceField(choices=(("next", ""), ("example", "")), required=False)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["label"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Label.objects.offered().filter(project=project)

    def decision(self) -> dict[str, Any]:
        """As `flow.adjudicate.decide` takes it."""
        return {name: told for name, told in self.cleaned_data.items() if name != "then"}
