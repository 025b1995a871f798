"""An officer blacks out parts of a page with a browser: drawn, by keyboard, and by words."""

from uuid import uuid4

import pytest

import documents
from opendata_hub.domain.people.roles import Role
from surfing import faults_in_both_lights, window

QUIET = {"may_complain": lambda told: "422" in told or "409" in told}


@pytest.fixture
def reference(house):
    filed, _ = house.file_a_request(subject=f"Le procès-verbal {uuid4()}")
    return filed


MINUTES = ("Le tiers est joint au 06 12 34 56 78.", "Page deux.")


def add_minutes(page, reference, tmp_path, texts=MINUTES):
    """Add a PDF to the case; leads to the page where it is blacked out."""
    file = tmp_path / "proces-verbal.pdf"
    file.write_bytes(documents.pdf(texts=texts))
    page.goto(f"/fr/desk/{reference}/files")
    page.set_input_files("#file", file)
    page.get_by_role("button", name="Ajouter", exact=True).click()
    page.get_by_role("link", name="Occulter sur les pages").click()
    page.get_by_role("heading", name="Occulter des parties dans une copie").wait_for()


def draw(page, number, left, top, right, bottom):
    """A box on the picture of a page, in percent of it."""
    paper = page.locator(f"figure[data-page='{number}']")
    paper.evaluate("paper => paper.scrollIntoView({block: 'start'})")
    page.wait_for_function(
        "n => document.querySelector(`figure[data-page='${n}'] img`).naturalWidth > 0", arg=number
    )
    box = paper.locator("img").bounding_box()
    across, down = box["width"] / 100, box["height"] / 100
    page.mouse.move(box["x"] + left * across, box["y"] + top * down)
    page.mouse.down()
    page.mouse.move(box["x"] + right * across, box["y"] + bottom * down, steps=4)
    page.mouse.up()


def test_an_officer_extends_and_refuses_in_part_with_a_redaction(
    house, chromium, reference, tmp_path
):
    with window(chromium, house, role=Role.OFFICER, **QUIET) as page:
        page.goto(f"/fr/desk/{reference}")
        do(page, "extend", "many-items")
        assert page.get_by_text("Prolongation").first.is_visible()
        add_minutes(page, reference, tmp_path)
        code = page.locator("#exception option").nth(1).get_attribute("value")
        page.select_option("#exception", code)
        draw(page, 1, 5, 10, 95, 20)
        assert page.locator(".black").inner_text() == code
        row = page.locator(".boxes tbody tr").first
        assert abs(float(row.locator("[name=left]").input_value()) - 5) < 1
        assert abs(float(row.locator("[name=height]").input_value()) - 10) < 1
        page.get_by_role("button", name="Faire la copie").click()
        page.get_by_text("Occulté au titre de").wait_for()
        page.goto(f"/fr/desk/{reference}")
        do(page, "grant_in_part", "exception")
    kept = house.files_of(reference)
    assert code in kept[-1].exceptions
    text = house.text_of(kept[-1])
    assert "06 12 34 56 78" not in text
    assert "Page deux." in text


def do(page, act, ground):
    """Choose an act on the page of a case, with what it asks, and do it."""
    page.select_option("#act", act)
    page.select_option("#ground", ground)
    page.locator("#reasons").fill("Motifs détaillés de la décision.")
    page.locator("form:has(#act) button[type=submit]").click()


@pytest.mark.parametrize("javascript", [True, False])
def test_boxes_are_typed_and_moved_by_arrow_keys(house, chromium, reference, tmp_path, javascript):
    how = {"role": Role.OFFICER, "java_script_enabled": javascript, **QUIET}
    with window(chromium, house, **how) as page:
        add_minutes(page, reference, tmp_path)
        row = page.locator(".boxes tbody tr").first
        code = row.locator("option").nth(1).get_attribute("value")
        row.locator("[name=page_number]").focus()
        for typed in ("1", "5", "10", "90", "10"):
            page.keyboard.press("Control+A")
            page.keyboard.type(typed)
            page.keyboard.press("Tab")
        row.locator("[name=top]").focus()
        page.keyboard.press("ArrowUp")
        assert row.locator("[name=top]").input_value() == "10.1"
        if javascript:
            assert page.locator(".black").count() == 1
        row.locator("select").select_option(code)
        page.get_by_role("button", name="Faire la copie").press("Enter")
        page.get_by_text("Occulté au titre de").wait_for()
    assert "06 12" not in house.text_of(house.files_of(reference)[-1])


def test_what_was_drawn_is_there_again_after_a_fault(house, chromium, reference, tmp_path):
    with window(chromium, house, role=Role.OFFICER, **QUIET) as page:
        add_minutes(page, reference, tmp_path)
        page.locator("#phrases").fill("06 12 34 56 78")
        draw(page, 2, 10, 10, 40, 30)
        page.get_by_role("button", name="Faire la copie").click()
        page.get_by_role("alert").wait_for()
        assert page.locator("#phrases").input_value() == "06 12 34 56 78"
        page.locator(".black").wait_for()
        assert faults_in_both_lights(page) == []


def test_boxes_of_another_part_are_kept_and_who_leaves_is_asked(
    house, chromium, reference, tmp_path
):
    texts = tuple(f"Page {number}." for number in range(1, 22))
    with window(chromium, house, role=Role.OFFICER, **QUIET) as page:
        add_minutes(page, reference, tmp_path, texts)
        asked = []
        page.on("dialog", lambda told: (asked.append(told.type), told.accept()))
        draw(page, 1, 10, 10, 40, 30)
        page.get_by_role("button", name="21–21").click(no_wait_after=True)
        page.locator("figure[data-page='21']").wait_for(
            timeout=60_000
        )  # twenty pictures are made first
        assert asked == []
        draw(page, 21, 10, 10, 40, 30)
        rows = page.locator(".boxes tbody tr [name=page_number]")
        assert [rows.nth(each).input_value() for each in (0, 1)] == ["1", "21"]
        page.goto(f"/fr/desk/{reference}")
        assert asked == ["beforeunload"]


def test_nobody_else_sees_the_pages(house, chromium, reference, tmp_path):
    with window(chromium, house, role=Role.OFFICER, **QUIET) as page:
        add_minutes(page, reference, tmp_path)
        address = page.locator("figure img").first.get_attribute("src")
        assert page.request.get(address).headers["content-type"] == "image/png"
    for role in (None, Role.STEWARD, Role.CITIZEN):
        with window(chromium, house, role=role) as page:
            assert page.request.get(address).status in {401, 403, 404}
