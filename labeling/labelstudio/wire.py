"""Speaking to a Label Studio server: the only place that does, by its own SDK. Loaded by the exchange process alone."""

import json
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice, pairwise
from typing import Any

import httpx
from django.utils.translation import gettext as _
from label_studio_sdk import LabelStudio
from label_studio_sdk.core.api_error import ApiError
from label_studio_sdk.core.parse_error import ParsingError
from label_studio_sdk.core.request_options import RequestOptions
from pydantic import BaseModel

from labeling.claims import Claim
from labeling.errors import FactcheckError, Refused
from labeling.labelstudio import allowed
from labeling.labelstudio.numbers import number_of
from labeling.labelstudio.pinned import Pinned
from labeling.sealing import unseal

# Of an answer that is not as the SDK expects it, pydantic writes parts into the log.
warnings.filterwarnings("ignore", "Pydantic serializer warnings")

# Seconds: to be let in, and between two pieces of an answer.
TIMEOUT = httpx.Timeout(60.0, connect=5.0)
# Reading may be tried again; what makes something is tried once, and whoever asks looks first whether it is there.
READING = RequestOptions(max_retries=3)
MAKING = RequestOptions(max_retries=0, timeout_in_seconds=300)
TITLE_MAX = 50
# So many projects of one title are looked through.
_PROJECTS = 1_000
_SAYS_MAX = 300
_NO_FAULT_OF_THE_ASKER = (408, 409, 429)


class Unanswered(FactcheckError):
    """The server gave no answer, or said that it is in trouble: nobody knows whether it did what was asked."""


class Missing(Refused):
    """There is no such project or task on the server."""


