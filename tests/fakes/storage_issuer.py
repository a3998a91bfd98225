"""A tiny OpenID Connect issuer on a loopback port: discovery, JWKS and signed ID tokens."""

import json
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT_ID = "eohub-hub"


class FakeIssuer:
    """An issuer with one RSA key; `id_token` signs whatever a test wants it to say."""

    def __init__(self, port: int = 0) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.key_id = uuid.uuid4().hex
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                pages = {"/.well-known/openid-configuration": issuer.discovery, "/jwks": issuer.jwks}
                page = pages.get(self.path)
                body = json.dumps(page() if page else {}).encode()
                self.send_response(200 if page else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing: a test's output is its own."""

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def discovery(self) -> dict[str, object]:
        """The parts of the discovery document that a relying party of this fake reads."""
        return {"issuer": self.url, "jwks_uri": f"{self.url}/jwks"}

    def jwks(self) -> dict[str, object]:
        """The public key set."""
        public = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": self.key_id, "use": "sig", "alg": "RS256"}]}

    def id_token(self, name: str, *, lifetime_seconds: float = 3600, **claims: object) -> str:
        """An ID token for `name`; keyword claims replace the usual ones, None removes one."""
        now = time.time()
        usual: dict[str, object] = {
            "iss": self.url,
            "sub": f"sub-{name}",
            "aud": CLIENT_ID,
            "iat": int(now) - 5,
            "exp": int(now + lifetime_seconds),
            "preferred_username": name,
        }
        said = {key: value for key, value in {**usual, **claims}.items() if value is not None}
        return jwt.encode(said, self.key, algorithm="RS256", headers={"kid": self.key_id})

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.shutdown()
        self.server.server_close()
