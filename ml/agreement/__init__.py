"""Agreement between annotators: `agreement(answers)`, or `python -m ml.agreement FILE.csv`.

The coefficients on plain arrays are in `ml.agreement.arrays`, on label sets in `ml.agreement.label_sets`.
"""

from ml.agreement.answers import Answer
from ml.agreement.confusion import Confusion, confused
from ml.agreement.figures import Figure
from ml.agreement.repeats import repeat_consistency
from ml.agreement.report import AgainstRest, AgreementReport, Pair, agreement, brief

__all__ = [
    "AgainstRest",
    "AgreementReport",
    "Answer",
    "Confusion",
    "Figure",
    "Pair",
    "agreement",
    "brief",
    "confused",
    "repeat_consistency",
]
