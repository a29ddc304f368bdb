"""Near twins: what is found, what is not, and that neither the order nor a crowd changes it."""

from collections.abc import Sequence

import numpy as np
import pytest

from ml import near_twins as rooms
from ml.near_twins import Ids, folded, near_twins

DONE = "Menteri memastikan jembatan gantung di Desa Awulangit telah selesai diperbaiki sebelum musim hujan tahun ini."
NOT_DONE = DONE.replace("telah", "belum")
OTHER = "Wali kota membantah kabar bahwa pasar induk akan ditutup selama pekan olahraga berlangsung."
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def groups(texts: Sequence[str], ids: Sequence[int] | None = None) -> list[int]:
    """The group of each text; ids count from 10 where none are given."""
    keys = np.array(range(10, 10 + len(texts)) if ids is None else ids, np.int64)
    said = dict(zip(keys.tolist(), texts, strict=True))
    found = near_twins(keys, lambda asked: [said[one] for one in asked.tolist()], tell=lambda *_: None)
    return list(map(int, found))


def words(random: np.random.Generator, n: int) -> list[str]:
    return ["".join(random.choice(list(LETTERS), random.integers(3, 9))) for _ in range(n)]


def made(n: int, *, seed: int = 0) -> list[str]:
    """`n` sentences, of which about a third are an earlier one with a word or two exchanged."""
    random = np.random.default_rng(seed)
    texts: list[str] = []
    for _ in range(n):
        if texts and random.random() < 0.35:
            old = texts[random.integers(len(texts))].split()
            for _ in range(random.integers(1, 3)):
                old[random.integers(len(old))] = words(random, 1)[0]
            texts.append(" ".join(old))
        else:
            texts.append(" ".join(words(random, int(random.integers(6, 26)))))
    return texts


def by_hand(texts: Sequence[str]) -> list[int]:
    """Each compared with each, set with set."""
    sets = [{one[at : at + rooms.SHINGLE] for at in range(len(one) - rooms.SHINGLE + 1)} for one in map(folded, texts)]
    group = list(range(len(texts)))
    for some in range(len(texts)):
        for other in range(some):
            if len(sets[some] & sets[other]) >= rooms.THRESHOLD * len(sets[some] | sets[other]):
                least, most = sorted((group[some], group[other]))
                group = [least if one == most else one for one in group]
    return [10 + one if group.count(one) > 1 else -1 for one in group]


def test_a_word_exchanged_in_a_long_sentence_leaves_near_twins() -> None:
    assert groups([DONE, OTHER, NOT_DONE]) == [10, -1, 10]


def test_signs_and_case_do_not_count() -> None:
    assert groups(["“Harga beras naik”, kata dia.", "harga BERAS naik kata dia"]) == [10, 10]


def test_the_group_is_called_by_its_lowest_id_wherever_that_stands() -> None:
    assert groups([NOT_DONE, OTHER, DONE], ids=[31, 7, 12]) == [12, -1, 12]


def test_sentences_that_share_half_of_their_words_are_no_twins() -> None:
    half = DONE.split()[:7] + OTHER.split()[7:]
    assert groups([DONE, " ".join(half), OTHER]) == [-1, -1, -1]


def test_what_two_have_in_common_with_a_third_makes_them_one_group() -> None:
    first, last = f"Kemarin sore begini: {DONE}", f"{DONE} Begitu kata warga"
    assert (groups([first, last, DONE]), groups([first, last])) == ([10, 10, 10], [-1, -1])


@pytest.mark.parametrize("seed", range(3))
def test_groups_are_those_of_comparing_each_with_each(seed: int) -> None:
    texts = made(250, seed=seed)
    assert groups(texts) == by_hand(texts)


def test_any_order_gives_the_same_groups() -> None:
    texts = np.array(made(400), dtype=object)
    order = np.random.default_rng(5).permutation(len(texts))
    ids = np.arange(len(texts))
    shuffled = dict(zip(order.tolist(), groups(texts[order].tolist(), ids[order].tolist()), strict=True))
    assert [shuffled[one] for one in ids.tolist()] == groups(texts.tolist(), ids.tolist())


def test_a_crowd_larger_than_what_is_compared_is_one_group() -> None:
    texts = [f"{DONE} {number}" for number in range(5 * rooms.NEIGHBOURS)]
    assert set(groups(texts)) == {10}


def test_no_more_than_a_chunk_of_texts_is_asked_for_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "CHUNK", 7)
    asked: list[int] = []

    def texts(ids: Ids) -> list[str]:
        asked.append(len(ids))
        return [DONE] * len(ids)

    near_twins(np.arange(20), texts, tell=lambda *_: None)
    assert asked == [7, 7, 6, 7, 7, 6]


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = made(200)
    whole = groups(texts)
    monkeypatch.setattr(rooms, "CHUNK", 13)
    monkeypatch.setattr(rooms, "PAIRS", 3)
    assert groups(texts) == whole


def test_texts_without_a_word_and_shorter_than_a_shingle_are_compared_too() -> None:
    assert groups(["Ya.", "ya!", "Tidak", "", "?!"]) == [10, 10, -1, -1, -1]


@pytest.mark.parametrize("texts", [[], [DONE]])
def test_without_another_there_is_no_twin(texts: list[str]) -> None:
    assert groups(texts) == [-1] * len(texts)


def test_progress_is_told_in_sentences() -> None:
    told: list[tuple[int, int]] = []
    near_twins(np.arange(3), lambda ids: [DONE] * len(ids), tell=lambda *one: told.append(one))
    assert told == [(3, 3)]
