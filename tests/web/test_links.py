"""What readers and programs are told of the addresses in a record."""

import pytest

import build
from opendata_hub.domain.link import LinkCheck
from opendata_hub.store import links

FAMILY = "association-subsidies"
SLUG = f"demo-{FAMILY}"
HOMEPAGE = "https://commune.example/"


@pytest.fixture
def page(hub, client):
    """The dataset's page after a look at the homepage with that status."""
    build.publish_sample(hub, FAMILY)

    def read(status, language):
        with hub.writing() as session:
            links.remember(session, LinkCheck(HOMEPAGE, build.NOW, status))
        return client.get(f"/{language}/datasets/{SLUG}").text

    return read


@pytest.mark.parametrize(
    ("status", "language", "words"),
    [
        (200, "fr", "répond (vérifié le"), (404, "fr", "ne répond pas depuis le"),
        (200, "ar", "يستجيب (جرى التحقق منه يوم"), (404, "ar", "لا يستجيب منذ"),
        (200, "en", "answers (checked on"), (404, "en", "has not answered since"),
    ],
)  # fmt: skip
def test_a_reader_is_told_whether_an_address_answers(page, status, language, words):
    html = page(status, language)
    assert f'<bdi dir="ltr">{HOMEPAGE}</bdi>' in html
    assert words in html.replace('<strong class="mark">', "")


def test_nothing_is_said_of_what_nobody_has_looked_at(hub, client):
    build.publish_sample(hub, FAMILY)
    _, _, shown = client.get(f"/fr/datasets/{SLUG}").text.partition("</head>")
    assert HOMEPAGE not in shown


def test_a_program_is_told_as_well(page, client):
    page(404, "fr")
    found = {link["url"]: link for link in client.get(f"/api/v1/datasets/{SLUG}").json()["links"]}
    assert found[HOMEPAGE]["reachable"] is False
    assert found[HOMEPAGE]["fails_since"] == "2026-11-22T09:30:00Z"
    assert found[f"{build.BASE_URL}/datasets/{SLUG}/files/{SLUG}.csv"]["reachable"] is True
