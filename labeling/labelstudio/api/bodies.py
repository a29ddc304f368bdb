"""What is sent and what comes back about answers, predictions, exports and the model: as the OpenAPI document says it.

Answers are made by `labelstudio.shapes` and go out as they are; these say what they look like. What is sent is taken
strictly: a number in quotation marks is no number.
"""

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import ConfigDict, Field

from labeling.labelstudio.stream import FORMATS

# A row's key, in any address and in any list of them.
MOST = 2**63 - 1
Key = Annotated[int, Field(ge=1, le=MOST)]


class ResultPart(Schema):
    """One choice: of the config's control, which is `label` where no script sent one, or of `label_2`."""

    model_config = ConfigDict(extra="allow")

    from_name: str
    to_name: str
    type: str
    value: dict[str, Any]


class AnnotationBody(Schema):
    id: int
    completed_by: int
    result: list[ResultPart]
    was_cancelled: bool
    ground_truth: bool
    created_at: datetime
    updated_at: datetime
    draft_created_at: datetime | None
    lead_time: float | None
    prediction: dict[str, Any]
    result_count: int
    unique_id: str | None
    import_id: int | None
    last_action: str
    bulk_created: bool
    task: int
    project: int
    updated_by: int
    parent_prediction: int | None
    parent_annotation: int | None
    last_created_by: int


class AnnotationSent(Schema):
    """What a script sends of an answer; what it sends beside these is of no account here."""

    model_config = ConfigDict(strict=True)

    result: list[dict[str, Any]] | None = Field(None, max_length=50)
    was_cancelled: bool | None = None
    lead_time: float | None = Field(None, allow_inf_nan=False)
    completed_by: int | None = None
    unique_id: str | None = Field(None, max_length=200)


class PredictionBody(Schema):
    id: int
    model_version: str
    created_ago: str
    result: list[ResultPart]
    score: float | None
    cluster: int | None
    neighbors: list[int] | None
    mislabeling: float
    created_at: datetime
    updated_at: datetime
    model: int | None
    model_run: int | None
    task: int
    project: int


class ExportedTask(Schema):
    """A task with its answers."""

    id: int
    annotations: list[AnnotationBody]
    file_upload: str | None
    drafts: list[dict[str, Any]]
    predictions: list[int]
    data: dict[str, Any]
    meta: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    allow_skip: bool
    inner_id: int
    total_annotations: int
    cancelled_annotations: int
    total_predictions: int
    comment_count: int
    unresolved_comment_count: int
    last_comment_updated_at: datetime | None
    project: int
    updated_by: int | None
    comment_authors: list[int]


class RecordBody(Schema):
    """An answer with the fields of its task, as JSON_MIN has it; a task without one has nulls."""

    model_config = ConfigDict(extra="allow")

    id: int
    annotator: int | None
    annotation_id: int | None
    created_at: datetime | None
    updated_at: datetime | None
    lead_time: float | None


class ExportAsked(Schema):
    """What is exported, and as what: the client calls the format `export_type`, Label Studio's pages `exportType`."""

    exportType: str = Field("", json_schema_extra={"enum": ["", *FORMATS]})
    export_type: str = Field("JSON", json_schema_extra={"enum": [*FORMATS]})
    download_all_tasks: bool = False
    ids: list[Key] = Field([], max_length=10_000)
    ids_too: list[Key] = Field([], alias="ids[]", max_length=10_000)


class FormatBody(Schema):
    name: str
    title: str
    description: str


class ConvertedBody(Schema):
    id: int
    status: str
    export_type: str
    traceback: str | None = None


class UserBody(Schema):
    id: int
    username: str
    email: str
    first_name: str
    last_name: str
    avatar: str | None = None


class SnapshotBody(Schema):
    """An export as it is asked for, got and listed."""

    id: int
    title: str
    created_by: UserBody
    created_at: datetime
    finished_at: datetime
    status: str
    md5: str
    counters: dict[str, int]
    converted_formats: list[ConvertedBody]


class ConvertSent(Schema):
    model_config = ConfigDict(strict=True)

    export_type: str = Field(json_schema_extra={"enum": [*FORMATS]})


class ConvertingBody(Schema):
    export_type: str
    converted_format: int


class BackendBody(Schema):
    id: int
    state: str
    readable_state: str
    is_interactive: bool
    url: str
    error_message: str | None
    title: str
    auth_method: str
    basic_auth_user: str | None
    basic_auth_pass_is_set: bool
    description: str
    extra_params: dict[str, Any] | None
    model_version: str | None
    timeout: float
    created_at: datetime
    updated_at: datetime
    auto_update: bool
    project: int


class VersionsBody(Schema):
    versions: list[str]
    message: str | None = None
