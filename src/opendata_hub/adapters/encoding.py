"""How the bytes of a text file were written: UTF-8, UTF-16, or one of two Windows code pages.

Guessers fail on short Moroccan files (they read "Meknès" in cp1252 as "Meknčs"), so this asks
what can be proved: UTF-8 proves itself, and a file that is half UTF-8 is broken. What is left
was saved by a Windows program: Arabic letters side by side mean windows-1256, else cp1252.
"""

import codecs
import re
from pathlib import Path

BLOCK_BYTES = 1_048_576
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UTF8_SEQUENCE = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
# In windows-1256 three letters in a row are a word; in cp1252 three accents in a row are not.
_ARABIC_WORD = re.compile(rb"[\xc0-\xdf\xe1\xe3-\xe6\xec\xed]{3}")
_UNDEFINED_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


def is_binary(file: Path) -> bool:
    """Whether the file holds NUL bytes that no text encoding of ours explains."""
    with file.open("rb") as stream:
        if stream.read(2) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
            return False
        stream.seek(0)
        return any(b"\0" in block for block in iter(lambda: stream.read(BLOCK_BYTES), b""))


def detect(file: Path) -> str | None:
    """The name of the encoding, as Python knows it; None when the text is broken.

    Reads the whole file, block by block: one wrong byte at its end must not be lost.
    """
    with file.open("rb") as stream:
        start = stream.read(3)
        declared = next((name for bom, name in _BOMS if start.startswith(bom)), None)
    if declared:
        return declared if _decodes(file, declared) else None
    if _decodes(file, "utf-8"):
        return "utf-8"
    return _code_page(file)


def _decodes(file: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with file.open("rb") as stream:
            while block := stream.read(BLOCK_BYTES):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _code_page(file: Path) -> str | None:
    """Which Windows code page; None when it is UTF-8 with foreign bytes in it."""
    has_arabic = has_undefined = False
    with file.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            if _UTF8_SEQUENCE.search(block):
                return None
            has_arabic = has_arabic or bool(_ARABIC_WORD.search(block))
            has_undefined = has_undefined or bool(_UNDEFINED_IN_CP1252.search(block))
    if has_arabic:
        return "cp1256"
    return None if has_undefined else "cp1252"
