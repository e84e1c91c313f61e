"""Arguments made to hurt: tensors that share memory, and objects that act when read.

A `World` makes the arguments of one call. It knows every tensor and Variable that it
made, so that an object whose value is asked for (`Number`, `Sequence`, ...) can resize,
re-point or drop one of them in the middle of the call.
"""

import gc
import math
import random

import numpy as np

import torchlike as torch
from torchlike.autograd import Variable

TYPES = ("Byte", "Char", "Short", "Int", "Long", "Float", "Double", "Half")
# Sizes that memory could serve are small, all others far too large.
_HUGE = (63, 64, 65, 2**31 - 1, -(2**31), 2**32, 2**40, 2**61, 2**62, 2**63 - 1)
_NUMBERS = (-2, -1, -1, 0, 0, 1, 1, 1, 2, 2, 3, 4, 5, 7)
_FLOATS = (0.0, -0.0, 0.5, 1.5, -1.0, 1e-320, 1e308, math.inf, -math.inf, math.nan)
_PROBLEMS = (KeyError, StopIteration, IndexError, OverflowError, RecursionError)


class Number:
    """An int or float to whoever asks; asking makes it act."""

    def __init__(self, world, value):
        self.world, self.value = world, value

    def __index__(self):
        self.world.act()
        return self.value

    def __float__(self):
        self.world.act()
        return float(self.value)

    def __bool__(self):
        self.world.act()
        return bool(self.value)

    __int__ = __index__


class Real(Number):
    """A number that is no index."""

    __index__ = None


class Sequence:
    """A sequence whose length and items change while it is read."""

    def __init__(self, world, items):
        self.world, self.items = world, items

    def __len__(self):
        self.world.act()
        return len(self.items) + self.world.random.choice((0, 0, 0, 1, -1, 1000))

    def __getitem__(self, i):
        self.world.act()
        if not isinstance(i, int) or not 0 <= i < len(self.items):
            raise IndexError(i)
        return self.items[i]


class Array:
    """What says that it is an array of NumPy."""

    def __init__(self, world, values):
        self.world, self.values = world, values

    def __array__(self, dtype=None, copy=None):
        self.world.act()
        return np.array(self.values, dtype)


