"""What a web server is sent and what becomes of its answers: tokens, redirects, signatures, guarded hosts."""

import asyncio
import json
import netrc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from fakes.cubes_server import Asked, ObjectServer, Reply, serving
from fakes.signed_addresses import Signing

from eohub_cubes.contract import DataAsset
from eohub_cubes.errors import AddressRefused, LoginEnded, NoAccess, NotReadable, StoreBusy
from eohub_cubes.ports import ObjectReader, Traffic
from eohub_cubes.reading import addresses
from eohub_cubes.reading.addresses import AllowedHosts
from eohub_cubes.reading.guard import Guard
from eohub_cubes.reading.logins import Logins
from eohub_cubes.reading.opening import Doors, reader_of, reader_of_item, reader_through
from eohub_cubes.reading.traffic import counted

TOKEN = "a-token-of-mine"


class OneToken:
    def __init__(self) -> None:
        self.given = 0

    async def token(self) -> str:
        self.given += 1
        return f"{TOKEN}-{self.given}"


def reader(href: str, logins: Logins | None = None, guard: Guard | None = None) -> ObjectReader:
    given = logins or Logins()
    return reader_through(Doors(lambda: given, guard), DataAsset(key="d", href=href))


async def test_a_token_goes_to_its_host_and_along_no_redirect() -> None:
    here, there = ObjectServer(), ObjectServer()
    there.objects["/moved"] = b"x"
    with serving(here) as address, serving(there) as other:
        here.answers = lambda asked: Reply(307, {"Location": f"{other}/moved"})
        logins = Logins(OneToken(), takes_tokens=lambda origin: origin == address)
        assert await reader(f"{address}/data", logins).get("") == b"x"
    assert here.asked[0].headers["authorization"] == f"Bearer {TOKEN}-1"
    assert "authorization" not in there.asked[0].headers


async def test_a_token_that_ended_is_got_anew_beneath_the_read() -> None:
    server, tokens = ObjectServer(), OneToken()
    server.objects["/data"] = b"x"

    def answers(asked: Asked) -> Reply | None:
        return None if asked.headers["authorization"].endswith("-2") else Reply(401)

    server.answers = answers
    with serving(server) as address, counted(Traffic()) as traffic:
        data = reader(f"{address}/data", Logins(tokens, takes_tokens=lambda origin: True))
        assert await data.get("") == b"x"
    assert (traffic.renewals, traffic.requests) == (1, 2)


async def test_a_login_that_is_refused_is_told_without_the_token() -> None:
    server = ObjectServer()
    server.answers = lambda asked: Reply(401, body=f"no {TOKEN}".encode())
    with serving(server) as address:
        data = reader(f"{address}/data", Logins(OneToken(), takes_tokens=lambda origin: True))
        with pytest.raises(LoginEnded) as caught:
            await data.get("")
    assert TOKEN not in f"{caught.value.detail}{caught.value.hint}{caught.value!r}{data!r}"


@pytest.mark.parametrize("query", ["X-Amz-Signature=abc&X-Amz-Expires=60", "sv=1&sig=abc", "Signature=abc"])
@pytest.mark.parametrize("status", [401, 403])
async def test_a_signature_that_ended_is_told_so_without_it(query: str, status: int) -> None:
    server = ObjectServer()
    server.answers = lambda asked: Reply(status)
    with serving(server) as address, pytest.raises(LoginEnded, match="signed address") as caught:
        await reader(f"{address}/data.nc?{query}").get("")
    assert "abc" not in f"{caught.value.detail}{caught.value.hint}"
    assert server.asked[0].query


async def test_a_host_that_does_not_let_one_in_is_told_with_what_to_do() -> None:
    server = ObjectServer()
    server.answers = lambda asked: Reply(403)
    with serving(server) as address, pytest.raises(NoAccess) as caught:
        await reader(f"{address}/data").get("")
    assert "machine 127.0.0.1 login" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "origin", ["https://api.earthdatahub.destine.eu", "https://data.earthdatahub.destine.eu"]
)
def test_earth_data_hub_wants_its_own_line(origin: str) -> None:
    assert f"machine {origin[8:]} login edh password" in Logins().hint(origin)


