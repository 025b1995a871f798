"""A citizen in Arabic files a request and tracks it, with JavaScript and without."""

import re

import pytest

from surfing import window

PATIENCE_MS = 3_200
"""Nobody fills a form in less: whoever does is taken for a program."""
TYPED = {
    "subject": "ميزانية 2026 🎈", "name": "شخص خيالي", "email": "personne@requester.example",
    "address": "1، زنقة المثال", "id_number": "XX000000",
}  # fmt: skip
TEXT = "ملحقات ميزانية الجماعة لسنة 2026.\nوشكرا. <b>Merci</b>"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_request_is_filed_and_followed(house, chromium, javascript):
    with window(chromium, house, locale="ar-MA", java_script_enabled=javascript) as page:
        page.goto("/ar/")
        assert page.locator("html").get_attribute("dir") == "rtl"
        page.locator("a[href='/ar/requests/new']").first.click()
        for name, value in TYPED.items():
            page.locator(f"#{name}").fill(f"{value} {javascript}" if name == "subject" else value)
        page.locator("#text").fill(TEXT)
        if page.locator("#document").count():
            page.locator("#document").select_option(index=1)
        page.locator("main form button[type=submit]").click()
        page.wait_for_url(re.compile("/requests/before$"))
        page.wait_for_timeout(PATIENCE_MS)
        page.locator("form[action$='/requests/new'] button[type=submit]").first.click()
        page.wait_for_url(re.compile(r"/ar/receipts/"))
        code = page.locator("code.secret").inner_text()
        reference = re.search(r"AI-\d{4}-\d{6}", page.locator("main").inner_text())[0]

        page.goto("/ar/requests")
        page.locator("#reference").fill(reference)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(reference))
        page.locator("#tracking_code").fill(code)
        page.keyboard.press("Enter")
        page.get_by_text("ميزانية 2026").first.wait_for()
        assert page.locator("main time").count() > 0
        assert page.context.cookies() == []
