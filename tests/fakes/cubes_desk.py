"""A desk in a test: enough memory, no speeds, and data that is opened as the test says."""

from pathlib import Path

from eohub_cubes.formats.opening import Open, open_cube
from eohub_cubes.ports import Memory
from eohub_cubes.reading.speeds import RememberedBandwidth
from eohub_cubes.server.desk import Desk


class EnoughMemory:
    """The port MemoryGauge of a server that has enough."""

    def now(self) -> Memory:
        return Memory(free=2**30, limit=2**31)


def desk(opens: Open = open_cube) -> Desk:
    """A desk that remembers no speeds from before."""
    return Desk(EnoughMemory(), RememberedBandwidth(Path("/dev/null/no-file")), opens)
