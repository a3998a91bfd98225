"""What every `Quicklooks` promises, asked of the pod's and of those in memory alike."""

from pathlib import Path

import httpx2
import pytest
from fakes.catalogue_web import Answers, open_web
from fakes.quicklooks import MemoryQuicklooks, image_file, opened
from fakes.stac_catalogue import MemoryCatalogue
from fakes.stac_documents import cube_item

from eohub_catalogue.contract import CatalogueSource
from eohub_catalogue.item_contract import AssetKey
from eohub_catalogue.ports import Quicklooks
from eohub_catalogue.server.catalogues import Catalogues
from eohub_catalogue.server.home import Home
from eohub_catalogue.server.picture_files import PictureFiles
from eohub_catalogue.server.quicklook import PodQuicklooks
from eohub_catalogue.server.settings import ServerSettings
from eohub_catalogue.server.thumbnails import small_picture
from eohub_catalogue.summary import summary_of
from eohub_toolkit.errors import NotFound

THUMBNAIL = {"href": "https://files.example.org/t.png", "type": "image/png", "roles": ["thumbnail"]}
ITEM = cube_item(assets={"thumbnail": THUMBNAIL, "data": cube_item()["assets"]["data"]})


def key(asset: str) -> AssetKey:
    return AssetKey(catalogue="site", collection=ITEM["collection"], item=ITEM["id"], asset=asset)


class QuicklooksContract:
    async def test_a_picture_is_small_and_of_a_kind_that_browsers_show(self, quicklooks: Quicklooks) -> None:
        picture = await quicklooks.picture(key("thumbnail"))
        assert picture.media_type == "image/webp"
        assert max(opened(picture).size) <= 512

    async def test_an_asset_without_a_picture_is_not_found(self, quicklooks: Quicklooks) -> None:
        for asset in ("data", "missing"):
            with pytest.raises(NotFound):
                await quicklooks.picture(key(asset))

    async def test_rows_may_be_noted_before_and_again(self, quicklooks: Quicklooks) -> None:
        for _ in range(2):
            await quicklooks.note([summary_of(ITEM, "site"), summary_of(None, "site")], [ITEM, None])
        assert (await quicklooks.picture(key("thumbnail"))).body


class TestMemory(QuicklooksContract):
    @pytest.fixture
    def quicklooks(self) -> Quicklooks:
        return MemoryQuicklooks(thumbnail=small_picture(image_file()))


class TestPod(QuicklooksContract):
    @pytest.fixture
    def quicklooks(self) -> Quicklooks:
        source = CatalogueSource(id="site", title="Site", url="https://stac.example.org/")
        settings = ServerSettings(catalogues=(source,))
        catalogues = Catalogues(lambda: settings, lambda source: MemoryCatalogue([ITEM]))
        web = open_web(Answers(lambda request: httpx2.Response(200, content=image_file(size=(900, 900)))))
        return PodQuicklooks(catalogues, lambda: web, PictureFiles(Home(Path("/nowhere"))))
