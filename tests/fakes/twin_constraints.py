"""Constraints of two digital twins, small, in the form and with the words of their documentation."""

from typing import Any

_CLIMATE: dict[str, Any] = {
    "class": ["d1"], "dataset": ["climate-dt"], "generation": ["2"], "realization": ["1"],
    "expver": ["0001"], "type": ["fc"], "date": ["20150101/to/20491231"],
}  # fmt: skip
_PROJECTIONS = _CLIMATE | {"activity": ["projections"], "experiment": ["SSP3-7.0"]}
CLIMATE: list[dict[str, Any]] = [
    _PROJECTIONS | {
        "model": ["IFS-NEMO", "ICON"], "resolution": ["standard", "high"], "stream": ["clte"],
        "levtype": ["sfc"], "param": ["165", "166", "167"],
    },
    _PROJECTIONS | {
        "model": ["IFS-NEMO"], "resolution": ["high"], "stream": ["clte"], "levtype": ["pl"],
        "levelist": ["1000", "850", "500"], "param": ["130", "131", "132"],
    },
    _PROJECTIONS | {
        "model": ["IFS-NEMO"], "resolution": ["standard"], "stream": ["clmn"], "levtype": ["o2d"],
        "param": [263101],
    },
    _CLIMATE | {
        "activity": ["story-nudging"], "experiment": ["cont", "hist"], "model": ["IFS-FESOM"],
        "realization": ["1", "2"], "resolution": ["high"], "stream": ["clte"], "levtype": ["sfc"],
        "param": ["167"],
    },
]  # fmt: skip
EXTREMES: list[dict[str, Any]] = [
    {
        "class": ["d1"], "dataset": ["extremes-dt"], "expver": ["0001"], "stream": ["oper"], "type": ["fc"],
        "levtype": ["sfc"], "param": ["31", "167"], "time": ["0000"], "step": [0, 1, 2, 10],
    },
]  # fmt: skip
