"""The network as the pod's half sees it: names that resolve as told, answers in order, a clock that jumps."""

from collections.abc import Callable, Sequence

import httpx2

from eohub_catalogue.server.budget import Budgets, Clock
from eohub_catalogue.server.web import Web

type Answering = httpx2.Response | Exception | Callable[[httpx2.Request], httpx2.Response]


class JumpingClock(Clock):
    """Sleeping moves the clock on and takes no time; `slept` holds how long each was."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.slept: list[float] = []

    def now(self) -> float:
        """Seconds of this clock."""
        return self.at

    async def sleep(self, seconds: float) -> None:
        """Jump."""
        self.slept.append(round(seconds, 3))
        self.at += seconds


class Answers(httpx2.AsyncBaseTransport):
    """Gives prepared answers one after another, the last one for ever, and keeps what it was asked."""

    def __init__(self, *answers: Answering) -> None:
        self.answers = list(answers)
        self.asked: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer."""
        await request.aread()
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx2.Response) else answer(request)


class Names:
    """A resolver: each name's answers one after another, the last one for ever; other names are unknown."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self.answers = {name.replace("_", "."): list(each) for name, each in answers.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """The addresses of a host."""
        self.asked.append(host)
        known = self.answers.get(host)
        if known is None:
            raise OSError("Name or service not known")
        return known.pop(0) if len(known) > 1 else known[0]


def open_web(transport: httpx2.AsyncBaseTransport, clock: Clock | None = None, **rates: float) -> Web:
    """A way out that goes through a transport of the test's, and never waits in earnest."""
    named = {host.replace("_", "."): rate for host, rate in rates.items()}
    return Web(Budgets(named, clock or JumpingClock()), transport, deadline_seconds=10)
