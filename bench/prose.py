"""Made-up sentences that weigh like news: made-up words, used as often as real ones are, in sentences of their length.

A template repeated a million times has a few hundred n-grams, and costs nothing to learn from or to score. Here words
follow Zipf's law, each sentence keeps to a topic, and the four labels of the default scheme show in cue words, so that
sentences touch about as many hashed n-grams as news do and a classifier has something to find.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

VOCABULARY = 60_000
TOPICS = 80
TOPIC_WORDS = 400
CUES = 25
LABELS = ("claim", "denial", "condemnation", "none")
SHARES = (0.30, 0.09, 0.06, 0.55)
# How often a word is drawn from the sentence's topic, and from the cues of its label.
FROM_TOPIC, FROM_CUES = 0.25, 0.1
BLOCK = 10_000
_SEED = 20_240
_STARTS = np.array([*"bcdfghjklmnprstwy", *"kmnprst", "", "ny", "pr", "tr"])
_VOWELS = np.array([*"aaaaeeeiiiouu", "ai"])
_ENDS = np.array([*[""] * 14, *"nnrtskm", "ng"])


def texts(n: int) -> Iterator[str]:
    """The first `n` sentences; always the same ones."""
    words = _vocabulary()
    for first in range(0, n, BLOCK):
        _, lengths, drawn = _block(first // BLOCK)
        edges = np.cumsum(lengths).tolist()
        spoken = words[drawn].tolist()
        for start, end in zip([0, *edges], edges[: n - first], strict=False):
            sentence = " ".join(spoken[start:end])
            yield f"{sentence[0].upper()}{sentence[1:]}."


def labels(n: int) -> list[str]:
    """The labels of the first `n` sentences."""
    blocks = [_block(number)[0] for number in range(-(-n // BLOCK))]
    return [LABELS[code] for code in np.concatenate(blocks)[:n]]


def _vocabulary() -> NDArray[np.object_]:
    """Words of one to four syllables, the frequent ones short, each of them once."""
    random = np.random.default_rng(_SEED)
    tries = 3 * VOCABULARY
    longest = np.clip(np.log10(np.arange(1, tries + 1)).astype(int), 1, 4)
    syllables = np.maximum(longest - (random.random(tries) < 0.5), 1)
    parts = [random.choice(some, (tries, 4)) for some in (_STARTS, _VOWELS, _ENDS)]
    spoken = np.char.add(np.char.add(parts[0], parts[1]), parts[2])
    found = dict.fromkeys("".join(row[:n]) for row, n in zip(spoken.tolist(), syllables.tolist(), strict=True))
    return np.array(list(found)[:VOCABULARY], dtype=object)


def _block(number: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Label codes (BLOCK,) and lengths (BLOCK,) of a block of sentences, and the numbers of all their words."""
    random = np.random.default_rng([_SEED, number])
    codes = random.choice(len(LABELS), BLOCK, p=SHARES)
    lengths = np.clip(np.rint(random.lognormal(2.8, 0.42, BLOCK)), 4, 70).astype(np.int64)
    total = int(lengths.sum())
    drawn = _zipf(random, VOCABULARY, total)
    # A topic's words and a label's cues are words like others, drawn more often where they belong.
    by_topic = _topics()[np.repeat(random.integers(0, TOPICS, BLOCK), lengths), _zipf(random, TOPIC_WORDS, total)]
    by_label = 400 + np.repeat(codes, lengths) * CUES + _zipf(random, CUES, total)
    chance = random.random(total)
    drawn = np.where(chance < FROM_TOPIC, by_topic, drawn)
    return codes, lengths, np.where(chance > 1 - FROM_CUES, by_label, drawn)


def _topics() -> NDArray[np.int64]:
    """The numbers of each topic's words, (TOPICS, TOPIC_WORDS)."""
    random = np.random.default_rng([_SEED, 1, 1])
    topics: NDArray[np.int64] = random.integers(600, VOCABULARY, (TOPICS, TOPIC_WORDS))
    return topics


def _zipf(random: np.random.Generator, n: int, size: int) -> NDArray[np.int64]:
    """Ranks 0 to n - 1, drawn as 1 / (rank + 2.7), by the inverse of its sum. Zipf 1935, Mandelbrot 1953."""
    low, high = np.log(2.7), np.log(n + 2.7)
    ranks: NDArray[np.int64] = (np.exp(low + random.random(size) * (high - low)) - 2.7).astype(np.int64)
    return ranks
