"""A store whose signatures end, and the item whose addresses are signed whenever it is read."""

import json
from typing import Any

from fakes.cubes_server import Asked, ObjectServer, Reply

from eohub_cubes.contract import DataAsset


class Signing:
    """Each signature of `/cube` is good for some answers."""

    def __init__(self, objects: dict[str, bytes], good_for: int) -> None:
        self.server = ObjectServer()
        self.server.objects = objects
        self.server.answers = self._answer
        self.signed = 1
        self._left = self._good_for = good_for
        self._address = ""

    def asset(self, address: str) -> DataAsset:
        """The asset as it was found at first, on a server at an address."""
        return DataAsset(key="d", href=f"{address}/cube?sig=1&sv=1")

    def item(self, address: str) -> str:
        """Where the item lies."""
        self._address = address
        return f"{address}/item.json"

    def document(self) -> dict[str, Any]:
        """The item as it is told now."""
        href = f"{self._address}/cube?sig={self.signed}&sv=1"
        links = [{"rel": "self", "href": f"{self._address}/item.json"}]
        return {"id": "i", "properties": {}, "links": links, "assets": {"d": {"href": href, "type": "hdf5"}}}

    def _answer(self, asked: Asked) -> Reply | None:
        if asked.path == "/item.json":
            self.signed += 1
            self._left = self._good_for
            return Reply(200, body=json.dumps(self.document()).encode())
        self._left -= 1
        is_good = asked.query["sig"] == [str(self.signed)] and self._left >= 0
        return None if is_good else Reply(403)
