"""The S3 of the site is read as a real one: as the environment's own, and as one that an item names."""

from collections.abc import Generator
from pathlib import Path

import pytest
from fakes.storage_issuer import FakeIssuer
from fakes.storage_s3 import REGION, RunningS3, running_s3

from eohub_cubes.contract import DataAsset
from eohub_cubes.errors import AddressRefused, LoginEnded, NoAccess
from eohub_cubes.ports import ObjectReader
from eohub_cubes.reading.addresses import AllowedHosts
from eohub_cubes.reading.guard import Guard
from eohub_cubes.reading.opening import Doors, reader_through

pytestmark = pytest.mark.real
ODD = "a b+ü%41?='(!)*~:@&$,;#.bin"


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningS3]:
    with FakeIssuer() as issuer, running_s3(tmp_path_factory.mktemp("cubes"), issuer) as running:
        admin = running.admin()
        for key, body in {"ten": b"0123456789", "empty": b"", ODD: b"odd", "in/deep": b"d"}.items():
            admin.put_object(Bucket="users", Key=f"data/{key}", Body=body)
        for number in range(1_100):
            admin.put_object(Bucket="users", Key=f"many/{number:04}/x", Body=b"x")
        yield running


def _configured(s3: RunningS3, folder: Path, profile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = s3.admin_keys
    (folder / "config").write_text(
        f"[{profile}]\nregion = {REGION}\nendpoint_url = {s3.endpoint}\n"
        f"aws_access_key_id = {keys.access_key_id}\naws_secret_access_key = {keys.secret_access_key}\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "config"))


def _read(href: str, s3: RunningS3, *allowed: str) -> ObjectReader:
    options = {"client_kwargs": {"endpoint_url": s3.endpoint, "region_name": REGION}}
    asset = DataAsset.model_validate({"key": "d", "href": href, "storage_options": options})
    return reader_through(Doors(guard=Guard(AllowedHosts.of(allowed))), asset)


@pytest.mark.parametrize(("profile", "allowed"), [("default", ()), ("profile named", ("127.0.0.1",))])
async def test_it_is_read_and_listed(
    profile: str, allowed: tuple[str, ...], s3: RunningS3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _configured(s3, tmp_path, profile, monkeypatch)
    data = _read("s3://users/data", s3, *allowed)
    assert (await data.get("ten"), await data.get("ten", 2, 3), await data.get("ten", -4)) == (
        b"0123456789",
        b"234",
        b"6789",
    )
    info = await data.info("ten")
    assert info is not None
    assert (info.size, await data.get("none"), await data.info("none")) == (10, None, None)
    empty = await data.info("empty")
    assert empty is not None
    assert (await data.get(ODD), await data.get("empty"), empty.size) == (b"odd", b"", 0)
    assert sorted([name async for name in data.children("")]) == sorted([ODD, "empty", "in", "ten"])
    assert sorted([key async for key in data.keys("")]) == sorted([ODD, "empty", "in/deep", "ten"])
    many = _read("s3://users/many", s3, *allowed)
    assert [name async for name in many.children("")] == [f"{number:04}" for number in range(1_100)]
    assert len([key async for key in many.keys("")]) == 1_100


async def test_one_that_an_item_names_gets_no_keys_and_is_guarded(
    s3: RunningS3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://own.example.org")
    with pytest.raises((NoAccess, LoginEnded)):
        await _read("s3://users/data", s3, "127.0.0.1").get("ten")
    with pytest.raises(AddressRefused):
        await _read("s3://users/data", s3).get("ten")
