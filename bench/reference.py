# SPDX-License-Identifier: MIT
"""Reference numbers for RnnTest.java: training runs by PyTorch in float64, and exact values of tanh, expm1, exp.

Run by hand, never by the tests (Debian: apt-get install python3-torch python3-mpmath):

    /usr/bin/python3 bench/reference.py        # writes bench/reference.json

Parameters and data follow from one exact formula, so that Java makes the same ones:
    value(k) = ((k * 7919 + 104729) % 2003) / 2003.0 * 2 - 1        code(k) = (k * 7919 + 104729) % 2003 % K
parameters  0.5 * value(k), k from 0 through Wxh [I,H], Whh [H,H], bh [H], Why [H,O], by [O], row by row
inputs      value(k), k from 10000, [N][T][I]           targets  value(k), k from 20000, [N][Tscored][O]
labels      code(k),  k from 30000, [N][Tscored], K = O
A stream (steps > 0) is N x `values` of these, cut by DESIGN.md section 3: inputs are all but the last value,
targets all but the first. Under mse the values are [N][values][I] from k = 10000, under cross-entropy they are
codes [N][values] from k = 30000, one-hot as inputs.
"""
import json
import math
import pathlib
import random

import mpmath
import torch
from torch.nn.functional import cross_entropy, mse_loss, one_hot

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

CASES = [  # steps: window of truncated BPTT, 0 = none; values: length of a stream, 0 = none; clip 0 = off
    dict(name="mse, last step", loss="mse", N=3, T=7, Tscored=1, I=2, H=5, O=3,
         learningRate=0.1, momentum=0.0, clip=0.0, weightDecay=0.0, steps=0, values=0, epochs=20),
    dict(name="mse, all steps, momentum", loss="mse", N=5, T=4, Tscored=4, I=3, H=13, O=2,
         learningRate=0.05, momentum=0.9, clip=0.0, weightDecay=0.0, steps=0, values=0, epochs=25),
    dict(name="mse, last 2 of 5 steps, clip, momentum", loss="mse", N=4, T=5, Tscored=2, I=1, H=3, O=5,
         learningRate=0.1, momentum=0.5, clip=0.2, weightDecay=0.0, steps=0, values=0, epochs=30),
    dict(name="mse, streams", loss="mse", N=2, T=22, Tscored=22, I=2, H=5, O=2,
         learningRate=0.05, momentum=0.0, clip=0.0, weightDecay=0.0, steps=5, values=23, epochs=5),
    dict(name="cross-entropy, last step", loss="cross-entropy", N=5, T=6, Tscored=1, I=2, H=7, O=4,
         learningRate=0.3, momentum=0.0, clip=0.0, weightDecay=0.0, steps=0, values=0, epochs=20),
    dict(name="mse, weight decay, momentum, clip", loss="mse", N=3, T=6, Tscored=3, I=2, H=5, O=3,
         learningRate=0.1, momentum=0.9, clip=0.3, weightDecay=0.05, steps=0, values=0, epochs=30),
    dict(name="cross-entropy, text, weight decay", loss="cross-entropy", N=2, T=25, Tscored=25, I=5, H=7, O=5,
         learningRate=0.2, momentum=0.0, clip=0.0, weightDecay=0.01, steps=7, values=26, epochs=6),
    dict(name="cross-entropy, text", loss="cross-entropy", N=1, T=39, Tscored=39, I=7, H=11, O=7,
         learningRate=0.1, momentum=0.9, clip=0.5, weightDecay=0.0, steps=9, values=40, epochs=5),
]


def code(k):
    return (k * 7919 + 104729) % 2003


def values(start, *shape):
    n = torch.Size(shape).numel()
    return torch.tensor([code(k) / 2003.0 * 2 - 1 for k in range(start, start + n)]).reshape(shape)


def codes(start, K, *shape):
    n = torch.Size(shape).numel()
    return torch.tensor([code(k) % K for k in range(start, start + n)]).reshape(shape)


