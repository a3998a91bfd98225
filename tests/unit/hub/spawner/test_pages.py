from typing import Any

import pytest
from jupyterhub.auth import Authenticator
from jupyterhub.slugs import is_valid_safe_slug

from eohub_hub.spawner.pages import SpawnPage, slug_of, with_spawn_page


class Site(Authenticator):
    def get_handlers(self, app: Any) -> list[Any]:
        return [("/login", object)]


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


def test_the_spawn_page_comes_along_with_the_handlers_that_an_authenticator_has() -> None:
    handlers = with_spawn_page(Site)().get_handlers(None)
    assert handlers[0] == ("/login", object)
    assert [pattern for pattern, handler in handlers if handler is SpawnPage] == [
        r"/spawn",
        r"/spawn/([^/]+)",
        r"/spawn/([^/]+)/([^/]+)",
    ]


def test_the_authenticator_is_otherwise_the_same() -> None:
    made = with_spawn_page(Site)
    assert issubclass(made, Site)
    assert made.__name__ == "Site"
