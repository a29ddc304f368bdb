"""What an owner says of how labels are settled."""

from typing import Any

from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from labeling.flow.rule import Rule
from labeling.founding_forms import switch_field
from labeling.models import Project

MOST = 10
# What the page offers where posteriors are switched on for the first time.
USUAL = 0.95


def _switch(label: Any, hint: Any) -> forms.TypedChoiceField:
    return switch_field(label, hint, on=_("Yes"), off=_("No"))


class RuleForm(forms.Form):
    """The rule, as one may try it before it is applied."""

    least = forms.IntegerField(
        label=_("Answers at least"),
        help_text=_("With fewer a sentence stays open, whatever they say. A verdict needs none."),
        min_value=1,
        max_value=MOST,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), _("Write a whole number from 1 to 10.")
        ),
    )
    majority = _switch(_("More than half settles"), _("Otherwise one who differs leaves the sentence open."))
    likeliest = _switch(
        _("The likeliest label settles what is left"),
        _(
            "From everybody's answers the model of Dawid and Skene learns how often each person gives which label for "
            "which, and from that how likely each label of a disputed sentence is."
        ),
    )
    threshold = forms.FloatField(
        label=_("If its probability is at least"),
        min_value=0.5,
        max_value=1,
        required=False,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), _("Write a number from 0.5 to 1, such as 0.95.")
        ),
        widget=forms.NumberInput(attrs={"step": "any"}),
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        rule = Rule.of(project)
        initial = {
            "least": rule.least,
            "majority": "1" if rule.majority else "",
            "likeliest": "" if rule.posterior is None else "1",
            "threshold": USUAL if rule.posterior is None else rule.posterior,
        }
        super().__init__(*args, **{"initial": initial, **kwargs})

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("likeliest") and cleaned.get("threshold") is None and "threshold" not in self.errors:
            self.add_error("threshold", self.fields["threshold"].error_messages["required"])
        return cleaned

    def rule(self) -> Rule:
        """The rule that was sent, once the form is valid."""
        found = self.cleaned_data
        return Rule(found["least"], found["majority"], found["threshold"] if found["likeliest"] else None)

    def hidden(self) -> list[SafeString]:
        """What was sent, to be sent once more unseen."""
        return [field.as_hidden() for field in self]