def train(c):
    """The case with its losses (of each epoch, before its updates), its clipped updates and its final parameters."""
    N, T, Tscored, I, H, O = (c[key] for key in ("N", "T", "Tscored", "I", "H", "O"))
    rnn, fc = torch.nn.RNN(I, H, batch_first=True), torch.nn.Linear(H, O)
    # PyTorch keeps each matrix transposed: rnn.weight_ih_l0 is [H,I] where Wxh is [I,H]
    matrices = [rnn.weight_ih_l0, rnn.weight_hh_l0, rnn.bias_ih_l0, fc.weight, fc.bias]
    with torch.no_grad():
        k = 0
        for m in matrices:
            m.copy_((values(k, *reversed(m.shape)) * 0.5).t())  # t() leaves a vector as it is
            k += m.numel()
        rnn.bias_hh_l0.zero_().requires_grad_(False)  # one hidden bias, not two

    if c["steps"] and c["loss"] == "mse":
        stream = values(10000, N, c["values"], I)
        x, target = stream[:, :-1], stream[:, 1:]
    elif c["steps"]:
        stream = codes(30000, O, N, c["values"])
        x, target = one_hot(stream[:, :-1], I).double(), stream[:, 1:]
    else:
        x = values(10000, N, T, I)
        target = values(20000, N, Tscored, O) if c["loss"] == "mse" else codes(30000, O, N, Tscored)

    sgd = torch.optim.SGD(matrices, lr=c["learningRate"], momentum=c["momentum"],
                          weight_decay=c["weightDecay"])
    losses, updates, clipped = [], 0, 0
    for _ in range(c["epochs"]):
        total, h = 0.0, torch.zeros(1, N, H)
        window = c["steps"] or T
        for t in range(0, T, window):
            hidden, h = rnn(x[:, t:t + window], h.detach())
            goal = target[:, t:t + window] if c["steps"] else target
            y = fc(hidden[:, -goal.shape[1]:])
            loss = mse_loss(y, goal) if c["loss"] == "mse" else cross_entropy(y.flatten(0, 1), goal.flatten())
            total += loss.item() * goal.numel()
            sgd.zero_grad()
            loss.backward()
            if c["clip"]:
                clipped += int(torch.nn.utils.clip_grad_norm_(matrices, c["clip"]) > c["clip"])
            sgd.step()
            updates += 1
        losses.append(total / target.numel())
    if c["clip"]:
        assert 0 < clipped < updates, f'{c["name"]}: {clipped} of {updates} updates clipped; change clip'
    parameters = [v for m in matrices for v in m.detach().t().flatten().tolist()]
    return dict(c, updates=updates, clipped=clipped, losses=losses, parameters=parameters)


def magnitudes(low, high):
    """Arguments of both signs within [low, high]: every magnitude, and places where implementations change their way."""
    xs = [5e-324, 1e-323, 1e-310, 2.2250738585072009e-308, 2.2250738585072014e-308, 1e10, 1e100, 1e200, 1e300, 1.7976931348623157e308]
    xs += [10.0 ** e for e in (-300, -200, -100, -50, -30, -20, -17, -16, -15, -12, -10, -9, -8, -7, -6, -5, -4, -3, -2, -1, 1, 2, 3)]
    xs += [2.0 ** e for e in (-55, -54, -53, -52, -28, -27, -26, -2, -1, 0, 1, 2, 3, 4)]
    xs += [0.2, 0.3, 0.4, 0.55, 0.6, 0.75, 0.9, 1.5, 2.5, 3.0, 5.0, 7.0, 15.0, 18.0, 18.5, 19.0, 19.0625, 19.5, 20.0,
           22.0, 25.0, 30.0, 36.0, 37.0, 38.0, 40.0, 300.0, 700.0, 708.0, 708.5, 709.0, 709.78, 720.0, 744.0, 745.0]
    xs += [n * math.log(2) * f for n in (0.25, 0.5, 1, 1.5, 2, 3, 3.5, 10, 27.5) for f in (1 - 2.0 ** -50, 1, 1 + 2.0 ** -50)]
    return sorted(x for x in set(xs) | {-x for x in xs} if low <= x <= high)


def exact(f, xs):
    """[x, f(x) to 40 digits] for each x: the double's exact value, rounded once at the end."""
    with mpmath.workdps(400):
        return [[x, mpmath.nstr(f(mpmath.mpf(x)), 40)] for x in xs]


def main():
    uniform = random.Random(1).uniform
    big = 1.7976931348623157e308
    functions = {
        "tanh": exact(mpmath.tanh, magnitudes(-big, big) + [uniform(-25, 25) for _ in range(200)]),
        "expm1": exact(mpmath.expm1, magnitudes(-big, 709.78) + [uniform(*r) for r in ((-1, 1), (-40, 40)) for _ in range(75)]),
        "exp": exact(mpmath.exp, magnitudes(-745.0, 709.78) + [uniform(-745, 709) for _ in range(200)]),
    }
    out = pathlib.Path(__file__).with_name("reference.json")
    out.write_text(layout({"source": f"bench/reference.py with PyTorch {torch.__version__}, mpmath {mpmath.__version__}",
                           "cases": [train(c) for c in CASES], **functions}), encoding="utf-8")


def layout(reference):
    """JSON with a line for each key of a case and for each pair of a function."""
    def block(items):
        return "[\n" + ",\n".join(items) + "\n  ]"

    def case(c):
        return "    {\n" + ",\n".join(f"      {json.dumps(k)}: {json.dumps(v)}" for k, v in c.items()) + "\n    }"

    parts = [f'  "source": {json.dumps(reference["source"])}', f'  "cases": {block(map(case, reference["cases"]))}']
    parts += [f'  "{f}": {block("    " + json.dumps(pair) for pair in reference[f])}' for f in ("tanh", "expm1", "exp")]
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    main()
