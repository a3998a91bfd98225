"""The parts behind the routes, of which none opens or asks anything when it is made."""

from typing import Any

import pytest

from eohub_catalogue.ports import Freezer, Orders, Quicklooks, SavedThings, Twins
from eohub_catalogue.server.catalogues import Catalogues
from eohub_catalogue.server.data_store import DataStoreProbe
from eohub_catalogue.server.parts import parts_of
from eohub_catalogue.server.routes import ROUTES
from eohub_toolkit.routes import handlers
from eohub_toolkit.settings import SettingsError


def test_every_route_is_given_what_it_asks_for() -> None:
    parts = parts_of({}, ())
    assert parts.keys() == {Catalogues, DataStoreProbe, SavedThings, Freezer, Orders, Twins, Quicklooks}
    assert handlers("/", "/eohub/catalogue", ROUTES, parts)


async def test_a_wrong_setting_is_said_by_the_first_route_and_not_before() -> None:
    parts: Any = parts_of({"EOHUB_CATALOGUE_SERVER_CATALOGUES": "["}, ())
    with pytest.raises(SettingsError):
        await parts[Catalogues].all()
