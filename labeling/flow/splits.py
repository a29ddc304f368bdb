"""Which split a sentence belongs to: a function of rows that do not change, so no export moves it to another later.

The group is the article, together with every later article that repeats a sentence of it; rows that came with a title
or an address are grouped by that; a row without either is its own group. A group has a pseudo-random share by a
stable hash: below TEST it is a test group, below TEST + VALIDATION a validation group, else it is for training. The
project's first article is always for training. The test split holds only sentences of the audit sample; the others of
a test group are the split `rest`: to train on them would show the model the test's articles.

Near twins share a split too: one whose duplicate group is called by a sentence of another split is in `rest`. Groups
change with the pool, so nothing else follows from them: a row goes to `rest` and comes back, never to another split.

What came back out of an exported folder keeps the split that it had there, since its keys are others here: the import
wrote it down as an Event (`flow.returning`). Where such an article repeats one of another split that was here before,
it is in `rest`.

One row does change: the audit sample is drawn when an import ends. What that draw may still send to the test waits in
`rest` until then, so that nobody who trained on a sentence finds it in a later test.
"""

from dataclasses import dataclass, field

from django.db.models import F

from labeling.keys import share_of
from labeling.models import Event, Kind, Project, Run, RunState, Sentence, Source, Unit, Verb

TEST, VALIDATION = 0.20, 0.10
SPLITS = ("train", "validation", "test", "rest")
_PURPOSE = "split"
# In an Event: split -> the keys of the sources that an export had in it; "rest" -> the keys of sentences it left out.
KEPT = "kept_splits"


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of one project.

    `parents` leads from an article to the earliest one it shares a sentence with; `undrawn` are the uploads out of
    which the audit sample was not drawn yet; `near` is the split of the first sentence of each duplicate group. `kept`
    is the split that a folder had a source in, `left_out` are the sentences that it had in `rest`.
    """

    project_id: int
    first: int | None
    parents: dict[int, int]
    undrawn: frozenset[int]
    near: dict[int, str]
    kept: dict[int, str] = field(default_factory=dict)
    left_out: frozenset[int] = frozenset()
    # First sentences of duplicate groups that came with a folder: it judged their near twins itself.
    near_kept: set[int] = field(default_factory=set)

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
        groups = cls(project.pk, first, parents, undrawn, {}, *_kept(project))
        named = Sentence.objects.filter(project=project, duplicate_group=F("pk")).order_by()
        for one in named.select_related("source").defer("source__text").iterator(chunk_size=5_000):
            groups.near[one.pk] = groups._alone(one)
            if one.source_id in groups.kept:
                groups.near_kept.add(one.pk)
        return groups

    def split_of(self, sentence: Sentence) -> str:
        """One of SPLITS; `sentence.source` is at hand."""
        split = self._alone(sentence)
        if sentence.source_id in self.kept and sentence.duplicate_group in self.near_kept:
            return split
        return split if self.near.get(sentence.duplicate_group or 0, split) == split else "rest"

    def _alone(self, sentence: Sentence) -> str:
        """Its split, whatever nearly repeats it."""
        source, drawn = sentence.source, sentence.audit_place is not None
        if source.pk in self.kept:
            return self._as_kept(sentence, drawn=drawn)
        if source.unit == Unit.SENTENCE and not (source.url or source.title):
            if source.upload_id in self.undrawn:
                return "rest"
            # Its own group, so nothing is given away: all of the random ones may test.
            share = share_of(self.project_id, sentence.text_hash, purpose=_PURPOSE)
            return "test" if drawn else "validation" if share < VALIDATION else "train"
        return of_source(self._whole(*self._group(source)), drawn=drawn)

    def _as_kept(self, sentence: Sentence, *, drawn: bool) -> str:
        """As the folder had it, but `rest` where its article repeats an earlier one of another split."""
        whole = self.kept[sentence.source_id]
        key, root = self._group(sentence.source)
        apart = root != sentence.source_id and self._whole(key, root) != whole
        return "rest" if apart or sentence.pk in self.left_out else of_source(whole, drawn=drawn)

    def _whole(self, key: str, root: int) -> str:
        """The split of a group: train, validation or test."""
        if root in self.kept:
            return self.kept[root]
        share = share_of(self.project_id, key, purpose=_PURPOSE)
        if root == self.first or share >= TEST + VALIDATION:
            return "train"
        return "validation" if share >= TEST else "test"

    def _group(self, source: Source) -> tuple[str, int]:
        if source.unit == Unit.SENTENCE:
            return f"rows {source.url or source.title}", source.pk
        root = source.pk
        while root in self.parents:
            root = self.parents[root]
        return f"article {root}", root


def of_source(whole: str, *, drawn: bool) -> str:
    """The split of a sentence whose group has the split `whole`: of a test group, those that were drawn are `test`."""
    return whole if whole != "test" or drawn else "rest"


def _kept(project: Project) -> tuple[dict[int, str], frozenset[int]]:
    """The split that a folder had each source in, and the sentences that it had in `rest`."""
    kept: dict[int, str] = {}
    left_out: set[int] = set()
    written = Event.objects.filter(project=project, verb=Verb.RECEIVED, after__has_key=KEPT).order_by("pk")
    for told in written.values_list(f"after__{KEPT}", flat=True).iterator(chunk_size=1_000):
        left_out.update(told.get("rest", ()))
        for split in ("train", "validation", "test"):
            kept |= dict.fromkeys(told.get(split, ()), split)
    return kept, frozenset(left_out)


def _cut_anew(project: Project) -> set[int]:
    """Sentences that a split or a merge made: a twin that came of it ties no articles together, or they would move."""
    made = Event.objects.filter(project=project, verb__in=(Verb.SPLIT, Verb.MERGED))
    return {pk for ids in made.values_list("after__sentences", flat=True) for pk in ids}
