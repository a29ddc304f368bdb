"""An export's snapshot out of nothing: what writers are given, without a database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

KEYS = ("claim", "denial", "condemnation", "none")
SPLITS = ("train", "validation", "test")


@dataclass
class Made:
    """`n` rows, each answered by two people; every seventh has a second label, of every fifth one person is unsure."""

    n: int = 40
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def head(self) -> Mapping[str, Any]:
        n = self.n
        return {
            "project": "berita",
            "name": "Berita | pagi",
            "revision": 512,
            "version": 2,
            "content": "ab" * 32,
            "labels": [{"key": key, "en": key.title(), "id": f"{key} (id)"} for key in KEYS],
            "guideline": {"version": 3, "en": "Read it.", "id": "Baca."},
            "licence": {"labels": "", "text": "", "citation": ""},
            "texts": True,
            "rule": {"least": 1, "majority": True, "posterior": 0.95},
            "overlap": 2,
            "n_sentences": 3 * n,
            "n_pool": 2 * n,
            "n_rows": n,
            "n_judgements": 2 * n,
            "n_annotators": 2,
            "n_answered_twice": n,
            "n_unanimous": n - 1,
            "n_after_suggestion": 0,
            "n_settled_unanimously": n - 1,
            "n_ambiguous": 0,
            "languages": ["id"],
            "splits": {split: len(range(place, n, 3)) for place, split in enumerate(SPLITS)},
            "by_label": {key: len(range(place, n, 4)) for place, key in enumerate(KEYS)},
            "by_source": {"majority": n},
            "by_selection": {"random": n // 2, "uncertain": n - n // 2},
            "figures": figures(),
            "history": [
                version(1, 500, n - 10, {}),
                version(2, 512, n, {"added": 11, "relabelled": 2, "removed": 1}),
            ],
            **self.told,
        }

    def rows(self) -> Iterator[dict[str, Any]]:
        for place in range(self.n):
            yield {**self._where(place), **_label(place), **_served(place), "split": SPLITS[place % 3]}

    def judgements(self) -> Iterator[dict[str, Any]]:
        for place in range(self.n):
            where = self._where(place)
            for person in ("0a", "0b"):
                yield {
                    **{name: where[name] for name in where if name in ("id", self._said, "lang", "article_id")},
                    "annotator": person,
                    "label": KEYS[place % 4],
                    "label_2": None,
                    **dict.fromkeys(("unsure", "boilerplate", "bad_segment", "surplus", "suggestion_shown"), False),
                    **({"comment": "=1+1"} if self._texts else {}),
                    "seconds": 2.5,
                    "selection": "random",
                    "model_version": None,
                    "guideline_version": 3,
                    "answered_at": "2026-01-02T03:04:05.678+00:00",
                }

    @property
    def _said(self) -> str:
        return "text" if self._texts else "text_sha256"

    @property
    def _texts(self) -> bool:
        return bool(self.told.get("texts", True))

    def _where(self, place: int) -> dict[str, Any]:
        text = f"Menteri {place} membantah kabar itu."
        around = {"title": "Kabar", "context_before": [], "context_after": ["Hujan turun."]}
        return {
            "id": str(place + 1),
            self._said: text if self._texts else sha256(text.encode()).hexdigest(),
            **(around if self._texts else {}),
            "lang": "id",
            "article_id": str(place // 3),
            "url": "https://kabar.example/1",
            "publisher": None,
            "published_at": None,
            "paragraph": 0,
            "sentence": place,
            "char_start": 0,
            "char_end": len(text),
            "dup_group": f"{place:032x}",
            "near_group": None,
        }


def _label(place: int) -> dict[str, Any]:
    label = KEYS[place % 4]
    return {
        "label": label,
        "label_2": "none" if place % 7 == 0 and label != "none" else None,
        "label_source": "majority",
        "soft_label": [float(key == label) for key in KEYS],
        "n_annotations": 2,
        "agreement": 1.0,
        "entropy": 0.0,
        "annotators": [
            {"annotator": "0a", "label": None if place % 5 == 0 else label, "seconds": None},
            {"annotator": "0b", "label": label, "seconds": 2.5},
        ],
        "flags": ["unsure"] if place % 5 == 0 else [],
    }


def _served(place: int) -> dict[str, Any]:
    drawn = place % 3 == 2
    return {
        "selection": "random" if drawn else "uncertain",
        "selection_probability": 0.25 if drawn else None,
        "model_version": None if drawn else 4,
        "guideline_version": 3,
    }


def version(number: int, revision: int, n: int, changes: dict[str, int]) -> dict[str, Any]:
    """A version of the head's history."""
    made = {"number": number, "revision": revision, "made_on": f"2026-01-0{number}"}
    return {**made, "n_rows": n, "n_judgements": 2 * n, "changes": changes}


def figures() -> dict[str, Any]:
    """What flow.export_figures gives, with a figure of each sort."""
    one = {"value": 0.7123, "low": 0.61, "high": 0.8, "n_units": 120, "n_answers": 250, "reason": ""}
    bare = one | {"low": None, "high": None, "reason": "no interval (too few articles)"}
    none = one | {"value": None, "low": None, "high": None, "reason": "not defined (one label only)"}
    measures = {"krippendorff_alpha": one, "gwet_ac1": bare, "percent": none, "per_label": {"claim": one}}
    share = {"value": 0.125, "low": 0.08, "high": 0.18, "n": 31, "n_groups": 20, "reason": ""}
    missing = share | {"value": None, "low": None, "high": None, "reason": "not defined (the model chose)"}
    model = {"number": 7, "trained_at": "2026-01-01"}
    return {
        "revision": 512,
        "agreement": dict.fromkeys(("audit", "chosen", "all"), measures),
        "shares": {
            "drawn": {"n": 260, "n_unsettled": 12, "labels": dict.fromkeys(KEYS, share)},
            "corrected": {"model": model, "n": 1234, "labels": dict.fromkeys(KEYS, missing)},
            "assisted": {"model": model, "n": 260, "labels": dict.fromkeys(KEYS, share)},
        },
    }
