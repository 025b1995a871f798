"""Whoever has no mouse reaches everything in its order, and sees where they are."""

import pytest

from opendata_hub.domain.people.roles import Role
from surfing import BODY, window

FOCUSED = """() => {
  const at = document.activeElement, look = getComputedStyle(at);
  return {
    number: [...document.querySelectorAll('*')].indexOf(at),
    name: at.outerHTML.slice(0, 120),
    ring: look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2,
    skip: at.className === 'skip',
    over: at === document.body || at === document.documentElement,
  };
}"""
REACHABLE = """() => [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
  .filter(each => each.checkVisibility({visibilityProperty: true}) && each.tabIndex >= 0
    && !(each.type === 'radio' && each.form.querySelector(`[name="${each.name}"]`) !== each))
  .map(each => each.outerHTML.slice(0, 120))"""
FORMS = [
    (None, "requests/new"),
    (None, "requests"),
    (None, "sign-in"),
    (None, "datasets?q=subventions"),
    (None, "deadlines"),
    (Role.HEAD, "desk/{reference}"),
    (Role.HEAD, f"counter/{BODY}"),
    (Role.HEAD, "people"),
]


def walked(page):
    """Every thing that Tab leads to, from the top of the page until it begins anew."""
    seen = []
    while len(seen) < 300:
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at["over"] or (seen and at["number"] == seen[0]["number"]):
            return seen
        seen.append(at)
    raise AssertionError("Tab never comes to an end")


@pytest.mark.parametrize(("role", "path"), FORMS)
@pytest.mark.parametrize("language", ["ar", "fr"])
def test_tab_leads_through_all_of_it_and_shows_where_it_is(house, chromium, role, path, language):
    with window(chromium, house, role=role) as page:
        page.goto(f"/{language}/{path.format(reference=house.reference)}")
        seen = walked(page)
        assert seen[0]["skip"]
        numbers = [each["number"] for each in seen]
        assert numbers == sorted(numbers)
        assert [each["name"] for each in seen if not each["ring"]] == []
        missed = set(page.evaluate(REACHABLE)) - {each["name"] for each in seen}
        assert missed == set()


def test_the_first_key_leads_past_the_menu(house, chromium):
    with window(chromium, house) as page:
        page.goto("/fr/requests/new")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        is_inside = "document.querySelector('main').contains(document.activeElement)"
        assert page.evaluate(is_inside)


def test_a_form_is_sent_and_its_fault_is_found_without_a_mouse(house, chromium):
    with window(chromium, house, may_complain=lambda told: "422" in told or "401" in told) as page:
        page.goto("/fr/sign-in")
        page.focus("#email")
        page.keyboard.type("personne@nulle-part.example")
        page.keyboard.press("Tab")
        page.keyboard.type("ce n’est pas le bon mot de passe")
        page.keyboard.press("Enter")
        fault = page.get_by_role("alert")
        fault.wait_for()
        fault.get_by_role("link").press("Enter")
        assert page.evaluate("document.activeElement.id") == "email"
        described = page.get_attribute("#email", "aria-describedby")
        assert "problem" in described
