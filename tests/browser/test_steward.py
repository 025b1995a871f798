"""A steward in French publishes: a broken file, repairs, words; with JavaScript and without."""

import re

import pytest

import build
from opendata_hub.bootstrap import catalog_folders
from opendata_hub.domain.people.roles import Role
from opendata_hub.store import datasets
from surfing import faults_in_both_lights, window

FAMILY = "association-subsidies"
NASTY = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
QUIET = {"may_complain": lambda told: "422" in told or "409" in told}


def broken(hub):
    return catalog_folders(hub.settings).find(f"families/{FAMILY}/broken.csv")


def wrecked(hub, folder):
    """The sample as a spreadsheet leaves it: days are written as in the country."""
    text = build.sample(hub, FAMILY).decode()
    file = folder / "aides.csv"
    spoilt = re.sub(r"\b(20\d\d)-(\d\d)-(1[3-9]|2\d|3\d)\b", r"\3/\2/\1", text)
    assert spoilt != text
    file.write_text(spoilt, encoding="utf-8")
    return file


def hand_in(page, file, family=FAMILY):
    page.goto("/fr/my-data")
    page.select_option("#family", family)
    page.set_input_files("#file", file)
    page.get_by_role("button", name="Vérifier le fichier").click()
    page.wait_for_url(re.compile(r"/my-data/\d+$"))


@pytest.mark.parametrize("javascript", [True, False])
def test_a_broken_twin_is_repaired_and_published(house, chromium, tmp_path, javascript):
    how = {"role": Role.STEWARD, "java_script_enabled": javascript, **QUIET}
    title = f"Aides aux associations {'avec' if javascript else 'sans'}"
    with window(chromium, house, **how) as page:
        hand_in(page, broken(house.hub))
        assert page.get_by_text("ne peut pas encore être publié").is_visible()
        assert page.locator("q .cell").first.inner_text()
        page.get_by_role("button", name=re.compile("Accepter les .* réparations")).click()
        page.get_by_text("ont été faites dans une copie").wait_for()
        assert page.get_by_text("ne peut pas encore être publié").is_visible()

        page.set_input_files("#file", wrecked(house.hub, tmp_path))
        page.get_by_role("button", name="Vérifier plutôt ce fichier").click()
        page.get_by_text("aides.csv").wait_for()
        page.get_by_role("button", name="Accepter", exact=False).and_(
            page.locator("td button")
        ).first.click()
        page.get_by_text("a été faite dans une copie").wait_for()
        page.get_by_role("button", name=re.compile("Accepter l(a|es .*) réparation")).click()
        page.get_by_text("Rien n’empêche la publication").wait_for()

        page.get_by_role("link", name="Passer à la description").click()
        page.get_by_label("Titre en français").fill(title)
        page.get_by_label("Titre en arabe").fill("إعانات الجمعيات")
        if javascript:
            page.get_by_text("sur 405").wait_for()
        page.get_by_role("button", name="Enregistrer et voir l’aperçu").click()
        page.get_by_role("heading", name="Comment sera la page").wait_for()
        assert page.get_by_role("heading", name=title).is_visible()
        assert "dcat:Dataset" in page.locator("pre").inner_text()

        second = page.context.new_page()  # whoever clicks twice, or from another window
        second.goto(page.url)
        for each in (page, second):
            each.get_by_role("button", name="Publier", exact=True).click()
            each.get_by_text("La publication s’est faite une seule fois").wait_for()
        page.go_back()
        page.get_by_text("C’est publié.").wait_for()
        page.get_by_role("link", name="Vers le jeu de données").first.click()
        assert page.get_by_role("heading", level=1).inner_text() == title
    with house.hub.reading() as session:
        found = [each for each in datasets.latest(session) if each.title.get("fr") == title]
    assert [each.version for each in found] == [1]


def test_nothing_that_is_typed_or_uploaded_runs_anywhere(house, chromium, tmp_path):
    header, first, *rest = build.sample(house.hub, FAMILY).decode().splitlines()
    cells = [NASTY.replace('"', '""') for _ in first.split(",")]
    file = tmp_path / "nasty<img src=x onerror=alert(3)>.csv"
    row = ",".join(f'"{cell}"' for cell in cells)
    file.write_text("\n".join([header, row, *rest]), encoding="utf-8")
    with window(chromium, house, role=Role.STEWARD, **QUIET) as page:
        alerts = []
        page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
        hand_in(page, file)
        place = page.url
        fields = "input:not([type=hidden]):not([type=date]):not([type=search]), textarea"
        page.goto(f"{place}/words")
        for field in page.locator("main form").first.locator(fields).all():
            field.fill(NASTY)
        page.get_by_role("button", name="Enregistrer", exact=True).click()
        page.get_by_role("alert").wait_for()
        assert page.get_by_label("Titre en français").input_value() == NASTY
        for path in ("", "/words", "/publish"):
            for language in ("fr", "ar"):
                page.goto(place.replace("/fr/", f"/{language}/") + path)
                assert page.locator("main script, main img").count() == 0
        page.goto("/fr/my-data")
        assert page.locator("main img").count() == 0
        assert alerts == []


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_axe_finds_nothing_on_the_steps(house, chromium, language):
    found = {}
    with window(chromium, house, role=Role.STEWARD, **QUIET) as page:
        hand_in(page, broken(house.hub))
        place = page.url.replace("/fr/", f"/{language}/")
        for path in ("", "/words", "/publish"):
            page.goto(place + path)
            if faults := faults_in_both_lights(page):
                found[path] = faults
        page.goto(f"{place}/words")
        page.locator("#title_fr").fill("t" * 5000)
        page.locator("form[data-quality] button").last.click()
        page.get_by_role("alert").wait_for()
        if faults := faults_in_both_lights(page):
            found["a fault"] = faults
    assert found == {}


