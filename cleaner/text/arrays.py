"""The arrays that a document is measured in, by what their numbers are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = [
    "BoolArray",
    "ClassArray",
    "CodeArray",
    "FloatArray",
    "HashArray",
    "IntArray",
    "LineNumbers",
    "NumberArray",
    "SingleArray",
]

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
# Signals of many rows, half as long.
SingleArray = npt.NDArray[np.float32]
# Places in other arrays.
NumberArray = npt.NDArray[np.intp]
# Characters by their code points, one, two or four bytes each.
CodeArray = npt.NDArray[np.uint32] | npt.NDArray[np.uint16] | npt.NDArray[np.uint8]
# What each character is, a bit for each class of `cleaner.text.characters`.
ClassArray = npt.NDArray[np.uint16]
# Words or lines by a hash.
HashArray = npt.NDArray[np.uint64]
# The line that each word is on.
LineNumbers = npt.NDArray[np.int32]
