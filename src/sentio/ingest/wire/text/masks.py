"""Bytes looked at 64 (or eight) at a time: which of them equal one byte, as bits of a number.

Compiled kernels use these; LLVM makes the widest vector instructions of the processor of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numba
import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic as numba_intrinsic

WIDTH = 64

Codegen = tuple[Any, Callable[..., Any]]  # Any: numba's own types are not published

# cast: what it makes is called without the first argument, the typing context
intrinsic = cast("Callable[[Callable[..., Codegen]], Any]", numba_intrinsic)


@intrinsic
def equal_bytes(_context: Any, data: Any, _at: Any, _byte: Any) -> Codegen:  # noqa: ANN401
    """``equal_bytes(data, at, byte)``: bit i tells whether ``data[at + i] == byte``; unchecked."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ANN401
        array = context.make_array(signature.args[0])(context, builder, args[0])
        vector = ir.VectorType(ir.IntType(8), WIDTH)
        place = builder.bitcast(builder.gep(array.data, [args[1]]), vector.as_pointer())
        there = builder.load(place)
        there.align = 1
        lane = builder.insert_element(
            ir.Constant(vector, ir.Undefined), args[2], ir.Constant(ir.IntType(32), 0)
        )
        everywhere = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
        wanted = builder.shuffle_vector(lane, ir.Constant(vector, ir.Undefined), everywhere)
        return builder.bitcast(builder.icmp_unsigned("==", there, wanted), ir.IntType(WIDTH))

    return types.uint64(data, types.intp, types.uint8), generate


@intrinsic
def eight_bytes(_context: Any, data: Any, _at: Any) -> Codegen:  # noqa: ANN401
    """``eight_bytes(data, at)``: the eight bytes from there on as one number; unchecked."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ANN401
        array = context.make_array(signature.args[0])(context, builder, args[0])
        place = builder.gep(array.data, [args[1]])
        there = builder.load(builder.bitcast(place, ir.IntType(64).as_pointer()))
        there.align = 1
        return there

    return types.uint64(data, types.intp), generate


@intrinsic
def ones(_context: Any, _mask: Any) -> Codegen:  # noqa: ANN401
    """``ones(mask)``: how many bits are set."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:  # noqa: ANN401
        return builder.ctpop(args[0])

    return types.uint64(types.uint64), generate


@intrinsic
def lowest(_context: Any, _mask: Any) -> Codegen:  # noqa: ANN401
    """``lowest(mask)``: the place of the lowest bit that is set; 64 if none is."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:  # noqa: ANN401
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(types.uint64), generate


def padded(data: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Give what is left of the bytes behind the last whole 64, filled up with zeros."""
    rest = np.zeros(WIDTH, dtype=np.uint8)
    tail = data[len(data) // WIDTH * WIDTH :]
    rest[: len(tail)] = tail
    return rest


def count(data: npt.NDArray[np.uint8], byte: int) -> int:
    """Count the bytes that equal one."""
    whole = len(data) // WIDTH * WIDTH
    return int(_count(data[:whole], np.uint8(byte))) + int((data[whole:] == byte).sum())


@numba.njit(nogil=True, cache=True, boundscheck=False)
def _count(data: npt.NDArray[np.uint8], byte: np.uint8) -> np.int64:
    found = np.uint64(0)
    for at in range(0, len(data), WIDTH):
        found += ones(equal_bytes(data, at, byte))
    return np.int64(found)
