"""A made-up file of labelled sentences that a model can learn from."""

import json
import random
from pathlib import Path

WORDS = {
    "claim": ("mengatakan", "menyebut", "menjelaskan", "menurut"),
    "denial": ("membantah", "menampik", "menyangkal", "keliru"),
    "none": ("cuaca", "jalan", "pasar", "kemarin"),
}
FILLERS = (
    "warga",
    "kapal",
    "beras",
    "gudang",
    "kota",
    "desa",
    "nelayan",
    "harga",
    "hujan",
    "kantor",
    "sekolah",
    "rapat",
)


def sentences(n: int, seed: int = 0) -> list[dict[str, str]]:
    """`n` different sentences; one word in five says what the label is, and now and then the wrong one."""
    draw = random.Random(seed)
    found = []
    for number in range(n):
        label = draw.choices(list(WORDS), (3, 1, 4))[0]
        teller = label if draw.random() < 0.9 else draw.choice(list(WORDS))
        text = " ".join([draw.choice(WORDS[teller]), *draw.choices(FILLERS, k=5), f"ke-{number}"])
        found.append({"text": text, "label": label})
    return found


def written(path: Path, rows: list[dict[str, str]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path
