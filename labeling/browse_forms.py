"""The forms of the list of sentences."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from labeling.flow.browse import Wanted
from labeling.models import Annotation, Membership, Project

MAX_REASON = 500
ANY = ("", _("Any"))
STATUS = (
    ("open", _("Wants an answer")),
    ("lent", _("In somebody's hand")),
    ("answered", _("Answered")),
    ("settled", _("Settled")),
    ("disputed", _("Disputed")),
    ("audit", _("Audit sample")),
    ("boilerplate", _("Boilerplate")),
    ("twin", _("Same as an earlier sentence")),
    ("out", _("Taken out of the pool")),
)
FLAGS = (("unsure", _("Unsure")), ("boilerplate", _("Boilerplate")), ("bad_segment", _("Badly cut")))
_UNKNOWN = {"invalid_choice": _("Choose one of the list.")}


def _choice(label: Any, choices: Any = ()) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[ANY, *choices], required=False, error_messages=_UNKNOWN)


class BrowseForm(forms.Form):
    """What the list is narrowed to. It is read out of the address, so that a list can be sent to somebody.

    Without `names` it cannot be narrowed to who answered.
    """

    q = forms.CharField(
        label=_("Words"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        error_messages={"max_length": _("Write at most 200 characters.")},
    )
    status = _choice(_("State"), STATUS)
    flag = _choice(_("Flag"), FLAGS)
    article = forms.IntegerField(
        label=_("Number of the article"),
        min_value=1,
        max_value=2**63 - 1,
        required=False,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _("Write the number of an article.")),
    )

    def __init__(self, *args: Any, project: Project, names: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._labels = {label.key: label for label in project.labels.all()}
        labels = [(key, str(label)) for key, label in self._labels.items()]
        self.fields["label"] = _choice(_("Somebody chose"), labels)
        self.fields["also_label"] = _choice(_("Somebody else chose"), labels)
        if names:
            people = _people(project)
            self.fields["annotator"] = _choice(_("Answered by"), people)
            self.fields["other"] = _choice(_("Answered differently by"), people)
        self.fields["lang"] = _choice(_("Language"), [(lang, lang) for lang in project.languages])
        self.order_fields(["q", "status", "label", "also_label", "annotator", "other", "flag", "lang", "article"])

    def wanted(self) -> Wanted:
        """What `flow.browse` takes."""
        sent = self.cleaned_data
        label, also = (self._labels.get(sent[name]) for name in ("label", "also_label"))
        return Wanted(
            words=sent["q"],
            status=sent["status"],
            label=label.pk if label else None,
            article=sent["article"],
            annotator=int(sent["annotator"]) if sent.get("annotator") else None,
            other=int(sent["other"]) if sent.get("other") else None,
            also_label=also.pk if also else None,
            flag=sent["flag"],
            lang=sent["lang"],
        )


def _people(project: Project) -> list[tuple[int, str]]:
    """Members, and whoever has left answers behind."""
    here = Membership.objects.filter(project=project, user=OuterRef("pk"))
    told = Annotation.objects.filter(project=project, annotator=OuterRef("pk"))
    found = User.objects.filter(Exists(here) | Exists(told)).order_by("username")
    return list(found.values_list("pk", "username"))


class ReasonForm(forms.Form):
    """Why a sentence is taken out of the pool."""

    reason = forms.CharField(label=_("Why (may be left empty)"), max_length=MAX_REASON, required=False)
