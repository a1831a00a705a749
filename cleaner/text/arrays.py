"""The types of the arrays that describe a document, named after the meaning of their numbers."""

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
# Signals of many rows, in half the memory.
SingleArray = npt.NDArray[np.float32]
# Indices into other arrays.
NumberArray = npt.NDArray[np.intp]
# Characters by their code points, one, two or four bytes each.
CodeArray = npt.NDArray[np.uint32] | npt.NDArray[np.uint16] | npt.NDArray[np.uint8]
# The classes of each character, one bit for each class in `cleaner.text.characters`.
ClassArray = npt.NDArray[np.uint16]
# Hashes of words or lines.
HashArray = npt.NDArray[np.uint64]
# The line that each word is on.
LineNumbers = npt.NDArray[np.int32]
