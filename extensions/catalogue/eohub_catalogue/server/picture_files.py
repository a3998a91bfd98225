"""Pictures of catalogues in a folder or .zip file, read only below it."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from eohub_catalogue.contract import CatalogueSource
from eohub_catalogue.pictures import MOST_BYTES
from eohub_catalogue.server.home import Home
from eohub_catalogue.server.trees import open_tree
from eohub_toolkit.errors import Invalid, NotFound

_ZIP = "zip://"


class PictureFiles:
    """Reads files that items of local catalogues name by their path."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def read(self, source: CatalogueSource, address: str) -> bytes:
        """The bytes of a file below the catalogue's own folder; raises NotFound for any other."""
        if source.path is None:
            raise NotFound("The picture lies on another machine.")
        try:
            root = self._home.path_of(source.path, trusted=not source.own)
            tree = open_tree(root)
            try:
                return tree.read(_name_below(root, address), MOST_BYTES)
            finally:
                tree.close()
        except (Invalid, OSError, ValueError) as error:
            raise NotFound("The picture is not below the catalogue's folder, or is too large.") from error


def _name_below(root: Path, address: str) -> str:
    """The name of a file below a root; raises ValueError for one that lies elsewhere."""
    if address.startswith(_ZIP):
        name, _, archive = address.removeprefix(_ZIP).rpartition("::")
        if Path(archive) != root:
            raise ValueError("another archive")
        return name
    path = Path(unquote(urlsplit(address).path) if address.startswith("file:") else address)
    return path.relative_to(root.parent if root.is_file() else root).as_posix()
