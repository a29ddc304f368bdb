"""A project with everything an export tells, and exports as another server would have to give them again."""

import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from labeling.flow import export, segment
from labeling.models import Annotation, Exposure, Label, Project, Sentence, Unit, Verdict
from tests.factories import answer, claimed, imported, make_project, person, received

ARTICLE = """Menteri Rekata membantah kabar itu. “Jembatan {n} aman,” katanya.  Warga {n} lega.

Bupati mengecam perusakan jembatan {n}. Hujan {n} turun sejak pagi. Jalan {n} ditutup.

Ketua {n} berkata kabar itu bohong. Pasar {n} ramai. Sekolah {n} libur. Kapal {n} sandar."""
WHEN = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
# Those that a server gives, and what names things of the project that was exported.
GIVEN = ("id", "model_version", "guideline_version")


def rich() -> Project:
    """Eight articles with a twin and near twins, loose rows with a title and without, and answers of every kind."""
    project = make_project("asal", overlap=2, audit_size=40)
    articles = []
    for n in range(8):
        about = {"title": f"Jembatan {n}", "url": f"https://warta.example/{n}", "published_at": "2026-01-02"}
        articles.append({"text": ARTICLE.format(n=n), "publisher": "Warta Uji", "lang": "id", **about})
    imported(project, "".join(json.dumps(one) + "\n" for one in articles), "a.jsonl")
    lines = "".join(f"{text},,\n" for text in (f"Kabar lepas {n}." for n in range(12)))
    titled = "".join(f"Kabar berjudul {n},Rapat {n // 3},id\n" for n in range(9))
    for content in (lines, titled):
        imported(project, f"text,title,lang\n{content}", "a.csv", unit=Unit.SENTENCE)
    _answers(list(Sentence.objects.in_pool().filter(project=project).order_by("pk")), project)
    near = Sentence.objects.in_pool().filter(text__startswith="Warga").order_by("pk")[:3]
    Sentence.objects.filter(pk__in=[one.pk for one in near]).update(duplicate_group=near[0].pk)
    return project


def _answers(pool: list[Sentence], project: Project) -> None:
    keys = ["claim", "denial", "condemnation", "none"]
    none = Label.objects.get(project=project, key="none")
    for n, one in enumerate(pool):
        if n % 7 == 6:
            continue
        told = {"answered_at": WHEN, "seconds": 1.25, "selection": ("random", "uncertain", "seed")[n % 3]}
        unsure, also = n % 11 == 3, none if n % 4 == 1 and n % 11 != 3 else None
        answer(one, "ani", None if unsure else keys[n % 4], **told, bad_segment=n % 13 == 0, second_label=also)
        if n % 2:
            differs = n % 5 == 0
            second = None if differs or n % 4 == 3 else none
            answer(one, "budi", keys[(n + differs) % 4], **told, second_label=second, comment="=1+1\nBeda?" * differs)
        if n % 6 == 1:
            answer(one, "citra", keys[n % 4], **told, surplus=True)
        if n % 9 == 4:
            answer(one, "dewi", "claim", **told, state="withdrawn")
        if n % 10 == 5:
            kind = ("ambiguous", "sentence", "")[n // 10 % 3]
            told_by = {"decided_by": person("ada"), "label": none, "error_kind": kind, "reason": "Sebab"}
            Verdict.objects.create(project=project, sentence=one, **told_by)
        if n % 12 == 1:
            shown = datetime(2026, 1, 1, tzinfo=UTC)
            Exposure.objects.create(project=project, sentence=one, annotator=person("ani"), share=0.5, shown_at=shown)


def exported(project: Project, directory: Path, to: str = "jsonl") -> Path:
    export.write_folder(project=project, directory=directory, to=to)
    return directory


def zipped(directory: Path) -> bytes:
    """The folder as the exports page gives it."""
    packed = directory.parent / f"{directory.name}.zip"
    with packed.open("wb") as out:
        export._pack(directory, out)
    return packed.read_bytes()


def brought_back(project: Project, directory: Path, **values: Any) -> dict[str, Any]:
    """The report of importing the folder."""
    return segment.run(claim=claimed(received(project, zipped(directory), "a.zip", **values)))


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def told(directory: Path) -> list[Any]:
    """The rows and judgements of a jsonl export, free of what a server gives: groups are called by their texts."""
    rows, judgements = lines(directory / "sentences.jsonl"), lines(directory / "annotations.jsonl")
    return [_renamed(rows, ("article_id", "near_group")), _renamed(judgements, ("article_id",))]


def _renamed(rows: Iterable[dict[str, Any]], groups: tuple[str, ...]) -> list[dict[str, Any]]:
    rows = list(rows)
    members: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        for name in groups:
            if row[name]:
                members[name, row[name]].add(row["text"])
    names = {key: min(texts) for key, texts in members.items()}
    free = [
        {**row, **{name: names.get((name, row[name] or "")) for name in groups}, **dict.fromkeys(GIVEN)} for row in rows
    ]
    return sorted(free, key=lambda row: (row["text"], row.get("annotator", "")))


def counts(project: Project) -> tuple[int, ...]:
    """How many rows of each kind the project has."""
    kinds = (Sentence, Annotation, Verdict, Exposure)
    return tuple(kind.objects.filter(project=project).count() for kind in kinds)


ROW = {
    "id": "7",
    "text": "Hujan turun.",
    "label": "claim",
    "label_source": "single",
    "flags": [],
    "lang": "id",
    "context_before": [],
    "context_after": [],
    "article_id": "3",
    "paragraph": 0,
    "sentence": 0,
    "char_start": 0,
    "char_end": 12,
    "near_group": None,
    "selection_probability": None,
    "split": "train",
}
JUDGEMENT = {
    "id": "7",
    "text": "Hujan turun.",
    "lang": "id",
    "article_id": "3",
    "annotator": "0" * 16,
    "label": "claim",
    **dict.fromkeys(("unsure", "boilerplate", "bad_segment", "surplus", "suggestion_shown"), False),
    "comment": "",
    "seconds": 1.5,
    "selection": "random",
    "answered_at": "2026-01-02T03:04:05.678+00:00",
}


def folder(rows: list[dict[str, Any]], judgements: list[dict[str, Any]], **more: Any) -> dict[str, bytes]:
    """The files of a jsonl export of these rows."""
    files = {
        name: "".join(json.dumps(one) + "\n" for one in found).encode()
        for name, found in (("sentences.jsonl", rows), ("annotations.jsonl", judgements))
    }
    hashes = {name: sha256(content).hexdigest() for name, content in files.items()}
    manifest = {"made_by": "factcheck", "to": "jsonl", "files": hashes, **more}
    return files | {"export.json": json.dumps(manifest).encode()}


def packed(files: dict[str, bytes], *entries: tuple[zipfile.ZipInfo, bytes]) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"berita/{name}", content)
        for entry, content in entries:
            archive.writestr(entry, content)
    out.seek(0)
    return out
