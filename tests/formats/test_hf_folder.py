"""The Hugging Face folders, read by the libraries that they are for, offline."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.formats.made_export import KEYS, Made

pytestmark = [
    pytest.mark.slow,
    pytest.mark.once,
    # mlcroissant reads with what its own libraries are about to replace.
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.reset_index is deprecated"),
]


@pytest.fixture(scope="module")
def hf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hf")
    pytest.importorskip("labeling.formats.huggingface").write(Made(), folder)
    return folder


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bare")
    pytest.importorskip("labeling.formats.huggingface").write(Made(told={"texts": False}), folder)
    return folder


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("disk")
    pytest.importorskip("labeling.formats.hf_disk").write(Made(), folder)
    return folder


@pytest.fixture(scope="module")
def datasets() -> Any:
    found = pytest.importorskip("datasets")
    found.config.HF_HUB_OFFLINE = True
    found.disable_progress_bars()
    return found


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def loaded(datasets: Any, folder: Path, config: str, tmp_path: Path) -> Any:
    return datasets.load_dataset(str(folder), config, cache_dir=str(tmp_path))


def told(rows: Any) -> list[dict[str, Any]]:
    """The rows of all splits, with the names of classes, in the order of ids."""
    names = [*KEYS, None]
    found = [
        {**row, "label": names[row["label"]], "label_2": None if row["label_2"] is None else names[row["label_2"]]}
        for split in rows.values()
        for row in split
    ]
    return sorted(found, key=lambda row: int(row["id"]))


def test_the_folder_has_all_its_parts(hf: Path) -> None:
    assert sorted(files(hf)) == [
        "CHANGELOG.md",
        "GUIDELINES.md",
        "README.md",
        "annotations/train-00000-of-00001.parquet",
        "croissant.json",
        "data/test-00000-of-00001.parquet",
        "data/train-00000-of-00001.parquet",
        "data/validation-00000-of-00001.parquet",
    ]


def test_load_dataset_gives_every_row_its_label_and_its_split(datasets: Any, hf: Path, tmp_path: Path) -> None:
    rows = loaded(datasets, hf, "default", tmp_path)
    assert {split: len(one) for split, one in rows.items()} == Made().head["splits"]
    assert [(row["label"], row["label_2"]) for row in told(rows)] == [
        (row["label"], row["label_2"]) for row in Made().rows()
    ]


def test_load_dataset_gives_every_judgement(datasets: Any, hf: Path, tmp_path: Path) -> None:
    rows = loaded(datasets, hf, "annotations", tmp_path)["train"]
    assert [row["comment"] for row in rows] == ["=1+1"] * 80


def test_load_from_disk_gives_what_load_dataset_gives(datasets: Any, hf: Path, disk: Path, tmp_path: Path) -> None:
    for config, folder in (("default", disk), ("annotations", disk / "annotations")):
        before, after = loaded(datasets, hf, config, tmp_path), datasets.load_from_disk(str(folder))
        assert {name: one.features for name, one in after.items()} == {
            name: one.features for name, one in before.items()
        }
        assert {name: one.to_list() for name, one in after.items()} == {
            name: one.to_list() for name, one in before.items()
        }


def test_results_kept_for_other_data_are_not_found_again(datasets: Any, disk: Path, tmp_path: Path) -> None:
    write = pytest.importorskip("labeling.formats.hf_disk").write
    write(Made(told={"content": "cd" * 32}), tmp_path)
    first, other = (datasets.load_from_disk(str(folder / "train"))._fingerprint for folder in (disk, tmp_path))
    assert first != other


@pytest.mark.parametrize("module", ["huggingface", "hf_disk"])
def test_the_same_snapshot_gives_the_same_bytes_wherever_it_is_written(module: str, tmp_path: Path) -> None:
    write = pytest.importorskip(f"labeling.formats.{module}").write
    for name in ("a", "elsewhere"):
        (tmp_path / name).mkdir()
        write(Made(), tmp_path / name)
    assert files(tmp_path / "a") == files(tmp_path / "elsewhere")


def test_without_text_no_word_of_an_article_is_left(datasets: Any, bare: Path, tmp_path: Path) -> None:
    rows = loaded(datasets, bare, "default", tmp_path)
    expected = [sha256(row["text"].encode()).hexdigest() for row in Made().rows()]
    assert [row["text_sha256"] for row in told(rows)] == expected
    assert {"text", "title", "context_before", "context_after"} & set(rows["train"].column_names) == set()
    assert b"membantah" not in b"".join(files(bare).values())


def test_a_label_that_is_no_class_is_refused(tmp_path: Path) -> None:
    write = pytest.importorskip("labeling.formats.huggingface").write
    with pytest.raises(KeyError, match="condemnation"):
        write(Made(told={"labels": [{"key": key, "en": key, "id": key} for key in ("claim", "denial")]}), tmp_path)


def test_a_large_split_is_cut_into_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    huggingface, parquet = (pytest.importorskip(name) for name in ("labeling.formats.huggingface", "pyarrow.parquet"))
    monkeypatch.setattr("labeling.formats.columns.BATCH", 10)
    monkeypatch.setattr(huggingface, "ROW_GROUP", 20)
    huggingface.write(Made(135), tmp_path)
    found = parquet.ParquetFile(tmp_path / "data/train-00000-of-00001.parquet").metadata
    assert [found.row_group(place).num_rows for place in range(found.num_row_groups)] == [20, 20, 5]


@pytest.fixture(scope="module")
def croissant(hf: Path) -> Any:
    """croissant.json, read with mlcroissant."""
    mlcroissant = pytest.importorskip("mlcroissant")
    return mlcroissant.Dataset(jsonld=str(hf / "croissant.json"))


def test_the_description_for_machines_has_no_faults(croissant: Any) -> None:
    assert croissant.metadata.ctx.issues.errors == set()


def test_its_hashes_and_sizes_are_those_of_the_files(hf: Path) -> None:
    listed = json.loads((hf / "croissant.json").read_text(encoding="utf-8"))["distribution"]
    for one in listed:
        if one["@type"] == "cr:FileObject":
            content = (hf / one["contentUrl"]).read_bytes()
            assert (one["sha256"], one["contentSize"]) == (sha256(content).hexdigest(), f"{len(content)} B")


def test_it_gives_every_row_with_its_split(croissant: Any) -> None:
    found = sorted(croissant.records("default"), key=lambda row: int(row["default/id"]))
    for row, expected in zip(found, Made().rows(), strict=True):
        assert row["default/text"].decode() == expected["text"]
        assert KEYS[row["default/label"]] == expected["label"]
        assert row["default/split"].decode() == expected["split"]
        assert row["default/soft_label"] == expected["soft_label"]
        people = [one["default/annotators/annotator"].decode() for one in row["default/annotators"]]
        assert people == [one["annotator"] for one in expected["annotators"]]


def test_it_gives_every_judgement(croissant: Any) -> None:
    assert sum(1 for _one in croissant.records("annotations")) == 80


def test_it_names_the_classes(croissant: Any) -> None:
    rows = list(croissant.records("labels"))
    assert [(row["labels/number"], row["labels/key"]) for row in rows] == list(enumerate(KEYS))
