"""How much a first visit costs on a phone's data plan."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.browsing import BIRTH, FIRST_VISIT_LIMIT, Tab, weigh
from tests.browser.screenshots import FOLDER

# A font is asked for when a text is laid out, and a text has no font while its own is on the way.
DRAWN = """async (text) => {
    const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    document.querySelector('.lede').textContent = text;
    await drawn();
    await document.fonts.ready;
    await drawn();
}"""


@pytest.mark.parametrize("path", ["/", "/thu-tuc", BIRTH])
def test_a_first_visit_weighs_less_than_100_kb(new_tab: Callable[..., Tab], path: str) -> None:
    weights = weigh(new_tab(), path)
    assert {"/static/app.css", "/static/app.js", "/static/fonts/be-vietnam-pro-400.woff2"} <= weights.keys()
    assert sum(weights.values()) < FIRST_VISIT_LIMIT, weights


def test_a_second_page_costs_only_itself(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    weigh(tab, "/")
    again = weigh(tab, "/thu-tuc")
    assert sum(weight for name, weight in again.items() if name.startswith("/static/")) == 0, again


def test_nothing_is_fetched_twice(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.page.goto(tab.url + "/", wait_until="networkidle")
    assert len(tab.requests) == len({url.partition("?")[0] for url in tab.requests})


def test_vietnamese_letters_come_from_our_font(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    page = tab.open("/")
    letters = "aăâbcdđeêghiklmnoôơpqrstuưvxy" + "áàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ₫«»–…"
    session = page.context.new_cdp_session(page)
    page.evaluate(DRAWN, letters + letters.upper())
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    node = session.send("DOM.querySelector", {"nodeId": root, "selector": ".lede"})["nodeId"]
    fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    assert [(font["familyName"], font["isCustomFont"]) for font in fonts] == [("Be Vietnam Pro", True)]


def test_the_pictures_of_the_documentation_stay_small() -> None:
    pictures = {path.name: path.stat().st_size for path in FOLDER.glob("*.png")}
    assert {"home-390.png", "home-1280.png", "card-390.png", "procedure-390.png", "print-a4.png"} <= pictures.keys()
    assert max(pictures.values()) < 200_000
    assert sum(pictures.values()) < 2_000_000
