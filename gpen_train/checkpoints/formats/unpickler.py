"""The one reader of pickles: a small machine of its own, which calls nothing but the stubs it is given.

Kept in place of ``pickle.Unpickler`` with an allow-list, which takes 4,096 MB for one LONG_BINPUT of 2^28
where this takes none, and 900 MB for 450 MB of NVlabs' tensors where this takes 452, hashes a key of 40
shared tuples for ever, and dies of one of 10^6 nested tuples (SIGSEGV).

Source: the standard library's pickletools, which documents and decodes the opcodes.
"""

import pickletools
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import IO, Any, cast

from gpen_train.checkpoints.formats.arrays import num_bytes
from gpen_train.checkpoints.formats.errors import OtherKind, RefusedName
from gpen_train.checkpoints.formats.stubs import Stub, checked_key, set_state
from gpen_train.checkpoints.formats.window import Window

OPCODES = {opcode.code.encode("latin-1"): opcode for opcode in pickletools.opcodes}
MAX_STEPS = 2_000_000  # opcodes and copied entries of one file; large checkpoints take a tenth of it
MAX_PROTOCOL = 5
LENGTHS = {"BINBYTES": 4, "BINBYTES8": 8, "BYTEARRAY8": 8}  # bytes in which these say how many follow


class Budget:
    """The steps that are left to a file, so that none takes for ever."""

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self.steps = steps

    def spend(self, steps: int) -> None:
        """Raises ValueError where none are left."""
        self.steps -= steps
        if self.steps < 0:
            raise ValueError(f"its pickle takes more than {MAX_STEPS} steps, as no checkpoint does")


class Unpickler:
    """Reads one pickle. ``names`` holds all that it may name: a Stub, which it may call, or a plain value.

    Bytes, but for short ones, come as a Window on the file, unread.
    """

    def __init__(
        self,
        window: Window,
        budget: Budget,
        names: Mapping[tuple[str, str], Any] = MappingProxyType({}),
        persistent_load: Callable[[Any], Any] | None = None,  # what stands for a persistent id
    ) -> None:
        self.window, self.names, self.budget = window, names, budget
        self.persistent_load = persistent_load
        self.stack: list[Any] = []
        self.below: list[list[Any]] = []  # the stack under each mark
        self.memo: dict[int, Any] = {}
        self.copied_bytes = (
            2 * window.left
        )  # of text and bytes; protocol 2 has bytes as text, to be encoded first

    def load(self) -> Any:
        """The value that the pickle describes; the window is left just behind it.

        Raises RefusedName for a name that is not in ``names``, and nearly any error for a damaged pickle.
        """
        while True:
            self.budget.spend(1)
            code = self.window.read(1)
            opcode = OPCODES.get(code)
            if opcode is None or opcode.name not in ACTIONS:
                found = f"the byte {code.hex()}" if opcode is None else f"the opcode {opcode.name}"
                raise ValueError(f"its pickle holds {found}, which checkpoints do without")
            if opcode.name == "STOP":
                return self.stack.pop()
            ACTIONS[opcode.name](self, self._argument(opcode))

    def _argument(self, opcode: pickletools.OpcodeInfo) -> Any:
        if opcode.name in LENGTHS:
            return self.window.cut(int.from_bytes(self.window.read(LENGTHS[opcode.name]), "little"))
        return None if opcode.arg is None else opcode.arg.reader(cast(IO[bytes], self.window))

    def start(self, protocol: int) -> None:
        if protocol > MAX_PROTOCOL:
            raise OtherKind(f"its pickle is of protocol {protocol}; expected at most {MAX_PROTOCOL}")

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def mark(self) -> None:
        self.below.append(self.stack)
        self.stack = []

    def above_mark(self) -> list[Any]:
        """The values pushed since the last mark, taken off."""
        values, self.stack = self.stack, self.below.pop()
        return values

    def last(self, count: int) -> list[Any]:
        """The last ``count`` values, taken off."""
        if len(self.stack) < count:
            raise ValueError("its pickle takes values that it never gave")
        values = self.stack[-count:]
        del self.stack[-count:]
        return values

    def remember(self, index: int) -> None:
        self.memo[index] = self.stack[-1]

    def recall(self, index: int) -> None:
        if index not in self.memo:
            raise ValueError(f"its pickle recalls value {index}, which it never stored")
        self.push(self.memo[index])

    def find(self, module: Any, name: Any) -> None:
        """Push what stands for ``module.name``."""
        if type(module) is not str or type(name) is not str:
            raise ValueError("its pickle names a function by something else than text")
        if (module, name) not in self.names:
            raise RefusedName(module, name)
        self.push(self.names[module, name])

    def call(self) -> None:
        """Call a stub with a tuple of arguments."""
        stub, arguments = self.last(2)
        if not isinstance(stub, Stub) or type(arguments) is not tuple:
            raise ValueError(f"its pickle calls a {type(stub).__name__}")
        self._spend_for(*arguments)
        self.push(stub.make(*arguments))

    def build(self) -> None:
        target, state = self.last(2)
        self._spend_for(state)
        set_state(target, state)
        self.push(target)

    def set_items(self, values: list[Any]) -> None:
        target = self.stack[-1]
        if not isinstance(target, dict):
            raise ValueError(f"its pickle sets items of a {type(target).__name__}")
        for key, value in zip(values[::2], values[1::2], strict=True):
            target[checked_key(key)] = value

    def append(self, values: list[Any]) -> None:
        if type(self.stack[-1]) is not list:
            raise ValueError(f"its pickle appends to a {type(self.stack[-1]).__name__}")
        self.stack[-1].extend(values)

    def add(self, values: list[Any]) -> None:
        if type(self.stack[-1]) is not set:
            raise ValueError(f"its pickle adds to a {type(self.stack[-1]).__name__}")
        self.stack[-1].update(map(checked_key, values))

    def load_persistent(self) -> None:
        if self.persistent_load is None:
            raise ValueError("its pickle refers to data outside of it")
        self.push(self.persistent_load(self.stack.pop()))

    def _spend_for(self, *values: Any) -> None:
        """Copying a container takes a step an entry; text and bytes have a limit of their own."""
        self.budget.spend(sum(len(value) for value in values if isinstance(value, list | tuple | dict)))
        self.copied_bytes -= sum(map(num_bytes, values))
        if self.copied_bytes < 0:
            raise ValueError("its pickle takes the same bytes again and again")


