"""What boto3 raises becomes a sentence and a next step for the person."""

import pytest
from botocore.exceptions import (
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    ProfileNotFound,
    ReadTimeoutError,
)

from eohub_storage.errors import Missing, NoKeys, NoRight, StorageDown, UnusableKey
from eohub_storage.server.refusals import explained
from eohub_toolkit.errors import EohubError, Upstream


def client_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "secret of S3"}}, "GetObject")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (client_error("AccessDenied"), NoRight),
        (client_error("403"), NoRight),
        (client_error("NoSuchKey"), Missing),
        (client_error("404"), Missing),
        (client_error("NoSuchBucket"), Missing),
        (client_error("ExpiredToken"), NoKeys),
        (client_error("InvalidAccessKeyId"), NoKeys),
        (client_error("KeyTooLongError"), UnusableKey),
        (client_error("SlowDown"), Upstream),
        (client_error(""), Upstream),
        (NoCredentialsError(), NoKeys),
        (ProfileNotFound(profile="x"), NoKeys),
        (EndpointConnectionError(endpoint_url="http://s3.test"), StorageDown),
        (ReadTimeoutError(endpoint_url="http://s3.test"), StorageDown),
    ],
)
def test_each_failure_has_its_kind_and_a_hint(error: Exception, kind: type[Exception]) -> None:
    found = explained(error, "users", "alice/x")
    assert isinstance(found, kind)
    assert isinstance(found, EohubError)
    assert found.hint
    assert "secret of S3" not in found.detail


def test_the_place_is_named() -> None:
    found = explained(client_error("AccessDenied"), "groups", "secret/")
    assert "s3://groups/secret/" in str(found)


def test_what_the_command_for_keys_says_reaches_the_person() -> None:
    said = "Error when retrieving credentials from custom-process: Your login has ended. Log in again.\n"
    error = CredentialRetrievalError(provider="custom-process", error_msg=said.split(": ", 1)[1])
    found = explained(error, "users", "alice/")
    assert isinstance(found, NoKeys)
    assert found.detail == "Your login has ended. Log in again."


def test_an_error_of_ours_stays_as_it_is() -> None:
    ours = NoRight("No.", hint="Ask.")
    assert explained(ours, "users", "x") is ours


def test_an_unknown_failure_is_not_called_something_that_it_is_not() -> None:
    fault = RuntimeError("a fault of ours")
    assert explained(fault, "users", "x") is fault
