"""The secret key of an installation: made once, read by every process."""

import os
import secrets
import tempfile
from pathlib import Path


def make(path: Path) -> bool:
    """Write a new key to `path`, readable by its owner alone, and say whether it was made now.

    The file appears whole or not at all, and of two first starts at once only one makes it.
    """
    if path.exists():
        return False
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".secret_key-")  # mkstemp gives mode 0600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(64) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)
    except FileExistsError:
        return False
    finally:
        os.unlink(name)
    return True
