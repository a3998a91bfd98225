"""The AWS configuration file of a user's server, read the way SDKs read it."""

import configparser
import shlex

import pytest

from eohub_hub.local.aws_config import aws_config_text


def read(text: str) -> configparser.SectionProxy:
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    assert parser.sections() == ["default"]
    return parser["default"]


def test_it_says_where_s3_is_and_which_command_gives_keys() -> None:
    section = read(aws_config_text("http://127.0.0.1:8006", "eohub-local", "/opt/eo/bin/eohub-credentials"))
    assert section["endpoint_url"] == "http://127.0.0.1:8006"
    assert section["region"] == "eohub-local"
    assert section["credential_process"] == "/opt/eo/bin/eohub-credentials"
    assert section["s3"].split() == ["addressing_style", "=", "path"]


@pytest.mark.parametrize("path", ["/a b/eohub-credentials", "/it's/x", '/a"b/x', "/a;b/x", "/é/x"])
def test_a_path_with_odd_characters_stays_one_word(path: str) -> None:
    section = read(aws_config_text("http://s3", "r", path))
    assert shlex.split(section["credential_process"]) == [path]


def test_no_key_is_in_it() -> None:
    text = aws_config_text("http://127.0.0.1:8006", "eohub-local", "/opt/eo/bin/eohub-credentials")
    assert "key" not in text
    assert "token" not in text
