"""A pool of threads that counts what it is given to do."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor


class CountingExecutor(ThreadPoolExecutor):
    """Counts what it is given to do, in `given`."""

    given = 0

    def submit[**P, T](self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Do it."""
        self.given += 1
        return super().submit(fn, *args, **kwargs)
