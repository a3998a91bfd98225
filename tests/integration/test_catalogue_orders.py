"""Orders in a plain JupyterLab: found, ordered, followed over a killed server, delivered; a twin is asked."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Generator, Mapping
from pathlib import Path

import httpx2
import pytest
from fakes.destine import Destine, destine_on_loopback, orderable
from fakes.plain_lab import TOKEN, clean_environment, documented_install, running_lab
from fakes.stac_upstream import StacUpstream
from fakes.twin_constraints import CLIMATE
from integration.panel_driver import CHROMIUM, Panel, opened
from playwright.sync_api import expect

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine (apt-get install chromium)"
)


class Lake:
    """DestinE on a loopback port, and how a Jupyter server is told of it."""

    def __init__(self, destine: Destine, root: str, folder: Path) -> None:
        self.destine = destine
        token = folder / "refresh-token"
        token.write_text(destine.refresh_token)
        catalogue = {"id": "hda", "title": "DestinE Data Lake", "url": f"{root}/api/v1", "kind": "destine"}
        login = {
            "token_file": str(token),
            "issuer": f"{root}/realms/desp",
            "exchange_issuer": f"{root}/auth/realms/dedl",
        }
        twin = {
            "title": "Climate",
            "constraints": f"{root}/climate.json",
            "polytope": "polytope.lumi.apps.dte.destination-earth.eu",
        }
        self.settings: Mapping[str, str] = {
            "EOHUB_CATALOGUE_SERVER_CATALOGUES": json.dumps([catalogue]),
            "EOHUB_CATALOGUE_SERVER_DESTINE_LOGIN": json.dumps(login),
            "EOHUB_CATALOGUE_SERVER_DESTINE_TWINS": json.dumps([twin]),
        }


@pytest.fixture
def lake(tmp_path: Path) -> Generator[Lake]:
    upstream = StacUpstream([])
    destine = Destine(upstream)
    destine.answers["/climate.json"] = httpx2.Response(200, json=CLIMATE)
    with destine_on_loopback(destine) as root:
        upstream.items = [
            orderable(f"{root}/api/v1"),
            orderable(f"{root}/api/v1", id="other", properties=_titled("Rain in June 2028")),
        ]
        yield Lake(destine, root, tmp_path)


def _titled(title: str) -> dict[str, str]:
    return orderable()["properties"] | {"title": title}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clean_environment(tmp_path_factory.mktemp("orders"), documented_install())


def order_the_first(panel: Panel) -> None:
    """Order an item from its row; what the catalogue says stands in the section of orders."""
    panel.root.get_by_text("Wind in June 2028").wait_for()
    row = panel.root.locator(".eohub-ResultRow", has_text="Wind in June 2028")
    row.get_by_role("button", name="Order data").click()
    orders = panel.root.get_by_role("region", name="Orders")
    expect(orders.get_by_text("Wind in June 2028")).to_be_visible()


def ask_the_twin(panel: Panel) -> None:
    """Choose what the twin is asked for, each choice after the other."""
    orders = panel.root.get_by_role("region", name="Orders")
    orders.get_by_text("Ask a digital twin").click()
    for field, value in (
        ("activity", "projections"),
        ("model", "IFS-NEMO"),
        ("resolution", "high"),
        ("kind of level", "pl"),
        ("levels", "1000"),
        ("parameters", "131"),
    ):
        orders.get_by_label(field, exact=True).select_option(value)
        expect(orders.get_by_label(field, exact=True)).to_have_value(value)
    orders.get_by_label("First day").fill("2028-06-10")


def test_an_order_is_followed_to_its_end_over_a_killed_server(
    environment: Path, lake: Lake, tmp_path: Path
) -> None:
    lake.destine.desk.states = ["ordered", "shipping"]
    home = tmp_path / "home"
    with running_lab(environment, home, lake.settings) as lab:
        with opened(lab, TOKEN) as panel:
            order_the_first(panel)
            orders = panel.root.get_by_role("region", name="Orders")
            expect(orders.get_by_text(re.compile("^(ordered|shipping)$"))).to_be_visible()
            panel.picture("order-under-way")
        found = subprocess.run(["pgrep", "-f", f"ServerApp.root_dir={home}"], capture_output=True, text=True)
        for process in found.stdout.split():
            os.kill(int(process), signal.SIGKILL)
    lake.destine.desk.states = ["ordered", "succeeded"]
    with running_lab(environment, home, lake.settings) as lab, opened(lab, TOKEN) as panel:
        panel.root.get_by_role("button", name=re.compile("^Orders")).click()
        orders = panel.root.get_by_role("region", name="Orders")
        orders.get_by_role("button", name=re.compile("^Ask now|^Open")).first.click()
        expect(orders.get_by_text("delivered")).to_be_visible()
        assert len(lake.destine.desk.taken) == 1
        expect(panel.page.get_by_text("Wind in June 2028 is delivered.")).to_be_visible()
        ask_the_twin(panel)
        orders.get_by_role("button", name="Insert code").click()
        expect(panel.page.locator(".jp-Notebook").get_by_text("polytopeapirc")).to_be_visible()
        assert panel.faults() == []
    kept = "".join(path.read_text("utf-8", "replace") for path in home.rglob("*") if path.is_file())
    assert not re.search(r"token-\d|refresh-\d|platform-token", kept)
