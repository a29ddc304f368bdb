"""Twins: near ones share a group and nothing else; exact ones are counted where a sentence is read."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from labeling import learning
from labeling.errors import LostClaim
from labeling.flow import shelf, twins
from labeling.flow.settle import settled
from labeling.flow.splits import Groups
from labeling.learning import Wish
from labeling.models import Annotation, Kind, Lease, Project, QueueEntry, Run, RunState, Sentence
from tests import factories
from tests.cast import Cast
from tests.factories import imported, make_project, make_sentences, rows
from tests.flow.newsroom import answer, do, news, trained

pytestmark = pytest.mark.django_db

NOT_YET = (
    "Menteri memastikan jembatan gantung di Desa Awulangit belum selesai diperbaiki sebelum musim hujan tahun ini."
)
DONE = NOT_YET.replace(" belum ", " telah ")
OTHER = "Wali kota membantah kabar bahwa pasar induk akan ditutup selama pekan olahraga berlangsung."


def groups(project: Project) -> list[int | None]:
    """The groups of the project's sentences, in the order of their keys."""
    return list(Sentence.objects.filter(project=project).order_by("pk").values_list("duplicate_group", flat=True))


def grouped(project: Project) -> Run:
    return do(project, Kind.TWINS)


def test_an_import_owes_the_search_for_near_twins(cast: Cast) -> None:
    imported(cast.project, f"{DONE}\n{OTHER}")
    assert Run.objects.filter(kind=Kind.TWINS, state=RunState.OWED).count() == 1


def test_near_twins_share_a_group_called_by_the_first_of_them(cast: Cast) -> None:
    first, _other, _second = make_sentences(cast.project, [NOT_YET, OTHER, DONE])
    run = grouped(cast.project)
    said = (run.result["groups"], run.result["grouped"])
    assert (groups(cast.project), said) == ([first.pk, None, first.pk], (1, 2))


def test_no_label_is_copied_from_a_denial_to_the_claim_that_nearly_repeats_it(cast: Cast) -> None:
    denial, _claim = make_sentences(cast.project, [NOT_YET, DONE])
    answer(cast.ani, [denial], label="denial")
    grouped(cast.project)
    assert [groups(cast.project).count(denial.pk), Annotation.objects.count()] == [2, 1]
    assert [one.sentence_id for one in settled(cast.project)] == [denial.pk]


def test_the_same_sentences_have_the_same_groups_whichever_came_first(cast: Cast) -> None:
    texts = [NOT_YET, OTHER, DONE, f"{OTHER} Kata dia.", "Hujan turun."]
    for project, order in ((cast.project, texts), (cast.elsewhere, texts[::-1])):
        for number, text in enumerate(order):
            rows(project, text, f"{number}.txt")
            grouped(project)
    parts = [_parts(project) for project in (cast.project, cast.elsewhere)]
    assert (parts[0], len(parts[0])) == (parts[1], 2)


def _parts(project: Project) -> set[frozenset[str]]:
    found: dict[int, set[str]] = {}
    for text, group in Sentence.objects.filter(project=project).values_list("text", "duplicate_group"):
        if group is not None:
            found.setdefault(group, set()).add(text)
    return set(map(frozenset, found.values()))


def test_a_sentence_that_leaves_the_pool_leaves_its_group_and_the_next_gives_the_name(cast: Cast) -> None:
    first, second, _third = make_sentences(cast.project, [NOT_YET, DONE, f"{DONE}..."])
    grouped(cast.project)
    Sentence.objects.filter(pk=first.pk).update(in_pool=False)
    grouped(cast.project)
    assert groups(cast.project) == [None, second.pk, second.pk]


def test_who_has_no_twin_any_more_has_no_group(cast: Cast) -> None:
    first, _second = make_sentences(cast.project, [NOT_YET, DONE])
    grouped(cast.project)
    Sentence.objects.filter(pk=first.pk).update(in_pool=False)
    grouped(cast.project)
    assert groups(cast.project) == [None, None]


def test_another_projects_sentence_is_no_twin(cast: Cast) -> None:
    make_sentences(cast.elsewhere, [DONE])
    make_sentences(cast.project, [NOT_YET])
    grouped(cast.project)
    assert [groups(cast.project), groups(cast.elsewhere)] == [[None], [None]]


def test_rows_that_have_their_group_are_not_written_again(cast: Cast) -> None:
    make_sentences(cast.project, [NOT_YET, DONE])
    grouped(cast.project)
    with CaptureQueriesContext(connection) as asked:
        grouped(cast.project)
    assert [one["sql"] for one in asked if one["sql"].startswith('UPDATE "labeling_sentence"')] == []


def test_many_groups_are_written_in_small_steps(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twins, "CHUNK", 2)
    made = make_sentences(cast.project, [DONE, NOT_YET, f"{DONE}..", f"{NOT_YET}..", f"{NOT_YET}!"])
    grouped(cast.project)
    assert groups(cast.project) == [made[0].pk] * 5


def test_where_the_pool_changes_meanwhile_another_search_is_owed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    make_sentences(cast.project, [NOT_YET])
    during(monkeypatch, lambda: make_sentences(cast.project, [DONE]))
    grouped(cast.project)
    assert Run.objects.filter(kind=Kind.TWINS, state=RunState.OWED).count() == 1


