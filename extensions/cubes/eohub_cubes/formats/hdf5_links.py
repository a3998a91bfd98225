"""An HDF5 file without links to other files: the library would open those by itself, past any check."""

from collections.abc import Iterator
from typing import Any, cast, override

import h5py
import h5py.h5l as h5l


class OwnGroup(h5py.Group):
    """A group whose links lead to what lies in its own file; the others are not there."""

    @override
    def __iter__(self) -> Any:
        return (name for name in _names(self) if is_own(self, name))

    @override
    def __getitem__(self, name: Any) -> Any:
        found = super().__getitem__(name)
        return OwnGroup(found.id) if type(found) is h5py.Group else found


class OwnFile(OwnGroup, h5py.File):
    """A file that is read without its links to other files."""


def is_own(group: h5py.Group, name: str) -> bool:
    """Whether a name of a group stands for what lies in the same file; opens no other."""
    kind = group.id.links.get_info(name.encode()).type
    if kind == h5l.TYPE_SOFT:
        return _leads_inside(group, name)
    return kind == h5l.TYPE_HARD


def links_away(group: h5py.Group) -> list[str]:
    """Names of a group that stand for nothing in the same file."""
    return [name for name in _names(group) if not is_own(group, name)]


def _names(group: h5py.Group) -> Iterator[str]:
    return cast(Iterator[str], h5py.Group.__iter__(group))


def _leads_inside(group: h5py.Group, name: str) -> bool:
    """Whether a soft link leads to a dataset over hard links alone; groups are found by their own names."""
    target: bytes = group.id.links.get_val(name.encode())
    start = h5py.h5g.open(group.id, b"/") if target.startswith(b"/") else group.id
    path = b""
    for part in target.split(b"/"):
        path = b"/".join(filter(None, (path, part)))
        if path and not (start.links.exists(path) and start.links.get_info(path).type == h5l.TYPE_HARD):
            return False
    return group.get(name, getclass=True) is h5py.Dataset
