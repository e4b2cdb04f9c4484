# SPDX-License-Identifier: MIT
"""What bench/run prints of its measurements, which come line by line on standard input.

table.py table PEAK: of lines "workload B,T,I,H,O<tab>who<tab>threads median fastest bytes", bytes of rnn.java only.
table.py warmup: of lines "who start end".
table.py scale: of lines "B,T,I,H,O threads seconds".
"""
import sys
from collections import defaultdict
from statistics import median_low


def flop(shape):
    B, T, I, H, O = map(int, shape.split(","))
    return 6 * B * T * H * (I + H + O)


def table(peak):
    medians, fastest, allocated = defaultdict(list), defaultdict(list), defaultdict(dict)
    for line in sys.stdin:
        workload, who, numbers = line.split("\t")
        threads, median, least, *allocation = numbers.split()
        medians[workload, who, threads].append(float(median))
        fastest[workload, who].append(float(least))
        if allocation:
            allocated[workload.split()[0]][threads] = allocation[0]
    print("| workload B,T,I,H,O | who | 1 thread, ms | 2 threads, ms | GFLOP/s, best | of the peak of its cores"
          " | time ÷ rnn.java | fastest, ms | fastest ÷ rnn.java |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for (workload, who), times in fastest.items():
        one, two = (median_low(medians[workload, who, threads]) for threads in "12")
        (best, cores), least = min((one, 1), (two, 2)), min(times)
        if who == "rnn.java":  # the first of its workload
            java, javaLeast = best, least
        speed = flop(workload.split()[1]) / best
        print("| %s | %s | %.4g | %.4g | %.1f | %.0f %% | %.2f | %.4g | %.2f |" % (
            workload if who == "rnn.java" else "", who, one * 1e3, two * 1e3, speed / 1e9,
            100 * speed / float(peak) / cores, best / java, least * 1e3, least / javaLeast))
    print("\nA step of rnn.java and what JMH notes of it allocate, bytes with 1 / 2 threads:",
          *("%s %s / %s" % (workload, of["1"], of["2"]) for workload, of in allocated.items()))


def warmup():
    taken = defaultdict(list)
    for line in sys.stdin:
        who, start, end = line.split()
        taken[who].append(float(end) - float(start))
    for who, times in taken.items():
        print("%-10s %.2f s from process start to 100 steps of char (median of %d)" % (who, median_low(times), len(times)))


def scale():
    print("| B,T,I,H,O | ms a step | GFLOP/s |\n| --- | ---: | ---: |")
    for line in sys.stdin:
        shape, _, seconds, _ = line.split()
        print("| %s | %.4g | %.1f |" % (shape, float(seconds) * 1e3, flop(shape) / float(seconds) / 1e9))


{"table": table, "warmup": warmup, "scale": scale}[sys.argv[1]](*sys.argv[2:])
