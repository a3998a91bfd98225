"""An OpenID Connect provider behind the HTTP client's transport: no port, and every answer scripted."""

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import httpx2
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from eohub_hub.login.client import LoginClient
from eohub_hub.login.discovery import Discovery
from eohub_toolkit.http import Client

ISSUER = "https://sso.example.invalid/realms/eohub"
CLIENT_ID = "eohub"
NONCE = "the-nonce"


class Clock:
    """A clock that a test moves by hand; seconds since 1970."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


class LoginProvider:
    """One issuer with keys of three kinds; `answers` replaces what an endpoint says."""

    def __init__(self, clock: Clock | None = None, issuer: str = ISSUER) -> None:
        self.clock = clock or Clock()
        self.issuer = issuer
        self.keys: dict[str, tuple[str, Any]] = {
            "rsa": ("RS256", rsa.generate_private_key(public_exponent=65537, key_size=2048)),
            "ec": ("ES256", ec.generate_private_key(ec.SECP256R1())),
            "ed": ("EdDSA", ed25519.Ed25519PrivateKey.generate()),
        }
        self.asked: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.userinfo: dict[str, Any] = {
            "sub": "subject-1",
            "preferred_username": "anna",
            "groups": ["/eo-users"],
        }
        self.tokens: Callable[[dict[str, str]], httpx2.Response] = lambda form: self.token_answer()
        self.answers: dict[str, Callable[[], httpx2.Response]] = {}
        self.metadata: dict[str, Any] = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/auth",
            "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/userinfo",
            "jwks_uri": f"{issuer}/jwks",
            "end_session_endpoint": f"{issuer}/logout",
        }

    def http(self) -> Client:
        """The toolkit's client, wired to this provider."""
        return Client(
            self.issuer, attempts=1, deadline_seconds=5, transport=httpx2.MockTransport(self._answer)
        )

    def discovery(self) -> Discovery:
        """Our view of this provider's document and keys."""
        return Discovery(self.issuer, self.http(), clock=self.clock)

    def client(self) -> LoginClient:
        """The hub as a client of this provider."""
        return LoginClient(
            self.discovery(),
            self.http(),
            issuer=self.issuer,
            client_id=CLIENT_ID,
            secret="s:e/c",
            clock=self.clock,
        )

    def claims(self, **changes: Any) -> dict[str, Any]:
        """The claims of a valid ID token with `changes`; None removes a claim."""
        now = int(self.clock())
        claims = {
            "iss": self.issuer,
            "sub": "subject-1",
            "aud": CLIENT_ID,
            "exp": now + 3600,
            "iat": now,
            "nonce": NONCE,
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def id_token(self, key: str = "rsa", *, kid: str | None = None, **changes: Any) -> str:
        """A token signed with one of the keys."""
        algorithm, private = self.keys[key]
        return jwt.encode(self.claims(**changes), private, algorithm=algorithm, headers={"kid": kid or key})

    def token_answer(self, *, id_token: str | None = None, **changes: Any) -> httpx2.Response:
        """A good answer of the token endpoint with `changes`; None removes a field."""
        fields = {
            "access_token": "access-1",
            "token_type": "Bearer",
            "expires_in": 600,
            "refresh_token": "refresh-2",
            "id_token": id_token or self.id_token(),
            **changes,
        }
        return httpx2.Response(200, json={name: value for name, value in fields.items() if value is not None})

    def jwks(self) -> dict[str, Any]:
        """The public keys."""
        found: list[dict[str, Any]] = []
        for name, (algorithm, private) in self.keys.items():
            key = jwt.get_algorithm_by_name(algorithm).to_jwk(private.public_key())
            found.append({**json.loads(key), "kid": name, "use": "sig"})
        return {"keys": found}

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        endpoint = request.url.path.rsplit("/", 1)[-1]
        self.asked.append(endpoint)
        if endpoint in self.answers:
            return self.answers[endpoint]()
        match endpoint:
            case "openid-configuration":
                return httpx2.Response(200, json=self.metadata)
            case "jwks":
                return httpx2.Response(200, json=self.jwks())
            case "userinfo":
                return httpx2.Response(200, json=self.userinfo)
            case "token":
                form = dict(parse_qsl(request.content.decode()))
                self.forms.append({**form, "authorization": request.headers.get("Authorization", "")})
                return self.tokens(form)
            case _:
                return httpx2.Response(404)