def test_where_the_pool_stays_no_other_search_is_owed(cast: Cast) -> None:
    make_sentences(cast.project, [NOT_YET])
    grouped(cast.project)
    assert not Run.objects.filter(state=RunState.OWED).exists()


@pytest.mark.parametrize(("change", "owed"), [(lambda one: one.delete(), 1), (lambda one: None, 0)])
def test_features_made_after_the_pool_changed_owe_another_search(
    cast: Cast, change: Callable[[Sentence], object], owed: int
) -> None:
    first, *_rest = make_sentences(cast.project, [NOT_YET, DONE, OTHER])
    grouped(cast.project)
    change(first)
    do(cast.project, Kind.FEATURES)
    assert Run.objects.filter(kind=Kind.TWINS, state=RunState.OWED).count() == owed


def test_who_lost_the_claim_writes_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    make_sentences(cast.project, [NOT_YET, DONE])
    claim = factories.claimed(Run.objects.create(project=cast.project, kind=Kind.TWINS))
    during(monkeypatch, lambda: Run.objects.update(token=None))
    with pytest.raises(LostClaim):
        twins.run(claim=claim)
    assert groups(cast.project) == [None, None]


def during(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let `act` happen after the texts were read and before a group is written."""
    search = learning.twins_of

    def late(project: Project, **options: Callable[[int, int], None]) -> dict[int, int]:
        found = search(project, **options)
        act()
        return found

    monkeypatch.setattr(learning, "twins_of", late)


def test_a_sentence_says_in_how_many_articles_it_stands(cast: Cast) -> None:
    for number in range(3):
        imported(cast.project, f"Kabar {number}.\n{DONE}\n{DONE}", f"{number}.txt")
    first = Sentence.objects.in_pool().get(text=DONE)
    twin = first.twins.first()
    alone = Sentence.objects.get(text="Kabar 1.")
    assert twin is not None
    assert shelf.occurrences(cast.project, [first.pk, twin.pk, alone.pk]) == {first.pk: 3, twin.pk: 3, alone.pk: 1}


def test_articles_are_counted_in_one_query_and_within_the_project(
    cast: Cast, django_assert_num_queries: Callable[[int], CaptureQueriesContext]
) -> None:
    (here,), (there,) = (make_sentences(project, [DONE]) for project in (cast.project, cast.elsewhere))
    with django_assert_num_queries(1):
        assert shelf.occurrences(cast.project, [here.pk, there.pk]) == {here.pk: 1}


def test_no_near_twin_of_an_earlier_split_is_in_another(db: None) -> None:
    project = make_project()
    for one in range(40):
        make_sentences(project, [f"{DONE} Kabar {one}."])
    grouped(project)
    found = splits(project)
    assert len(set(groups(project))) == 1
    assert set(found.values()) == {found[min(found)], "rest"}


def test_near_twins_found_later_move_a_sentence_to_the_rest_alone(db: None) -> None:
    project = make_project()
    for one in range(40):
        make_sentences(project, [f"{DONE} Kabar {one}.", f"Hujan turun di kecamatan nomor {one}."])
    before = splits(project)
    grouped(project)
    after = splits(project)
    assert {after[pk] for pk in before if after[pk] != before[pk]} == {"rest"}


def splits(project: Project) -> dict[int, str]:
    known = Groups.of(project)
    return {one.pk: known.split_of(one) for one in Sentence.objects.filter(project=project).select_related("source")}


def in_groups(sentences: list[Sentence], *, of: int) -> dict[int, int]:
    """So many sentences that follow each other made near twins; the group of each."""
    found = {one.pk: sentences[number - number % of].pk for number, one in enumerate(sentences)}
    for pk, group in found.items():
        Sentence.objects.filter(pk=pk).update(duplicate_group=group)
    return found


def head(project: Project) -> list[int]:
    version = trained(project)
    return list(QueueEntry.objects.filter(version=version).order_by("place").values_list("sentence_id", flat=True))


@pytest.mark.slow
def test_of_each_group_one_sentence_stands_in_the_ranking(cast: Cast) -> None:
    sentences = news(cast.project, 120)
    answer(cast.ani, sentences[:30])
    group = in_groups(sentences[30:], of=2)
    assert sorted(group[pk] for pk in head(cast.project)) == sorted(set(group.values()))


@pytest.mark.slow
def test_the_twin_of_a_sentence_in_somebodys_hand_waits(cast: Cast) -> None:
    sentences = news(cast.project, 120)
    answer(cast.ani, sentences[:30])
    in_groups(sentences[30:], of=2)
    Lease.objects.create(
        project=cast.project,
        sentence=sentences[30],
        annotator=cast.budi.user,
        until="2100-01-01T00:00Z",
        selection="random",
    )
    Sentence.objects.filter(pk=sentences[30].pk).update(slots_free=0)
    assert sentences[31].pk not in head(cast.project)


@pytest.mark.slow
def test_a_varied_batch_is_chosen_out_of_different_groups(cast: Cast) -> None:
    sentences = news(cast.project, 120)
    answer(cast.ani, sentences[:30])
    version = trained(cast.project)
    group = in_groups(sentences[30:], of=4)
    wish = Wish(strategy=cast.project.strategy, n=40, varied=20, seed=1, closed={one.pk for one in sentences[:30]})
    batch = learning.rank(cast.project, learning.load(version), wish)[:20]
    assert len({group[one.sentence_id] for one in batch}) == 20
