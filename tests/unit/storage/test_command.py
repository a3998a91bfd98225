"""The command where it needs no server: bad surroundings."""

import io

import pytest

from eohub_storage.server.command import run


def ran(environ: dict[str, str]) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    return run(environ, out, err), out.getvalue(), err.getvalue()


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"EOHUB_STORAGE_URL": "http://127.0.0.1:1"},
        {"JUPYTERHUB_API_TOKEN": "t"},
        {"EOHUB_STORAGE_URL": ""},
    ],
)
def test_outside_a_server_of_eohub_it_says_so_and_prints_nothing(environ: dict[str, str]) -> None:
    code, out, err = ran(environ)
    assert (code, out) == (1, "")
    assert err == "EOHub's S3 keys exist only in a server that an EOHub started.\n"


@pytest.mark.parametrize(
    "url", ["storage", "ftp://x/y", "file:///etc/passwd", "http://", "//x", "javascript:1"]
)
def test_a_url_that_is_none_is_named(url: str) -> None:
    code, out, err = ran({"EOHUB_STORAGE_URL": url, "JUPYTERHUB_API_TOKEN": "secret-token"})
    assert (code, out) == (1, "")
    assert "EOHUB_STORAGE_URL is not a URL" in err
    assert "secret-token" not in err
