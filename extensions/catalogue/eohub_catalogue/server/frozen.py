"""What the root of a folder or .zip file tells: whether it is a frozen search, and its title."""

import json
from collections.abc import Mapping

from eohub_catalogue.frozen_documents import SEARCH
from eohub_catalogue.naming import ROOT
from eohub_catalogue.reading import mapping, text
from eohub_catalogue.server.trees import Tree
from eohub_toolkit.errors import EohubError

_LARGEST_ROOT = 4 * 1024 * 1024


def frozen_title(tree: Tree) -> str | None:
    """The title of a frozen search, or None where the files are none."""
    root = _root(tree)
    if root.get("type") != "Catalog" or SEARCH not in root:
        return None
    return text(root.get("title"), 100) or text(root.get("id"), 100) or "Frozen search"


def told_title(tree: Tree) -> str | None:
    """The title that the catalogue at the root of the files gives itself, or None."""
    root = _root(tree)
    return text(root.get("title"), 100) if root.get("type") in ("Catalog", "Collection") else None


def _root(tree: Tree) -> Mapping[str, object]:
    try:
        return mapping(json.loads(tree.read(ROOT, _LARGEST_ROOT)))
    except (EohubError, ValueError, RecursionError, OSError):
        return {}
