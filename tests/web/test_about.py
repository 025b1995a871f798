"""The pages about the portal itself, and the commands they give."""

import html
import re
import shlex

import pytest

import build

PAGES = ("privacy", "accessibility", "terms", "developers")


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
@pytest.mark.parametrize("what", PAGES)
def test_what_is_told_of_the_portal_is_told_in_every_language(client, what, language):
    answer = client.get(f"/{language}/about/{what}")
    assert answer.status_code == 200
    assert f'href="/{language}/about/{what}"' in client.get(f"/{language}/").text
    assert "<h1>" in answer.text
    assert client.get(f"/{language}/about/none").status_code in {404, 422}


def test_every_command_for_developers_gives_what_it_says(demo_client, demo_hub):
    demo_hub.index_changes()
    text = demo_client.get("/fr/about/developers").text
    asked = 0
    for block in re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", text, re.DOTALL):
        for line in html.unescape(block).replace("query=\n", "query= ").split("\ncurl "):
            words = shlex.split(line.removeprefix("curl "))
            address = next(word for word in words if word.startswith(build.BASE_URL))
            if not address.endswith("/sparql"):
                answer = demo_client.get(address.removeprefix(build.BASE_URL))
                assert answer.status_code == 200, address
                asked += 1
    assert asked == 10


def test_a_search_is_followed_by_atom(demo_client, demo_hub):
    demo_hub.index_changes()
    page = demo_client.get("/fr/datasets?family=petitions").text
    feed = re.search(r'href="(/fr/datasets\.atom\?[^"]+)">', page)[1]
    answer = demo_client.get(feed)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert re.findall(r"<id>[^<]+/datasets/([a-z-]+)</id>", answer.text) == ["demo-petitions"]
    again = demo_client.get(feed, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert demo_client.get("/fr/datasets.atom").headers["etag"] != answer.headers["etag"]


def test_filters_can_be_taken_away_one_by_one(demo_client, demo_hub):
    demo_hub.index_changes()
    page = demo_client.get("/fr/datasets?family=petitions&family=budget-lines&format=CSV").text
    chips = re.search(r'<ul class="chips".*?</ul>', page, re.DOTALL)[0]
    assert [html.unescape(each) for each in re.findall(r'href="([^"]+)"', chips)] == [
        "?family=budget-lines&format=CSV",
        "?family=petitions&format=CSV",
        "?family=petitions&family=budget-lines",
        "/fr/datasets",
    ]


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_a_deadline_is_drawn_and_told(client, language):
    query = "law=ma/31-13&step=reply&from=2026-11-02"
    text = client.get(f"/{language}/deadlines?{query}").text
    picture = re.search(r'<figure class="strip">.*?</figure>', text, re.DOTALL)[0]
    assert picture.count('class="mark-counted"') == 19
    assert picture.count('class="mark-last"') == 1
    assert 'role="img"' in picture
    assert "20" in re.search(r'aria-label="([^"]+)"', picture)[1]
