"""Agreement between annotators: `agreement(answers)`, or `python -m ml.agreement FILE.csv`.

The coefficients on plain arrays are in `ml.agreement.arrays`, on label sets in `ml.agreement.label_sets`.
"""

from ml.agreement.figures import Figure
from ml.agreement.repeats import repeat_consistency
from ml.agreement.report import AgainstRest, AgreementReport, Answer, Pair, agreement

__all__ = ["AgainstRest", "AgreementReport", "Answer", "Figure", "Pair", "agreement", "repeat_consistency"]
