"""Agreement between annotators: `agreement(answers)`, or `python -m ml.agreement FILE.csv`."""

from ml.agreement.report import AgreementReport, Answer, Figure, Pair, agreement

__all__ = ["AgreementReport", "Answer", "Figure", "Pair", "agreement"]
