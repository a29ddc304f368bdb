"""The rows. One noun a file."""

from labeling.models.agreement import AgreementReport
from labeling.models.annotation import Annotation, State
from labeling.models.event import LABEL_VERBS, Event, Verb
from labeling.models.link import OneTimeLink
from labeling.models.model_version import Explanation, ModelVersion, QueueEntry
from labeling.models.pool_manifest import PoolManifest
from labeling.models.project import Guideline, Label, Membership, Preference, Project, Role
from labeling.models.run import ONE_AT_A_TIME, OPEN, Kind, Run, RunState
from labeling.models.sentence import Lease, Selection, Sentence
from labeling.models.source import Source, Unit, Upload
from labeling.models.verdict import Verdict

__all__ = [
    "LABEL_VERBS",
    "ONE_AT_A_TIME",
    "OPEN",
    "AgreementReport",
    "Annotation",
    "Event",
    "Explanation",
    "Guideline",
    "Kind",
    "Label",
    "Lease",
    "Membership",
    "ModelVersion",
    "OneTimeLink",
    "PoolManifest",
    "Preference",
    "Project",
    "QueueEntry",
    "Role",
    "Run",
    "RunState",
    "Selection",
    "Sentence",
    "Source",
    "State",
    "Unit",
    "Upload",
    "Verb",
    "Verdict",
]
