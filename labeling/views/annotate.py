"""The annotate page and the one endpoint it speaks to."""

import json

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from labeling import acts
from labeling.access import at_desk, member_of
from labeling.errors import Refused
from labeling.flow import annotate as answers
from labeling.flow import progress, queue, reveal, show
from labeling.flow.awaited import n_mine
from labeling.flow.guideline import news
from labeling.flow.membership import note_seen
from labeling.models import Label, Membership, Preference, Sentence


@require_GET
@login_required
@ensure_csrf_cookie
def annotate(request: HttpRequest, slug: str) -> HttpResponse:
    """The page itself; its sentences come by `sync`."""
    member = member_of(request.user, slug)
    preference = Preference.objects.filter(user_id=request.user.pk or 0).first() or Preference(language="id")
    context = {
        "project": member.project,
        "member": member,
        "labels": Label.objects.offered().filter(project=member.project_id),
        "preference": preference,
        "news": news(member),
        "n_asked": n_mine(member),
        # With the moment of its making: another database behind the same address has the same numbers.
        "storage_key": f"factcheck:{member.project_id}:{member.project.created_at.timestamp():.6f}:{member.user_id}",
    }
    return render(request, "labeling/annotate.html", context)


@require_POST
def sync(request: HttpRequest, slug: str) -> HttpResponse:
    """Take in answers, hand out sentences: one request for both."""
    if not request.user.is_authenticated:
        return JsonResponse({"sign_in": reverse("sign_in")}, status=401)
    member = at_desk(request.user, slug)
    try:
        document = json.loads(request.body)
        sent, want = acts.parse(document)
    except (ValueError, RecursionError):
        return JsonResponse({"reason": _("The request is not JSON.")}, status=400)
    except Refused as error:
        return JsonResponse({"reason": str(error)}, status=400)
    if document.get("annotator", member.user_id) != member.user_id:
        return _somebody_elses()
    receipts = answers.submit(by=member, acts=sent) if sent else []
    shown = reveal.reveal(by=member, acts=sent, receipts=receipts)
    told = [_receipt(one, shown) for one in receipts]
    return JsonResponse({"receipts": told, **_sentences(member, slug, want, document)})


def _somebody_elses() -> HttpResponse:
    """A page outlives a session: what one person answered is never kept as another's who signed in meanwhile."""
    told = _("Somebody else is signed in in this browser now. Sign in again as the person who gave these answers.")
    return JsonResponse({"reason": told}, status=409)


def _receipt(one: answers.Receipt, shown: reveal.Suggestion | None) -> dict[str, object]:
    if not one.saved:
        return {"key": one.key, "saved": False, "reason": one.reason}
    receipt: dict[str, object] = {"key": one.key, "saved": True, "surplus": one.surplus}
    if shown and shown.act == one.key:
        receipt["suggestion"] = {"label": shown.label, "percent": round(100 * shown.share)}
    return receipt


def _sentences(member: Membership, slug: str, want: int, document: dict[str, object]) -> dict[str, object]:
    if not want:
        return {"sentences": [], "gone": [], "progress": None, "empty": None}
    leases = queue.take(by=member, want=want)
    have = document.get("have")
    known = set(have) if isinstance(have, list) and all(isinstance(one, int) for one in have) else set()
    new = [lease for lease in leases if lease.sentence_id not in known]
    if new:
        # Not without: a page that was left open asks by itself.
        note_seen(member)
    return {
        "gone": sorted(known - {lease.sentence_id for lease in leases}),
        "sentences": show.served(by=member, slug=slug, leases=new),
        "progress": progress.for_page(member),
        "empty": None if leases else why_empty(member),
    }


def why_empty(member: Membership) -> str:
    """Why nothing is there to label, and what to do about it."""
    if member.project.archived_at is not None:
        return _("This project is archived: nothing is asked any more. What you have answered is kept.")
    if not member.project.n_pool:
        return _("There are no sentences yet. Ask the project's owner to import articles.")
    return _("You have answered all there is for you now. What others hold or undo comes back here by itself.")


@require_GET
@login_required
def article(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The whole article with the sentence marked, as a fragment."""
    member = member_of(request.user, slug)
    sentence = get_object_or_404(Sentence.objects.select_related("source"), pk=pk, project_id=member.project_id)
    text = sentence.source.text
    parts = {
        "before": text[: sentence.start],
        "here": text[sentence.start : sentence.end],
        "after": text[sentence.end :],
    }
    return render(request, "labeling/_article_text.html", {"source": sentence.source, "parts": parts})
