"""The first rows of a parquet file as JSON lines: run as a process of its own, so that no page loads pyarrow.

`python -m labeling.formats.parquet_head FILE BYTES ROWS` prints at most so much, then one line that says whether there
is more: `true` or `false`. The fields of a struct are columns of their own, `a.b`; classes have their names. Exit code
1: it cannot be read, and why is on standard error.
"""

import json
import resource
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from labeling.errors import BadUpload
from labeling.formats import parquet
from labeling.formats.classes import label_of
from labeling.formats.shapes import reached

# Of memory: a few rows need a tenth, and a page of a hostile file must not take the machine.
_MEMORY_MAX = 4 << 30


def lines(path: Path, n_bytes: int, n_rows: int) -> Iterator[str]:
    """The lines that are printed."""
    left = n_bytes
    with parquet.opened(path) as table:
        features = parquet.names_of(table)
        for n, values in enumerate(parquet.rows(table)):
            line = json.dumps(dict(_flat(values, features)), ensure_ascii=True, default=str)
            left -= len(line) + 1
            if n == n_rows or left < 0:
                yield "true"
                return
            yield line
    yield "false"


def _flat(values: Mapping[str, Any], features: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        path = f"{above}{name}"
        if isinstance(value, Mapping):
            yield from _flat(value, features, f"{path}.")
        elif (names := parquet.classes(reached(features, path))) and not isinstance(value, list):
            yield path, label_of(value, names)
        else:
            yield path, value


def main(arguments: list[str]) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_MAX, _MEMORY_MAX))
    # Nothing of a project is asked here, and nothing translated: what is said is a library's.
    settings.configure(USE_I18N=False)
    path, n_bytes, n_rows = arguments
    try:
        for line in lines(Path(path), int(n_bytes), int(n_rows)):
            sys.stdout.write(f"{line}\n")
    except BadUpload as error:
        sys.stderr.write(str(error.__cause__ or error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
