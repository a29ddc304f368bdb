"""Croissant 1.1: a description of the data set for machines, as JSON-LD (https://docs.mlcommons.org/croissant/).

Written by us, so that it needs no library; read with mlcroissant in the tests.
"""

import json
from collections.abc import Iterator, Mapping
from hashlib import file_digest
from pathlib import Path
from typing import Any

from datasets import ClassLabel, DatasetInfo, List, Value

from labeling.formats.columns import FOLDERS
from labeling.formats.history import made_on
from labeling.licences import address, hub_id

CONFORMS_TO = "http://mlcommons.org/croissant/1.1"
PARQUET = "application/x-parquet"
SAID = {"default": "One row a sentence with a settled label.", "annotations": "One row a judgement that stands."}
TYPES = {
    "string": "sc:Text",
    "bool": "sc:Boolean",
    "int32": "cr:Int32",
    "int64": "cr:Int64",
    "float32": "cr:Float32",
    "float64": "cr:Float64",
}
# The context that the specification gives: readers compare it.
_OF_CROISSANT = (
    *("arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field", "fileProperty"),
    *("fileObject", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5"),
    *("parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate", "separator"),
    *("source", "subField", "transform"),
)
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    **{name: f"cr:{name}" for name in _OF_CROISSANT},
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
}


def metadata(head: Mapping[str, Any], infos: Mapping[str, DatasetInfo], directory: Path) -> str:
    """The text of `croissant.json` for the parquet files in `directory`; the same for the same files and head."""
    licence, known = head["licence"], hub_id(head["licence"]["labels"])
    told = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": head["name"],
        "description": (
            f"{head['n_rows']} news sentences with a settled label, from {head['n_judgements']} judgements. Data "
            f"revision {head['revision']}, content SHA-256 {head['content']}. README.md says how far to trust them."
        ),
        "conformsTo": CONFORMS_TO,
        "version": f"{head['version']}.0.0",
        "datePublished": made_on(head),
        "inLanguage": head["languages"],
        "keywords": ["news", "claim detection", "text classification"],
        **({"license": address(known) if known else licence["labels"]} if licence["labels"] else {}),
        **({"citeAs": licence["citation"]} if licence["citation"] else {}),
        "distribution": [
            *(_file(directory, path) for path in sorted(directory.glob("*/*.parquet"))),
            *(_files(config) for config in sorted(infos)),
        ],
        "recordSet": [
            _labels(head),
            *(_splits(config, infos[config]) for config in sorted(infos)),
            *(_records(config, infos[config]) for config in sorted(infos)),
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _file(directory: Path, path: Path) -> dict[str, Any]:
    with path.open("rb") as stream:
        digest = file_digest(stream, "sha256")
    name = path.relative_to(directory).as_posix()
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{path.stat().st_size} B",
        "encodingFormat": PARQUET,
        "sha256": digest.hexdigest(),
    }


def _files(config: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": f"{config}-files",
        "name": f"{config}-files",
        "encodingFormat": PARQUET,
        "includes": f"{FOLDERS[config]}/*.parquet",
    }


def _labels(head: Mapping[str, Any]) -> dict[str, Any]:
    """What the numbers of the classes stand for."""
    rows = [{"number": number, **one} for number, one in enumerate(head["labels"])]
    types = {"number": "sc:Integer", "key": "sc:Text", "en": "sc:Text", "id": "sc:Text"}
    return {
        "@type": "cr:RecordSet",
        "@id": "labels",
        "name": "labels",
        "description": "The classes; `label` and `label_2` hold their numbers. Names are English and Indonesian.",
        "dataType": "sc:Enumeration",
        "key": {"@id": "labels/number"},
        "field": [_plain(f"labels/{name}", kind) for name, kind in types.items()],
        "data": [{f"labels/{name}": row[name] for name in types} for row in rows],
    }


def _splits(config: str, info: DatasetInfo) -> dict[str, Any]:
    """The splits of a config, as a record set of their names."""
    at = f"{config}-splits"
    return {
        "@type": "cr:RecordSet",
        "@id": at,
        "name": at,
        "description": f"The splits of {config}.",
        "dataType": "cr:Split",
        "key": {"@id": f"{at}/name"},
        "field": [_plain(f"{at}/name", "sc:Text")],
        "data": [{f"{at}/name": split} for split in info.splits],
    }


def _records(config: str, info: DatasetInfo) -> dict[str, Any]:
    at = {"@id": f"{config}-files"}
    split = {
        **_plain(f"{config}/split", "sc:Text"),
        "source": {
            "fileSet": at,
            "extract": {"fileProperty": "fullpath"},
            # Of a path, and of a split's name too: readers transform what they join once more.
            "transform": {"regex": f"^(?:{FOLDERS[config]}/)?([a-z]+)(?:-[0-9]{{5}}-of-[0-9]{{5}}\\.parquet)?$"},
        },
        "references": {"field": {"@id": f"{config}-splits/name"}},
    }
    return {
        "@type": "cr:RecordSet",
        "@id": config,
        "name": config,
        "description": SAID[config],
        "field": [split, *_fields(config, info)],
    }


def _fields(config: str, info: DatasetInfo) -> Iterator[dict[str, Any]]:
    for name, feature in info.features.items():
        field = f"{config}/{name}"
        source = {"fileSet": {"@id": f"{config}-files"}, "extract": {"column": name}}
        if not isinstance(feature, List):
            yield {**_plain(field, _type(feature)), **_meant(feature), "source": source}
        elif isinstance(feature.feature, Value):
            yield {**_plain(field, _type(feature.feature)), **_ARRAY, "source": source}
        else:
            parts = [
                {
                    **_plain(f"{field}/{part}", _type(inner)),
                    **_meant(inner),
                    "source": {**source, "transform": {"jsonPath": part}},
                }
                for part, inner in feature.feature.items()
            ]
            yield {"@type": "cr:Field", "@id": field, "name": field, **_ARRAY, "subField": parts}


_ARRAY = {"isArray": True, "arrayShape": "-1"}


def _plain(name: str, kind: str) -> dict[str, Any]:
    return {"@type": "cr:Field", "@id": name, "name": name, "dataType": kind}


def _type(feature: ClassLabel | Value) -> str:
    return TYPES[feature.dtype]


def _meant(feature: ClassLabel | Value) -> dict[str, Any]:
    """What the numbers of a class mean, in words."""
    if not isinstance(feature, ClassLabel):
        return {}
    return {"description": ", ".join(f"{number}: {name}" for number, name in enumerate(feature.names))}
