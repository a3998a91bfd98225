import pytest
from hypothesis import given
from hypothesis import strategies as st

from eohub_profiles.images import parse_image, parse_pattern

DIGEST = "sha256:" + "0123456789abcdef" * 4
OTHER_DIGEST = "sha256:" + "f" * 64
HOST = "registry.example.org"


def is_allowed(pattern: str, image: str) -> bool:
    return parse_pattern(pattern).allows(parse_image(image))


@pytest.mark.parametrize(
    "text",
    [
        f"{HOST}/base:1",
        f"{HOST}/eo/base:2026.11-rc_1",
        f"{HOST}:5000/a/b/c/d:latest",
        f"localhost/base@{DIGEST}",
        f"localhost:5000/base:1@{DIGEST}",
        "registry:5000/base:1",
        f"{HOST}/a.b_c__d-e--f/x@sha512:{'a' * 128}",
    ],
)
def test_a_sound_reference_is_written_again_as_it_was(text: str) -> None:
    assert str(parse_image(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "base",
        "base:1",
        "eo/base:1",
        "library/base:1",
        f"{HOST}",
        f"{HOST}/",
        f"{HOST}/base",
        f"{HOST}/base:",
        f"{HOST}/base@",
        f"{HOST}/base:1@sha256:abc",
        f"{HOST}/base@md5:{'a' * 32}",
        f"{HOST}/base@{DIGEST.upper()}",
        f"{HOST}//base:1",
        f"{HOST}/../base:1",
        f"{HOST}/Base:1",
        f"{HOST.upper()}/base:1",
        f"https://{HOST}/base:1",
        f"{HOST}/base:1:2",
        f"{HOST}/base:1@{DIGEST}@{DIGEST}",
        f"{HOST}/ba se:1",
        f" {HOST}/base:1",
        f"{HOST}/base:1 ",
        f"{HOST}/base:-1",
        f"{HOST}/base:{'1' * 129}",
        f"{HOST}:123456/base:1",
        f"{HOST}:/base:1",
        f"user@{HOST}/base:1",
        f"{HOST}/-base:1",
        f"{HOST}/base_:1",
        "[::1]/base:1",
        f"{HOST}/base:1;rm",
        f"{HOST}/base:1,{HOST}/evil:1",
        f"{HOST}/{'a' * 256}:1",
        f"{HOST}/{'a/' * 200}b:1",
        "x" * 1_000_000,
    ],
)
def test_anything_that_is_not_a_whole_reference_is_refused_with_a_short_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(must|has|needs)") as caught:
        parse_image(text)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n", "\x00", "\u2028", "\v", "\x85", "\t", " ", "\u200b"])
@pytest.mark.parametrize("image", [f"{HOST}/base:1", f"{HOST}/base@{DIGEST}", f"{HOST}/base:1@{DIGEST}"])
def test_nothing_may_follow_the_end_of_a_reference(image: str, end: str) -> None:
    with pytest.raises(ValueError, match=r"must|has"):
        parse_image(image + end)


@pytest.mark.parametrize(
    "text",
    [
        "r\u0435gistry.example.org/base:1",  # a Cyrillic letter
        "registry.example.org/b\u0430se:1",
        "registry.example.org/base:\uff11",  # a wide digit
        "registry\u3002example.org/base:1",  # an ideographic full stop, which host names are folded by
        "registry.example.org\u2215base:1",  # a division slash
        "registry.example.org/base\uff1a1",
        "registry.example.org/ba\u0131se:1",
        "registry.example.org/ba\u00adse:1",  # a soft hyphen
        "\u202eregistry.example.org/base:1",
        "registry.example.org/base@sha256:" + "\u0661" * 64,  # Arabic digits
    ],
)
def test_letters_that_look_like_others_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"must|has"):
        parse_image(text)


