"""Labels as data sets give them: a name, or a number that stands for one."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from labeling.formats.shapes import Bad

Names = tuple[str, ...]
# What `datasets` writes where a row has no label.
NO_LABEL = -1


def label_of(value: object, names: Sequence[str], told: object = None) -> object:
    """The label in words: that of a number by its place among `names`, else `told` (a column `label_text`), else the
    number itself. None for -1 and null; a Bad, without a line, for a list of several."""
    if isinstance(value, list | tuple):
        if len(value) > 1:
            return Bad(0, _("it has several labels in one list; give each row one label"))
        value = value[0] if value else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return told if value is None and isinstance(told, str) else value
    if value == NO_LABEL:
        return None
    if 0 <= value < len(names):
        return names[value]
    return told if isinstance(told, str) and told.strip() else value
