# SPDX-License-Identifier: MIT
"""One training step of the same network in NumPy and in PyTorch.

peers.py numpy|torch64|torch32 SECONDS THREADS B,T,I,H,O: prints "median fastest", seconds a step.
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
    Wxh, Whh, bh, Why, by = weights = [r.uniform(-k, k, s) for s in [(I, H), (H, H), H, (H, O), O]]
    dWxh, dWhh, dbh, dWhy, dby = gradients = [np.empty_like(W) for W in weights]
    x, target = r.uniform(-1, 1, (n, I)), r.uniform(-1, 1, (n, O))
    h = np.zeros((T + 1, B, H))  # h[0] = 0; the others are written in place
    hPrev, hNext = h[:-1].reshape(n, H), h[1:].reshape(n, H)
    da, derivative, dy, buffer = np.empty((n, H)), np.empty((n, H)), np.empty((n, O)), np.empty((B, H))
    hAt, daAt, derivativeAt = list(h), list(da.reshape(T, B, H)), list(derivative.reshape(T, B, H))  # views

    def step():
        np.dot(x, Wxh, out=hNext)
        np.add(hNext, bh, out=hNext)
        for t in range(1, T + 1):
            np.dot(hAt[t - 1], Whh, out=buffer)
            np.add(hAt[t], buffer, out=hAt[t])
            np.tanh(hAt[t], out=hAt[t])
        np.dot(hNext, Why, out=dy)
        np.add(dy, by, out=dy)
        np.subtract(dy, target, out=dy)  # the error
        loss = np.vdot(dy, dy) / dy.size
        np.multiply(dy, 2 / dy.size, out=dy)
        np.dot(dy, Why.T, out=da)
        np.multiply(hNext, hNext, out=derivative)
        np.subtract(1.0, derivative, out=derivative)
        for t in range(T - 1, -1, -1):
            np.multiply(daAt[t], derivativeAt[t], out=daAt[t])
            if t:
                np.dot(daAt[t], Whh.T, out=buffer)
                np.add(daAt[t - 1], buffer, out=daAt[t - 1])
        np.dot(x.T, da, out=dWxh)
        np.dot(hPrev.T, da, out=dWhh)
        np.sum(da, 0, out=dbh)
        np.dot(hNext.T, dy, out=dWhy)
        np.sum(dy, 0, out=dby)
        for W, dW in zip(weights, gradients):
            np.multiply(dW, 0.01, out=dW)
            np.subtract(W, dW, out=W)
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
    peer, seconds, threads, shape = sys.argv[1:]
    shape = B, T, I, H, O = [int(n) for n in shape.split(",")]
    if peer == "numpy":
        step = numpy_step(*shape)
    else:
        import torch

        torch.set_num_threads(int(threads))
        step = torch_step(*shape, {"torch64": "float64", "torch32": "float32"}[peer])
    print("%.9g %.9g" % measure(step, float(seconds), 6 * B * T * H * (I + H + O)))
