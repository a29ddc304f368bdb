"""A storage that is no disk, as object storage is none: what workers on other machines share."""

from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage


class Bucket(Storage):
    """Keeps files in a folder, and tells nobody where: each worker must make a mirror."""

    def __init__(self, location: str) -> None:
        self._folder = FileSystemStorage(location)

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        return self._folder.open(name, mode)

    def _save(self, name: str, content: "File[Any]") -> str:
        return self._folder.save(name, content)

    def delete(self, name: str) -> None:
        self._folder.delete(name)

    def exists(self, name: str) -> bool:
        return self._folder.exists(name)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        return self._folder.listdir(path)

    def size(self, name: str) -> int:
        return self._folder.size(name)

    def get_modified_time(self, name: str) -> Any:
        return self._folder.get_modified_time(name)
