"""The one address of a hub that a service asks: whose token it is."""

import json
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def token_hub(scopes: Mapping[str, Sequence[str]]) -> Generator[str]:
    """A hub that knows these tokens, each with its scopes; gives the address of its API."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            token = self.headers.get("Authorization", "").removeprefix("token ")
            known = self.path == "/hub/api/user" and token in scopes
            user = {"name": "ann", "kind": "user", "groups": [], "scopes": list(scopes.get(token, ()))}
            body = json.dumps(user if known else {"message": "Missing or invalid credentials."}).encode()
            self.send_response(200 if known else 403)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hub/api"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
