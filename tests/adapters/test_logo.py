"""A logo can only be looked at."""

import struct
import zlib

import pytest

from opendata_hub.adapters.logo import LARGEST_BYTES, media_type_of
from opendata_hub.domain.errors import UnsafeLogo

NAMESPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
HEADER = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
ENORMOUS = struct.pack(">II", 60_000, 60_000) + HEADER[8:]


def svg(inner, attributes=""):
    return f"<svg {NAMESPACES} {attributes}>{inner}</svg>".encode()


def chunk(kind, content=b""):
    body = kind + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def png(*chunks):
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


PIXELS = chunk(b"IDAT", zlib.compress(b"\0\0"))
PLAIN = png(chunk(b"IHDR", HEADER), PIXELS, chunk(b"IEND"))


@pytest.mark.parametrize(
    "inner",
    [
        '<path d="M0 0h9v9z" fill="#0b5d4a"/>',
        '<linearGradient id="a"><stop style="color:#fff"/></linearGradient><g fill="url(#a)"/>',
        '<symbol id="s"><circle r="1"/></symbol><use xlink:href="#s"/><use href="#s"/>',
        "<title>Commune d’exemple جماعة المثال</title><!-- drawn by hand -->",
        '<text xml:space="preserve">جماعة</text>',
    ],
)
def test_a_plain_drawing_is_taken(inner):
    assert media_type_of(svg(inner)) == "image/svg+xml"


@pytest.mark.parametrize(
    "inner",
    [
        "<script>alert(1)</script>",
        '<path onload="alert(1)"/>',
        '<path ONCLICK="alert(1)"/>',
        '<a xlink:href="https://elsewhere.example/"><path/></a>',
        "<foreignObject><p/></foreignObject>",
        '<image href="https://elsewhere.example/x.png"/>',
        '<use href="https://elsewhere.example/x.svg#a"/>',
        '<use xlink:href="data:image/svg+xml,x"/>',
        "<style>@import url(https://elsewhere.example/x.css)</style>",
        '<path style="fill:url(https://elsewhere.example/#a)"/>',
        '<path style="fill:u\\72l(https://elsewhere.example/)"/>',
        '<path fill="url( &quot;https://elsewhere.example/&quot;)"/>',
        '<animate attributeName="href" to="javascript:alert(1)"/>',
        '<set attributeName="onload" to="x"/>',
        '<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>',
        '<path xmlns:e="http://www.w3.org/2001/xml-events" e:event="x"/>',
        "<g>" * 60 + "</g>" * 60,
        '<?xml-stylesheet href="https://elsewhere.example/x.css"?>',
    ],
)
def test_whatever_could_run_or_reach_outside_is_refused(inner):
    with pytest.raises(UnsafeLogo):
        media_type_of(svg(inner))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"<html><script>alert(1)</script></html>",
        b"<svg>no namespace</svg>",
        b'<!DOCTYPE svg [<!ENTITY a "b">]>' + svg("&a;"),
        b'<!DOCTYPE svg SYSTEM "https://elsewhere.example/x.dtd">' + svg(""),
        svg("<path>"),
        svg("<path/>").decode().encode("utf-16")[:-1],
        svg(" " * LARGEST_BYTES),
        PLAIN + b"<script>alert(1)</script>",
        PLAIN[:-1],
        PLAIN[:30] + b"\0" + PLAIN[31:],
        png(chunk(b"IHDR", HEADER), chunk(b"IEND")),
        png(chunk(b"IHDR", ENORMOUS), PIXELS, chunk(b"IEND")),
        b'<?xml version="1.0" encoding="windows-1252"?>' + svg("<path/>"),
    ],
    ids=range(15),
)  # fmt: skip
def test_what_is_no_sound_picture_is_refused(content):
    with pytest.raises(UnsafeLogo):
        media_type_of(content)


def test_a_sound_png_is_taken():
    assert media_type_of(PLAIN) == "image/png"
