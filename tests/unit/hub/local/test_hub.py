from pathlib import Path

import pytest
from fakes.audit_log import FakeAudit
from jupyterhub.app import JupyterHub
from traitlets.config import Config

from eohub_hub.hub import install_hub
from eohub_hub.local.hub import LocalHub, install_local
from eohub_hub.local.ports import Ports, remember
from eohub_hub.local.secret_store import Secret, make_missing, read_secret
from eohub_hub.local.spawner import install_local_spawner, spawner_settings
from eohub_hub.local.state import StateFolder
from eohub_hub.settings import LOCAL_SERVICES, HubSettings, load_parts
from eohub_toolkit.settings import SettingsError, load

REQUIRED = {
    "EOHUB_HUB_ISSUER": "https://login.example.org/realm/",
    "EOHUB_HUB_CLIENT_SECRET_FILE": "/nowhere",
    "EOHUB_HUB_PEOPLE_DATABASE_URL": "sqlite://",
    "EOHUB_HUB_POLICY_FOLDER": "/nowhere",
}


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    folder = StateFolder(tmp_path / "state")
    folder.prepare()
    make_missing(folder.secrets)
    remember(folder.ports, Ports(public=9000, hub=9001, proxy_api=9002))
    return folder


def settings_of(**environ: str) -> HubSettings:
    return load(HubSettings, REQUIRED | environ)


def test_urls_lose_the_slash_at_their_end() -> None:
    assert (
        settings_of(EOHUB_HUB_PUBLIC_URL="https://hub.example.org/").public_url == "https://hub.example.org"
    )


def test_the_issuer_stays_as_the_provider_spells_it() -> None:
    assert settings_of().issuer == "https://login.example.org/realm/"


@pytest.mark.parametrize("url", ["hub.example.org", "ftp://x", "https://", "https://x?y", "https://x y", ""])
def test_what_is_no_url_is_refused_by_name(url: str) -> None:
    with pytest.raises(SettingsError, match="EOHUB_HUB_PUBLIC_URL"):
        settings_of(EOHUB_HUB_PUBLIC_URL=url)


@pytest.mark.parametrize("name", REQUIRED)
def test_what_has_no_default_is_asked_for_by_name(name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load(HubSettings, {key: value for key, value in REQUIRED.items() if key != name})


def test_the_client_secret_is_read_from_its_file_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("abc\n")
    assert settings_of(EOHUB_HUB_CLIENT_SECRET_FILE=str(tmp_path / "secret")).client_secret() == "abc"


def test_only_a_machine_of_its_own_starts_services() -> None:
    assert settings_of().managed_services == frozenset()
    assert settings_of(EOHUB_STATE_DIR="/x").managed_services == LOCAL_SERVICES


def test_parts_run_in_the_order_of_their_names_with_configuration_and_settings(tmp_path: Path) -> None:
    (tmp_path / "20-b.py").write_text("c.Order.seen = [*c.Order.seen, 'b', settings.client_id]")
    (tmp_path / "10-a.py").write_text("c.Order.seen = ['a']")
    (tmp_path / "notes.txt").write_text("not Python")
    c = Config()
    load_parts(c, settings_of(), tmp_path)
    assert c.Order.seen == ["a", "b", "eohub"]


def test_users_servers_outlive_a_restart_of_the_hub_anywhere() -> None:
    c = Config()
    install_hub(c, settings_of())
    assert c.JupyterHub.cleanup_servers is False
    assert c.JupyterHub.concurrent_spawn_limit == 10


def test_cookies_come_back_from_the_login_but_go_to_no_other_site() -> None:
    c = Config()
    c.JupyterHub.tornado_settings = {"headers": {"X": "y"}}
    install_hub(c, settings_of())
    assert c.JupyterHub.tornado_settings == {"headers": {"X": "y"}, "cookie_options": {"SameSite": "Lax"}}


def test_over_https_cookies_are_bound_to_the_host() -> None:
    plain, secure = Config(), Config()
    install_hub(plain, settings_of())
    install_hub(secure, settings_of(EOHUB_HUB_PUBLIC_URL="https://hub.example.org"))
    assert "cookie_host_prefix_enabled" not in plain.JupyterHub
    assert secure.JupyterHub.cookie_host_prefix_enabled is True


def test_on_one_machine_everything_binds_to_loopback(state: StateFolder) -> None:
    c = Config()
    install_local(c, settings_of(EOHUB_STATE_DIR=str(state.root)))
    assert c.JupyterHub.bind_url == "http://127.0.0.1:9000/"
    assert c.JupyterHub.hub_bind_url == "http://127.0.0.1:9001"
    assert c.ConfigurableHTTPProxy.api_url == "http://127.0.0.1:9002"


def test_secrets_come_from_the_state_folder(state: StateFolder) -> None:
    c = Config()
    install_local(c, settings_of(EOHUB_STATE_DIR=str(state.root)))
    assert c.ConfigurableHTTPProxy.auth_token == read_secret(state.secrets, Secret.PROXY)
    assert [key.hex() for key in c.CryptKeeper["keys"]] == [read_secret(state.secrets, Secret.ENCRYPTION)]
    assert Path(c.JupyterHub.cookie_secret_file).read_text() == read_secret(state.secrets, Secret.COOKIES)


def test_every_file_that_the_hub_writes_lies_in_the_state_folder(state: StateFolder) -> None:
    c = Config()
    install_local(c, settings_of(EOHUB_STATE_DIR=str(state.root)))
    for path in (c.JupyterHub.db_url, c.ConfigurableHTTPProxy.pid_file, c.LocalHub.ready_file):
        assert str(state.root / "hub") in path


def test_elsewhere_the_parts_of_one_machine_change_nothing() -> None:
    c = Config()
    install_local(c, settings_of())
    install_local_spawner(c, settings_of(), FakeAudit())
    assert c == Config()


def test_the_local_hub_obeys_what_is_said_to_jupyterhub() -> None:
    hub = LocalHub(config=Config(JupyterHub={"cookie_max_age_days": 3}))
    assert isinstance(hub, JupyterHub)
    assert hub.cookie_max_age_days == 3


def test_the_spawner_is_told_where_data_and_catalogue_are(state: StateFolder) -> None:
    people = f"sqlite:///{state.root}/hub/people.sqlite"
    settings = settings_of(EOHUB_STATE_DIR=str(state.root), EOHUB_HUB_PEOPLE_DATABASE_URL=people)
    found = spawner_settings(settings, state)
    assert found.state == state.root
    assert found.instance == state.instance
    assert found.environments["eo"] == state.environment
    assert {folder.parent for folder in found.environments.values()} == {state.environments}
    assert found.software is not None
    assert [(one.id, one.url) for one in found.catalogues] == [("eohub", settings.catalogue_url)]
    assert found.people.named("nobody") is None
