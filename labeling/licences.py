"""Licences that fit labels, by the name that the Hugging Face hub knows them by."""

import re

# https://huggingface.co/docs/hub/repositories-licenses, without licences of models and of software alone.
HUB = {
    "cc0-1.0": "CC0 1.0",
    "cc-by-4.0": "CC BY 4.0",
    "cc-by-sa-4.0": "CC BY-SA 4.0",
    "cc-by-nc-4.0": "CC BY-NC 4.0",
    "cc-by-nc-sa-4.0": "CC BY-NC-SA 4.0",
    "cc-by-nd-4.0": "CC BY-ND 4.0",
    "cc-by-nc-nd-4.0": "CC BY-NC-ND 4.0",
    "cc-by-3.0": "CC BY 3.0",
    "cc-by-sa-3.0": "CC BY-SA 3.0",
    "odbl": "ODbL 1.0",
    "odc-by": "ODC-By 1.0",
    "pddl": "PDDL 1.0",
    "cdla-permissive-2.0": "CDLA Permissive 2.0",
    "cdla-permissive-1.0": "CDLA Permissive 1.0",
    "cdla-sharing-1.0": "CDLA Sharing 1.0",
    "c-uda": "C-UDA 1.0",
    "etalab-2.0": "Etalab 2.0",
    "apache-2.0": "Apache 2.0",
    "mit": "MIT",
}
# SPDX's name, where it is not the hub's in capitals.
_SPDX = {
    "odbl": "ODbL-1.0",
    "odc-by": "ODC-By-1.0",
    "pddl": "PDDL-1.0",
    "cdla-permissive-2.0": "CDLA-Permissive-2.0",
    "cdla-permissive-1.0": "CDLA-Permissive-1.0",
    "cdla-sharing-1.0": "CDLA-Sharing-1.0",
    "c-uda": "C-UDA-1.0",
    "etalab-2.0": "etalab-2.0",
    "apache-2.0": "Apache-2.0",
}


def hub_id(said: str) -> str:
    """The hub's name of the licence that an owner `said`, "CC BY 4.0" as well as "cc-by-4.0"; empty: it knows none."""
    wanted = _folded(said)
    return next((one for one, name in HUB.items() if wanted in (_folded(one), _folded(name))), "")


def address(hub: str) -> str:
    """Where the text of a licence of HUB stands."""
    return f"https://spdx.org/licenses/{_SPDX.get(hub, hub.upper())}.html"


def _folded(said: str) -> str:
    return re.sub(r"[\s_-]+", "-", said.strip().casefold())
