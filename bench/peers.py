# SPDX-License-Identifier: MIT
"""One training step of the same network in NumPy and in PyTorch.

peers.py numpy|torch64|torch32 SECONDS THREADS NAME B T I H O: prints "NAME median fastest", seconds a step.
peers.py warmup: 100 steps of char in PyTorch, to be timed from outside with the import.
"""
import os
import sys

if len(sys.argv) > 3:  # before the libraries read it
    os.environ["OMP_NUM_THREADS"] = sys.argv[3]
import time


def numpy_step(B, T, I, H, O):
    import numpy as np

    r = np.random.default_rng(1)
    n, k = T * B, H**-0.5
    Wxh, Whh, bh, Why, by = (r.uniform(-k, k, s) for s in [(I, H), (H, H), H, (H, O), O])
    x, target = r.uniform(-1, 1, (n, I)), r.uniform(-1, 1, (n, O))
    h = np.zeros((T + 1, B, H))  # h[0] = 0; the others are written in place
    hPrev, hNext = h[:-1].reshape(n, H), h[1:].reshape(n, H)
    da, buffer = np.empty((T, B, H)), np.empty((B, H))

    def step():
        np.matmul(x, Wxh, out=hNext)
        h[1:] += bh
        for t in range(1, T + 1):
            h[t] += np.matmul(h[t - 1], Whh, out=buffer)
            np.tanh(h[t], out=h[t])
        error = hNext @ Why
        error += by
        error -= target
        loss = np.vdot(error, error) / error.size
        dy = error
        dy *= 2 / error.size
        np.matmul(dy, Why.T, out=da.reshape(n, H))
        derivative = 1 - h[1:] ** 2
        for t in range(T - 1, -1, -1):
            da[t] *= derivative[t]
            if t:
                da[t - 1] += np.matmul(da[t], Whh.T, out=buffer)
        rows = da.reshape(n, H)
        for W, dW in [(Wxh, x.T @ rows), (Whh, hPrev.T @ rows), (bh, rows.sum(0)), (Why, hNext.T @ dy), (by, dy.sum(0))]:
            dW *= 0.01
            W -= dW
        return loss

    return step


def torch_step(B, T, I, H, O, dtype):
    import torch

    torch.manual_seed(1)
    torch.set_default_dtype(getattr(torch, dtype))
    rnn, fc = torch.nn.RNN(I, H), torch.nn.Linear(H, O)
    sgd = torch.optim.SGD([*rnn.parameters(), *fc.parameters()], lr=0.01)
    x, target = torch.rand(T, B, I), torch.rand(T, B, O)
    mse = torch.nn.MSELoss()

    def step():
        sgd.zero_grad()
        loss = mse(fc(rnn(x)[0]), target)
        loss.backward()
        sgd.step()
        return loss.item()

    return step


def measure(step, seconds, flop):
    def during(seconds, least):
        times, end = [], time.perf_counter() + seconds
        while len(times) < least or time.perf_counter() < end:
            start = time.perf_counter()
            for _ in range(repeats):
                step()
            times.append((time.perf_counter() - start) / repeats)
        return sorted(times)

    repeats = max(1, int(1e6 / flop))
    during(seconds / 3, 1)
    times = during(seconds, 3)
    return times[len(times) // 2], times[0]


if sys.argv[1] == "warmup":
    step = torch_step(1, 25, 65, 100, 65, "float64")
    for _ in range(100):
        step()
else:
    peer, seconds, threads, name = sys.argv[1:5]
    shape = B, T, I, H, O = [int(a) for a in sys.argv[5:]]
    if peer == "numpy":
        step = numpy_step(*shape)
    else:
        import torch

        torch.set_num_threads(int(threads))
        step = torch_step(*shape, {"torch64": "float64", "torch32": "float32"}[peer])
    print(name, "%.9g %.9g" % measure(step, float(seconds), 6 * B * T * H * (I + H + O)))
