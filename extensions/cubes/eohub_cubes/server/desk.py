"""What the process that reads data holds on to between questions: opened data, speeds, its memory."""

from collections import OrderedDict
from concurrent.futures import Future
from threading import Lock

from eohub_cubes.contract import DataAsset, SourceQuery
from eohub_cubes.errors import Cancelled, NotReadable
from eohub_cubes.formats.keeping import with_places_kept
from eohub_cubes.formats.opening import Open, open_cube
from eohub_cubes.ports import Bandwidth, MemoryGauge, OpenCube
from eohub_cubes.reading.opening import reader_of_item
from eohub_cubes.reading.traffic import stop_if_cancelled
from eohub_cubes.remembering import RememberingCube

_MOST_OPEN = 8
_LOOK_SECONDS = 0.1
"""How often a question that waits for another's opening looks whether somebody still waits for itself."""


class Desk:
    """Opened data by source, opened once for all that ask, the least lately used let go first."""

    def __init__(self, memory: MemoryGauge, bandwidth: Bandwidth, opens: Open = open_cube) -> None:
        self.memory = memory
        self.bandwidth = bandwidth
        self._opens = opens
        self._open: OrderedDict[str, Future[OpenCube]] = OrderedDict()
        self._left: list[OpenCube] = []
        self._lock = Lock()

    def cube(self, query: SourceQuery) -> tuple[DataAsset, OpenCube]:
        """The data that a query is about, opened where it is not open yet; raises what `open_cube` raises."""
        asset = asset_of(query)
        while True:
            opening, is_ours = self._begun(_key(asset, query.group))
            if is_ours:
                return asset, self._opened(opening, asset, query)
            try:
                return asset, _waited_for(opening)
            except Cancelled:
                # Of the one that opened it; raises where it is our own question that nobody waits for.
                stop_if_cancelled()

    def forget(self, query: SourceQuery) -> None:
        """Let go of the data of a query, so that it is opened anew: it changed, or somebody wants to know."""
        with self._lock:
            self._let_go(_key(asset_of(query), query.group))

    def tidy(self) -> None:
        """Close what was let go of; for a moment in which nothing is being read."""
        with self._lock:
            left, self._left = self._left, []
        for each in left:
            each.close()

    def _begun(self, key: str) -> tuple[Future[OpenCube], bool]:
        with self._lock:
            found = self._open.get(key)
            if found is not None:
                self._open.move_to_end(key)
                return found, False
            begun = self._open[key] = Future[OpenCube]()
            for oldest in [*self._open][: max(0, len(self._open) - _MOST_OPEN)]:
                self._let_go(oldest)
            return begun, True

    def _opened(self, opening: Future[OpenCube], asset: DataAsset, query: SourceQuery) -> OpenCube:
        item = None if query.source.item is None else query.source.item.href
        try:
            found = self._opens(asset, query.group, reader_of_item(asset, item))
            found.dataset = with_places_kept(found.dataset)
            cube = RememberingCube(found)
        except BaseException as error:
            with self._lock:
                key = _key(asset, query.group)
                if self._open.get(key) is opening:
                    del self._open[key]
            opening.set_exception(error)
            raise
        opening.set_result(cube)
        return cube

    def _let_go(self, key: str) -> None:
        opening = self._open.pop(key, None)
        if opening is not None:
            opening.add_done_callback(self._leave)

    def _leave(self, opening: Future[OpenCube]) -> None:
        if opening.exception() is None:
            self._left.append(opening.result())


def asset_of(query: SourceQuery) -> DataAsset:
    """The asset that a query is about; raises NotReadable for a name that the source does not have."""
    if query.asset is None:
        return query.source.assets[0]
    found = next((each for each in query.source.assets if each.key == query.asset), None)
    if found is None:
        raise NotReadable(f"This item has no asset {query.asset}.")
    return found


def _key(asset: DataAsset, group: str | None) -> str:
    return f"{asset.model_dump_json()} {group!r}"


def _waited_for(opening: Future[OpenCube]) -> OpenCube:
    while True:
        stop_if_cancelled()
        try:
            return opening.result(_LOOK_SECONDS)
        except TimeoutError:
            if opening.done():
                raise
