"""Segmenting an upload into Sources and Sentences."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import F

from labeling import dialect
from labeling.claims import Claim
from labeling.errors import LostClaim
from labeling.flow import segment
from labeling.models import Event, Kind, Preference, Project, Run, RunState, Sentence, Source, Verb
from tests.factories import claimed, imported, make_project, make_sentences, person, received, rows

pytestmark = pytest.mark.django_db
ARTICLE = "MARANU — Bupati membantah tuduhan itu. “Itu keliru,” katanya.\nBaca juga: Banjir di Rekata\nHujan turun."


@pytest.fixture
def project() -> Project:
    return make_project()


def lines(n: int, start: int = 0) -> str:
    return "".join(f"Menteri {one} berkata bahwa jembatan {one} dibuka.\n" for one in range(start, start + n))


def test_an_article_becomes_one_source(project: Project) -> None:
    imported(project, ARTICLE)
    assert Source.objects.get().text == ARTICLE


def test_offsets_give_the_text(project: Project) -> None:
    imported(project, ARTICLE)
    found = Sentence.objects.select_related("source")
    assert all(one.text == one.source.text[one.start : one.end] for one in found)


def test_offsets_give_the_text_of_rows_too(project: Project) -> None:
    rows(project, lines(1_200))
    found = Sentence.objects.select_related("source")
    assert all(one.text == one.source.text[one.start : one.end] for one in found)


def test_boilerplate_is_kept_outside_the_pool(project: Project) -> None:
    imported(project, ARTICLE)
    assert Sentence.objects.get(boilerplate=True, in_pool=False).text == "Baca juga: Banjir di Rekata"


def test_the_project_counts_its_sentences(project: Project) -> None:
    report = imported(project, ARTICLE)
    project.refresh_from_db()
    assert (project.n_sentences, project.n_pool) == (report["sentences"], report["added"])


def test_the_same_article_in_another_file_is_named_and_not_doubled(project: Project) -> None:
    imported(project, json.dumps({"text": ARTICLE, "title": "Bupati membantah"}), "a.jsonl")
    report = imported(project, f"\ufeff{ARTICLE}\n\n")
    assert "Bupati membantah" in report["duplicates"][0]["reason"]


def test_the_same_article_twice_in_one_file_is_one_source(project: Project) -> None:
    imported(project, "\n".join([json.dumps({"text": ARTICLE})] * 3), "a.jsonl")
    assert Source.objects.count() == 1


def test_a_sentence_that_another_article_holds_is_its_twin(project: Project) -> None:
    imported(project, "Hujan turun sejak pagi. Warga mengungsi.", "a.txt")
    imported(project, "HUJAN  turun sejak pagi. Wali kota datang.", "b.txt")
    assert Sentence.objects.get(twin_of__isnull=False).twin_of == Sentence.objects.get(text="Hujan turun sejak pagi.")


def test_a_sentence_twice_in_one_article_is_queued_once(project: Project) -> None:
    imported(project, "Hujan turun.\nWarga mengungsi.\nHujan turun.")
    assert list(Sentence.objects.in_pool().values_list("number", flat=True)) == [0, 1]


def test_a_repeated_sentence_is_named_with_where_it_stood(project: Project) -> None:
    imported(project, json.dumps({"text": "Warga pulang. Hujan turun.", "title": "Hujan"}), "a.jsonl")
    report = imported(project, "hujan TURUN. Warga mengungsi. Warga mengungsi.")
    first, second = Source.objects.order_by("pk").values_list("pk", flat=True)
    assert report["twin_sentences"] == [
        {"text": "hujan TURUN.", "where": f"sentence 2 of source {first}, “Hujan”"},
        {"text": "Warga mengungsi.", "where": f"sentence 2 of source {second}"},
    ]


def test_many_repeated_sentences_are_all_counted_and_the_first_ones_named(project: Project) -> None:
    imported(project, lines(30))
    report = imported(project, f"Hujan turun.\n{lines(30)}")
    assert (report["twins"], len(report["twin_sentences"])) == (30, 10)


def test_the_same_row_is_named_with_its_line(project: Project) -> None:
    report = rows(project, "Satu kalimat.\nDua kalimat.\nsatu   KALIMAT.\n")
    assert report["duplicates"] == [{"line": 3, "reason": "the same sentence is here already: line 1 of this upload"}]


def test_a_row_that_an_article_holds_is_named_with_its_place(project: Project) -> None:
    imported(project, json.dumps({"text": "Hujan turun. Warga mengungsi.", "title": "Banjir"}), "a.jsonl")
    reason = rows(project, "Warga mengungsi.\nWarga pulang.\n", "b.txt")["duplicates"][0]["reason"]
    assert (
        reason
        == f"the same sentence is here already: sentence 2 of source {Source.objects.get(title='Banjir').pk}, “Banjir”"
    )


def test_bad_lines_are_named_and_the_others_go_in(project: Project) -> None:
    bad = [
        b'{"text": ',
        b'{"text": "Du\xff"}',
        b'{"text": "a\\u0000b"}',
        b'{"text": "\\ud800"}',
        b'{"teks": "x"}',
        b"[1]",
    ]
    content = b"\n".join([b'{"text": "Satu."}', *bad, b'{"text": "Tiga."}'])
    report = imported(project, content, "a.jsonl", unit="sentence")
    assert (report["added"], [one["line"] for one in report["refused"]]) == (2, [2, 3, 4, 5, 6, 7])


def test_an_upload_without_any_text_says_so(project: Project) -> None:
    assert rows(project, "\n \n\n")["refused"] == [{"line": 1, "reason": "there is no line with text in it"}]


def test_labels_that_came_along_are_counted_as_left_out(project: Project) -> None:
    report = imported(project, "text,label\nSatu.,claim\nDua.,\n", "a.csv", unit="sentence")
    assert report["labels_left_out"] == 1


def test_rows_of_one_article_share_a_source(project: Project) -> None:
    imported(project, "text,article\nSatu.,A\nDua.,B\nTiga.,A\n", "a.csv", unit="sentence")
    assert {one.title: one.n_sentences for one in Source.objects.all()} == {"A": 2, "B": 1}


def test_a_source_holds_at_most_the_rows_of_one_chunk(project: Project) -> None:
    rows(project, lines(550))
    assert sorted(Source.objects.values_list("n_sentences", flat=True)) == [50, *[100] * 5]


def test_the_shuffle_owes_nothing_to_the_order_of_the_file(project: Project) -> None:
    rows(project, lines(50))
    before = list(Sentence.objects.order_by("shuffle").values_list("text", flat=True))
    assert before != sorted(before)


def test_reasons_are_in_the_language_of_who_asked(project: Project) -> None:
    citra = person("citra")
    Preference.objects.create(user=citra, language="id")
    run = received(project, "\n\n", unit="sentence")
    Run.objects.filter(pk=run.pk).update(asked_by=citra)
    assert segment._language_of(claimed(run)) == "id"


def test_the_end_writes_an_event_and_the_result(project: Project) -> None:
    report = imported(project, ARTICLE)
    run = Run.objects.get(kind=Kind.IMPORT)
    assert (run.state, run.result, Event.objects.filter(verb=Verb.IMPORTED).count()) == (RunState.DONE, report, 1)


def test_whoever_lost_the_claim_publishes_nothing(project: Project) -> None:
    claim = claimed(received(project, ARTICLE))
    Run.objects.update(token=None)
    with pytest.raises(LostClaim):
        segment.run(claim=claim)
    assert not Sentence.objects.exists()


CUTS: dict[str, Callable[[int], tuple[str, str, str]]] = {
    "rows": lambda n: (lines(n), "a.txt", "sentence"),
    "articles": lambda n: (
        "\n".join(json.dumps({"text": f"{lines(2, one)}Hujan turun."}) for one in range(n)),
        "a.jsonl",
        "article",
    ),
}


def state(project: Project) -> tuple[Any, ...]:
    """Everything an import wrote, apart from ids."""
    project.refresh_from_db()
    found = Sentence.objects.filter(project=project).order_by("source__text", "number")
    fields = ("text", "number", "in_pool", "start", "audit_probability", twin := "twin_of__text")
    return list(found.values_list(*fields)), project.n_sentences, project.n_pool, bool(twin)


def told(report: dict[str, Any]) -> dict[str, Any]:
    """A report apart from ids, and from the draw."""
    repeated = [one["text"] for one in report["twin_sentences"]]
    return {key: value for key, value in report.items() if key != "audit_drawn"} | {"twin_sentences": repeated}


@pytest.mark.parametrize("kind", CUTS)
@pytest.mark.parametrize("cut_at", range(1, 8))
def test_an_import_cut_at_any_chunk_goes_on_without_duplicate_or_hole(
    monkeypatch: pytest.MonkeyPatch, kind: str, cut_at: int
) -> None:
    monkeypatch.setattr(segment, "CHUNK_RECORDS", 5)
    whole, cut = make_project("whole"), make_project("cut")
    content, name, unit = CUTS[kind](23)
    uncut = imported(whole, content, name, unit=unit)
    run = received(cut, content, name, unit=unit)
    _die_at(monkeypatch, cut_at, run)
    report = Run.objects.get(pk=run.pk).result
    assert (_without_sample(state(cut)), told(report)) == (_without_sample(state(whole)), told(uncut))


def _without_sample(found: tuple[Any, ...]) -> tuple[Any, ...]:
    """The sample's draw is seeded by the project."""
    return ([row[:4] + row[5:] for row in found[0]], *found[1:])


