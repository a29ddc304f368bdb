"""Sentences that are cut anew: what becomes of the text, of the rows, and of all that hangs on them."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeling.errors import Refused
from labeling.flow import annotate, change, cut, progress, queue, settle, show, withdraw
from labeling.flow.rows import judgements
from labeling.flow.shelf import read
from labeling.flow.splits import Groups
from labeling.models import Annotation, Event, Kind, Lease, Project, Run, Sentence, Source, Verb
from tests.cast import Cast
from tests.factories import make_sentences
from tests.flow.acting import answer
from tests.views.answering import answers

HALVES = "Bupati hadir. Ia membantah."
AT = HALVES.index("Ia")
TEXTS = ("Warga marah.", HALVES, "Hujan turun.", "Pasar ramai.")


def article(cast: Cast, *texts: str) -> list[Sentence]:
    """One article of one paragraph, a sentence a line, counted as an import counts it."""
    rows = make_sentences(cast.project, texts)
    project, n = Project.objects.get(pk=cast.project.pk), len(rows)
    Project.objects.filter(pk=project.pk).update(n_sentences=project.n_sentences + n, n_pool=project.n_pool + n)
    Source.objects.filter(pk=rows[0].source_id).update(n_sentences=n)
    return list(Sentence.objects.select_related("project").filter(source=rows[0].source_id).order_by("number"))


def twin(cast: Cast, first: Sentence) -> Sentence:
    """The same text in another article."""
    (row,) = article(cast, "Kata.\n" + first.text)
    where = {"start": 6, "end": 6 + len(first.text), "text": first.text, "text_hash": first.text_hash}
    Sentence.objects.filter(pk=row.pk).update(in_pool=False, twin_of=first, **where)
    Project.objects.update(n_pool=Sentence.objects.in_pool().count())
    return Sentence.objects.get(pk=row.pk)


def split(cast: Cast, sentence: Sentence, at: int = AT) -> list[Sentence]:
    return cut.split(by=cast.citra.user, sentence=sentence, at=at)


def merge(cast: Cast, sentence: Sentence) -> Sentence:
    return cut.merge(by=cast.citra.user, sentence=sentence)


def texts(source: int) -> list[str]:
    return list(Sentence.objects.live().filter(source=source).order_by("number").values_list("text", flat=True))


def fresh(sentence: Sentence) -> Sentence:
    return Sentence.objects.get(pk=sentence.pk)


def counted(cast: Cast) -> bool:
    """Whether the project's counters are what a count gives."""
    rows = Sentence.objects.live().filter(project=cast.project)
    project = Project.objects.get(pk=cast.project.pk)
    return (project.n_sentences, project.n_pool) == (rows.count(), rows.in_pool().count())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ia hadir.", ["hadir."]),
        ("Ia hadir.Lalu pergi.", ["hadir.", "Lalu", "pergi."]),
        ("Ia", []),
        ("“Ya,” katanya.", ["katanya."]),
        ("naik 3,5 persen", ["3,5", "persen"]),
    ],
)
def test_a_second_sentence_begins_at_a_word(text: str, words: list[str]) -> None:
    ends = [*cut.places(text)[1:], len(text)]
    assert [text[at:end].strip() for at, end in zip(cut.places(text), ends, strict=False)] == words


def test_a_split_gives_two_sentences_in_its_place(cast: Cast) -> None:
    row = article(cast, *TEXTS)[1]
    split(cast, row)
    assert texts(row.source_id) == ["Warga marah.", "Bupati hadir.", "Ia membantah.", "Hujan turun.", "Pasar ramai."]


def test_what_follows_is_numbered_on(cast: Cast) -> None:
    row = article(cast, *TEXTS)[1]
    split(cast, row)
    assert list(row.source.sentences.live().order_by("start").values_list("number", flat=True)) == [0, 1, 2, 3, 4]


def test_a_merge_gives_one_sentence_in_their_place(cast: Cast) -> None:
    row = article(cast, *TEXTS)[1]
    merge(cast, row)
    assert texts(row.source_id) == ["Warga marah.", HALVES + "\nHujan turun.", "Pasar ramai."]


def test_a_merge_closes_the_gap_in_the_numbers(cast: Cast) -> None:
    row = article(cast, *TEXTS)[1]
    merge(cast, row)
    assert list(row.source.sentences.live().order_by("start").values_list("number", flat=True)) == [0, 1, 2]


def test_a_split_is_undone_by_a_merge(cast: Cast) -> None:
    row = article(cast, *TEXTS)[1]
    merge(cast, split(cast, row)[0])
    assert texts(row.source_id) == list(TEXTS)


@pytest.mark.parametrize("at", [0, -3, 999, len(HALVES)])
def test_a_half_is_never_empty(cast: Cast, at: int) -> None:
    with pytest.raises(Refused, match="Choose the word"):
        split(cast, article(cast, *TEXTS)[1], at)


