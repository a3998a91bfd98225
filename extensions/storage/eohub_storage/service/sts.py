"""Keys by STS `AssumeRoleWithWebIdentity`, an unsigned request: the ID token is the proof."""

from datetime import datetime
from xml.etree import ElementTree

from eohub_storage.errors import KeysRefused, LoginTooOld, StorageDown
from eohub_storage.ports import IssuedKeys, KeyRequest
from eohub_toolkit.errors import Unavailable, Upstream
from eohub_toolkit.http import Client
from eohub_toolkit.logs import get_logger

_API_VERSION = "2011-06-15"
_ENDED_CODES = frozenset({"ExpiredTokenException", "ExpiredToken"})


class StsKeyIssuer:
    """A KeyIssuer on an STS endpoint, for one role."""

    def __init__(self, client: Client, role_arn: str) -> None:
        self._client = client
        self._role_arn = role_arn

    async def issue(self, request: KeyRequest) -> IssuedKeys:
        """Keys for `request`; raises KeysRefused, LoginTooOld, StorageDown, or Upstream for an odd answer."""
        form = {
            "Action": "AssumeRoleWithWebIdentity",
            "Version": _API_VERSION,
            "RoleArn": self._role_arn,
            "RoleSessionName": request.session_name,
            "WebIdentityToken": request.id_token,
            "DurationSeconds": str(request.seconds),
            "Policy": request.policy,
        }
        try:
            answer = await self._client.post("", data=form)
        except (Unavailable, Upstream) as error:
            raise StorageDown(
                "S3 cannot be reached now.", hint="Your data is where it was; try again in a minute."
            ) from error
        values = _values(answer.content)
        if answer.status_code != 200:
            raise _refusal(answer.status_code, values)
        return _keys(values)


def _values(body: bytes) -> dict[str, str]:
    # expat 2.4.1 and later, which every supported Python has, bounds entity expansion by itself.
    try:
        root = ElementTree.fromstring(body)  # noqa: S314
    except ElementTree.ParseError:
        return {}
    return {element.tag.rpartition("}")[2]: element.text or "" for element in root.iter()}


def _refusal(status: int, values: dict[str, str]) -> Exception:
    code = values.get("Code", "")
    # The message names the token's claims at most; the log's redaction hides a token should one appear.
    get_logger().warning("sts refused", status=status, code=code, message=values.get("Message", "")[:500])
    if code in _ENDED_CODES:
        return LoginTooOld(
            "Your login has ended, so there are no new S3 keys.",
            hint="Log in to the hub again in your browser; your server keeps running.",
        )
    return KeysRefused(
        "S3 does not accept your login.", hint="Log out of the hub and in again; else ask your administrator."
    )


def _keys(values: dict[str, str]) -> IssuedKeys:
    try:
        return IssuedKeys(
            access_key_id=values["AccessKeyId"],
            secret_access_key=values["SecretAccessKey"],
            session_token=values["SessionToken"],
            expiration=datetime.fromisoformat(values["Expiration"]),
        )
    except (KeyError, ValueError) as error:
        raise Upstream("S3 sent no keys.", hint="Tell your administrator.") from error