def test_the_steps_of_a_publication_can_be_walked_by_keyboard(house, chromium):
    with window(chromium, house, role=Role.STEWARD) as page:
        hand_in(page, broken(house.hub))
        link = page.get_by_role("link", name="Passer à la description")
        link.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/words")
        page.locator("#title_fr").focus()
        page.keyboard.type("Au clavier")
        page.keyboard.press("Enter")
        page.wait_for_url("**/publish")
        assert page.get_by_role("heading", name="Au clavier").is_visible()


def test_a_session_that_ends_in_the_middle_of_a_form_loses_nothing(house, chromium):
    may = {"may_complain": lambda told: "401" in told or "403" in told or "422" in told}
    with window(chromium, house, role=Role.STEWARD, java_script_enabled=False, **may) as page:
        hand_in(page, broken(house.hub))
        page.goto(f"{page.url}/words")
        page.get_by_label("Titre en français").fill("Un titre de longue haleine")
        page.locator("#provenance_ar").fill("مصدر")
        page.context.clear_cookies()
        page.get_by_role("button", name="Enregistrer", exact=True).click()
        page.get_by_role("heading", name="Ce que vous avez écrit est encore là").wait_for()
        assert page.get_by_text("Un titre de longue haleine").is_visible()
        cookie = {"name": "odh", "value": house.cookie(Role.STEWARD), "url": house.address}
        page.context.add_cookies([cookie])  # signed in again, in another window
        for _ in range(2):  # the first shows it to who has come back, with a token of their own
            page.get_by_role("button", name="Envoyer de nouveau").click()
        page.get_by_text("Enregistré.").wait_for()
        title = page.get_by_label("Titre en français").input_value()
        assert (title, page.locator("#provenance_ar").input_value()) == (
            "Un titre de longue haleine", "مصدر",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "told"),
    [(None, "La connexion a été perdue"), (413, "Le fichier n’a pas été pris")],
)
def test_an_upload_without_an_answer_is_told_and_sent_once(house, chromium, answer, told):
    sent = []

    def lose(route):
        sent.append(route.request.method)
        if answer is None:
            return route.abort()
        proxy = "<html><body><h1>Request Entity Too Large</h1></body></html>"
        return route.fulfill(status=answer, content_type="text/html", body=proxy)

    loud = {"may_complain": lambda said: "Failed to load" in said}
    with window(chromium, house, role=Role.STEWARD, **loud) as page:
        page.goto("/fr/my-data")
        page.select_option("#family", FAMILY)
        page.set_input_files("#file", broken(house.hub))
        page.route(re.compile(r"/fr/my-data$"), lose)
        page.get_by_role("button", name="Vérifier le fichier").click()
        page.get_by_text(told).wait_for()
        assert page.get_by_role("button", name="Vérifier le fichier").is_enabled()
    assert sent == ["POST"]


