"""Which addresses may be connected to."""

import pytest

from eohub_catalogue.server.addresses import AllowedHosts, Origin, address_of, is_public

PUBLIC = [
    "93.184.215.14",
    "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
    "::ffff:93.184.215.14",
    "2002:5db8:d70e::1",
]
INSIDE = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "224.0.0.1",
    "239.255.255.255",
    "255.255.255.255",
    "240.0.0.1",
    "192.0.0.192",
    "198.18.0.1",
    "168.63.129.16",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "2002:7f00:1::1",
    "2002:a00:1::",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2606:2800:21f:cb07:0:5efe:a00:1",
    "2001:db8::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_internet_is_open(address: str) -> None:
    assert is_public(address_of(address))
    assert AllowedHosts().permit("example.org", address_of(address))


@pytest.mark.parametrize("address", INSIDE)
def test_the_inside_of_a_site_is_closed_in_every_form(address: str) -> None:
    assert not is_public(address_of(address))
    assert not AllowedHosts().permit("example.org", address_of(address))


@pytest.mark.parametrize(
    ("entries", "host", "address", "permitted"),
    [
        (["stac.internal"], "stac.internal", "10.0.0.1", True),
        (["STAC.Internal "], "stac.internal", "10.0.0.1", True),
        (["stac.internal"], "evil.stac.internal", "10.0.0.1", False),
        ([".internal"], "stac.internal", "10.0.0.1", True),
        ([".internal"], "evilinternal", "10.0.0.1", False),
        (["10.1.0.0/16"], "anything", "10.1.2.3", True),
        (["10.1.0.0/16"], "anything", "10.2.2.3", False),
        (["10.1.2.3"], "anything", "::ffff:10.1.2.3", True),
        (["fd00::/8"], "anything", "fd12::1", True),
        (["localhost"], "localhost", "127.0.0.1", True),
        # A name that somebody else may point anywhere never opens what serves a machine's secrets.
        ([".internal"], "metadata.internal", "169.254.169.254", False),
        ([".internal"], "metadata.internal", "::ffff:169.254.169.254", False),
        ([".internal"], "metadata.internal", "fd00:ec2::254", False),
        (["169.254.169.254"], "anything", "169.254.169.254", True),
    ],
)
def test_an_administrator_opens_names_suffixes_and_networks(
    entries: list[str], host: str, address: str, permitted: bool
) -> None:
    assert AllowedHosts.of(entries).permit(host, address_of(address)) is permitted


@pytest.mark.parametrize(
    "entry", ["", ".", "http://x", "a b", "10.0.0.0/99", "10.0.0.1/8", "*", "user@host", "a:1"]
)
def test_what_is_no_host_is_named(entry: str) -> None:
    with pytest.raises(ValueError, match="no host name"):
        AllowedHosts.of([entry])


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://STAC.example.org./x?y", Origin("https", "stac.example.org", 443)),
        ("http://[::1]:8005/", Origin("http", "::1", 8005)),
        ("http://127.0.0.1", Origin("http", "127.0.0.1", 80)),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, origin: Origin) -> None:
    assert Origin.of(url) == origin


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x/",
        "file:///etc/passwd",
        "//x",
        "x",
        "http://",
        "http://u:p@x/",
        "http://x\\@y/",
        "http://x:99999/",
    ],
)
def test_anything_else_has_no_origin(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Origin.of(url)
