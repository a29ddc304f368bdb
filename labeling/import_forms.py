"""What comes in: a paste, a file, and what the columns of a table mean."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from labeling.flow import preview
from labeling.flow.preview import guess
from labeling.flow.receive import COLUMNS, ENDINGS, PACKED, Reading
from labeling.keys import text_hash
from labeling.models import Label, Project, Unit, Upload

LANGUAGES = [("", _("Guess from the text")), *settings.LANGUAGES]
MEANINGS = (
    ("text", _("Text")),
    ("lang", _("Language")),
    ("title", _("Title")),
    ("url", _("Link")),
    ("publisher", _("Publisher")),
    ("published_at", _("Date")),
    ("article", _("Article it belongs to")),
    ("label", _("Existing label")),
    ("annotator", _("Annotator")),
)
LEAVE_OUT = "-"


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
        help_text=_(
            "Text, HTML, CSV, TSV or JSON Lines, packed with gzip or not; parquet; or the .zip of an export, which "
            "comes back with all its answers. The ending of its name says which."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(f".{one}" for one in (*ENDINGS, PACKED[1:]))}),
    )
    unit = forms.ChoiceField(label=_("What one row or file holds"), choices=Unit.choices, required=False)
    lang = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, required=False)
    text_column = forms.CharField(
        label=_("Column that holds the text"),
        max_length=200,
        required=False,
        help_text=_("Only where it is not called “text”."),
    )
    look = forms.BooleanField(label=_("Look at the columns first"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "file" in cleaned and bool(cleaned["file"]) == bool(cleaned.get("text", "").strip()):
            raise forms.ValidationError(_("Paste a text or choose a file: one of the two."))
        return cleaned

    def upload(self) -> dict[str, Any]:
        """The arguments of `flow.receive.put_by` beyond who and where."""
        sent = self.cleaned_data
        file: UploadedFile[bytes] | None = sent["file"]
        columns = {"columns": {"text": sent["text_column"]}} if sent["text_column"] else {}
        title = {"title": sent["title"]} if sent["title"] else {}
        return {
            "name": file.name if file else sent["title"] or str(_("Pasted text")),
            "content": file or sent["text"].encode("utf-8", "surrogatepass"),
            "format": None if file else "text",
            "reading": Reading(sent["unit"] or Unit.ARTICLE, sent["lang"], columns if file else title),
        }


class ColumnsForm(forms.Form):
    """What each column of an upload means, and what its rows are."""

    unit = forms.ChoiceField(label=_("What one row holds"), choices=Unit.choices)
    lang = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, required=False)
    annotator = forms.CharField(
        label=_("Whose labels are they?"),
        max_length=150,
        required=False,
        help_text=_("Only for rows that name no annotator. A member of that name, or a name that stands for somebody."),
    )

    def __init__(self, *sent: Any, upload: Upload, columns: list[str]) -> None:
        guessed = {theirs: ours for ours, theirs in guess(columns).items()}
        super().__init__(*sent)
        self.initial = {"unit": upload.unit, "lang": upload.lang}
        self.theirs = {f"column-{number}": name for number, name in enumerate(columns)}
        for field, name in self.theirs.items():
            self.fields[field] = forms.ChoiceField(
                label=name, required=False, choices=[("", _("Leave out")), *MEANINGS], initial=guessed.get(name, "")
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        meant = [cleaned[field] for field in self.theirs if cleaned.get(field)]
        if "text" not in meant:
            raise forms.ValidationError(_("Say which column holds the text."))
        if len(meant) > len(set(meant)):
            raise forms.ValidationError(_("Two columns cannot mean the same. Leave one of them out."))
        return cleaned

    def reading(self) -> Reading:
        """As it was sent, or as it was guessed where nothing was; every column of ours is said, or said to be empty."""
        guessed = {name: self.get_initial_for_field(field, name) for name, field in self.fields.items()}
        chosen = self.cleaned_data if self.is_bound else guessed
        theirs = {chosen.get(field): name for field, name in self.theirs.items() if chosen.get(field)}
        columns = {ours: theirs.get(ours, "") for ours in COLUMNS}
        annotator = {"annotator": chosen["annotator"]} if chosen.get("annotator") else {}
        return Reading(chosen["unit"], chosen.get("lang") or "", {"columns": columns, **annotator})


class LabelsForm(forms.Form):
    """What label values mean that are none of the project's."""

    def __init__(self, *sent: Any, project: Project, values: list[str]) -> None:
        super().__init__(*sent)
        labels = [(one.key, str(one)) for one in Label.objects.offered().filter(project=project)]
        choices = [("", _("Refuse these rows")), (LEAVE_OUT, _("Leave the label out")), *labels]
        self.theirs = {f"label-{text_hash(value)}": value for value in values}
        for field, value in self.theirs.items():
            self.fields[field] = forms.ChoiceField(label=value[:60], required=False, choices=choices)

    def meanings(self) -> dict[str, str]:
        """Their value -> our key, or empty: leave the label out. Those to be refused are not in it."""
        chosen = {value: self.cleaned_data.get(field) for field, value in self.theirs.items()}
        return {value: "" if key == LEAVE_OUT else key for value, key in chosen.items() if key}


class Mapping:
    """The page's two forms, the first rows, and what would become of them as the forms stand.

    `look` is None while it is not known which column holds the text. Raises BadUpload where nothing can be read.
    """

    def __init__(self, upload: Upload, *sent: Any) -> None:
        self.head = preview.head(upload)
        self.columns = ColumnsForm(*sent, upload=upload, columns=list(self.head.columns))
        self.labels: LabelsForm | None = None
        self.look: preview.Look | None = None
        if self.columns.is_bound and not self.columns.is_valid():
            return
        self.reading = self.columns.reading()
        if not self.reading.options["columns"]["text"]:
            return
        unknown = preview.look(upload, self.reading).unknown
        self.labels = LabelsForm(*sent, project=upload.project, values=[value for value, _n in unknown])
        if self.labels.is_valid():
            options = {**self.reading.options, "labels": self.labels.meanings()}
            self.reading = Reading(self.reading.unit, self.reading.lang, options)
        self.look = preview.look(upload, self.reading)

    @property
    def is_sound(self) -> bool:
        """Whether both forms were sent and make sense."""
        return self.columns.is_bound and self.look is not None and bool(self.labels and self.labels.is_valid())

    @property
    def of_columns(self) -> list[forms.BoundField]:
        return [self.columns[field] for field in self.columns.theirs]
