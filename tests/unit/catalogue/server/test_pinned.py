"""The address that is checked is the address that is connected to."""

import httpx2
import pytest
from fakes.catalogue_web import Answers, Names

from eohub_catalogue.errors import AddressRefused
from eohub_catalogue.server.addresses import AllowedHosts, Origin
from eohub_catalogue.server.pinned import TRUSTED, PinnedTransport, resolve

PUBLIC = "93.184.215.14"


def pinned(names: Names, answers: Answers, *allowed: str) -> PinnedTransport:
    return PinnedTransport(AllowedHosts.of(allowed), resolve=names, connect=lambda: answers)


def request(url: str, trusted: Origin | None = None) -> httpx2.Request:
    return httpx2.Request("GET", url, extensions={TRUSTED: trusted} if trusted else {})


async def test_a_request_goes_to_the_address_under_the_name_of_the_host() -> None:
    names, answers = Names(stac_example_org=[[PUBLIC]]), Answers(httpx2.Response(200))
    await pinned(names, answers).handle_async_request(request("https://stac.example.org:8443/search?q=1"))
    (sent,) = answers.asked
    assert str(sent.url) == f"https://{PUBLIC}:8443/search?q=1"
    assert sent.headers["host"] == "stac.example.org:8443"
    assert sent.extensions["sni_hostname"] == "stac.example.org"


async def test_a_second_answer_of_the_resolver_cannot_lead_inside() -> None:
    names, answers = Names(rebind_example_org=[[PUBLIC], ["127.0.0.1"]]), Answers(httpx2.Response(200))
    transport = pinned(names, answers)
    await transport.handle_async_request(request("http://rebind.example.org/"))
    assert names.asked == ["rebind.example.org"]
    assert [sent.url.host for sent in answers.asked] == [PUBLIC]
    with pytest.raises(AddressRefused, match=r"rebind\.example\.org lies in the network of this site"):
        await transport.handle_async_request(request("http://rebind.example.org/"))
    assert len(answers.asked) == 1


async def test_one_inner_address_among_public_ones_is_enough_to_refuse() -> None:
    names, answers = Names(mixed_example_org=[[PUBLIC, "10.0.0.1"]]), Answers(httpx2.Response(200))
    with pytest.raises(AddressRefused):
        await pinned(names, answers).handle_async_request(request("http://mixed.example.org/"))
    assert answers.asked == []


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0177.1", "0x7f.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0", "[::]"],
)  # fmt: skip
async def test_numbers_in_any_form_are_resolved_before_they_are_checked(host: str) -> None:
    answers = Answers(httpx2.Response(200))
    transport = PinnedTransport(AllowedHosts(), resolve=resolve, connect=lambda: answers)
    with pytest.raises(AddressRefused):
        await transport.handle_async_request(request(f"http://{host}/"))
    assert answers.asked == []


async def test_an_origin_of_the_sites_own_configuration_may_lie_inside_and_only_that_origin() -> None:
    names, answers = Names(hub_internal=[["10.0.0.5"]]), Answers(httpx2.Response(200))
    transport, trusted = pinned(names, answers), Origin("http", "hub.internal", 8005)
    await transport.handle_async_request(request("http://hub.internal:8005/", trusted))
    for other in ("http://hub.internal:8081/", "https://hub.internal:8005/", "http://hub.internal/"):
        with pytest.raises(AddressRefused):
            await transport.handle_async_request(request(other, trusted))
    assert len(answers.asked) == 1


async def test_what_the_administrator_allows_is_reached() -> None:
    names, answers = Names(stac_internal=[["10.0.0.5"]]), Answers(httpx2.Response(200))
    await pinned(names, answers, ".internal").handle_async_request(request("http://stac.internal/"))
    assert answers.asked[0].url.host == "10.0.0.5"


async def test_the_next_address_is_tried_where_one_does_not_answer() -> None:
    names = Names(two_example_org=[["2606:2800:21f:cb07:6820:80da:af6b:8b2c", PUBLIC]])
    answers = Answers(httpx2.ConnectError("no route"), httpx2.Response(200))
    await pinned(names, answers).handle_async_request(request("http://two.example.org/"))
    assert [sent.url.host for sent in answers.asked] == ["2606:2800:21f:cb07:6820:80da:af6b:8b2c", PUBLIC]


@pytest.mark.parametrize("host", ["nowhere.example.org", "x" * 70 + ".example.org"])
async def test_a_name_that_nobody_knows_cannot_be_reached(host: str) -> None:
    with pytest.raises(httpx2.ConnectError, match="not known"):
        await pinned(Names(), Answers(httpx2.Response(200))).handle_async_request(request(f"http://{host}/"))


async def test_a_connection_of_one_name_is_never_used_for_another_at_the_same_address() -> None:
    made: list[Answers] = []

    def connect() -> Answers:
        made.append(Answers(httpx2.Response(200)))
        return made[-1]

    names = Names(one_example_org=[[PUBLIC]], other_example_org=[[PUBLIC]])
    transport = PinnedTransport(AllowedHosts(), resolve=names, connect=connect)
    for host in ("one", "other", "one"):
        await transport.handle_async_request(request(f"https://{host}.example.org/"))
    assert [len(each.asked) for each in made] == [2, 1]
    await transport.aclose()
