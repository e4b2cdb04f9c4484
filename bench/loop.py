# SPDX-License-Identifier: MIT
"""A training as it is used, beside the step alone: loop.py SECONDS ROUNDS NAME=B,T,I,H,O[,text] … -- JAVA OPTION …

A dataset of the workload's shape is trained for two numbers of epochs, each in a process of its own; the difference of the
times is that of the updates between. Generating is timed likewise, for char, beside NumPy's one step written well.
"""
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from statistics import median

split = sys.argv.index("--")
seconds, rounds, workloads, java = float(sys.argv[1]), int(sys.argv[2]), sys.argv[3:split], sys.argv[split + 1:]
threads = str(os.cpu_count())
folder = tempfile.mkdtemp()
WINDOWS = 400  # updates in an epoch of text


def sequences(N, T, n):
    return [[[round(random.random(), 6) for _ in range(n)] for _ in range(T)] for _ in range(N)]


def dataset(B, T, I, O, text):
    if text:
        return {"text": "".join(chr(48 + k % I) if k < I else chr(48 + random.randrange(I)) for k in range(WINDOWS * T + 1))}
    return {"inputs": sequences(B, T, I), "targets": sequences(B, T, O)}


def rnn(*options):
    start = time.time()
    subprocess.run([*java, "rnn", *options, "--quiet", "--threads", threads, "--out", folder + "/out"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.time() - start


def step(shape):
    """The mean of the step alone, since an epoch's time is a mean too; a text's step has its own loss, cross-entropy."""
    shape = shape.replace(",text", ",codes")
    said = subprocess.run([*java, "Bench", "once", shape, threads, str(seconds)], check=True, capture_output=True, text=True)
    return float(said.stdout.split()[3])


def loop(name, shape):
    B, T, I, H, O, *text = shape.split(",")
    file = f"{folder}/{name}.json"
    with open(file, "w") as out:
        json.dump(dataset(int(B), int(T), int(I), int(O), text), out)
    updates = WINDOWS if text else 1
    options = ["--data", file, "--hidden", H, "--steps", T, "--batch", B, "--lr", "0.001", "--momentum", "0", "--clip", "0",
               "--generate", "1"]
    alone, used = [], []
    for _ in range(rounds):
        alone.append(step(shape))
        few = 1 + int(seconds / alone[0] / updates)
        many = 3 * few
        used.append((rnn(*options, "--epochs", str(many)) - rnn(*options, "--epochs", str(few))) / (many - few) / updates)
    print("| %s | %.4g | %.4g | %.2f |" % (name, median(alone) * 1e3, median(used) * 1e3, median(used) / median(alone)))


def generate():
    """Characters a second by the network that char left, from one character to the next, and by NumPy."""
    options = ["--load", folder + "/out/model.safetensors", "--epochs", "0", "--generate"]
    taken = [rnn(*options, "220000") - rnn(*options, "20000") for _ in range(rounds)]
    print("\nGenerating: %.0f characters a second" % (200000 / median(taken)), end="")
    try:
        import numpy as np
    except ImportError:
        print()
        return
    H, K, n = 100, 65, 20000
    W, Whh, Why = (np.random.rand(*shape) * 0.1 for shape in ((K, H), (H, H), (H, K)))
    h, a, y, p, code = np.zeros(H), np.empty(H), np.empty(K), np.empty(K), 0
    draws = np.random.rand(n)
    start = time.time()
    for u in draws:
        np.dot(h, Whh, out=a)
        np.add(a, W[code], out=a)
        np.tanh(a, out=h)
        np.dot(h, Why, out=y)
        np.subtract(y, y.max(), out=y)
        np.exp(y, out=p)
        np.cumsum(p, out=p)
        code = min(int(np.searchsorted(p, u * p[-1])), K - 1)
    print("; NumPy %.0f" % (n / (time.time() - start)))


print("| workload | step alone, ms | as it is used, ms | ratio |\n| --- | ---: | ---: | ---: |")
for workload in workloads:
    loop(*workload.split("="))
    if workload.endswith(",text"):
        generate()
