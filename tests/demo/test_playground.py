"""What a person does in the playground, and what a hostile program cannot."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.demo.conftest import open_page
from tests.servers import PROJECT

IMAGES = PROJECT / "docs" / "images"
WANTED = "ATOLL_SCREENSHOTS" in os.environ
"""Whether the pictures of the documentation are made anew (`make screenshots`)."""


def picture(page: Page, name: str) -> None:
    """Take a picture of the page, which has to be one of something."""
    data = page.screenshot(path=IMAGES / f"{name}.png" if WANTED else None)
    assert len(data) > 10_000


def choose(page: Page, example: str) -> None:
    page.get_by_label("Example").select_option(label=example)


def write(page: Page, code: str, language: str = "JavaScript") -> None:
    page.get_by_label("Language").select_option(label=language)
    page.get_by_role("textbox", name="Program").fill(code)


def run(page: Page) -> None:
    page.get_by_role("button", name="Run").click()


def state(page: Page, text: str) -> None:
    expect(page.locator("#state")).to_contain_text(text)


# Every example


def test_hello_prints_values_that_unfold(page: Page) -> None:
    run(page)
    state(page, "Done in")
    log = page.get_by_role("log", name="Console")
    expect(log).to_contain_text("Hello, world!")
    expect(log.get_by_role("cell", name="mango")).to_be_visible()
    log.get_by_text("engine: ").click()
    expect(log.locator("details[open]").get_by_text('"V8"').first).to_be_visible()
    expect(log.locator('[data-level="warn"]')).to_have_text("3 of these are warnings")
    picture(page, "playground")


def test_a_json_api(page: Page) -> None:
    choose(page, "A JSON API")
    run(page)
    state(page, "Serving requests")
    page.get_by_role("button", name="Send").first.click()
    expect(page.locator("#status")).to_have_text(re.compile("^201"))
    expect(page.get_by_label("Body of the response")).to_contain_text('"name":"cup"')
    page.get_by_label("Path").fill("/items/9")
    page.get_by_label("Method").select_option("GET")
    page.get_by_role("button", name="Send").first.click()
    expect(page.locator("#status")).to_have_text(re.compile("^404"))
    picture(page, "playground_requests")
    page.get_by_role("tab", name="Console").click()
    expect(page.get_by_role("log", name="Console")).to_contain_text("POST /items")
    page.get_by_role("button", name="Stop").click()
    state(page, "Stopped.")


def test_a_file_is_uploaded(page: Page, tmp_path: Path) -> None:
    upload = tmp_path / "notes.txt"
    upload.write_text("some notes")
    choose(page, "Forms and file upload")
    run(page)
    state(page, "Serving requests")
    page.get_by_label("Or a form with this file").set_input_files(upload)
    page.get_by_role("button", name="Send").first.click()
    body = page.get_by_label("Body of the response")
    expect(body).to_contain_text('"file":"notes.txt"')
    expect(body).to_contain_text('"size":10')
    expect(body).to_contain_text(hashlib.sha256(b"some notes").hexdigest())


def test_a_response_is_shown_as_it_comes(page: Page) -> None:
    choose(page, "A streamed response")
    run(page)
    state(page, "Serving requests")
    page.get_by_role("button", name="Send").first.click()
    body = page.get_by_label("Body of the response")
    expect(body).to_contain_text("tick 2")
    expect(body).not_to_contain_text("tick 10")
    expect(body).to_contain_text("tick 10")


def test_a_chat_between_two_people(page: Page, browser: Browser) -> None:
    choose(page, "A chat over WebSockets")
    run(page)
    state(page, "Serving requests")
    page.get_by_role("button", name="WebSocket").click()
    messages = page.get_by_role("log", name="WebSocket messages")
    expect(messages).to_contain_text("welcome, you are number 1")
    page.get_by_label("Message", exact=True).fill("hello there")
    page.get_by_role("button", name="Send").last.click()
    expect(messages).to_contain_text("HELLO THERE")
    page.get_by_role("button", name="Close").click()
    expect(messages).to_contain_text("closed (1000)")


def test_typescript_runs(page: Page) -> None:
    choose(page, "TypeScript")
    run(page)
    state(page, "Done in")
    expect(page.get_by_role("log", name="Console")).to_contain_text("circle: 3.14 m²")


def test_webassembly_runs(page: Page) -> None:
    choose(page, "WebAssembly")
    run(page)
    expect(page.locator('[data-kind="result"]')).to_contain_text("42")


def test_a_hostile_program_is_stopped_and_the_page_goes_on(page: Page, browser: Browser) -> None:
    choose(page, "A hostile program")
    run(page)
    log = page.get_by_role("log", name="Console")
    expect(log).to_contain_text("loops for ever")
    # Somebody else is served meanwhile.
    other = browser.new_page()
    open_page(other, page.url.partition("#")[0])
    run(other)
    state(other, "Done in")
    other.close()
    state(page, "CpuLimitExceeded")
    for line in log.locator('[data-level="warn"]').all():
        expect(line).to_contain_text("Error:")
    expect(log.locator('[data-level="warn"]')).to_have_count(4)
    choose(page, "Hello")
    run(page)
    state(page, "Done in")


# Errors


def test_errors_are_shown_with_their_lines(page: Page) -> None:
    write(page, "\n\nnull.x")
    run(page)
    state(page, "JSError")
    expect(page.get_by_role("log", name="Console")).to_contain_text("program.js:3")
    write(page, "const x: number = ;", "TypeScript")
    run(page)
    state(page, "Error")


def test_a_handler_that_fails_tells_the_client_nothing(page: Page) -> None:
    write(page, "export default () => { throw new Error('a secret') }")
    run(page)
    state(page, "Serving requests")
    page.get_by_role("button", name="Send").first.click()
    expect(page.locator("#status")).to_have_text(re.compile("^500"))
    expect(page.get_by_label("Body of the response")).not_to_contain_text("secret")


def test_a_handler_that_loops_for_ever(page: Page) -> None:
    write(page, "export default () => { for (;;); }")
    run(page)
    state(page, "Serving requests")
    page.get_by_role("button", name="Send").first.click()
    expect(page.locator("#status")).to_have_text(re.compile("^502"))
    state(page, "CpuLimitExceeded")


def test_what_a_program_prints_stays_text(page: Page) -> None:
    attack = "<img src=x onerror='document.title=1'><script>document.title=1</script>"
    write(
        page,
        f"const x = {attack!r}; console.log(x); console.table([{{ x }}]); ({{ [x]: x }})",
    )
    run(page)
    state(page, "Done in")
    page.locator('[data-kind="result"] summary').click()
    log = page.get_by_role("log", name="Console")
    expect(log).to_contain_text("<script>")
    assert log.locator("img, script").count() == 0
    expect(page).to_have_title("Atoll playground")


def test_pages_of_a_program_have_no_origin(page: Page) -> None:
    html = (
        "<script>try { localStorage.x = 1; document.title = 'in' }"
        " catch { document.title = 'out' }</script>"
    )
    write(
        page,
        f"export default () => new Response({html!r}, {{ headers: {{ 'Content-Type': 'text/html',"
        " 'Set-Cookie': 'a=1' } })",
    )
    with page.expect_response("**/api/run"):
        run(page)
    state(page, "Serving requests")
    with page.expect_response("**/site/**") as answered:
        page.get_by_role("button", name="Send").first.click()
    page.goto(answered.value.url)
    expect(page).to_have_title("out")
    assert page.context.cookies() == []


def test_output_without_end(page: Page) -> None:
    write(page, "for (let i = 0; ; i++) console.log(i, 'x'.repeat(1000));")
    run(page)
    state(page, "LimitExceeded")
    assert page.get_by_role("log", name="Console").locator("> li").count() <= 1001


# The page


def test_a_program_is_shared_by_its_address(page: Page, browser: Browser) -> None:
    write(page, "'shared: ü' + (1 + 1)", "TypeScript")
    page.get_by_role("button", name="Share").click()
    state(page, "address")
    other = browser.new_page()
    open_page(other, page.url)
    expect(other.get_by_label("Language")).to_have_value("ts")
    run(other)
    expect(other.locator('[data-kind="result"]')).to_contain_text("shared: ü2")
    other.close()


def test_leaving_the_page_ends_its_program(page: Page, browser: Browser) -> None:
    choose(page, "A streamed response")
    with page.expect_response("**/api/run"):
        run(page)
    state(page, "Serving requests")
    with page.expect_response("**/site/**") as answered:
        page.get_by_role("button", name="Send").first.click()
    url = answered.value.url
    page.goto("about:blank")
    other = browser.new_page()
    # The server hears of it when it next writes to the page, several times a second.
    while (response := other.goto(url)) is None or response.status != 404:
        continue
    other.close()


def test_it_works_by_keyboard(page: Page) -> None:
    editor = page.get_by_role("textbox", name="Program")
    editor.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("6 * 7")
    page.keyboard.press("Control+Enter")
    expect(page.locator('[data-kind="result"]')).to_contain_text("42")
    page.get_by_role("tab", name="Console").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Requests")).to_be_focused()
    expect(page.get_by_role("tabpanel", name="Requests")).to_be_visible()
    page.keyboard.press("End")
    expect(page.get_by_role("tabpanel", name="Confinement")).to_be_visible()


def test_every_control_has_a_name(page: Page) -> None:
    for role in ("button", "textbox", "combobox", "tab"):
        for control in page.get_by_role(role).all():
            snapshot = control.aria_snapshot()
            assert re.search(r'"[^"]+"', snapshot), snapshot


def test_the_layers_are_shown(page: Page) -> None:
    page.get_by_role("tab", name="Confinement").click()
    rows = page.locator("#layers tr")
    expect(rows.filter(has_text="seccomp").first).to_contain_text("yes")
    expect(rows.filter(has_text="landlock").first).to_contain_text("yes")
    picture(page, "playground_confinement")


@pytest.mark.parametrize("width", [360, 390, 768])
def test_it_fits_a_phone(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    run(page)
    state(page, "Done in")
    for tab in ("Requests", "Confinement", "Console"):
        page.get_by_role("tab", name=tab).click()
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width
