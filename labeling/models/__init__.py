"""The rows. One noun a file."""

from labeling.models.agreement import LANGUAGE, AgreementReport
from labeling.models.annotation import Annotation, State
from labeling.models.dispute import Dispute, Question, Reply
from labeling.models.event import LABEL_VERBS, Event, Verb
from labeling.models.export_version import ExportVersion
from labeling.models.exposure import Exposure
from labeling.models.guideline import Guideline, GuidelineExample
from labeling.models.label import COLOURS, Label
from labeling.models.label_studio import BackendKey, RemoteAnnotation, RemoteProject, RemoteTask
from labeling.models.link import Invitation, OneTimeLink
from labeling.models.membership import ApiToken, Membership, Preference, Role
from labeling.models.model_version import Explanation, ModelVersion, QueueEntry
from labeling.models.pool_manifest import PoolManifest
from labeling.models.prediction import Posterior, Prediction
from labeling.models.project import Project
from labeling.models.pulse import Pulse
from labeling.models.repeat import Repeat
from labeling.models.run import ONE_AT_A_TIME, OPEN, Kind, Run, RunState
from labeling.models.sentence import Lease, Selection, Sentence
from labeling.models.source import Source, Unit, Upload
from labeling.models.task_data import TaskData
from labeling.models.verdict import ErrorKind, Verdict

__all__ = [
    "COLOURS",
    "LABEL_VERBS",
    "LANGUAGE",
    "ONE_AT_A_TIME",
    "OPEN",
    "AgreementReport",
    "Annotation",
    "ApiToken",
    "BackendKey",
    "Dispute",
    "ErrorKind",
    "Event",
    "Explanation",
    "ExportVersion",
    "Exposure",
    "Guideline",
    "GuidelineExample",
    "Invitation",
    "Kind",
    "Label",
    "Lease",
    "Membership",
    "ModelVersion",
    "OneTimeLink",
    "PoolManifest",
    "Posterior",
    "Prediction",
    "Preference",
    "Project",
    "Pulse",
    "Question",
    "QueueEntry",
    "RemoteAnnotation",
    "RemoteProject",
    "RemoteTask",
    "Repeat",
    "Reply",
    "Role",
    "Run",
    "RunState",
    "Selection",
    "Sentence",
    "Source",
    "State",
    "TaskData",
    "Unit",
    "Upload",
    "Verb",
    "Verdict",
]
