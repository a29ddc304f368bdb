"""Which split a sentence belongs to: a function of rows that do not change, so no export moves it to another later.

The group is the article, together with every later article that repeats a sentence of it; rows that came with a title
or an address are grouped by that; a row without either is its own group. A group has a pseudo-random share by a
stable hash: below TEST it is a test group, below TEST + VALIDATION a validation group, else it is for training. The
project's first article is always for training. The test split holds only sentences of the audit sample; the others of
a test group are the split `rest`: to train on them would show the model the test's articles.

Near twins share a split too: one whose duplicate group is called by a sentence of another split is in `rest`. Groups
change with the pool, so nothing else follows from them: a row goes to `rest` and comes back, never to another split.

One row does change: the audit sample is drawn when an import ends. What that draw may still send to the test waits in
`rest` until then, so that nobody who trained on a sentence finds it in a later test.
"""

from dataclasses import dataclass

from django.db.models import F

from labeling.keys import share_of
from labeling.models import Event, Kind, Project, Run, RunState, Sentence, Source, Unit, Verb

TEST, VALIDATION = 0.20, 0.10
SPLITS = ("train", "validation", "test", "rest")
_PURPOSE = "split"


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of one project.

    `parents` leads from an article to the earliest one it shares a sentence with; `undrawn` are the uploads out of
    which the audit sample was not drawn yet; `near` is the split of the first sentence of each duplicate group.
    """

    project_id: int
    first: int | None
    parents: dict[int, int]
    undrawn: frozenset[int]
    near: dict[int, str]

    @classmethod
    def of(cls, project: Project) -> "Groups":
        """Read the groups; the map holds only articles that repeat an earlier one."""
        articles = Source.objects.filter(project=project, unit=Unit.ARTICLE)
        repeats = Sentence.objects.filter(project=project, twin_of__isnull=False, boilerplate=False).order_by("pk")
        repeats = repeats.exclude(pk__in=_cut_anew(project))
        parents: dict[int, int] = {}
        pairs = repeats.values_list("source_id", "twin_of__source_id").distinct().order_by("source_id")
        for source, earlier in pairs.iterator(chunk_size=5_000):
            if earlier < source:
                parents[source] = min(earlier, parents.get(source, earlier))
        first = articles.order_by("pk").values_list("pk", flat=True).first()
        # A failed import counts too: it may be owed again, and draws when it ends.
        imports = Run.objects.filter(project=project, kind=Kind.IMPORT).exclude(state=RunState.DONE)
        undrawn = frozenset(imports.values_list("options__upload", flat=True))
        groups = cls(project.pk, first, parents, undrawn, {})
        named = Sentence.objects.filter(project=project, duplicate_group=F("pk")).order_by()
        for one in named.select_related("source").defer("source__text").iterator(chunk_size=5_000):
            groups.near[one.pk] = groups._alone(one)
        return groups

    def split_of(self, sentence: Sentence) -> str:
        """One of SPLITS; `sentence.source` is at hand."""
        split = self._alone(sentence)
        return split if self.near.get(sentence.duplicate_group or 0, split) == split else "rest"

    def _alone(self, sentence: Sentence) -> str:
        """Its split, whatever nearly repeats it."""
        source, drawn = sentence.source, sentence.audit_place is not None
        if source.unit == Unit.SENTENCE and not (source.url or source.title):
            if source.upload_id in self.undrawn:
                return "rest"
            # Its own group, so nothing is given away: all of the random ones may test.
            share = share_of(self.project_id, sentence.text_hash, purpose=_PURPOSE)
            return "test" if drawn else "validation" if share < VALIDATION else "train"
        key, root = self._group(source)
        share = share_of(self.project_id, key, purpose=_PURPOSE)
        if root == self.first or share >= TEST + VALIDATION:
            return "train"
        if share >= TEST:
            return "validation"
        return "test" if drawn else "rest"

    def _group(self, source: Source) -> tuple[str, int]:
        if source.unit == Unit.SENTENCE:
            return f"rows {source.url or source.title}", source.pk
        root = source.pk
        while root in self.parents:
            root = self.parents[root]
        return f"article {root}", root


def _cut_anew(project: Project) -> set[int]:
    """Sentences that a split or a merge made: a twin that came of it ties no articles together, or they would move."""
    made = Event.objects.filter(project=project, verb__in=(Verb.SPLIT, Verb.MERGED))
    return {pk for ids in made.values_list("after__sentences", flat=True) for pk in ids}
