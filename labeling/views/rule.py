"""The rule by which labels are settled: seen, tried, applied."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from labeling.access import member_of
from labeling.errors import Refused
from labeling.flow.rule_change import change_rule, preview, standing
from labeling.models import Project, Role
from labeling.rule_forms import RuleForm
from labeling.views.asking import PersonRequest, page, sent


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settled_rule(request: PersonRequest, slug: str) -> HttpResponse:
    """The rule and what it settles; of one that is sent, what it would change. Nothing is changed here."""
    member = member_of(request.user, slug, role=Role.OWNER)
    form = RuleForm(*sent(request), project=member.project)
    tried = preview(member.project, form.rule()) if form.is_valid() else None
    context = page(member, here="settings", form=form, tried=tried, standing=standing(member.project))
    return render(request, "labeling/rule.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def settled_rule_apply(request: PersonRequest, slug: str) -> HttpResponse:
    """Apply what was tried."""
    member = member_of(request.user, slug, role=Role.OWNER)
    form = RuleForm(request.POST, project=member.project)
    if not form.is_valid():
        context = page(member, here="settings", form=form, standing=standing(member.project))
        return render(request, "labeling/rule.html", context, status=422)
    try:
        changed = change_rule(project=member.project, by=request.user, rule=form.rule())
        messages.success(request, told(changed, member.project))
    except Refused as error:
        messages.error(request, str(error))
    return redirect("settled_rule", slug=slug)


def told(changed: bool, project: Project) -> str:
    """What became of it, in a sentence or two."""
    if not changed:
        return _("Nothing was changed.")
    if project.version is None:
        return _("The rule is changed.")
    return _("The rule is changed. A training on the labels that it settles starts by itself.")