def test_the_last_sentence_has_nothing_to_merge_with(cast: Cast) -> None:
    with pytest.raises(Refused, match="nothing to merge"):
        merge(cast, article(cast, *TEXTS)[-1])


def test_sentences_of_two_paragraphs_are_not_merged(cast: Cast) -> None:
    first, second = article(cast, "Satu.", "Dua.")
    Sentence.objects.filter(pk=second.pk).update(paragraph=1)
    with pytest.raises(Refused, match="nothing to merge"):
        merge(cast, first)


def test_what_was_split_is_not_split_again(cast: Cast) -> None:
    row = article(cast, *TEXTS)[1]
    split(cast, row)
    with pytest.raises(Refused, match="was split or merged"):
        split(cast, row)


def test_what_is_out_of_the_pool_is_put_back_first(cast: Cast) -> None:
    row = article(cast, *TEXTS)[1]
    withdraw.take_out(by=cast.citra.user, sentence=row)
    with pytest.raises(Refused, match="Put it back first"):
        split(cast, row)


def test_a_next_sentence_that_is_out_of_the_pool_is_put_back_first(cast: Cast) -> None:
    rows = article(cast, *TEXTS)
    withdraw.take_out(by=cast.citra.user, sentence=rows[2])
    with pytest.raises(Refused, match="Put it back first"):
        merge(cast, rows[1])


def test_the_old_row_stays_with_its_answers(cast: Cast) -> None:
    row = article(cast, *TEXTS)[1]
    answers(cast.ani, row, "claim")
    split(cast, row)
    assert Annotation.objects.given().filter(sentence=row).count() == 1


def test_its_answers_settle_nothing(cast: Cast) -> None:
    row = article(cast, *TEXTS)[1]
    answers(cast.ani, row, "claim")
    split(cast, row)
    assert list(settle.settled(cast.project)) == []


def test_its_answers_are_not_exported(cast: Cast) -> None:
    row = article(cast, *TEXTS)[1]
    answers(cast.ani, row, "claim")
    split(cast, row)
    assert list(judgements(cast.project, {})) == []


def test_the_new_sentences_are_asked_and_the_old_one_is_not(cast: Cast) -> None:
    row = article(cast, *TEXTS)[1]
    new = split(cast, row)
    lent = {lease.sentence_id for lease in queue.take(by=cast.ani)}
    assert (row.pk in lent, {one.pk for one in new} <= lent) == (False, True)


def test_what_an_article_shows_is_what_stands_there_now(cast: Cast) -> None:
    row = article(cast, *TEXTS)[1]
    new = split(cast, row)
    shown = read(Source.objects.get(pk=row.source_id), project=cast.project, after=0).paragraphs[0]
    assert [one.sentence.pk for one in shown][:2] == [one.pk for one in new]


def test_the_neighbours_on_the_annotate_page_are_those_of_now(cast: Cast) -> None:
    rows = article(cast, *TEXTS)
    split(cast, rows[1])
    leases = [one for one in queue.take(by=cast.ani) if one.sentence_id == rows[2].pk]
    (served,) = show.served(by=cast.ani, slug="berita", leases=leases)
    assert (served["before"], served["after"]) == (["Bupati hadir.", "Ia membantah."], ["Pasar ramai."])


def test_a_page_that_still_holds_the_old_sentence_is_shown_nothing_of_it(cast: Cast) -> None:
    row = article(cast, *TEXTS)[1]
    leases = [one for one in queue.take(by=cast.ani) if one.sentence_id == row.pk]
    split(cast, row)
    assert show.served(by=cast.ani, slug="berita", leases=leases) == []


def test_an_answer_on_its_way_is_kept_as_surplus(cast: Cast) -> None:
    row = article(cast, *TEXTS)[1]
    queue.take(by=cast.ani)
    split(cast, row)
    (receipt,) = annotate.submit(by=cast.ani, acts=[answer(row.pk)])
    assert (receipt.saved, receipt.surplus) == (True, True)


def test_nobody_holds_the_old_row(cast: Cast) -> None:
    row = article(cast, *TEXTS)[1]
    queue.take(by=cast.ani)
    split(cast, row)
    assert not Lease.objects.filter(sentence=row, held=True).exists()


def test_a_sentence_of_the_audit_sample_leaves_it(cast: Cast) -> None:
    row = article(cast, *TEXTS)[1]
    Sentence.objects.filter(pk=row.pk).update(audit_place=0, audit_probability=0.5)
    split(cast, row)
    assert not Sentence.objects.of_audit_sample().exists()


def test_the_chance_it_had_to_be_drawn_is_remembered(cast: Cast) -> None:
    row = article(cast, *TEXTS)[1]
    Sentence.objects.filter(pk=row.pk).update(audit_place=0, audit_probability=0.5)
    new = split(cast, row)
    event = Event.objects.get(verb=Verb.SPLIT)
    assert (event.before, event.after["sentences"]) == (
        {"sentences": [row.pk], "audit": {str(row.pk): 0.5}},
        [one.pk for one in new],
    )


