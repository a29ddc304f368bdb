"""Questions to a person about answers of theirs, and their replies."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from labeling.access import member_of
from labeling.errors import AlreadyHere, Refused
from labeling.flow import awaited, question_page
from labeling.flow import question as asking
from labeling.models import Annotation, Label, Membership, Question, Role
from labeling.question_forms import ReplyForm
from labeling.views.asking import PersonRequest, page, whole_number


@login_required
@require_safe
def questions(request: PersonRequest, slug: str) -> HttpResponse:
    """What waits for this person's reply, and what they replied before."""
    return _page(request, member_of(request.user, slug))


@require_POST
@login_required
def question_reply(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    member = member_of(request.user, slug)
    asked = get_object_or_404(Question, pk=pk, project=member.project_id)
    rows = Annotation.objects.select_related("label", "second_label")
    own = get_object_or_404(rows, sentence=asked.sentence_id, annotator=member.user_id)
    form = ReplyForm(request.POST, own=own, labels=_labels(member), question=pk)
    if form.is_valid():
        try:
            asking.reply(by=member, question=asked, text=form.cleaned_data["text"], act=form.act())
            messages.success(request, _("Your reply is kept."))
        except AlreadyHere as told:
            messages.info(request, str(told))
        except Refused as error:
            form.add_error(None, str(error))
    return _page(request, member, sent={pk: form}) if form.errors else redirect("questions", slug=slug)


@require_POST
@login_required
def question_take_back(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.ADJUDICATOR)
    try:
        asking.take_back(by=request.user, question=get_object_or_404(Question, pk=pk, project=member.project_id))
        messages.success(request, _("Taken back: the sentence waits for no more replies."))
    except Refused as error:
        messages.error(request, str(error))
    return redirect("questions", slug=slug)


@never_cache
@require_safe
def question_news(request: HttpRequest, slug: str) -> HttpResponse:
    """How many questions wait, for a page that has been open for long; 204 where that is what it says."""
    if not request.user.is_authenticated:
        # The annotate page asks by itself: a redirect would bring the sign-in page into it.
        return HttpResponse(status=401)
    member = member_of(request.user, slug)
    n_asked = awaited.n_mine(member)
    if whole_number(request.GET.get("known")) == n_asked:
        return HttpResponse(status=204)
    return render(request, "labeling/_question_news.html", {"project": member.project, "n_asked": n_asked})


def _labels(member: Membership) -> list[Label]:
    return list(Label.objects.offered().filter(project=member.project_id))


def _page(request: HttpRequest, member: Membership, *, sent: dict[int, ReplyForm] | None = None) -> HttpResponse:
    """The page, with the form that was `sent` and refused in the place of a fresh one."""
    shown, labels, sent = question_page.questions(member), _labels(member), sent or {}
    fresh = {
        one.question.pk: ReplyForm(own=one.answer, labels=labels, question=one.question.pk) for one in shown.waiting
    }
    context = page(
        member,
        waiting=[(one, sent.get(one.question.pk, fresh[one.question.pk])) for one in shown.waiting],
        replied=shown.replied,
        asked=asking.open_questions(member.project) if member.adjudicates else [],
        refused=[error for form in sent.values() for name in ("__all__", "key") for error in form.errors.get(name, ())],
    )
    return render(request, "labeling/questions.html", context, status=422 if sent else 200)
