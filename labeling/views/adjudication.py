"""The adjudicators' queue, and the desk at which one sentence is settled after the other."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from labeling.access import member_of
from labeling.errors import Refused
from labeling.flow import adjudicate, adjudicate_queue, desk, examples, question, route, sitting
from labeling.forms import VerdictForm
from labeling.models import ErrorKind, Label, Membership, Preference, Role, Sentence, Verdict
from labeling.views.asking import PersonRequest, page, sent, whole_number


def _adjudicator(request: PersonRequest, slug: str) -> Membership:
    return member_of(request.user, slug, role=Role.ADJUDICATOR)


def _sentence(member: Membership, pk: int) -> Sentence:
    return get_object_or_404(Sentence.objects.select_related("project"), pk=pk, project_id=member.project_id)


def _follow(member: Membership) -> None:
    """The queue is right with every worker down."""
    question.follow(member.project)
    route.follow(member.project)


@login_required
@require_safe
def disputes(request: PersonRequest, slug: str) -> HttpResponse:
    member = _adjudicator(request, slug)
    _follow(member)
    standing = adjudicate_queue.standing(member.project, by=request.user)
    today = adjudicate_queue.today(member.project, by=request.user)
    return render(request, "labeling/disputes.html", page(member, standing=standing, today=today))


@login_required
@require_safe
def disputes_waiting(request: PersonRequest, slug: str) -> HttpResponse:
    member = _adjudicator(request, slug)
    before = whole_number(request.GET.get("before"))
    shelf = adjudicate_queue.waiting(member.project, by=request.user, before=before)
    return render(request, "labeling/disputes_waiting.html", page(member, here="disputes", shelf=shelf))


@login_required
@require_safe
def verdicts(request: PersonRequest, slug: str) -> HttpResponse:
    member = _adjudicator(request, slug)
    shelf = adjudicate_queue.decided(member.project, before=whole_number(request.GET.get("before")))
    return render(request, "labeling/disputes_decided.html", page(member, here="disputes", shelf=shelf))


@login_required
@require_safe
@never_cache
def dispute_next(request: PersonRequest, slug: str) -> HttpResponse:
    """On to the sentence that is to be settled next."""
    member = _adjudicator(request, slug)
    _follow(member)
    found = desk.take(by=request.user, project=member.project)
    if found is None:
        messages.info(request, _("Nothing is left for you to settle now."))
        return redirect("disputes", slug=slug)
    return redirect("dispute", slug=slug, pk=found)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def dispute(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """One sentence on the desk: to be decided blind, then with everything in view; a POST decides."""
    member = _adjudicator(request, slug)
    sentence = _sentence(member, pk)
    form = VerdictForm(*sent(request), project=member.project)
    if form.is_valid():
        try:
            verdict = adjudicate.decide(by=request.user, sentence=sentence, **form.decision())
            return _onward(request, slug, verdict, form)
        except Refused as error:
            form.add_error(None, str(error))
    return _desk(request, member, sentence, form)


def _onward(request: PersonRequest, slug: str, verdict: Verdict, form: VerdictForm) -> HttpResponse:
    if verdict.label_id != form.cleaned_data["label"].pk:
        said = _("You had decided this sentence already: %(label)s. You may change that here.")
        messages.info(request, said % {"label": verdict.label})
    elif form.cleaned_data["then"] == "next":
        return redirect("dispute_next", slug=slug)
    elif form.cleaned_data["then"] == "example":
        examples.add(by=request.user, sentence=verdict.sentence, label=verdict.label, note=verdict.reason[:500])
        messages.success(request, _("The guideline shows this sentence now."))
    return redirect("dispute", slug=slug, pk=verdict.sentence_id)


def _desk(
    request: PersonRequest, member: Membership, sentence: Sentence, form: VerdictForm, *, asked: str = "", why: str = ""
) -> HttpResponse:
    """The page, or where the sentence is not this person's to settle, the queue with the reason."""
    try:
        shown = sitting.sit(by=member, sentence=sentence)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("disputes", slug=member.project.slug)
    form.initial = shown.as_it_stands()
    labels = Label.objects.offered().filter(project=member.project_id)
    preference = Preference.objects.filter(user_id=request.user.pk).first() or Preference()
    more = {"form": form, "asked": asked, "why": why, "labels": labels, "preference": preference, "kinds": _KINDS}
    context = page(member, here="disputes", sentence=sentence, shown=shown, **more)
    return render(request, "labeling/adjudicate.html", context, status=422 if form.errors or why else 200)


# Their keys; `g` is the guideline's and `a` the article's.
_KINDS = tuple(zip("srbt", ErrorKind, strict=True))


@require_POST
@login_required
def dispute_leave(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    member = _adjudicator(request, slug)
    desk.leave(by=request.user, sentence=_sentence(member, pk))
    return redirect("dispute_next", slug=slug)


@require_POST
@login_required
def dispute_undo(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    member = _adjudicator(request, slug)
    try:
        adjudicate.take_back(by=request.user, sentence=_sentence(member, pk))
    except Refused as error:
        messages.error(request, str(error))
    route.follow(member.project)
    return redirect("dispute", slug=slug, pk=pk)


@require_POST
@login_required
def dispute_renew(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """The page is being worked on: keep the sentence in hand."""
    member = _adjudicator(request, slug)
    return HttpResponse(status=204 if desk.claim(by=request.user, sentence=_sentence(member, pk)) else 409)


@require_POST
@login_required
def dispute_ask(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    member = _adjudicator(request, slug)
    sentence, text = _sentence(member, pk), request.POST.get("text", "")
    try:
        adjudicate.send_back(by=request.user, sentence=sentence, text=text)
    except Refused as error:
        return _desk(request, member, sentence, VerdictForm(project=member.project), asked=text, why=str(error))
    messages.success(request, _("Sent back: the sentence comes again once they have replied."))
    return redirect("dispute_next", slug=slug)
