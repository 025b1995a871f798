"""Style sheet, scripts and icon: packed once, for a slow line waits for them before it paints."""

import gzip
import os
from functools import lru_cache
from pathlib import Path

from fastapi import Request
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.staticfiles import NotModifiedResponse
from starlette.types import Scope

from opendata_hub.web.negotiation import takes_gzip

PACKED = (".css", ".js", ".svg")


class PackedFiles(StaticFiles):
    """Files of a folder, packed for who takes them so."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """The file whole or packed, each with a tag of its own; 304 to who has it."""
        plain = super().file_response(full_path, stat_result, scope, status_code)
        request, path = Request(scope), Path(full_path)
        if path.suffix not in PACKED:
            return plain
        plain.headers.add_vary_header("Accept-Encoding")
        is_whole = plain.status_code == status_code and "range" not in request.headers
        if not is_whole or not takes_gzip(request):
            return plain
        tag = plain.headers["etag"].removesuffix('"') + '-gz"'
        body = _packed(path, stat_result.st_mtime_ns)
        headers = {**plain.headers, "etag": tag, "content-length": str(len(body))}
        if tag in request.headers.get("if-none-match", ""):
            return NotModifiedResponse(plain.headers.__class__(headers))
        is_head = request.method == "HEAD"
        return Response(
            b"" if is_head else body, status_code, {**headers, "content-encoding": "gzip"}
        )


@lru_cache(maxsize=32)
def _packed(path: Path, _changed_at: int) -> bytes:
    """The bytes of a file, packed; anew where it has changed."""
    return gzip.compress(path.read_bytes(), 9, mtime=0)
