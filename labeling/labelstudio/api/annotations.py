"""Answers: of a task, one, given, amended, withdrawn."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router
from ninja.errors import HttpError

from labeling.acts import MAX_SECONDS
from labeling.errors import AlreadyHere, Refused
from labeling.labelstudio import answering, told
from labeling.labelstudio.api.auth import member
from labeling.labelstudio.api.bodies import AnnotationBody, AnnotationSent, Key
from labeling.labelstudio.api.problems import PROBLEMS
from labeling.labelstudio.controls import controls_of
from labeling.labelstudio.shapes import Annotated, annotation_body
from labeling.models import Annotation, Membership, Sentence

router = Router(tags=["Annotations"])


@router.get("/tasks/{task}/annotations/", response={200: list[AnnotationBody], **PROBLEMS}, summary="List annotations")
def list_annotations(request: HttpRequest, task: Key) -> HttpResponse:
    """The answers of a task with a label: an owner has all of them, everybody else their own."""
    by = _of_task(request, task)
    found = told.annotations_of([task], by=None if by.is_owner else by.user_id).get(task, [])
    controls = controls_of(by.project)
    return JsonResponse([annotation_body(one, controls) for one in found if not one.answer.unsure], safe=False)


@router.post(
    "/tasks/{task}/annotations/",
    response={200: AnnotationBody, 201: AnnotationBody, **PROBLEMS},
    summary="Create annotation",
)
def create_annotation(request: HttpRequest, task: Key, sent: AnnotationSent) -> HttpResponse:
    """Answer a task; 200 where the same answer was there already. A second, different one is refused with 409."""
    by = _of_task(request, task)
    _require_own(by, sent)
    answer = told.meaning(sent.result or [], by.project, cancelled=sent.was_cancelled is True)
    seconds = _seconds(sent) or 0.0
    try:
        kept = answering.give(by=by, sentence=task, answer=answer, seconds=seconds, unique_id=sent.unique_id or "")
    except AlreadyHere as error:
        raise HttpError(HTTPStatus.CONFLICT, str(error)) from error
    return _told(kept.annotation, by, HTTPStatus.CREATED if kept.new else HTTPStatus.OK)


@router.get("/annotations/{pk}/", response={200: AnnotationBody, **PROBLEMS}, summary="Get annotation")
def get_annotation(request: HttpRequest, pk: Key) -> HttpResponse:
    annotation, by = _found(request, pk)
    if annotation.annotator_id != by.user_id and not by.is_owner:
        raise HttpError(
            HTTPStatus.FORBIDDEN, _("This annotation is somebody else's; the project's owners may read it.")
        )
    return _told(_standing(annotation), by)


@router.patch("/annotations/{pk}/", response={200: AnnotationBody, **PROBLEMS}, summary="Update annotation")
def update_annotation(request: HttpRequest, pk: Key, sent: AnnotationSent) -> HttpResponse:
    """Amend one's own answer; what it was stays in its history."""
    annotation, by = _own(request, pk)
    _require_own(by, sent)
    before = _standing(annotation).answer
    cancelled = before.unsure if sent.was_cancelled is None and sent.result is None else sent.was_cancelled is True
    answer = before
    if sent.result is not None or (sent.was_cancelled is not None and cancelled != before.unsure):
        answer = told.meaning(sent.result or [], by.project, cancelled=cancelled)
    return _told(answering.amend(by=by, annotation=annotation, answer=answer, seconds=_seconds(sent)), by)


@router.delete("/annotations/{pk}/", response={204: None, **PROBLEMS}, summary="Delete annotation")
def delete_annotation(request: HttpRequest, pk: Key) -> HttpResponse:
    """Withdraw one's own answer: it counts no more, its history stays, and the task may be answered again."""
    annotation, by = _own(request, pk)
    try:
        answering.take_back(by=by, annotation=annotation)
    except Refused as error:
        raise HttpError(HTTPStatus.CONFLICT, str(error)) from error
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _of_task(request: HttpRequest, task: int) -> Membership:
    """The membership of whoever asks in the project of the task. Raises Http404."""
    project = Sentence.objects.filter(pk=task).values_list("project_id", flat=True).first()
    if project is None:
        raise Http404(task)
    return member(request, project)


def _found(request: HttpRequest, pk: int) -> tuple[Annotation, Membership]:
    """An answer that stands, and the membership of whoever asks in its project. Raises Http404."""
    annotation = get_object_or_404(Annotation.objects.given(), pk=pk)
    return annotation, member(request, annotation.project_id)


def _own(request: HttpRequest, pk: int) -> tuple[Annotation, Membership]:
    """The same, for whoever wants to change it. Raises HttpError with 403 where it is somebody else's."""
    annotation, by = _found(request, pk)
    if annotation.annotator_id != by.user_id:
        raise HttpError(HTTPStatus.FORBIDDEN, _("This annotation is somebody else's; only they may change it."))
    return annotation, by


def _standing(annotation: Annotation) -> Annotated:
    """Raises Http404 where it was taken back since it was looked up."""
    for one in told.annotations_of([annotation.sentence_id], by=annotation.annotator_id).get(
        annotation.sentence_id, []
    ):
        return one
    raise Http404(annotation.pk)


def _require_own(by: Membership, sent: AnnotationSent) -> None:
    if sent.completed_by not in (None, by.user_id):
        said = _(
            "This token is user %(id)d's, so the annotation cannot be completed by another. Use their token for it."
        )
        raise HttpError(HTTPStatus.FORBIDDEN, said % {"id": by.user_id})


def _seconds(sent: AnnotationSent) -> float | None:
    return None if sent.lead_time is None else min(max(sent.lead_time, 0.0), MAX_SECONDS)


def _told(one: Annotated, by: Membership, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    return JsonResponse(annotation_body(one, controls_of(by.project)), status=status)
