"""How busy the server's GPUs are, by NVIDIA's management library where it is installed."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

_MOST_GPUS = 64


class GpuMeter:
    """The busiest GPU's utilisation; `library` is NVML's Python module, None where there is none."""

    def __init__(self, library: Any) -> None:
        self._library = library
        self._seen_until: dict[int, int] = {}

    def percent(self) -> float | None:
        """Percent of the busiest GPU since the look before; None without a GPU that tells it.

        A part of a GPU (MIG) tells none.
        """
        return max(self._each(), default=None)

    def _each(self) -> Iterator[float]:
        library = self._library
        if library is None:
            return
        try:
            count = library.nvmlDeviceGetCount()
        except library.NVMLError:
            return
        for index in range(min(count, _MOST_GPUS)):
            try:
                yield self._of(index)
            except library.NVMLError:
                continue

    def _of(self, index: int) -> float:
        library = self._library
        handle = library.nvmlDeviceGetHandleByIndex(index)
        try:
            kind, samples = library.nvmlDeviceGetSamples(
                handle, library.NVML_GPU_UTILIZATION_SAMPLES, self._seen_until.get(index, 0)
            )
        except library.NVMLError:
            samples, kind = [], None
        if kind != library.NVML_VALUE_TYPE_UNSIGNED_INT or not samples:
            return float(library.nvmlDeviceGetUtilizationRates(handle).gpu)
        self._seen_until[index] = max(int(each.timeStamp) for each in samples)
        return sum(float(each.sampleValue.uiVal) for each in samples) / len(samples)


def load_library() -> Any:
    """NVML's module, ready for use; None where it, its driver or every GPU is missing."""
    try:
        library: Any = import_module("pynvml")
    except ImportError:
        return None
    try:
        library.nvmlInit()
    except library.NVMLError:
        return None
    return library
