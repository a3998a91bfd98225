"""Paths as the Lab's file browser gives them, which begin at the folder that the Jupyter server shows."""

from pathlib import Path

from eohub_cubes.contract import SourceQuery, VirtualQuery
from eohub_cubes.reading.paths import whole


class ServerPaths:
    """Makes paths whole that begin in the folder that the Jupyter server shows, or at ~/."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def of_source[Q: SourceQuery](self, query: Q) -> Q:
        """A query with the whole path of its data; an item's addresses are not a person's, and stay."""
        source = query.source
        if source.item is not None:
            return query
        assets = [each.model_copy(update={"href": self._whole(each.href)}) for each in source.assets]
        return query.model_copy(update={"source": source.model_copy(update={"assets": tuple(assets)})})

    def of_virtual(self, query: VirtualQuery) -> VirtualQuery:
        """A query with the whole paths of its files and of its target."""
        addresses = tuple(map(self._whole, query.addresses))
        return query.model_copy(update={"addresses": addresses, "target": self._whole(query.target)})

    def _whole(self, address: str) -> str:
        return whole(address, self._root)