async def test_a_netrc_file_serves_the_host_it_names_over_tls_alone(tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    file.write_text("machine data.example.org login edh password a-secret\ndefault login x password y\n")
    logins = Logins(netrc_file=file)
    assert await logins.headers("https://data.example.org") == {"Authorization": "Basic ZWRoOmEtc2VjcmV0"}
    assert await logins.headers("http://data.example.org") == {}
    assert await logins.headers("https://example.org") == {}
    file.write_text("machine")
    assert await logins.headers("https://data.example.org") == {}


async def test_a_netrc_file_is_read_again_only_where_it_changed(tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    file.write_text("machine a.example.org login me password one\n")
    parsed: list[Path] = []

    def parse(path: Path) -> netrc.netrc:
        parsed.append(path)
        return netrc.netrc(path)

    logins = Logins(netrc_file=file, parse=parse)
    for _ in range(9):
        assert await logins.headers("https://a.example.org")
        assert not await logins.headers("https://b.example.org")
    assert len(parsed) == 1
    file.write_text("machine b.example.org login me password another\n")
    assert await logins.headers("https://b.example.org")
    file.write_text("machine")
    for _ in range(9):
        assert not await logins.headers("https://b.example.org")
    assert len(parsed) == 3
    file.unlink()
    assert not await logins.headers("https://b.example.org")


@pytest.mark.parametrize(
    ("origin", "takes"),
    [
        ("https://hda.data.destination-earth.eu", True),
        ("https://hda-download.marenostrum.data.destination-earth.eu", True),
        ("http://hda.data.destination-earth.eu", False),
        ("https://hda.data.destination-earth.eu.example.org", False),
        ("https://hda.data.destination-earth.eu:8443", False),
        ("https://hda-download.a.b.data.destination-earth.eu", False),
    ],
)
async def test_tokens_of_the_data_lake_go_to_its_hosts_alone(origin: str, takes: bool) -> None:
    assert bool(await Logins(OneToken()).headers(origin)) is takes


async def test_a_wait_that_a_host_asks_for_is_told() -> None:
    server = ObjectServer()
    server.answers = lambda asked: Reply(429, {"Retry-After": "3600"})
    with serving(server) as address, pytest.raises(StoreBusy) as caught:
        await reader(f"{address}/data").get("")
    assert (caught.value.retry_after, server.counts.requests) == (3601, 1)


def objects(count: int) -> dict[str, bytes]:
    return {f"/cube/{key}": bytes([key]) * 8 for key in range(count)}


async def test_a_signature_that_ends_in_a_long_read_is_got_anew_beneath_it() -> None:
    signing = Signing(objects(40), good_for=15)
    with serving(signing.server) as address, counted(Traffic()) as traffic:
        cube = reader_of_item(signing.asset(address), signing.item(address))
        found = [await cube.get(str(key)) for key in range(40)]
    assert found == [bytes([key]) * 8 for key in range(40)]
    assert traffic.renewals == 2
    assert signing.server.paths["/item.json"] == 2


async def test_reads_that_are_refused_together_share_one_new_signature() -> None:
    signing = Signing(objects(40), good_for=1_000)
    signing.signed = 2
    with serving(signing.server) as address, counted(Traffic()) as traffic:
        cube = reader_of_item(signing.asset(address), signing.item(address))
        found = await asyncio.gather(*(cube.get(str(key)) for key in range(40)))
        assert found == [bytes([key]) * 8 for key in range(40)]
    assert traffic.renewals == 1


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"assets": {"d": {"href": "{address}/cube?sig=1&sv=1"}}},
        {"assets": {"d": {"href": "{address}/other?sig=9"}}},
        {"assets": {"d": {"href": "https://elsewhere.example.org/cube?sig=9"}}},
        {"assets": {"d": {"href": 3}}},
        {"assets": {"other": {"href": "{address}/cube?sig=9"}}},
    ],
)
async def test_an_item_that_signs_nothing_anew_leaves_a_clear_end(told: dict[str, Any]) -> None:
    server = ObjectServer()
    with serving(server) as address:
        text = json.dumps(told).replace("{address}", address)
        server.objects["/item.json"] = text.encode()
        server.answers = lambda asked: None if asked.path == "/item.json" else Reply(403)
        asset = DataAsset(key="d", href=f"{address}/cube?sig=1&sv=1")
        for item in (f"{address}/item.json", f"{address}/gone.json", None):
            with pytest.raises(LoginEnded, match="good no more") as caught:
                await reader_of_item(asset, item).get("a")
            assert caught.value.hint is not None
    assert server.paths["/cube/a"] == 3


