"""The rclone that shows objects as files: its command line and its environment. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from eohub_profiles.decision import MountPlan

REMOTE = "data"
GOMEMLIMIT = "200MiB"
"""Soft limit of rclone's heap; it reads ahead 16 MiB in each open file."""


@dataclass(frozen=True, slots=True)
class Access:
    """Whose the files are; `others` where rclone runs as another account (root) than the server."""

    uid: int
    others: bool


def mount_command(rclone: Path, plan: MountPlan, point: Path, cache: Path, access: Access) -> tuple[str, ...]:
    """Mount `plan` at `point` in the foreground.

    Files belong to the server's account and to nobody else (umask 077); where rclone is root the kernel is
    told to check exactly that. What others change in S3 is seen after 30 seconds.
    """
    arguments = [
        str(rclone), "mount", f"{REMOTE}:{plan.bucket}/{plan.prefix}", str(point),
        "--config=/dev/null", f"--cache-dir={cache}", f"--uid={access.uid}", f"--gid={access.uid}",
        "--umask=077", "--dir-cache-time=30s", "--poll-interval=0", "--buffer-size=16Mi", "--use-mmap",
        "--rc", "--rc-addr=unix://rc.sock", "--rc-no-auth", "--log-level=NOTICE",
    ]  # fmt: skip
    if access.others:
        arguments += ["--allow-other", "--default-permissions"]
    if plan.read_only:
        arguments += ["--read-only", "--vfs-cache-mode=off"]
    else:
        arguments += [
            "--vfs-cache-mode=writes", "--vfs-write-back=1s", "--vfs-cache-max-size=4Gi",
            "--vfs-cache-max-age=1h", "--links",
        ]  # fmt: skip
    return tuple(arguments)


def mount_environment(s3_url: str, region: str, aws_config: Path, home: Path) -> Mapping[str, str]:
    """Variables that configure the remote; the keys come, and come anew, by the AWS file's
    credential_process."""
    remote = {
        "TYPE": "s3", "PROVIDER": "Other", "ENV_AUTH": "true", "ENDPOINT": s3_url, "REGION": region,
        "FORCE_PATH_STYLE": "true", "NO_CHECK_BUCKET": "true", "DIRECTORY_MARKERS": "true",
    }  # fmt: skip
    settings = {f"RCLONE_CONFIG_{REMOTE.upper()}_{name}": value for name, value in remote.items()}
    return {**settings, "AWS_CONFIG_FILE": str(aws_config), "HOME": str(home), "GOMEMLIMIT": GOMEMLIMIT}
