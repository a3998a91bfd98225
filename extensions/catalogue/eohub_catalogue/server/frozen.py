"""A frozen search as it lies in a folder or .zip file: how it is told from other STAC files."""

import json

from eohub_catalogue.frozen_documents import SEARCH
from eohub_catalogue.naming import ROOT
from eohub_catalogue.reading import mapping, text
from eohub_catalogue.server.trees import Tree
from eohub_toolkit.errors import EohubError

_LARGEST_ROOT = 4 * 1024 * 1024


def frozen_title(tree: Tree) -> str | None:
    """The title of a frozen search, or None where the files are none."""
    try:
        root = mapping(json.loads(tree.read(ROOT, _LARGEST_ROOT)))
    except (EohubError, ValueError, RecursionError, OSError):
        return None
    if root.get("type") != "Catalog" or SEARCH not in root:
        return None
    return text(root.get("title"), 100) or text(root.get("id"), 100) or "Frozen search"
