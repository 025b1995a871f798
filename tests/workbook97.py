"""An old workbook (.xls), byte by byte: BIFF8 records in a compound file of three sectors' kinds.

Source: [MS-XLS] and [MS-CFB].
"""

import struct

SECTOR = 512
LEAST = 4096
"""A shorter stream would lie in the small sectors, which are not written here."""
FREE, END, FAT, NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF


def workbook97(*rows, sheet="Aides"):
    """A workbook with one sheet of texts and numbers."""
    texts = [cell for row in rows for cell in row if isinstance(cell, str)]
    begin, end = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 6)), _record(0x0A)
    shared = struct.pack("<II", len(texts), len(texts)) + b"".join(map(_text, texts))
    name = struct.pack("<BB", len(sheet), 0) + sheet.encode("latin-1")
    opening = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x05, 0, 0, 0, 6))
    opening += _record(0x42, struct.pack("<H", 1200))
    length = len(opening) + 4 + 6 + len(name) + 4 + len(shared) + len(end)
    bound = _record(0x85, struct.pack("<IH", length, 0) + name)
    cells = b"".join(_cells(rows))
    stream = opening + bound + _record(0xFC, shared) + end + begin + cells + end
    return _compound("Workbook", stream)


def _record(kind, content=b""):
    return struct.pack("<HH", kind, len(content)) + content


def _text(text):
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def _cells(rows):
    number = 0
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            place = struct.pack("<HHH", row, column, 0)
            if isinstance(cell, str):
                yield _record(0xFD, place + struct.pack("<I", number))
                number += 1
            else:
                yield _record(0x0203, place + struct.pack("<d", cell))


def _compound(name, stream):
    """A compound file with one stream: its head, the table of sectors, the folder, the stream."""
    stream = stream.ljust(LEAST, b"\0")
    stream += b"\0" * (-len(stream) % SECTOR)
    sectors = len(stream) // SECTOR
    chain = [FAT, END, *range(3, 2 + sectors), END]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(SECTOR, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, LEAST, END, 0, END, 0)
    head += struct.pack("<109I", 0, *([FREE] * 108))
    folder = _entry("Root Entry", 5, 1, END, 0) + _entry(name, 2, NONE, 2, len(stream))
    return head + table + folder.ljust(SECTOR, b"\0") + stream


def _entry(name, kind, child, start, size):
    written = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<HBBIII", len(written), kind, 1, NONE, NONE, child)
    return written.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, size)