def test_a_new_sentence_whose_text_is_in_the_pool_is_its_twin(cast: Cast) -> None:
    (known,) = article(cast, "Ia membantah.")
    new = split(cast, article(cast, *TEXTS)[1])[1]
    assert (new.twin_of_id, new.in_pool) == (known.pk, False)


def test_of_two_equal_halves_one_is_asked(cast: Cast) -> None:
    (row,) = article(cast, "Tidak! Tidak!")
    assert [one.in_pool for one in split(cast, row, 7)] == [True, False]


def test_a_twin_of_the_old_row_is_asked_in_its_stead(cast: Cast) -> None:
    row = article(cast, *TEXTS)[1]
    other = twin(cast, row)
    split(cast, row)
    assert fresh(other).in_pool


def test_a_twin_that_was_taken_out_stays_out(cast: Cast) -> None:
    row = article(cast, *TEXTS)[1]
    other = twin(cast, row)
    Sentence.objects.filter(pk=other.pk).update(taken_out_at="2026-01-02T00:00:00Z")
    split(cast, row)
    assert not fresh(other).in_pool


def test_what_is_merged_is_not_counted_as_answered(cast: Cast) -> None:
    rows = article(cast, *TEXTS)
    answers(cast.ani, rows[2], "claim")
    merge(cast, rows[1])
    assert progress.answered(cast.project.pk) == 0


def test_a_higher_overlap_wants_nothing_of_the_old_row(cast: Cast) -> None:
    row = article(cast, *TEXTS)[1]
    split(cast, row)
    change.change(project=cast.project, by=cast.citra.user, settings={"overlap": 3}, cues={})
    assert fresh(row).slots_free == 0


def test_the_halves_of_boilerplate_stay_out_of_the_pool(cast: Cast) -> None:
    row = article(cast, *TEXTS)[1]
    Sentence.objects.filter(pk=row.pk).update(in_pool=False, boilerplate=True)
    assert [(one.boilerplate, one.in_pool) for one in split(cast, row)] == [(True, False)] * 2


def test_an_article_that_is_cut_anew_keeps_its_split_in_the_export(cast: Cast) -> None:
    article(cast, "Ia membantah.")
    row = article(cast, *TEXTS)[1]
    before = Groups.of(cast.project)
    split(cast, row)
    assert Groups.of(cast.project) == before


def test_the_features_of_the_new_sentences_are_owed(cast: Cast) -> None:
    split(cast, article(cast, *TEXTS)[1])
    assert Run.objects.get().kind == Kind.FEATURES


def test_without_its_event_nothing_is_cut(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    row = article(cast, *TEXTS)[1]

    def fails(**_fields: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(Event.objects, "create", fails)
    with pytest.raises(OSError, match="no room"):
        split(cast, row)
    assert texts(row.source_id) == list(TEXTS)


WORDS = st.lists(st.sampled_from(["Ia", "tidak", "hadir.", "Lalu", "pergi.", "Ya."]), min_size=1, max_size=5)
STEPS = st.lists(st.tuples(st.sampled_from(["split", "merge", "out", "back", "take"]), st.integers(0, 30)), max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sentences=st.lists(WORDS.map(" ".join), min_size=1, max_size=5, unique=True), steps=STEPS)
def test_whatever_is_cut_the_article_is_covered_as_before(
    cast: Cast, sentences: list[str], steps: list[tuple[str, int]]
) -> None:
    Lease.objects.all().delete()
    cast.project.sources.all().delete()
    Project.objects.update(n_sentences=0, n_pool=0)
    source = article(cast, *sentences)[0].source
    for verb, which in steps:
        rows = list(Sentence.objects.live().filter(source=source).order_by("number"))
        row = rows[which % len(rows)]
        try:
            if verb == "split":
                split(cast, row, (cut.places(row.text) or [0])[which % max(1, len(cut.places(row.text)))])
            elif verb == "merge":
                merge(cast, row)
            elif verb == "take":
                queue.take(by=cast.ani)
            else:
                (withdraw.take_out if verb == "out" else withdraw.put_back)(by=cast.citra.user, sentence=row)
        except Refused:
            continue
    rows = list(Sentence.objects.live().filter(source=source).order_by("number"))
    spans = [(one.start, one.end) for one in rows]
    assert spans == sorted(spans)
    assert all(end <= start for (_start, end), (start, _end) in pairwise(spans))
    assert "".join("".join(one.text.split()) for one in rows) == "".join("".join(sentences).split())
    assert all(one.text == source.text[one.start : one.end] for one in rows)
    assert [one.number for one in rows] == list(range(len(rows)))
    assert counted(cast)
    assert Source.objects.get(pk=source.pk).n_sentences == len(rows)
    assert all(one.slots_free + one.leases.filter(held=True).count() == 1 for one in rows)
