"""What an exported folder holds, as it comes back: articles and loose rows with everything that was said of them."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from labeling.formats.shapes import Origin


@dataclass(frozen=True, slots=True)
class Judgement:
    """One person's answer as the export told it. `annotator` is the keyed hash, or a name; labels are keys.

    `model_version` and `guideline_version` count in the project that was exported.
    """

    annotator: str
    label: str
    label_2: str
    unsure: bool
    boilerplate: bool
    bad_segment: bool
    comment: str
    seconds: float
    surplus: bool
    selection: str
    model_version: int | None
    guideline_version: int | None
    answered_at: datetime
    suggestion_shown: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """One sentence where it stood: `text` from `start` to `end` of its article. `line` is its id in the export.

    `asked`: it has a row or a judgement of its own; else it is known as the context of others alone. `split` is empty
    where no row tells it; `verdict` is the label of an adjudicator, `error_kind` what they said of the sentence.
    """

    line: int
    number: int
    paragraph: int
    start: int
    end: int
    text: str
    lang: str
    asked: bool = False
    split: str = ""
    probability: float | None = None
    verdict: str = ""
    error_kind: str = ""
    judgements: tuple[Judgement, ...] = ()


@dataclass(frozen=True, slots=True)
class Returned:
    """An article, or loose rows that were kept together; sentences in the order of their places, none over another."""

    line: int
    unit: str
    origin: Origin
    sentences: tuple[Standing, ...]

    @property
    def text(self) -> str:
        """The article as far as it is known; what stood between is blank."""
        parts, at = [], 0
        for one in self.sentences:
            parts += [" " * (one.start - at), one.text]
            at = one.end
        return "".join(parts)

    @property
    def lang(self) -> str:
        return next((one.lang for one in self.sentences if one.lang), "")

    @property
    def sha256(self) -> str:
        """The same for the same sentences from the same place, of which the same were asked. A later export, which
        asked more of them, is another Source: its offsets are known better."""
        asked = ",".join(str(one.number) for one in self.sentences if one.asked)
        about = ("returned", self.unit, self.origin.title, self.origin.url, asked, self.text)
        return sha256("\0".join(about).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Near:
    """The texts of a group of near twins."""

    line: int
    texts: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(self.texts)
