"""Sessions in the database, as Django keeps them, read by a statement that is not compiled at every request."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.utils import timezone

from labeling import dialect


class SessionStore(DatabaseSessions):
    """Only the reading differs: same table, same signing, same expiry."""

    def _get_session_from_db(self) -> Session | None:
        found = "SELECT * FROM django_session WHERE session_key = %s AND expire_date > %s"
        for session in Session.objects.raw(found, [self.session_key, dialect.moment(timezone.now())]):
            return session
        self._session_key = None
        return None
