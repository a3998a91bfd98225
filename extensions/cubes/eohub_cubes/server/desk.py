"""What the process that reads data holds on to between questions: opened data, speeds, its memory."""

from collections import OrderedDict
from threading import Lock

from eohub_cubes.contract import DataAsset, SourceQuery
from eohub_cubes.errors import NotReadable
from eohub_cubes.formats.opening import open_cube
from eohub_cubes.ports import Bandwidth, MemoryGauge, OpenCube
from eohub_cubes.reading.opening import reader_of

_MOST_OPEN = 8


class Desk:
    """Opened data by source, the least lately used closed first. Any thread may call it."""

    def __init__(self, memory: MemoryGauge, bandwidth: Bandwidth) -> None:
        self.memory = memory
        self.bandwidth = bandwidth
        self._open: OrderedDict[str, OpenCube] = OrderedDict()
        self._lock = Lock()

    def cube(self, query: SourceQuery) -> tuple[DataAsset, OpenCube]:
        """The data that a query is about, opened where it is not open yet."""
        asset = asset_of(query)
        key = f"{asset.model_dump_json()} {query.group}"
        with self._lock:
            found = self._open.get(key)
            if found is not None:
                self._open.move_to_end(key)
                return asset, found
        opened = open_cube(asset, query.group, reader_of(asset))
        with self._lock:
            self._open[key] = opened
            left = [self._open.popitem(last=False)[1] for _ in range(len(self._open) - _MOST_OPEN)]
        for each in left:
            each.close()
        return asset, opened

    def forget(self, query: SourceQuery) -> None:
        """Close the data of a query, so that it is opened anew: it changed, or cannot be read."""
        key = f"{asset_of(query).model_dump_json()} {query.group}"
        with self._lock:
            found = self._open.pop(key, None)
        if found is not None:
            found.close()


def asset_of(query: SourceQuery) -> DataAsset:
    """The asset that a query is about; raises NotReadable for a name that the source does not have."""
    if query.asset is None:
        return query.source.assets[0]
    found = next((each for each in query.source.assets if each.key == query.asset), None)
    if found is None:
        raise NotReadable(f"This item has no asset {query.asset}.")
    return found
