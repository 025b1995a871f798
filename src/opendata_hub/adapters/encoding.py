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
_DELIMITERS = (b",", b";", b"\t", b"|")
# The UTF-8 of what these files hold: French letters, Arabic ones, curly quotes and dashes.
_UTF8_SEQUENCE = re.compile(
    rb"\xc3[\x80-\xbf]|\xc5[\x92\x93\xb8]|[\xd8-\xdb][\x80-\xbf]|\xe2\x80[\x80-\xbf]|\xef\xbb\xbf"
)
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
# In windows-1256 three letters in a row are a word; in cp1252 three accents in a row are not.
_ARABIC_WORD = re.compile(rb"[\xc0-\xdf\xe1\xe3-\xe6\xec\xed\xf0-\xf3\xf5\xf6\xf8\xfa]{3}")
_UNDEFINED_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


def is_binary(file: Path) -> bool:
    """Whether the file holds NUL bytes that no text encoding of ours explains."""
    with file.open("rb") as stream:
        if stream.read(2) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
            return False
        stream.seek(0)
        return any(b"\0" in block for block in iter(lambda: stream.read(BLOCK_BYTES), b""))


def has_wider_line(file: Path, cells: int) -> bool:
    """Whether a line may have more than so many cells, whatever its delimiter and its quotes."""
    open_line = [0] * len(_DELIMITERS)
    with file.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            lines = block.splitlines(keepends=True)
            # A delimiter is a byte: what is shorter than that need not be looked at.
            long = filter(lambda line: len(line) > cells, lines[1:-1])
            wide = [lines[0], *long, *lines[1:][-1:]]
            for line in wide:
                open_line = [n + line.count(d) for n, d in zip(open_line, _DELIMITERS, strict=True)]
                if max(open_line) >= cells:
                    return True
                if line.endswith((b"\n", b"\r")):
                    open_line = [0] * len(_DELIMITERS)
    return False


def transcoded(file: Path, encoding: str, target: Path) -> Path:
    """A copy of a text file in UTF-8."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with file.open("rb") as stream, target.open("wb") as copy:
        while block := stream.read(BLOCK_BYTES):
            copy.write(decoder.decode(block).encode())
        copy.write(decoder.decode(b"", final=True).encode())
    return target


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
    """Which Windows code page; None when it is UTF-8 with foreign bytes in it.

    Two bytes of a code page may look like UTF-8 by chance; a broken UTF-8 file has more of them
    than of anything else.
    """
    has_arabic = has_undefined = False
    sequences = sequence_bytes = high_bytes = 0
    carried = b""
    with file.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            high_bytes += len(_HIGH_BYTE.findall(block))
            for match in _UTF8_SEQUENCE.finditer(block):
                sequences, sequence_bytes = sequences + 1, sequence_bytes + len(match.group())
            has_arabic = has_arabic or bool(_ARABIC_WORD.search(carried + block))
            has_undefined = has_undefined or bool(_UNDEFINED_IN_CP1252.search(block))
            carried = block[-2:]
    if sequences and sequences >= high_bytes - sequence_bytes:
        return None
    if has_arabic:
        return "cp1256"
    return None if has_undefined else "cp1252"
