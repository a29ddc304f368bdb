"""One command that starts everything."""

import io
import json
import os
import sys
import time
from argparse import RawDescriptionHelpFormatter
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, connections

from factcheck import env
from factcheck.launcher import checks, key, places
from factcheck.launcher.crew import stop_leftovers
from factcheck.launcher.lock import Lock
from factcheck.launcher.refusals import EXIT_CODES, DatabaseUnreachable, Refusal
from factcheck.launcher.watch import Watch
from labeling.models import Project


class Command(BaseCommand):
    help = (
        "Start web, workers, beat and Redis on this machine, and keep them running until Ctrl-C. The first start makes "
        "the secret key, the database and a demo project, and prints one-time links to sign in with; until one "
        "is used, each further start prints new ones.\n\nExit codes:\n"
        + "\n".join(f"  {code:>3}  {meaning}" for code, meaning in EXIT_CODES.items())
    )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="one JSON object on standard output when the page answers"
        )
        parser.add_argument(
            "--with-parent", action="store_true", help="stop when the program that started this one ends"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        began = time.monotonic()
        os.umask(0o077)
        try:
            code = self._run(began, **options)
        except Refusal as refusal:
            self._tell(str(refusal))
            code = refusal.code
        sys.exit(code)

    def _run(self, began: float, **options: Any) -> int:
        data, host = settings.DATA_DIR, env.text("FACTCHECK_BIND", "127.0.0.1")
        checks.writable(data)
        lock = Lock.take(places.lock(data))
        if lock.stale is not None and lock.stale != os.getpid():
            self._tell(f"The last start (process {lock.stale}) did not end in order; its lock is taken over.")
        if stop_leftovers(data):
            self._tell("What the last start left running was stopped.")
        checks.port_free(host, settings.PORT)
        if not env.text("SECRET_KEY_FILE") and key.make(places.key(data)):
            # Links must be signed with the key that the web process will read: begin again, now that there is one.
            os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - our own command line
        links = self._prepare()
        watch = Watch(data, host=host, port=settings.PORT, with_parent=options["with_parent"], tell=self._tell)
        code = watch.run(lambda: self._announce(links, time.monotonic() - began, as_json=options["json"]))
        lock.let_go()
        return code

    def _prepare(self) -> dict[str, str]:
        """Database, static files, and the demo project; its one-time links."""
        try:
            call_command("migrate", interactive=False, verbosity=0)
            call_command("collectstatic", interactive=False, verbosity=0)
            links = demo_links()
        except OperationalError as error:
            raise DatabaseUnreachable(f"The database does not answer: {str(error).splitlines()[0]}") from error
        connections.close_all()
        return links

    def _announce(self, links: dict[str, str], seconds: float, *, as_json: bool) -> None:
        data, url = settings.DATA_DIR, f"{settings.PUBLIC_URL}/"
        if as_json:
            self.stdout.write(json.dumps({"url": url, "links": links, "seconds": round(seconds, 2), "data": str(data)}))
        else:
            self.stdout.write(f"Factcheck answers at {url} ({seconds:.1f} s).")
            for name, link in links.items():
                self.stdout.write(f"  {name}: {link}")
            if links:
                self.stdout.write("Each link opens once; manage.py add_person makes new ones.")
            self.stdout.write(f"Logs: {places.logs(data)}. Stop: Ctrl-C, twice to stop at once.")
        self.stdout.flush()

    def _tell(self, sentence: str) -> None:
        self.stderr.write(sentence)
        self.stderr.flush()


def demo_links() -> dict[str, str]:
    """Load the demo into an empty installation; its one-time links, anew at each start until one of them is used.

    A start may end before it has shown them, and without one nobody could sign in.
    """
    if get_user_model().objects.exists() and not Project.objects.exists():
        return {}
    answer = io.StringIO()
    call_command("load_demo", json=True, stdout=answer)
    links: dict[str, str] = json.loads(answer.getvalue())["links"]
    return links
