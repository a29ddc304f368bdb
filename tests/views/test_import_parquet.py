"""Parquet and exported folders through the page; the first rows of parquet are read by a process of its own."""

import json
from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from labeling.flow import looking, segment
from labeling.models import Annotation, Run, Upload
from tests.cast import Cast
from tests.factories import claimed
from tests.flow.going_round import JUDGEMENT, ROW, folder, packed


def made(n: int = 2) -> bytes:
    """A parquet file with the columns that `datasets` writes."""
    feature = {"names": ["claim", "denial"], "_type": "ClassLabel"}
    metadata = {"huggingface": json.dumps({"info": {"features": {"doc": {"stance": feature}}}})}
    rows = [{"kalimat": f"Hujan {number} turun.", "stance": number % 2} for number in range(n)]
    out = BytesIO()
    pq.write_table(pa.table({"doc": rows}).replace_schema_metadata(metadata), out)
    return out.getvalue()


def send(client: Client, content: bytes, name: str, **more: str) -> str:
    """Where the upload leads."""
    sent = {"file": SimpleUploadedFile(name, content), "unit": "sentence", **more}
    answer = client.post("/p/berita/articles/", sent)
    return answer.headers.get("Location", answer.content.decode())


@pytest.mark.slow
def test_the_columns_of_parquet_are_shown_with_the_names_of_its_classes(citra: Client) -> None:
    content = citra.get(send(citra, made(), "a.parquet")).content.decode()
    assert ("doc.kalimat" in content, "<td>denial</td>" in content) == (True, True)


@pytest.mark.slow
def test_what_is_said_of_its_columns_is_what_goes_in(citra: Client, cast: Cast) -> None:
    chosen = {"column-0": "text", "column-1": "label", "unit": "sentence", "annotator": "eka", "import": "1"}
    citra.post(send(citra, made(), "a.parquet"), chosen)
    segment.run(claim=claimed(Run.objects.get()))
    labels = Annotation.objects.order_by("pk").values_list("label__key", "annotator__username")
    assert list(labels) == [("claim", "eka@berita"), ("denial", "eka@berita")]


@pytest.mark.slow
def test_no_more_of_it_is_looked_at_than_of_a_table(citra: Client, cast: Cast) -> None:
    send(citra, made(5_000), "a.parquet")
    head, whole = looking.start(Upload.objects.get())
    assert (len(head.read()) <= looking.HEAD_BYTES, whole) == (True, False)


@pytest.mark.slow
def test_what_is_no_parquet_is_said_at_once(citra: Client) -> None:
    assert "no whole parquet file" in send(citra, b"PAR1 and no more PAR1", "a.parquet")


def test_parquet_that_takes_too_long_is_for_the_command(citra: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "_SECONDS", 0)
    assert "Use the command import_sentences" in send(citra, made(), "a.parquet")


@pytest.mark.parametrize("name", ["a.parquet.gz", "a.zip.gz"])
def test_what_is_packed_in_itself_is_not_packed_again(citra: Client, name: str) -> None:
    assert "is packed twice" in send(citra, made(), name)


def test_an_exported_folder_goes_in_at_one_click(citra: Client, cast: Cast) -> None:
    address = send(citra, packed(folder([ROW], [JUDGEMENT])).getvalue(), "asal.zip")
    assert address == f"/p/berita/runs/{Run.objects.get(project=cast.project).pk}/"
    segment.run(claim=claimed(Run.objects.get(project=cast.project)))
    assert Annotation.objects.filter(project=cast.project).exists()
    assert "Labels that came along" in citra.get(address).content.decode()
