"""The administrators' pages in a real browser: what they show and change, and for whom they are closed."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.accessibility import faults_of
from browser.scientist import Scientist, chromium
from integration.local_stack import LocalStack, fresh_state
from playwright.sync_api import Browser

PAGES = ("", "people", "refusals", "policy", "audit", "notices")


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    stack = LocalStack(fresh_state())
    try:
        yield stack.up()
    finally:
        stack.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def logged_in(browser: Browser, stack: LocalStack, name: str) -> Scientist:
    person = Scientist(browser, stack.at.public)
    person.open_login()
    person.log_in(name, stack.password(name))
    person.page.wait_for_url(re.compile("/hub/"))
    return person


@pytest.fixture(scope="module")
def admin(browser: Browser, stack: LocalStack) -> Scientist:
    return logged_in(browser, stack, "admin")


@pytest.fixture(scope="module")
def demo(browser: Browser, stack: LocalStack) -> Scientist:
    return logged_in(browser, stack, "demo")


def test_1_an_administrator_finds_the_pages_and_somebody_else_does_not(
    admin: Scientist, demo: Scientist
) -> None:
    admin.page.goto(f"{admin.address}/hub/home")
    admin.page.get_by_role("link", name="Admin", exact=True).click()
    admin.page.get_by_role("heading", name="Running servers").wait_for()
    assert admin.page.get_by_text("No server runs now.").is_visible()

    demo.page.goto(f"{demo.address}/hub/home")
    assert demo.page.get_by_role("link", name="Admin", exact=True).count() == 0
    answer = demo.page.goto(f"{demo.address}/services/admin/")
    assert answer is not None
    assert answer.status == 403


def test_2_what_runs_is_shown_with_what_it_costs(admin: Scientist, demo: Scientist) -> None:
    demo.start_server("small")
    demo.press_start()
    demo.page.wait_for_url(re.compile("/user/demo/lab"), timeout=180_000)
    admin.page.goto(f"{admin.address}/services/admin/")
    row = admin.page.get_by_role("row", name=re.compile("demo"))
    assert "Small, 0.04 EUR/h" in row.inner_text()
    assert "running" in row.inner_text()
    assert "0.04 EUR/h together" in admin.page.locator(".eohub-summary").inner_text()
    admin.shoot("admin-running")


def test_3_people_are_found_by_name_with_their_groups(admin: Scientist) -> None:
    admin.page.goto(f"{admin.address}/services/admin/people")
    assert "eo-users" in admin.page.get_by_role("row", name=re.compile("demo")).inner_text()
    admin.shoot("admin-people")
    admin.page.get_by_role("searchbox").fill("nobody-of-this-name")
    admin.page.keyboard.press("Enter")
    admin.page.get_by_text("Nobody's name contains").wait_for()


def test_4_a_banner_is_put_up_and_taken_down(admin: Scientist, demo: Scientist) -> None:
    admin.page.goto(f"{admin.address}/services/admin/notices")
    admin.page.get_by_label("Text").fill("Maintenance on Tuesday from 8 to 10 UTC.")
    admin.page.get_by_label("Shown as").select_option("warning")
    admin.page.get_by_label(re.compile("Nobody can start")).check()
    admin.page.get_by_role("button", name="Put it up").click()
    admin.page.get_by_role("status").wait_for()
    admin.shoot("admin-notices")
    demo.page.goto(f"{demo.address}/hub/home")
    demo.page.get_by_text("Maintenance on Tuesday").wait_for()
    demo.shoot("home-banner")
    admin.page.get_by_role("button", name="Take it down").click()
    admin.page.get_by_text("There is no banner now.").wait_for()


def test_5_a_refused_banner_comes_back_as_it_was_typed(admin: Scientist) -> None:
    admin.page.goto(f"{admin.address}/services/admin/notices")
    admin.page.evaluate("document.getElementById('text').removeAttribute('maxlength')")
    admin.page.get_by_label("Text").fill("x" * 501)
    admin.page.get_by_role("button", name="Put it up").click()
    assert "at most 500 characters" in admin.page.get_by_role("alert").inner_text()
    assert admin.page.get_by_label("Text").input_value() == "x" * 501


def test_6_terms_are_published_read_and_accepted(admin: Scientist, demo: Scientist) -> None:
    admin.page.goto(f"{admin.address}/services/admin/notices")
    admin.page.get_by_label(re.compile("version")).fill("# Terms\n\nData are for *research*.")
    admin.page.get_by_role("button", name="Publish").click()
    admin.page.get_by_text("0 people have accepted it.").wait_for()
    demo.page.goto(f"{demo.address}/hub/home")
    demo.page.get_by_role("link", name="Terms", exact=True).click()
    demo.shoot("terms")
    demo.page.get_by_role("button", name="I accept these terms").click()
    demo.page.wait_for_url(re.compile("/hub/|/user/"))
    admin.page.goto(f"{admin.address}/services/admin/notices")
    admin.page.get_by_text("1 person has accepted it.").wait_for()


def test_7_policy_refusals_and_audit_are_shown(admin: Scientist) -> None:
    for page, text in (
        ("policy", "0.14 EUR/h"),
        ("refusals", "Refusals of the last day"),
        ("audit?action=login", "demo"),
    ):
        admin.page.goto(f"{admin.address}/services/admin/{page}")
        assert text in admin.page.locator("main").inner_text()
        admin.shoot(f"admin-{page.partition('?')[0]}")
    admin.page.get_by_label("Person").fill("nobody-of-this-name")
    admin.page.keyboard.press("Enter")
    admin.page.get_by_text("No line matches.").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", PAGES)
def test_8_the_pages_are_accessible(admin: Scientist, page: str, scheme: str, tmp_path: Path) -> None:
    admin.wear("dark" if scheme == "dark" else "light")
    admin.page.goto(f"{admin.address}/services/admin/{page}")
    assert faults_of(admin.page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", ["home", "spawn", "terms", "token", "logout"])
def test_9_the_hubs_pages_are_accessible(demo: Scientist, page: str, scheme: str) -> None:
    demo.wear("dark" if scheme == "dark" else "light")
    demo.page.goto(f"{demo.address}/hub/{page}")
    assert faults_of(demo.page) == []


def test_10_no_script_failed_and_nothing_outside_was_asked(admin: Scientist, demo: Scientist) -> None:
    for person in (admin, demo):
        assert person.errors == []
