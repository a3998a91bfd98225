"""The storage wheel in a clean environment with a plain JupyterLab and the real S3: the drive works there."""

import io
import json
import shutil
import urllib.error
import urllib.request
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fakes.plain_lab import TOKEN, clean_environment, documented_install, running_lab
from fakes.storage_issuer import FakeIssuer
from fakes.storage_s3 import REGION, RunningS3, running_s3
from playwright.sync_api import Locator, Page, Route, expect, sync_playwright

from eohub_storage.places import Layout, places_of
from eohub_storage.policy import session_policy

ARTIFACTS = Path(__file__).parents[2] / "artifacts" / "storage-drive"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
MANY = 10_000
NOTEBOOK = {
    "nbformat": 4, "nbformat_minor": 5,
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    "cells": [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# From S3"}],
}  # fmt: skip
PLACES = ["s3://users/alice/", "s3://groups/sea-ice/", "s3://groups/secret/", "s3://climate/"]

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine (apt-get install chromium)"
)


@dataclass
class Asked:
    """What the browser asked for, by path."""

    listed: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    put: list[str] = field(default_factory=list[str])


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[RunningS3, dict[str, Any]]]:
    with FakeIssuer() as issuer, running_s3(tmp_path_factory.mktemp("drive"), issuer) as running:
        admin = running.admin()
        admin.put_object(Bucket="users", Key="alice/notes.txt", Body="Grüße\n".encode())
        admin.put_object(Bucket="users", Key="alice/trip/plot.ipynb", Body=json.dumps(NOTEBOOK).encode())
        admin.put_object(Bucket="climate", Key="cube.zarr/zarr.json", Body=b"{}")
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda n: put(admin, f"alice/many/{n:05}.bin"), range(MANY)))
        layout = Layout("users", ("climate",), "groups")
        policy = session_policy(places_of("alice", ["sea-ice"], layout))
        yield running, running.assume(issuer.id_token("alice"), policy=policy, DurationSeconds="3600")


def put(client: Any, key: str) -> None:
    client.put_object(Bucket="users", Key=key, Body=b"x")


