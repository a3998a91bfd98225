"""The plain stack (JupyterHub 6.1.1, OAuthenticator 17.4.0) beside ours, at the same provider.

What is shown is public upstream (JupyterHub's pull request 5500). A failure says that upstream has mended it;
then what we do about it may go.
"""

import json
import os
import secrets
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from fakes.provider_of_people import SECRET, ProviderOfPeople, provider_of_people
from integration.login_servers import ROOT, Browser, Process, free_port

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        (version("jupyterhub"), version("oauthenticator")) != ("6.1.1", "17.4.0"),
        reason="it is known of JupyterHub 6.1.1 with OAuthenticator 17.4.0 only",
    ),
]
CONFIG = """
import json, os
from fakes.absent_proxy import AbsentProxy
from oauthenticator.generic import GenericOAuthenticator

given = json.loads(os.environ["PLAIN_HUB"])
c.JupyterHub.bind_url = c.JupyterHub.hub_bind_url = given["url"]
c.JupyterHub.proxy_class = AbsentProxy
c.JupyterHub.db_url = "sqlite:///" + given["folder"] + "/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = given["folder"] + "/cookie_secret"
c.JupyterHub.authenticator_class = GenericOAuthenticator
plain = c.GenericOAuthenticator
plain.authorize_url, plain.token_url = given["issuer"] + "/auth", given["issuer"] + "/token"
plain.userdata_url = given["issuer"] + "/userinfo"
plain.oauth_callback_url = given["url"] + "/hub/oauth_callback"
plain.client_id, plain.client_secret, plain.basic_auth = "eohub", given["secret"], True
plain.username_claim = "preferred_username"
plain.scope = ["openid"]
plain.enable_auth_state = plain.allow_all = plain.auto_login = True
plain.auth_refresh_age = 1
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[ProviderOfPeople]:
    with provider_of_people() as running:
        yield running


@pytest.fixture(scope="module")
def hub(provider: ProviderOfPeople, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("plain")
    (folder / "jupyterhub_config.py").write_text(CONFIG)
    url = f"http://127.0.0.1:{free_port()}"
    given = {"url": url, "folder": str(folder), "issuer": provider.issuer, "secret": SECRET}
    process = Process(
        command=[sys.executable, "-m", "jupyterhub", "-f", str(folder / "jupyterhub_config.py")],
        environ={
            **os.environ,
            "PYTHONPATH": str(ROOT / "tests"),
            "JUPYTERHUB_CRYPT_KEY": secrets.token_hex(32),
            "PLAIN_HUB": json.dumps(given),
        },
        health_url=f"{url}/hub/health",
        log=Path(folder, "hub.log"),
    )
    try:
        process.start()
        yield process
    finally:
        process.stop()


def test_the_plain_stack_logs_a_traceback_when_a_refresh_is_refused(
    hub: Process, provider: ProviderOfPeople
) -> None:
    home = hub.health_url.replace("health", "home")
    provider.people["refused"] = {"preferred_username": "refused"}
    browser = Browser()
    browser.http.cookies.set("person", "refused", domain="127.0.0.1", path="/auth")
    assert browser.get(home).status_code == 200
    provider.ended.add("refused")
    time.sleep(1.1)
    browser.http.get(home)
    assert "AttributeError: 'HomeHandler' object has no attribute '_token_authenticated'" in hub.output()
