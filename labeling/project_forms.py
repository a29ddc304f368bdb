"""The forms of a project's own pages: its settings, and sentences found by words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from labeling.flow.change import FIELDS
from labeling.founding_forms import languages_field, name_field, overlap_field, switch_field
from labeling.models import Label, Project
from labeling.strategies_offered import OFFERED

MAX_CUE = 1_000
MAX_AUDIT, MAX_RETRAIN = 10_000, 10_000
SWITCHES = ("find_rare", "reveals", "repeats", "hides_names")


def _number(what: Any) -> dict[str, Any]:
    """One sentence for whatever is wrong with a number: it says what to write."""
    return dict.fromkeys(("required", "invalid", "min_value", "max_value"), what)


def _switch(label: Any, hint: Any) -> forms.TypedChoiceField:
    return switch_field(label, hint, on=_("On"), off=_("Off"))


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that belong together on the page."""

    heading: str
    hint: str
    fields: list[BoundField]


class SettingsForm(forms.Form):
    """What an owner may change about a project; its labels' cues have a field for each language of the project."""

    name = name_field()
    languages = languages_field()
    overlap = overlap_field(
        _(
            "More: sentences that have answers are asked again, of other people. Fewer: what has enough is not asked "
            "any more. Every answer stays and counts. Where there are more than twenty thousand sentences, they follow "
            "in the background: “Background work” shows how far they are."
        )
    )
    strategy = forms.ChoiceField(
        label=_("Strategy"),
        choices=lambda: [(name, f"{called}: {asks}") for name, (called, asks) in OFFERED.items()],
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose one of the strategies below.")),
    )
    find_rare = _switch(
        _("Find rare labels"),
        _("Favours sentences that may carry a label of which few are known, and seeks labels that are missing."),
    )
    review_percent = forms.IntegerField(
        label=_("Reviews, in percent"),
        help_text=_("So many of every hundred sentences ask a second person about a label that the model doubts."),
        min_value=0,
        max_value=50,
        error_messages=_number(_("Write a whole number from 0 to 50.")),
    )
    reveals = _switch(
        _("Show what the model suggests"),
        _(
            "Only after a person's own answer is saved, from the next training on, and never for the audit sample. "
            "Each showing is recorded, and the export says which answers were given after one."
        ),
    )
    repeats = _switch(
        _("Ask people some of their own sentences again"),
        _(
            "One sentence in twenty, unannounced, at the earliest fifty answers later. It shows how steady a person's "
            "answers are; what they answered first stays."
        ),
    )
    most_answers = forms.IntegerField(
        label=_("Answers before an adjudicator"),
        help_text=_(
            "Where the answers to a sentence differ, or nobody was sure, one more person is asked while there are "
            "fewer than this and somebody is left to ask; then an adjudicator settles it. With 1 it goes there at once."
        ),
        min_value=1,
        max_value=10,
        error_messages=_number(_("Write a whole number from 1 to 10.")),
    )
    hides_names = _switch(
        _("Hide names from adjudicators"),
        _("They read “Annotator A” and “Annotator B” instead, and do not see who else decided. You see the names."),
    )
    retrain_after = forms.IntegerField(
        label=_("New labels before the next training"),
        help_text=_("Training starts by itself after so many new labels, or a minute after fewer."),
        min_value=1,
        max_value=MAX_RETRAIN,
        error_messages=_number(_("Write a whole number from 1 to 10,000.")),
    )
    audit_size = forms.IntegerField(
        label=_("Size of the audit sample"),
        help_text=_(
            "It grows with the next imports up to this size, but never beyond a fifth of the pool, and never shrinks."
        ),
        min_value=0,
        max_value=MAX_AUDIT,
        error_messages=_number(_("Write a whole number from 0 to 10,000.")),
    )
    stop_gain = forms.FloatField(
        label=_("Gain that is worth a hundred more labels"),
        help_text=_(
            "The model page says that labelling may stop once a hundred more labels are expected to raise macro-F1 by "
            "less than this; 0.01 is one point of a hundred."
        ),
        min_value=0,
        max_value=1,
        error_messages=_number(_("Write a number from 0 to 1, such as 0.01.")),
        widget=forms.NumberInput(attrs={"step": "any"}),
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        self._cues: list[tuple[str, str, str]] = []
        initial = {name: getattr(project, name) for name in FIELDS} | {
            "review_percent": round(100 * project.review_share),
            **{name: "1" if getattr(project, name) else "" for name in SWITCHES},
        }
        super().__init__(*args, **{"initial": initial, **kwargs})
        for label in Label.objects.offered().filter(project=project):
            for code, language in settings.LANGUAGES:
                if code in project.languages:
                    self._add_cue(label, code, str(language))

    def _add_cue(self, label: Label, code: str, language: str) -> None:
        attribute = f"cue_{code}"
        name = f"{attribute}_{label.pk}"
        self._cues.append((name, label.key, attribute))
        self.fields[name] = forms.CharField(
            label=f"{label}, {language}",
            max_length=MAX_CUE,
            required=False,
            initial=getattr(label, attribute),
            widget=forms.Textarea(attrs={"rows": 2}),
            error_messages={"max_length": _("Write at most 1,000 characters.")},
        )

    def sections(self) -> list[Section]:
        """The page, from top to bottom."""
        return [
            self._section(gettext("Project"), "", "name", "languages", "overlap"),
            self._section(
                gettext("What is asked next"), "", "strategy", "find_rare", "review_percent", "reveals", "repeats"
            ),
            self._section(gettext("Where people differ"), "", "most_answers", "hides_names"),
            self._section(gettext("Learning and measuring"), "", "retrain_after", "audit_size", "stop_gain"),
            self._section(
                gettext("Words to look for"),
                gettext(
                    "While a label has fewer than three settled sentences, every fifth place goes to sentences like "
                    "these words. Typical words, or a sentence of that kind, both serve."
                ),
                *(name for name, _key, _attribute in self._cues),
            ),
        ]

    def _section(self, heading: str, hint: str, *names: str) -> Section:
        return Section(heading, hint, [self[name] for name in names])

    def settings(self) -> dict[str, object]:
        """The fields of the project as `flow.change.change` takes them."""
        sent = self.cleaned_data
        return {name: sent[name] for name in FIELDS if name in sent} | {"review_share": sent["review_percent"] / 100}

    def cues(self) -> Mapping[str, Mapping[str, str]]:
        """The cues by label key."""
        found: dict[str, dict[str, str]] = {}
        for name, key, attribute in self._cues:
            found.setdefault(key, {})[attribute] = self.cleaned_data[name]
        return found


class FindForm(forms.Form):
    """Words to find sentences by."""

    q = forms.CharField(
        label=_("Words"),
        help_text=_("Finds sentences that hold all of them, parts of words too."),
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        error_messages={"required": _("Write at least one word."), "max_length": _("Write at most 200 characters.")},
    )
