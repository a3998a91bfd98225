"""Starts the SoS kernel, with a start of the kernels below it that is private and leaves nothing behind.

They are reached through sockets of their own, where no other account of the machine comes. SoS takes a late
answer to a question about a kernel for the end of its first cell, and would lose that cell's output.
"""

import time
from typing import Any

from ipykernel.kernelapp import IPKernelApp
from jupyter_client import manager
from jupyter_client.blocking.client import BlockingKernelClient
from sos_notebook.kernel import SoS_Kernel

_SECONDS = 60.0


class PatientClient(BlockingKernelClient):
    """A client whose questions about a kernel are over when they return."""

    is_patient = False

    def kernel_info(self, *arguments: Any, **options: Any) -> str:
        """Ask; once the kernel runs, wait until it has said all that belongs to the answer."""
        question: str = super().kernel_info(*arguments, **options)
        if self.is_patient:
            wait_until_idle(self, question)
        return question


def start_new_kernel(
    startup_timeout: float = _SECONDS, kernel_name: str = "python", **launching: Any
) -> tuple[manager.KernelManager, PatientClient]:
    """Start a kernel and a client of it, and return when every question of the start is answered."""
    started = manager.KernelManager(kernel_name=kernel_name, transport="ipc", client_factory=PatientClient)
    started.start_kernel(**launching)
    client = started.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=startup_timeout)
        client.is_patient = True
        client.kernel_info()
    except Exception:
        client.stop_channels()
        started.shutdown_kernel(now=True)
        raise
    return started, client


def wait_until_idle(client: PatientClient, question: str) -> None:
    """Read what a kernel says up to the end of its answer to a question; raises TimeoutError."""
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        if not client.iopub_channel.msg_ready():
            time.sleep(0.01)
            continue
        message = client.get_iopub_msg()
        ended = message["content"].get("execution_state") == "idle"
        if ended and message["parent_header"].get("msg_id") == question:
            return
    raise TimeoutError("The kernel does not answer")


def main() -> None:
    """Run the SoS kernel of the command line to its end."""
    manager.start_new_kernel = start_new_kernel
    IPKernelApp.launch_instance(kernel_class=SoS_Kernel)


if __name__ == "__main__":
    main()
