"""The half in the user's server: `eohub-credentials` for AWS SDKs, keys for obstore, and the drive.

As a Jupyter server extension it imports everything but the registration with the first request, so that a
server starts no slower.
"""

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, str]]:  # pyright: ignore[reportUnusedFunction]
    return [{"module": "eohub_storage.server"}]


def _load_jupyter_server_extension(server_app: Any) -> None:  # pyright: ignore[reportUnusedFunction]
    from eohub_storage.server.extension import register

    register(server_app)
