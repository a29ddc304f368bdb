"""Named errors of `ml`. Each message says what was expected, what came, and how to mend it."""


class MlError(Exception):
    """Base of every error that `ml` raises on purpose.

    `expected`, `came` and `cure` are short English phrases; the message joins them.
    """

    def __init__(self, *, expected: str, came: str, cure: str) -> None:
        self.expected = expected
        self.came = came
        self.cure = cure
        super().__init__(f"Expected {expected}; got {came}. {cure}")


class TextRefused(MlError):
    """A text holds a character that cannot be stored. `line` counts from 1."""

    def __init__(self, *, expected: str, came: str, cure: str, line: int) -> None:
        super().__init__(expected=expected, came=came, cure=cure)
        self.line = line


class NulCharacter(TextRefused):
    """A text holds U+0000, which PostgreSQL refuses."""


class LoneSurrogate(TextRefused):
    """A text holds half of a surrogate pair, which no UTF-8 file can hold."""


class ArticleTooLong(MlError):
    """An article is over the cap of the segmenter."""


class UnknownLanguage(MlError):
    """The segmenter has no rules for this language."""


class LengthMismatch(MlError):
    """Arrays that belong together differ in length."""


class OneClassOnly(MlError, ValueError):
    """A classifier needs two labels at least."""


class WeightsInvalid(MlError, ValueError):
    """Sample weights are negative, or not finite, or all 0."""


class ProbabilitiesInvalid(MlError):
    """Not a matrix of probabilities: wrong shape, NaN, or outside 0 to 1."""


class ChancesInvalid(MlError):
    """Selection probabilities that are not above 0, or more of them than there are sentences."""


class CurveInvalid(MlError):
    """A learning curve with a figure or a number of labels that is not finite, or with no label at all."""


class UnknownLabel(MlError):
    """A label that is not among the classes."""


class UnknownStrategy(MlError):
    """No query strategy has this name."""


class ColumnsMismatch(MlError):
    """A feature matrix has another number of columns than the pool or the model."""


class DuplicateIds(MlError):
    """The same sentence id came twice where each may come once."""


class SentenceNotPooled(MlError):
    """A sentence id has no features in the pool."""


class SpaceMissing(MlError):
    """Rows are asked for in the pool's directions, which were not fitted yet."""


class SpaceMoved(MlError):
    """A model was fitted in other directions than the pool's of today."""


class PoolDamaged(MlError):
    """A shard that the manifest names is missing, cut or foreign."""


class ArtifactError(MlError):
    """Base of the errors of a model file: it is not used."""


class ArtifactMissing(ArtifactError):
    """The model file or its manifest is not there."""


class ArtifactCorrupt(ArtifactError):
    """The bytes are not those that were saved."""


class ArtifactForeign(ArtifactError):
    """The file is whole but was not written by this product, or holds pickled objects."""


class ArtifactVersionUnknown(ArtifactError):
    """The file was written in a format that this version does not read."""


class AnswersInvalid(MlError):
    """A table of answers breaks its format. `line` counts from 1 in a file, else it is None."""

    def __init__(self, *, expected: str, came: str, cure: str, line: int | None = None) -> None:
        super().__init__(expected=expected, came=came, cure=cure)
        self.line = line


class LabelledInvalid(MlError):
    """A file of labelled sentences breaks its format. `line`, from 1, is that of the first bad one, or None."""

    def __init__(self, *, expected: str, came: str, cure: str, line: int | None = None) -> None:
        super().__init__(expected=expected, came=came, cure=cure)
        self.line = line


class PlanInvalid(MlError):
    """A replay was asked for that cannot be: a budget under the batch, a pool too small, no seed."""


class EncoderInvalid(MlError):
    """The encoder that is to be plugged in is not installed, does not start, or gives other than it promised."""
