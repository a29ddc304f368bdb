"""Articles: what is here, bringing in more, and one of them as it reads."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from labeling.access import member_of
from labeling.errors import Refused
from labeling.flow import receive, shelf
from labeling.flow.preview import needs_look
from labeling.flow.waiting import waiting
from labeling.import_forms import ImportForm
from labeling.models import Membership, Role, Source
from labeling.views.asking import PersonRequest, page, sent, whole_number

# Of the uploads that wait; discarding or importing one brings up the next.
WAITING = 20


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def articles(request: PersonRequest, slug: str) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.OWNER)
    form = ImportForm(*sent(request, request.FILES))
    if form.is_valid():
        try:
            return _taken_in(request, member, form)
        except Refused as error:
            form.add_error(None, str(error))
    shown = shelf.articles(member.project, before=whole_number(request.GET.get("before")))
    context = page(member, form=form, shelf=shown, waiting=waiting(member.project)[:WAITING])
    return render(request, "labeling/articles.html", context, status=422 if form.errors else 200)


def _taken_in(request: PersonRequest, member: Membership, form: ImportForm) -> HttpResponse:
    asked = form.upload()
    upload = receive.put_by(project=member.project, by=request.user, **asked)
    if needs_look(upload, asked["reading"], asked=form.cleaned_data["look"]):
        return redirect("import_mapping", slug=member.project.slug, pk=upload.pk)
    run = receive.begin(upload=upload, by=request.user, reading=asked["reading"], sent_as=asked["name"])
    return redirect("run", slug=member.project.slug, pk=run.pk)


@login_required
@require_safe
def article(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    member = member_of(request.user, slug, role=Role.ADJUDICATOR)
    source = get_object_or_404(Source.objects.defer("text"), pk=pk, project_id=member.project_id)
    read = shelf.read(source, project=member.project, after=whole_number(request.GET.get("after")))
    return render(request, "labeling/article.html", page(member, here="articles", source=source, read=read))
