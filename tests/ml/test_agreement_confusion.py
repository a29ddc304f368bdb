"""Which labels are given to the same unit."""

import numpy as np
import pytest

from ml.agreement import Answer, agreement, brief, confused
from ml.errors import AnswersInvalid


def told(*units: str) -> list[Answer]:
    """One unit a word, one answer a letter; a dot is a missing answer."""
    return [
        Answer(f"u{number}", f"a{place}", None if label == "." else label)
        for number, unit in enumerate(units)
        for place, label in enumerate(unit)
    ]


def test_the_table_is_symmetric_since_neither_answer_is_the_right_one() -> None:
    assert confused(told("xy", "yx", "xx")).units == ((1, 2), (2, 0))


def test_a_unit_of_three_answers_stands_in_each_of_its_cells() -> None:
    found = confused(told("xxy"))
    assert (found.units, found.pairs) == (((1, 1), (1, 0)), ((1, 2), (2, 0)))


def test_pairs_are_counted_once_each() -> None:
    assert confused(told("xxxy", "yz")).n_pairs == 7


def test_a_row_has_the_units_with_its_label_among_their_answers() -> None:
    found = confused(told("xx", "xy", "yz"))
    assert dict(zip(found.labels, found.of_label, strict=True)) == {"x": 2, "y": 2, "z": 1}


def test_units_with_fewer_than_two_answers_are_left_out() -> None:
    found = confused(told("x.", "z", "xy"))
    assert (found.n_units, found.of_label) == (1, (1, 1, 0))


def test_no_answers_make_an_empty_table() -> None:
    found = confused([])
    assert (found.labels, found.units, found.n_units) == ((), (), 0)


def test_an_annotator_who_answers_twice_is_refused() -> None:
    with pytest.raises(AnswersInvalid):
        confused([Answer("u", "a", "x"), Answer("u", "a", "y")])


def test_the_share_of_pairs_on_the_diagonal_is_percent_agreement_where_all_units_weigh_the_same() -> None:
    generator = np.random.default_rng(4)
    answers = told(*("".join(generator.choice(list("xyz"), 3)) for _ in range(50)))
    found = confused(answers)
    same = sum(found.pairs[place][place] for place in range(len(found.labels)))
    assert agreement(answers, resamples=2).percent.value == pytest.approx(same / found.n_pairs)


def test_the_brief_figures_are_those_of_the_whole_report() -> None:
    answers = told("xy", "yy", "xx", "xz", "z.", "zz")
    whole, two = agreement(answers, seed=3), brief(answers, seed=3)
    assert two == {"krippendorff_alpha": whole.krippendorff_alpha, "percent": whole.percent}


def test_pairs_can_be_left_out() -> None:
    assert agreement(told("xy", "yy"), by_pair=False).pairs == ()
