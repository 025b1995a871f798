"""Bytes that are broken: samples flipped, cut and spliced, the same at every run."""

import io
import os
import time
import zipfile
from contextlib import contextmanager

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "30"))
MOST_CPU_SECONDS = 5
ODD = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", "²".encode(), b"9" * 5000, b"-1", b"1e999", b"NaN",
    b"\\ud800", b"[" * 3000, b'{"a":' * 500, b'"', b"'", b"<!--", b"]]>", b"&#0;", b"%00",
    b"\r\n\r\n", b"\xed\xa0\x80", b"unicode_escape", b"hex", b"=?utf-8?b?////?=", b"*" * 200,
    b"(" * 500,
)  # fmt: skip


def many(share=1.0):
    """As many examples of what is dear as its share says."""
    return settings(
        max_examples=max(5, int(EXAMPLES * share)), derandomize=True, database=None, deadline=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip


@contextmanager
def in_time():
    """What is done within takes no more than some seconds of this process."""
    began = time.process_time()
    yield
    assert time.process_time() - began < MOST_CPU_SECONDS


def changed(draw, content):
    """The same with up to four places flipped, cut out, doubled, or overwritten."""
    changing = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        if not changing:
            break
        first = draw(st.integers(0, len(changing) - 1))
        last = min(len(changing), first + draw(st.integers(1, 40)))
        match draw(st.integers(0, 4)):
            case 0:
                changing[first] ^= 1 << draw(st.integers(0, 7))
            case 1:
                del changing[first:last]
            case 2:
                changing[first:first] = changing[first:last] * draw(st.integers(1, 50))
            case 3:
                other = draw(st.integers(0, len(changing) - 1))
                changing[first:last] = changing[other : other + last - first]
            case 4:
                changing[first:last] = draw(st.binary(max_size=12) | st.sampled_from(ODD))
    return bytes(changing)


@st.composite
def broken(draw, *samples):
    """A sample that was changed, or bytes at random."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=200))
    return changed(draw, draw(st.sampled_from(samples)))


def words(*samples):
    """The same as text."""
    made = broken(*(each.encode() for each in samples))
    return made.map(lambda content: content.decode(errors="replace"))


@st.composite
def broken_files(draw, samples):
    """An ending and a sample changed as it lies on the disk, or in a part of its archive."""
    ending = draw(st.sampled_from(sorted(samples)))
    content = samples[ending]
    if not content.startswith(b"PK") or draw(st.booleans()):
        return ending, changed(draw, content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = draw(st.sampled_from(sorted(parts)))
    return ending, packed({**parts, name: changed(draw, parts[name])})


def packed(parts):
    """An archive of these parts."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()
