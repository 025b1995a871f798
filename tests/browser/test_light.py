"""What a page costs who opens it, and what it never does to them."""

import pytest

from opendata_hub.domain.people.roles import Role
from surfing import BODY, window

PUBLIC = [
    "", "datasets", "datasets?q=subventions", "datasets/demo-association-subsidies",
    "requests/new", "requests", "register", "statistics", "deadlines", f"publishers/{BODY}",
    "sign-in", "account/new",
]  # fmt: skip
SIGNED_IN = ["desk", "desk/{reference}", "desk/{reference}/files", "people", "account"]
MOST_BYTES, MOST_REQUESTS = 60_000, 5


@pytest.mark.parametrize("role", [None, Role.HEAD])
@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_page_is_light_and_says_what_it_may_load(house, chromium, language, role):
    heavy, open_to_scripts = {}, []
    with window(chromium, house, role=role) as page:
        asked = []
        page.on("requestfinished", lambda each: asked.append(each))  # noqa: PLW0108  (Playwright marks it)
        for path in PUBLIC if role is None else SIGNED_IN:
            asked.clear()
            address = f"/{language}/{path.format(reference=house.reference)}"
            answer = page.goto(address, wait_until="networkidle")
            weighed = sum(
                sum(each.sizes()[part] for part in ("responseBodySize", "responseHeadersSize"))
                for each in asked
                if each.resource_type in {"document", "stylesheet", "script"}
            )
            if weighed > MOST_BYTES or len(asked) > MOST_REQUESTS:
                heavy[address] = (weighed, len(asked))
            policy = answer.headers.get("content-security-policy", "")
            if "default-src 'none'" not in policy or "unsafe" in policy:
                open_to_scripts.append(address)
    assert heavy == {}
    assert open_to_scripts == []


def test_no_page_gives_a_cookie_before_somebody_signs_in(house, chromium):
    with window(chromium, house) as page:
        for path in PUBLIC:
            page.goto(f"/fr/{path}")
            assert page.context.cookies() == [], path
            kept = page.evaluate("[localStorage.length, sessionStorage.length]")
            assert kept == [0, 0], path


def test_no_page_holds_code_of_its_own(house, chromium):
    """A policy that forbids it is one thing; that nothing is there to be forbidden is another."""
    own = (
        "[...document.querySelectorAll('*')].filter(each => "
        "(each.tagName === 'SCRIPT' && !each.src && each.type !== 'application/ld+json') || "
        "each.tagName === 'STYLE' || each.hasAttribute('style') || "
        "[...each.attributes].some(a => a.name.startsWith('on'))).map(each => each.outerHTML)"
    )
    with window(chromium, house) as page:
        for path in PUBLIC:
            page.goto(f"/ar/{path}")
            assert page.evaluate(own) == [], path
