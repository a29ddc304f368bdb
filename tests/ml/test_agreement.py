"""Agreement against published worked examples, and where it is not defined.

Matrices and values are those of the publications named beside them, as recomputed to full precision with independent
software; None is a missing answer.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.agreement import AgreementReport, Answer, agreement
from ml.agreement.coefficients import Sums, fleiss_kappa, unit_sums
from ml.agreement.report import NO_INTERVAL, NO_PAIR, ONE_LABEL
from ml.errors import AnswersInvalid

Matrix = list[list[object]]
_: object = None

# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, section C; cac.raw4raters in Gwet's irrCAC.
KRIPPENDORFF_C: Matrix = [
    [1, 1, _, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4], [4, 4, 4, 4], [1, 1, 2, 1],
    [2, 2, 2, 2], [_, 5, 5, 5], [_, _, 1, 1], [_, _, 3, _],
]  # fmt: skip
# The same, section A.
KRIPPENDORFF_A: Matrix = [[0, 1], [1, 1], [0, 1], [0, 0], [0, 0], [0, 1], [0, 0], [0, 0], [1, 0], [0, 0]]
# The same, section B.
KRIPPENDORFF_B: Matrix = [
    list(pair) for pair in ["ab", "aa", "bb", "bb", "db", "cc", "cc", "cc", "ee", "dd", "dd", "da"]
]
# English Wikipedia, "Krippendorff's alpha".
WIKIPEDIA: Matrix = [
    [_, 1, _], [_, _, _], [_, 2, 2], [_, 1, 1], [_, 3, 3], [3, 3, 4], [4, 4, 4], [1, 3, _], [2, _, 2], [1, _, 1],
    [1, _, 1], [3, _, 3], [3, _, 3], [_, _, _], [3, _, 4],
]  # fmt: skip
# Fleiss (1971), Psychological Bulletin 76(5): 30 patients, six psychiatrists each.
FLEISS: Matrix = [
    list(row)
    for row in [
        "444444",
        "222555",
        "233335",
        "555555",
        "222444",
        "113333",
        "333355",
        "113334",
        "114444",
        "555555",
        "144444",
        "124444",
        "222333",
        "144444",
        "224445",
        "333335",
        "111455",
        "111112",
        "224444",
        "133555",
        "555555",
        "244444",
        "224555",
        "114444",
        "144445",
        "222224",
        "111155",
        "224444",
        "133333",
        "555555",
    ]
]


def measured(matrix: Matrix) -> AgreementReport:
    answers = [
        Answer(f"u{unit}", f"a{column}", None if label is None else str(label))
        for unit, row in enumerate(matrix)
        for column, label in enumerate(row)
    ]
    return agreement(answers, resamples=20)


def table(rows: list[list[int]]) -> Matrix:
    """Two annotators' answers that give this contingency table."""
    return [[i, j] for i, row in enumerate(rows) for j, count in enumerate(row) for _ in range(count)]


@pytest.mark.parametrize(
    ("matrix", "alpha"),
    [
        (KRIPPENDORFF_A, 0.09523809523809512),
        (KRIPPENDORFF_B, 0.6919642857142858),
        (KRIPPENDORFF_C, 0.743421052631579),
        (WIKIPEDIA, 0.691358024691358),
        (FLEISS, 0.433409828282029),
        (FLEISS[:15], 0.4204384),  # Gwet, irrCAC: distrib.6raters
        (table([[13, 0, 0], [0, 20, 7], [0, 4, 56]]), 0.7972585),  # Gwet, Handbook: abstractors
        (table([[20, 5], [10, 15]]), 0.4),
        (table([[118, 5], [2, 0]]), -0.024691358024691468),  # Gwet 2008
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
    # English Wikipedia, "Fleiss' kappa": units by labels.
    counts = np.array(
        [[0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1], [7, 7, 0, 0, 0],
         [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]], dtype=np.float64
    )  # fmt: skip
    kappa = float(fleiss_kappa(Sums(unit_sums(counts).sum(axis=0), 5)))
    assert kappa == pytest.approx(0.20993070442195522, abs=1e-12)


@pytest.mark.parametrize(
    ("matrix", "ac1"),
    [
        (KRIPPENDORFF_C, 0.775444068126995),
        (FLEISS, 0.447884515844564),
        (FLEISS[:15], 0.4448007),
        (table([[13, 0, 0], [0, 20, 7], [0, 4, 56]]), 0.8493305),
        (table([[118, 5], [2, 0]]), 0.9407763376087177),
        (table([[45, 15], [25, 15]]), 0.26605504587155965),
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
        ([[13, 0, 0], [0, 20, 7], [0, 4, 56]], 0.7964094),
        ([[118, 5], [2, 0]], -0.023391812865498157),
    ],
)
def test_cohen_kappa_is_that_of_the_publication(rows: list[list[int]], kappa: float) -> None:
    assert measured(table(rows)).pairs[0].cohen_kappa.value == pytest.approx(kappa, abs=5e-8)


@pytest.mark.parametrize(
    ("matrix", "share"), [(KRIPPENDORFF_C, 0.8181818), (FLEISS[:15], 0.5511111), (table([[118, 5], [2, 0]]), 0.944)]
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
