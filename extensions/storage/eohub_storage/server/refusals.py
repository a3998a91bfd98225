"""What boto3 raises, in this feature's errors with words for the person."""

import re

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
)

from eohub_storage.errors import Missing, NoKeys, NoRight, StorageDown, UnusableKey
from eohub_toolkit.errors import EohubError, Upstream

_ENDED = frozenset({"ExpiredToken", "InvalidAccessKeyId", "InvalidToken", "TokenRefreshRequired"})
_DENIED = frozenset({"AccessDenied", "403", "Forbidden", "AllAccessDisabled"})
_MISSING = frozenset({"NoSuchKey", "404", "NotFound", "NoSuchUpload"})
_WRONG = frozenset({"InvalidArgument", "400", "BadRequest", "KeyTooLongError", "InvalidURI"})
_SENTENCE = re.compile(r"custom-process: (.+)", re.DOTALL)


def explained(error: Exception, bucket: str, key: str) -> Exception:
    """The error of ours that says what `error` means for s3://bucket/key; what is ours already stays."""
    match error:
        case EohubError():
            return error
        case ClientError():
            return _of_s3(str(error.response.get("Error", {}).get("Code", "")), bucket, key)
        case NoCredentialsError() | PartialCredentialsError() | ProfileNotFound():
            return NoKeys(
                "This Jupyter server has no S3 keys.",
                hint="Set AWS_PROFILE, or write ~/.aws/config and ~/.aws/credentials, then start it again.",
            )
        case CredentialRetrievalError():
            said = _SENTENCE.search(str(error))
            text = " ".join(said.group(1).split())[:500] if said else "The command that gives S3 keys failed."
            return NoKeys(text, hint="Your data is where it was; try again when that is mended.")
        case BotoCoreError():
            return StorageDown("S3 cannot be reached now.", hint="Try again in a minute.")
        case _:
            return error


def _of_s3(code: str, bucket: str, key: str) -> EohubError:
    where = f"s3://{bucket}/{key}" if bucket else "S3"
    if code in _DENIED:
        return NoRight(
            f"You have no right to do this in {where}.",
            hint="The list of places shows what you may read and write.",
        )
    if code in _MISSING:
        return Missing(f"There is no {where}.", hint="Somebody may have deleted it: list the folder again.")
    if code == "NoSuchBucket":
        return Missing(f"There is no bucket {bucket}.", hint="Ask those who run S3 to make it.")
    if code in _ENDED:
        return NoKeys("Your S3 keys have ended.", hint="Try again; if it stays, log in to the hub again.")
    if code in _WRONG:
        return UnusableKey(f"S3 does not take the name {where}.", hint="Choose a plainer one.")
    return Upstream(f"S3 did not do this ({code[:60] or 'no reason given'}).", hint="Try again in a minute.")
