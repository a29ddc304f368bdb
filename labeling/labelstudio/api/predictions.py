"""What the model says of tasks, told to whom it cannot lead: who adjudicates, and, where the project reveals it, who
answered already.

Whatever is told is written down as shown: what the person answers to that sentence later, they knew it.
"""

from collections.abc import Mapping, Sequence
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
from labeling.labelstudio.shapes import Predicted, prediction_body
from labeling.models import Annotation, Membership, Prediction, QueueEntry, Sentence

router = Router(tags=["Predictions"])
# So many are told at once; Label Studio tells all, whatever their number.
AT_MOST = 1_000


def shown(by: Membership, ids: Sequence[int]) -> dict[int, Predicted]:
    """What `by` may see predicted of the sentences `ids` of their project; written down as shown to them.

    Of whoever does not adjudicate: what they answered already, where the project reveals what the model says.
    """
    if not by.adjudicates:
        if not by.project.reveals:
            return {}
        mine = Annotation.objects.given().filter(sentence_id__in=ids, annotator=by.user_id)
        ids = list(mine.values_list("sentence_id", flat=True))
    predicted = told.predictions_of(by.project, ids) if ids else {}
    expose(by=by, shown={pk: (one.label, one.score) for pk, one in predicted.items()})
    return predicted


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
            return _bodies(sentence.project_id, {})
        by = member(request, sentence.project_id)
        return _bodies(by.project_id, shown(by, [task]))
    if of_project is None:
        raise HttpError(HTTPStatus.BAD_REQUEST, _("Say of which task or project: ?task=1 or ?project=1."))
    by = member(request, of_project)
    return _bodies(by.project_id, shown(by, _predicted(by)))


@router.get("/predictions/{pk}/", response={200: PredictionBody, **PROBLEMS}, summary="Get prediction")
def get_prediction(request: HttpRequest, pk: Key) -> HttpResponse:
    """That of the task with this number: a task has one at most."""
    by = member(request, get_object_or_404(Sentence, pk=pk).project_id)
    for one in shown(by, [pk]).values():
        return JsonResponse(prediction_body(one, task=pk, project=by.project_id))
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
    said = _("Predictions come from the project's own model here, which learns from its answers; none are taken in.")
    raise HttpError(HTTPStatus.NOT_IMPLEMENTED, said)


def _predicted(by: Membership) -> list[int]:
    """Sentences of the project of which something is predicted, by their keys."""
    heads = QueueEntry.objects.filter(project=by.project_id, version=by.project.version_id, suggested__isnull=False)
    rows = Prediction.objects.filter(project=by.project_id)
    found = Sentence.objects.filter(project=by.project_id, audit_place__isnull=True).order_by("pk")
    if not by.adjudicates:
        found = found.filter(annotations__in=Annotation.objects.given().filter(annotator=by.user_id))
    keys = heads.order_by().values("sentence").union(rows.order_by().values("sentence"))
    return list(found.filter(pk__in=keys).values_list("pk", flat=True)[:AT_MOST])


def _bodies(project: int, predicted: Mapping[int, Predicted]) -> HttpResponse:
    bodies = [prediction_body(one, task=pk, project=project) for pk, one in predicted.items()]
    return JsonResponse(bodies, safe=False)
