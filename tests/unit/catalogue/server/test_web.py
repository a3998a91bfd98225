"""The way out: bounded in time, size and redirects, and no secret for another host."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import format_datetime

import httpx2
import pytest
from fakes.catalogue_web import Answering, Answers, JumpingClock, open_web

from eohub_catalogue.contract import CatalogueSource
from eohub_catalogue.errors import AddressRefused, CatalogueBroken, CatalogueBusy, TimedOut
from eohub_catalogue.server.addresses import Origin
from eohub_catalogue.server.pinned import TRUSTED
from eohub_catalogue.server.web import MOST_VALUES, Answer, Ask, Web, retry_after_seconds, trusted_origin
from eohub_toolkit.errors import Unavailable

URL = "https://stac.example.org/v1/search"


def ok(**options: object) -> httpx2.Response:
    return httpx2.Response(200, **options)  # type: ignore[arg-type]


def to(place: str, status: int = 302) -> Answering:
    return lambda request: httpx2.Response(status, headers={"Location": place})


def busy(seconds: str, status: int = 429) -> Answering:
    return lambda request: httpx2.Response(status, headers={"Retry-After": seconds})


async def test_an_answer_has_status_headers_and_body() -> None:
    transport = Answers(ok(json={"a": 1}, headers={"ETag": '"x"'}))
    answer = await open_web(transport).send(Ask(URL, headers={"If-None-Match": '"x"'}))
    assert (answer.status, answer.headers["etag"], answer.json(), answer.url) == (200, '"x"', {"a": 1}, URL)
    assert transport.asked[0].headers["if-none-match"] == '"x"'
    assert "cookie" not in transport.asked[0].headers


async def test_a_body_is_posted_as_json_and_a_form_as_a_form() -> None:
    transport = Answers(ok())
    web = open_web(transport)
    await web.send(Ask(URL, "POST", body={"limit": 3}))
    await web.send(Ask(URL, "POST", form={"grant_type": "x y"}))
    assert [sent.content for sent in transport.asked] == [b'{"limit":3}', b"grant_type=x+y"]


async def test_what_is_trusted_is_told_to_the_transport() -> None:
    transport = Answers(ok())
    source = CatalogueSource(id="hub", title="Hub", url="http://127.0.0.1:8005/services/catalogue/")
    assert trusted_origin(source.model_copy(update={"own": True})) is None
    await open_web(transport).send(Ask(source.url or "", trusted=trusted_origin(source)))
    assert transport.asked[0].extensions[TRUSTED] == Origin("http", "127.0.0.1", 8005)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_followed(status: int) -> None:
    transport = Answers(to("/v2/search?x=1#f", status), ok(text="here"))
    answer = await open_web(transport).send(Ask(URL, "POST", body={"a": 1}))
    assert answer.url == "https://stac.example.org/v2/search?x=1"
    assert transport.asked[1].method == ("GET" if status == 303 else "POST")
    assert transport.asked[1].content == (b"" if status == 303 else b'{"a":1}')


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("place", ["/v2/token", "https://evil.example.org/token"])
async def test_a_login_is_sent_nowhere_else(status: int, place: str) -> None:
    transport = Answers(to(place, status), ok())
    with pytest.raises(CatalogueBroken, match="redirects a login"):
        await open_web(transport).send(Ask(URL, "POST", form={"refresh_token": "secret"}))
    assert len(transport.asked) == 1


async def test_a_redirect_in_a_circle_is_named() -> None:
    transport = Answers(to("/v1/other"), to("/v1/search"))
    with pytest.raises(CatalogueBroken, match=r"^stac\.example\.org redirects in a circle\.$"):
        await open_web(transport).send(Ask(URL))
    assert len(transport.asked) == 2


async def test_redirects_end() -> None:
    transport = Answers(*[to(f"/v1/{number}") for number in range(20)])
    with pytest.raises(CatalogueBroken, match="more than 5 times"):
        await open_web(transport).send(Ask(URL))
    assert len(transport.asked) == 6


async def test_an_address_that_nobody_can_read_is_not_asked() -> None:
    transport = Answers(ok())
    for url in ("http://0177.0.0.1/", "http://x\\@y/", "x"):
        with pytest.raises(CatalogueBroken, match="not on the web"):
            await open_web(transport).send(Ask(url))
    assert transport.asked == []


@pytest.mark.parametrize(
    "place", ["ftp://x/", "file:///etc/passwd", "http://", "https://u:p@x/", "http://[/"]
)
async def test_a_redirect_off_the_web_is_not_followed(place: str) -> None:
    transport = Answers(to(place))
    with pytest.raises(CatalogueBroken):
        await open_web(transport).send(Ask(URL))
    assert len(transport.asked) == 1


@pytest.mark.parametrize(
    ("place", "gets"),
    [
        ("https://stac.example.org/v2", True),
        ("https://other.example.org/v1", False),
        ("http://stac.example.org/v1", False),
        ("https://stac.example.org:8443/v1", False),
    ],
)
async def test_secrets_go_to_their_own_origin_only(place: str, gets: bool) -> None:
    transport = Answers(to(place), ok())
    await open_web(transport).send(Ask(URL, secrets={"Authorization": "Bearer s3cret"}))
    assert transport.asked[0].headers["authorization"] == "Bearer s3cret"
    assert ("authorization" in transport.asked[1].headers) is gets


async def endless(part: bytes) -> AsyncIterator[bytes]:
    while True:
        yield part


async def test_a_body_is_read_up_to_its_limit_and_no_further() -> None:
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        async for part in endless(b"x" * 1024):
            read += len(part)
            yield part

    with pytest.raises(CatalogueBroken, match=r"sent more than 1 MiB, which is not read\."):
        await open_web(Answers(ok(content=body()))).send(Ask(URL, most_bytes=2**20))
    assert read == 2**20 + 1024


async def test_a_body_that_is_announced_as_too_large_is_not_begun() -> None:
    async def body() -> AsyncIterator[bytes]:
        raise AssertionError("it was read")
        yield b""

    answer = ok(content=body(), headers={"Content-Length": str(200 * 2**20)})
    with pytest.raises(CatalogueBroken, match="more than 32 MiB"):
        await open_web(Answers(answer)).send(Ask(URL))


async def test_the_limit_counts_what_is_unpacked() -> None:
    bomb = gzip.compress(bytes(64 * 2**20))
    assert len(bomb) < 2**17
    answer = httpx2.Response(200, content=aiter_of(bomb), headers={"Content-Encoding": "gzip"})
    with pytest.raises(CatalogueBroken, match="more than 32 MiB"):
        await open_web(Answers(answer)).send(Ask(URL))


async def aiter_of(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "gzip, br", "rot13"])
async def test_what_cannot_be_unpacked_is_one_sentence(encoding: str) -> None:
    answer = httpx2.Response(200, content=aiter_of(b"no gzip"), headers={"Content-Encoding": encoding})
    with pytest.raises(
        CatalogueBroken, match=r"^stac\.example\.org sent something that cannot be unpacked\.$"
    ):
        await open_web(Answers(answer)).send(Ask(URL))


async def test_one_lost_connection_is_bridged() -> None:
    transport = Answers(httpx2.RemoteProtocolError("reset"), ok(text="x"))
    assert (await open_web(transport).send(Ask(URL))).body == b"x"


@pytest.mark.parametrize(
    ("fault", "asked"), [(httpx2.ConnectError("refused"), 1), (httpx2.ReadError("reset"), 2)]
)
async def test_a_host_that_is_away_is_not_asked_again_and_again(fault: Exception, asked: int) -> None:
    transport = Answers(fault)
    with pytest.raises(Unavailable, match=r"^stac\.example\.org cannot be reached\.$"):
        await open_web(transport).send(Ask(URL))
    assert len(transport.asked) == asked


async def test_a_certificate_that_is_not_trusted_is_named() -> None:
    fault = httpx2.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed")
    with pytest.raises(Unavailable, match="its TLS certificate is not trusted here"):
        await open_web(Answers(fault)).send(Ask(URL))


async def test_a_refused_address_stays_what_it_is() -> None:
    with pytest.raises(AddressRefused):
        await open_web(Answers(AddressRefused("x"))).send(Ask(URL))


async def test_a_host_that_never_answers_ends_with_the_deadline() -> None:
    class Silent(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            await asyncio.Event().wait()
            raise AssertionError

    with pytest.raises(TimedOut, match=r"did not answer within 0\.01 s"):
        await open_web(Silent()).send(Ask(URL), deadline_seconds=0.01)


async def test_two_short_rests_are_waited_for_here() -> None:
    clock, transport = JumpingClock(), Answers(busy("2"), busy("2", 503), ok(text="x"))
    assert (await open_web(transport, clock).send(Ask(URL))).body == b"x"
    assert clock.slept == [2.0, 2.0]


async def test_a_host_that_asks_for_a_long_rest_gets_it_and_the_person_is_told_how_long() -> None:
    clock, transport = JumpingClock(), Answers(busy("30"), ok())
    web = open_web(transport, clock)
    for seconds in (30, 20):
        with pytest.raises(CatalogueBusy) as caught:
            await web.send(Ask(URL))
        assert caught.value.seconds == seconds
        clock.at += 10
    assert len(transport.asked) == 1
    clock.at += 10
    assert (await web.send(Ask(URL))).status == 200


async def test_a_host_that_goes_on_asking_for_rest_is_believed() -> None:
    transport = Answers(busy("1"))
    with pytest.raises(CatalogueBusy, match=r"asks to wait 1 s\.$"):
        await open_web(transport).send(Ask(URL))
    assert len(transport.asked) == 3


async def test_a_refusal_without_a_time_is_waited_for_a_second() -> None:
    clock, transport = JumpingClock(), Answers(lambda _: httpx2.Response(429), ok())
    await open_web(transport, clock).send(Ask(URL))
    assert clock.slept == [1.0]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_fault_of_the_host_is_the_callers_to_judge(status: int) -> None:
    transport = Answers(httpx2.Response(status))
    assert (await open_web(transport).send(Ask(URL))).status == status
    assert len(transport.asked) == 1


async def test_what_must_not_be_repeated_is_sent_once() -> None:
    transport = Answers(httpx2.ReadError("reset"))
    with pytest.raises(Unavailable):
        await open_web(transport).send(Ask(URL, "POST", form={"a": "b"}, repeats=1))
    assert len(transport.asked) == 1


async def test_each_host_has_a_budget_of_its_own() -> None:
    clock, transport = JumpingClock(), Answers(ok())
    web = open_web(transport, clock, stac_example_org=2)
    for _ in range(4):
        await web.send(Ask(URL))
        await web.send(Ask("https://other.example.org/"))
    assert clock.slept == [0.5, 0.5]


@pytest.mark.parametrize(
    ("body", "content_type", "found"),
    [
        (b'{"a": "\xc3\xa9"}', "application/json; charset=iso-8859-1", {"a": "\u00e9"}),
        (b'{"a": "\xe9"}', "application/json; charset=iso-8859-1", {"a": "\u00e9"}),
        (b'{"a": "\xe9"}', "application/json", {"a": "\ufffd"}),
        (b'{"a": "\xe9"}', "application/json; charset=no-such-thing", None),
        (b"\xef\xbb\xbf{}", "application/json", {}),
        ('{"a": "x"}'.encode("utf-16"), "application/json", {"a": "x"}),
        (b"<html>", "text/html", None),
        (b'{"a": [1, 2', "application/json", None),
        (b"[" * 200_000, "application/json", None),
        (b"9" * 5000, "application/json", None),
        (b"", "application/json", None),
    ],
)  # fmt: skip
async def test_json_is_read_whatever_its_charset(body: bytes, content_type: str, found: object) -> None:
    answer = await open_web(Answers(ok(content=body, headers={"Content-Type": content_type}))).send(Ask(URL))
    assert answer.json() == found


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("2", 2.0),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("1e9", None),
        ("9" * 30, 86_400.0),
        ("\u00b2", None),
    ],
)
def test_a_wait_in_seconds(header: str, seconds: float | None) -> None:
    assert retry_after_seconds(header, 0) == seconds


def test_a_wait_until_a_date() -> None:
    date = format_datetime(datetime(2026, 1, 1, 0, 0, 30, tzinfo=UTC), usegmt=True)
    assert retry_after_seconds(date, datetime(2026, 1, 1, tzinfo=UTC).timestamp()) == 30
    assert retry_after_seconds(date, datetime(2027, 1, 1, tzinfo=UTC).timestamp()) == 0


def test_a_guarded_way_out_takes_what_the_administrator_wrote() -> None:
    assert Web.guarded(["10.0.0.0/8"], {"x": 4}, 3).deadline_seconds == 3
    with pytest.raises(ValueError, match="no host name"):
        Web.guarded(["http://x"], {}, 3)


NESTED = b"[" * 100_000 + b"]" * 100_000


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (
            b'{"type": "FeatureCollection", "features": [{"id": "a"}, {"id": "b", "x": %s}, {"id": "c"}],'
            b' "links": [{"rel": "next"}]}' % NESTED,
            {
                "type": "FeatureCollection",
                "features": [{"id": "a"}, None, {"id": "c"}],
                "links": [{"rel": "next"}],
            },
        ),
        (b'{"collections": [{"id": "a"}, %s]}' % NESTED, {"collections": [{"id": "a"}, None]}),
        (b'[1, {"a": }, 2]', [1, None, 2]),
        (b'{"type": "FeatureCollection", "features": [{"id": "a"}', None),
        (b'{"type": "FeatureCollection", "features": [], "x": %s}' % NESTED, None),
        (NESTED, [None]),
        (b"[1, {%s}" % (b'"text", ' * 2**20), None),
    ],
)
def test_a_broken_item_does_not_hide_its_neighbours(body: bytes, found: object) -> None:
    assert Answer(URL, 200, {}, body).json() == found


@pytest.mark.parametrize("value", [b"[]", b"{}", b"0", b'{"":0}'])
async def test_values_that_would_fill_the_memory_are_not_read(value: bytes) -> None:
    few = Answer(URL, 200, {}, b"[" + value + b"]")
    assert few.json() == [json.loads(value)]
    many = Answer(URL, 200, {}, b"[" + (value + b",") * MOST_VALUES + value + b"]")
    with pytest.raises(
        CatalogueBroken, match=r"^stac\.example\.org sent more than 3,000,000 values, which are not read"
    ):
        many.json()
