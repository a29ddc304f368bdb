"""A new project."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from labeling.errors import Refused
from labeling.flow.found import create_project, may_found
from labeling.founding_forms import ProjectForm
from labeling.views.asking import PersonRequest, sent


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_project(request: PersonRequest) -> HttpResponse:
    if not may_found(request.user):
        raise Http404("new project")
    form = ProjectForm(*sent(request))
    if form.is_valid():
        try:
            project = create_project(by=request.user, **form.project())
        except Refused as error:
            form.add_error("slug", str(error))
        else:
            return redirect("overview", slug=project.slug)
    return render(request, "labeling/new_project.html", {"form": form}, status=422 if form.errors else 200)
