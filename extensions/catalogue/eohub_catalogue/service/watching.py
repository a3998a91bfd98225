"""Work that ends when nobody waits for its answer any more."""

from collections.abc import Awaitable, Callable

from anyio import Event, create_task_group
from fastapi import Request

from eohub_toolkit.errors import EohubError


class NobodyWaits(EohubError):
    """The caller has gone; the answer goes nowhere, and is no empty success."""

    code = "nobody_waits"

    def __init__(self) -> None:
        super().__init__("The caller has gone before the answer was ready.")


async def while_connected[Result](request: Request, work: Callable[[], Awaitable[Result]]) -> Result:
    """What `work` gives; it is cancelled when the caller goes away, and NobodyWaits raised.

    The request's body has to have been read before.
    """
    results: list[Result] = []
    failures: list[Exception] = []
    gone = Event()

    async with create_task_group() as group:

        async def run() -> None:
            try:
                results.append(await work())
            except Exception as error:
                failures.append(error)
            group.cancel_scope.cancel()

        async def watch() -> None:
            while (await request.receive())["type"] != "http.disconnect":
                pass
            gone.set()
            group.cancel_scope.cancel()

        group.start_soon(run)
        group.start_soon(watch)
    if results:
        return results[0]
    raise NobodyWaits if gone.is_set() or not failures else failures[0]
