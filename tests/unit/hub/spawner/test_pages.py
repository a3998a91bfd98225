import pytest
from jupyterhub.slugs import is_valid_safe_slug

from eohub_hub.spawner.pages import options_of_link, slug_of


@pytest.mark.parametrize(
    ("text", "slug"),
    [("big", "big"), ("my-run", "my-run"), ("Ocean heat 2020", "ocean-heat-2020"), ("a_b", "a-b")],
)
def test_a_typed_name_becomes_one_for_addresses(text: str, slug: str) -> None:
    assert slug_of(text) == slug


@pytest.mark.parametrize("text", ["Öl & Gas", "2020 run", "x" * 400, "run.", "海"])
def test_what_comes_out_is_always_valid_or_nothing(text: str) -> None:
    assert slug_of(text) == "" or is_valid_safe_slug(slug_of(text))


@pytest.mark.parametrize("text", ["", "!!!", "   ", "--"])
def test_a_text_without_a_letter_or_digit_gives_none(text: str) -> None:
    assert slug_of(text) == ""


@pytest.mark.parametrize(
    ("link", "options"),
    [
        ({}, {}),
        ({"next": [b"/user/alice/"], "utm_source": [b"x"], "another": [b"1"]}, {}),
        ({"profile": [b"small"], "environment": [b"eo"]}, {"profile": ["small"], "environment": ["eo"]}),
        ({"opt-profile": [b"small"], "next": [b"/"]}, {"profile": ["small"]}),
        ({"opt-profile": [b"small"], "profile": [b"large"]}, {"profile": ["small"]}),
        ({"opt-image": [b"evil"], "opt-": [b"x"]}, {"image": ["evil"], "": ["x"]}),
        (
            {"profile": [b"a", b"b"], "server_name": [b"\xff"]},
            {"profile": ["a", "b"], "server_name": ["\ufffd"]},
        ),
    ],
)
def test_a_link_names_options_with_a_prefix_or_without(
    link: dict[str, list[bytes]], options: dict[str, list[str]]
) -> None:
    assert options_of_link(link) == options
