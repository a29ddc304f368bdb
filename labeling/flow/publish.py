"""Publishing: a version of an export, uploaded to a data set of the Hugging Face hub.

The token is the caller's or the environment's; it is in no row, no option, no log and no file of ours.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx2
from django.conf import settings
from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled

from labeling.claims import Claim
from labeling.errors import Refused
from labeling.flow import export
from labeling.flow.export_steps import UNTOLD, UPLOADING, Steps
from labeling.models import Project

# What an earlier version may have left there, and this one does not have.
LEFT_BEHIND = ["data/*", "annotations/*"]
LIBRARYS_OWN = "HF_TOKEN"
_DATASET = "dataset"


@dataclass(frozen=True, slots=True)
class Published:
    """`address` is where people find it; `commit` the hub's name of what was uploaded."""

    address: str
    commit: str
    version: int
    revision: int
    rows: int


def run(*, claim: Claim) -> dict[str, Any]:
    """Do a publish Run, options `{"repository", "private", "version", "texts"}`; returns what `Published` has.

    Raises Refused as `publish` does, LostClaim where another worker took over. What a lost one uploaded is there: the
    other uploads the same.
    """
    options = claim.run.options
    published = publish(
        project=claim.project,
        repository=str(options["repository"]),
        token=token_of_environment(),
        by=claim.run.asked_by,
        private=bool(options.get("private")),
        version=options.get("version"),
        texts=bool(options.get("texts", True)),
        steps=Steps(claim),
    )
    claim.progress(published.rows, published.rows)
    result = asdict(published)
    claim.finish(result)
    return result


def token_of_environment() -> str:
    """The token that this server was given, by its setting or as the hub's own library reads it; empty: none."""
    return settings.HUB_TOKEN or os.environ.get(LIBRARYS_OWN, "").strip()


def publish(
    *,
    project: Project,
    repository: str,
    token: str,
    by: User | None = None,
    private: bool = False,
    version: int | None = None,
    texts: bool = True,
    steps: Steps = UNTOLD,
) -> Published:
    """Upload a version (None: the project as it is now) to the data set `repository`, which is made if it is not there.

    Guarantees that afterwards `data/` and `annotations/` hold this version and nothing else, that doing it again
    changes nothing, and that what is to be `private` is not put where everybody may read it. Raises Refused, with what
    to do, without a token, where the hub refuses or cannot be reached, and where there is nothing to export.
    """
    if not token:
        raise Refused(
            _(
                "There is no token for the hub. Make one that may write at https://huggingface.co/settings/tokens, put "
                "it into the file that FACTCHECK_HUB_TOKEN_FILE names, or type it when the command asks."
            )
        )
    hub = HfApi(token=token, library_name="factcheck")
    # First: an upload that the hub refuses should not cost an export.
    name = _opened(hub, repository, private)
    with tempfile.TemporaryDirectory(prefix="factcheck-publish-") as scratch:
        folder = Path(scratch) / "folder"
        made = export.write_folder(
            project=project, directory=folder, to="hf", by=by, version=version, texts=texts, steps=steps
        )
        steps.begin(UPLOADING)
        with _refusing(name):
            commit = hub.upload_folder(
                repo_id=name,
                repo_type=_DATASET,
                folder_path=folder,
                commit_message=f"Version {made.version}, data revision {made.revision}",
                delete_patterns=LEFT_BEHIND,
            )
    return Published(f"{hub.endpoint}/datasets/{name}", commit.oid, made.version, made.revision, made.rows)


def _opened(hub: HfApi, repository: str, private: bool) -> str:
    """The whole name of the data set, with its owner, made where it is not there."""
    with _refusing(repository):
        name = hub.create_repo(repository, repo_type=_DATASET, private=private, exist_ok=True).repo_id
        public = private and not hub.repo_info(name, repo_type=_DATASET).private
    if public:
        said = _("%(repository)s is there already and everybody may read it. Make it private on the hub first.")
        raise Refused(said % {"repository": name})
    return name


@contextmanager
def _refusing(repository: str) -> Iterator[None]:
    """Turns what goes wrong at the hub into a Refused that says what to do."""
    try:
        yield
    except HFValidationError as error:
        said = _("The hub knows no name like %(repository)s. Write OWNER/NAME, of letters, digits, - _ and . alone.")
        raise Refused(said % {"repository": repository}) from error
    except HfHubHTTPError as error:
        raise Refused(_refusal(error, repository)) from error
    except (httpx2.TransportError, OfflineModeIsEnabled) as error:
        said = _("The hub cannot be reached (%(error)s). Look at the network and try again; what is there stays.")
        raise Refused(said % {"error": type(error).__name__}) from error
    except (RuntimeError, ValueError) as error:
        # One file of several, whose fault is behind it, or a card that the hub does not take.
        reason = error.__cause__
        if isinstance(reason, HfHubHTTPError):
            raise Refused(_refusal(reason, repository)) from error
        said = _("The upload broke off: %(error)s. Try again; what was sent is not sent twice.")
        raise Refused(said % {"error": str(error).rstrip(".")}) from error


def _refusal(error: HfHubHTTPError, repository: str) -> str:
    """What a person can do about an answer of the hub's."""
    status = error.response.status_code
    if status == 401:
        return _("The hub does not know this token. Make a new one that may write, and use that.")
    if status == 403:
        said = _("This token may not write to %(repository)s. Give it that right on the hub, or name another data set.")
        return said % {"repository": repository}
    if status == 404:
        said = _("The hub has no %(repository)s that this token may see. Look at its name.")
        return said % {"repository": repository}
    said = _("The hub answered %(status)s: %(said)s. Try again later; what is there stays.")
    return said % {"status": status, "said": error.server_message or "–"}
