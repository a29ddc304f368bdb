"""Labelled news in rows: enough words that a model learns, enough articles that intervals can be drawn."""

import hashlib
import uuid
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from labeling import jobs, learning, work
from labeling.models import (
    Annotation,
    Event,
    Kind,
    Membership,
    ModelVersion,
    Project,
    Run,
    Selection,
    Sentence,
    Source,
    Verb,
)
from tests.cast import Cast

SAYS = {
    "claim": "The {who} says that the bridge at {where} will open in {when}.",
    "denial": "The {who} denies that the road to {where} was closed in {when}.",
    "condemnation": "The {who} condemns the dumping of rubbish near {where} in {when}.",
    "none": "Rain fell on the fields around {where} for nine days of {when}.",
}
MARKS = {" says ": "claim", " denies ": "denial", " condemns ": "condemnation"}
WHO = ("mayor", "minister", "speaker", "harbour master", "teacher")
WHERE = ("Maranu", "Tirtasena", "Awulangit", "Rekata", "Sentosari", "Bantaran", "Kenari")
WHEN = ("January", "March", "April", "June", "July", "August", "October", "November", "December")
A_SOURCE = 8


def news(project: Project, n: int, *, audit: int = 0) -> list[Sentence]:
    """`n` sentences in articles of eight; the labels go round, as `truth` says. The first `audit` are the sample."""
    first = Sentence.objects.filter(project=project).count()
    kinds = list(SAYS)
    rows = []
    for at in range(first, first + n, A_SOURCE):
        numbers = range(at, min(at + A_SOURCE, first + n))
        rows += _article(project, [SAYS[kinds[one % 4]].format(**_words(one)) for one in numbers])
    for place, row in enumerate(rows[:audit]):
        row.audit_place, row.audit_probability, row.slots_free = place, audit / n, 2
    made = Sentence.objects.bulk_create(rows)
    Project.objects.filter(pk=project.pk).update(n_sentences=first + n, n_pool=first + n)
    return made


def _words(number: int) -> dict[str, str]:
    rest = number // 4
    where, rest = WHERE[rest % len(WHERE)], rest // len(WHERE)
    when, rest = WHEN[rest % len(WHEN)], rest // len(WHEN)
    return {"where": where, "when": f"{when} {2000 + rest}", "who": WHO[rest % len(WHO)]}


def _article(project: Project, texts: Sequence[str]) -> list[Sentence]:
    text = "\n".join(texts)
    digest = hashlib.sha256(text.encode()).hexdigest()
    source = Source.objects.create(project=project, lang="en", text=text, sha256=digest, n_sentences=len(texts))
    rows, start = [], 0
    for number, one in enumerate(texts):
        mark = hashlib.blake2b(one.encode(), digest_size=16).hexdigest()
        rows.append(
            Sentence(
                project=project,
                source=source,
                number=number,
                start=start,
                end=start + len(one),
                text=one,
                text_hash=mark,
                lang="en",
                slots_free=project.overlap,
                shuffle=int(mark[:15], 16),
            )
        )
        start += len(one) + 1
    return rows


def truth(sentence: Sentence) -> str:
    """The label that the sentence was made from."""
    return next((label for mark, label in MARKS.items() if mark in sentence.text), "none")


def answer(
    member: Membership,
    sentences: Sequence[Sentence],
    *,
    label: str | None = None,
    selection: str = Selection.SEED,
) -> None:
    """`member` gives each sentence its true label, or `label`; the slots and the Events are as after the real act."""
    labels = {one.key: one for one in member.project.labels.all()}
    guideline = member.project.current_guideline()
    for sentence in sentences:
        Annotation.objects.create(
            project=member.project,
            sentence=sentence,
            annotator=member.user,
            label=labels[label or truth(sentence)],
            seconds=1.0,
            selection=selection,
            guideline=guideline,
            answered_at=timezone.now(),
        )
        Event.objects.create(
            project=member.project, who=member.user, verb=Verb.ANSWERED, sentence=sentence, key=uuid.uuid4()
        )
        row = Sentence.objects.get(pk=sentence.pk)
        Sentence.objects.filter(pk=sentence.pk).update(slots_free=max(row.slots_free - 1, 0))


def shards_of(cast: Cast, sizes: Sequence[int]) -> None:
    """News in one shard of each of these sizes, each less than the one before; ani has answered a quarter of each."""
    for n in sizes:
        sentences = news(cast.project, n)
        learning.catch_up(cast.project, tell=lambda done, total: None)
        answer(cast.ani, sentences[: n // 4])


def trained(project: Project) -> ModelVersion:
    """Train here and now; the version that came of it."""
    run = do(project, Kind.TRAIN)
    return ModelVersion.objects.get(run=run)


def do(project: Project, kind: Kind) -> Run:
    """Owe a Run and perform it here and now, as a worker would."""
    run = jobs.owe(project=project, kind=kind, by=None)
    Run.objects.filter(pk=run.pk).update(due_at=timezone.now().replace(year=2020))
    work.perform(run.pk)
    run.refresh_from_db()
    return run


def model_file(version: ModelVersion) -> Path:
    """The arrays of a version on the disk."""
    manifest = Path(settings.DATA_DIR) / version.path
    return manifest.with_name(f"{manifest.stem.partition('-')[0]}.npz")
