"""Paths as the Lab's file browser gives them, which begin at the folder that the Jupyter server shows."""

from collections.abc import Sequence
from glob import glob
from itertools import islice
from pathlib import Path

from eohub_cubes.contract import SourceQuery, VirtualQuery
from eohub_cubes.errors import NotReadable
from eohub_cubes.reading.paths import whole
from eohub_cubes.wire import MOST_FILES


class ServerPaths:
    """Makes paths whole that begin in the folder that the Jupyter server shows, or at ~/."""

    def __init__(self, root: Path, most_files: int = MOST_FILES) -> None:
        self._root = root
        self._most_files = most_files

    def of_source[Q: SourceQuery](self, query: Q) -> Q:
        """A query with the whole path of its data; an item's addresses are not a person's, and stay."""
        source = query.source
        if source.item is not None:
            return query
        assets = [each.model_copy(update={"href": self._whole(each.href)}) for each in source.assets]
        return query.model_copy(update={"source": source.model_copy(update={"assets": tuple(assets)})})

    def of_virtual(self, query: VirtualQuery) -> VirtualQuery:
        """A query with the whole paths of its files, patterns among them followed, and of its target.

        Raises NotReadable for more files than a cube is made of.
        """
        found = (path for address in query.addresses for path in self._files(address))
        addresses = tuple(islice(dict.fromkeys(found), self._most_files + 1))
        if len(addresses) > self._most_files:
            raise NotReadable(
                f"A virtual cube is made of at most {self._most_files:,} files.",
                hint="Make several, such as one for each decade.",
            )
        return query.model_copy(update={"addresses": addresses, "target": self._whole(query.target)})

    def _files(self, address: str) -> Sequence[str]:
        """The files of a pattern such as sst/*.nc; the address itself where it is none, or nothing fits."""
        path = self._whole(address)
        # A file may be called a[1].nc, which as a pattern is another one.
        is_one = "://" in path or Path(path).exists()
        return [path] if is_one else sorted(glob(path)) or [path]

    def _whole(self, address: str) -> str:
        return whole(address, self._root)
