"""Resident memory of the idle stack, each process, against the bare hub: JupyterHub and its proxy alone."""

import sys
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from integration.local_stack import LocalStack, fresh_state

SETTLE_SECONDS = 20
MEBIBYTE = 1024 * 1024
PLAIN = ("hub", "proxy")


def resident_by_part(stack: LocalStack) -> dict[str, float]:
    """Proportional set size in MiB by part: pages that processes share are counted once, split among them."""
    found: defaultdict[str, float] = defaultdict(float)
    for member in stack.members():
        words = " ".join(member.process.cmdline())
        part = "proxy" if "configurable-http-proxy" in words else member.name
        found[part] += member.process.memory_full_info().pss / MEBIBYTE
    return dict(found)


def main() -> None:
    """Start the stack, let it settle, and print the table."""
    stack = LocalStack(fresh_state())
    try:
        stack.up()
        time.sleep(SETTLE_SECONDS)
        parts = resident_by_part(stack)
    finally:
        stack.close()
    without_s3 = sum(size for part, size in parts.items() if part != "s3")
    plain = sum(parts.get(part, 0.0) for part in PLAIN)
    print(f"{'part':16}{'MiB':>8}")
    for part, size in sorted(parts.items(), key=lambda pair: -pair[1]):
        print(f"{part:16}{size:8.0f}")
    print(f"{'without S3':16}{without_s3:8.0f}\n{'all':16}{sum(parts.values()):8.0f}")
    print(f"figure: memory_to_plain_hub {sum(parts.values()) / plain:.2f} ratio")
    print(f"figure: memory_without_s3 {without_s3:.0f} MiB")
    print(f"figure: memory {sum(parts.values()):.0f} MiB")


if __name__ == "__main__":
    main()
