"""Projects as Label Studio tells them: so many at once, in five queries."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Q

from labeling.flow.version_name import version_name
from labeling.labelstudio.config import parsed
from labeling.labelstudio.controls import config_told, labels_by_project
from labeling.labelstudio.shapes import as_time
from labeling.models import Annotation, Guideline, Membership, Project, QueueEntry, Role

COUNTS = (
    *("task_number", "finished_task_number", "total_predictions_number", "total_annotations_number"),
    *("num_tasks_with_annotations", "useful_annotation_number", "ground_truth_number", "skipped_annotations_number"),
)
# What Label Studio has of a project and ours has not: as it stands there in a new project.
FIXED: dict[str, Any] = {
    "description": "",
    "show_instruction": False,
    "show_skip_button": True,
    "enable_empty_annotation": False,
    "show_annotation_history": False,
    "organization": None,
    "color": "#FFFFFF",
    "is_draft": False,
    "min_annotations_to_start_training": 0,
    "start_training_on_annotation_update": False,
    "sampling": "Uncertainty sampling",
    "show_ground_truth_first": False,
    "annotator_evaluation_enabled": False,
    "show_overlap_first": False,
    "overlap_cohort_percentage": 100,
    "task_data_login": None,
    "task_data_password": None,
    "control_weights": {},
    "evaluate_predictions_automatically": False,
    "config_has_control_tags": True,
    "skip_queue": "REQUEUE_FOR_OTHERS",
    "reveal_preannotations_interactively": False,
    "pinned_at": None,
    "config_suitable_for_bulk_annotation": True,
    "state": None,
    # The commercial edition's, which its client insists on.
    "assignment_settings": {},
    "review_settings": {},
    "workspace": None,
}


def bodies_of(projects: Sequence[Project], person: User) -> list[dict[str, Any]]:
    """The projects, in their order, as `person` is told of them."""
    ids = [one.pk for one in projects]
    counts, founders, rules = counts_of(projects, person), _founders(ids), _rules(ids)
    labels = labels_by_project(ids)
    configs = {one.pk: config_told(one.label_config, labels[one.pk]) for one in projects}
    return [
        {
            **FIXED,
            "id": one.pk,
            "title": one.name,
            "label_config": configs[one.pk],
            "parsed_label_config": parsed(configs[one.pk]),
            "expert_instruction": rules.get(one.pk, ""),
            "maximum_annotations": one.overlap,
            "is_published": one.archived_at is None,
            "model_version": version_name(one.slug, one.version.number) if one.version else "",
            "show_collab_predictions": one.reveals,
            "created_by": founders.get(one.pk),
            "created_at": as_time(one.created_at),
            **counts[one.pk],
        }
        for one in projects
    ]


def counts_of(projects: Sequence[Project], person: User | None = None) -> dict[int, dict[str, int]]:
    """COUNTS of each project by its key, in two queries; with what `person` has done of its queue, if one is named."""
    ids = [one.pk for one in projects]
    given = Annotation.objects.given().filter(project__in=ids).order_by().values("project")
    found = given.annotate(
        total=Count("pk"),
        skipped=Count("pk", filter=Q(unsure=True)),
        tasks=Count("sentence", distinct=True),
        finished=Count("sentence", distinct=True, filter=Q(sentence__in_pool=True, sentence__slots_free=0)),
        own=Count("pk", filter=Q(annotator=person)),
    )
    told: dict[int, Mapping[str, Any]] = {row["project"]: row for row in found}
    shown = QueueEntry.objects.filter(version__in=[one.version_id for one in projects], suggested__isnull=False)
    predicted = dict(shown.order_by().values_list("project").annotate(n=Count("pk")))
    return {one.pk: _counted(one, told.get(one.pk, {}), predicted.get(one.pk, 0), person) for one in projects}


def _counted(project: Project, row: Mapping[str, Any], predicted: int, person: User | None) -> dict[str, int]:
    total, skipped = row.get("total", 0), row.get("skipped", 0)
    counted = {
        "task_number": project.n_pool,
        "finished_task_number": row.get("finished", 0),
        "total_predictions_number": predicted,
        "total_annotations_number": total,
        "num_tasks_with_annotations": row.get("tasks", 0),
        "useful_annotation_number": total - skipped,
        "ground_truth_number": 0,
        "skipped_annotations_number": skipped,
    }
    queue = {"queue_total": project.n_pool, "queue_done": row.get("own", 0)}
    return counted if person is None else counted | queue


def _founders(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The first owner of each project."""
    owners = Membership.objects.filter(project__in=ids, role=Role.OWNER).order_by("-pk")
    return {
        project: {"id": pk, "username": name, "email": "", "first_name": "", "last_name": "", "avatar": None}
        for project, pk, name in owners.values_list("project", "user", "user__username")
    }


def _rules(ids: Sequence[int]) -> dict[int, str]:
    """The guideline in force of each project."""
    found = Guideline.objects.filter(project__in=ids).order_by("project", "number")
    return dict(found.values_list("project", "text_en"))
