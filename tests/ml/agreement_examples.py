"""Published worked examples of agreement, each with its source; None is a missing answer."""

import numpy as np
from numpy.typing import NDArray

from ml.agreement import AgreementReport, Answer, agreement

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

# English Wikipedia, "Fleiss' kappa": units by labels, fourteen raters.
FOURTEEN_RATERS = np.array(
    [[0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1], [7, 7, 0, 0, 0],
     [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]], dtype=np.float64
)  # fmt: skip
# Gwet, Handbook of Inter-Rater Reliability, 4th ed. (cont3x3abstractors in irrCAC): first annotator by second.
ABSTRACTORS = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]
# Gwet (2008), Br. J. Math. Stat. Psychol. 61: high agreement, low kappa.
PARADOX = [[118, 5], [2, 0]]


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


def coded(matrix: Matrix) -> tuple[NDArray[np.int64], list[str]]:
    """The answers as numbers, (n_units, n_annotators) with -1 missing, and the labels in their order."""
    labels = sorted({str(label) for row in matrix for label in row if label is not None})
    numbers = [[-1 if label is None else labels.index(str(label)) for label in row] for row in matrix]
    return np.array(numbers, dtype=np.int64), labels
