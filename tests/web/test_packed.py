"""What every page loads comes packed to who takes it so, and not at all to who has it."""

import pytest

SHEET = "/static/style.css"


def test_the_style_sheet_is_packed_and_the_same(client):
    whole = client.get(SHEET, headers={"Accept-Encoding": "identity"})
    packed = client.get(SHEET, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in whole.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == whole.content
    assert int(packed.headers["content-length"]) < len(whole.content) / 3
    assert packed.headers["content-type"] == whole.headers["content-type"]
    assert packed.headers["etag"] != whole.headers["etag"]
    assert {whole.headers["vary"], packed.headers["vary"]} == {"Accept-Encoding"}


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_who_has_it_is_told_so_and_head_says_what_get_would(client, encoding):
    asked = {"Accept-Encoding": encoding}
    first = client.get(SHEET, headers=asked)
    tag = first.headers["etag"]
    again = client.get(SHEET, headers={**asked, "If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    head = client.head(SHEET, headers=asked)
    assert (head.content, head.headers["content-length"]) == (b"", first.headers["content-length"])


def test_a_part_is_one_of_the_whole_file(client):
    asked = {"Accept-Encoding": "gzip", "Range": "bytes=0-9"}
    part = client.get(SHEET, headers=asked)
    assert (part.status_code, part.content) == (206, client.get(SHEET).content[:10])


def test_what_is_not_there_is_not_found(client):
    assert client.get("/static/none.css").status_code == 404
