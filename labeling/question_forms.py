"""The form of a reply: whether one's answer stays, what it becomes otherwise, and why."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from labeling.acts import Act
from labeling.flow.question import MAX_TEXT
from labeling.models import Annotation, Label

KEEP, UNSURE = "keep", "unsure"
# Before a label's key: a label may be called as one of the two above.
LABEL = "label-"


class ReplyForm(forms.Form):
    """Nothing is chosen at first: whoever sends the form has looked again. `own`: what they had answered."""

    key = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(("required", "invalid"), _("Reload the page, then send your reply again.")),
    )
    answer = forms.ChoiceField(
        label=_("Your answer now"),
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Choose whether your answer stays or becomes another.")
        ),
    )
    second_label = forms.ChoiceField(
        label=_("Second label"),
        help_text=_("Optional; for an answer that changes."),
        required=False,
        error_messages={"invalid_choice": _("Choose one of the labels.")},
    )
    text = forms.CharField(
        label=_("Why"),
        help_text=_("A few words help the adjudicator, above all where your answer stays."),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": _("Write at most 2,000 characters.")},
    )

    def __init__(self, sent: Any = None, *, own: Annotation, labels: list[Label], question: int) -> None:
        # Several of these stand on one page.
        super().__init__(sent, auto_id=f"q{question}-%s", initial={"key": uuid.uuid4()})
        self._own = own
        offered = [(LABEL + label.key, str(label)) for label in labels]
        for name, choices in (
            ("answer", [(KEEP, _("It stays as it is")), *offered, (UNSURE, _("Unsure"))]),
            ("second_label", [("", "–"), *((label.key, str(label)) for label in labels)]),
        ):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = choices

    def act(self) -> Act | None:
        """The act that changes the answer; None where it stays. Comment and time of the first reading stay."""
        chosen, own = self.cleaned_data["answer"], self._own
        was = (own.label.key if own.label else None, own.second_label.key if own.second_label else None)
        label = None if chosen == UNSURE else chosen.removeprefix(LABEL)
        second = self.cleaned_data["second_label"] or None
        now = (label, None if label is None or second == label else second)
        if chosen == KEEP or was == now:
            return None
        # What was no sentence of its own under one label may be one under another.
        same = own.label is not None and label == own.label.key
        return Act(
            key=self.cleaned_data["key"],
            kind="answer",
            sentence=own.sentence_id,
            label=label,
            second_label=now[1],
            unsure=label is None,
            boilerplate=own.boilerplate and same,
            bad_segment=own.bad_segment and same,
            comment=own.comment,
            seconds=own.seconds,
        )
