#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""python3 learn/step.py PAGE...: computes the steps in pages of --explain with NumPy; says where it differs first."""
import json
import re
import sys

import numpy as np


def one_step(page, snapshot):
    """Yields (name, our numbers, the page's) in the order in which a step makes them."""
    option = lambda name: float((re.search(f"--{name} (\\S+)", page["options"]) or [0, 0])[1])
    W = {name: np.array(numbers) for name, numbers in snapshot["W"].items()}
    V = {name: np.array(snapshot["v"][name]) if "v" in snapshot else 0 for name in W}
    one_hot, classes = np.ndim(page["x"]) == 1, np.ndim(page["target"]) == 1
    x = np.equal.outer(page["x"], page["inputs"]).astype(float) if one_hot else np.array(page["x"])
    T, H, O, n = len(x), len(W["bh"]), len(W["by"]), len(page["target"])
    target = np.vstack([np.zeros((T - n, O)), np.eye(O)[page["target"]] if classes else page["target"]])

    a, h, y, losses, dy, dh, da = (np.zeros((T, m)) for m in (H, H, O, 1, O, H, H))
    hPrev = np.zeros((T, H))
    for t in range(T):
        hPrev[t] = h[t - 1] if t > 0 else 0
        a[t] = x[t] @ W["Wxh"] + hPrev[t] @ W["Whh"] + W["bh"]
        h[t] = np.tanh(a[t])
        y[t] = h[t] @ W["Why"] + W["by"]
        p = np.exp(y[t] - y[t].max())
        p /= p.sum()
        if t >= T - n:
            losses[t] = -np.log(p @ target[t]) if classes else np.mean((y[t] - target[t]) ** 2)
            dy[t] = (p - target[t]) / n if classes else 2 * (y[t] - target[t]) / (O * n)
    for t in reversed(range(T)):
        dh[t] = dy[t] @ W["Why"].T + (da[t + 1] @ W["Whh"].T if t + 1 < T else 0)
        da[t] = dh[t] * (1 - h[t] ** 2)
    d = {"Wxh": x.T @ da, "Whh": hPrev.T @ da, "bh": da.sum(0), "Why": h.T @ dy, "by": dy.sum(0)}

    norm, limit = np.sqrt(sum((g ** 2).sum() for g in d.values())), option("clip")
    scale = min(1, limit / (norm + 1e-6)) if limit > 0 else 1
    v = {name: option("momentum") * V[name] + scale * d[name] + option("weight-decay") * W[name] for name in W}
    updated = {name: W[name] - option("learning-rate") * v[name] for name in W}

    some = lambda name, numbers: numbers[..., page["outputs"]] if name.endswith("y") else numbers
    made = {"a": a, "h": h, "y": y, "losses": losses[:, 0], "loss": losses.sum() / n, "dy": dy, "dh": dh, "da": da}
    for name in made:
        yield name, some(name, made[name]), snapshot[name]
    for kind, numbers in ("dW", d), ("updated", updated):
        for name in W:
            yield f"{kind} {name}", some(name, numbers[name]), snapshot[kind][name]


for file in sys.argv[1:]:
    page = json.loads(re.search(r'<script type="application/json" id="numbers">(.*?)</script>', open(file).read(), re.S)[1])
    worst, count, first = 0, 0, None
    for when in "before", "after":
        for name, ours, theirs in one_step(page, page[when]):
            error = np.abs(ours - theirs) / np.maximum(1, np.abs(theirs))
            if first is None and not (error <= 1e-12).all():
                first = f"{when} training, {name}{list(map(int, np.argwhere(~(error <= 1e-12))[0]))}"
            worst, count = max(worst, error.max()), count + error.size
    print(f"{file}: {count} numbers, largest error {worst:.1e}" + (f"; the first that differs: {first}" if first else ""))
