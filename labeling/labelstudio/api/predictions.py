"""What the model says of tasks, told to whom it cannot lead: who adjudicates, and, where the project reveals it, who
answered already.

Whatever is told is written down as shown: what the person answers to that sentence later, they knew it.
"""

from collections.abc import Sequence
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router
from ninja.errors import HttpError

from labeling.flow.exposing import expose
from labeling.labelstudio import told
from labeling.labelstudio.api.auth import member
from labeling.labelstudio.api.bodies import Key, PredictionBody
from labeling.labelstudio.api.problems import PROBLEMS
from labeling.labelstudio.controls import controls_of
from labeling.labelstudio.prediction_ids import task_and_place
from labeling.labelstudio.shapes import Predicted, Task, prediction_body
from labeling.models import Annotation, Membership, Prediction, QueueEntry, Sentence

router = Router(tags=["Predictions"])
# So many are told at once; Label Studio tells all, whatever their number.
AT_MOST = 1_000


def shown(by: Membership, tasks: Sequence[Task]) -> dict[int, list[Predicted]]:
    """What `by` may see predicted of tasks of their project, by their keys; written down as shown to them.

    What came with a task is for those who adjudicate; what our model says stands behind it.
    """
    told_of = {one.key: list(one.predicted) for one in tasks if one.predicted and by.adjudicates}
    of_model = _of_model(by, [one.key for one in tasks])
    # Of what came along it is kept that it was shown, not what it said.
    known = dict.fromkeys(told_of, ("", 0.0)) | {pk: (one.label, one.score or 0.0) for pk, one in of_model.items()}
    expose(by=by, shown=known)
    for pk, one in of_model.items():
        told_of.setdefault(pk, []).append(one)
    return told_of


def _of_model(by: Membership, ids: Sequence[int]) -> dict[int, Predicted]:
    """Of whoever does not adjudicate: what they answered already, where the project reveals what the model says."""
    if not by.adjudicates:
        if not by.project.reveals:
            return {}
        mine = Annotation.objects.given().filter(sentence_id__in=ids, annotator=by.user_id)
        ids = list(mine.values_list("sentence_id", flat=True))
    return told.predictions_of(by.project, ids) if ids else {}


@router.get("/predictions/", response={200: list[PredictionBody], **PROBLEMS}, summary="List predictions")
def list_predictions(
    request: HttpRequest,
    task: Key | None = None,
    project: Key | None = None,
    task__project: Key | None = None,
) -> HttpResponse:
    """Those of one task, or of a project's tasks: the first thousand that may be shown."""
    of_project = project or task__project
    if task is not None:
        sentence = get_object_or_404(Sentence, pk=task)
        if of_project not in (None, sentence.project_id):
            return JsonResponse([], safe=False)
        by = member(request, sentence.project_id)
        return _bodies(by, [task])
    if of_project is None:
        raise HttpError(HTTPStatus.BAD_REQUEST, _("Say of which task or project: ?task=1 or ?project=1."))
    by = member(request, of_project)
    return _bodies(by, _predicted(by))


@router.get("/predictions/{pk}/", response={200: PredictionBody, **PROBLEMS}, summary="Get prediction")
def get_prediction(request: HttpRequest, pk: Key) -> HttpResponse:
    """That of our model by the number of its task; those that came with a task have numbers of their own."""
    task, place = task_and_place(pk)
    by = member(request, get_object_or_404(Sentence, pk=task).project_id)
    for one in shown(by, told.tasks_of([task], counted=False)).get(task, ()):
        if one.place == place:
            body = prediction_body(one, task=task, project=by.project_id, controls=controls_of(by.project))
            return JsonResponse(body)
    raise Http404(pk)


@router.post("/predictions/", include_in_schema=False)
def create_prediction(request: HttpRequest) -> HttpResponse:
    return _ours()


@router.patch("/predictions/{pk}/", include_in_schema=False)
def update_prediction(request: HttpRequest, pk: Key) -> HttpResponse:
    return _ours()


@router.delete("/predictions/{pk}/", include_in_schema=False)
def delete_prediction(request: HttpRequest, pk: Key) -> HttpResponse:
    return _ours()


@router.post("/projects/{project}/import/predictions", include_in_schema=False)
def import_predictions(request: HttpRequest, project: Key) -> HttpResponse:
    return _ours()


def _ours() -> HttpResponse:
    said = _(
        "Predictions come from the project's own model here, or with a task when that is imported; none are added."
    )
    raise HttpError(HTTPStatus.NOT_IMPLEMENTED, said)


def _predicted(by: Membership) -> list[int]:
    """Sentences of the project of which something is predicted, by their keys."""
    heads = QueueEntry.objects.filter(project=by.project_id, version=by.project.version_id, suggested__isnull=False)
    rows = Prediction.objects.filter(project=by.project_id)
    found = Sentence.objects.filter(project=by.project_id, audit_place__isnull=True).order_by("pk")
    if not by.adjudicates:
        found = found.filter(annotations__in=Annotation.objects.given().filter(annotator=by.user_id))
    keys = heads.order_by().values("sentence").union(rows.order_by().values("sentence"))
    of_model = found.filter(pk__in=keys).values_list("pk", flat=True)[:AT_MOST]
    came_along = told.kept(by.project_id).values_list("pk", flat=True)[:AT_MOST] if by.adjudicates else ()
    return sorted({*of_model, *came_along})[:AT_MOST]


def _bodies(by: Membership, ids: Sequence[int]) -> HttpResponse:
    project, controls = by.project_id, controls_of(by.project)
    predicted = shown(by, told.tasks_of(ids, counted=False))
    bodies = [
        prediction_body(one, task=pk, project=project, controls=controls) for pk in ids for one in predicted.get(pk, ())
    ]
    return JsonResponse(bodies, safe=False)