def _die_at(monkeypatch: pytest.MonkeyPatch, cut_at: int, run: Run) -> None:
    """Raise at the `cut_at`-th write of progress, inside its transaction; then do the Run again to its end."""
    calls = 0
    honest = Claim.progress

    def dying(self: Claim, done: int, total: int, **cursor: Any) -> None:
        nonlocal calls
        calls += 1
        honest(self, done, total, **cursor)
        if calls == cut_at:
            raise InterruptedError

    monkeypatch.setattr(Claim, "progress", dying)
    claim = claimed(run)
    try:
        segment.run(claim=claim)
    except InterruptedError:
        Run.objects.filter(pk=run.pk).update(state=RunState.OWED, token=None, leased_until=None)
        segment.run(claim=claimed(run))


def test_two_imports_see_each_others_texts(project: Project) -> None:
    make_sentences(project, ["Warga pulang."])
    Project.objects.filter(pk=project.pk).update(n_pool=F("n_pool") + 1)
    assert rows(project, "Warga pulang.\n")["n_duplicates"] == 1


@pytest.mark.postgres
def test_after_a_large_import_postgresql_knows_how_large_its_tables_are(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment, "GROWN", 50)
    imported(project, lines(120), "a.txt", unit="sentence")
    ((counted,),) = dialect.rows("SELECT reltuples FROM pg_class WHERE relname = %s", ["labeling_sentence"])
    assert counted == 120
