"""Whatever bytes come in as a document are read or refused in time.

Each is read by a process of its own, which is told here what it is told in the hub; the cases are
the same at every run, and ``FUZZ_EXAMPLES`` asks for more of them.
"""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

import documents as made
from apart import Reader
from breaking import MOST_CPU_SECONDS, broken, broken_files, many
from opendata_hub.adapters import documents
from opendata_hub.domain.answers.redaction import Box, Marks, Phrase
from opendata_hub.domain.catalog.document import findings
from opendata_hub.domain.errors import HubError

MOST_KIB = 700 * 1024
PICTURE = made.chunk(b"tEXt", b"Title\0Fontaine")
SAMPLES = {
    ".pdf": made.pdf(made.with_xmp, texts=(made.TEXT, made.PHONE)),
    ".odt": made.odt(**made.ODT_CARRIERS["document:comment"]),
    ".docx": made.docx(**made.DOCX_CARRIERS["document:comment"]),
    ".png": made.png(PICTURE),
    ".jpg": made.jpeg(made.exif(gps=True, owner="Personne Fictive", turned=6), comment=b"x"),
}
PDFS = (
    *(made.pdf(change) for change in made.PDF_CARRIERS.values()),
    made.with_an_earlier_version(),
    made.shared_drawing("Personne Fictive"),
)
MARKS = Marks((Box(1, 0.1, 0.05, 0.5, 0.1, "vie-privee"),), (Phrase("conseil", "vie-privee"),))


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """The reader of documents."""
    module = "opendata_hub.adapters.documents.worker"
    with Reader(module, tmp_path_factory.mktemp("reader")).started() as started:
        yield started


@pytest.fixture
def forked(reader, monkeypatch):
    """Documents read by forks, each in time and in little memory."""
    monkeypatch.setattr(documents.subprocess, "run", reader.run)
    yield reader
    assert max(seconds for _, seconds, _ in reader.ended) < MOST_CPU_SECONDS
    assert max(kib for _, _, kib in reader.ended) < MOST_KIB


@many(2)
@given(st.one_of(broken_files(SAMPLES), broken(*PDFS).map(lambda content: (".pdf", content))))
def test_any_bytes_sent_as_a_document_are_read_or_refused(forked, tmp_path, given_file):
    ending, content = given_file
    file, name = tmp_path / "file", f"a{ending}"
    file.write_bytes(content)
    with suppress(HubError):
        found = documents.read(file, file_name=name)
        assert all(each.code for each in findings(found, "fr"))
        assert b"\0" not in found.document.text.encode()  # no half letter either
    assert forked.ended[-1][0] == 0


SHOWN = {ending: SAMPLES[ending] for ending in (".pdf", ".png", ".jpg")}


@many(1)
@given(broken_files(SAMPLES))
def test_a_copy_of_any_bytes_is_clean_or_refused(forked, tmp_path, given_file):
    ending, content = given_file
    file, copy, name = tmp_path / "file", tmp_path / "copy", f"a{ending}"
    file.write_bytes(content)
    with suppress(HubError):
        documents.write_clean(file, copy, file_name=name)
        assert documents.read(copy, file_name=name).carriers
    assert forked.ended[-1][0] == 0


@pytest.mark.usefixtures("forked")
@many(0.7)
@given(st.one_of(broken_files(SHOWN), broken(*PDFS).map(lambda content: (".pdf", content))))
def test_pages_of_any_bytes_are_shown_and_blacked_out_or_refused(tmp_path, given_file):
    ending, content = given_file
    file, name = tmp_path / "file", f"a{ending}"
    file.write_bytes(content)
    with suppress(HubError):
        sizes = documents.page_sizes(file, tmp_path / "sizes", file_name=name)
        documents.write_picture(file, tmp_path / "page", len(sizes), file_name=name)
    with suppress(HubError):
        documents.write_redacted(file, tmp_path / "black.pdf", MARKS, file_name=name)
