"""What is staged of the entries of an instruction, in numbers: a part of the native engine's plan.

Below ``native_plan``; after ``staging``, which does the same for entries that Python has decoded.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from . import model
from .staging import Instruction

_Tuple: TypeAlias = tuple[Any, ...]

#: The numbers of the members of a line start here; the number of no operand at all.
_OF_LINE, _NEVER = 64, -2


class NoPlan(ValueError):
    """The rule set is none that the engine can be told of."""


class Stages:
    """What is staged of the entries of one instruction, in numbers; ``of_line`` and ``of_entry`` are members."""

    def __init__(self, of_line: list[str], of_entry: list[str]) -> None:
        self._of_line, self._of_entry = of_line, of_entry

    def of(self, instruction: Instruction) -> _Tuple:
        record = instruction.record
        names = [reference.name for _, reference, _ in instruction.named]
        about = tuple(names.index(name) for name in record.about)
        unspaced = {name for p in instruction.prefixed[:1] for name in p.reference.members}
        return (
            instruction.number,
            record.derived,
            self._operands(record.key),
            record.scope is not None,
            self._facet(record.scope),
            record.part is not None,
            self._facet(record.part),
            self._operand(record.at) if record.at else _NEVER,
            sum(1 << self._operand(name) for name in sorted(unspaced)),
            about,
            tuple(self._named(record, *named) for named in instruction.named),
            tuple(
                (p.number, p.reference.form == "activity-id", p.several, p.reference.prefix.encode())
                for p in instruction.prefixed
            ),
        )

    def _named(self, record: model.Record, number: int, reference: model.Reference, to: model.Record) -> _Tuple:
        return (
            number,
            reference.form == "activity-id",
            reference.to == record.name,
            to.derived,
            to.derived and to.part is not None and reference.form == "key",
            self._operands(reference.members),
            self._operands(reference.absent),
        )

    def _operands(self, operands: Iterable[str], given: int = _NEVER, prefix: str = "") -> _Tuple:
        return tuple(map(self._operand, operands)), given, prefix.encode()

    def _facet(self, operands: model.Operands | None) -> _Tuple:
        if operands is None:
            return self._operands(())
        given = self._operand(operands.given) if operands.given else _NEVER
        return self._operands(operands.members, given, operands.prefix)

    def _operand(self, operand: str) -> int:
        """The number of an operand: -1 is the entry itself."""
        if not operand:
            return -1
        name = operand.removeprefix("/")
        names, first = (self._of_entry, 0) if name == operand else (self._of_line, _OF_LINE)
        if name not in names:
            raise NoPlan(f"{operand} is no member that the rules define")
        return first + names.index(name)
