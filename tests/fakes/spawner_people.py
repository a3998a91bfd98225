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
        self._numbers = {name: number for number, name in enumerate(names, start=1)}

    def named(self, name: str) -> FakePerson | None:
        number = self._numbers.get(name)
        if number is None:
            return None
        return FakePerson(number, "https://issuer.example", f"subject-of-{name}")
