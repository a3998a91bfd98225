"""The half that runs in the user's pod: a Jupyter server extension.

Everything but the registration is imported with the first request, so that a server starts no slower.
"""

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, str]]:  # pyright: ignore[reportUnusedFunction]
    return [{"module": "eohub_catalogue.server"}]


def _load_jupyter_server_extension(server_app: Any) -> None:  # pyright: ignore[reportUnusedFunction]
    from eohub_catalogue.server.extension import register

    register(server_app)
