"""What the annotate page shows of the sentences in hand: text, neighbours, where they come from."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TypedDict

from django.urls import reverse

from labeling import dialect
from labeling.flow import repeated
from labeling.flow.annotate import said
from labeling.models import Annotation, Lease, Membership, State, Unit

NEIGHBOURS = 2


class Served(TypedDict):
    """One sentence as the page holds it. `answer` is what this person had said before undoing it."""

    id: int
    text: str
    lang: str
    title: str
    publisher: str
    published_at: str | None
    url: str
    before: list[str]
    after: list[str]
    article_url: str
    selection: str
    answer: dict[str, object] | None


def served(*, by: Membership, slug: str, leases: Sequence[Lease]) -> list[Served]:
    """The sentences of `leases` with their neighbours, in their order, in one query (two where one was undone)."""
    ids = [lease.sentence_id for lease in leases]
    if not ids:
        return []
    near: defaultdict[int, dict[int, tuple[str, ...]]] = defaultdict(dict)
    # Rows of a list have no neighbours: they are context of nothing.
    reach = f"CASE WHEN o.unit = '{Unit.ARTICLE.value}' THEN {NEIGHBOURS} ELSE 0 END"
    for pk, distance, *columns in dialect.rows(
        "SELECT s.id, n.number - s.number, n.text, s.lang, o.title, o.publisher, o.published_at, o.url"
        " FROM labeling_sentence s JOIN labeling_source o ON o.id = s.source_id"
        f" JOIN labeling_sentence n ON n.source_id = s.source_id AND n.number BETWEEN s.number - {reach}"
        f" AND s.number + {reach} AND n.replaced_at IS NULL"
        f" WHERE s.replaced_at IS NULL AND s.id IN {dialect.among(ids)}",
        ids,
    ):
        near[pk][distance] = tuple(columns)
    answers = _undone(by, [lease.sentence_id for lease in leases if not lease.turn])
    return [_served(slug, lease, near[lease.sentence_id], answers) for lease in leases if lease.sentence_id in near]


def _undone(by: Membership, ids: Sequence[int]) -> dict[int, dict[str, object]]:
    """What `by` had said about the sentences whose answers they took back."""
    if not ids:
        return {}
    told = Annotation.objects.filter(sentence_id__in=ids, annotator_id=by.user_id, state=State.WITHDRAWN)
    found = {one.sentence_id: said(one) for one in told.select_related("label", "second_label")}
    rest = [pk for pk in ids if pk not in found]
    return found | repeated.undone(by, rest) if rest else found


def _served(slug: str, lease: Lease, near: dict[int, tuple[str, ...]], answers: dict[int, dict[str, object]]) -> Served:
    text, lang, title, publisher, published_at, url = near[0]
    return Served(
        id=lease.sentence_id,
        text=text,
        lang=lang,
        title=title,
        publisher=publisher,
        published_at=str(published_at) if published_at else None,
        url=url if url.startswith(("https://", "http://")) else "",
        before=[near[distance][0] for distance in sorted(near) if distance < 0],
        after=[near[distance][0] for distance in sorted(near) if distance > 0],
        article_url=reverse("annotate_article", args=[slug, lease.sentence_id]),
        selection=lease.selection,
        answer=answers.get(lease.sentence_id),
    )
