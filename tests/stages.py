"""Runs the stages of `make test` in order, and says what each found, and what was skipped and why."""

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
ARTIFACTS = ROOT / "artifacts"
PYTEST = [sys.executable, "-m", "pytest", "-q"]


@dataclass
class Stage:
    """A named step; `counted` ones write a JUnit report whose tests are counted."""

    name: str
    commands: Sequence[Sequence[str]]
    counted: bool = False
    passed: int = 0
    failed: int = 0
    skipped: list[str] = field(default_factory=list[str])
    seconds: float = 0.0

    def run(self) -> None:
        """Run every command of the stage, also after one has failed."""
        started = time.monotonic()
        for number, command in enumerate(self.commands):
            report = ARTIFACTS / f"{self.name}-{number}.xml"
            extra = _report_option(command, report) if self.counted else []
            code = subprocess.run([*command, *extra], cwd=ROOT, check=False).returncode
            if self.counted and report.exists():
                self._count(report)
                self.failed += code != 0 and self.failed == 0
            else:
                self.passed += code == 0
                self.failed += code != 0
        self.seconds = time.monotonic() - started

    def _count(self, report: Path) -> None:
        for case in ElementTree.parse(report).iter("testcase"):
            skip = case.find("skipped")
            if skip is not None:
                self.skipped.append(f"{case.get('classname')}.{case.get('name')}: {skip.get('message')}")
            elif case.find("failure") is not None or case.find("error") is not None:
                self.failed += 1
            else:
                self.passed += 1


def _report_option(command: Sequence[str], report: Path) -> list[str]:
    report.unlink(missing_ok=True)
    if "vitest" in command:
        return ["--reporter=default", "--reporter=junit", f"--outputFile.junit={report}"]
    if "--test" in command:
        return []  # node's runner takes its options before the files, so its report is named in the command
    return [f"--junit-xml={report}"]


def stages() -> list[Stage]:
    """All stages, in the order in which they run: the cheap ones first."""
    node_report = ARTIFACTS / "unit-2.xml"
    identity = ["node", "--test", "--test-reporter=spec", "--test-reporter-destination=stdout"]
    identity += ["--test-reporter=junit", f"--test-reporter-destination={node_report}"]
    identity += ["tests/unit/hub/identity/*_test.js"]
    return [
        Stage(
            "format",
            [["ruff", "format", "--check", "--quiet", "."], ["jlpm", "run", "prettier", "--check", "."]],
        ),
        Stage("lint", [["ruff", "check", "--quiet", "."], ["jlpm", "run", "eslint", "."]]),
        Stage("types", [["pyright"], ["jlpm", "run", "types"]]),
        Stage("imports", [["lint-imports"]]),
        Stage("house", [[*PYTEST, "tests/contract/test_house.py"]], counted=True),
        Stage("unit", [[*PYTEST, "tests/unit"], ["jlpm", "run", "vitest", "run"], identity], counted=True),
        Stage(
            "contract", [[*PYTEST, "tests/contract", "--ignore=tests/contract/test_house.py"]], counted=True
        ),
        Stage("integration", [[*PYTEST, "tests/integration"]], counted=True),
        Stage("browser", [[*PYTEST, "tests/browser"]], counted=True),
    ]


def main(names: Sequence[str]) -> int:
    """Run the stages called `names` (all without any); 1 when something failed."""
    ARTIFACTS.mkdir(exist_ok=True)
    chosen = [stage for stage in stages() if not names or stage.name in names]
    for stage in chosen:
        print(f"\n== {stage.name}", flush=True)
        stage.run()
    print(f"\n{'stage':14}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}")
    for stage in chosen:
        counts = f"{stage.passed:8}{stage.failed:8}{len(stage.skipped):9}{stage.seconds:9.0f}"
        print(f"{stage.name:14}{counts}")
    for stage in chosen:
        for skip in stage.skipped:
            print(f"skipped in {stage.name}: {skip}")
    passed, failed = sum(stage.passed for stage in chosen), sum(stage.failed for stage in chosen)
    skipped = sum(len(stage.skipped) for stage in chosen)
    print(f"\n{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
