"""Sentences made straight as rows: enough for the queue, which looks at nothing else."""

import hashlib
from datetime import date

from labeling.models import Project, Sentence, Source


def pool_of(project: Project, n: int, *, audit: int = 0, lang: str = "en") -> list[Sentence]:
    """`n` one-line sentences in one article; the first `audit` of them are the audit sample."""
    first = Sentence.objects.filter(project=project).count()
    texts = [f"Speaker {number} says that bridge {number} is open." for number in range(first, first + n)]
    text = "\n".join(texts)
    source = Source.objects.create(
        project=project,
        title="Bridges",
        publisher="Warta Uji",
        published_at=date(2026, 1, 2),
        lang=lang,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        n_sentences=n,
    )
    rows, start = [], 0
    for number, one in enumerate(texts):
        digest = hashlib.blake2b(one.encode(), digest_size=16).hexdigest()
        drawn = number < audit
        rows.append(
            Sentence(
                project=project,
                source=source,
                number=number,
                start=start,
                end=start + len(one),
                text=one,
                text_hash=digest,
                lang=lang,
                slots_free=max(project.overlap, 2) if drawn else project.overlap,
                shuffle=int(digest[:15], 16),
                audit_place=number if drawn else None,
                audit_probability=audit / n if drawn else None,
            )
        )
        start += len(one) + 1
    Sentence.objects.bulk_create(rows)
    project.n_sentences += n
    project.n_pool += n
    project.save(update_fields=["n_sentences", "n_pool"])
    return list(Sentence.objects.filter(source=source).order_by("number"))
