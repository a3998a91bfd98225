"""DestinE as the catalogue's server sees it: two realms that give tokens, a hub, an HDA that wants one."""

from typing import Any
from urllib.parse import parse_qsl

import httpx2
from fakes.stac_upstream import ROOT, StacUpstream

PLATFORM = "https://auth.example.org/realms/desp"
DATA_LAKE = "https://identity.example.org/auth/realms/dedl"
HUB = "http://10.0.0.1:8081/hub/api"


class Destine:
    """Answers for all of them by host. Each token is good once its number is the last that was given."""

    def __init__(self, hda: StacUpstream) -> None:
        self.hda = hda
        self.asked: list[httpx2.Request] = []
        self.forms: list[dict[str, str]] = []
        self.given = 0
        self.refresh_token = "refresh-1"
        self.rotates = False
        self.accepts = True
        self.answers: dict[str, httpx2.Response] = {}

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one request, by host and path."""
        self.asked.append(request)
        url = str(request.url)
        for ending, answer in self.answers.items():
            if url.endswith(ending):
                return answer
        if url.startswith(ROOT):
            return self._hda(request)
        if url.endswith("/.well-known/openid-configuration"):
            issuer = url.removesuffix("/.well-known/openid-configuration")
            return httpx2.Response(200, json={"issuer": issuer, "token_endpoint": f"{issuer}/token"})
        self.forms.append(dict(parse_qsl(request.content.decode())))
        if url.startswith(HUB):
            return self._token({"expires_at": 9e9})
        if url.startswith(PLATFORM):
            return self._refreshed(self.forms[-1])
        return self._token({"expires_in": 300})

    def _hda(self, request: httpx2.Request) -> httpx2.Response:
        is_search = request.url.path.endswith("/search")
        good = self.accepts and request.headers.get("authorization") == f"Bearer token-{self.given}"
        if is_search and not good:
            return httpx2.Response(401, json={"detail": "Unauthorized"})
        return self.hda.handle(request)

    def _refreshed(self, form: dict[str, str]) -> httpx2.Response:
        if form.get("refresh_token") != self.refresh_token:
            return httpx2.Response(400, json={"error": "invalid_grant"})
        if self.rotates:
            self.refresh_token = f"refresh-{len(self.forms) + 1}"
        answer = {"access_token": "platform-token", "refresh_token": self.refresh_token}
        return httpx2.Response(200, json=answer)

    def _token(self, more: dict[str, Any]) -> httpx2.Response:
        self.given += 1
        return httpx2.Response(200, json={"access_token": f"token-{self.given}", **more})