class TestPattern:
    @pytest.mark.parametrize(
        ("pattern", "image"),
        [
            (f"{HOST}/eo/base", f"{HOST}/eo/base:1"),
            (f"{HOST}/eo/base", f"{HOST}/eo/base@{DIGEST}"),
            (f"{HOST}/eo/*", f"{HOST}/eo/base:1"),
            (f"{HOST}/*/base", f"{HOST}/eo/base:1"),
            (f"{HOST}/**", f"{HOST}/base:1"),
            (f"{HOST}/**", f"{HOST}/a/b/c:1"),
            (f"{HOST}/eo/**", f"{HOST}/eo/a/b:1"),
            (f"{HOST}/eo/base:1", f"{HOST}/eo/base:1"),
            (f"{HOST}/eo/base@{DIGEST}", f"{HOST}/eo/base@{DIGEST}"),
            (f"{HOST}/eo/base@{DIGEST}", f"{HOST}/eo/base:anything@{DIGEST}"),
        ],
    )
    def test_what_it_says_is_allowed(self, pattern: str, image: str) -> None:
        assert is_allowed(pattern, image)

    @pytest.mark.parametrize(
        ("pattern", "image"),
        [
            (f"{HOST}/eo/base", f"{HOST}/eo/base-evil:1"),
            (f"{HOST}/eo/base", f"{HOST}/eo/base/evil:1"),
            (f"{HOST}/eo/base", f"{HOST}/eo:1"),
            (f"{HOST}/eo/*", f"{HOST}/eo:1"),
            (f"{HOST}/eo/*", f"{HOST}/eo/a/b:1"),
            (f"{HOST}/eo/*", f"{HOST}/eo2/a:1"),
            (f"{HOST}/eo/**", f"{HOST}/eo:1"),
            (f"{HOST}/eo/**", f"{HOST}/evil/eo/a:1"),
            (f"{HOST}/**", f"{HOST}.evil.example/a:1"),
            (f"{HOST}/**", f"{HOST}:5000/a:1"),
            (f"{HOST}/**", f"evil.{HOST}/a:1"),
            (f"{HOST}/eo/base:1", f"{HOST}/eo/base:12"),
            (f"{HOST}/eo/base:1", f"{HOST}/eo/base:2"),
            (f"{HOST}/eo/base@{DIGEST}", f"{HOST}/eo/base@{OTHER_DIGEST}"),
            (f"{HOST}/eo/base@{DIGEST}", f"{HOST}/eo/base:1"),
        ],
    )
    def test_anything_else_is_not(self, pattern: str, image: str) -> None:
        assert not is_allowed(pattern, image)

    def test_a_digest_beside_an_allowed_tag_does_not_lead_to_another_image(self) -> None:
        assert not is_allowed(f"{HOST}/eo/base:1", f"{HOST}/eo/base:1@{OTHER_DIGEST}")

    @pytest.mark.parametrize(
        "text",
        [
            "*",
            "**",
            "*/base",
            "*.example.org/base",
            f"{HOST}",
            f"{HOST}/",
            f"{HOST}/**/base",
            f"{HOST}/eo*",
            f"{HOST}/e?",
            f"{HOST}/base:*",
            f"{HOST}/base@*",
            f"^{HOST}/.+$",
            f"{HOST}/[a-z]",
            f"{HOST}/base\n",
        ],
    )
    def test_other_wildcards_are_refused_when_the_policy_is_read(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"must|has|may"):
            parse_pattern(text)


@given(st.text() | st.text(alphabet="registy.xample/o:1@*\n ", max_size=60))
def test_whatever_is_read_is_what_was_written(text: str) -> None:
    try:
        reference = parse_image(text)
    except ValueError:
        return
    assert str(reference) == text
    assert text.isascii()
    assert text.isprintable()


@given(st.from_regex(r"[a-z0-9./:@*-]{1,40}", fullmatch=True))
def test_a_pattern_without_wildcards_allows_nothing_but_its_own_repository(path: str) -> None:
    pattern = parse_pattern(f"{HOST}/eo/base")
    try:
        reference = parse_image(f"{HOST}/{path}")
    except ValueError:
        return
    assert pattern.allows(reference) == (reference.repository == ("eo", "base"))
