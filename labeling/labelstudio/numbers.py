"""Numbers of rows on a Label Studio server, as its JSON tells them."""

_LARGEST = 2**63 - 1


def number_of(told: object) -> int:
    """The number; 0 for what is none, or none that a row can have."""
    return told if isinstance(told, int) and not isinstance(told, bool) and 0 < told <= _LARGEST else 0
