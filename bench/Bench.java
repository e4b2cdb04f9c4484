///usr/bin/env jbang "$0" "$@" ; exit $?
// SPDX-License-Identifier: MIT
//JAVA 17+
//SOURCES ../rnn.java
//SOURCES Measure.java
//DEPS org.openjdk.jmh:jmh-core:1.37
//DEPS org.openjdk.jmh:jmh-generator-annprocess:1.37
//JAVAC_OPTIONS -processor org.openjdk.jmh.generators.BenchmarkProcessor

import java.util.*;
import java.util.stream.*;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.*;
import org.openjdk.jmh.runner.options.*;

/**
 * One training step of rnn.java (zero gradients, forward, mse, BPTT, SGD) on dense inputs, measured with JMH in a process
 * of its own for each workload. `bench/run` starts it, beside the peers.
 */
class Bench implements Runnable {

    final rnn.Parameters p, d, v;
    final rnn.Vectors x, target;
    final rnn.Tape tape;
    final rnn.Team team;
    double loss;

    /** A workload is B,T,I,H,O; ",text" behind it: one-hot inputs, as a text's; ",codes": targets likewise. */
    Bench(String workload, int threads) {
        boolean codes = workload.endsWith(",codes");
        int[] n = Stream.of(workload.split(",")).limit(5).mapToInt(Integer::parseInt).toArray();
        int B = n[0], T = n[1], I = n[2], H = n[3], O = n[4];
        Random random = new Random(1);
        p = rnn.initial(I, H, O, 1);
        d = rnn.Parameters.zeros(I, H, O);
        v = rnn.Parameters.zeros(I, H, O);
        x = codes || workload.endsWith(",text") ? oneHot(random, T * B, I) : new rnn.Dense(random(random, T * B, I));
        target = codes ? oneHot(random, T * B, O) : new rnn.Dense(random(random, T * B, O));
        tape = rnn.Tape.of(p, T, B);
        team = threads == 1 ? rnn.ALONE : new rnn.Threads(threads);
    }

    static double[][] random(Random random, int rows, int n) {
        double[][] x = new double[rows][n];
        for (double[] row : x) Arrays.setAll(row, j -> random.nextDouble());
        return x;
    }

    static rnn.OneHot oneHot(Random random, int rows, int K) {
        return new rnn.OneHot(random.ints(rows, 0, K).toArray(), K);
    }

    @Override public void run() {
        loss = rnn.pass(p, x, target, tape, d, team);
        rnn.sgd(p, d, v, 0.01, 0);
        if (Double.isNaN(loss)) throw new IllegalStateException("the loss is not a number");
    }

    public static void main(String... args) throws Exception {
        switch (args[0]) {
            case "step" -> step(Double.parseDouble(args[1]), args[2].split(" "), args[3].split(" "));
            case "peak" -> System.out.printf(Locale.ROOT, "%.0f%n", peak());
            case "warmup" -> { Bench step = new Bench("1,25,65,100,65,text", 1); for (int k = 0; k < 100; k++) step.run(); }
            case "once" -> System.out.println(once(args[1], Integer.parseInt(args[2]), Double.parseDouble(args[3])));
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    /** Prints "workload threads median fastest bytes" for each: of all steps, and what one allocates. */
    static void step(double seconds, String[] workloads, String[] threads) throws RunnerException {
        Options options = new OptionsBuilder().include("bench.Measure").param("workload", workloads).param("threads", threads)
            .forks(1).warmupIterations(3).warmupTime(TimeValue.milliseconds((long) (seconds * 300)))
            .measurementIterations(11).measurementTime(TimeValue.milliseconds((long) (seconds * 1000 / 11)))
            .addProfiler(GCProfiler.class).verbosity(VerboseMode.SILENT).shouldFailOnError(true).build();
        for (RunResult r : new Runner(options).run())
            System.out.printf(Locale.ROOT, "%s %s %.9g %.9g %.0f%n", r.getParams().getParam("workload"), r.getParams().getParam("threads"),
                r.getPrimaryResult().getStatistics().getPercentile(50), r.getPrimaryResult().getStatistics().getMin(),
                r.getSecondaryResults().values().stream().filter(s -> s.getLabel().endsWith("gc.alloc.rate.norm"))
                    .mapToDouble(s -> s.getStatistics().getPercentile(50)).findFirst().orElse(Double.NaN));
    }

    /** Without JMH, for sizes and the loop: median and mean of the steps of that many seconds, at least three. */
    static String once(String workload, int threads, double seconds) {
        Bench step = new Bench(workload, threads);
        List<Double> times = new ArrayList<>();
        long start = System.nanoTime();
        for (int warm = 0; warm < 3 || System.nanoTime() - start < seconds * 5e8; warm++) step.run();
        for (start = System.nanoTime(); times.size() < 3 || System.nanoTime() - start < seconds * 1e9; ) {
            long from = System.nanoTime();
            step.run();
            times.add((System.nanoTime() - from) / 1e9);
        }
        Collections.sort(times);
        double mean = times.stream().mapToDouble(t -> t).average().orElseThrow();
        return String.format(Locale.ROOT, "%s %d %.9g %.9g", workload, threads, times.get(times.size() / 2), mean);
    }

    /** The FMA peak of one core as Java reaches it, in FLOP/s: sixteen products for each load and store. */
    static double peak() {
        double[] c = new double[512];
        double best = 0;
        for (int round = 0; round < 60; round++) {
            long start = System.nanoTime();
            for (int k = 0; k < 4000; k++) chain(c, 0.999999, 1e-9);
            best = Math.max(best, 4000.0 * c.length * 32 / (System.nanoTime() - start) * 1e9);
        }
        return best;
    }

    static void chain(double[] c, double a, double b) {
        for (int j = 0; j < c.length; j++) c[j] = four(four(four(four(c[j], a, b), a, b), a, b), a, b);
    }

    static double four(double c, double a, double b) {
        return Math.fma(Math.fma(Math.fma(Math.fma(c, a, b), a, b), a, b), a, b);
    }
}
