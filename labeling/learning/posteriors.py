"""Answers to the likeliest label of each sentence, by Dawid and Skene's model of who gives which label for which."""

from array import array
from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from ml.dawid_skene import MISSING, dawid_skene


class Likeliest(NamedTuple):
    """The likeliest label of a sentence, and its posterior, 0 to 1."""

    label_id: int
    probability: float


def likeliest(votes: "array[int]", of: Collection[int]) -> dict[int, Likeliest]:
    """The likeliest label of each sentence in `of`, estimated from all `votes`; nothing where one label alone occurs.

    `votes` are the ids of sentence, person and label of each answer, one after the other, each of 64 bits ("q"): flat,
    since there may be millions.

    The same votes give the same figures in whatever order they come. Of labels that are equally likely the one with
    the lowest id is taken. Nobody answers a sentence twice.
    """
    if not votes:
        return {}
    table = np.frombuffer(votes, dtype=np.int64).reshape(-1, 3)
    units, rows = np.unique(table[:, 0], return_inverse=True)
    people, columns = np.unique(table[:, 1], return_inverse=True)
    labels, codes = np.unique(table[:, 2], return_inverse=True)
    answers = np.full((len(units), len(people)), MISSING, dtype=np.int64)
    answers[rows, columns] = codes
    estimate = dawid_skene(answers, k=len(labels)).estimate
    if estimate is None:
        return {}
    wanted = np.flatnonzero(np.isin(units, np.fromiter(of, dtype=np.int64, count=len(of))))
    best = estimate.posterior[wanted].argmax(axis=1)
    shares = estimate.posterior[wanted, best]
    found = zip(units[wanted].tolist(), labels[best].tolist(), shares.tolist(), strict=True)
    return {unit: Likeliest(label, share) for unit, label, share in found}
