"""Show how files are split into sentences."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from labeling import formats
from labeling.errors import BadUpload
from labeling.flow.receive import ENDINGS
from labeling.flow.segment import cut
from labeling.formats.shapes import Article, Bad, Options, Origin
from labeling.management.speaking import SpeakingCommand
from labeling.printable import printable


class Command(SpeakingCommand):
    help = (
        "Split files into sentences and show them; no project is touched. start and end are offsets in characters into "
        "the article's text, as it would be stored. Example: manage.py segment article.txt --lang id --json"
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="articles: .txt .html .csv .tsv .jsonl")
        parser.add_argument("--lang", default="", choices=["", "id", "en"], help="the language; guessed if not given")

    def do(self, **options: Any) -> dict[str, Any]:
        return {"files": [self._file(Path(name), options["lang"]) for name in options["files"]]}

    def complete(self, done: dict[str, Any]) -> bool:
        return not any(one["refused"] for one in done["files"])

    def _file(self, path: Path, lang: str) -> dict[str, Any]:
        if not path.is_file():
            raise BadUpload(f"{path} does not exist.")
        name = ENDINGS.get(path.suffix.lower().removeprefix("."), "text")
        found: dict[str, Any] = {"file": str(path), "sentences": [], "refused": []}
        with path.open("rb") as stream:
            for record in formats.reader(name).read(stream, Options(format=name, origin=Origin(lang=lang))):
                if isinstance(record, Bad):
                    found["refused"].append({"line": record.line, "reason": printable(record.reason)})
                elif isinstance(record, Article):
                    found["sentences"] += _sentences(record)
        return found

    def in_words(self, done: dict[str, Any]) -> str:
        sentences = [
            f"{one['start']:>6} {one['end']:>6} {'B' if one['boilerplate'] else ' '} {one['text']}"
            for file in done["files"]
            for one in file["sentences"]
        ]
        refused = [
            f"{file['file']}:{one['line']}: {one['reason']}" for file in done["files"] for one in file["refused"]
        ]
        return "\n".join([*sentences, *refused])


def _sentences(article: Article) -> list[dict[str, Any]]:
    return [
        {
            "line": article.line,
            "start": one.start,
            "end": one.end,
            "text": article.text[one.start : one.end],
            "boilerplate": one.boilerplate,
        }
        for one in cut(article).pieces
    ]
