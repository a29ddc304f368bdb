"""Uploads that were received and wait until an owner says what their columns mean."""

from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import BigIntegerField, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from labeling.errors import Refused
from labeling.flow.archive import require_open
from labeling.flow.preview import READERS
from labeling.flow.receive import run_of
from labeling.models import Event, Kind, Project, Run, Upload, Verb


def waiting(project: Project) -> "QuerySet[Upload]":
    """The tables of the project whose import was never asked for, newest first."""
    imports = Run.objects.filter(project=project, kind=Kind.IMPORT, options__upload__isnull=False)
    begun = imports.annotate(upload=Cast(KT("options__upload"), BigIntegerField())).order_by().values("upload")
    tables = Upload.objects.filter(project=project, format__in=list(READERS))
    return tables.exclude(pk__in=begun).select_related("received_by")


def discard(*, upload: Upload, by: User) -> None:
    """Forget an upload whose import was never asked for; discarding twice does nothing the second time.

    Guarantees: row and Event go together, and the bytes after them, where no other project received the same. Whoever
    sends them in that very moment is told to send them again. Raises Refused where its import was asked for meanwhile,
    and in an archived project.
    """
    require_open(upload.project)
    with transaction.atomic():
        held = Upload.objects.select_for_update().filter(pk=upload.pk).first()
        if held is None:
            return
        if run_of(project=upload.project, sha256=held.sha256) is not None:
            raise Refused(_("The import of %(name)s has begun. Stop it on its own page.") % {"name": held.name})
        before = {"upload": held.pk, "name": held.name, "sha256": held.sha256, "size": held.size}
        Event.objects.create(project_id=held.project_id, who=by, verb=Verb.STOPPED, before=before)
        held.delete()
        if not Upload.objects.filter(path=held.path).exists():
            transaction.on_commit(lambda: default_storage.delete(held.path))