async def test_a_host_that_sends_all_for_a_part_is_read_where_that_is_little() -> None:
    server = ObjectServer()
    server.answers = lambda asked: Reply(200, body=b"0123456789")
    with serving(server) as address:
        data = reader(f"{address}/data")
        assert (await data.get("", 2, 3), await data.get("", -2), await data.get("", 8)) == (
            b"234",
            b"89",
            b"89",
        )
        assert (await data.info("")) is not None
        server.answers = lambda asked: Reply(200, {"Content-Length": str(2**40)})
        with pytest.raises(NotReadable, match="cannot send parts"):
            await reader(f"{address}/data").get("", 2, 3)


@pytest.mark.parametrize(
    "target",
    ["/data", "ftp://example.org/x", "http://[::1", "http://example.org:99999999/", "http://127.1/"],
)
async def test_redirects_are_bounded_and_stay_on_the_web(target: str) -> None:
    server = ObjectServer()
    server.answers = lambda asked: Reply(302, {"Location": target})
    with serving(server) as address, pytest.raises(NotReadable, match="redirects"):
        await reader(f"{address}/data").get("")
    assert server.counts.requests <= 6


async def resolves_inside(host: str, port: int) -> Sequence[str]:
    return {"bad.example.org": ["93.184.216.34", "10.0.0.5"]}.get(host, ["127.0.0.1"])


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "169.254.169.254",
        "[::1]",
        "10.1.2.3",
        "[::ffff:127.0.0.1]",
        "localhost",
        "bad.example.org",
    ],
)
async def test_no_address_inside_the_site_is_asked(host: str) -> None:
    guard = Guard(AllowedHosts.of([]), resolves_inside)
    with pytest.raises(AddressRefused) as caught:
        await reader(f"http://{host}:9/data", guard=guard).get("")
    assert "operator guide on cubes" in (caught.value.hint or "")


async def test_a_redirect_leads_to_no_address_inside_the_site() -> None:
    server = ObjectServer()
    with serving(server) as address:
        server.answers = lambda asked: Reply(302, {"Location": "http://169.254.169.254/latest/meta-data"})
        guard = Guard(AllowedHosts.of(["127.0.0.1"]))
        with pytest.raises(AddressRefused, match=r"169\.254"):
            await reader(f"{address}/data", guard=guard).get("")


