"""A virtual environment for each peer, made once: `python -m bench.peers.environments` makes all of them.

They lie in `.venv-peers/` beside the product's own. A stamp holds the hash of the list that was installed: a changed
list is installed anew.
"""

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PEERS = ("modal", "smalltext", "skactiveml")
# The baseline of tutorials is scikit-learn alone: the product's own environment has that.
WITHOUT_ENVIRONMENT = "tutorial"
_STAMP = "installed"


def python_of(peer: str) -> str:
    """The interpreter of `peer`, whose environment is made first where it is missing or of another list."""
    if peer == WITHOUT_ENVIRONMENT:
        return sys.executable
    listed = Path(__file__).parent / f"requirements-{peer}.txt"
    folder = ROOT / ".venv-peers" / peer
    interpreter = folder / "bin" / "python"
    digest = hashlib.sha256(listed.read_bytes() + sys.version.encode()).hexdigest()
    stamp = folder / _STAMP
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return str(interpreter)
    shutil.rmtree(folder, ignore_errors=True)
    print(f"making the environment of {peer}, once", file=sys.stderr, flush=True)
    venv.create(folder, with_pip=True)
    pip = [str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # Wheels only: a peer that no longer has one for this Python is named by pip, not built for an hour.
    subprocess.run([*pip, "--only-binary", ":all:", "--no-deps", "-r", str(listed)], check=True)
    stamp.write_text(digest, encoding="utf-8")
    return str(interpreter)


def command(peer: str, *words: str) -> list[str]:
    """The command line that says `words` to the peer's adapter; run it in `ROOT`."""
    return [python_of(peer), "-m", f"bench.peers.{peer}_peer", *words]


if __name__ == "__main__":
    for name in PEERS:
        print(python_of(name))
