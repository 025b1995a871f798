"""Bytes of a file of a case on their way out: never opened by a browser as a page of ours."""

from urllib.parse import quote

from fastapi.responses import FileResponse

from opendata_hub.bootstrap import Hub
from opendata_hub.domain.answers.case_file import CaseFile


def bytes_of(hub: Hub, file: CaseFile, *, is_public: bool = False) -> FileResponse:
    """The file to be saved under its name. is_public: caches may keep it for five minutes."""
    plain = "".join(c if (c.isascii() and c.isalnum()) or c in "-_." else "_" for c in file.name)
    headers = {
        "Content-Disposition": f'attachment; filename="{plain}"; {_encoded(file.name)}',
        "ETag": f'"{file.sha256}"',
        "Cache-Control": "public, max-age=300" if is_public else "no-store",
    }
    return FileResponse(hub.files.found(file.sha256), media_type=file.media_type, headers=headers)


def _encoded(name: str) -> str:
    """The name in its own letters (RFC 6266, 4.3)."""
    return f"filename*=UTF-8''{quote(name)}"
