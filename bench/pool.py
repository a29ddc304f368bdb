"""A pool of made-up sentences and a crowd of signed-in annotators, written straight as rows."""

import hashlib
from collections.abc import Iterator
from itertools import islice

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore

from bench import prose
from labeling import dialect
from labeling.flow.found import create_project
from labeling.models import Membership, Preference, Project, Sentence, Source

ROWS = 500


def fill(n: int, told: Iterator[str] | None = None) -> Project:
    """A project with `n` sentences of news length or as `told`, an audit sample of 300, and no ranking."""
    project = create_project(slug="bench", by=None)
    told = told or prose.texts(n)
    first = 0
    while texts := list(islice(told, ROWS)):
        Sentence.objects.bulk_create(_sentences(project, first, texts), batch_size=ROWS)
        first += len(texts)
    Project.objects.filter(pk=project.pk).update(n_sentences=n, n_pool=n)
    # As an import does at its end.
    dialect.analyze("labeling_source", "labeling_sentence")
    return project


def _sentences(project: Project, first: int, texts: list[str]) -> Iterator[Sentence]:
    text = "\n".join(texts)
    source = Source.objects.create(
        project=project,
        title=f"Article {first}",
        lang="en",
        text=text,
        sha256=_digest(text, 32),
        n_sentences=len(texts),
    )
    start = 0
    for number, one in enumerate(texts):
        audit = first + number if first + number < 300 else None
        yield Sentence(
            project=project,
            source=source,
            number=number,
            start=start,
            end=start + len(one),
            text=one,
            text_hash=_digest(one, 16),
            lang="en",
            slots_free=1 if audit is None else 2,
            shuffle=int(_digest(one, 7), 16),
            audit_place=audit,
            audit_probability=None if audit is None else 0.03,
        )
        start += len(one) + 1


def _digest(text: str, size: int) -> str:
    return hashlib.blake2b(text.encode(), digest_size=size).hexdigest()


def crowd(project: Project, n: int) -> list[str]:
    """`n` annotators; returns their session keys, as if each had signed in."""
    keys = []
    for number in range(n):
        user = User.objects.create(username=f"bench-{number}")
        Preference.objects.create(user=user, language="en")
        Membership.objects.create(project=project, user=user)
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        keys.append(str(session.session_key))
    return keys
