"""What a process that reads data may take: no file's claim of its size takes the memory of the kernels."""

import resource


def limit_memory(most: int) -> None:
    """Let this process and its threads have so many bytes; more is a MemoryError."""
    allowed = within(most, resource.getrlimit(resource.RLIMIT_DATA)[1])
    resource.setrlimit(resource.RLIMIT_DATA, (allowed, allowed))


def within(most: int, allowed: int) -> int:
    """The smaller of two limits of the system, of which one may be that there is none."""
    return most if allowed == resource.RLIM_INFINITY else min(most, allowed)
