"""The half in the user's server: what the cube view of the Lab asks, answered by a process that reads data.

As a Jupyter server extension it imports everything but the registration with the first request, so that a
server starts no slower.
"""

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, str]]:  # pyright: ignore[reportUnusedFunction]
    return [{"module": "eohub_cubes.server"}]


def _load_jupyter_server_extension(server_app: Any) -> None:  # pyright: ignore[reportUnusedFunction]
    from eohub_cubes.server.extension import register

    register(server_app)
