"""The data set's card: YAML for the hub, and what a reader must know before trusting the labels."""

import math
import re
from collections.abc import Mapping
from typing import Any

from datasets import DatasetInfo
from datasets.info import DatasetInfosDict
from datasets.utils.metadata import MetadataConfigs
from huggingface_hub import DatasetCardData

from labeling.formats import card_figures, card_text
from labeling.formats.columns import FOLDERS
from labeling.formats.history import made_on
from labeling.formats.settling import rule_in_words
from labeling.licences import HUB, address, hub_id

SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10**7, "1M<n<10M"),
    (10**8, "10M<n<100M"),
)
MEANING = {
    "train": "to learn from",
    "validation": "to choose between models",
    "test": "to measure with: only sentences drawn uniformly at random",
    "rest": "not to train on, if you report on the test: the rest of its articles, and what may yet be drawn for it",
    "adjudicated": "an adjudicator decided",
    "majority": "all, or more than half, of several people chose it",
    "dawid_skene": "the likeliest, by how its annotators answer elsewhere",
    "single": "one person chose it",
    "seed": "by lot, before there was a model",
    "random": "by lot",
    "uncertain": "a model was unsure of it",
    "diverse": "unlike what was labelled before",
    "review": "a model doubted its first label",
    "tie_break": "its answers differed",
    "imported": "its label came with the file",
}


def card(head: Mapping[str, Any], infos: Mapping[str, DatasetInfo], *, on_disk: bool = False) -> str:
    """The text of `README.md` from `head`; without the time of writing, so that the same data give the same card.

    `on_disk`: of the folder that `load_from_disk` reads, which has no parquet for the hub to find.
    """
    return f"---\n{_yaml(head, infos, on_disk)}\n---\n\n{_text(head, on_disk)}"


def guidelines(head: Mapping[str, Any]) -> str:
    """The text of `GUIDELINES.md`, in both languages."""
    told = head["guideline"]
    return f"<!-- guideline version {told['version']} -->\n\n{told['en'].strip()}\n\n---\n\n{told['id'].strip()}\n"


def _yaml(head: Mapping[str, Any], infos: Mapping[str, DatasetInfo], on_disk: bool) -> str:
    languages = head["languages"]
    metadata = DatasetCardData(
        pretty_name=head["name"],
        language=languages,
        **_licence(head["licence"]["labels"]),
        annotations_creators=["expert-generated"],
        language_creators=["found"],
        multilinguality="multilingual" if len(languages) > 1 else "monolingual",
        size_categories=[size_category(head["n_rows"])],
        source_datasets=["original"],
        task_categories=["text-classification"],
        task_ids=["multi-class-classification", "fact-checking"],
        tags=["news", "claim-detection"],
    )
    if not on_disk:
        DatasetInfosDict(infos).to_dataset_card_data(metadata)
        MetadataConfigs({name: _config(name, info) for name, info in infos.items()}).to_dataset_card_data(metadata)
    return str(metadata.to_yaml()).strip()


def _licence(said: str) -> dict[str, Any]:
    """The hub's fields for what the owner said of the labels' licence; what it does not know has a name of its own."""
    if not said:
        return {"license": "unknown"}
    if known := hub_id(said):
        return {"license": known}
    name = re.sub(r"[^a-z0-9.]+", "-", said.casefold()).strip("-")
    return {"license": "other", **({"license_name": name} if name not in ("", "other") else {})}


def _config(name: str, info: DatasetInfo) -> dict[str, Any]:
    files = [{"split": split, "path": f"{FOLDERS[name]}/{split}-*"} for split in info.splits]
    return {"data_files": files, **({"default": True} if name == "default" else {})}


def size_category(n: int) -> str:
    """The hub's word for so many rows."""
    return next((word for limit, word in SIZES if n < limit), "100M<n<1B")


def _text(head: Mapping[str, Any], on_disk: bool) -> str:
    counted = head["by_label"]
    rows = (
        f"| `{one['key']}` | {_cell(one['en'])} | {_cell(one['id'])} | {counted.get(one['key'], 0):,} |"
        for one in head["labels"]
    )
    return card_text.TEXT.format(
        **head,
        made_on=made_on(head),
        without=card_text.WITHOUT if not head["texts"] else "",
        loading=card_text.FROM_DISK if on_disk else card_text.LOADING,
        label_rows="\n".join(rows),
        how_they_agree=_agreement(head),
        agreement_tables=card_figures.agreement(head),
        suggestions=_suggestions(head["n_after_suggestion"]),
        the_rule=rule_in_words(head),
        by_source_table=_table("how the label was settled", head["by_source"]),
        by_selection_table=_table("selection", head["by_selection"]),
        shares=card_figures.shares(head),
        splits_table=_table("split", head["splits"]),
        getting_text=card_text.GETTING_TEXT if not head["texts"] else "",
        limits=card_text.LIMITS_WITH_TEXT if head["texts"] else "",
        licences=_licences(head["licence"]),
        how_to_cite=_citation(head),
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _agreement(head: Mapping[str, Any]) -> str:
    n, same = head["n_answered_twice"], head["n_unanimous"]
    if not n:
        return "No sentence was answered by more than one person: agreement is not defined here."
    low, high = wilson(same, n)
    return (
        f"Of {n:,} sentences that more than one person labelled, settled or not, all gave the same label in {same:,}: "
        f"{same / n:.1%} (95% interval {low:.1%} to {high:.1%}, Wilson score; not corrected for chance)."
    )


def _suggestions(n: int) -> str:
    """Nothing where nobody answered knowing what the model says."""
    if not n:
        return ""
    return (
        f"\n\nSome people saw what the model suggests once their own answer was saved. {n:,} judgements were given "
        "after such a showing, which they may follow: `suggestion_shown` marks them."
    )


def _licences(licence: Mapping[str, str]) -> str:
    """What the owner said of the labels and of the text, each apart."""
    known = hub_id(licence["labels"])
    labels = f"[{HUB[known]}]({address(known)})" if known else licence["labels"]
    of_labels = f"**Labels**, and all that was added to the text: {labels}." if labels else card_text.NO_LICENCE
    said = licence["text"].rstrip(" .")
    of_text = f"**Text**: {said}. It is third-party news." if said else card_text.NO_TEXT_LICENCE
    return f"{of_labels}\n\n{of_text}"


def _citation(head: Mapping[str, Any]) -> str:
    if not head["licence"]["citation"]:
        return (
            "The owner gave no citation. Name the data set, its version "
            f"({head['version']}) and its content hash, so that others find the same data."
        )
    lines = "\n".join(f"    {line}" for line in head["licence"]["citation"].splitlines())
    return f"{lines}\n\nName version {head['version']} with it."


def wilson(k: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's score interval of a share of k in n, as shares; Wilson (1927), J. Am. Stat. Assoc. 22."""
    share, spread = k / n, z * z / n
    middle = (share + spread / 2) / (1 + spread)
    reach = z / (1 + spread) * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _table(name: str, counts: Mapping[str, int]) -> str:
    lines = "\n".join(f"| `{key}` | {MEANING.get(key, '')} | {count:,} |" for key, count in counts.items())
    return f"| {name} | what it means | sentences |\n|---|---|---|\n{lines}"
