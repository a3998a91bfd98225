from pathlib import Path

import pytest
from traitlets.config import Config

from eohub_hub.local import services as services_module
from eohub_hub.local.ports import Ports, remember
from eohub_hub.local.secret_store import Secret, make_missing, read_secret
from eohub_hub.local.services import Addresses, install_local_services, local_services
from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import find_tools
from eohub_hub.services import ManagedService, install_services
from eohub_hub.settings import HubSettings

PACKAGE = Path(services_module.__file__).parents[1]
PORTS = Ports(public=9000, identity=9003, storage=9004, catalogue=9005, s3=9006)


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    folder = StateFolder(tmp_path)
    folder.prepare()
    make_missing(folder.secrets)
    remember(folder.ports, PORTS)
    return folder


@pytest.fixture
def services(state: StateFolder) -> dict[str, ManagedService]:
    return {one.name: one for one in local_services(state, PORTS, find_tools(), settings_for(state))}


def settings_for(state: StateFolder | None) -> HubSettings:
    return HubSettings(
        issuer="http://127.0.0.1:9003",
        client_id="our-client",
        client_secret_file=Path("/nowhere"),
        people_database_url="sqlite://",
        policy_folder=Path("/nowhere"),
        state_folder=None if state is None else state.root,
    )


def test_services_start_in_the_order_in_which_they_need_each_other(
    services: dict[str, ManagedService],
) -> None:
    assert list(services) == ["identity", "s3", "storage", "catalogue", "lifetime", "admin"]


def test_every_service_can_be_found_by_its_mark(
    services: dict[str, ManagedService], state: StateFolder
) -> None:
    assert {one.environment["EOHUB_INSTANCE"] for one in services.values()} == {state.instance}


def test_identity_and_s3_are_not_routed_to_under_the_hub_s_own_address(
    services: dict[str, ManagedService],
) -> None:
    assert {name for name, one in services.items() if one.url is None} == {"identity", "s3"}


def test_storage_and_catalogue_listen_on_loopback_only(services: dict[str, ManagedService]) -> None:
    assert services["storage"].url == "http://127.0.0.1:9004"
    assert services["catalogue"].url == "http://127.0.0.1:9005"


def test_no_secret_is_in_a_command_or_an_environment(
    services: dict[str, ManagedService], state: StateFolder
) -> None:
    secrets = [read_secret(state.secrets, secret) for secret in Secret]
    for service in services.values():
        text = " ".join([*service.command, *service.environment.values()])
        assert not [secret for secret in secrets if secret in text]


def test_every_secret_that_is_made_is_used() -> None:
    sources = [path.read_text() for path in PACKAGE.rglob("*.py")]
    assert not [each.name for each in Secret if not any(f"Secret.{each.name}" in text for text in sources)]


def test_a_service_s_token_is_not_shown_when_it_is_printed(services: dict[str, ManagedService]) -> None:
    token = services["storage"].api_token
    assert token
    assert token not in repr(services["storage"])


def test_identity_knows_the_hub_s_addresses(services: dict[str, ManagedService]) -> None:
    environment = services["identity"].environment
    assert environment["EOHUB_IDENTITY_ISSUER"] == "http://127.0.0.1:9003"
    assert environment["EOHUB_IDENTITY_REDIRECT_URIS"] == "http://127.0.0.1:9000/hub/oauth_callback"
    assert environment["EOHUB_IDENTITY_POST_LOGOUT_REDIRECT_URIS"] == "http://127.0.0.1:9000/hub/logout"
    assert environment["EOHUB_IDENTITY_CLIENT_ID"] == "our-client"


def test_s3_trusts_tokens_that_this_identity_provider_made_for_this_hub(
    services: dict[str, ManagedService],
) -> None:
    command = services["s3"].command
    assert "--issuer=http://127.0.0.1:9003" in command
    assert "--client-id=our-client" in command


def test_the_hub_is_given_every_service_after_those_it_has() -> None:
    c = Config()
    c.JupyterHub.services = [{"name": "site"}]
    install_services(
        c, [ManagedService("ours", ["run"], {"A": "b"}, url="http://127.0.0.1:1", api_token="t")]
    )
    assert c.JupyterHub.services == [
        {"name": "site"},
        {
            "name": "ours",
            "command": ["run"],
            "environment": {"A": "b"},
            "display": False,
            "url": "http://127.0.0.1:1",
            "api_token": "t",
        },
    ]


def test_a_service_without_address_is_given_none() -> None:
    assert ManagedService("ours", ["run"], {}).specification().keys() == {
        "name",
        "command",
        "environment",
        "display",
    }


def test_the_stack_s_services_are_installed_from_its_folder(state: StateFolder) -> None:
    c = Config()
    install_local_services(c, settings_for(state))
    assert [one["name"] for one in c.JupyterHub.services] == [
        "identity",
        "s3",
        "storage",
        "catalogue",
        "lifetime",
        "admin",
    ]


def test_tokens_of_our_own_making_cost_no_rounds_of_hashing_at_each_request(state: StateFolder) -> None:
    c = Config()
    install_local_services(c, settings_for(state))
    assert c.JupyterHub.trust_user_provided_tokens is True
    given = [one["api_token"] for one in c.JupyterHub.services if "api_token" in one]
    assert len(given) == len({*given}) == 2
    assert all(len(bytes.fromhex(token)) == 32 for token in given)


def test_elsewhere_nothing_is_started() -> None:
    c = Config()
    install_local_services(c, settings_for(None))
    assert "services" not in c.JupyterHub
    assert "trust_user_provided_tokens" not in c.JupyterHub


def test_addresses_have_no_slash_at_their_end() -> None:
    at = Addresses(PORTS)
    assert [at.public, at.issuer, at.s3] == [f"http://127.0.0.1:{port}" for port in (9000, 9003, 9006)]
    assert at.catalogue == "http://127.0.0.1:9005/services/catalogue"
    assert at.storage == "http://127.0.0.1:9004/services/storage"
