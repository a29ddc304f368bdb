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


class OneClassOnly(MlError):
    """A classifier needs two labels at least."""


class WeightsInvalid(MlError):
    """Sample weights are negative, or not finite, or all 0."""


class AuditLeak(MlError):
    """A sentence of the audit sample is among those to train on."""


class ProbabilitiesInvalid(MlError):
    """Not a matrix of probabilities: wrong shape, NaN, or outside 0 to 1."""


class UnknownStrategy(MlError):
    """No query strategy has this name."""


class ColumnsMismatch(MlError):
    """A feature matrix has another number of columns than the pool or the model."""


class DuplicateIds(MlError):
    """The same sentence id came twice where each may come once."""


class SentenceNotPooled(MlError):
    """A sentence id has no features in the pool."""


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