class Wire:
    """A Label Studio server, spoken to with one person's key. What it gives is as its JSON says.

    Every method raises Unanswered, Missing, or Refused with what the server says.
    """

    def __init__(self, *, url: str, key: str, addresses: Sequence[str]) -> None:
        self.url = url
        self._key = key
        self._line = Pinned(url, addresses)
        client = httpx.Client(transport=self._line, timeout=TIMEOUT, follow_redirects=False, trust_env=False)
        # With a slash: of a path without one, the SDK would drop the last part where it asks for a new token.
        with self._told():
            self._api = LabelStudio(base_url=f"{url}/", api_key=key, httpx_client=client, max_retries=0)
        self._client = client

    def close(self) -> None:
        self._client.close()

    def clock(self) -> str:
        """The time of its last answer by its own clock, as its filters take it; empty where it does not say.

        Never later than now: one that is ahead has some changes read twice, and none left out when it is set right.
        """
        try:
            said = parsedate_to_datetime(self._line.date).astimezone(UTC)
        except (ValueError, OverflowError):
            return ""
        return min(said, datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def project(self, pk: int) -> dict[str, Any]:
        with self._told():
            return _numbered(self._api.projects.get(pk, request_options=READING))

    def project_marked(self, mark: str, *, title: str) -> dict[str, Any] | None:
        """The project with this title whose description holds `mark`, or None."""
        with self._told():
            found = self._api.projects.list(title=title, page_size=100, request_options=READING)
            plain = (_numbered(one) for one in islice(found, _PROJECTS))
            return next((one for one in plain if mark in str(one.get("description"))), None)

    def make_project(self, **values: Any) -> dict[str, Any]:
        with self._told():
            return _numbered(self._api.projects.create(**values, request_options=MAKING))

    def change_project(self, pk: int, **values: Any) -> None:
        with self._told():
            self._api.projects.update(pk, **values, request_options=READING)

    def tasks(
        self,
        project: int,
        *,
        after: int = 0,
        since: str = "",
        only: Sequence[int] = (),
        answered: bool = False,
        size: int = 100,
    ) -> list[dict[str, Any]]:
        """One page of tasks with their annotations and predictions, in the order of their numbers, beyond `after`.

        `since`: those that changed after this time; `only`: those of these numbers; `answered`: with annotations.
        Raises Refused where the server gives others: its pages would never end.
        """
        asked: list[dict[str, Any]] = [_filter("id", "greater", "Number", after)]
        if since:
            asked.append(_filter("updated_at", "greater", "Datetime", since))
        query: dict[str, Any] = {"filters": {"conjunction": "and", "items": asked}, "ordering": ["tasks:id"]}
        if only:
            query["selectedItems"] = {"all": False, "included": list(only)}
        with self._told():
            page = self._api.tasks.list(
                project=project,
                query=json.dumps(query),
                only_annotated=True if answered else None,
                page=1,
                page_size=size,
                resolve_uri=False,
                request_options=READING,
            )
            tasks = [_numbered(one) for one in page.items or []]
        numbers = [after, *(int(one["id"]) for one in tasks)]
        if any(one >= other for one, other in pairwise(numbers)) or not all(
            isinstance(one.get("data"), dict) for one in tasks
        ):
            raise Refused(_("%(url)s does not list tasks as Label Studio does. Check the address.") % {"url": self.url})
        return tasks

    def make_tasks(self, project: int, tasks: Sequence[Mapping[str, Any]]) -> list[int]:
        """Create them all; returns their numbers, in the same order."""
        with self._told():
            said = self._api.projects.import_tasks(
                project, request=[dict(one) for one in tasks], return_task_ids=True, request_options=MAKING
            )
        numbers = list(said.task_ids or [])
        if len(set(filter(number_of, numbers))) != len(tasks):
            # Another edition takes them in later and says no numbers: whoever asked looks for them.
            raise Unanswered(_("%(url)s did not say which tasks it made.") % {"url": self.url})
        return numbers

    def change_task(self, task: int, **values: Any) -> None:
        with self._told():
            self._api.tasks.update(str(task), **values, request_options=READING)

    def make_predictions(self, project: int, predictions: Sequence[Mapping[str, Any]]) -> None:
        with self._told():
            self._api.projects.import_predictions(
                project, request=[dict(one) for one in predictions], request_options=MAKING
            )

    def people(self) -> dict[int, str]:
        """The e-mail addresses of its users by their numbers; none where this key may not see them."""
        try:
            with self._told():
                found = [_numbered(one) for one in self._api.users.list(request_options=READING)]
        except Refused:
            return {}
        return {int(one["id"]): str(one.get("email") or "") for one in found}

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turns what the SDK and httpx raise into errors of ours."""
        try:
            yield
        except httpx.HTTPError as error:
            said = _("%(url)s does not answer (%(why)s). Try again later; what was done so far stays.")
            raise Unanswered(said % {"url": self.url, "why": type(error).__name__}) from error
        except ApiError as error:
            raise self._refusal(error) from error
        except (ParsingError, TypeError, ValueError, RecursionError) as error:
            # What it says instead may be anything, our key among it: none of it is told.
            said = _("%(url)s does not answer as Label Studio does. Check the address.")
            raise Refused(said % {"url": self.url}) from error

    def _refusal(self, error: ApiError) -> FactcheckError:
        # A server may say the key back: it is taken out before anything is cut off.
        says = _says(error.body).replace(self._key, "***")[:_SAYS_MAX]
        code, told = error.status_code or 0, {"url": self.url, "code": error.status_code, "says": says}
        if code >= 500 or code in _NO_FAULT_OF_THE_ASKER:
            return Unanswered(
                _("%(url)s is in trouble (%(code)s). Try again later; what was done so far stays.") % told
            )
        if code in (401, 403):
            said = _("%(url)s does not accept this key (%(code)s: %(says)s). Copy it anew from your account there.")
            return Refused(said % told)
        if code == 404:
            return Missing(_("%(url)s says that there is no such project or task.") % told)
        return Refused(_("%(url)s refused (%(code)s): %(says)s") % told)


@contextmanager
def connect(claim: Claim) -> Iterator[Wire]:
    """The server that the Run names, spoken to with the key that was sealed with it.

    Raises Refused where the key is gone, or where the address may not be spoken to; `trusted` ones, typed at the
    command line by whoever runs the server, always may.
    """
    options = claim.run.options
    trusted = bool(options.get("trusted"))
    url = allowed.spelled(options["url"]) if trusted else allowed.require(options["url"])
    wire = Wire(
        url=url, key=unseal(claim.run.sealed), addresses=allowed.resolved(url, private=True if trusted else None)
    )
    try:
        yield wire
    finally:
        wire.close()


def wait(attempt: int) -> None:
    """Before trying again what was not answered."""
    time.sleep(2.0**attempt)


def _filter(column: str, operator: str, kind: str, value: object) -> dict[str, Any]:
    return {"filter": f"filter:tasks:{column}", "operator": operator, "type": kind, "value": value}


def _numbered(told: object) -> dict[str, Any]:
    """What the SDK made of a row in an answer, as the dictionary it was. Raises ValueError where it is none."""
    plain = told.model_dump(mode="json", warnings=False) if isinstance(told, BaseModel) else told
    if not isinstance(plain, dict) or not number_of(plain.get("id")):
        raise ValueError(type(told).__name__)
    return plain


def _says(body: object) -> str:
    """What the server says of a fault, in one line."""
    if isinstance(body, Mapping):
        body = body.get("validation_errors") or body.get("detail") or body
    told = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, default=str)
    return " ".join(told.split())
