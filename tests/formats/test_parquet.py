"""Parquet as `datasets` and others write it: what is taken, what is named."""

import json
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from labeling import formats
from labeling.errors import BadUpload
from labeling.formats import jsonl, parquet
from labeling.formats.shapes import Bad, Options, Record, Row

pytestmark = pytest.mark.once
NAMES = ["claim", "denial"]


def made(columns: Mapping[str, Any], features: Mapping[str, Any] | None = None, **more: Any) -> BytesIO:
    table = pa.table(dict(columns))
    if features is not None:
        table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    out = BytesIO()
    pq.write_table(table, out, **more)
    out.seek(0)
    return out


def of_classes(name: str = "label", names: Sequence[str] = NAMES) -> dict[str, Any]:
    return {name: {"names": list(names), "_type": "ClassLabel"}}


def read(stream: BytesIO, **more: Any) -> list[Record]:
    return list(formats.reader("parquet").read(stream, Options(format="parquet", unit="sentence", **more)))


def labels(found: list[Record]) -> list[str]:
    return [one.label if isinstance(one, Row) else "bad" for one in found]


def test_numbers_of_classes_become_their_names() -> None:
    stream = made({"text": ["Satu.", "Dua."], "label": [1, 0]}, of_classes())
    assert labels(read(stream)) == ["denial", "claim"]


def test_minus_one_and_null_are_no_label() -> None:
    stream = made({"text": ["Satu.", "Dua."], "label": pa.array([-1, None], pa.int64())}, of_classes())
    assert labels(read(stream)) == ["", ""]


def test_numbers_without_names_stay_numbers_or_get_those_that_are_said() -> None:
    content = made({"text": ["Satu.", "Dua."], "label": [0, 1]}).getvalue()
    assert labels(read(BytesIO(content))) == ["0", "1"]
    assert labels(read(BytesIO(content), names=("claim", "none"))) == ["claim", "none"]


def test_a_number_beyond_the_names_stays_a_number() -> None:
    assert labels(read(made({"text": ["Satu."], "label": [7]}, of_classes()))) == ["7"]


def test_a_column_label_text_says_what_numbers_mean() -> None:
    assert labels(read(made({"text": ["Satu."], "label": [1], "label_text": ["denial"]}))) == ["denial"]


def test_labels_may_be_text() -> None:
    assert labels(read(made({"text": ["Satu."], "label": ["claim"]}))) == ["claim"]


def test_a_dictionary_encoded_label_is_text_too() -> None:
    column = pa.array(["claim", "denial", "claim"]).dictionary_encode()
    assert labels(read(made({"text": ["Satu.", "Dua.", "Tiga."], "label": column}))) == ["claim", "denial", "claim"]


def test_there_need_be_no_label() -> None:
    (one,) = read(made({"text": ["Satu."], "score": [0.5]}))
    assert isinstance(one, Row)
    assert (one.text, one.label) == ("Satu.", "")


def test_a_column_within_another_is_reached_by_its_path() -> None:
    doc = {"doc": {"body": {"dtype": "string", "_type": "Value"}, **of_classes("kind")}}
    stream = made({"doc": [{"body": "Satu.", "kind": 1}]}, doc)
    found = read(stream, columns={"text": "doc.body", "label": "doc.kind"})
    assert [(one.text, one.label) for one in found if isinstance(one, Row)] == [("Satu.", "denial")]


def test_several_labels_in_one_row_are_named() -> None:
    found = read(made({"text": ["Satu.", "Dua."], "label": [["claim", "denial"], ["claim"]]}))
    assert [(one.line, isinstance(one, Bad)) for one in found] == [(1, True), (2, False)]
    assert "several labels" in found[0].reason  # type: ignore[union-attr]  # it is Bad


def test_bad_rows_are_named_by_their_number_and_the_others_go_in() -> None:
    texts = pa.array(["Satu.", None, "", "x" * 3_000_000, "a\0b", "Enam."])
    found = read(made({"text": texts}, row_group_size=2))
    assert [one.line for one in found if isinstance(one, Bad)] == [2, 3, 4, 5]
    assert [one.line for one in found if isinstance(one, Row)] == [1, 6]


def test_text_that_is_not_utf_8_is_named() -> None:
    torn = pa.array([b"Caf\xe9.", b"Dua."]).view(pa.binary()).cast(pa.string(), safe=False)
    found = read(made({"text": torn}))
    assert [isinstance(one, Bad) for one in found] == [True, False]


def test_a_text_that_is_a_number_is_named() -> None:
    (one,) = read(made({"text": [5]}))
    assert isinstance(one, Bad)


def test_where_the_text_lies_has_to_be_said() -> None:
    with pytest.raises(BadUpload, match="The columns are: kalimat, label"):
        read(made({"kalimat": ["Satu."], "label": [0]}))
    stream = made({"kalimat": ["Satu."], "label": [0]}, of_classes())
    assert labels(read(stream, columns={"text": "kalimat"})) == ["claim"]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1 and no more PAR1", b"text\nSatu.\n"])
def test_what_is_no_parquet_is_refused(content: bytes) -> None:
    with pytest.raises(BadUpload, match="no whole parquet file"):
        read(BytesIO(content))


def test_a_file_that_is_broken_within_is_refused() -> None:
    content = bytearray(made({"text": [f"Kalimat {n}." for n in range(5_000)]}, compression="zstd").getvalue())
    content[200:6_000] = b"\0" * 5_800
    with pytest.raises(BadUpload, match="broken further on"):
        read(BytesIO(bytes(content)))


def test_features_that_make_no_sense_are_none() -> None:
    table = pa.table({"text": ["Satu."], "label": [0]}).replace_schema_metadata({"huggingface": "{"})
    out = BytesIO()
    pq.write_table(table, out)
    assert labels(read(BytesIO(out.getvalue()))) == ["0"]


def test_a_row_group_is_read_in_stretches() -> None:
    stream = made({"text": [f"Kalimat {n}." for n in range(1_000)]})
    with parquet.opened(stream) as table:
        batches = list(table.iter_batches(batch_size=parquet._BATCH))
    assert max(map(len, batches)) == parquet._BATCH


def lines(*rows: dict[str, Any], **more: Any) -> list[Record]:
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    return list(jsonl.read(BytesIO(content), Options(format="jsonl", unit="sentence", **more)))


def test_json_lines_take_numbers_and_their_names() -> None:
    rows = [{"text": "Satu.", "label": number} for number in (1, 0, -1, None, 1.0)]
    assert labels(lines(*rows, names=("claim", "denial"))) == ["denial", "claim", "", "", "denial"]


def test_json_lines_may_be_nested() -> None:
    row = {"doc": {"text": "Satu.", "label": "claim"}, "by": {"name": "eka"}}
    (one,) = lines(row, columns={"text": "doc.text", "label": "doc.label", "annotator": "by.name"})
    assert isinstance(one, Row)
    assert (one.text, one.label, one.annotator) == ("Satu.", "claim", "eka")


def test_a_name_with_a_dot_is_a_column_first() -> None:
    (one,) = lines({"a.b": "Satu.", "a": {"b": "Dua."}}, columns={"text": "a.b"})
    assert isinstance(one, Row)
    assert one.text == "Satu."
