"""The half in the user's server: says what the server does, and tells the Lab when it ends.

As a Jupyter server extension it imports everything but the registration after the server has started, so that
a server starts no slower.
"""

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, str]]:  # pyright: ignore[reportUnusedFunction]
    return [{"module": "eohub_lifetime.server"}]


def _load_jupyter_server_extension(server_app: Any) -> None:  # pyright: ignore[reportUnusedFunction]
    from eohub_lifetime.server.extension import register

    register(server_app)
