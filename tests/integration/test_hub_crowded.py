"""A hub whose database holds ten thousand people and a thousand running servers."""

import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fakes.crowded_hub import CrowdedHub, person
from fakes.hub_for_spawner import ADMINISTRATOR, ADMINISTRATORS, Browser

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="walls need Linux")
PEOPLE = 10_000
RUNNING = 1_000
NEWCOMER = person(PEOPLE - 1)
SMALL = {"profile": "small", "environment": "eo"}


@contextmanager
def running_hub(how: str, people: int, running: int) -> Generator[CrowdedHub]:
    """A hub of ours or a plain one, with a crowd."""
    with tempfile.TemporaryDirectory(prefix=f"eohub-crowd-{how}-") as folder:
        hub = CrowdedHub(Path(folder), how, people, running)
        try:
            hub.prepare()
            hub.start()
            hub.add(ADMINISTRATOR, ADMINISTRATORS)
            yield hub
        finally:
            hub.close()
            print(hub.log()[-10_000:])


@pytest.fixture(scope="module")
def hub() -> Iterator[CrowdedHub]:
    with running_hub("eohub", PEOPLE, RUNNING) as hub:
        yield hub


@pytest.fixture(scope="module")
def few() -> Iterator[CrowdedHub]:
    with running_hub("eohub", 3, 1) as hub:
        yield hub


@pytest.fixture(scope="module")
def plain() -> Iterator[CrowdedHub]:
    with running_hub("plain", 3, 1) as hub:
        yield hub


@pytest.fixture(scope="module")
def admin(hub: CrowdedHub) -> Browser:
    return hub.browser(ADMINISTRATOR)


def test_every_running_server_is_found_again(hub: CrowdedHub) -> None:
    active = hub.api.get("/users", params={"state": "active", "limit": 200, "offset": 900}).json()
    assert len(active) == 100
    assert f"Initialized {RUNNING} spawners" in hub.log()


def test_an_administrator_sees_how_many_run_and_the_first_of_them(admin: Browser) -> None:
    running = admin.rest("GET", "eohub/servers").json()
    assert (running["total"], len(running["servers"])) == (RUNNING, 500)
    assert running["price_micro_eur_per_hour"] == RUNNING * 40_000


def test_people_come_a_page_at_a_time_and_by_name(admin: Browser) -> None:
    page = admin.rest("GET", "users?offset=9950&limit=51").json()
    assert len(page) == 51
    (found,) = admin.rest("GET", f"users?name_filter={NEWCOMER}&limit=51").json()
    assert (found["name"], len(found["groups"])) == (NEWCOMER, 2)


def test_somebody_new_starts_and_stops_a_server(hub: CrowdedHub) -> None:
    hub.started(NEWCOMER, SMALL)
    assert "0.04 EUR/h" in hub.browser(NEWCOMER).get("home").text
    hub.stopped(NEWCOMER)


@pytest.mark.parametrize("page", ["home", "spawn"])
def test_a_page_asks_the_database_no_more_than_among_few(hub: CrowdedHub, few: CrowdedHub, page: str) -> None:
    among_many, among_few = hub.browser(NEWCOMER), few.browser(person(2))
    many = hub.statements_of(lambda: among_many.get(page))
    assert 0 < many <= few.statements_of(lambda: among_few.get(page))


def test_what_a_server_asks_about_who_comes_costs_no_statement_more_than_plain(
    hub: CrowdedHub, plain: CrowdedHub
) -> None:
    """The only question that proxied requests put to the hub, and that a server remembers for minutes."""

    def question(hub: CrowdedHub, name: str) -> int:
        token = hub.browser(name).rest("POST", f"users/{name}/tokens", {}).json()["token"]
        headers = {"Authorization": f"token {token}"}
        return hub.statements_of(lambda: hub.api.get("/user", headers=headers).raise_for_status())

    assert 0 < question(hub, NEWCOMER) <= question(plain, person(2))
