"""Who annotated on a Label Studio server, as stand-in accounts here: nobody can come in by one."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.contrib.auth.models import User

from labeling.flow.brought import account
from labeling.models import Event, Project, RemoteProject, Verb

_UNFIT = re.compile(r"[^\w.-]+")
# Of an e-mail address, the part before the sign: enough to know somebody by.
_LOCAL_MAX = 30


class Strangers:
    """The accounts that stand for the people of one server. Call in a transaction that holds the project's row.

    A person is known by their number there, whether their e-mail address is told or not.
    """

    def __init__(self, project: Project, remote: RemoteProject, emails: Mapping[int, str]) -> None:
        self.project = project
        self.place = place_of(remote.url)
        self.emails = emails
        self._found: dict[int, User] = {}

    def account_of(self, number: int, email: str = "") -> User:
        if number not in self._found:
            self._found[number] = self._before(number) or account(self.project, self._name(number, email))
        return self._found[number]

    def _before(self, number: int) -> User | None:
        """The account that was made for them earlier, under whatever name."""
        made = Event.objects.filter(project=self.project, verb=Verb.JOINED)
        mine = made.filter(after__stands_for__endswith=f".{number}@{self.place}").order_by("pk")
        names = list(mine.values_list("after__name", flat=True)[:1])
        return User.objects.filter(username=names[0]).first() if names else None

    def _name(self, number: int, email: str) -> str:
        local = (email or self.emails.get(number, "")).partition("@")[0]
        return f"{_UNFIT.sub('-', local)[:_LOCAL_MAX] or 'user'}.{number}@{self.place}"


def place_of(url: str) -> str:
    """A server's address as a part of a name."""
    parts = urlsplit(url)
    return _UNFIT.sub(".", f"{parts.netloc}{parts.path}").strip(".")
