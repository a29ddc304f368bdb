"""Agreement against published worked examples, and where it is not defined.

Values are those of the publications named beside the matrices, as recomputed to full precision with independent
software.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.agreement import Answer, agreement
from ml.agreement.coefficients import Sums, fleiss_kappa, unit_sums
from ml.agreement.figures import NO_INTERVAL, NO_PAIR, ONE_LABEL
from ml.errors import AnswersInvalid
from tests.ml.agreement_examples import (
    ABSTRACTORS,
    FLEISS,
    FOURTEEN_RATERS,
    KRIPPENDORFF_A,
    KRIPPENDORFF_B,
    KRIPPENDORFF_C,
    PARADOX,
    WIKIPEDIA,
    Matrix,
    measured,
    table,
)


@pytest.mark.parametrize(
    ("matrix", "alpha"),
    [
        (KRIPPENDORFF_A, 0.09523809523809512),
        (KRIPPENDORFF_B, 0.6919642857142858),
        (KRIPPENDORFF_C, 0.743421052631579),
        (WIKIPEDIA, 0.691358024691358),
        (FLEISS, 0.433409828282029),
        (FLEISS[:15], 0.4204384),  # Gwet, irrCAC: distrib.6raters
        (table(ABSTRACTORS), 0.7972585),  # Gwet, Handbook: abstractors
        (table([[20, 5], [10, 15]]), 0.4),  # English Wikipedia, "Cohen's kappa"; so the next two
        (table([[45, 15], [25, 15]]), 0.12527472527472516),
        (table([[25, 35], [5, 35]]), 0.1959595959595959),
        (table(PARADOX), -0.024691358024691468),  # Gwet 2008
        ([[1, 2], [2, 1], [1, 2], [2, 1]], -0.75),
    ],
)
def test_alpha_is_that_of_the_publication(matrix: Matrix, alpha: float) -> None:
    assert measured(matrix).krippendorff_alpha.value == pytest.approx(alpha, abs=5e-8)


@pytest.mark.parametrize(
    ("matrix", "values"),
    [
        (KRIPPENDORFF_C, {"1": 0.72043, "2": 0.666667, "3": 0.74, "4": 0.777143, "5": 1.0}),
        (KRIPPENDORFF_B, {"a": 0.425, "b": 0.574074, "c": 1.0, "d": 0.574074, "e": 1.0}),
        (WIKIPEDIA, {"1": 0.81203, "2": 1.0, "3": 0.53125, "4": 0.52381}),
        (FLEISS, {"1": 0.248951, "2": 0.248951, "3": 0.522667, "4": 0.474065, "5": 0.568528}),
    ],
)
def test_alpha_of_each_label_is_that_of_the_recomputation(matrix: Matrix, values: dict[str, float]) -> None:
    per_label = {label: figure.value for label, figure in measured(matrix).per_label.items()}
    assert per_label == pytest.approx(values, abs=1e-6)


@pytest.mark.parametrize(
    ("matrix", "kappa"), [(KRIPPENDORFF_C, 0.7611692754224112), (FLEISS, 0.43024452006014074), (FLEISS[:15], 0.4139265)]
)
def test_fleiss_kappa_is_that_of_the_publication(matrix: Matrix, kappa: float) -> None:
    assert measured(matrix).fleiss_kappa.value == pytest.approx(kappa, abs=5e-8)


def test_fleiss_kappa_of_fourteen_raters_is_that_of_the_worked_example() -> None:
    kappa = float(fleiss_kappa(Sums(unit_sums(FOURTEEN_RATERS).sum(axis=0), 5)))
    assert kappa == pytest.approx(0.20993070442195522, abs=1e-12)


@pytest.mark.parametrize(
    ("matrix", "ac1"),
    [
        (KRIPPENDORFF_C, 0.775444068126995),
        (FLEISS, 0.447884515844564),
        (FLEISS[:15], 0.4448007),
        (table(ABSTRACTORS), 0.8493305),
        (table(PARADOX), 0.9407763376087177),
        (table([[20, 5], [10, 15]]), 0.40594059405940586),
        (table([[45, 15], [25, 15]]), 0.26605504587155965),
        (table([[25, 35], [5, 35]]), 0.20792079207920788),
    ],
)
def test_gwet_ac1_is_that_of_the_publication(matrix: Matrix, ac1: float) -> None:
    assert measured(matrix).gwet_ac1.value == pytest.approx(ac1, abs=5e-8)


@pytest.mark.parametrize(
    ("rows", "kappa"),
    [
        ([[20, 5], [10, 15]], 0.4),  # English Wikipedia, "Cohen's kappa"
        ([[45, 15], [25, 15]], 0.13043478260869554),
        ([[25, 35], [5, 35]], 0.2592592592592592),
        ([[88, 14, 18], [10, 40, 10], [2, 6, 12]], 0.49152542372881347),  # Cohen 1968
        (ABSTRACTORS, 0.7964094),
        (PARADOX, -0.023391812865498157),
    ],
)
def test_cohen_kappa_is_that_of_the_publication(rows: list[list[int]], kappa: float) -> None:
    assert measured(table(rows)).pairs[0].cohen_kappa.value == pytest.approx(kappa, abs=5e-8)


@pytest.mark.parametrize(
    ("matrix", "share"), [(KRIPPENDORFF_C, 0.8181818), (FLEISS[:15], 0.5511111), (table(PARADOX), 0.944)]
)
def test_percent_agreement_is_that_of_the_publication(matrix: Matrix, share: float) -> None:
    assert measured(matrix).percent.value == pytest.approx(share, abs=5e-8)


def test_units_with_one_answer_count_in_no_n() -> None:
    figure = measured(KRIPPENDORFF_C).krippendorff_alpha
    assert (figure.n_units, figure.n_answers) == (11, 40)


def test_with_one_label_only_alpha_is_not_defined() -> None:
    figure = measured([[1, 1], [1, 1], [1, 1]]).krippendorff_alpha
    assert (figure.value, figure.reason) == (None, ONE_LABEL)


def test_with_one_label_only_no_chance_corrected_figure_is_defined() -> None:
    report = measured([[1, 1], [1, 1], [1, 1]])
    assert [report.fleiss_kappa.value, report.gwet_ac1.value, report.pairs[0].cohen_kappa.value] == [None] * 3


def test_with_one_label_only_percent_agreement_is_whole() -> None:
    assert measured([[1, 1], [1, 1], [1, 1]]).percent.value == 1


def test_without_a_unit_of_two_answers_nothing_is_defined() -> None:
    report = measured([[1, None], [2, None], [None, 1]])
    assert {report.krippendorff_alpha.reason, report.percent.reason, report.gwet_ac1.reason} == {NO_PAIR}


def test_without_answers_nothing_is_defined() -> None:
    report = agreement([])
    assert (report.percent.value, report.percent.reason, report.pairs) == (None, NO_PAIR, ())


def test_full_agreement_is_exactly_one() -> None:
    report = measured([[1, 1], [2, 2], [3, 3]])
    figures = [report.krippendorff_alpha, report.fleiss_kappa, report.gwet_ac1, report.pairs[0].cohen_kappa]
    assert [figure.value for figure in figures] == [1.0] * 4


def test_full_disagreement_of_two_is_a_cohen_kappa_of_minus_one() -> None:
    assert measured([[1, 2], [2, 1], [1, 2], [2, 1]]).pairs[0].cohen_kappa.value == -1


def test_one_article_gives_no_interval() -> None:
    answers = [Answer(f"u{n}", who, label) for n in range(6) for who, label in (("a", str(n % 2)), ("b", "0"))]
    figure = agreement(answers, articles={f"u{n}": "one" for n in range(6)}).percent
    assert (figure.low, figure.high, figure.reason) == (None, None, NO_INTERVAL)


def test_articles_widen_the_interval_of_alike_sentences() -> None:
    def width(articles: dict[str, str] | None) -> float:
        answers = [Answer(f"u{n}", who, "1" if who == "a" or n % 4 else "0") for n in range(80) for who in "ab"]
        figure = agreement(answers, articles=articles, resamples=200).percent
        return (figure.high or 0) - (figure.low or 0)

    assert width({f"u{n}": f"article {n % 4}" for n in range(80)}) > width(None)


def test_the_interval_holds_the_value() -> None:
    figure = measured(FLEISS).krippendorff_alpha
    assert figure.value is not None
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low < figure.value < figure.high


def test_the_same_seed_gives_the_same_report() -> None:
    assert measured(FLEISS) == measured(FLEISS)


def test_an_annotator_who_answers_a_unit_twice_is_refused_by_name() -> None:
    with pytest.raises(AnswersInvalid, match="two of 'a' for 'u'"):
        agreement([Answer("u", "a", "1"), Answer("u", "a", "2")])


def reference_alpha(matrix: list[list[int | None]]) -> float | None:
    """Alpha by the letter of the definition: all pairs, written slowly."""
    units = [[label for label in row if label is not None] for row in matrix]
    units = [row for row in units if len(row) > 1]
    flat = [label for row in units for label in row]
    n = len(flat)
    observed = n and sum(sum(a != b for a in row for b in row) / (len(row) - 1) for row in units) / n
    expected = n and sum(a != b for a in flat for b in flat) / (n * (n - 1))
    return 1 - observed / expected if expected else None


@settings(max_examples=20)
@given(st.lists(st.lists(st.sampled_from([None, 1, 2, 3]), min_size=3, max_size=3), max_size=8))
def test_alpha_is_that_of_a_slow_reference(matrix: list[list[int | None]]) -> None:
    value = measured([list(row) for row in matrix]).krippendorff_alpha.value
    assert value == pytest.approx(reference_alpha(matrix), abs=1e-9)
