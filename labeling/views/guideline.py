"""The rules that annotators follow: read, compared with what they were, written anew."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from labeling.access import member_of
from labeling.errors import Overtaken, Refused
from labeling.flow import examples
from labeling.flow import guideline as rules
from labeling.flow.shelf import pages_by_key
from labeling.guideline_forms import CompareForm, GuidelineForm
from labeling.markdown import as_html
from labeling.models import Guideline, Membership, Role
from labeling.views.asking import PersonRequest, page, sent, whole_number


@login_required
@require_safe
def guideline(request: PersonRequest, slug: str) -> HttpResponse:
    member = member_of(request.user, slug)
    current = member.project.current_guideline()
    rules.see(member, current.number)
    return render(request, "labeling/guideline.html", _page(member, current, newest=current.number))


@login_required
@require_safe
def guideline_fragment(request: PersonRequest, slug: str) -> HttpResponse:
    """The text alone, for the annotate page's dialog."""
    member = member_of(request.user, slug)
    current = member.project.current_guideline()
    rules.see(member, current.number)
    return render(request, "labeling/_guideline.html", _page(member, current))


@login_required
@require_safe
def guideline_version(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """One version as it was. Only the newest counts as seen."""
    member = member_of(request.user, slug)
    version = get_object_or_404(Guideline, project_id=member.project_id, number=number)
    newest = member.project.current_guideline().number
    return render(request, "labeling/guideline.html", _page(member, version, newest=newest))


def _page(member: Membership, version: Guideline, **more: object) -> dict[str, object]:
    html = as_html(version.text(), below=1)
    labels = examples.shown(member.project)
    shown = [one for one in labels if one.examples]
    return page(member, here="guideline", guideline=version, html=html, labels=labels, examples=shown, **more)


@login_required
@require_safe
def guideline_versions(request: PersonRequest, slug: str) -> HttpResponse:
    member = member_of(request.user, slug)
    rows = Guideline.objects.filter(project=member.project).defer("text_en", "text_id").select_related("by")
    shelf = pages_by_key(rows, before=whole_number(request.GET.get("before")))
    form = CompareForm({}, newest=member.project.current_guideline().number)
    return render(request, "labeling/guideline_versions.html", page(member, here="guideline", shelf=shelf, form=form))


@login_required
@require_safe
def guideline_changes(request: PersonRequest, slug: str) -> HttpResponse:
    """What changed between two versions; whoever reads up to the newest has seen it."""
    member = member_of(request.user, slug)
    versions = Guideline.objects.filter(project=member.project)
    form = CompareForm(request.GET.dict(), newest=member.project.current_guideline().number)
    context = page(member, here="guideline", form=form)
    if form.is_valid():
        old, new = (versions.get(number=form.cleaned_data[name]) for name in ("old", "new"))
        context["comparison"] = rules.compare(old, new)
        rules.see(member, new.number)
    return render(request, "labeling/guideline_changes.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def guideline_edit(request: PersonRequest, slug: str) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    current = member.project.current_guideline()
    if "preview" in request.POST:
        return _preview(request, member, current)
    form = GuidelineForm.of(current, *sent(request))
    if form.is_valid():
        try:
            written = rules.write(project=member.project, by=request.user, **form.cleaned_data)
        except Overtaken as error:
            form.add_error(None, str(error))
            return _editor(request, member, form, over=member.project.current_guideline())
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, told(written, base=form.cleaned_data["base"]))
            return redirect("guideline", slug=slug)
    return _editor(request, member, form)


def told(written: Guideline, *, base: int) -> str:
    """What became of a saving."""
    if written.number == base:
        return _("Nothing was changed.")
    return _("Version %(n)s is saved. Annotators are told what changed.") % {"n": written.number}


def _editor(
    request: HttpRequest, member: Membership, form: GuidelineForm, *, over: Guideline | None = None, **more: Any
) -> HttpResponse:
    """The form; `over`: the version that somebody saved meanwhile, and what the text that was sent changes in it."""
    base = over.number if over else form["base"].value() or ""
    context = page(member, here="guideline", form=form, base=base, **more)
    if over:
        texts = {name: rules.tidy(form.cleaned_data[name]) for name in ("text_en", "text_id")}
        context["comparison"] = rules.compare(over, Guideline(project=member.project, **texts))
    return render(request, "labeling/guideline_edit.html", context, status=422 if form.errors else 200)


def _preview(request: HttpRequest, member: Membership, current: Guideline) -> HttpResponse:
    """How what was sent would read: the fragment alone where htmx asks, the whole page without a script."""
    texts = {name: request.POST.get(name, "") for name in ("base", "text_en", "text_id", "note")}
    preview = [(lang, as_html(rules.tidy(texts[f"text_{lang}"]), below=3)) for lang in ("en", "id")]
    if request.headers.get("HX-Request"):
        return render(request, "labeling/_guideline_preview.html", {"preview": preview})
    return _editor(request, member, GuidelineForm(initial=texts), preview=preview)


@never_cache
@require_safe
def guideline_news(request: HttpRequest, slug: str) -> HttpResponse:
    """What changed, for a page that has been open for long; 204 where its version is the one in force."""
    if not request.user.is_authenticated:
        # The annotate page asks by itself: a redirect would bring the sign-in page into it.
        return HttpResponse(status=401)
    member = member_of(request.user, slug)
    news = rules.news(member)
    if whole_number(request.GET.get("known")) == news.current:
        return HttpResponse(status=204)
    # Not `page`: a tab that asks by itself does not mean that somebody is here.
    return render(request, "labeling/_guideline_news.html", {"project": member.project, "news": news})


@require_POST
@login_required
def guideline_seen(request: PersonRequest, slug: str) -> HttpResponse:
    """The notice is closed; what came after it is still told of."""
    member = member_of(request.user, slug)
    rules.see(member, whole_number(request.POST.get("number")) or 0)
    if not request.headers.get("HX-Request"):
        return redirect("annotate", slug=slug)
    return render(request, "labeling/_guideline_news.html", page(member, news=rules.news(member)))
