"""Rows for tests of what comes in and what goes out."""

import hashlib
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from labeling.claims import Claim
from labeling.flow import receive, segment
from labeling.flow.found import create_project
from labeling.keys import text_hash
from labeling.models import Annotation, Event, Label, Project, Run, Sentence, Source, Unit, Verb


def make_project(slug: str = "berita", **values: Any) -> Project:
    return create_project(slug=slug, by=None, **values)


def make_source(project: Project, texts: Sequence[str], **values: Any) -> Source:
    text = "\n".join(texts)
    digest = hashlib.sha256(f"{project.pk} {text}".encode()).hexdigest()
    return Source.objects.create(**{"project": project, "lang": "id", "text": text, "sha256": digest} | values)


def make_sentences(
    project: Project, texts: Sequence[str], *, source: Source | None = None, **values: Any
) -> list[Sentence]:
    """One article, a sentence a line."""
    source = source or make_source(project, texts)
    rows, start = [], 0
    for number, text in enumerate(texts):
        fixed = {"project": project, "source": source, "number": number, "start": start, "end": start + len(text)}
        own = {
            "text": text,
            "text_hash": text_hash(text),
            "lang": "id",
            "slots_free": project.overlap,
            "shuffle": number,
        }
        rows.append(Sentence(**fixed | own | values))
        start += len(text) + 1
    return Sentence.objects.bulk_create(rows)


def person(name: str) -> User:
    return User.objects.get_or_create(username=name)[0]


def answer(sentence: Sentence, name: str, key: str | None, **values: Any) -> Annotation:
    """`name` answers with the label `key`, or is unsure where that is None; with its Event, as the page would."""
    who = person(name)
    label = Label.objects.get(project=sentence.project, key=key) if key else None
    fixed = {"project": sentence.project, "sentence": sentence, "annotator": who, "label": label, "unsure": key is None}
    own = {"seconds": 2.5, "selection": "random", "answered_at": timezone.now()}
    given = Annotation.objects.create(guideline=sentence.project.current_guideline(), **fixed | own | values)
    Event.objects.create(project=sentence.project, who=who, verb=Verb.ANSWERED, sentence=sentence)
    return given


def received(project: Project, content: bytes | str, name: str = "a.txt", **values: Any) -> Run:
    """The owed import of an upload."""
    content = content.encode() if isinstance(content, str) else content
    return receive.accept(project=project, by=None, name=name, content=content, **values)


def claimed(run: Run) -> Claim:
    claim = Claim.take(run.pk)
    assert claim is not None
    return claim


def imported(project: Project, content: bytes | str, name: str = "a.txt", **values: Any) -> dict[str, Any]:
    """The report of an upload that was received and segmented."""
    return segment.run(claim=claimed(received(project, content, name, **values)))


def rows(project: Project, content: bytes | str, name: str = "a.txt") -> dict[str, Any]:
    """The report of an upload of one sentence a line."""
    return imported(project, content, name, unit=Unit.SENTENCE)
