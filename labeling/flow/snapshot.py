"""One moment of a project on disk: read quickly, so that writing it as files takes as long as it likes."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.db.models import Count, Max
from django.utils.translation import gettext as _

from labeling.errors import Refused
from labeling.flow import posterior
from labeling.flow.moment import one_moment
from labeling.flow.rows import JUDGEMENT_FIELDS, ROW_FIELDS, judgements, rows
from labeling.flow.rule import Likely, Rule
from labeling.flow.scheme import classes
from labeling.flow.splits import SPLITS, Groups
from labeling.models import Event, Kind, Project, Run, RunState, Verb

# Acts that change nothing in an export: taking one away does not make the next one different.
WITHOUT_EFFECT = (Verb.EXPORTED, Verb.TRAINED, Verb.JOINED)


class Spool:
    """Rows and judgements as JSON lines in a directory of ours, and what is known of the whole in `head`.

    `likely` are the posteriors of that moment.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.head: dict[str, Any] = {}
        self.likely: dict[int, Likely] = {}

    def rows(self) -> Iterator[dict[str, Any]]:
        return self._lines("rows")

    def judgements(self) -> Iterator[dict[str, Any]]:
        return self._lines("judgements")

    def _lines(self, name: str) -> Iterator[dict[str, Any]]:
        with (self.directory / f"{name}.jsonl").open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)

    def fill(self, name: str, found: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Write each dictionary as it passes."""
        with (self.directory / f"{name}.jsonl").open("w", encoding="utf-8") as out:
            for one in found:
                out.write(json.dumps(one, ensure_ascii=False) + "\n")
                yield one


def take(project: Project, directory: Path) -> Spool:
    """Read everything that an export needs at one moment into `directory`.

    Posteriors are estimated from the answers of that moment, so that all of it is a function of one revision. Memory
    grows with the sentences that several people answered, and with nothing else.

    Raises Refused where no sentence has a settled label yet.
    """
    spool = Spool(directory)
    with one_moment():
        spool.head = _head(project)
        labels = {label.pk: label.key for label in classes(project)}
        spool.likely = posterior.estimate(project)
        found = rows(project, labels, Groups.of(project), spool.likely)
        spool.head |= _count_rows(spool.fill("rows", found))
        spool.head |= _count_judgements(spool.fill("judgements", judgements(project, labels)))
    if not spool.head["n_rows"]:
        said = _("There is nothing to export from %(project)s yet: no sentence has a settled label. Label some first.")
        raise Refused(said % {"project": project.name})
    return spool


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


def _head(project: Project) -> dict[str, Any]:
    project.refresh_from_db()
    guideline = project.current_guideline()
    return {
        "project": project.slug,
        "name": project.name,
        "revision": revision_of(project),
        "labels": [{"key": one.key, "en": one.name_en, "id": one.name_id} for one in classes(project)],
        "guideline": {"version": guideline.number, "en": guideline.text_en, "id": guideline.text_id},
        "overlap": project.overlap,
        "rule": asdict(Rule.of(project)),
        "n_sentences": project.n_sentences,
        "n_pool": project.n_pool,
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
