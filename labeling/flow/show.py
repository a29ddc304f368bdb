"""What the annotate page shows of the sentences in hand: text, neighbours, where they come from."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.db.models import Q
from django.urls import reverse

from labeling.flow.annotate import said
from labeling.models import Annotation, Lease, Membership, Sentence, State, Unit

NEIGHBOURS = 2


@dataclass(frozen=True, slots=True)
class Served:
    """One sentence as the page holds it. `answer` is what this person had said before undoing it."""

    id: int
    text: str
    lang: str
    before: list[str]
    after: list[str]
    title: str
    publisher: str
    published_at: str | None
    url: str
    article_url: str
    selection: str
    answer: dict[str, object] | None

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def served(*, by: Membership, leases: Sequence[Lease]) -> list[Served]:
    """The sentences of `leases`, in their order, in three queries."""
    ids = [lease.sentence_id for lease in leases]
    if not ids:
        return []
    wanted = Sentence.objects.filter(pk__in=ids).select_related("source").defer("source__text")
    sentences = {one.pk: one for one in wanted}
    texts = _neighbourhood([one for one in sentences.values() if one.source.unit == Unit.ARTICLE])
    told = Annotation.objects.filter(sentence_id__in=ids, annotator_id=by.user_id, state=State.WITHDRAWN)
    answers = {one.sentence_id: said(one) for one in told.select_related("label", "second_label")}
    rows = ((lease, sentences[lease.sentence_id]) for lease in leases if lease.sentence_id in sentences)
    return [_served(by, lease, one, texts, answers.get(one.pk)) for lease, one in rows]


def _neighbourhood(sentences: Sequence[Sentence]) -> dict[tuple[int, int], str]:
    if not sentences:
        return {}
    near = Q()
    for one in sentences:
        near |= Q(source_id=one.source_id, number__range=(one.number - NEIGHBOURS, one.number + NEIGHBOURS))
    rows = Sentence.objects.filter(near).values_list("source_id", "number", "text")
    return {(source, number): text for source, number, text in rows}


def _served(
    by: Membership,
    lease: Lease,
    one: Sentence,
    texts: dict[tuple[int, int], str],
    answer: dict[str, object] | None,
) -> Served:
    def around(first: int, last: int) -> list[str]:
        keys = ((one.source_id, number) for number in range(first, last))
        return [texts[key] for key in keys if key in texts]

    return Served(
        id=one.pk,
        text=one.text,
        lang=one.lang,
        before=around(one.number - NEIGHBOURS, one.number),
        after=around(one.number + 1, one.number + NEIGHBOURS + 1),
        title=one.source.title,
        publisher=one.source.publisher,
        published_at=one.source.published_at.isoformat() if one.source.published_at else None,
        url=one.source.url if one.source.url.startswith(("https://", "http://")) else "",
        article_url=reverse("annotate_article", args=[by.project.slug, one.pk]),
        selection=lease.selection,
        answer=answer,
    )
