"""What becomes of an exception that is raised at a certain place of a function, as its bytecode tells."""

from __future__ import annotations

import dis
import functools
from collections.abc import Iterator
from itertools import takewhile
from types import CodeType, FrameType
from typing import Any

_TRANSPARENT = frozenset(("COPY", "POP_EXCEPT", "RERAISE", "PUSH_EXC_INFO", "CALL_INTRINSIC_1"))
_POP_EXCEPT = dis.opmap["POP_EXCEPT"]
_EXIT_ARGUMENTS = 3
"""A ``with`` block that ends well calls ``__exit__(None, None, None)``."""
_CALL_LENGTH = 2
"""A call is two instructions in Python 3.11."""


def is_caught(frame: FrameType) -> bool:
    """Whether a handler of the frame could catch an exception at its present line."""
    return any(start <= frame.f_lasti < end for start, end in _handled(frame.f_code))


def is_tidying(frame: FrameType) -> bool:
    """Whether the frame is in a ``finally`` block or leaves a ``with`` block, and would skip a part of that."""
    return any(start <= frame.f_lasti < end for start, end in _tidying(frame.f_code))


def is_leaving_handler(frame: FrameType) -> bool:
    """Whether the frame has dealt with an exception just now. Python would never forget that one if another came."""
    return frame.f_code.co_code[frame.f_lasti] == _POP_EXCEPT


@functools.lru_cache(maxsize=512)
def _handled(code: CodeType) -> tuple[tuple[int, int], ...]:
    """The ranges of the code whose exceptions some handler might swallow; ``with`` blocks and clean-up do not count."""
    bytecode = dis.Bytecode(code)
    operations = {instruction.offset: instruction.opname for instruction in bytecode}
    offsets = sorted(operations)

    def passes_on(target: int) -> bool:
        for offset in offsets[offsets.index(target) :]:
            name = operations[offset]
            if name in ("RERAISE", "WITH_EXCEPT_START"):
                return True
            if name not in _TRANSPARENT:
                return False
        return False

    return tuple((entry.start, entry.end) for entry in _entries(bytecode) if not passes_on(entry.target))


@functools.lru_cache(maxsize=512)
def _tidying(code: CodeType) -> tuple[tuple[int, int], ...]:
    """The ranges of clean-up: of ``finally`` blocks, and of what leaves ``with`` blocks."""
    bytecode = dis.Bytecode(code)
    instructions = list(bytecode)
    targets = {entry.target for entry in _entries(bytecode)}
    starts = {*_finals(instructions, targets), *_good_exits(instructions), *_bad_exits(instructions)}
    ends = [each.offset for each in instructions[1:]] + [len(code.co_code)]
    return tuple((each.offset, end) for each, end in zip(instructions, ends, strict=True) if each.offset in starts)


def _finals(instructions: list[dis.Instruction], targets: set[int]) -> Iterator[int]:
    """The lines of a finally block stand in the code twice: in a handler, and for when all goes well."""
    lines: dict[bool, set[int | None]] = {True: set(), False: set()}
    in_handler = False
    for each, following in zip(instructions, [*instructions[1:], None], strict=True):
        in_handler = each.offset in targets or (in_handler and each.opname not in ("POP_EXCEPT", "RERAISE"))
        if following is not None and following.opname == "WITH_EXCEPT_START":
            in_handler = False
        lines[in_handler].add(_line(each))
    twice = lines[True] & lines[False] - {None}
    return (each.offset for each in instructions if _line(each) in twice)


def _good_exits(instructions: list[dis.Instruction]) -> Iterator[int]:
    """Where ``with`` blocks end that went well."""
    for position in range(len(instructions) - _EXIT_ARGUMENTS):
        arguments = instructions[position : position + _EXIT_ARGUMENTS]
        if all(each.opname.startswith("LOAD_CONST") and each.argval is None for each in arguments):
            before = instructions[max(0, position - 1)]
            following = instructions[position + _EXIT_ARGUMENTS :][:_CALL_LENGTH]
            yield from (each.offset for each in arguments)
            yield from (each.offset for each in (before, *following) if each.opname in ("SWAP", "PRECALL", "CALL"))


def _bad_exits(instructions: list[dis.Instruction]) -> Iterator[int]:
    """Where ``with`` blocks end that an exception leaves."""
    for position, each in enumerate(instructions):
        if each.opname == "WITH_EXCEPT_START":
            yield instructions[position - 1].offset
            yield from (
                call.offset
                for call in takewhile(lambda call: not call.opname.startswith("POP_JUMP"), instructions[position:])
            )


def _line(instruction: dis.Instruction) -> int | None:
    return instruction.positions.lineno if instruction.positions else None


def _entries(bytecode: dis.Bytecode) -> list[Any]:
    return bytecode.exception_entries  # type: ignore[attr-defined,no-any-return]  # there since 3.11
