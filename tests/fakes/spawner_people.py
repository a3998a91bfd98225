"""A registry of people in memory, for the spawner."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FakePerson:
    number: int
    issuer: str
    subject: str


class FakePeople:
    """Numbers people in the order in which they are named; anybody else has never logged in."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def named(self, name: str) -> FakePerson | None:
        if name not in self._names:
            return None
        return FakePerson(self._names.index(name) + 1, "https://issuer.example", f"subject-of-{name}")
