"""Archiving: a project becomes read only. What is in it stays to be read and exported; nothing new is asked."""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from labeling.errors import Refused
from labeling.models import Event, Project, Verb


@transaction.atomic
def archive(*, project: Project, by: User) -> Project:
    """Make the project read only; returns it as it is then.

    Guarantees that nothing in it is lost: answers that were on their way are still kept, and background work that was
    asked for before still ends. Raises Refused where it is archived already.
    """
    if not Project.objects.filter(pk=project.pk, archived_at__isnull=True).update(archived_at=Now()):
        raise Refused(_("%(project)s is archived already.") % {"project": project.name})
    return _told(project, by, Verb.ARCHIVED)


@transaction.atomic
def restore(*, project: Project, by: User) -> Project:
    """Take the project back into work; returns it as it is then. Raises Refused where it is not archived."""
    if not Project.objects.filter(pk=project.pk, archived_at__isnull=False).update(archived_at=None):
        raise Refused(_("%(project)s is not archived.") % {"project": project.name})
    return _told(project, by, Verb.RESTORED)


def _told(project: Project, by: User, verb: Verb) -> Project:
    Event.objects.create(project=project, who=by, verb=verb)
    project.refresh_from_db(fields=["archived_at"])
    return project


def hold(project_id: int) -> Project:
    """The project's row, kept until the transaction ends. Raises Refused where it is archived."""
    held = Project.objects.select_for_update(no_key=True).get(pk=project_id)
    require_open(held)
    return held


def require_open(project: Project) -> None:
    """Raises Refused where the project is archived: what writes into one calls this first."""
    if project.archived_at is not None:
        said = _("%(project)s is archived and read only. Restore it on its settings page first.")
        raise Refused(said % {"project": project.name})
