"""The web side asks for work here. Asking is a row: labelling needs neither Redis nor a worker."""

from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from factcheck import tracing
from labeling.models import Kind, Project, Run


def owe_of_pool(project: Project) -> None:
    """Write down what new sentences want: first the groups of near twins, which the training that follows reads."""
    owe(project=project, kind=Kind.TWINS, by=None)
    owe(project=project, kind=Kind.FEATURES, by=None)


def owe(
    *, project: Project, kind: Kind, by: User | None, options: dict[str, Any] | None = None, sealed: str = ""
) -> Run:
    """Write down a Run that the next sweep hands to a worker; `sealed` is what only that worker may read.

    Guarantees that of the kinds ONE_AT_A_TIME a project has at most one unfinished Run each: asking again returns the
    one that is there.
    """
    try:
        with transaction.atomic():
            return Run.objects.create(
                project=project,
                kind=kind,
                asked_by=by,
                options=options or {},
                sealed=sealed,
                request_id=tracing.request_id(),
            )
    except IntegrityError:
        return Run.objects.unfinished().get(project=project, kind=kind)