@pytest.mark.parametrize("how", ["the line", "the page"])
def test_a_large_file_goes_on_where_it_was_cut(house, chromium, tmp_path, how):
    header, *rows = build.sample(house.hub, FAMILY).decode().splitlines()
    file = tmp_path / f"grand {how}.csv"
    file.write_text("\n".join([header, *(rows * (2_200_000 // len("".join(rows))))]), "utf-8")
    pieces, cut_after = [], 2

    def weak(route):
        pieces.append(route.request.headers["upload-offset"])
        return route.abort() if len(pieces) == cut_after + 1 else route.continue_()

    loud = {"may_complain": lambda said: "Failed to load" in said or "404" in said}
    with window(chromium, house, role=Role.STEWARD, **loud) as page:
        page.route(re.compile(r"/api/v1/uploads/.+"), lambda route: (
            weak(route) if route.request.method == "PATCH" else route.continue_()
        ))  # fmt: skip
        page.goto("/fr/my-data")
        page.select_option("#family", FAMILY)
        page.set_input_files("#file", file)
        page.get_by_role("button", name="Vérifier le fichier").click()
        page.get_by_text("un nouvel essai se fait tout seul").wait_for()
        if how == "the page":
            page.reload()
            assert page.locator("[data-unfinished]").first.is_visible()
            page.select_option("#family", FAMILY)
            page.set_input_files("#file", file)
            page.get_by_role("button", name="Vérifier le fichier").click()
        page.wait_for_url(re.compile(r"/my-data/\d+$"))
        assert page.get_by_text(file.name).first.is_visible()
        page.goto("/fr/my-data")
        assert page.locator("[data-unfinished]").first.is_hidden()
    assert pieces == sorted(pieces, key=int), "never from the beginning"
    assert pieces[2] == pieces[3], "the cut piece once more"
    assert len(set(pieces)) == -(-file.stat().st_size // 524_288)


def hasten(page):
    """Waiting takes a hundredth of the time, and a piece is late after a second."""
    page.add_init_script(
        "const real = setTimeout;"
        "const short = (ms) => (ms >= 6e4 ? 1000 : ms / 100);"
        "globalThis.setTimeout = (act, ms, ...more) => real(act, short(ms), ...more);"
    )


def large(hub, folder, size=1_200_000):
    header, *rows = build.sample(hub, FAMILY).decode().splitlines()
    file = folder / "grand.csv"
    file.write_text("\n".join([header, *(rows * (size // len("".join(rows))))]), "utf-8")
    return file


def test_a_piece_that_is_never_taken_is_not_sent_for_ever(house, chromium, tmp_path):
    sent = []

    def full(route):
        if route.request.method != "PATCH":
            return route.continue_()
        sent.append(route.request.headers["upload-offset"])
        return route.fulfill(status=507)

    with window(
        chromium, house, role=Role.STEWARD, may_complain=lambda said: "507" in said
    ) as page:
        hasten(page)
        page.route(re.compile(r"/api/v1/uploads/.+"), full)
        page.goto("/fr/my-data")
        page.select_option("#family", FAMILY)
        page.set_input_files("#file", large(house.hub, tmp_path))
        page.get_by_role("button", name="Vérifier le fichier").click()
        page.get_by_text("Ce qui est arrivé est gardé un jour").wait_for()
    assert sent == ["0"] * 21


def test_who_may_send_no_more_in_pieces_sends_the_file_whole(house, chromium, tmp_path):
    with window(chromium, house, role=Role.STEWARD, **QUIET) as page:
        page.route(re.compile(r"/api/v1/uploads$"), lambda route: route.fulfill(status=409))
        hand_in(page, large(house.hub, tmp_path))
        assert page.get_by_text("grand.csv").first.is_visible()


def test_a_slow_line_gets_smaller_pieces_and_the_file_arrives(house, chromium, tmp_path):
    sizes = []

    def slow(route):
        if route.request.method == "PATCH":
            sizes.append(len(route.request.post_data_buffer))
            if sizes[-1] > 150_000:
                return None  # never answered: the script is too late
        return route.continue_()

    with window(
        chromium, house, role=Role.STEWARD, may_complain=lambda said: "Failed" in said
    ) as page:
        hasten(page)
        page.route(re.compile(r"/api/v1/uploads/.+"), slow)
        page.goto("/fr/my-data")
        page.select_option("#family", FAMILY)
        page.set_input_files("#file", large(house.hub, tmp_path))
        page.get_by_role("button", name="Vérifier le fichier").click()
        page.wait_for_url(re.compile(r"/my-data/\d+$"), timeout=90_000)
    assert sizes[:3] == [524_288, 262_144, 131_072]


def test_words_whose_answer_was_lost_are_not_those_of_a_colleague(house, chromium):
    calls = []

    def lose(route):
        calls.append(route.fetch() if len(calls) < 1 else None)
        return route.abort() if calls[-1] else route.continue_()

    with window(
        chromium, house, role=Role.STEWARD, may_complain=lambda said: "Failed" in said
    ) as page:
        page.goto(f"/fr/my-data/{house.draft()}/words")
        page.route(re.compile(r"/quality$"), lose)
        with page.expect_event("requestfailed"):
            page.get_by_label("Titre en français").fill("Gardé sans réponse")
        page.get_by_label("Titre en français").fill("Gardé, puis allongé")
        page.get_by_role("button", name="Enregistrer", exact=True).click()
        page.get_by_text("Enregistré.").wait_for()
        assert page.get_by_label("Titre en français").input_value() == "Gardé, puis allongé"
    assert calls[0].ok


def test_two_windows_on_one_draft_show_each_other_s_words(house, chromium):
    with window(chromium, house, role=Role.STEWARD, **QUIET) as page:
        page.goto(f"/fr/my-data/{house.draft()}/words")
        second = page.context.new_page()
        second.goto(page.url)
        page.get_by_label("Titre en français").fill("Le sien")
        page.get_by_role("button", name="Enregistrer", exact=True).click()
        page.get_by_text("Enregistré.").wait_for()
        second.get_by_label("Titre en français").fill("Le mien")
        second.locator("#quality").get_by_text("Un collègue a écrit entre-temps").wait_for()
        second.get_by_role("button", name="Enregistrer", exact=True).click()
        second.get_by_role("alert").wait_for()
        assert second.get_by_label("Titre en français").input_value() == "Le mien"
        assert "Le sien" in second.locator("#title_fr-there").inner_text()
        assert faults_in_both_lights(second) == []
        second.get_by_role("button", name="Enregistrer", exact=True).click()
        second.get_by_text("Enregistré.").wait_for()
