"""The data set's card: YAML for the hub, and what a reader must know before trusting the labels."""

import math
from collections.abc import Mapping
from typing import Any

from datasets import DatasetInfo
from datasets.info import DatasetInfosDict
from datasets.utils.metadata import MetadataConfigs
from huggingface_hub import DatasetCardData

from labeling.formats.settling import rule_in_words

FOLDERS = {"default": "data", "annotations": "annotations"}
SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"), (10**7, "1M<n<10M"))
MEANING = {
    "train": "to learn from",
    "validation": "to choose between models",
    "test": "to measure with: only sentences drawn uniformly at random",
    "rest": "not to train on, if you report on the test: the rest of its articles, and what may yet be drawn for it",
    "adjudicated": "an adjudicator decided",
    "majority": "all, or more than half, of several people chose it",
    "dawid_skene": "the likeliest, by how its annotators answer elsewhere",
    "single": "one person chose it",
}


def card(head: Mapping[str, Any], infos: Mapping[str, DatasetInfo]) -> str:
    """The text of `README.md` from `head`; without the time of writing, so that the same data give the same card."""
    return f"---\n{_yaml(head, infos)}\n---\n\n{_text(head)}"


def _yaml(head: Mapping[str, Any], infos: Mapping[str, DatasetInfo]) -> str:
    languages = head["languages"]
    metadata = DatasetCardData(
        pretty_name=head["name"],
        language=languages,
        license="other",
        annotations_creators=["expert-generated"],
        language_creators=["found"],
        multilinguality="multilingual" if len(languages) > 1 else "monolingual",
        size_categories=[size_category(head["n_rows"])],
        source_datasets=["original"],
        task_categories=["text-classification"],
        task_ids=["multi-class-classification", "fact-checking"],
        tags=["news", "claim-detection"],
    )
    DatasetInfosDict(infos).to_dataset_card_data(metadata)
    MetadataConfigs({name: _config(name, info) for name, info in infos.items()}).to_dataset_card_data(metadata)
    return str(metadata.to_yaml()).strip()


def _config(name: str, info: DatasetInfo) -> dict[str, Any]:
    files = [{"split": split, "path": f"{FOLDERS[name]}/{split}-*"} for split in info.splits]
    return {"data_files": files, **({"default": True} if name == "default" else {})}


def size_category(n: int) -> str:
    """The hub's word for so many rows."""
    return next((word for limit, word in SIZES if n < limit), "n>10M")


_TEXT = """# {name}

{n_rows:,} news sentences with a settled label, from {n_judgements:,} judgements by
{n_annotators:,} annotators. Data revision {revision}. Made with Factcheck.

```python
from datasets import load_dataset

sentences = load_dataset("DIR")                   # one row a sentence
judgements = load_dataset("DIR", "annotations")   # one row a judgement
```

## Labels

| key | English | Indonesian | sentences |
|---|---|---|---|
{label_rows}

They are defined in `GUIDELINES.md`, version {guideline[version]}; each row names its own version.

## Who annotated, and how far they agree

Annotators are keyed hashes, stable within this project. {how_they_agree}{suggestions}

## How labels were settled

{the_rule}

{by_source_table}

## How sentences were selected

The project holds {n_sentences:,} sentences, of which {n_pool:,} may be asked about: by-lines and
repetitions are left out. Annotators see a uniformly random audit sample, interleaved with what a model chose; the
model's choice is not random, so shares over all rows are biased. `selection_probability` is the chance that a
sentence had to be drawn into the audit sample, and null outside of it: weight by its inverse.

{by_selection_table}

## Splits

{splits_table}

An article lies in one split, with every later article that repeats a sentence of it. The split of a group is a
function of the group alone, so a later export never moves a row from one of train, validation and test to another. In
`rest` may be sentences of an import that had not ended, which a later export puts where they belong, and sentences that
nearly repeat one of another split.

## Duplicates

A sentence whose text is the same after case and white space are folded was asked about once; `dup_group` is the hash
of that text. Sentences that nearly repeat each other share `near_group`, which is null where nothing does: near twins
may mean the contrary of each other. No label was copied.

## Known limits

Labels say what a sentence does, not whether it is true. A label from a single person is no more than that:
filter by `n_annotations` or `label_source`.

## Licence

The text is third-party news and stays under the rights of its publishers. Whoever publishes this data set chooses the
licence of the labels, and says so here.
"""


def _text(head: Mapping[str, Any]) -> str:
    rows = (
        f"| `{label['key']}` | {label['en']} | {label['id']} | {head['by_label'].get(label['key'], 0):,} |"
        for label in head["labels"]
    )
    return _TEXT.format(
        **head,
        label_rows="\n".join(rows),
        how_they_agree=_agreement(head),
        suggestions=_suggestions(head["n_after_suggestion"]),
        the_rule=rule_in_words(head),
        by_source_table=_table("how the label was settled", head["by_source"]),
        by_selection_table=_table("selection", head["by_selection"]),
        splits_table=_table("split", head["splits"]),
    )


def _agreement(head: Mapping[str, Any]) -> str:
    n, same = head["n_answered_twice"], head["n_unanimous"]
    if not n:
        return "No sentence was answered by more than one person: agreement is not defined here."
    low, high = wilson(same, n)
    return (
        f"Of {n:,} sentences that more than one person labelled, settled or not, all gave the same label in {same:,}: "
        f"{same / n:.1%} (95 % interval {low:.1%} to {high:.1%}, Wilson score; not corrected for chance)."
    )


def _suggestions(n: int) -> str:
    """Nothing where nobody answered knowing what the model says."""
    if not n:
        return ""
    return (
        f"\n\nSome people saw what the model suggests once their own answer was saved. {n:,} judgements were given "
        "after such a showing, which they may follow: `suggestion_shown` marks them."
    )


def wilson(k: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's score interval of a share of k in n, as shares; Wilson (1927), J. Am. Stat. Assoc. 22."""
    share, spread = k / n, z * z / n
    middle = (share + spread / 2) / (1 + spread)
    reach = z / (1 + spread) * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _table(name: str, counts: Mapping[str, int]) -> str:
    lines = "\n".join(f"| `{key}` | {MEANING.get(key, '')} | {count:,} |" for key, count in counts.items())
    return f"| {name} | | sentences |\n|---|---|---|\n{lines}"
