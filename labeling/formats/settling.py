"""How the labels of an export were settled, in words."""

from collections.abc import Iterator, Mapping
from typing import Any


def rule_in_words(head: Mapping[str, Any]) -> str:
    """The rule, a step a line, each with the sentences that it settled, and what it left out."""
    listed = "\n".join(f"{place}. {step}: {n:,}" for place, (step, n) in enumerate(_steps(head), start=1))
    return (
        "One rule settles a sentence; the first of these that applies, with the number of sentences it settled:\n\n"
        f"{listed}\n\n"
        "Any other sentence is open, and no row. Answers that are unsure, undone or surplus do not count.\n\n"
        f"Sentences of which an adjudicator said that more than one label is right: {head['n_ambiguous']:,}. Their "
        "`flags` hold `ambiguous`. `soft_label` is how people voted, under a verdict too."
    )


def _steps(head: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    rule, n, alike = head["rule"], head["by_source"], head["n_settled_unanimously"]
    least, threshold = rule["least"], rule["posterior"]
    yield "an adjudicator's verdict", n.get("adjudicated", 0)
    if least < 2:
        yield "what one person chose, where nobody else answered", n.get("single", 0)
    several = f"{least} people or more" if least > 2 else "several people"
    yield f"what all of {several} chose", alike
    if rule["majority"]:
        yield f"what more than half of {several} chose", n.get("majority", 0) - alike
    if threshold is not None:
        model = "by the model of Dawid and Skene (1979), which learns from all answers how each annotator errs"
        yield f"the likeliest label, where its posterior is {threshold:g} or more {model}", n.get("dawid_skene", 0)
