"""The data revision of a project: one number, higher after every change to what an export holds."""

from django.db.models import Count, Max

from labeling.models import Event, Kind, Project, Run, RunState, Verb

# Acts that change nothing in an export: taking one away does not make the next one different.
WITHOUT_EFFECT = (Verb.EXPORTED, Verb.TRAINED, Verb.JOINED)


def revision_of(project: Project) -> int:
    """The data revision of `project`, whose row is fresh from the moment that is read.

    Guarantees that it is higher after every change to what an export holds, and never falls. It is a sum: the last
    Event's key alone is not enough. On PostgreSQL an earlier key may become visible later, which their count shows; a
    running import lays sentences long before its Event; a search for near twins, which groups sentences anew, has none.
    A merge leaves one sentence fewer and two Events more.
    """
    events = Event.objects.filter(project=project).exclude(verb__in=WITHOUT_EFFECT)
    found = events.aggregate(last=Max("pk"), n=Count("pk"))
    searches = Run.objects.filter(project=project, kind=Kind.TWINS, state=RunState.DONE).count()
    return int(found["last"] or 0) + int(found["n"]) + project.n_sentences + searches