# What each opcode does, given its argument in the pickle.
PUSHED = (
    *("BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"),
    *("BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINSTRING", "SHORT_BINSTRING"),
    *("SHORT_BINBYTES", *LENGTHS),
)
ACTIONS: dict[str, Callable[[Unpickler, Any], None]] = {
    "PROTO": Unpickler.start,
    **dict.fromkeys(("FRAME", "STOP"), lambda machine, _: None),
    "MARK": lambda machine, _: machine.mark(),
    **dict.fromkeys(PUSHED, Unpickler.push),
    "NONE": lambda machine, _: machine.push(None),
    "NEWTRUE": lambda machine, _: machine.push(True),
    "NEWFALSE": lambda machine, _: machine.push(False),
    "EMPTY_TUPLE": lambda machine, _: machine.push(()),
    "EMPTY_LIST": lambda machine, _: machine.push([]),
    "EMPTY_DICT": lambda machine, _: machine.push({}),
    "EMPTY_SET": lambda machine, _: machine.push(set()),
    "TUPLE": lambda machine, _: machine.push(tuple(machine.above_mark())),
    "TUPLE1": lambda machine, _: machine.push(tuple(machine.last(1))),
    "TUPLE2": lambda machine, _: machine.push(tuple(machine.last(2))),
    "TUPLE3": lambda machine, _: machine.push(tuple(machine.last(3))),
    "APPEND": lambda machine, _: machine.append(machine.last(1)),
    "APPENDS": lambda machine, _: machine.append(machine.above_mark()),
    "ADDITEMS": lambda machine, _: machine.add(machine.above_mark()),
    "SETITEM": lambda machine, _: machine.set_items(machine.last(2)),
    "SETITEMS": lambda machine, _: machine.set_items(machine.above_mark()),
    **dict.fromkeys(("BINPUT", "LONG_BINPUT"), Unpickler.remember),
    "MEMOIZE": lambda machine, _: machine.remember(len(machine.memo)),
    **dict.fromkeys(("BINGET", "LONG_BINGET"), Unpickler.recall),
    "GLOBAL": lambda machine, argument: machine.find(*argument.split(" ", 1)),
    "STACK_GLOBAL": lambda machine, _: machine.find(*machine.last(2)),
    **dict.fromkeys(("REDUCE", "NEWOBJ"), lambda machine, _: machine.call()),
    "BUILD": lambda machine, _: machine.build(),
    "BINPERSID": lambda machine, _: machine.load_persistent(),
}
