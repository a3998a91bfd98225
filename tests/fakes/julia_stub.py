#!/usr/bin/env python
"""Stands in for Julia where there is none: a kernel that speaks the protocol and knows one expression.

It is called as Julia is, by the kernel's command line and by what asks whether IJulia is there.
"""

import sys
from typing import Any

from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel

VERSION = "1.12.1"


class OneExpression(Kernel):
    """Knows what `print(sum(1:4))` prints."""

    implementation = "stub"
    implementation_version = VERSION
    language_info = {"name": "julia", "mimetype": "text/x-julia", "file_extension": ".jl"}  # noqa: RUF012
    banner = "Not Julia"

    def do_execute(self, code: str, silent: bool, *_arguments: Any, **_options: Any) -> dict[str, Any]:
        """Print what Julia would, or fail as it would."""
        if code.strip() != "print(sum(1:4))":
            content = {"ename": "UndefVarError", "evalue": code, "traceback": []}
            self.send_response(self.iopub_socket, "error", content)
            return {"status": "error", "execution_count": self.execution_count, **content}
        if not silent:
            self.send_response(self.iopub_socket, "stream", {"name": "stdout", "text": "10"})
        counted = {"execution_count": self.execution_count}
        return {"status": "ok", **counted, "payload": [], "user_expressions": {}}


def main(words: list[str]) -> None:
    """Do what Julia is asked for with `-e`."""
    program = words[words.index("-e") + 1]
    if "IJulia.run_kernel()" in program:
        IPKernelApp.launch_instance(["-f", words[-1]], kernel_class=OneExpression)
    elif "VERSION" in program:
        print(f"IJulia with Julia {VERSION}", end="")


if __name__ == "__main__":
    main(sys.argv[1:])
