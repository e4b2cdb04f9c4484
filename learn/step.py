#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""python3 learn/step.py PAGE...: computes the steps in pages of --explain with NumPy; says where it differs first."""
import base64
import json
import re
import sys

import numpy as np


def one_step(page, snapshot):
    """Yields (name, our numbers, the page's) in the order in which a step makes them."""
    option = lambda name: float((re.search(f"--{name} (\\S+)", page["options"]) or [0, 0])[1])
    matrix = lambda text, columns: np.frombuffer(base64.b64decode(text), "<f8").reshape(-1, columns)
    parameters = lambda texts: {name: matrix(text, page["O" if name.endswith("y") else "H"]) for name, text in texts.items()}
    W, V = parameters(snapshot["W"]), parameters(snapshot.get("v", {}))
    one_hot, classes = np.ndim(page["x"]) == 1, np.ndim(page["target"]) == 1
    x = np.equal.outer(page["x"], np.unique(page["x"])).astype(float) if one_hot else np.array(page["x"])
    T, H, O, n = len(x), page["H"], page["O"], len(page["target"])
    target = np.vstack([np.zeros((T - n, O)), np.eye(O)[page["target"]] if classes else page["target"]])

    a, h, y, losses, dy, dh, da = (np.zeros((T, m)) for m in (H, H, O, 1, O, H, H))
    hPrev = np.zeros((T, H))
    for t in range(T):
        hPrev[t] = h[t - 1] if t > 0 else 0
        a[t] = x[t] @ W["Wxh"] + hPrev[t] @ W["Whh"] + W["bh"][0]
        h[t] = np.tanh(a[t])
        y[t] = h[t] @ W["Why"] + W["by"][0]
        p = np.exp(y[t] - y[t].max())
        p /= p.sum()
        if t >= T - n:
            losses[t] = -np.log(p @ target[t]) if classes else np.mean((y[t] - target[t]) ** 2)
            dy[t] = (p - target[t]) / n if classes else 2 * (y[t] - target[t]) / (O * n)
    for t in reversed(range(T)):
        dh[t] = dy[t] @ W["Why"].T + (da[t + 1] @ W["Whh"].T if t + 1 < T else 0)
        da[t] = dh[t] * (1 - h[t] ** 2)
    d = {"Wxh": x.T @ da, "Whh": hPrev.T @ da, "bh": da.sum(0)[None], "Why": h.T @ dy, "by": dy.sum(0)[None]}

    norm, limit = np.sqrt(sum((g ** 2).sum() for g in d.values())), option("clip")
    scale = min(1, limit / (norm + 1e-6)) if limit > 0 else 1
    v = {name: option("momentum") * V.get(name, 0) + scale * d[name] + option("weight-decay") * W[name] for name in W}
    updated = {name: W[name] - option("learning-rate") * v[name] for name in W}

    made = {"a": a, "h": h, "y": y, "losses": losses[:, 0], "loss": losses.sum() / n, "dy": dy, "dh": dh, "da": da, "norm": norm}
    for name, ours in made.items():
        yield name, ours, matrix(snapshot[name], ours.shape[1]) if np.ndim(ours) == 2 else snapshot[name]
    for key, ours in {"dW": d, "updated": updated}.items():
        yield from ((f"{key} {name}", ours[name], g) for name, g in parameters(snapshot.get(key, {})).items())


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
