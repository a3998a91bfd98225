"""S3 keys from the AWS configuration, got anew before they end, also where they live for a minute."""

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from botocore.compat import compat_shell_split
from botocore.credentials import EnvProvider
from botocore.exceptions import BotoCoreError
from botocore.session import Session

_PROCESS_SECONDS = 30.0
_USUAL_LIFETIME_SECONDS = 60.0
"""Of keys that botocore renews itself: asking it again costs nothing."""


@dataclass(frozen=True, repr=False)
class Keys:
    """Keys, and for how many seconds from now they are good; None: for good."""

    access_key_id: str
    secret_access_key: str
    token: str | None
    seconds: float | None


class KeysMissing(Exception):
    """There are no keys; the text is for a person."""


class RenewedKeys:
    """obstore's credential provider: keys are kept for half of their life, then got anew."""

    def __init__(self, source: Callable[[], Keys], now: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._now = now
        self._lock = Lock()
        self._kept: tuple[Keys, float] | None = None
        self._fetched = 0
        self.failure: str | None = None

    @property
    def renewals(self) -> int:
        """How often keys were got after the first ones."""
        return max(0, self._fetched - 1)

    def forget(self) -> None:
        """Get other keys with the next request."""
        with self._lock:
            self._kept = None

    def __call__(self) -> dict[str, Any]:
        """The keys, as obstore wants them; raises KeysMissing."""
        with self._lock:
            if self._kept is None or self._now() >= self._kept[1]:
                self._kept = self._fetch()
            keys = self._kept[0]
        # An end in the past makes obstore ask again each time: it asks here, which costs nothing.
        return {
            "access_key_id": keys.access_key_id,
            "secret_access_key": keys.secret_access_key,
            "token": keys.token,
            "expires_at": datetime.now(UTC),
        }

    def _fetch(self) -> tuple[Keys, float]:
        try:
            keys = self._source()
        except KeysMissing as error:
            self.failure = str(error)
            raise
        self.failure = None
        self._fetched += 1
        return keys, self._now() + (float("inf") if keys.seconds is None else keys.seconds / 2)


def keys_of(session: Session) -> Callable[[], Keys]:
    """Where the keys of a session come from: its `credential_process`, or whatever botocore finds.

    botocore runs a process anew for every request once its keys have less than ten minutes to live, so that
    keys of one minute would cost a process for each chunk.
    """
    config = session.get_scoped_config()
    command = config.get("credential_process")
    if command is None or "aws_access_key_id" in config or EnvProvider().load() is not None:
        return lambda: _from_botocore(session)
    return lambda: _from_process(compat_shell_split(command), time.time)


def _from_process(command: list[str], now: Callable[[], float]) -> Keys:
    try:
        done = subprocess.run(command, capture_output=True, timeout=_PROCESS_SECONDS, check=False)
        said = json.loads(done.stdout)
        ends = said.get("Expiration")
        seconds = None if ends is None else datetime.fromisoformat(ends).timestamp() - now()
        return Keys(said["AccessKeyId"], said["SecretAccessKey"], said.get("SessionToken"), seconds)
    except (OSError, subprocess.TimeoutExpired):
        raise KeysMissing("the command that gives them cannot be run.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeysMissing("the command that gives them gave none.") from None


def _from_botocore(session: Session) -> Keys:
    try:
        found = session.get_credentials()
        frozen = None if found is None else found.get_frozen_credentials()
    except BotoCoreError:
        raise KeysMissing("the AWS configuration gives none that work.") from None
    if frozen is None or frozen.access_key is None or frozen.secret_key is None:
        raise KeysMissing("none are configured here.")
    return Keys(frozen.access_key, frozen.secret_key, frozen.token, _USUAL_LIFETIME_SECONDS)
