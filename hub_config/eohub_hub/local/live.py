"""Probes of a running EOHub: a login up to the form where a password is typed, and the walls of a server.

No account is needed and none is made: an account for probes would be one more way in.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import httpx2

from eohub_hub.isolation.order import Mode
from eohub_hub.isolation.probe import Walls, find_isolation
from eohub_hub.local.commands import run_to_end
from eohub_hub.local.errors import PartFailed
from eohub_hub.local.health import answers, probes
from eohub_hub.local.ports import Ports
from eohub_hub.local.state import StateFolder
from eohub_hub.settings import HubSettings
from eohub_hub.spawner.settings import FIRST_UID

_DEADLINE_SECONDS = 10.0
_SERVER_SECONDS = 60.0
_DISCOVERY = "/.well-known/openid-configuration"

type Probe = Callable[[], str]
"""Returns what was seen; raises PartFailed with what is wrong."""


def parts_answer(ports: Ports) -> str:
    """Ask every part how it is."""
    silent = [probe.part for probe in probes(ports) if not answers(probe)]
    if silent:
        raise PartFailed(f"No answer from {', '.join(silent)}.", hint="logs/eohub.log has the reason.")
    return f"{len(probes(ports))} answer"


def login_works(settings: HubSettings, browser: httpx2.Client) -> str:
    """Go to the hub as a browser does and on to the provider; then ask the provider as the hub does."""
    try:
        page = browser.get(f"{settings.public_url}/hub/oauth_login")
        document = browser.get(f"{settings.issuer.rstrip('/')}{_DISCOVERY}").json()
        provider = cast("dict[str, Any]", document)
        keys = browser.get(str(provider["jwks_uri"])).json().get("keys")
        answer = browser.post(
            str(provider["token_endpoint"]),
            data={"grant_type": "authorization_code", "code": "probe", "redirect_uri": _callback(settings)},
            auth=(settings.client_id, settings.client_secret()),
        )
    except (httpx2.HTTPError, ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise PartFailed(
            f"A login cannot begin: {type(error).__name__}.", hint="Is the identity provider reachable?"
        ) from error
    if provider.get("issuer") != settings.issuer:
        raise PartFailed("The identity provider calls itself otherwise than EOHUB_HUB_ISSUER says.")
    if page.status_code != 200 or urlsplit(str(page.url)).netloc != _host(provider):
        raise PartFailed(f"The provider shows no login page (status {page.status_code}).")
    if not keys:
        raise PartFailed("The provider names no keys, so that no login can be verified.")
    if answer.status_code == 401 or answer.json().get("error") == "invalid_client":
        raise PartFailed(
            "The provider does not accept the hub's secret.", hint="EOHUB_HUB_CLIENT_SECRET_FILE has it."
        )
    return f"login page of {settings.issuer}, {len(keys)} keys, the hub's secret is accepted"


def server_starts(state: StateFolder) -> str:
    """Start a program within the walls of a server, and a server's own program as far as its version."""
    isolation = find_isolation(Walls(state.root, FIRST_UID), state.environment)
    if isolation.mode is Mode.NOBODY:
        raise PartFailed(f"Servers cannot be started on this machine. {' '.join(isolation.reasons)}")
    command = [str(Path(state.environment, "bin", "jupyterhub-singleuser")), "--version"]
    said: list[str] = []
    ended = run_to_end(command, seconds=_SERVER_SECONDS, report=said.append)
    if not ended.succeeded:
        raise PartFailed(
            f"The program of servers does not run: {ended.last_line.removesuffix('.')}.",
            hint="Remove environments/eo in the state folder: the next start makes it anew.",
        )
    walls = " ".join([f"{isolation.sentence}.", *isolation.missing])
    return f"{walls} jupyterhub-singleuser {' '.join(said)}"


def new_browser() -> httpx2.Client:
    """A browser without cookies or proxy, that waits for ten seconds at most."""
    return httpx2.Client(follow_redirects=True, timeout=_DEADLINE_SECONDS, trust_env=False)


def _callback(settings: HubSettings) -> str:
    return f"{settings.public_url}/hub/oauth_callback"


def _host(provider: dict[str, Any]) -> str:
    return urlsplit(str(provider["authorization_endpoint"])).netloc
