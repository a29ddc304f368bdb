"""How an upload comes in: nothing beyond the limit is stored, whoever sends it."""

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class LimitedUpload(TemporaryFileUploadHandler):
    """Django's temporary file, up to the limit for all files of a request together; the rest is read and let go.

    StopUpload would do that too, but leaves out the file and every field behind it: the page could only say that a
    field is missing. Here the form gets a file with its name, its size and no content, so that `flow.receive` refuses
    it in its own words and the fields stay as they were sent.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._came = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._came += len(raw_data)
        if self._too_large():
            self.file.close()  # gives the disk its room back at once
        else:
            super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> "UploadedFile[bytes] | None":
        if not self._too_large():
            return super().file_complete(file_size)
        # Counted over the request: the second of two files that are too large together is refused as well.
        return UploadedFile(BytesIO(), self.file_name, self.content_type, size=self._came)

    def _too_large(self) -> bool:
        return self._came > int(settings.UPLOAD_MAX_BYTES)
