import json
from dataclasses import replace

import pytest

from eohub_hub.isolation.order import Entry, Kind, Mode, Network, Order, read_order

ORDER = Order(
    mode=Mode.ACCOUNTS,
    argv=("/env/bin/server", "--flag"),
    folder="/home",
    log="/log",
    log_bytes=1024,
    grace_seconds=5,
    uid=70_001,
    root="/root-to-be",
    view=(Entry(Kind.READ_ONLY, "/usr", "/usr"), Entry(Kind.LINK, "/bin", "usr/bin")),
    cores=(0, 2),
    limits={"RLIMIT_DATA": 1 << 30},
    cgroup="/cgroup/alice",
    network=Network(("/usr/bin/pasta", "--quiet"), {"MARK": "x"}),
)


def test_an_order_is_read_as_it_was_written() -> None:
    assert read_order(ORDER.dump()) == ORDER
    assert read_order(replace(ORDER, network=None).dump()) == replace(ORDER, network=None)


def test_an_order_holds_no_environment() -> None:
    assert "env" not in {key.partition("_")[0] for key in json.loads(ORDER.dump())}


@pytest.mark.parametrize(
    "change",
    [{"mode": "anything"}, {"view": [{"kind": "device", "target": "/x", "source": "/x"}]}, {"more": 1}],
)
def test_an_order_that_the_launcher_does_not_know_is_refused(change: dict[str, object]) -> None:
    text = json.dumps(json.loads(ORDER.dump()) | change).encode()
    with pytest.raises((ValueError, TypeError)):
        read_order(text)


def test_what_is_not_an_order_is_refused() -> None:
    with pytest.raises(ValueError, match="Expecting value"):
        read_order(b"")
