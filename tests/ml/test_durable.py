"""Files that are whole or not there."""

import errno
import os
from pathlib import Path

import pytest

from ml.durable import write_bytes, write_text


def no_room(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_disk_that_is_full_keeps_the_old_content_and_nothing_of_the_new(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "manifest.json"
    write_text(path, "old")
    monkeypatch.setattr(os, step, no_room)
    with pytest.raises(OSError, match="No space"):
        write_bytes(path, b"new")
    assert (list(tmp_path.iterdir()), path.read_text(encoding="utf-8")) == ([path], "old")