class World:
    """Makes arguments; one seed, one sequence of them."""

    def __init__(self, seed, type_name="Float"):
        self.random = random.Random(seed)
        self.type_name = type_name
        self.tensors = []  # all that were made, for objects that act
        self.variables = []
        self.storages = []
        self.acted = 0
        pick = self.random.choice
        self.sizes = [pick((1, 2, 3, 4)) for _ in range(4)]
        self.wild = self.random.random() < 0.35  # little fits, objects act

    def chance(self, p):
        return self.random.random() < p

    # ---- what objects do when they are asked

    def act(self):
        """Change something that the call under way may be using."""
        self.acted += 1
        pick = self.random.choice
        if self.acted > 50:
            return
        if self.storages and (not self.tensors or self.chance(0.3)):
            self.change_storage(pick(self.storages))
            return
        if not self.tensors:
            return
        t = pick(self.tensors)
        action = pick(
            (
                lambda: t.resize_(pick((0, 1, 1, 3, 5000))),
                lambda: t.resize_(2, 3, 4, 5),
                lambda: t.set_(),
                lambda: t.set_(type(t)(pick((1, 7)))),
                lambda: t.storage().resize_(pick((0, 1, 4000))),
                lambda: t.t_(),
                lambda: t.unsqueeze_(0),
                lambda: t.squeeze_(),
                lambda: t.fill_(pick((-1, 1 << 40, 100))),
                lambda: self.tensors.clear(),
                lambda: gc.collect(0),
                self.change_variable,
                self.change_variable,
                self.fail,
            )
        )
        if action == self.fail:
            action()
        try:
            action()
        except (RuntimeError, TypeError, ValueError, AttributeError, OverflowError):
            pass

    def change_variable(self):
        if not self.variables:
            return
        pick = self.random.choice
        v = pick(self.variables)
        other = pick(TYPES) if self.chance(0.5) else v.data.type()[6:-6]
        action = pick(
            (
                lambda: setattr(v, "data", getattr(torch, other + "Tensor")(2).zero_()),
                lambda: v.data.resize_(pick((1, 5000))),
                lambda: v.detach_(),
                lambda: setattr(v, "requires_grad", pick((True, False))),
                lambda: setattr(v, "volatile", pick((True, False))),
                lambda: setattr(v, "grad", pick((None, v.detach()))),
                lambda: v.backward(v.data.clone().fill_(1)),
                lambda: v.add_(1),
                lambda: v.register_hook(self.hook),
            )
        )
        action()

    def change_storage(self, storage):
        pick = self.random.choice
        try:
            storage.resize_(pick((0, 0, 1, 2, 4000)))
            if self.chance(0.1):
                storage.share_memory_()
        except RuntimeError:  # it is lent
            pass

    def fail(self):
        raise self.random.choice(_PROBLEMS)("from an argument")

    def hook(self, *gradients):
        """A hook, or another function that is called back."""
        self.act()
        first = gradients[0] if gradients else None
        return self.random.choice((None, None, None, first, 1, "x"))

    # ---- arguments

    def integer(self):
        if self.wild and self.chance(0.15):
            return self.random.choice(_HUGE)
        if self.wild and self.chance(0.2):
            return Number(self, self.random.choice(_NUMBERS))
        return self.random.choice(_NUMBERS[:11] if not self.wild else _NUMBERS)

    def number(self):
        p = self.random.random()
        if p < 0.4:
            return self.integer()
        if self.wild and p < 0.6:
            make = self.random.choice((Number, Real))
            return make(self, self.random.choice(_NUMBERS))
        if p < 0.65:
            return self.random.choice((np.float32(1.5), np.int64(2), np.uint8(3)))
        return self.random.choice(_FLOATS[2:5] if not self.wild else _FLOATS)

    def shape(self):
        """Sizes of a tensor that may fit the others of the call."""
        r = self.random
        if self.wild and r.random() < 0.05:
            return (1,) * r.choice((63, 64)), 1
        n = r.choice((0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4))
        shape = self.sizes[4 - n :] if r.random() < 0.7 else self.sizes[:n]
        if n == 2 and r.random() < 0.3:
            shape = [self.sizes[0]] * 2
        if r.random() < 0.02:
            shape = [*shape[:-1], 9000]
        return tuple(shape), n

    def tensor(self, type_name=None, shape=None):
        """A tensor: a new one, another one again, or one over the memory of another."""
        name = type_name or self.type_name
        cls = getattr(torch, name + "Tensor")
        same = [t for t in self.tensors if type(t) is cls]
        made = None
        if same and self.chance(0.3):
            made = self.alias(self.random.choice(same), shape)
        if made is None:
            made = self.new(cls, self.shape()[0] if shape is None else tuple(shape))
        self.tensors.append(made)
        return made

    def new(self, cls, shape):
        if not shape:
            return cls()
        n = math.prod(shape)
        if cls is torch.LongTensor:
            values = [self.random.choice((0, 0, 0, 1, 1, 2)) for _ in range(min(n, 64))]
            if self.chance(0.3):
                values[-1] = self.random.choice((-1, 3, 5, 1 << 40, -(1 << 63)))
        elif cls is torch.ByteTensor:
            values = [self.random.choice((0, 1, 1)) for _ in range(min(n, 64))]
        else:
            values = [self.random.randrange(-3, 9) for _ in range(min(n, 64))]
            if cls in (torch.FloatTensor, torch.DoubleTensor):
                values[0] = self.random.choice((*_FLOATS, *values))
            if cls is torch.FloatTensor or cls is torch.DoubleTensor:
                values = [v + 0.25 for v in values]
        values += [1] * (n - len(values))
        t = cls(values).view(*shape)
        layout = self.random.random()
        if layout < 0.15 and len(shape) > 1:
            return t.transpose(0, -1).clone().transpose(0, -1)
        if layout < 0.2:
            return t[-1:].expand(*shape)
        if layout < 0.25 and n < 1000:
            twice = t.storage().new(2 * n + 3)
            view = cls().set_(twice, 3, shape, self.doubled(t.stride()))
            return view.copy_(t)
        return t

    @staticmethod
    def doubled(strides):
        return tuple(2 * s for s in strides)

    def alias(self, t, shape):
        """A tensor that is, or overlaps with, t."""
        r = self.random
        if not t.dim() or r.random() < 0.3:
            return t
        if shape is None and r.random() < 0.5:
            d = r.randrange(t.dim())
            return r.choice(
                (
                    lambda: t.transpose(0, -1),
                    lambda: t.narrow(d, 0, 1).expand_as(t),
                    lambda: t.narrow(d, t.size(d) // 2, t.size(d) - t.size(d) // 2),
                    lambda: t.unsqueeze(0),
                    lambda: t.squeeze(),
                    lambda: t.unfold(d, 1, 1),
                )
            )()
        shape = tuple(shape) if shape else tuple(t.size())
        if not shape or len(shape) > 8:
            return None
        stride = tuple(r.choice((0, 1, 1, 2, 4)) for _ in shape)
        last = sum((n - 1) * s for n, s in zip(shape, stride, strict=True))
        offset = r.choice((0, t.storage_offset(), 1))
        if offset + last >= len(t.storage()):
            return None
        return type(t)().set_(t.storage(), offset, shape, stride)

    def variable(self, type_name=None, shape=None):
        if self.variables and self.chance(0.2):
            return self.random.choice(self.variables)
        t = self.tensor(type_name, shape)
        flags = self.random.choice(({}, *({"requires_grad": True},) * 4))
        if self.chance(0.05):
            flags = {"volatile": True}
        v = Variable(t, **flags)
        self.variables.append(v)
        if self.chance(0.5) and hasattr(t, "add"):
            v = self.random.choice((lambda: v * 1, lambda: v + 0, lambda: v[...]))()
            self.variables.append(v)
        return v

    def sizes_argument(self):
        shape = list(self.shape()[0])
        if self.wild:
            shape = [self.integer() for _ in shape]
            if self.chance(0.1):
                return [Sequence(self, shape)]
        return shape if self.chance(0.5) else [self.random.choice((tuple, list))(shape)]

    def index(self):
        """An index of t[index]."""
        pick = self.random.choice
        one = pick(
            (
                self.integer,
                self.integer,
                lambda: slice(None),
                lambda: slice(self.integer(), self.integer(), pick((None, 1, 2))),
                lambda: None,
                lambda: Ellipsis,
                lambda: self.tensor("Long"),
                lambda: self.tensor("Byte"),
                lambda: [self.integer() for _ in range(self.random.randrange(1, 4))],
                lambda: np.array([0, 0]),
                lambda: Sequence(self, [0, 0]),
                lambda: self.odd(),
            )
        )
        n = self.random.choice((0, 1, 1, 2, 2, 3, 4))
        return one() if n == 0 else tuple(one() for _ in range(n))

    def odd(self):
        """What hardly any function expects."""
        return self.random.choice(
            (
                lambda: None,
                lambda: True,
                lambda: "abc\0\ud800",
                lambda: b"\x80",
                lambda: 1j,
                lambda: {},
                lambda: object(),
                lambda: 10**30,
                lambda: [1] * 65,
                lambda: (1 << 62, 1 << 62),
                lambda: [self.integer(), self.number()],
                lambda: [[self.number(), 2], [3, self.number()]],
                lambda: Number(self, self.random.choice(_NUMBERS)),
                lambda: Real(self, self.random.choice(_NUMBERS)),
                lambda: Sequence(self, [1, 2, 3]),
                lambda: Sequence(self, [Sequence(self, [1, 2]), [3, 4]]),
                lambda: Array(self, [[1, 2], [3, 4]]),
                lambda: self.hook,
                lambda: iter([1, 2]),
                lambda: slice(self.integer(), None),
                lambda: torch.Size([2, 3]),
                lambda: torch.Generator(),
                lambda: np.arange(6.0).reshape(2, 3)[:, ::-1],
                lambda: self.storage(),
                lambda: [self.tensor() for _ in range(3)],
                lambda: tuple(self.variable() for _ in range(2)),
                lambda: (self.tensor(), self.odd()),
                lambda: self.tensor(self.random.choice(TYPES)),
                lambda: self.variable(self.random.choice(TYPES)),
            )
        )()

    def storage(self):
        if self.tensors and self.chance(0.5):
            return self.random.choice(self.tensors).storage()
        name = self.type_name if self.chance(0.8) else self.random.choice(TYPES)
        cls = getattr(torch, name + "Storage")
        made = cls(self.random.choice((0, 1, 5, 24, 9000))).fill_(1)
        if len(made) > 4 and self.chance(0.2):
            made = made[1 : self.integer_between(2, 4)]
        self.storages.append(made)
        return made

    def integer_between(self, low, high):
        return self.random.randrange(low, high + 1)

    def value(self, variables=False):
        """Any argument."""
        p = self.random.random()
        if p < 0.35:
            return self.variable() if variables else self.tensor()
        if p < 0.55:
            return self.integer()
        if p < 0.65:
            return self.number()
        if p < 0.72:
            return self.index()
        return self.odd()
