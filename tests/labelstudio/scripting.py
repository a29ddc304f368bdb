"""What scripts send, and what they are told of a problem."""

from collections.abc import Callable
from typing import Any

import pytest

from labeling.models import Membership

# Makes the client of a member, a `label_studio_sdk.LabelStudio`.
Client = Callable[[Membership], Any]


def result(label: str, second: str = "") -> list[dict[str, Any]]:
    """What a script sends as the result of an answer."""
    chosen = {"label": label, "label_2": second}
    return [
        {"from_name": name, "to_name": "text", "type": "choices", "value": {"choices": [one]}}
        for name, one in chosen.items()
        if one
    ]


def refusal(status: int) -> Any:
    """Expects the client to be told of a problem with this status: `with refusal(409) as told: ...`."""
    error = pytest.importorskip("label_studio_sdk.core.api_error").ApiError
    return pytest.raises(error, match=f"status_code: {status}")