@pytest.fixture(scope="module")
def lab(s3: tuple[RunningS3, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    running, keys = s3
    home = tmp_path_factory.mktemp("home")
    (home / "aws").write_text(
        f"[default]\nregion = {REGION}\nendpoint_url = {running.endpoint}\n"
        f"aws_access_key_id = {keys['AccessKeyId']}\naws_secret_access_key = {keys['SecretAccessKey']}\n"
        f"aws_session_token = {keys['SessionToken']}\ns3 =\n    addressing_style = path\n"
    )
    settings = {"AWS_CONFIG_FILE": str(home / "aws"), "EOHUB_DRIVE_PLACES": json.dumps(PLACES)}
    environment = clean_environment(tmp_path_factory.mktemp("plain"), documented_install("storage"))
    with running_lab(environment, home, settings) as root:
        yield root


@pytest.fixture
def page(lab: str) -> Generator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(30_000)
        yield page
        browser.close()


@pytest.fixture
def asked(page: Page) -> Asked:
    found = Asked()

    def note(request: Any) -> None:
        if urlsplit(request.url).path.endswith("/eohub/storage/list"):
            found.listed.append(request.post_data_json)
        if request.method == "PUT" and "/api/" not in request.url:
            found.put.append(request.url)

    page.on("request", note)
    return found


def open_panel(page: Page, lab: str) -> Locator:
    page.goto(f"{lab}/lab?token={TOKEN}&reset")
    page.locator(".jp-Launcher").wait_for()
    page.locator('.jp-SideBar [data-id="eohub-storage"]').click()
    panel = page.get_by_role("region", name="S3 Storage")
    panel.get_by_role("list", name="Places").wait_for()
    return panel


def enter(panel: Locator, title: str) -> None:
    panel.get_by_role("button", name=title).first.click()
    panel.get_by_role("navigation", name="Folder").wait_for()


def row(panel: Locator, name: str) -> Locator:
    return panel.get_by_role("option", name=name)


def picture(page: Page, name: str) -> None:
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}.png")


def dark(page: Page) -> None:
    page.get_by_role("menuitem", name="Settings").click()
    page.locator('.lm-Menu-item[data-type="submenu"]', has_text="Theme").first.hover()
    page.locator(".lm-Menu-item", has_text="JupyterLab Dark").first.click()
    page.locator('body[data-jp-theme-name="JupyterLab Dark"]').wait_for(state="attached")


def test_places_are_listed_without_asking_s3(page: Page, lab: str, asked: Asked) -> None:
    panel = open_panel(page, lab)
    expect(panel.get_by_role("list", name="Places").get_by_role("button")).to_have_count(4)
    assert asked.listed == []
    picture(page, "places")


def test_ten_thousand_names_are_shown_page_by_page(page: Page, lab: str, asked: Asked) -> None:
    panel = open_panel(page, lab)
    enter(panel, "users/alice")
    row(panel, "many").dblclick()
    panel.get_by_text("showing 200 names, total unknown").wait_for()
    assert [query["prefix"] for query in asked.listed] == ["alice/", "alice/many/"]
    drawn = panel.get_by_role("option").count()
    assert drawn < 60
    picture(page, "many")
    for pages in range(2, 7):
        panel.locator(".eohub-S3-scroll").evaluate("box => { box.scrollTop = box.scrollHeight }")
        panel.get_by_text(f"showing {pages * 200:,} names").wait_for()
    assert len(asked.listed) == 7
    assert panel.get_by_role("option").count() < 60
    picture(page, "many-scrolled")


def test_all_ten_thousand_can_be_walked_to_the_last_one(page: Page, lab: str, asked: Asked) -> None:
    panel = open_panel(page, lab)
    enter(panel, "users/alice")
    row(panel, "many").dblclick()
    for _ in range(MANY // 200 - 1):
        panel.get_by_role("button", name="Load more").click()
        panel.get_by_role("button", name="Loading").wait_for(state="detached")
    panel.locator(".eohub-S3-more", has_text="10,000 names").wait_for()
    assert len(asked.listed) == 1 + MANY // 200
    panel.get_by_role("listbox").focus()
    page.keyboard.press("End")
    expect(row(panel, "09999.bin")).to_have_attribute("aria-selected", "true")


def test_a_folder_is_walked_by_keyboard(page: Page, lab: str) -> None:
    panel = open_panel(page, lab)
    enter(panel, "users/alice")
    row(panel, "many").wait_for()
    panel.get_by_role("listbox").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    row(panel, "plot.ipynb").wait_for()
    panel.get_by_role("listbox").focus()
    page.keyboard.press("Backspace")
    row(panel, "notes.txt").wait_for()


def test_a_text_is_opened_changed_and_saved(page: Page, lab: str, s3: tuple[RunningS3, Any]) -> None:
    panel = open_panel(page, lab)
    enter(panel, "users/alice")
    row(panel, "notes.txt").dblclick()
    editor = page.locator(".jp-FileEditor .cm-content")
    expect(editor).to_contain_text("Grüße")
    editor.click()
    page.keyboard.type("Neu ")
    page.keyboard.press("Control+s")
    page.locator(".jp-mod-dirty").wait_for(state="detached")
    body = s3[0].admin().get_object(Bucket="users", Key="alice/notes.txt")["Body"].read().decode()
    assert "Neu " in body
    assert "Grüße" in body


def test_a_notebook_is_opened_from_s3(page: Page, lab: str) -> None:
    panel = open_panel(page, lab)
    enter(panel, "users/alice")
    row(panel, "trip").dblclick()
    row(panel, "plot.ipynb").dblclick()
    page.locator(".jp-NotebookPanel").get_by_role("heading", name="From S3").wait_for()
    picture(page, "notebook")


def test_a_file_is_uploaded_straight_to_s3_and_taken_back(
    page: Page, lab: str, s3: tuple[RunningS3, Any], asked: Asked
) -> None:
    panel = open_panel(page, lab)
    enter(panel, "users/alice")
    row(panel, "trip").dblclick()
    row(panel, "plot.ipynb").wait_for()
    upload(panel, "übung 1.bin", b"x" * 3_000_000)
    row(panel, "übung 1.bin").click()
    assert [url.startswith(s3[0].endpoint) for url in asked.put] == [True]
    stored = s3[0].admin().head_object(Bucket="users", Key="alice/trip/übung 1.bin")
    assert stored["ContentLength"] == 3_000_000
    with page.expect_download() as download:
        panel.get_by_role("button", name="Download").click()
    assert Path(download.value.path()).stat().st_size == 3_000_000
    picture(page, "selected")
    panel.get_by_role("button", name="Delete").click()
    picture(page, "delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    row(panel, "übung 1.bin").wait_for(state="detached")


def test_where_the_browser_cannot_reach_s3_files_go_through_the_server(
    page: Page, lab: str, s3: tuple[RunningS3, Any], asked: Asked
) -> None:
    page.route(f"{s3[0].endpoint}/**", lambda route: route.abort())
    panel = open_panel(page, lab)
    enter(panel, "users/alice")
    row(panel, "trip").dblclick()
    row(panel, "plot.ipynb").wait_for()
    upload(panel, "through.bin", bytes(range(256)) * 80_000)
    row(panel, "through.bin").click()
    assert asked.put[-1].startswith(f"{lab}/eohub/storage/stream")
    stored = s3[0].admin().get_object(Bucket="users", Key="alice/trip/through.bin")["Body"].read()
    assert stored == bytes(range(256)) * 80_000
    with page.expect_download() as download:
        panel.get_by_role("button", name="Download").click()
    assert Path(download.value.path()).read_bytes() == stored


def test_an_upload_is_cancelled_and_leaves_nothing(page: Page, lab: str, s3: tuple[RunningS3, Any]) -> None:
    held: list[Route] = []
    page.route(f"{s3[0].endpoint}/users/alice/trip/held.bin*", lambda route: held.append(route))
    panel = open_panel(page, lab)
    enter(panel, "users/alice")
    row(panel, "trip").dblclick()
    row(panel, "plot.ipynb").wait_for()
    upload(panel, "held.bin", b"x" * 1_000_000)
    panel.get_by_role("button", name="Cancel the upload of held.bin").wait_for()
    picture(page, "uploading")
    panel.get_by_role("button", name="Cancel the upload of held.bin").click()
    panel.get_by_role("list", name="Uploads").wait_for(state="detached")
    listed = s3[0].admin().list_objects_v2(Bucket="users", Prefix="alice/trip/held")
    assert listed["KeyCount"] == 0


def test_an_object_is_not_replaced_unasked(page: Page, lab: str, s3: tuple[RunningS3, Any]) -> None:
    panel = open_panel(page, lab)
    enter(panel, "groups/sea-ice")
    panel.get_by_text("This folder is empty.").wait_for()
    upload(panel, "plan.txt", b"old")
    row(panel, "plan.txt").wait_for()
    upload(panel, "plan.txt", b"new")
    page.get_by_role("dialog").get_by_role("button", name="Keep it").click()
    panel.get_by_role("list", name="Uploads").wait_for(state="detached")
    read = lambda: s3[0].admin().get_object(Bucket="groups", Key="sea-ice/plan.txt")["Body"].read()  # noqa: E731
    assert read() == b"old"
    upload(panel, "plan.txt", b"new")
    page.get_by_role("dialog").get_by_role("button", name="Replace").click()
    panel.get_by_role("list", name="Uploads").wait_for(state="detached")
    assert read() == b"new"


def test_a_missing_right_is_said_in_words(page: Page, lab: str) -> None:
    panel = open_panel(page, lab)
    enter(panel, "groups/secret")
    panel.get_by_text("You have no right to do this in s3://groups/secret/.").wait_for()
    assert panel.get_by_role("button", name="Try again").is_visible()
    picture(page, "no-right")


def test_a_new_folder_is_made_and_its_path_goes_into_the_notebook(page: Page, lab: str) -> None:
    panel = open_panel(page, lab)
    enter(panel, "users/alice")
    row(panel, "trip").dblclick()
    row(panel, "plot.ipynb").wait_for()
    panel.get_by_role("button", name="New folder").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("ergebnisse 1")
    page.get_by_role("dialog").get_by_role("button", name="Make").click()
    row(panel, "ergebnisse 1").wait_for()
    row(panel, "plot.ipynb").dblclick()
    page.locator(".jp-NotebookPanel").get_by_role("heading", name="From S3").dblclick()
    row(panel, "ergebnisse 1").click()
    panel.get_by_role("button", name="Insert path").click()
    page.locator(".jp-Notebook").get_by_text("s3://users/alice/trip/ergebnisse 1/").wait_for()


def test_it_is_readable_in_the_dark_theme(page: Page, lab: str) -> None:
    panel = open_panel(page, lab)
    dark(page)
    picture(page, "places-dark")
    enter(panel, "users/alice")
    row(panel, "notes.txt").click()
    picture(page, "dark")


@pytest.mark.parametrize("path", ["places", "stream?bucket=users&key=alice/notes.txt"])
def test_the_routes_are_behind_jupyters_login(lab: str, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{lab}/eohub/storage/{path}", timeout=30)


def test_an_upload_through_the_server_needs_its_token(lab: str) -> None:
    request = urllib.request.Request(
        f"{lab}/eohub/storage/stream?bucket=users&key=alice/evil", data=io.BytesIO(b"x"), method="PUT",
        headers={"Content-Length": "1"},
    )  # fmt: skip
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request, timeout=30)


def upload(panel: Locator, name: str, content: bytes) -> None:
    files = panel.get_by_label("Files to upload")
    files.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})
