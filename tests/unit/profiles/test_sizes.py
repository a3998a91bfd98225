import pytest
from hypothesis import given
from hypothesis import strategies as st

from eohub_profiles.sizes import UNITS, format_size, parse_size


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [
        ("4 GiB", 4_294_967_296),
        ("1536 MiB", 1_610_612_736),
        ("1 TiB", 1_099_511_627_776),
        ("1 MiB", 1_048_576),
    ],
)
def test_a_size_is_read_exactly(text: str, size_bytes: int) -> None:
    assert parse_size(text) == size_bytes


@pytest.mark.parametrize(
    "text",
    [
        "4 GB",
        "4GB",
        "4GiB",
        "4  GiB",
        "4 gib",
        "4 GiB ",
        "4 GiB\n",
        "0 GiB",
        "-4 GiB",
        "+4 GiB",
        "04 GiB",
        "1.5 GiB",
        "1e3 GiB",
        "1_000 GiB",
        "4",
        "GiB",
        "",
        "12345678 GiB",
        "٤ GiB",
        "4\u00a0GiB",
        "∞ GiB",
    ],
)
def test_a_size_written_otherwise_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="such as 4 GiB, not "):
        parse_size(text)


@pytest.mark.parametrize("value", [4, 4.0, True, None, ["4 GiB"], {"GiB": 4}])
def test_a_size_without_a_unit_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="must be a size with its unit, such as 4 GiB, not "):
        parse_size(value)


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (4 * 2**30, "4 GiB"),
        (1024 * 2**30, "1 TiB"),
        (1536 * 2**20, "1536 MiB"),
        (2**30 + 1, "1073741825 bytes"),
        (0, "0 bytes"),
    ],
)
def test_bytes_are_written_in_the_largest_exact_unit(size_bytes: int, text: str) -> None:
    assert format_size(size_bytes) == text


@given(st.integers(1, 9_999_999), st.sampled_from(sorted(UNITS)))
def test_a_size_survives_being_written_and_read(count: int, unit: str) -> None:
    size_bytes = count * UNITS[unit]
    assert parse_size(f"{count} {unit}") == size_bytes
    assert parse_size(format_size(size_bytes)) == size_bytes


@given(st.text(max_size=30))
def test_any_text_is_a_size_or_a_value_error(text: str) -> None:
    try:
        size_bytes = parse_size(text)
    except ValueError:
        return
    assert size_bytes >= 2**20