@pytest.mark.parametrize("has_keys", [False, True])
async def test_an_s3_that_an_item_names_leads_nowhere_else(
    has_keys: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named, inside = ObjectServer(), ObjectServer()
    with serving(named) as address, serving(inside) as other:
        named.answers = lambda asked: Reply(
            307, {"Location": other}, b"<Error><Code>PermanentRedirect</Code></Error>"
        )
        keys = f"[profile x]\naws_access_key_id=i\naws_secret_access_key=s\nendpoint_url={address}\n"
        (tmp_path / "config").write_text(keys if has_keys else "")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://own.example.org")
        asset = DataAsset(key="d", href="s3://b/x", storage_options={"endpoint_url": address})
        for guard in (None, Guard(AllowedHosts.of(["127.0.0.1"]))):
            data = reader_through(Doors(guard=guard), asset)
            with pytest.raises(NotReadable, match="leads to another S3"):
                await data.get("")
            with pytest.raises(NotReadable, match="leads to another S3"):
                await data.info("")
            with pytest.raises(NotReadable, match="leads to another S3"):
                await anext(data.keys("").__aiter__())
    assert [("authorization" in asked.headers) for asked in named.asked] == [has_keys] * 6
    assert inside.asked == []


@pytest.mark.parametrize("region", ["x.example.org/?", "a@b", "", "a#", "x" * 41, "a\n"])
async def test_a_region_that_an_item_names_is_no_part_of_another_host(
    region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/none")
    asset = DataAsset(key="d", href="s3://b/x", storage_options={"client_kwargs": {"region_name": region}})
    if not region:
        assert reader_of(asset).host == "s3.us-east-1.amazonaws.com"
        return
    with pytest.raises(NotReadable, match="no region"):
        reader_of(asset)


@pytest.mark.parametrize("endpoint", ["ftp://example.org", "https://a@example.org", "https:///x", "x"])
async def test_an_endpoint_that_is_no_address_is_refused(endpoint: str) -> None:
    asset = DataAsset(key="d", href="s3://b/x", storage_options={"endpoint_url": endpoint})
    with pytest.raises(NotReadable, match="endpoint"):
        reader_of(asset)


@pytest.mark.parametrize("is_s3", [False, True])
async def test_the_address_that_was_checked_is_the_one_that_is_connected_to(is_s3: bool) -> None:
    server = ObjectServer()
    server.objects["/b/data"] = b"x"
    asked: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with serving(server) as address:
        guard = Guard(AllowedHosts.of([".example.org"]), resolve)
        named = address.replace("127.0.0.1", "data.example.org")
        asset = DataAsset(key="d", href="s3://b/data", storage_options={"endpoint_url": named})
        data = reader_through(Doors(guard=guard), asset) if is_s3 else reader(f"{named}/b/data", guard=guard)
        assert await data.get("") == b"x"
    assert asked == ["data.example.org"]
    assert server.asked[0].headers["host"].startswith("data.example.org:")


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9", "http://169.254.169.254", "http://localhost:9"])
async def test_an_s3_that_an_item_names_is_guarded(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:8")
    asset = DataAsset(key="d", href="s3://b/x", storage_options={"client_kwargs": {"endpoint_url": endpoint}})
    with pytest.raises(AddressRefused):
        await reader_through(Doors(guard=Guard(AllowedHosts.of([]))), asset).get("")


async def test_keys_go_to_no_s3_but_the_one_they_are_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, named, other = ObjectServer(), ObjectServer(), ObjectServer()
    for server in (own, named, other):
        server.objects["/b/x"] = b"x"
    with serving(own) as at_own, serving(named) as at_named, serving(other) as at_other:
        (tmp_path / "config").write_text(
            f"[default]\naws_access_key_id = own-id\naws_secret_access_key = s\nendpoint_url = {at_own}\n"
            "[profile lumi]\naws_access_key_id = lumi-id\naws_secret_access_key = s\n"
            f"endpoint_url = {at_named}/\n"
        )
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
        for endpoint in (None, at_own, at_named, at_other):
            options = (
                {} if endpoint is None else {"client_kwargs": {"endpoint_url": endpoint}, "key": "theirs"}
            )
            assert (
                await reader_of(DataAsset(key="d", href="s3://b/x", storage_options=options)).get("") == b"x"
            )
    assert [("own-id" in asked.headers["authorization"]) for asked in own.asked] == [True, True]
    assert "lumi-id" in named.asked[0].headers["authorization"]
    assert "authorization" not in other.asked[0].headers


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(206, {"Content-Range": "bytes 0-9/*"}, b"0123456789"), "how long"),
        (Reply(206, {}, b"0123456789"), "how long"),
        (Reply(206, {"Content-Range": "bytes 0-10/20"}, b"0123456789a"), "other parts"),
    ],
)
async def test_a_host_that_answers_other_than_it_is_asked_is_refused_by_name(reply: Reply, says: str) -> None:
    server = ObjectServer()
    server.answers = lambda asked: reply
    with serving(server) as address, pytest.raises(NotReadable, match=says):
        await reader(f"{address}/data").get("", 0, 10)


@pytest.mark.parametrize("told", ["", "10"])
@pytest.mark.parametrize(
    ("status", "span", "most", "says"),
    [
        (200, (), 9, "larger than"),
        (206, (0, None), 9, "larger than"),
        (206, (0, 9), 20, "other parts"),
        (206, (-9, None), 20, "other parts"),
    ],
)
async def test_no_body_is_read_beyond_its_bound_also_where_it_tells_no_length(
    told: str, status: int, span: tuple[int, int | None], most: int, says: str
) -> None:
    server = ObjectServer()
    headers = {"Content-Length": told, "Content-Range": "bytes 0-8/10"}
    server.answers = lambda asked: Reply(status, headers, b"0123456789")
    with serving(server) as address, pytest.raises(NotReadable, match=says):
        await reader(f"{address}/data").get("", *span, most=most)
    assert server.counts.requests == 1


async def test_all_of_a_file_for_a_part_is_bounded_also_where_it_tells_no_length() -> None:
    server = ObjectServer()
    server.answers = lambda asked: Reply(200, {"Content-Length": ""}, bytes(65 * 2**20))
    with serving(server) as address, pytest.raises(NotReadable, match="cannot send parts"):
        await reader(f"{address}/data").get("", 2, 3)


def test_the_rules_of_addresses_are_those_of_the_catalogue() -> None:
    ours = Path(addresses.__file__)
    theirs = ours.parents[3] / "catalogue" / "eohub_catalogue" / "server" / "addresses.py"
    assert ours.read_text("utf-8") == theirs.read_text("utf-8")
