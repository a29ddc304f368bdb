"""The words of the card."""

TEXT = """# {name}

{n_rows:,} news sentences with a settled label, from {n_judgements:,} judgements by
{n_annotators:,} annotators.{without} Made with Factcheck.

| version | data revision | content (SHA-256) |
|---|---|---|
| {version}, {made_on} | {revision} | `{content}` |

The content hash is of the rows and judgements themselves: two exports with the same hash hold the same, whatever their
format. `CHANGELOG.md` says what changed from version to version.

{loading}

## Labels

| key | English | Indonesian | sentences |
|---|---|---|---|
{label_rows}

They are defined in `GUIDELINES.md`, version {guideline[version]}; each row names its own version.

## Who annotated, and how far they agree

Annotators are keyed hashes, stable within this project: no name or address of a person is here.
{how_they_agree}{suggestions}

{agreement_tables}

## How labels were settled

{the_rule}

{by_source_table}

## How sentences were selected

The project holds {n_sentences:,} sentences, of which {n_pool:,} may be asked about: by-lines and
repetitions are left out. Annotators see a uniformly random audit sample, interleaved with what a model chose; the
model's choice is not random, so shares over all rows are biased. `selection_probability` is the chance that a
sentence had to be drawn into the audit sample, and null outside of it: weight by its inverse.

{by_selection_table}

## Label shares, three ways and a count

{shares}

## Splits

{splits_table}

An article lies in one split, with every later article that repeats a sentence of it. The split of a group is a
function of the group alone, so a later export never moves a row from one of train, validation and test to another. In
`rest` may be sentences of an import that had not ended, which a later export puts where they belong, and sentences that
nearly repeat one of another split.

The judgements (`annotations`) lie in one file that is called `train`, those of the test's sentences among them. Join
them by `id` with the split that you want before you train on them.

## Duplicates

A sentence whose text is the same after case and white space are folded was asked about once; `dup_group` is the hash
of that text. Sentences that nearly repeat each other share `near_group`, which is null where nothing does: near twins
may mean the contrary of each other. No label was copied.
{getting_text}
## Known limits

* Labels say what a sentence does, not whether it is true.
* A label from a single person is no more than that: filter by `n_annotations` or `label_source`.
* A sentence that people could not settle is no row: what is here is easier than the news.
* What a model chose is not a sample of the news. Measure on `test`, and weight by `selection_probability`.
* Agreement and shares are of this project's annotators and articles; their intervals say nothing of others.
{limits}
## Licence

{licences}

## Citation

{how_to_cite}
"""

WITHOUT = " The sentences themselves are left out: this is the variant without text."

LOADING = """```python
from datasets import load_dataset

sentences = load_dataset("DIR")                   # one row a sentence
judgements = load_dataset("DIR", "annotations")   # one row a judgement
```

`DIR` is this folder, or the name of the data set on the hub."""

FROM_DISK = """```python
from datasets import load_from_disk

sentences = load_from_disk("DIR")                # one row a sentence
judgements = load_from_disk("DIR/annotations")   # one row a judgement
```"""

GETTING_TEXT = """
## Getting the text back

In place of the text, each row has `text_sha256`, the SHA-256 of the sentence in UTF-8. Fetch the article at `url` and
take its text in Unicode's form NFC; `char_start` and `char_end` count characters in the article as it was received.
Your copy may begin elsewhere, so look for the sentence where it should be and then everywhere:

```python
from hashlib import sha256
from unicodedata import normalize

def sentence_of(article, row):
    \"\"\"The sentence of `row` in the text of its article, or None where that reads otherwise by now.\"\"\"
    article, n = normalize("NFC", article), row["char_end"] - row["char_start"]
    for start in (row["char_start"], *range(len(article) - n + 1)):
        found = article[start : start + n]
        if sha256(found.encode()).hexdigest() == row["text_sha256"]:
            return found
```

A page that was changed or taken down since does not give its sentences back, nor does a row without a `url`.
"""

LIMITS_WITH_TEXT = "* Comments are as annotators wrote them, and may quote or name anybody.\n"

NO_LICENCE = (
    "**Labels**, and all that was added to the text: the owner has chosen no licence yet. Ask before you use them."
)
NO_TEXT_LICENCE = (
    "**Text**: third-party news, under the rights of its publishers. The licence of the labels does not cover it."
)
