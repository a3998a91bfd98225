"""Case 9: what another site can make a logged-in person's browser send to the hub's forms, and where a login
leads to. A matrix of Origin, Sec-Fetch-Mode and the token that guards forms, against a real hub."""

import sys
from collections.abc import Iterator
from itertools import product
from urllib.parse import urljoin, urlsplit

import pytest
from fakes.hub_for_spawner import PASSWORD, Browser, Hub, hub_with_people

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="walls need Linux")
SMALL = {"profile": "small", "environment": "eo"}
ORIGINS = ("https://evil.example", "null", None)
MODES = ("navigate", "no-cors", "cors", "same-origin", None)
"""What browsers send with a form or a script's request; `websocket` comes with GET only."""
TOKENS = ("none", "empty", "made up", "of another person")
FORMS = {
    "spawn": SMALL,
    "spawn/carol": SMALL,
    "accept-share?code=0123456789abcdef": {"code": "0123456789abcdef"},
    "logout": {},
}


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with hub_with_people() as hub:
        yield hub


@pytest.fixture(scope="module")
def carol(hub: Hub) -> Browser:
    return hub.browser("carol")


@pytest.fixture(scope="module")
def tokens(hub: Hub) -> dict[str, str | None]:
    return {
        "none": None,
        "empty": "",
        "made up": "2|00000000|00000000000000000000000000000000|1700000000",
        "of another person": hub.browser("bob").token,
    }


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("form", FORMS)
def test_a_form_of_another_site_changes_nothing(
    hub: Hub, carol: Browser, tokens: dict[str, str | None], form: str, token: str
) -> None:
    for origin, mode in product(ORIGINS, MODES):
        headers = {"Origin": origin, "Sec-Fetch-Mode": mode, "Sec-Fetch-Site": "cross-site"}
        sent = {name: value for name, value in headers.items() if value is not None}
        given = tokens[token]
        fields = FORMS[form] | ({} if given is None else {"_xsrf": given})
        answer = carol.client.post(f"{hub.url}/{form}", data=fields, headers=sent)
        assert answer.status_code in (403, 405), (form, token, origin, mode, answer.status_code)
    model = hub.server("carol")
    assert not model or model["stopped"]
    assert carol.get("home").status_code == 200


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize("token", TOKENS)
def test_the_api_takes_no_change_from_another_site(
    hub: Hub, carol: Browser, tokens: dict[str, str | None], method: str, token: str
) -> None:
    for origin, mode in product(ORIGINS, MODES):
        given = tokens[token]
        headers = {"Origin": origin, "Sec-Fetch-Mode": mode, "X-XSRFToken": given}
        sent = {name: value for name, value in headers.items() if value is not None}
        for path in ("users/carol/server", "users/carol/tokens", "users/carol/shared"):
            answer = carol.client.request(method, f"{hub.url}/api/{path}", headers=sent, json=SMALL)
            assert answer.status_code in (403, 404, 405), (path, token, origin, mode, answer.status_code)
    model = hub.server("carol")
    assert not model or model["stopped"]


def test_a_link_to_the_form_with_options_starts_nothing(hub: Hub, carol: Browser) -> None:
    for mode in MODES:
        headers = {} if mode is None else {"Sec-Fetch-Mode": mode}
        query = {f"opt-{name}": value for name, value in SMALL.items()} | SMALL
        answer = carol.client.get(f"{hub.url}/spawn", params=query, headers=headers)
        assert answer.status_code in (200, 400)
    model = hub.server("carol")
    assert not model or model["stopped"]


def test_the_hubs_own_page_may_do_all_of_it(hub: Hub, carol: Browser) -> None:
    answer = carol.submit("spawn", SMALL)
    assert answer.status_code == 302
    hub.wait("carol", lambda model: model.get("ready"))
    assert carol.rest("DELETE", "users/carol/server").status_code in (202, 204)
    hub.wait("carol", lambda model: not model or model["stopped"])


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/", "//evil.example/", "///evil.example/", "////evil.example",
        "/\\evil.example/",
        "\\\\evil.example", "\\/evil.example", "http:evil.example", "https:/evil.example",
        "/hub//evil.example",
        "/%2f/evil.example", "/\t/evil.example", "/\n/evil.example", " //evil.example", "\x00//evil.example",
        "javascript:alert(1)", "data:text/html,x", "http://127.0.0.1@evil.example/", "//127.0.0.1:1/",
        "/hub/../..//evil.example", "https:///evil.example", "//evil.example\\@127.0.0.1/",
        "/.//evil.example",
    ],
)  # fmt: skip
def test_a_login_leads_to_no_other_site(hub: Hub, target: str) -> None:
    fresh = Browser(hub, "bob")
    for where in ("login", "home", "spawn"):
        answer = fresh.client.get(f"{hub.url}/{where}", params={"next": target})
        assert stays(hub, answer.headers.get("Location", "")), (where, target)
    form = {"username": "bob", "password": PASSWORD, "_xsrf": fresh.token}
    answer = fresh.client.post(f"{hub.url}/login", params={"next": target}, data=form)
    assert stays(hub, answer.headers.get("Location", "")), target


def stays(hub: Hub, location: str) -> bool:
    """Whether a browser that is sent there stays at the hub; it takes a backslash for a slash and leaves out
    what is blank."""
    read = "".join(each for each in location.replace("\\", "/") if each not in "\t\r\n\0").strip()
    there, here = urlsplit(urljoin(f"{hub.url}/login", read)), urlsplit(hub.url)
    return (there.scheme, there.netloc) == (here.scheme, here.netloc)
