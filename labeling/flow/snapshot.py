"""One moment of a project on disk: read quickly, so that writing it as files takes as long as it likes."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from labeling.errors import Refused
from labeling.flow import export_figures, posterior
from labeling.flow.export_steps import UNTOLD, Steps
from labeling.flow.moment import one_moment
from labeling.flow.revision import revision_of as revision_of
from labeling.flow.rows import JUDGEMENT_FIELDS, ROW_FIELDS, judgements, rows
from labeling.flow.rule import Rule
from labeling.flow.scheme import classes
from labeling.flow.splits import SPLITS, Groups
from labeling.flow.spool import Spool
from labeling.models import Event, Project


def take(project: Project, directory: Path, *, steps: Steps = UNTOLD) -> Spool:
    """Read everything that an export needs at one moment into `directory`.

    Posteriors are estimated from the answers of that moment, so that all of it is a function of one revision. Memory
    grows with the answers to sentences that several people answered, and with what `splits.Groups` holds: articles that
    repeat one, groups of near twins, and sources that came out of a folder.

    Raises Refused where no sentence has a settled label yet, LostClaim as `steps` does.
    """
    spool = Spool(directory)
    with one_moment():
        spool.head = _head(project)
        labels = {label.pk: label.key for label in classes(project)}
        spool.likely = posterior.estimate(project)
        spool.head["figures"] = export_figures.of(project, spool.head["revision"], likely=spool.likely)
        found = rows(project, labels, Groups.of(project), spool.likely)
        spool.head |= _count_rows(spool.fill("rows", steps.past(found)))
        spool.head |= _count_judgements(spool.fill("judgements", steps.past(judgements(project, labels))))
    if not spool.head["n_rows"]:
        said = _("There is nothing to export from %(project)s yet: no sentence has a settled label. Label some first.")
        raise Refused(said % {"project": project.name})
    return spool


def _head(project: Project) -> dict[str, Any]:
    project.refresh_from_db()
    guideline = project.current_guideline()
    return {
        "project": project.slug,
        "name": project.name,
        "revision": revision_of(project),
        "labels": [{"key": one.key, "en": one.name_en, "id": one.name_id} for one in classes(project)],
        "guideline": {"version": guideline.number, "en": guideline.text_en, "id": guideline.text_id},
        "licence": {"labels": project.label_licence, "text": project.text_licence, "citation": project.citation},
        "overlap": project.overlap,
        "rule": asdict(Rule.of(project)),
        "n_sentences": project.n_sentences,
        "n_pool": project.n_pool,
        "n_label_acts": Event.objects.of_labels(project).count(),
        "row_fields": list(ROW_FIELDS),
        "judgement_fields": list(JUDGEMENT_FIELDS),
    }


def _count_rows(found: Iterator[dict[str, Any]]) -> dict[str, Any]:
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("split", "label", "label_source", "selection")}
    langs: Counter[str] = Counter()
    n = unanimous = ambiguous = 0
    for row in found:
        n += 1
        unanimous += row["label_source"] == "majority" and row["agreement"] == 1
        ambiguous += "ambiguous" in row["flags"]
        for name, counter in counts.items():
            counter[row[name] or "none"] += 1
        langs[row["lang"]] += 1
    return {
        "n_rows": n,
        "n_settled_unanimously": unanimous,
        "n_ambiguous": ambiguous,
        "splits": {split: counts["split"][split] for split in SPLITS if counts["split"][split]},
        "by_label": dict(sorted(counts["label"].items())),
        "by_source": dict(sorted(counts["label_source"].items())),
        "by_selection": dict(sorted(counts["selection"].items())),
        "languages": sorted(langs),
    }


def _count_judgements(found: Iterator[dict[str, Any]]) -> dict[str, Any]:
    people: Counter[str] = Counter()
    twice = unanimous = shown = 0
    for _sentence, group in groupby(found, key=itemgetter("id")):
        answers = list(group)
        people.update(one["annotator"] for one in answers)
        shown += sum(one["suggestion_shown"] for one in answers)
        counted = [one["label"] for one in answers if one["label"] and not one["surplus"]]
        twice += len(counted) > 1
        unanimous += len(counted) > 1 and len(set(counted)) == 1
    return {
        "n_judgements": people.total(),
        "n_annotators": len(people),
        "n_answered_twice": twice,
        "n_unanimous": unanimous,
        "n_after_suggestion": shown,
    }
