"""Which label an answer means by its key. Asked at every answer, so what was read is kept for a moment."""

from django.core.cache import cache

from labeling import dialect

SECONDS = 10
# A page that was opened before a merge still sends the key of the label that is gone: its answer goes where the others
# went. A label that was retired is not there.
_QUERY = (
    "SELECT l.key, t.id FROM labeling_label l JOIN labeling_label t ON t.id = COALESCE(l.merged_into_id, l.id)"
    " WHERE l.project_id = %s AND t.retired_at IS NULL"
)


def known(project_id: int) -> dict[str, int]:
    """Label ids by the keys that may be answered with; up to ten seconds old."""
    return dict(cache.get_or_set(_place(project_id), lambda: fresh(project_id), SECONDS) or {})


def fresh(project_id: int) -> dict[str, int]:
    """The same as things stand."""
    return dict(dialect.rows(_QUERY, (project_id,)))


def forget(project_id: int) -> None:
    """Called when a change of the scheme is committed."""
    cache.delete(_place(project_id))


def _place(project_id: int) -> str:
    return f"labels:{project_id}"
