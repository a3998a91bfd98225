"""Configurations that let people do more than they should, each with its sentence."""

from collections.abc import Callable
from pathlib import Path

import pytest
from jupyterhub.auth import DummyAuthenticator
from traitlets.config import Config

from eohub_hub.local.effective import configuration_in
from eohub_hub.local.errors import BrokenState
from eohub_hub.local.lint import lint

Change = Callable[[Config], None]


def said(change: Change, *, one_machine: bool = False, environ: dict[str, str] | None = None) -> list[str]:
    c = Config()
    change(c)
    return [fault.detail for fault in lint(c, environ or {}, one_machine=one_machine)]


def setting(section: str, name: str, value: object) -> Change:
    return lambda c: c[section].__setitem__(name, value)


UNSAFE: list[tuple[Change, str]] = [
    (setting("JupyterHub", "authenticator_class", "dummy"), "Anybody can log in"),
    (setting("JupyterHub", "authenticator_class", DummyAuthenticator), "Anybody can log in"),
    (
        setting("JupyterHub", "authenticator_class", "jupyterhub.auth.DummyAuthenticator"),
        "Anybody can log in",
    ),
    (setting("GenericOAuthenticator", "allow_all", True), "Everybody whom"),
    (setting("GenericOAuthenticator", "tls_verify", False), "does not verify"),
    (setting("Authenticator", "enable_auth_state", True), "no key to encrypt"),
    (setting("GenericOAuthenticator", "admin_groups", {"staff"}), "role admin"),
    (setting("Authenticator", "admin_users", {"ann"}), "role admin"),
    (setting("JupyterHub", "load_roles", [{"name": "admin", "users": ["ann"]}]), "is given to somebody"),
    (setting("GenericOAuthenticator", "claim_groups_key", "groups"), "split into letters"),
    (setting("GenericOAuthenticator", "auth_state_groups_key", "oauth_user.groups"), "split into letters"),
    (setting("KubeSpawner", "privileged", True), "run privileged"),
    (setting("KubeSpawner", "allow_privilege_escalation", True), "gain rights"),
    (setting("KubeSpawner", "automount_service_account_token", True), "Kubernetes API"),
    (setting("KubeSpawner", "uid", 0), "run as root"),
    (setting("KubeSpawner", "container_security_context", {"allowPrivilegeEscalation": True}), "gain rights"),
    (setting("Authenticator", "username_pattern", "[a-z]+"), "what begins with it"),
    (setting("Authenticator", "username_pattern", "^[a-z]+$"), "a newline at the end"),
    (setting("Spawner", "args", ["--ServerApp.disable_check_xsrf=True"]), "other sites"),
    (setting("KubeSpawner", "args", ["--ServerApp.allow_origin=*"]), "any site"),
]


@pytest.mark.parametrize(("change", "sentence"), UNSAFE, ids=[sentence for _, sentence in UNSAFE])
def test_what_is_unsafe_is_one_sentence_with_a_way_out(change: Change, sentence: str) -> None:
    c = Config()
    change(c)
    faults = lint(c, {}, one_machine=False)
    assert len(faults) == 1
    assert sentence in faults[0].detail
    assert faults[0].hint


def test_an_expression_deep_in_a_profile_is_found_and_so_is_a_privileged_choice() -> None:
    choice = {"unlisted_choice": {"enabled": True, "validation_regex": "^quay.io/ours/.*$"}}
    profile = {"display_name": "x", "kubespawner_override": {"privileged": True}}
    profile["profile_options"] = {"image": choice}
    found = said(setting("KubeSpawner", "profile_list", [profile]))
    assert len(found) == 2
    assert any("profile_list.profile_options.image.unlisted_choice.valid" in each for each in found)


def test_what_is_safe_is_silent() -> None:
    def good(c: Config) -> None:
        c.JupyterHub.authenticator_class = "generic-oauth"
        c.JupyterHub.load_roles = [{"name": "admin"}, {"name": "user", "scopes": ["self"]}]
        c.JupyterHub.hub_bind_url = "http://127.0.0.1:8081"
        c.ConfigurableHTTPProxy.api_url = "http://localhost:8001"
        c.GenericOAuthenticator.enable_auth_state = True
        c.GenericOAuthenticator.allowed_groups = {"ours"}
        c.EohubAuthenticator.allow_all = True
        c.CryptKeeper.keys = [b"x" * 32]
        c.KubeSpawner.uid = 1000
        c.KubeSpawner.allow_privilege_escalation = False
        c.Authenticator.username_pattern = r"[a-z]+\Z"

    assert said(good, one_machine=True) == []


def test_a_key_in_the_environment_is_a_key() -> None:
    keeps = setting("Authenticator", "enable_auth_state", True)
    assert said(keeps, environ={"JUPYTERHUB_CRYPT_KEY": "00" * 32}) == []


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [
        ("JupyterHub", "hub_bind_url", "http://0.0.0.0:8081"),
        ("JupyterHub", "hub_bind_url", "http://:8081"),
        ("JupyterHub", "hub_ip", "0.0.0.0"),
        ("ConfigurableHTTPProxy", "api_url", "http://192.168.1.5:8001"),
    ],
)
def test_an_inner_port_of_one_machine_stays_on_it(section: str, name: str, value: str) -> None:
    assert "other machines" in said(setting(section, name, value), one_machine=True)[0]
    assert said(setting(section, name, value)) == [], "in a cluster the hub must be reached"


def test_a_configuration_without_end_is_looked_at_to_a_bounded_depth() -> None:
    loop: dict[str, object] = {}
    loop["again"] = loop
    assert said(setting("KubeSpawner", "extra_pod_config", loop)) == []


def test_a_file_is_loaded_and_one_that_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text("c.JupyterHub.authenticator_class = 'dummy'")
    assert configuration_in(tmp_path / "good.py").JupyterHub.authenticator_class == "dummy"
    (tmp_path / "bad.py").write_text("c.JupyterHub.ip = 1 / 0")
    with pytest.raises(BrokenState, match="ZeroDivisionError"):
        configuration_in(tmp_path / "bad.py")
    with pytest.raises(BrokenState, match="no such file"):
        configuration_in(tmp_path / "absent.py")
