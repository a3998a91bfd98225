"""Which server asks."""

import pytest

from eohub_hub.access import LIFETIME_REPORT, SERVER
from eohub_lifetime.errors import NotAServer
from eohub_lifetime.running import ServerKey
from eohub_lifetime.service.caller import SCOPE, server_of
from eohub_toolkit.hub_auth import HubUser


def caller(*scopes: str, name: str = "alice", kind: str = "user") -> HubUser:
    return HubUser(name, kind, frozenset(), frozenset(scopes))


def test_the_hub_gives_the_scope_to_each_server_for_itself_alone() -> None:
    assert SCOPE == LIFETIME_REPORT
    assert f"{SCOPE}!server" in SERVER


@pytest.mark.parametrize(("text", "server"), [("alice/", ""), ("alice/big", "big"), ("alice/a/b", "a/b")])
def test_the_token_of_a_server_names_it(text: str, server: str) -> None:
    scopes = ("access:servers!server=alice/", f"{SCOPE}!server={text}")
    assert server_of(caller(*scopes)) == ServerKey("alice", server)


@pytest.mark.parametrize(
    "user",
    [
        caller(SCOPE),
        caller(SCOPE, f"{SCOPE}!server=alice/"),
        caller(f"{SCOPE}!user=alice"),
        caller(f"{SCOPE}!server=alice/", f"{SCOPE}!server=alice/big"),
        caller(f"{SCOPE}!server=bob/"),
        caller(f"{SCOPE}!server=alice/", name="bob"),
        caller(f"{SCOPE}!server=alice/", kind="service"),
        caller(f"{SCOPE}!server=alice"),
        caller(f"{SCOPE}!group=alice/"),
        caller(),
    ],
    ids=lambda user: " ".join(sorted(user.scopes)) or "nothing",
)
def test_no_other_token_speaks_for_a_server(user: HubUser) -> None:
    with pytest.raises(NotAServer):
        server_of(user)
