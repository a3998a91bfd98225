"""The extension registers itself with a Jupyter server."""

import json
from pathlib import Path

import httpx2
import pytest
import yaml
from fakes.lifetime_pod import LIVES
from tornado.web import Application

from eohub_lifetime.contract import Report
from eohub_lifetime.errors import CannotKeep
from eohub_lifetime.server import dask_client
from eohub_lifetime.server.extension import PREFIX, register
from eohub_lifetime.server.service_api import ServiceApi
from eohub_lifetime.server.settings import ServerSettings
from eohub_toolkit.errors import Forbidden, Unavailable, Upstream
from eohub_toolkit.http import Client
from eohub_toolkit.settings import SettingsError, load

ROOM = Path(__file__).parents[4] / "extensions" / "lifetime"


class ServerApp:
    def __init__(self, base_url: str) -> None:
        self.web_app = Application([], base_url=base_url)


async def test_registering_adds_one_rule_below_the_servers_address() -> None:
    server = ServerApp("/user/demo/")
    before = len(server.web_app.default_router.rules)
    register(server)
    assert len(server.web_app.default_router.rules) == before + 1
    assert PREFIX == "/eohub/lifetime"


def test_jupyter_and_dask_are_told_of_modules_that_exist() -> None:
    jupyter = json.loads((ROOM / "jupyter-config" / "eohub_lifetime.json").read_text())
    assert jupyter["ServerApp"]["jpserver_extensions"] == {"eohub_lifetime.server": True}
    dask = yaml.safe_load((ROOM / "dask-config" / "eohub-lifetime.yaml").read_text())
    assert dask["distributed"]["client"]["preload"] == [dask_client.__name__]


def test_the_token_is_that_which_jupyterhub_gives_and_no_log_shows_it() -> None:
    environ = {"EOHUB_LIFETIME_SERVER_URL": "http://hub/services/lifetime", "JUPYTERHUB_API_TOKEN": "abc"}
    settings = load(ServerSettings, environ)
    assert settings.hub_token.get_secret_value() == "abc"
    assert "abc" not in repr(settings)
    with pytest.raises(SettingsError, match="EOHUB_LIFETIME_SERVER_URL"):
        load(ServerSettings, {"EOHUB_LIFETIME_SERVER_URL": "no address"})


class TestService:
    """What the service answers, in errors with words for the person."""

    def api(self, status: int, body: object) -> ServiceApi:
        self.asked: list[httpx2.Request] = []

        def answer(request: httpx2.Request) -> httpx2.Response:
            self.asked.append(request)
            return httpx2.Response(status, content=json.dumps(body))

        return ServiceApi(Client("http://hub/x/", transport=httpx2.MockTransport(answer)), "abc")

    async def test_a_report_goes_with_the_servers_own_token(self) -> None:
        api = self.api(200, LIVES.model_dump())
        assert await api.report(Report(busy_kernels=1)) == LIVES
        assert self.asked[0].headers["Authorization"] == "token abc"
        assert json.loads(self.asked[0].content)["busy_kernels"] == 1
        assert await api.keep() == LIVES
        assert [each.url.path for each in self.asked] == ["/x/report", "/x/keep"]

    @pytest.mark.parametrize(
        ("status", "kind"), [(409, CannotKeep), (401, Forbidden), (403, Forbidden), (404, Upstream)]
    )
    async def test_a_refusal_keeps_its_words(self, status: int, kind: type[Exception]) -> None:
        with pytest.raises(kind, match=r"Not now\.") as caught:
            await self.api(status, {"detail": "Not now.", "hint": "Later."}).keep()
        assert getattr(caught.value, "hint", None) == "Later."

    async def test_an_answer_that_is_none_is_told_of(self) -> None:
        with pytest.raises(Upstream, match="answered 418"):
            await self.api(418, []).keep()

    async def test_a_service_that_is_not_there_is_unavailable(self) -> None:
        def gone(request: httpx2.Request) -> httpx2.Response:
            raise httpx2.ConnectError("refused", request=request)

        api = ServiceApi(Client("http://hub/x/", transport=httpx2.MockTransport(gone)), "abc")
        with pytest.raises(Unavailable):
            await api.report(Report())
