# SPDX-License-Identifier: MIT
"""The baselines of a series by NumPy, for RnnTest.java: one step ahead and going on alone, in units of the scaled series.

Run by hand, in the project's folder, never by the tests: python3 bench/baselines.py
"""
import json

import numpy as np


def order(v):
    """As R's ar: AIC by the Yule-Walker equations, here solved afresh for every order."""
    r = np.array([v[k:] @ v[:len(v) - k] for k in range(min(20, (len(v) - 1) // 3) + 1)])
    def aic(p):
        toeplitz = r[abs(np.subtract.outer(np.arange(p), np.arange(p)))]
        return len(v) * np.log(r[0] - (r[1:p + 1] @ np.linalg.solve(toeplitz, r[1:p + 1]) if p else 0)) + 2 * p
    return min(range(len(r)), key=aic)


def season(v):
    r = [v[k:] @ v[:len(v) - k] for k in range(min(len(v) // 2, 1000) + 2)]
    peaks = [k for k in range(2, len(r) - 1) if r[k] > 0 and r[k] > r[k - 1] and r[k] >= r[k + 1]]
    return max(peaks, key=lambda k: r[k], default=1)


def autoregression(v):
    p = order(v)
    X = [[1, *v[t - p:t][::-1]] for t in range(p, len(v))]
    return np.linalg.lstsq(np.array(X), v[p:], rcond=None)[0]


def baselines(rows, held):
    rows = np.array(rows, float).reshape(len(rows), -1)
    n = len(rows) - held
    scaled = (rows - rows[:n].mean(0)) / rows[:n].std(0)
    fits = {"last": lambda v: np.array([0, 1.]), "season": lambda v: np.eye(season(v) + 1)[-1], "ar": autoregression}
    for name, fit in fits.items():
        squares, lags = [], []
        for v in scaled.T:
            c, past, own = fit(v[:n]), np.r_[np.zeros(1000), v], np.r_[np.zeros(1000), v]
            lags.append(len(c) - 1)
            for t in range(n if held else 1, len(v)):
                before = slice(1000 + t - len(c) + 1, 1000 + t)
                own[1000 + t] = c[0] + c[1:] @ own[before][::-1]
                squares.append(((c[0] + c[1:] @ past[before][::-1] - v[t]) ** 2, (own[1000 + t] - v[t]) ** 2))
        ahead, alone = np.mean(squares, 0)
        print(name, lags, ahead, alone if held else "")


sunspots = json.load(open("data/sunspots.json"))["series"]
two = [[t * t * 31 % 101, t % 7 * 3 + t * t % 5] for t in range(60)]
for rows, held in (sunspots, 68), (sunspots, 0), (two, 13), ([3.0, 5.0, 4.0, 4.0], 1):
    baselines(rows, held)
