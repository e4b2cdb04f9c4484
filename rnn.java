///usr/bin/env jbang "$0" "$@" ; exit $?
// SPDX-License-Identifier: MIT
//DESCRIPTION A vanilla recurrent network in one file: trains on a series, a text or sequences, nothing hidden
//GAV rnn:rnn:1.0
//JAVA 17+
//DEPS tools.jackson.core:jackson-core:3.2.4
//DEPS tools.jackson.dataformat:jackson-dataformat-csv:3.2.1
//DEPS info.picocli:picocli:4.7.7
//DEPS org.knowm.xchart:xchart:4.0.3
//FILES explain.html=data/explain.html
//JAVAC_OPTIONS -XDignore.symbol.file -XDstringConcat=inline
//RUNTIME_OPTIONS -XX:+UseSerialGC -XX:ObjectAlignmentInBytes=64 -XX:LoopUnrollLimit=200

// ── 1. What this is ───────────────────────────────────────────────────────────────────────────────────────
//
// A vanilla (Elman) recurrent network with nothing hidden: the forward pass, back-propagation through time
// (BPTT) and SGD are written out. It is not a framework: one layer, tanh, float64, the CPU.
//
//     h[t] = tanh(x[t]·Wxh + h[t-1]·Whh + bh)         the hidden state: what the network remembers; h[0] = 0
//     y[t] = h[t]·Why + by                            the output, linear
//
//     dy[t] = 2·(y[t] − target[t]) / (O·n)            mse; n: the scored steps, those that have a target
//     dy[t] = (softmax(y[t]) − oneHot(label[t])) / n  cross-entropy, −log softmax(y[t])[label[t]]
//     dh[t] = dy[t]·Whyᵀ + da[t+1]·Whhᵀ               BPTT, t = T … 1: through y[t] and h[t+1]; da[T+1] = 0
//     da[t] = dh[t] ∘ (1 − h[t]²)                     a: what tanh is taken of, the pre-activation
//     dWxh = Σ x[t]ᵀ·da[t]   dWhh = Σ h[t-1]ᵀ·da[t]   dWhy = Σ h[t]ᵀ·dy[t]   dbh = Σ da[t]   dby = Σ dy[t]
//
//     v ← momentum·v + dW;  W ← W − learningRate·v    SGD
//
//     T  steps in time    B  sequences side by side, a batch    t, b  one of them; Σ: over all t and b
//     I  numbers in       H  hidden units                       O     numbers out: classes, characters
//     dW, dh, …           the gradient of the loss, a mean over all scored steps, with respect to W, h, …
//     Wxh [I,H]   Whh [H,H]   bh [H]   Why [H,O]   by [O]       vectors are rows
//
// Every sum has one fixed order, and every operation is one that Java defines to the last bit.
//
//     room                        what is in it                                       may use
//      2  Activations and losses  tanh, softmax, mse, cross-entropy, each with its gradient
//      3  Matrix loops            products of matrices, shared out among threads
//      4  The model               parameters, forward, backward, loss, clipping, SGD  2, 3
//      5  Sequences               what the network reads: vectors, one-hot, windows   2 to 4
//      6  Training                its state, epochs, evaluation, the gradient check   2 to 5
//      7  Generating              the network one step at a time                      2 to 6
//      8  Forms of data           vectors, classes, series, texts: a room each        2 to 7
//      9  JSON and CSV            reads datasets and says where they are wrong        2 to 8, Jackson
//     10  Files                   whole or not at all: safetensors, checkpoint, lock  2 to 9
//     11  What a person sees      progress, the curve, the picture, the page          2 to 10, XChart
//     12  Command line            options, a run, main                                all, picocli
//
// Room 4 is the heart: read it first; rooms 2 and 3 are what it is made of.

import java.awt.Color;
import java.io.*;
import java.nio.*;
import java.nio.channels.*;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.Phaser;
import java.util.function.*;
import java.util.stream.*;
import java.util.zip.*;
import org.knowm.xchart.*;
import org.knowm.xchart.internal.chartpart.*;
import org.knowm.xchart.style.*;
import org.knowm.xchart.style.markers.SeriesMarkers;
import picocli.CommandLine;
import picocli.CommandLine.*;
import tools.jackson.core.*;
import tools.jackson.core.exc.*;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.dataformat.csv.*;

import static java.nio.charset.StandardCharsets.*;
import static java.nio.file.StandardOpenOption.*;

class rnn {
    // ── 2. Activations and losses ─────────────────────────────────────────────────────────────────────────

    /** tanh′(a) = 1 − tanh²(a), from h = tanh(a). */
    static double gradTanh(double h) { return 1 - h * h; }

    /** a ← tanh(a), element by element. Shape: [H]. */
    static void activate(double[] a) {
        for (int j = 0; j < a.length; j++) a[j] = tanh(a[j]);
    }

    /** da = dh · tanh′(a), element by element, from h = tanh(a). Shapes: [H]. */
    static void gradActivate(double[] h, double[] dh, double[] da) {
        for (int j = 0; j < da.length; j++) da[j] = dh[j] * gradTanh(h[j]);
    }

    /** The index of the largest number; the first of them where there are several. */
    static int argmax(double[] y) {
        int best = 0;
        for (int i = 1; i < y.length; i++) if (y[i] > y[best]) best = i;
        return best;
    }

    /** p[i] = e^y[i] / Σ e^y[j]; the maximum is subtracted, lest anything overflow. Shapes: y, p [O]. */
    static double[] softmax(double[] y) {
        double[] p = new double[y.length];
        softmaxInto(p, y, y[argmax(y)]);
        return p;
    }

    /** p = softmax(y), max being the largest of y; returns log Σ e^(y[j] − max). Shapes: p, y [O]. */
    static double softmaxInto(double[] p, double[] y, double max) {
        for (int i = 0; i < y.length; i++) p[i] = exp(y[i] - max);
        double sum = 0;
        for (double e : p) sum += e;
        for (int i = 0; i < y.length; i++) p[i] /= sum;
        return StrictMath.log(sum);
    }

    /**
     * The Jacobian ∂p[i]/∂y[j] = p[i]·([i = j] − p[j]), from p = softmax(y). Shape: [O,O]. For readers;
     * gradCrossEntropy has it built in.
     */
    static double[][] gradSoftmax(double[] p) {
        double[][] J = new double[p.length][p.length];
        for (int i = 0; i < p.length; i++)
            for (int j = 0; j < p.length; j++) J[i][j] = p[i] * ((i == j ? 1 : 0) - p[j]);
        return J;
    }

    /** The vector that is 1 at the label and 0 elsewhere. Shape: [O]. Room 5 keeps only the label. */
    static double[] oneHot(int label, int O) {
        double[] v = new double[O];
        v[label] = 1;
        return v;
    }

    /** The mean of (y − target)². Shapes: [O]. As PyTorch's nn.MSELoss. */
    static double mse(double[] y, double[] target) {
        double sum = 0;
        for (int j = 0; j < y.length; j++) sum += (y[j] - target[j]) * (y[j] - target[j]);
        return sum / y.length;
    }

    /** dy = 2·(y − target)/O, the gradient of mse. */
    static void gradMse(double[] y, double[] target, double[] dy) {
        for (int j = 0; j < y.length; j++) dy[j] = 2 * (y[j] - target[j]) / y.length;
    }

    /** −log softmax(y)[label], natural logarithm. Shape: y [O]. As PyTorch's nn.CrossEntropyLoss. */
    static double crossEntropy(double[] y, int label) {
        return gradCrossEntropy(y, label, new double[y.length]);
    }

    /** dy = softmax(y) − oneHot(label), the gradient of crossEntropy; returns crossEntropy(y, label). */
    static double gradCrossEntropy(double[] y, int label, double[] dy) {
        double max = y[argmax(y)], logSum = softmaxInto(dy, y, max);
        dy[label] -= 1;
        return logSum - (y[label] - max);               // −log (e^(y[label] − max) / Σ e^(y[j] − max))
    }

    /**
     * eˣ, within about 1 ulp: reduced to e^(k·ln2 + r) = 2ᵏ·eʳ with |r| ≤ ln2/2, as fdlibm does. No branch
     * and no cast, so that a loop of it becomes vector instructions.
     */
    static double exp(double x) {
        double clipped = Math.max(-746, Math.min(x, 710));              // beyond these, eˣ is 0 or ∞ anyway
        double k = Math.rint(clipped * LOG2E), half = Math.floor(k / 2), scale = pow2(half);
        double odd = k - 2 * half;              // 2ᵏ = 2^odd·scale², since 2ᵏ may be subnormal or too large
        return (1 + expm1Reduced(reduce(clipped, k))) * (1 + odd) * scale * scale;
    }

    /**
     * tanh, because the last bits of Math.tanh differ between JDKs: e / (e + 2) with e = expm1(2|x|), within
     * 2.5 ulp, odd, monotone. No branch and no cast here either.
     */
    static double tanh(double x) {
        double twice = 2 * Math.abs(x), a = Math.min(twice, 37.4);  // above 37.4, e + 2 loses part of the 2
        double k = Math.rint(a * LOG2E), scale = pow2(k);
        double e = Math.fma(scale, expm1Reduced(reduce(a, k)), scale - 1);
        double last = Math.max(0, Math.min(twice - 38.1230949, 0x1p-53));   // the step from 1 − 2⁻⁵³ to 1
        double sign = Math.max(-1, Math.min(x * 0x1p1000 * 0x1p1000, 1));   // of ±0: ±0
        return (e / (e + 2) + last) * sign;
    }

    static final double LOG2E = 1.4426950408889634;
    static final double LN2_HIGH = 0x1.62e42fee00000p-1;                // ends in zeros: k·LN2_HIGH is exact
    static final double LN2_LOW = 0x1.a39ef35793c76p-33;                // ln2 − LN2_HIGH

    /** r = x − k·ln2, all but exactly. */
    static double reduce(double x, double k) { return Math.fma(-k, LN2_LOW, Math.fma(-k, LN2_HIGH, x)); }

    /** 2ᵏ for |k| ≤ 538: 0.7·(1 + z + z²/2 + z³/6)²⁰⁴⁸ with z = k·ln2/2048, rounded up to a power of 2. */
    static double pow2(double k) {
        double z = k * (LN2_HIGH / 2048);
        double w = Math.fma(Math.fma(Math.fma(z, 1 / 6.0, 0.5), z, 1), z, 1);
        w *= w; w *= w; w *= w; w *= w; w *= w; w *= w; w *= w; w *= w; w *= w; w *= w; w *= 0.7 * w;
        double big = w * 0x1p53;                                // its last bit is the power of two above w
        return big + w - big;
    }

    /** eʳ − 1 for |r| ≤ ln2/2: r + r²/2! + … + r¹³/13! by Horner's rule; the next term is below r·2⁻⁵⁵. */
    static double expm1Reduced(double r) {
        double q = Math.fma(1 / 6227020800.0, r, 1 / 479001600.0);
        q = Math.fma(Math.fma(q, r, 1 / 39916800.0), r, 1 / 3628800.0);
        q = Math.fma(Math.fma(q, r, 1 / 362880.0), r, 1 / 40320.0);
        q = Math.fma(Math.fma(q, r, 1 / 5040.0), r, 1 / 720.0);
        q = Math.fma(Math.fma(q, r, 1 / 120.0), r, 1 / 24.0);
        q = Math.fma(Math.fma(q, r, 1 / 6.0), r, 1 / 2.0);
        return Math.fma(q * r, r, r);
    }

    // ── 3. Matrix loops ───────────────────────────────────────────────────────────────────────────────────

    /** C[i] += A[i]·B for the rows from ≤ i < to: the definition, for readers. A [m,n], B [n,q], C [m,q]. */
    static void addProductPlainly(double[][] A, double[][] B, double[][] C, int from, int to) {
        for (int i = from; i < to; i++)
            for (int j = 0; j < C[i].length; j++)
                for (int k = 0; k < B.length; k++) C[i][j] = Math.fma(A[i][k], B[k][j], C[i][j]);
    }

    /** The same bits, faster. */
    static void addProduct(double[][] A, double[][] B, double[][] C, int from, int to) {
        addTiles(A, false, B, B.length, C, from, to);
    }

    /** C[i] += Aᵀ[i]·B for the rows from ≤ i < to of C, over the first n rows of A and B, in their order. */
    static void addTransposedProduct(double[][] A, double[][] B, int n, double[][] C, int from, int to) {
        addTiles(A, true, B, n, C, from, to);
    }

    /** Both: 120 rows of C stay in the cache while B passes by, four of its rows at a time for two of C. */
    static void addTiles(
            double[][] A, boolean transposed, double[][] B, int n, double[][] C, int from, int to) {
        for (int block = from, end; block < to; block = end) {
            end = Math.min(block + 120, to);
            int half = (end - block) / 2;       // pairs far apart: a store delays loads n·4096 bytes away
            for (int k = 0; k + 3 < n; k += 4) {
                for (int i = block; i < block + half; i++)
                    addFourToPair(A, transposed, i, i + half, B, k, C);
                if ((end - block) % 2 == 1) addFour(A, transposed, end - 1, B, k, C);
            }
            for (int i = block; i < end; i++) addRest(A, transposed, i, B, n, C);
        }
    }

    static double at(double[][] A, boolean transposed, int i, int k) {
        return transposed ? A[k][i] : A[i][k];
    }

    /** C[i] += A[i][k]·B[k] + … + A[i][k+3]·B[k+3], and C[i1] likewise: B is loaded once for both. */
    static void addFourToPair(
            double[][] A, boolean transposed, int i, int i1, double[][] B, int k, double[][] C) {
        double p = at(A, transposed, i, k), q = at(A, transposed, i, k + 1);
        double r = at(A, transposed, i, k + 2), s = at(A, transposed, i, k + 3);
        double p1 = at(A, transposed, i1, k), q1 = at(A, transposed, i1, k + 1);
        double r1 = at(A, transposed, i1, k + 2), s1 = at(A, transposed, i1, k + 3);
        double[] b = B[k], b1 = B[k + 1], b2 = B[k + 2], b3 = B[k + 3], c = C[i], c1 = C[i1];
        for (int j = 0; j < c.length; j++) {    // c1's factors are swapped, or the JIT fails to see vectors
            double bj = b[j], b1j = b1[j], b2j = b2[j], b3j = b3[j];
            c[j] = Math.fma(s, b3j, Math.fma(r, b2j, Math.fma(q, b1j, Math.fma(p, bj, c[j]))));
            c1[j] = Math.fma(b3j, s1, Math.fma(b2j, r1, Math.fma(b1j, q1, Math.fma(bj, p1, c1[j]))));
        }
    }

    /** The same for one row alone. */
    static void addFour(double[][] A, boolean transposed, int i, double[][] B, int k, double[][] C) {
        double p = at(A, transposed, i, k), q = at(A, transposed, i, k + 1);
        double r = at(A, transposed, i, k + 2), s = at(A, transposed, i, k + 3);
        double[] b = B[k], b1 = B[k + 1], b2 = B[k + 2], b3 = B[k + 3], c = C[i];
        for (int j = 0; j < c.length; j++)
            c[j] = Math.fma(s, b3[j], Math.fma(r, b2[j], Math.fma(q, b1[j], Math.fma(p, b[j], c[j]))));
    }

    /** The same for the last one, two or three rows of B, where n is not divisible by four. */
    static void addRest(double[][] A, boolean transposed, int i, double[][] B, int n, double[][] C) {
        int k = n / 4 * 4, left = n - k;
        if (left == 0) return;
        int next = Math.min(k + 1, n - 1), last = n - 1;
        double p = at(A, transposed, i, k), q = at(A, transposed, i, next), r = at(A, transposed, i, last);
        double[] b = B[k], b1 = B[next], b2 = B[last], c = C[i];
        if (left == 1) addRow(p, b, c);
        else if (left == 2)
            for (int j = 0; j < c.length; j++) c[j] = Math.fma(q, b1[j], Math.fma(p, b[j], c[j]));
        else
            for (int j = 0; j < c.length; j++)
                c[j] = Math.fma(r, b2[j], Math.fma(q, b1[j], Math.fma(p, b[j], c[j])));
    }

    /** c += a·b. Shapes: c, b [n]. */
    static void addRow(double a, double[] b, double[] c) {
        for (int j = 0; j < c.length; j++) c[j] = Math.fma(a, b[j], c[j]);
    }

    /** AT = Aᵀ, two rows of A at a time, so that AT's are looked up once for both. A [n,m], AT [m,n]. */
    static void transpose(double[][] A, double[][] AT) {
        for (int i = 0; i < A.length; i += 2) {
            int next = Math.min(i + 1, A.length - 1);                   // after the last row: that row again
            double[] a = A[i], b = A[next];
            for (int j = 0; j < a.length; j++) {
                AT[j][i] = a[j]; AT[j][next] = b[j];
            }
        }
    }

    static double[][] transposed(double[][] A) {
        double[][] AT = new double[A[0].length][A.length];
        transpose(A, AT);
        return AT;
    }

    /** A[i] = row for the rows from ≤ i < to. */
    static void fill(double[][] A, double[] row, int from, int to) {
        for (int i = from; i < to; i++) System.arraycopy(row, 0, A[i], 0, row.length);
    }

    /** A[i] = 0 for the rows from ≤ i < to. */
    static void zero(double[][] A, int from, int to) { for (int i = from; i < to; i++) Arrays.fill(A[i], 0); }

    /** B[i] = A[i] for the first n rows. */
    static void copyRows(double[][] A, double[][] B, int n) {
        for (int i = 0; i < n; i++) System.arraycopy(A[i], 0, B[i], 0, A[i].length);
    }

    /** Work on the rows from ≤ i < to. */
    interface Part { void run(int from, int to); }

    /** Shares out n rows of work, about workPerRow multiplications each. No sum is split: the bits stay. */
    interface Team { void shareOut(int n, long workPerRow, Part part); }

    /** An exp, a tanh or the loss of one output takes about as long as this many multiplications. */
    static final long EXP_WORK = 50;

    /** A team of one. */
    static final Team ALONE = (n, workPerRow, part) -> part.run(0, n);

    /** C = Aᵀ·B over the first n rows; by way of CT = Bᵀ·A where that has longer rows, which are faster. */
    static void transposedProduct(
            double[][] A, double[][] B, int n, double[][] C, double[][] CT, Team team) {
        if (C.length > CT.length) {
            transposedProduct(B, A, n, CT, C, team);
            transpose(CT, C);
        } else team.shareOut(C.length, (long) n * CT.length, (from, to) -> {
            zero(C, from, to);
            addTransposedProduct(A, B, n, C, from, to);
        });
    }

    /** The caller and its helpers, who meet before and after each task and, waiting, spin and then sleep. */
    static final class Threads implements Team, AutoCloseable {
        static final long WORTH = 1_000_000;                            // less is done sooner than shared out
        private final int shares, spins;
        private final Phaser phaser;
        private Part part;                                              // null: go home
        private int n;
        private volatile Throwable failure;

        Threads(int threads) {
            shares = threads;
            spins = threads <= Runtime.getRuntime().availableProcessors() ? 1000 : 0;
            phaser = new Phaser(threads);
            IntStream.range(1, threads).forEach(i -> {
                Thread thread = new Thread(() -> help(i), "rnn-" + i);
                thread.setDaemon(true);
                thread.start();
            });
        }

        @Override public void shareOut(int n, long workPerRow, Part part) {
            if (n < 2 || shares == 1 || n * workPerRow < WORTH) {
                part.run(0, n);
                return;
            }
            this.n = n;
            this.part = part;
            failure = null;
            meet();
            share(0);
            meet();
            if (failure instanceof Error error) throw error;
            if (failure != null) throw new IllegalStateException(failure);
        }

        private void share(int i) {
            try {
                part.run((int) ((long) n * i / shares), (int) ((long) n * (i + 1) / shares));
            } catch (Throwable t) {
                failure = t;
            }
        }

        private void help(int helper) {
            for (meet(); part != null; meet()) {
                share(helper);
                meet();
            }
        }

        /** Waits until all are here. */
        private void meet() {
            int phase = phaser.arrive();
            for (int i = 0; i < spins && phaser.getPhase() == phase; i++) Thread.onSpinWait();
            phaser.awaitAdvance(phase);
        }

        @Override public void close() {
            part = null;
            phaser.arrive();
        }
    }

    // ── 4. The model ──────────────────────────────────────────────────────────────────────────────────────

    /** The weights or, in the same shapes, their gradients or velocities. */
    record Parameters(
        double[][] Wxh,             // [I,H]
        double[][] Whh,             // [H,H]
        double[] bh,                // [H]
        double[][] Why,             // [H,O]
        double[] by,                // [O]
        double[][][] matrices,      // the five, in the order of NAMES; a vector is a matrix of one row
        double[][] rows) {          // every row of all five, to loop over all numbers alike

        static final List<String> NAMES = List.of("Wxh", "Whh", "bh", "Why", "by");

        /** From the five, in the order of NAMES. */
        Parameters(double[][]... five) {
            this(five[0], five[1], five[2][0], five[3], five[4][0], five,
                Stream.of(five).flatMap(Stream::of).toArray(double[][]::new));
        }

        static Parameters zeros(int I, int H, int O) {
            return new Parameters(
                new double[I][H], new double[H][H], new double[1][H], new double[H][O], new double[1][O]);
        }

        int I() { return Wxh.length; }
        int H() { return bh.length; }
        int O() { return by.length; }
    }

    /**
     * What a pass over T steps of B sequences leaves behind; row t·B + b is step t, from 0 on, of sequence b.
     * A tape may have more rows than a pass takes.
     */
    record Tape(
        int B,
        double[][] hPrev,           // [(T+1)·B, H]  h[t-1]; the first B rows are the state carried in
        double[][] h,               // [T·B, H]      h[t]: the same arrays from row B on
        double[][] y,               // [T·B, O]      before any softmax
        double[] loss,              // [T·B]         at each scored step
        double[][] dy,              // [T·B, O]
        double[][] dhPrev,          // [(T+1)·B, H]  dh[t-1]; the first B rows are dh[0], which nothing reads
        double[][] dh,              // [T·B, H]      dh[t]: the same arrays from row B on
        double[][] da,              // [T·B, H]      of a[t], which h[t] has overwritten
        double[][] WhhT,            // [H, H]        Whhᵀ
        double[][] WhyT,            // [O, H]        Whyᵀ
        double[][] dWhyT) {         // [O, H]        dWhyᵀ, where its rows are longer than those of dWhy

        static Tape of(Parameters p, int T, int B) {
            int n = T * B, H = p.H(), O = p.O();
            double[][] h = new double[n + B][H], dh = new double[n + B][H];
            return new Tape(B, h, Arrays.copyOfRange(h, B, n + B), new double[n][O], new double[n],
                new double[n][O], dh, Arrays.copyOfRange(dh, B, n + B), new double[n][H],
                new double[H][H], new double[O][H], new double[O][H]);
        }

        /** A tape for n rows, `last` if they fit, that starts from the hidden state h [B,H]; null: from 0. */
        static Tape ready(Tape last, Parameters p, int n, int B, double[][] h) {
            Tape tape = last != null && last.B == B && last.h.length >= n ? last : of(p, n / B, B);
            if (h == null) zero(tape.hPrev, 0, B);
            else copyRows(h, tape.hPrev, B);
            return tape;
        }

        /** The hidden state after n rows. Shape: [B,H]. */
        double[][] copyOfHidden(int n) {
            return Arrays.stream(h, n - B, n).map(double[]::clone).toArray(double[][]::new);
        }

        /** h[t] as the equations count: h(0) is the state carried in, h(1) the first. Shape: [B,H]. */
        double[][] h(int t) { return Arrays.copyOfRange(hPrev, t * B, (t + 1) * B); }
    }

    /** Runs the vectors x through the network, onto the tape. Each line stands under its equation. */
    static void forward(Parameters p, Vectors x, Tape tape, Team team) {
        int n = x.n(), B = tape.B(), H = p.H(), O = p.O();
        double[][] h = tape.h(), hPrev = tape.hPrev(), y = tape.y();
        // h[t] = tanh(x[t]·Wxh + h[t-1]·Whh + bh)
        team.shareOut(B, (long) n / B * H * (H + EXP_WORK), (from, to) -> { // rows, work of each, what to do
            for (int r = 0; r < n; r += B) {                    // r: the first row of step t
                fill(h, p.bh(), r + from, r + to);
                x.addTimes(p.Wxh(), h, r + from, r + to);
                addProduct(hPrev, p.Whh(), h, r + from, r + to);
                for (int b = from; b < to; b++) activate(h[r + b]);
            }
        });
        // y[t] = h[t]·Why + by, of all steps at once
        team.shareOut(n, (long) H * O, (from, to) -> {
            fill(y, p.by(), from, to);
            addProduct(h, p.Why(), y, from, to);
        });
    }

    /**
     * Back-propagation through time, from dy, which loss() wrote: beside each of forward's equations, last to
     * first, the gradients that it gives. The sums over t wait for the end: one large product each.
     */
    static void backward(Parameters p, Vectors x, Tape tape, Parameters d, Team team) {
        int n = x.n(), B = tape.B(), H = p.H(), O = p.O();
        double[][] h = tape.h(), hPrev = tape.hPrev();
        double[][] dy = tape.dy(), da = tape.da(), dh = tape.dh(), dhPrev = tape.dhPrev();
        transpose(p.Whh(), tape.WhhT());
        transpose(p.Why(), tape.WhyT());
        // y[t] = h[t]·Why + by                          dh[t] = dy[t]·Whyᵀ, of all steps at once
        team.shareOut(n, (long) H * O, (from, to) -> {
            zero(dh, from, to);
            addProduct(dy, tape.WhyT(), dh, from, to);
        });
        // h[t] = tanh(a[t])                             da[t] = dh[t] ∘ (1 − h[t]²)
        // a[t] = x[t]·Wxh + h[t-1]·Whh + bh             dh[t-1] += da[t]·Whhᵀ
        team.shareOut(B, (long) n / B * H * H, (from, to) -> {
            zero(dhPrev, from, to);                             // dh[0] alone: the others hold dy[t]·Whyᵀ
            for (int r = n - B; r >= 0; r -= B) {
                for (int b = from; b < to; b++) gradActivate(h[r + b], dh[r + b], da[r + b]);
                addProduct(da, tape.WhhT(), dhPrev, r + from, r + to);
            }
        });
        // dWhy = Σ h[t]ᵀ·dy[t]  dWhh = Σ h[t-1]ᵀ·da[t]  dbh = Σ da[t]  dWxh = Σ x[t]ᵀ·da[t]  dby = Σ dy[t]
        zero(d.rows(), 0, d.rows().length);
        transposedProduct(h, dy, n, d.Why(), tape.dWhyT(), team);
        team.shareOut(H, (long) n * H, (from, to) -> {
            addTransposedProduct(hPrev, da, n, d.Whh(), from, to);
            for (int r = 0; r < n; r++)
                for (int j = from; j < to; j++) d.bh()[j] += da[r][j];
        });
        team.shareOut(p.I(), (long) n * H, (from, to) -> x.addGradient(da, d.Wxh(), from, to));
        for (int r = 0; r < n; r++) addRow(1, dy[r], d.by());
    }

    /** The mean loss over the scored rows, the last target.n() of n; its gradient goes into dy. */
    static double loss(Vectors target, int n, Tape tape, Team team) {
        int scored = target.n(), first = n - scored;
        team.shareOut(n, EXP_WORK * tape.y()[0].length, (from, to) -> {
            zero(tape.dy(), from, Math.min(first, to));
            for (int r = Math.max(first, from); r < to; r++) {
                double[] dy = tape.dy()[r];
                tape.loss()[r] = target.loss(r - first, tape.y()[r], dy);
                for (int j = 0; j < dy.length; j++) dy[j] /= scored;
            }
        });
        double sum = 0;
        for (int r = first; r < n; r++) sum += tape.loss()[r];
        return sum / scored;
    }

    /** Forward, loss, backward: the mean loss, its gradient in d. No target: 0, and d is left as it was. */
    static double pass(Parameters p, Vectors x, Vectors target, Tape tape, Parameters d, Team team) {
        forward(p, x, tape, team);
        if (target.n() == 0) return 0;
        double loss = loss(target, x.n(), tape, team);
        backward(p, x, tape, d, team);
        return loss;
    }

    /** Scales all gradients to a joint L2 norm of at most max. As torch.nn.utils.clip_grad_norm_. */
    static void clip(Parameters d, double max) {
        double sum = 0;
        for (double[] row : d.rows())
            for (double g : row) sum += g * g;
        double scale = max / (Math.sqrt(sum) + 1e-6);
        if (scale >= 1) return;
        for (double[] row : d.rows())
            for (int j = 0; j < row.length; j++) row[j] *= scale;
    }

    /** dW ← dW + weightDecay·W, of matrices and biases alike. As torch.optim.SGD. */
    static void decay(Parameters p, Parameters d, double weightDecay) {
        for (int i = 0; i < p.rows().length; i++) addRow(weightDecay, p.rows()[i], d.rows()[i]);
    }

    /** v ← momentum·v + dW;  W ← W − learningRate·v. As torch.optim.SGD. */
    static void sgd(Parameters p, Parameters d, Parameters v, double learningRate, double momentum) {
        for (int i = 0; i < p.rows().length; i++) {
            double[] W = p.rows()[i], dW = d.rows()[i], vW = v.rows()[i];
            for (int j = 0; j < W.length; j++) {
                vW[j] = momentum * vW[j] + dW[j];
                W[j] -= learningRate * vW[j];
            }
        }
    }

    /** Vectors x, one a row: what the network reads or, as targets, what its outputs are compared with. */
    interface Vectors {
        int n();
        int width();

        /** C[r] += x[r]·W for the rows from ≤ r < to. */
        void addTimes(double[][] W, double[][] C, int from, int to);

        /** dW[i] += Σ x[r][i]·da[r] over all rows r, for the rows from ≤ i < to of dW. */
        void addGradient(double[][] da, double[][] dW, int from, int to);

        /** The loss of y against x[r]; its gradient goes into dy. */
        double loss(int r, double[] y, double[] dy);

        /** The index of the 1 in x[r], which is one-hot; −1 where vectors are written out. */
        int code(int r);

        default IntStream allCodes() { return IntStream.range(0, n()).map(this::code); }

        /** The vectors from ≤ r < to. */
        Vectors slice(int from, int to);

        /** The vectors from ≤ t < to of B sequences of this kind side by side: row (t − from)·B + b. */
        Vectors sideBySide(List<Vectors> sequences, int from, int to);
    }

    // ── 5. Sequences ──────────────────────────────────────────────────────────────────────────────────────

    /** Vectors written out; as targets their loss is mse. Shape: x [n][width]. */
    record Dense(double[][] x) implements Vectors {
        public int n() { return x.length; }
        public int width() { return x[0].length; }
        public int code(int r) { return -1; }

        public void addTimes(double[][] W, double[][] C, int from, int to) { addProduct(x, W, C, from, to); }

        public void addGradient(double[][] da, double[][] dW, int from, int to) {
            addTransposedProduct(x, da, x.length, dW, from, to);
        }

        public double loss(int r, double[] y, double[] dy) {
            gradMse(y, x[r], dy);
            return mse(y, x[r]);
        }

        public Dense slice(int from, int to) { return new Dense(Arrays.copyOfRange(x, from, to)); }

        public Dense sideBySide(List<Vectors> sequences, int from, int to) {
            int B = sequences.size();
            double[][] rows = new double[(to - from) * B][];
            for (int b = 0; b < B; b++) {
                double[][] one = ((Dense) sequences.get(b)).x;
                for (int t = from; t < to; t++) rows[(t - from) * B + b] = one[t];
            }
            return new Dense(rows);
        }
    }

    /** One-hot vectors, of each of which only the index of its 1 is kept, the code. */
    record OneHot(int[] codes, int width) implements Vectors {
        public int n() { return codes.length; }
        public int code(int r) { return codes[r]; }

        /** A one-hot vector times W is a row of W. */
        public void addTimes(double[][] W, double[][] C, int from, int to) {
            for (int r = from; r < to; r++) addRow(1, W[code(r)], C[r]);
        }

        public void addGradient(double[][] da, double[][] dW, int from, int to) {
            for (int r = 0; r < n(); r++)
                if (from <= code(r) && code(r) < to) addRow(1, da[r], dW[code(r)]);
        }

        /** As targets their loss is cross-entropy. */
        public double loss(int r, double[] y, double[] dy) { return gradCrossEntropy(y, code(r), dy); }

        public OneHot slice(int from, int to) {
            return new OneHot(Arrays.copyOfRange(codes, from, to), width);
        }

        public OneHot sideBySide(List<Vectors> sequences, int from, int to) {
            int B = sequences.size();
            int[] rows = new int[(to - from) * B];
            for (int b = 0; b < B; b++)
                for (int t = from; t < to; t++) rows[(t - from) * B + b] = sequences.get(b).code(t);
            return new OneHot(rows, width);
        }
    }

    /** What to learn: from input [T,I] the target [T',O], which belongs to the last T' steps. */
    record Sequence(Vectors input, Vectors target) {

        /** From consecutive values: each from those before it. */
        static Sequence next(Vectors values) {
            return new Sequence(values.slice(0, values.n() - 1), values.slice(1, values.n()));
        }

        int T() { return input.n(); }
        int unscored() { return input.n() - target.n(); }
    }

    /** The toy, data/toy.json: at each step a constant is added to the first element. */
    static Sequence toy() {
        return new Sequence(new Dense(new double[][] {{0.1, 0.2, 0.3}, {0.2, 0.2, 0.3}, {0.3, 0.2, 0.3}}),
            new Dense(new double[][] {{0.4, 0.2, 0.3}}));
    }

    /** The steps from ≤ t < to of sequences of one shape, side by side: what one update is made from. */
    record Window(List<Sequence> sequences, int from, int to) {
        int B() { return sequences.size(); }

        /** Row (t − from)·B + b. */
        Vectors input() {
            var inputs = sequences.stream().map(Sequence::input).toList();
            return inputs.get(0).sideBySide(inputs, from, to);
        }

        /** The targets of those steps that have one, the window's last, side by side as the input. */
        Vectors target() {
            var targets = sequences.stream().map(Sequence::target).toList();
            int unscored = sequences.get(0).unscored();
            return targets.get(0)
                .sideBySide(targets, Math.max(0, from - unscored), Math.max(0, to - unscored));
        }
    }

    /** Puts up to `batch` sequences of one shape together and cuts each batch into windows of `steps`. */
    static List<Window> windows(List<Sequence> sequences, int batch, int steps) {
        var batches = new ArrayList<List<Sequence>>();
        var open = new LinkedHashMap<List<Integer>, List<Sequence>>();
        for (Sequence s : sequences) {
            var shape = List.of(s.T(), s.target().n());
            open.computeIfAbsent(shape, key -> new ArrayList<>()).add(s);
            if (open.get(shape).size() == batch) batches.add(open.remove(shape));
        }
        batches.addAll(open.values());
        var windows = new ArrayList<Window>();
        for (var together : batches)
            for (long from = 0, T = together.get(0).T(); from < T; from += steps)
                windows.add(new Window(together, (int) from, (int) Math.min(T, from + steps)));
        return windows;
    }

    // ── 6. Training ───────────────────────────────────────────────────────────────────────────────────────

    /** How to learn. `clip` 0 is off; `steps` is the window of truncated BPTT; `seed` fixes every draw. */
    record Settings(
        double learningRate, double momentum, double clip, double weightDecay, int batch, int steps,
        long seed) {
        static final int BATCH = 32;
        static final Settings DEFAULT = new Settings(0.1, 0, 0, 0, BATCH, Integer.MAX_VALUE, 42);
    }

    /** Every parameter uniform in ±1/√H, as PyTorch's nn.RNN and nn.Linear, drawn row by row. */
    static Parameters initial(int I, int H, int O, long seed) {
        Random random = new Random(seed);
        Parameters p = Parameters.zeros(I, H, O);
        for (double[] w : p.rows())
            for (int j = 0; j < w.length; j++) w[j] = (2 * random.nextDouble() - 1) / Math.sqrt(H);
        return p;
    }

    static Parameters copy(Parameters p) {
        Parameters q = Parameters.zeros(p.I(), p.H(), p.O());
        copyRows(p.rows(), q.rows(), q.rows().length);
        return q;
    }

    static boolean isFinite(Parameters p) {
        for (double[] row : p.rows())
            for (double w : row) if (!Double.isFinite(w)) return false;
        return true;
    }

    /** The order of an epoch, drawn from (seed, epoch) alone; the dataset's own for a full batch. */
    static List<Sequence> order(List<Sequence> sequences, int batch, long seed, int epoch) {
        if (batch >= sequences.size()) return sequences;
        var order = new ArrayList<>(sequences);
        Random random = new Random(seed + epoch * 0x9E3779B97F4A7C15L);
        for (int i = order.size() - 1; i > 0; i--) Collections.swap(order, i, random.nextInt(i + 1));
        return order;
    }

    /** The windows of an epoch, in its order. */
    static List<Window> plan(List<Sequence> sequences, Settings s, int epoch) {
        return windows(order(sequences, s.batch(), s.seed(), epoch), s.batch(), s.steps());
    }

    /** One step downhill by the gradient in d, which is used up; v is the velocity. */
    static void descend(Parameters p, Parameters d, Parameters v, Settings s) {
        if (s.clip() > 0) clip(d, s.clip());
        if (s.weightDecay() > 0) decay(p, d, s.weightDecay());
        sgd(p, d, v, s.learningRate(), s.momentum());
    }

    /** All there is to know between two updates: what a checkpoint holds and training goes on from. */
    record State(
        Parameters p,               // the weights, updated in place
        Parameters v,               // their velocity, likewise
        Parameters last,            // the weights when the last whole epoch ended
        List<double[]> losses,      // of each whole epoch: {training} or {training, held out}
        Parameters best,            // the weights of the epoch with the lowest held-out loss
        int bestEpoch,              // its number; 0: none yet
        int nextWindow,             // the one to come in the epoch under way
        double lossSum,             // over the scored steps of that epoch so far
        double[][] h) {             // the hidden state after the window before [B,H]; none in a new epoch

        static State of(Parameters p) {
            Parameters v = Parameters.zeros(p.I(), p.H(), p.O());
            return new State(p, v, copy(p), new ArrayList<>(), copy(p), 0, 0, 0, new double[0][]);
        }

        /** Epochs done. */
        int epoch() { return losses.size(); }
    }

    /** Training: a state, moved on one update at a time. All else is given, or scratch space. */
    static final class Training {
        final Settings settings;
        final Team team;
        State state;
        private final List<Sequence> sequences;
        private final List<Window> heldOut;
        private final long scored;                      // steps of an epoch that have a target
        private final Parameters d;
        private Tape tape;
        private List<Window> windows;                   // of the epoch under way
        private Window window;                          // the one in x and target
        private Vectors x, target;

        Training(
                State state, List<Sequence> sequences, List<Sequence> heldOut, Settings settings, Team team) {
            this.state = state;
            this.sequences = sequences;
            scored = sequences.stream().mapToLong(s -> s.target().n()).sum();
            this.heldOut = windows(heldOut, settings.batch(), settings.steps());
            this.settings = settings;
            this.team = team;
            d = Parameters.zeros(state.p().I(), state.p().H(), state.p().O());
            windows = plan(sequences, settings, state.epoch() + 1);
        }

        /**
         * One SGD step on the next window. False where a number is not finite: then the step does not count,
         * and the weights to go back to are in `last`.
         */
        boolean update() {
            if (window != windows.get(state.nextWindow())) {
                window = windows.get(state.nextWindow());
                x = window.input();
                target = window.target();
            }
            Parameters p = state.p();
            int n = x.n(), B = window.B();
            tape = Tape.ready(tape, p, n, B, window.from() == 0 ? null : state.h());
            double loss = pass(p, x, target, tape, d, team);
            double lossSum = state.lossSum() + loss * (target.n() / B) * B;  // in this order: the bits stay
            if (target.n() > 0) descend(p, d, state.v(), settings);
            int next = state.nextWindow() + 1;
            boolean whole = next == windows.size();
            if (!Double.isFinite(lossSum) || whole && !isFinite(p)) return false;
            if (whole) return endEpoch(lossSum / scored);
            state = new State(p, state.v(), state.last(), state.losses(), state.best(), state.bestEpoch(),
                next, lossSum, tape.copyOfHidden(n));
            return true;
        }

        private boolean endEpoch(double loss) {
            Parameters p = state.p();
            double[] losses = heldOut.isEmpty() ? new double[] {loss}
                : new double[] {loss, evaluate(p, heldOut, team).loss()};
            if (!Double.isFinite(losses[losses.length - 1])) return false;
            state.losses().add(losses);
            copyRows(p.rows(), state.last().rows(), p.rows().length);
            int best = state.bestEpoch();
            if (losses.length == 2 && (best == 0 || losses[1] < state.losses().get(best - 1)[1])) {
                copyRows(p.rows(), state.best().rows(), p.rows().length);
                best = state.epoch();
            }
            state = new State(p, state.v(), state.last(), state.losses(), state.best(), best, 0, 0,
                new double[0][]);
            if (settings.batch() < sequences.size())    // else their order is the dataset's, as before
                windows = plan(sequences, settings, state.epoch() + 1);
            return true;
        }

        /** Updates until an epoch is complete; its mean loss, or NaN where a number is no longer finite. */
        double epoch() {
            int done = state.epoch();
            while (state.epoch() == done)
                if (!update()) return Double.NaN;
            return state.losses().get(done)[0];
        }

        /** Epochs done, with the part of the one under way. */
        double progress() { return state.epoch() + (double) state.nextWindow() / windows.size(); }

        long stepsInAnEpoch() { return sequences.stream().mapToLong(Sequence::T).sum(); }
    }

    /** The mean loss over all scored steps and, for classes, the share of them whose argmax is right. */
    record Score(double loss, double accuracy) {
        Score(double loss) { this(loss, Double.NaN); }
    }

    /** The forward pass over windows in their order; within a batch h is carried from one to the next. */
    static Score evaluate(Parameters p, List<Window> windows, Team team) {
        Tape tape = null;
        double[][] h = null;
        double lossSum = 0, right = 0;
        long scored = 0;
        for (Window window : windows) {
            Vectors x = window.input(), target = window.target();
            tape = Tape.ready(tape, p, x.n(), window.B(), window.from() == 0 ? null : h);
            forward(p, x, tape, team);
            int steps = target.n() / window.B();
            if (steps > 0) lossSum += loss(target, x.n(), tape, team) * steps * window.B();  // as in update
            for (int r = 0; r < target.n(); r++)
                if (argmax(tape.y()[x.n() - target.n() + r]) == target.code(r)) right++;
            scored += target.n();
            h = tape.copyOfHidden(x.n());
        }
        return new Score(lossSum / scored, right / scored);
    }

    /** The largest relative error of BPTT's gradient over the weights checked of one parameter. */
    record GradientCheck(String name, int checked, double worst) { }

    /**
     * Compares BPTT's gradient g with the slope by central differences on one window, at up to `most` weights
     * of each parameter, evenly spread. The error is |g − slope| / max(|g| + |slope|, 1e-4); its floor is for
     * what rounding does to slopes near 0.
     */
    static List<GradientCheck> checkGradients(Parameters p, Window window, int most, Team team) {
        Vectors x = window.input(), target = window.target();
        Tape tape = Tape.ready(null, p, x.n(), window.B(), null);
        Parameters d = Parameters.zeros(p.I(), p.H(), p.O());
        pass(p, x, target, tape, d, team);
        var checks = new ArrayList<GradientCheck>();
        for (int m = 0; m < Parameters.NAMES.size(); m++) {
            double[][] W = p.matrices()[m], dW = d.matrices()[m];
            int columns = W[0].length, size = W.length * columns, checked = Math.min(size, most);
            double worst = 0;
            for (int k = 0; k < checked; k++) {
                int at = (int) ((long) k * size / checked), i = at / columns, j = at % columns;
                double g = dW[i][j], slope = numericalGradient(p, W[i], j, x, target, tape, team);
                worst = Math.max(worst, Math.abs(g - slope) / Math.max(Math.abs(g) + Math.abs(slope), 1e-4));
            }
            checks.add(new GradientCheck(Parameters.NAMES.get(m), checked, worst));
        }
        return checks;
    }

    /** ∂L/∂w[j] ≈ (8·(L(+ε) − L(−ε)) − (L(+2ε) − L(−2ε))) / 12ε, whose error is of the order ε⁴. */
    static double numericalGradient(
            Parameters p, double[] w, int j, Vectors x, Vectors target, Tape tape, Team team) {
        int[] steps = {-2, -1, 1, 2}, factors = {1, -8, 8, -1};
        double epsilon = 1.0 / 1024, old = w[j], sum = 0;
        for (int k = 0; k < steps.length; k++) {
            w[j] = old + steps[k] * epsilon;
            forward(p, x, tape, team);
            sum += factors[k] * loss(target, x.n(), tape, team);
        }
        w[j] = old;
        return sum / (12 * epsilon);
    }

    // ── 7. Generating ─────────────────────────────────────────────────────────────────────────────────────

    /** The network one step at a time, one sequence, its state kept from step to step; from h = 0. */
    static final class Stepper {
        private final Parameters p;
        private final Tape tape;

        Stepper(Parameters p) {
            this.p = p;
            tape = Tape.of(p, 1, 1);
        }

        /** The output after one more vector. Shape: [O]. */
        double[] step(Vectors x) {
            forward(p, x, tape, ALONE);
            copyRows(tape.h(), tape.hPrev(), 1);
            return tape.y()[0].clone();
        }

        /** The outputs after each of some more vectors. Shape: [n][O]. */
        double[][] outputs(Vectors input) {
            double[][] y = new double[input.n()][];
            for (int t = 0; t < y.length; t++) y[t] = step(input.slice(t, t + 1));
            return y;
        }
    }

    /** The output after each step of a sequence, from h = 0. Shape: [T][O]. */
    static double[][] outputs(Parameters p, Vectors input) { return new Stepper(p).outputs(input); }

    /** Of those, the ones at the steps that have a target. Shape: [T'][O]. */
    static double[][] scoredOutputs(Parameters p, Sequence s) {
        return Arrays.copyOfRange(outputs(p, s.input()), s.unscored(), s.T());
    }

    /** Goes on from a sequence for n steps: each output is the next input. Shape: [n][O]. */
    static double[][] generate(Parameters p, Vectors input, int n) {
        Stepper stepper = new Stepper(p);
        double[][] y = stepper.outputs(input), generated = new double[n][];
        double[] last = y[y.length - 1];
        for (int k = 0; k < n; k++) {
            generated[k] = last;
            last = stepper.step(new Dense(new double[][] {last}));
        }
        return generated;
    }

    /** Goes on from a prime, not empty, by n codes or until `end` is drawn, which is left out. */
    static int[] sample(Parameters p, int[] prime, int n, double temperature, int end, Random random) {
        Stepper stepper = new Stepper(p);
        double[] y = null;
        for (int code : prime) y = stepper.step(new OneHot(new int[] {code}, p.I()));
        int[] written = new int[n];
        for (int k = 0; k < n; k++) {
            int code = draw(y, temperature, random);
            if (code == end) return Arrays.copyOf(written, k);
            written[k] = code;
            y = stepper.step(new OneHot(new int[] {code}, p.I()));
        }
        return written;
    }

    /** A class drawn with the probabilities softmax(y / temperature); the likeliest at temperature 0. */
    static int draw(double[] y, double temperature, Random random) {
        if (temperature == 0) return argmax(y);
        double[] p = softmax(Arrays.stream(y).map(v -> v / temperature).toArray());
        double u = random.nextDouble();
        for (int i = 0; i < p.length; i++) if ((u -= p[i]) < 0) return i;
        return argmax(y);                               // the probabilities add up to 1 but for rounding
    }

    // ── 8. Forms of data ──────────────────────────────────────────────────────────────────────────────────

    /** A message without control characters; of one too long for a line, the beginning and the end. */
    static String oneLine(String message) {
        String line = message.replaceAll("\\p{Cc}", "?");
        int n = line.length();
        return n <= 900 ? line : line.substring(0, 600) + " ... " + line.substring(n - 295);
    }

    /** What went wrong, in one line for the user, and the exit status. */
    static final class Failure extends RuntimeException {
        final int status;

        Failure(int status, String message, Object... args) {
            super(oneLine(format(message, args)));
            this.status = status;
        }
    }

    /** The command or the data is wrong: exit status 2. */
    static Failure wrong(String message, Object... args) { return new Failure(2, message, args); }

    /** It failed while running: exit status 1. */
    static Failure failed(String message, Object... args) { return new Failure(1, message, args); }

    static String format(String format, Object... args) { return String.format(Locale.ROOT, format, args); }

    /** "2 values", "1 value". */
    static String count(long n, String things) {
        return n + " " + (n == 1 ? things.substring(0, things.length() - 1) : things);
    }

    /** A dataset as it was read: its keys and what is under them; a series is an input without a target. */
    record Dataset(
        String file,
        String name,
        String keys,                                    // in alphabetical order; a list of texts: texts
        List<Vectors> inputs,
        List<Vectors> targets,                          // or labels, as codes
        List<String> texts,
        List<String> classes) {                         // what the codes of labels stand for, or none

        /** Inputs with their targets. */
        List<Sequence> pairs(List<? extends Vectors> inputs, List<? extends Vectors> targets) {
            if (inputs.size() != targets.size())
                throw wrong("%s: has %s, but %d targets or labels; each input needs its own",
                    file, count(inputs.size(), "inputs"), targets.size());
            return IntStream.range(0, inputs.size()).mapToObj(n -> {
                Sequence s = new Sequence(inputs.get(n), targets.get(n));
                if (s.unscored() >= 0) return s;
                throw wrong("%s: inputs[%d] has %s, but %d targets or labels; at most one for each step",
                    file, n, count(s.T(), "steps"), s.target().n());
            }).toList();
        }
    }

    static final Dataset TOY = new Dataset("toy", "toy", "inputs targets", List.of(toy().input()),
        List.of(toy().target()), List.of(), List.of());

    /** A network that was trained before, and what its file says of it. */
    record Model(String file, Parameters p, Map<String, String> metadata) {
        boolean knowsClasses() { return metadata.getOrDefault("form", "").startsWith("labelled"); }
        boolean knowsCharacters() { return metadata.containsKey("vocabulary"); }
        boolean knowsScaling() { return metadata.containsKey("mean"); }
        boolean writesText() { return knowsCharacters() && !knowsClasses(); }

        /** An entry of the metadata: n numbers from least to most. */
        double[] numbers(String key, int n, double least, double most) {
            String list = metadata.getOrDefault(key, "");
            try {
                double[] numbers = Arrays.stream(list.split(" ")).mapToDouble(Double::parseDouble).toArray();
                boolean fit = Arrays.stream(numbers).allMatch(x -> x >= least && x <= most);
                if (fit && numbers.length == n) return numbers;
            } catch (NumberFormatException e) { /* said below */ }
            throw wrong("%s: \"%s\" in its metadata must be %s from %s to %s, not \"%s\"",
                file, key, count(n, "numbers"), least, most, list);
        }
    }

    /** How much to hold out: a count or a percentage. */
    record HoldOut(double amount, boolean percent) {

        /** How many of the n units in a file, of which some have to be left. */
        int of(int n, String unit, String file) {
            int held = (int) (percent ? n * amount / 100 : amount);
            if (held < n && (held > 0 || amount == 0)) return held;
            throw wrong("--validate holds out %d of the %s in %s; hold out some, and leave some to train on",
                held, count(n, unit), file);
        }
    }

    /** What the options ask for; null where one was not given. */
    record Request(HoldOut validate, Integer batch, int steps, Integer generate, String prime,
                   double temperature, long seed, boolean trains, Consumer<String> warn) { }

    /** What is trained with where no option says so; learn/DEFAULTS.md has what a text's rest on. */
    record Defaults(int batch, double momentum, double clip) {
        static final int HIDDEN = 16, SERIES_BATCH = 1;
        static final double TEXT_MOMENTUM = 0.9, TEXT_CLIP = 1;
        static final Defaults SEQUENCES = new Defaults(Settings.BATCH, 0, 0),
            SERIES = new Defaults(SERIES_BATCH, 0, 0),
            TEXT = new Defaults(Settings.BATCH, TEXT_MOMENTUM, TEXT_CLIP);
    }

    /** What to learn, what to hold out and how much that is, how to cut windows, and the form's defaults. */
    record Split(
        List<Sequence> training, List<Sequence> heldOut, int held, int batch, int steps, Defaults defaults) {

        /** Separate sequences, of which the last are held out. */
        static Split sequences(List<Sequence> all, Request request, String unit, String file) {
            int held = request.validate().of(all.size(), unit, file), kept = all.size() - held;
            return new Split(all.subList(0, kept), all.subList(kept, all.size()), held,
                Objects.requireNonNullElse(request.batch(), Defaults.SEQUENCES.batch()), Integer.MAX_VALUE,
                Defaults.SEQUENCES);
        }

        /** One long sequence, cut into streams; its held-out end is read after the last of them. */
        static Split streams(Vectors values, Request request, Defaults defaults, String unit, String file) {
            int n = values.n(), held = request.validate().of(n, unit, file), kept = n - held;
            long full = Math.max(1, kept / (request.steps() + 1L));   // so many streams fill a window each
            int streams = Objects.requireNonNullElse(request.batch(), (int) Math.min(defaults.batch(), full));
            int length = kept / streams;
            if (length < 2)
                throw wrong("%s: leaves %s to train on for %s; a stream needs at least 2: hold out less, or "
                    + "give a smaller --batch", file, count(kept, unit), count(streams, "streams"));
            List<Sequence> training = IntStream.range(0, streams)
                .mapToObj(b -> Sequence.next(values.slice(b * length, (b + 1) * length))).toList();
            List<Sequence> heldOut = held == 0 ? List.of()
                : List.of(new Sequence(values.slice((streams - 1) * length, n - 1), values.slice(kept, n)));
            return new Split(training, heldOut, held, streams, request.steps(), defaults);
        }

        int I() { return training.get(0).input().width(); }
        int O() { return training.get(0).target().width(); }

        List<Window> windowsOf(List<Sequence> sequences) { return windows(sequences, batch, steps); }

        /** What a picture is drawn of: what is held out, if anything is. */
        List<Sequence> shown() { return heldOut.isEmpty() ? training : heldOut; }
    }

    /** What a network says: for outputs.json, and to print. */
    record Answer(Map<String, Object> json, Supplier<String> printed) { }

    /** The answers to separate sequences: all of them in outputs.json, the first one printed. */
    static Answer answers(Split split, BiFunction<Sequence, Boolean, Answer> one) {
        var all = Stream.concat(split.training().stream().map(s -> one.apply(s, null)),
            split.heldOut().stream().map(s -> one.apply(s, true))).toList();
        return new Answer(json("sequences", all.stream().map(Answer::json).toList()), all.get(0).printed());
    }

    /** An object of JSON: a key, its value, a key, … in this order; what is null is left out. */
    static Map<String, Object> json(Object... entries) {
        var json = new LinkedHashMap<String, Object>();
        for (int i = 0; i < entries.length; i += 2)
            if (entries[i + 1] != null) json.put((String) entries[i], entries[i + 1]);
        return json;
    }

    /** The last ten targets beside the outputs at their steps, then up to ten steps of what was generated. */
    static String table(int firstStep, Object[] targets, Object[] outputs, Object... generated) {
        Object[] all = Stream.of(outputs, generated).flatMap(Stream::of).toArray();
        int n = targets.length, more = generated.length - 10;
        var rows = new ArrayList<>(List.of(
            List.of("step", "target", generated.length == 0 ? "output" : "output, then generated")));
        for (int k = Math.max(0, n - 10); k < Math.min(n + 10, all.length); k++)
            rows.add(List.of("" + (firstStep + k), k < n ? cell(targets[k]) : "", cell(all[k])));
        if (more > 0) rows.add(List.of("…", "", "and " + more + " more in outputs.json"));
        return aligned(rows);
    }

    /** Rows of cells; each column, but for the last, is two wider than its widest cell. */
    static String aligned(List<List<String>> rows) {
        String line = IntStream.range(0, rows.get(0).size() - 1)
            .map(j -> rows.stream().mapToInt(row -> row.get(j).length()).max().orElse(0))
            .mapToObj(width -> "%-" + (width + 2) + "s").collect(Collectors.joining()) + "%s";
        return rows.stream().map(row -> format(line, row.toArray())).collect(Collectors.joining("\n"));
    }

    /** The last ten rows, below their header if they have one, and where the others are. */
    static String lastTen(List<List<String>> rows, String... header) {
        int others = Math.max(0, rows.size() - 10);
        var shown = new ArrayList<>(rows.subList(others, rows.size()));
        if (header.length > 0) shown.add(0, List.of(header));
        return aligned(shown) + (others == 0 ? "" : "\n… and " + others + " more in outputs.json");
    }

    /** A label or a text in one line, or the numbers of a vector. */
    static String cell(Object value) {
        if (!(value instanceof double[] vector)) return oneLine(value.toString());
        return Arrays.stream(vector).mapToObj(x -> {
            double size = Math.abs(x);
            return format(size >= 1e15 ? "%.6g" : size >= 5e-5 || size == 0 ? "%.4f" : "%.1e", x);
        }).collect(Collectors.joining(" "));
    }

    /** A panel of the picture, as data: lines over numbers, or coloured cells. */
    interface Panel { }

    /** `firstStep` is where the axis of whole steps begins, or NaN where x is any number. */
    record Lines(
        String title, String xAxis, String yAxis, double firstStep, boolean logarithmic, List<Line> lines)
        implements Panel { }

    record Line(String name, double[] x, double[] y, int colour, boolean joined, boolean dots) {

        /** A line over x = first, first + 1, … */
        static Line over(int first, String name, double[] y, int colour) {
            double[] x = IntStream.range(first, first + y.length).asDoubleStream().toArray();
            return new Line(name, x, y, colour, true, false);
        }
    }

    /** The colours of Okabe and Ito, which the colour-blind tell apart. */
    static final int BLACK = 0x333333, WHITE = 0xFFFFFF, BLUE = 0x0072B2, SKY = 0x56B4E9, ORANGE = 0xE69F00,
        VERMILION = 0xD55E00;

    /** Cells [row][column], the first row at the foot, coloured from the least value to the most. */
    record HeatMap(
        String title, String xAxis, String yAxis, List<String> columns, List<String> rows, double[][] cells,
        boolean counts, double least, double most, int... colours) implements Panel {
        static final int MOST = 250;                    // rows or columns that can be told apart
    }

    /** What the picture shows of a sequence: the end of a long one, with labels for its last steps. */
    record Shown(Vectors read, Vectors lastTarget, String axis, List<String> labels) {
        static final int READ = 200, STEPS = 100, CHARACTERS = 32;

        static Shown of(Sequence s, int most, String axis, IntFunction<String> labelOfStep) {
            int T = s.T(), read = Math.min(T, READ), labelled = Math.min(read, most), scored = s.target().n();
            return new Shown(s.input().slice(T - read, T), s.target().slice(scored - 1, scored), axis,
                IntStream.range(T - labelled, T).mapToObj(labelOfStep).toList());
        }

        static Shown numbered(Sequence s, String axis) {
            return of(s, STEPS, axis, t -> roundNumber(t + 1, Math.min(s.T(), STEPS)));
        }

        static Shown first(Split split) {
            String which = split.heldOut().isEmpty() ? "first" : "first held-out";
            return numbered(split.shown().get(0), "step of the " + which + " sequence");
        }
    }

    /** A number as one of n labels in a row: all of them where they are few, else round ones. */
    static String roundNumber(int number, int n) {
        int every = n <= 25 ? 1 : n <= 250 ? 10 : 100;
        return number % every == 0 ? String.valueOf(number) : "";
    }

    static double[][] rows(Vectors dense) { return ((Dense) dense).x(); }

    /** What needs no network, fitted on the training part; `alone`: of a series going on, else null. */
    record Baseline(String name, Score score, Score alone) {
        Map<String, ?> object() {
            boolean known = alone != null && Double.isFinite(alone.loss());     // it may go on to infinity
            return json("name", name, "loss", score.loss(), "alone_loss", known ? alone.loss() : null);
        }

        /** Always the same output y. */
        static Baseline constant(String name, Split split, double[] y) {
            Parameters p = Parameters.zeros(split.I(), 1, split.O());
            System.arraycopy(y, 0, p.by(), 0, y.length);
            return new Baseline(name, evaluate(p, split.windowsOf(split.shown()), ALONE), null);
        }

        /** The shares of codes in the training part or, with `pairs`, their shares after each code. */
        static Baseline counted(String name, Split split, boolean pairs) {
            long O = split.O(), n = split.shown().stream().mapToLong(s -> s.target().n()).sum();
            // a key: the code before · O + the code
            Function<Sequence, LongStream> keys = s -> IntStream.range(0, s.target().n()).mapToLong(
                r -> (pairs ? s.input().code(s.unscored() + r) : 0) * O + s.target().code(r));
            var counts = split.training().stream().flatMapToLong(keys).boxed()
                .collect(Collectors.groupingBy(key -> key, Collectors.counting()));
            var before = counts.entrySet().stream().collect(
                Collectors.groupingBy(e -> e.getKey() / O, Collectors.summingLong(e -> e.getValue())));
            double sum = split.shown().stream().flatMapToLong(keys)     // each count begins at one
                .mapToDouble(key -> StrictMath.log((before.getOrDefault(key / O, 0L) + O)
                    / (counts.getOrDefault(key, 0L) + 1.0))).reduce(0, Double::sum);
            return new Baseline(name, new Score(sum / n), null);
        }
    }

    /** A form of data: all that the rest of the file knows of it. */
    record Form(
        String what,                                    // in a few words: "a series"
        Split split,                                    // what to learn, and what is held out
        Map<String, ?> metadata,                        // for a model file: strings, arrays of numbers
        String lossUnit,
        Function<Score, String> describe,               // a score in words
        Function<Parameters, Answer> answer,            // what the network says
        Function<Parameters, Panel> panel,              // its panel in the picture
        Shown shown,                                    // the sequence whose hidden states the picture shows
        Supplier<List<Baseline>> baselines,             // what to hold its score against
        Function<Parameters, Score> alone,              // of going on over what is held out; or null
        BiFunction<Parameters, Integer, String> sample) { }     // a line that it would write; null: no text

    /** The form of a dataset. A new form is a room below and a line here. */
    static Form form(Dataset data, Request request, Model loaded) {
        return switch (data.keys()) {
            case "inputs targets" -> regression(data, request);
            case "inputs labels" -> classes(data, request, loaded);
            case "series" -> series(data, request, loaded);
            case "text" -> text(data, request, loaded);
            case "texts" -> texts(data, request, loaded);
            case "labels texts" -> labelledTexts(data, request, loaded);
            default -> { throw wrong("%s: a dataset has exactly one of: inputs with targets, inputs with "
                + "labels, series, text, a list of texts with labels", data.file()); } // braces: JShell 17
        };
    }

    // ── 8.1 Sequences of vectors ──

    static Answer regressionAnswer(Parameters p, Sequence s, Boolean heldOut, Integer generate) {
        double[][] target = rows(s.target()), output = scoredOutputs(p, s), generated = null;
        if (p.I() == p.O()) generated = generate(p, s.input(), Objects.requireNonNullElse(generate, s.T()));
        var json = json("held_out", heldOut, "input", rows(s.input()), "target", target, "output", output,
            "generated", generated);
        if (generated == null) return new Answer(json, () -> table(s.unscored() + 1, target, output));
        Object[] more = Stream.of(generated).skip(1).toArray();    // the first is the last output once more
        return new Answer(json, () -> table(s.unscored() + 2, target, output, more));
    }

    static Line dots(String name, List<Sequence> sequences, Parameters p, int colour) {
        return new Line(name, flatten(sequences.stream().flatMap(s -> Stream.of(rows(s.target())))),
            flatten(sequences.stream().flatMap(s -> Stream.of(scoredOutputs(p, s)))), colour, false, true);
    }

    static double[] flatten(Stream<double[]> rows) { return rows.flatMapToDouble(Arrays::stream).toArray(); }

    /** Every number of every target against the output: on the line where it is right. */
    static Panel regressionPanel(Parameters p, Split split) {
        String others = split.held() > 0 ? "not held out" : "all sequences";
        var lines = new ArrayList<>(List.of(dots(others, split.training(), p, BLUE)));
        if (split.held() > 0) lines.add(dots("held out", split.heldOut(), p, ORANGE));
        var targets = lines.stream().flatMapToDouble(line -> Arrays.stream(line.x())).summaryStatistics();
        double[] ends = {targets.getMin(), targets.getMax()};
        lines.add(new Line("output = target", ends, ends, BLACK, true, false));
        return new Lines("Outputs against targets", "target", "output", Double.NaN, false, lines);
    }

    /** The largest magnitude in vectors that are written out. */
    static double largest(List<Vectors> dense) {
        return dense.stream().flatMap(v -> Stream.of(rows(v))).flatMapToDouble(Arrays::stream)
            .map(Math::abs).max().orElse(0);
    }

    /** Refuses data if the squared errors of its largest target would overflow. */
    static void refuseHuge(double target, String unit, String file) {
        if (target > 1e150) throw wrong(
            "%s: a target is %s%s; beyond 1e150 the square of an error overflows", file, target, unit);
    }

    /** The mean target; of a single one that would be itself. */
    static List<Baseline> regressionBaselines(Split split) {
        var targets = split.training().stream().flatMap(s -> Stream.of(rows(s.target()))).toList();
        double[] mean = new double[split.O()];
        for (double[] target : targets) addRow(1.0 / targets.size(), target, mean);
        return targets.size() == 1 ? List.of() : List.of(Baseline.constant("mean target", split, mean));
    }

    static Form regression(Dataset data, Request request) {
        var all = data.pairs(data.inputs(), data.targets());
        double ofTargets = largest(data.targets()), ofAll = Math.max(ofTargets, largest(data.inputs()));
        refuseHuge(ofTargets, "", data.file());
        Split split = Split.sequences(all, request, "sequences", data.file());
        if (request.trains() && ofAll > 10)
            request.warn().accept(format("%s has numbers as large as %.4g; the network learns best from "
                + "inputs and targets that are scaled to about 1", data.file(), ofAll));
        return new Form("sequences of vectors", split, Map.of(), "mean squared error",
            score -> format("%.6g", score.loss()),
            p -> answers(split, (s, heldOut) -> regressionAnswer(p, s, heldOut, request.generate())),
            p -> regressionPanel(p, split), Shown.first(split), () -> regressionBaselines(split), null, null);
    }

    // ── 8.2 Classes of sequences ──

    /** O classes: their names, in the order of their codes; without names, they are called by their codes. */
    record Classes(List<String> names, int O) {

        /** Those of a dataset or, which may be more, of the model to go on from. */
        static Classes of(Dataset data, Model loaded) {
            int K = data.targets().get(0).width(), outputs = loaded == null ? K : loaded.p().O();
            String known = loaded == null ? null : loaded.metadata().get("classes");
            var names = known == null ? data.classes().stream().sorted().toList()
                : List.of(known.split("\n"));
            if (known != null && names.size() != outputs)
                throw wrong("%s: its metadata has %d classes, but fc.weight gives %s",
                    loaded.file(), names.size(), count(outputs, "outputs"));
            return new Classes(names, Math.max(K, names.isEmpty() ? outputs : names.size()));
        }

        Object name(int code) { return code < names.size() ? names.get(code) : code; }

        /** The labels of a dataset in the codes of these classes. */
        List<OneHot> encode(Dataset data) {
            return data.targets().stream().map(target -> new OneHot(target.allCodes().map(code -> {
                if (data.classes().isEmpty()) return code;
                String name = data.classes().get(code);
                if (names.contains(name)) return names.indexOf(name);
                throw wrong("%s: the class \"%s\" is not among the %d that the network knows",
                    data.file(), name, names.size());
            }).toArray(), O)).toList();
        }

        /** Inputs with their labels; warns of classes that are held out, but cannot be learnt. */
        Split split(Dataset data, List<? extends Vectors> inputs, Request request, String unit) {
            Split split = Split.sequences(data.pairs(inputs, encode(data)), request, unit, data.file());
            var unseen = names(split.heldOut());
            unseen.removeAll(names(split.training()));
            if (!unseen.isEmpty())                      // the file may be sorted
                request.warn().accept(format("%s: what is held out has classes that are not trained on: %s; "
                    + "shuffle the file", data.file(), String.join(", ", unseen)));
            return split;
        }

        private Set<String> names(List<Sequence> sequences) {
            return sequences.stream().flatMapToInt(s -> s.target().allCodes()).distinct().sorted()
                .mapToObj(code -> "" + name(code)).collect(Collectors.toCollection(LinkedHashSet::new));
        }

        /** How often the network says each class where each is right. */
        Panel panel(Parameters p, Split split) {
            int together = (O + HeatMap.MOST - 1) / HeatMap.MOST, n = (O + together - 1) / together;
            double[][] counts = new double[n][n];
            for (Sequence s : split.shown()) {
                double[][] y = scoredOutputs(p, s);
                for (int t = 0; t < y.length; t++)
                    counts[s.target().code(t) / together][argmax(y[t]) / together]++;
            }
            var labels = IntStream.range(0, n).map(k -> k * together)
                .mapToObj(k -> names.isEmpty() ? roundNumber(k, O) : names.get(k)).toList();
            double most = Stream.of(counts).flatMapToDouble(Arrays::stream).max().orElse(1);
            String which = split.held() > 0 ? ", held out" : "";
            return new HeatMap("Confusion matrix" + which + " (counts)", "the network's answer", "label",
                labels, labels, counts, true, 0, most, WHITE, SKY);
        }

        /** A form that has them; `metadata` is what else it says of itself. */
        Form form(String what, Split split, Map<String, Object> metadata, Function<Parameters, Answer> answer,
                  Shown shown) {
            if (!names.isEmpty()) metadata.put("classes", String.join("\n", names));
            return new Form(what, split, metadata, "cross-entropy (nats)",
                score -> format("%.6g, accuracy %.2f %%", score.loss(), 100 * score.accuracy()),
                answer, p -> panel(p, split), shown, () -> baselines(split), null, null);
        }

        /** The shares of the classes, counts plus one: the argmax is the most frequent class. */
        private List<Baseline> baselines(Split split) {
            double[] y = new double[O];                 // softmax(log count) is the share
            for (Sequence s : split.training()) s.target().allCodes().forEach(code -> y[code]++);
            Arrays.setAll(y, k -> StrictMath.log(y[k] + 1));
            return List.of(Baseline.constant("most frequent class, " + name(argmax(y)), split, y));
        }
    }

    /** How sure the network is of what it says, the argmax. */
    static double probability(double[] y) { return softmax(y)[argmax(y)]; }

    static Form classes(Dataset data, Request request, Model loaded) {
        Classes classes = Classes.of(data, loaded);
        Split split = classes.split(data, data.inputs(), request, "sequences");
        return classes.form("labelled sequences", split, json(),
            p -> answers(split, (s, heldOut) -> classesAnswer(p, s, heldOut, classes)), Shown.first(split));
    }

    static Answer classesAnswer(Parameters p, Sequence s, Boolean heldOut, Classes classes) {
        double[][] output = scoredOutputs(p, s);
        var labels = s.target().allCodes().mapToObj(classes::name).toList();
        var predicted = Stream.of(output).map(y -> classes.name(argmax(y))).toList();
        var json = json("held_out", heldOut, "input", rows(s.input()), "target", labels, "output", output,
            "predicted", predicted, "probability", Stream.of(output).map(y -> probability(y)).toList());
        return new Answer(json, () -> table(s.unscored() + 1, labels.toArray(), predicted.toArray()));
    }

    // ── 8.3 A series ──

    /** x → (x − mean) / deviation, each column by its own. */
    record Scaling(double[] mean, double[] deviation) {

        /** Mean and population standard deviation of the first n rows; of a constant one, its mean and 1. */
        static Scaling of(double[][] rows, int n) {
            double[] mean = new double[rows[0].length], deviation = new double[rows[0].length];
            for (int j = 0; j < mean.length; j++) {
                double largest = 0, sum = 0, squares = 0;
                for (int t = 0; t < n; t++) largest = Math.max(largest, Math.abs(rows[t][j]));
                double unit = Math.scalb(1.0, Math.getExponent(largest));   // a power of two: no bit changes,
                double first = rows[0][j] / unit;                           // and no square overflows
                for (int t = 0; t < n; t++) sum += rows[t][j] / unit - first;   // of a constant exactly 0
                double middle = first + sum / n;
                for (int t = 0; t < n; t++) squares += square(rows[t][j] / unit - middle);
                mean[j] = middle * unit;
                deviation[j] = nearest(Math.sqrt(squares / n) * unit);
                if (deviation[j] == 0) deviation[j] = 1;
            }
            return new Scaling(mean, deviation);
        }

        private static double square(double x) { return x * x; }

        /** x, or the largest number where x overflowed. */
        private static double nearest(double x) {
            return Math.max(-Double.MAX_VALUE, Math.min(x, Double.MAX_VALUE));
        }

        double[][] scale(double[][] rows) {             // by halves, which cannot overflow
            return Stream.of(rows).map(row -> IntStream.range(0, row.length)
                .mapToDouble(j -> (row[j] / 2 - mean[j] / 2) / deviation[j] * 2).toArray())
                .toArray(double[][]::new);
        }

        /** Whether mean and deviation are of the order of another scaling's. */
        boolean isLike(Scaling other) {
            return IntStream.range(0, mean.length).allMatch(j -> deviation[j] <= 3 * other.deviation[j]
                && other.deviation[j] <= 3 * deviation[j]
                && Math.abs(mean[j] - other.mean[j]) <= 3 * deviation[j]);
        }

        @Override public String toString() { return "mean " + cell(mean) + ", deviation " + cell(deviation); }

        double[][] unscale(double[][] rows) {
            return Stream.of(rows).map(row -> IntStream.range(0, row.length)
                .mapToDouble(j -> nearest(Math.fma(row[j], deviation[j], mean[j]))).toArray())
                .toArray(double[][]::new);
        }
    }

    /** Each value but the first from those before it, and how the network goes on, in the series' units. */
    record Forecast(double[][] own, int held, double[][] output, double[][] generated) {

        Answer answer() {
            int n = own.length;
            double[][] input = Arrays.copyOf(own, n - 1), target = Arrays.copyOfRange(own, 1, n);
            var one = json("held_out", held > 0 ? held : null, "input", column(input),
                "target", column(target), "output", column(output), "generated", column(generated));
            Object[] more = generated;
            return new Answer(json("sequences", List.of(one)), () -> table(2, target, output, more));
        }

        /** The numbers of a series of one column; else its rows. */
        private Object column(double[][] rows) {
            return own[0].length == 1 ? firstColumn(rows, 0, rows.length) : rows;
        }

        private static double[] firstColumn(double[][] rows, int from, int to) {
            return Arrays.stream(rows, from, to).mapToDouble(row -> row[0]).toArray();
        }

        /** The end of the series, the forecast of each value, and how it goes on. */
        Panel panel(String name) {
            int n = own.length, from = Math.max(0, n - Math.max(Shown.STEPS, 2 * held));
            int start = held == 0 ? from + 1 : n - held;
            boolean asked = generated.length != n - 1;  // by --generate
            int more = asked ? generated.length : (n - from + 1) / 2;
            String what = held > 0 ? "forecast of the next, held out" : "forecast of the next";
            var lines = new ArrayList<Line>();
            lines.add(Line.over(from + 1, "known", firstColumn(own, from, n), BLACK));
            lines.add(Line.over(start + 1, what, firstColumn(output, start - 1, n - 1), ORANGE));
            if (more > 0) lines.add(Line.over(n + 1, "generated", firstColumn(generated, 0, more), BLUE));
            return new Lines("Values, forecasts, and the network going on alone", "step",
                own[0].length > 1 ? "column 1 of " + name : name, from + 1, false, lines);
        }
    }

    /** A linear forecast of v[t]: c[0] + Σ c[k]·v[t−k]; what stands before the series counts as 0. */
    static double linear(double[] c, double[] v, int t) {
        double sum = c[0];
        for (int k = 1; k < c.length && k <= t; k++) sum = Math.fma(c[k], v[t - k], sum);
        return sum;
    }

    /** The forecast that a value is the one `lag` steps before. */
    static double[] lagged(int lag) { return oneHot(lag, lag + 1); }

    /** r[k] = Σ v[t]·v[t−k] for k < lags. */
    static double[] autocorrelation(double[] v, int lags) {
        double[] r = new double[lags];
        for (int k = 0; k < lags; k++)
            for (int t = k; t < v.length; t++) r[k] = Math.fma(v[t], v[t - k], r[k]);
        return r;
    }

    /** The lag of the highest peak of autocorrelation, up to 1,000 and half the length; 1: there is none. */
    static int season(double[] v) {
        double[] r = autocorrelation(v, Math.min(v.length / 2, 1000) + 2);
        return IntStream.range(2, r.length - 1).filter(k -> r[k] > Math.max(0, r[k - 1]) && r[k] >= r[k + 1])
            .reduce((a, b) -> r[a] >= r[b] ? a : b).orElse(1);
    }

    /** Gauss and Jordan: takes so much of row i from the others that nothing is left in column i. */
    static void eliminate(double[][] A, int i) {
        for (int k = 0; k < A.length; k++) if (k != i) addRow(-A[k][i] / A[i][i], A[i], A[k]);
    }

    /** The p ≤ 20 of least AIC, n·log σ² + 2p, with the σ² of the Yule-Walker equations, as in R's ar. */
    static int aicOrder(double[] v) {
        int most = Math.min(20, (v.length - 1) / 3);
        double[] r = autocorrelation(v, most + 1), fit = new double[most + 1];      // fit: −AIC
        double[][] R = new double[most + 1][most + 1];
        for (int i = 0; i <= most; i++) for (int j = 0; j <= most; j++) R[i][j] = r[Math.abs(i - j)];
        Arrays.fill(fit, Double.NEGATIVE_INFINITY);
        for (int p = 0; p <= most && R[p][p] > 1e-12 * r[0]; p++) {
            fit[p] = -v.length * StrictMath.log(R[p][p]) - 2 * p;
            eliminate(R, p);                            // so that the next pivot is n·σ² of order p + 1
        }
        return argmax(fit);
    }

    /** The linear forecast over `order` lags that fits v best: least squares by the normal equations. */
    static double[] autoregression(double[] v, int order) {
        double[][] A = new double[order + 1][order + 2];        // XᵀX and, beside it, Xᵀy
        for (int t = order; t < v.length; t++) {
            double[] xy = new double[order + 2];
            for (int k = 0; k <= order + 1; k++) xy[k] = k == 0 ? 1 : k <= order ? v[t - k] : v[t];
            for (int i = 0; i <= order; i++) addRow(xy[i], xy, A[i]);
        }
        for (int i = 0; i <= order; i++) {
            boolean isNew = A[i][i] > 1e-10 * A[0][0];          // to the lags before it
            if (!isNew) A[i] = oneHot(i, order + 2);            // c[i] = 0
            eliminate(A, i);
        }
        return IntStream.rangeClosed(0, order).mapToDouble(i -> A[i][order + 1] / A[i][i]).toArray();
    }

    /** Each column forecast from its own past by a fit to its first n values; %s in the name: its lags. */
    static Baseline linearBaseline(String name, double[][] columns, int n, Function<double[], double[]> fit) {
        int T = columns[0].length, first = n < T ? n : 1;
        double share = (double) T / (T - first) / columns.length, ahead = 0, alone = 0;
        var lags = new ArrayList<String>();
        for (double[] v : columns) {
            double[] c = fit.apply(Arrays.copyOf(v, n)), next = v.clone(), own = v.clone();
            for (int t = first; t < T; t++) {
                next[t] = linear(c, v, t);
                own[t] = linear(c, own, t);
            }
            ahead += mse(next, v) * share;              // before `first` they are equal
            alone += mse(own, v) * share;
            lags.add("" + (c.length - 1));
        }
        return new Baseline(
            format(name, String.join(", ", lags)), new Score(ahead), T - n > 1 ? new Score(alone) : null);
    }

    /** What the first n rows of a series say of the others or, where there are none, of themselves. */
    static List<Baseline> seriesBaselines(double[][] rows, int n) {
        double[] mean = Scaling.of(rows, n).mean();
        double[][] columns = transposed(rows);
        for (int j = 0; j < mean.length; j++) for (int t = 0; t < rows.length; t++) columns[j][t] -= mean[j];
        var all = Stream.of(linearBaseline("last value", columns, n, v -> lagged(1)),
            linearBaseline("value %s steps before", columns, n, v -> lagged(season(v))),
            linearBaseline("autoregression of order %s", columns, n, v -> autoregression(v, aicOrder(v))));
        return all.filter(b -> !b.name().matches("value 1(, 1)* steps.*"))      // no season: the last value
            .filter(b -> Double.isFinite(b.score().loss())).toList();
    }

    static Form series(Dataset data, Request request, Model loaded) {
        double[][] own = rows(data.inputs().get(0));
        int n = own.length, I = own[0].length, held = request.validate().of(n, "values", data.file());
        boolean known = loaded != null && loaded.knowsScaling() && loaded.p().I() == I;
        Scaling fitted = Scaling.of(own, n - held), scaling = !known ? fitted
            : new Scaling(loaded.numbers("mean", I, -Double.MAX_VALUE, Double.MAX_VALUE),
                loaded.numbers("deviation", I, Double.MIN_VALUE, Double.MAX_VALUE));
        if (!scaling.isLike(fitted))
            request.warn().accept(format("%s has %s, but %s keeps to those of its own series: %s",
                data.file(), fitted, loaded.file(), scaling));
        Dense scaled = new Dense(scaling.scale(own));
        Split split = Split.streams(scaled, request, Defaults.SERIES, "values", data.file());
        Sequence scaledNext = Sequence.next(scaled);
        refuseHuge(largest(List.of(scaledNext.target())), " deviations from the mean", data.file());
        int more = Objects.requireNonNullElse(request.generate(), n - 1);
        Function<Parameters, Forecast> forecast = p -> new Forecast(own, held,
            scaling.unscale(outputs(p, scaledNext.input())), scaling.unscale(generate(p, scaled, more)));
        Function<Parameters, Score> alone = held < 2 ? null : p -> new Score(mse(
            flatten(Stream.of(generate(p, scaled.slice(0, n - held), held))),
            flatten(Stream.of(rows(scaled.slice(n - held, n))))));
        return new Form("a series", split, json("mean", scaling.mean(), "deviation", scaling.deviation()),
            "mean squared error (scaled series)",
            score -> format("%.6g", score.loss()) + (I > 1 ? "" : format(
                ", root mean squared error %.4g", Math.sqrt(score.loss()) * scaling.deviation()[0])),
            p -> forecast.apply(p).answer(), p -> forecast.apply(p).panel(data.name()),
            Shown.numbered(scaledNext, "step"), () -> seriesBaselines(rows(scaled), n - held), alone, null);
    }

    // ── 8.4 A text ──

    /** The characters a network knows, in code-point order, then the end-of-text token, if there is one. */
    record Vocabulary(int[] codePoints, boolean hasEnd) {

        static Vocabulary of(List<String> texts, boolean hasEnd) {
            int[] codePoints = texts.stream().flatMapToInt(String::codePoints).distinct().sorted().toArray();
            return new Vocabulary(codePoints, hasEnd);
        }

        /** The vocabulary that a model which knows characters was trained on. */
        static Vocabulary of(Model loaded) {
            String characters = loaded.metadata().get("vocabulary");
            Vocabulary vocabulary = of(List.of(characters), loaded.metadata().containsKey("boundary"));
            int size = vocabulary.size(), I = loaded.p().I(), O = loaded.p().O();
            if (size == I && (I == O || loaded.knowsClasses())
                    && characters.equals(vocabulary.characters())) return vocabulary;
            throw wrong("%s: its vocabulary of %d does not fit: rnn.weight_ih_l0 takes %s and "
                + "fc.weight gives %d, and it must be in code-point order",
                loaded.file(), size, count(I, "characters"), O);
        }

        /** That of the model to go on from or, where it has none, of the dataset. */
        static Vocabulary of(Dataset data, boolean hasEnd, Model loaded) {
            if (loaded != null && loaded.knowsCharacters()) return of(loaded);
            String form = loaded == null ? null : loaded.metadata().get("form");
            if (form == null) return of(data.texts(), hasEnd);
            throw wrong("%s: was trained on %s and knows no characters; %s is text",
                loaded.file(), form, data.file());
        }

        String characters() { return new String(codePoints, 0, codePoints.length); }

        Map<String, Object> metadata() {
            return json("vocabulary", characters(), "boundary", hasEnd ? "the last code" : null);
        }

        int size() { return codePoints.length + (hasEnd ? 1 : 0); }

        /** The code of the end-of-text token, if there is one. */
        IntStream end() { return IntStream.range(codePoints.length, size()); }

        /** The codes of a text, after an end-of-text token if there is one. */
        int[] encode(String text, String where) {
            return IntStream.concat(end(), text.codePoints().map(c -> {
                int code = Arrays.binarySearch(codePoints, c);
                if (code >= 0) return code;
                throw wrong("%s: the character \"%s\" (U+%04X) is not among the %d that the network knows",
                    where, Character.toString(c), c, codePoints.length);
            })).toArray();
        }

        /** The texts of a dataset between end-of-text tokens; each needs at least so many codes. */
        List<OneHot> vectors(Dataset data, int least) {
            return data.texts().stream().map(text -> {
                int[] codes = IntStream.concat(Arrays.stream(encode(text, data.file())), end()).toArray();
                if (codes.length >= least) return new OneHot(codes, size());
                throw wrong("%s: \"%s\" has %s; a text needs at least %d", data.file(), text,
                    count(codes.length, "characters"), least);
            }).toList();
        }

        String decode(int[] codes) {
            int[] text = Arrays.stream(codes).map(code -> codePoints[code]).toArray();
            return new String(text, 0, text.length);
        }

        /** The first text in the picture. */
        Shown shown(Split split) {
            Vectors text = split.shown().get(0).input();
            return Shown.of(split.shown().get(0), Shown.CHARACTERS, "the text", t -> label(text.code(t)));
        }

        /** A code as a label of one character. */
        String label(int code) {
            if (code == codePoints.length) return "end";
            int c = codePoints[code];
            return c == ' ' ? "·" : c == '\n' ? "¶" : Character.toString(c);
        }
    }

    /** Writes text with a vocabulary, from a prime on, whose codes are `start`, as the options ask for. */
    record Sampler(Vocabulary vocabulary, String prime, int[] start, Request request) {
        static final int LENGTH = 200;                  // where --generate is not given

        /** From the prime that was given or, where a text has to start from something, one that is known. */
        static Sampler of(Vocabulary vocabulary, Request request) {
            String prime = Objects.requireNonNullElse(request.prime(), "");
            int[] known = vocabulary.codePoints();
            if (prime.isEmpty() && !vocabulary.hasEnd())        // where a line begins, else a word, else any
                prime = Character.toString(IntStream.of('\n', ' ', known[0])
                    .filter(c -> Arrays.binarySearch(known, c) >= 0).findFirst().getAsInt());
            return new Sampler(vocabulary, prime, vocabulary.encode(prime, "--prime"), request);
        }

        /** What follows the prime. */
        String continuation(Parameters p, int n, Random random) {
            int end = vocabulary.codePoints().length;
            return vocabulary.decode(sample(p, start, n, request.temperature(), end, random));
        }

        /** A single line of at most so many characters, for those who watch. */
        String line(Parameters p, int length) {
            String text = prime + continuation(p, 2 * length, new Random(request.seed()));
            return format("%." + length + "s", text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip());
        }

        /** One text or, where texts have an end, whole ones until the characters asked for are used up. */
        Answer answer(Parameters p, Set<String> known) {
            Random random = new Random(request.seed());
            int left = Objects.requireNonNullElse(request.generate(), LENGTH);
            if (!vocabulary.hasEnd()) {
                String text = continuation(p, left, random);
                return new Answer(json("prime", prime, "generated", text), () -> prime + text);
            }
            var written = new ArrayList<String>();
            while (left > 0) {
                String text = continuation(p, left, random);
                int n = text.codePointCount(0, text.length());
                if (n < left || written.isEmpty()) written.add(prime + text);     // the last may be cut short
                left -= Math.max(1, n);
            }
            var seen = written.stream().filter(known::contains).toList();
            return new Answer(json("prime", prime, "generated", written, "known", seen),
                () -> written.stream().map(s -> seen.contains(s) ? s + "  (in the training data)" : s)
                    .collect(Collectors.joining("\n")));
        }
    }

    /** What the network expects after each of the last characters: the likeliest of all, from the top. */
    static Panel nextCharacterPanel(Parameters p, Shown shown, Vocabulary vocabulary) {
        int T = shown.read().n(), first = T - shown.labels().size();
        double[][] probability = transposed(Arrays.stream(outputs(p, shown.read()), first, T)
            .map(y -> softmax(y)).toArray(double[][]::new));            // of each character at each step
        var codes = IntStream.range(0, p.O()).boxed()
            .sorted(Comparator.comparing(k -> -Arrays.stream(probability[k]).max().orElse(0))).limit(20)
            .sorted(Comparator.reverseOrder()).toList();
        return new HeatMap("Probability of the next character", "the text, read up to here", "next",
            shown.labels(), codes.stream().map(vocabulary::label).toList(),
            codes.stream().map(k -> probability[k]).toArray(double[][]::new), false, 0, 1, WHITE, BLUE);
    }

    static Form textForm(String what, Split split, Sampler sampler, Function<Parameters, Answer> answer) {
        Vocabulary vocabulary = sampler.vocabulary();
        Shown shown = vocabulary.shown(split);
        return new Form(what, split, vocabulary.metadata(), "cross-entropy (nats)",
            score -> format("%.6g, perplexity %.3f", score.loss(), StrictMath.exp(score.loss())),
            answer, p -> nextCharacterPanel(p, shown, vocabulary), shown,
            () -> List.of(Baseline.counted("frequencies of characters", split, false),
                Baseline.counted("bigrams", split, true)), null, sampler::line);
    }

    static Form text(Dataset data, Request request, Model loaded) {
        Vocabulary vocabulary = Vocabulary.of(data, false, loaded);
        OneHot codes = vocabulary.vectors(data, 2).get(0);
        Split split = Split.streams(codes, request, Defaults.TEXT, "characters", data.file());
        Sampler sampler = Sampler.of(vocabulary, request);
        return textForm("a text", split, sampler, p -> sampler.answer(p, Set.of()));
    }

    // ── 8.5 A list of texts ──

    /** A network that knows no end-of-text token reads each text from its second character on. */
    static Form texts(Dataset data, Request request, Model loaded) {
        Vocabulary vocabulary = Vocabulary.of(data, true, loaded);
        var all = vocabulary.vectors(data, 2).stream().map(Sequence::next).toList();
        Split split = Split.sequences(all, request, "texts", data.file());
        Sampler sampler = Sampler.of(vocabulary, request);
        int training = split.training().size();
        return textForm("a list of texts", split, sampler, p -> {
            Answer written = sampler.answer(p, Set.copyOf(data.texts().subList(0, training)));
            written.json().put("sequences", IntStream.range(0, all.size()).mapToObj(n -> json(
                "held_out", n < training ? null : true, "text", data.texts().get(n),
                "loss", evaluate(p, split.windowsOf(all.subList(n, n + 1)), ALONE).loss())).toList());
            return written;
        });
    }

    // ── 8.6 Labelled texts ──

    static Form labelledTexts(Dataset data, Request request, Model loaded) {
        Vocabulary vocabulary = Vocabulary.of(data, false, loaded);
        Classes classes = Classes.of(data, loaded);
        if (data.targets().stream().anyMatch(labels -> labels.n() > 1))
            throw wrong("%s: labels has a list; a text has one label", data.file());
        Split split = classes.split(data, vocabulary.vectors(data, 1), request, "texts");
        return classes.form("labelled texts", split, vocabulary.metadata(),
            p -> labelledTextsAnswer(p, data.texts(), split, classes), vocabulary.shown(split));
    }

    /** Every text with its label and what the network says; the last ten are printed. */
    static Answer labelledTextsAnswer(Parameters p, List<String> texts, Split split, Classes classes) {
        var all = Stream.concat(split.training().stream(), split.heldOut().stream()).toList();
        var answers = IntStream.range(0, all.size()).mapToObj(n -> {
            double[] y = scoredOutputs(p, all.get(n))[0];
            return json("held_out", n < split.training().size() ? null : true, "text", texts.get(n),
                "label", classes.name(all.get(n).target().code(0)), "predicted", classes.name(argmax(y)),
                "probability", probability(y));
        }).toList();
        String[] header = {"label", "predicted", "text"};
        return new Answer(json("sequences", answers), () -> lastTen(answers.stream()
            .map(one -> Stream.of(header).map(key -> cell(one.get(key))).toList()).toList(), header));
    }

    // ── 8.7 Data without labels or targets ──

    /** Whether a network can only be asked about a dataset, because it lacks targets or labels. */
    static boolean isOnlyAsked(Dataset data, Model loaded) {
        return data.keys().equals("inputs")
            || Set.of("text", "texts").contains(data.keys()) && loaded != null && loaded.knowsClasses();
    }

    /** The same data with zeros in place of the labels or targets that it lacks. */
    static Dataset filled(Dataset data, Model loaded) {
        boolean texts = !data.texts().isEmpty(), classes = loaded.knowsClasses();
        if (!texts && (loaded.knowsCharacters() || loaded.knowsScaling()))
            throw wrong("%s: has inputs, but %s was trained on %s", data.file(), loaded.file(),
                loaded.metadata().getOrDefault("form", "other data"));
        List<Vectors> targets = texts ? Collections.nCopies(data.texts().size(), new OneHot(new int[1], 1))
            : data.inputs().stream().<Vectors>map(x -> classes ? new OneHot(new int[x.n()], 1)
                : new Dense(new double[x.n()][loaded.p().O()])).toList();
        String keys = texts ? "labels texts" : classes ? "inputs labels" : "inputs targets";
        return new Dataset(data.file(), data.name(), keys, data.inputs(), targets, data.texts(), List.of());
    }

    /** An answer about such data without the zeros; printed is what is said at the ends of the last ten. */
    static Answer withoutZeros(Answer answer) {
        var rows = new ArrayList<List<String>>();
        for (Object each : (List<?>) answer.json().get("sequences")) {
            var one = (Map<?, ?>) each;
            one.keySet().removeAll(Set.of("target", "label"));
            Object said = one.containsKey("predicted") ? one.get("predicted")
                : Arrays.asList((double[][]) one.get("output"));
            if (said instanceof List<?> steps) said = steps.get(steps.size() - 1);
            Object text = one.containsKey("text") ? one.get("text") : "sequence " + (rows.size() + 1);
            rows.add(List.of(cell(said), cell(text)));
        }
        return new Answer(answer.json(), () -> lastTen(rows));
    }

    // ── 9. JSON and CSV ───────────────────────────────────────────────────────────────────────────────────

    /** JSON as all of the tool reads and writes it: no key twice, and the same digits on every JDK. */
    static final JsonFactory JSON = JsonFactory.builder()
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .streamReadConstraints(StreamReadConstraints.builder()
            .maxStringLength(Integer.MAX_VALUE).maxNumberLength(Integer.MAX_VALUE).build())
        .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER).build();

    static final char NO_UTF8 = '\ufffd';               // what Java reads in place of broken bytes

    static String abbreviate(String s, int most) {
        return s.length() <= most ? s : s.substring(0, most - 3) + "...";
    }

    /** Reads JSON token by token; every mistake is told with its place and what would be right. */
    record StrictJson(String where, JsonParser in) {

        /** Reads a text that is one object with nothing after it; `where` begins what is said of mistakes. */
        static <T> T document(String where, String text, Function<StrictJson, T> object) {
            return document(where, JSON.createParser(ObjectReadContext.empty(), text), object);
        }

        static <T> T document(String where, JsonParser in, Function<StrictJson, T> object) {
            var json = new StrictJson(where, in);
            try {
                in.nextToken();
                T result = object.apply(json);
                if (in.nextToken() == null) return result;
                throw json.error(json.here(), "the JSON ends at its closing brace, but more follows");
            } catch (StreamReadException | StreamConstraintsException e) {
                TokenStreamLocation at = e.getLocation() != null ? e.getLocation() : in.currentLocation();
                String format = in.getSchema() == null ? "JSON" : in.getSchema().getSchemaType();
                throw json.error(at, "is not valid %s: %s", format, abbreviate(e.getOriginalMessage()
                    .replaceAll("(?s)(\\n| \\(start marker at | \\(for \\w+ starting at |: enable "
                        + "| \\([^()]*, from `).*", ""), 160));
            }
        }

        /** The object that begins here: its keys and what `value` reads for each. */
        <T> Map<String, T> object(Function<String, T> value) {
            if (!in.hasToken(JsonToken.START_OBJECT)) throw must("be an object { … }");
            var all = new LinkedHashMap<String, T>();
            for (String key; (key = in.nextName()) != null; ) {
                in.nextToken();
                all.put(key, value.apply(key));
            }
            return all;
        }

        boolean isList() { return in.hasToken(JsonToken.START_ARRAY); }
        boolean isString() { return in.hasToken(JsonToken.VALUE_STRING); }

        /** The elements of the list that begins here. */
        <T> List<T> list(Supplier<T> element) {
            if (!isList()) throw must("be a list [ … ]");
            var all = new ArrayList<T>();
            while (in.nextToken() != JsonToken.END_ARRAY) all.add(element.get());
            return all;
        }

        /** The same of a list that must not be empty; `needs` is what is said of one that is. */
        <T> List<T> list(String needs, Supplier<T> element) {
            List<T> all = list(element);
            if (all.isEmpty()) throw wrongHere("is empty; " + needs);
            return all;
        }

        double number() {
            double value = in.currentToken().isNumeric() ? in.getDoubleValue() : Double.NaN;
            if (Double.isFinite(value)) return value;
            throw must("be a finite number");
        }

        long wholeNumber(long most) {
            double value = in.hasToken(JsonToken.VALUE_NUMBER_INT) ? in.getDoubleValue() : -1;
            if (value >= 0 && value <= most) return (long) value;
            throw must("be a whole number from 0 to " + most);
        }

        String string() {
            if (!isString()) throw must("be a string");
            String text = in.getString();
            if (text.codePoints().anyMatch(c -> c == NO_UTF8 || Character.getType(c) == Character.SURROGATE))
                throw wrongHere("has bytes that are not UTF-8, or one half of a surrogate pair alone");
            return text;
        }

        String string(String pattern, String beRight) {
            String text = string();
            if (text.matches(pattern)) return text;
            throw must(beRight);
        }

        TokenStreamLocation here() { return in.currentTokenLocation(); }

        /** Where the parser stands: inputs[0][2]. */
        String path() {
            String pointer = in.streamReadContext().pathAsPointer().toString();
            return pointer.isEmpty() ? "the JSON"
                : abbreviate(pointer.substring(1).replaceAll("/(\\d+)(?=/|$)", "[$1]"), 60);
        }

        private Failure must(String beRight) {
            String found = in.currentToken() == null ? "empty" : switch (in.currentToken()) {
                case START_ARRAY -> "a list";
                case START_OBJECT -> "an object";
                case VALUE_STRING -> "\"" + abbreviate(in.getString(), 40) + "\"";
                default -> abbreviate(in.getString(), 40);
            };
            return wrongHere("is " + found + "; it must " + beRight);
        }

        /** A key that is none of those that `known` lists; quoted, since it may be empty. */
        Failure unknownKey(String key, String known) {
            return error(here(), "\"%s\" is an unknown key; %s", abbreviate(key, 60), known);
        }

        /** What is wrong with the value that the parser stands on. */
        Failure wrongHere(String what) { return error(here(), "%s %s", path(), what); }

        Failure error(TokenStreamLocation at, String message, Object... args) {
            return wrong("%s:%d:%d: %s", where, at.getLineNr(), at.getColumnNr(), format(message, args));
        }
    }

    /** A dataset in the format of the README; `name` is its own where it gives itself none. */
    static Dataset datasetOf(StrictJson json, String name) {
        var inputs = new ArrayList<Vectors>();
        var targets = new ArrayList<Vectors>();
        var texts = new ArrayList<String>();
        var classes = new LinkedHashMap<String, Integer>();
        var keys = new TreeSet<String>();
        var strings = new HashMap<String, String>();
        json.object(key -> {
            keys.add(key.equals("text") && json.isList() ? "texts" : key);
            return switch (key) {
                case "name", "description", "source" -> strings.put(key, json.string());
                case "inputs" -> inputs.addAll(parseSequences(json));
                case "targets" -> targets.addAll(parseSequences(json));
                case "labels" -> targets.addAll(parseLabels(json, classes));
                case "series" -> inputs.add(parseSeries(json));
                case "text" -> json.isList()
                    ? texts.addAll(json.list("it needs at least one string", () ->
                        json.string("(?s).+", "have at least one character")))
                    : texts.add(json.string());
                default -> { throw json.unknownKey(key, "a dataset has inputs with targets or labels, "
                    + "series, or text, and may have name, description, source"); }
            };
        });
        keys.removeAll(strings.keySet());
        return new Dataset(json.where(), strings.getOrDefault("name", name), String.join(" ", keys), inputs,
            targets, texts, List.copyOf(classes.keySet()));
    }

    /** [N][T][width]: every vector of the same width. */
    static List<Dense> parseSequences(StrictJson json) {
        var vectors = new ArrayList<double[]>();
        return json.list("it needs at least one sequence", () -> {
            var steps = json.list("a sequence needs at least one step", () -> parseVector(json, vectors));
            return new Dense(steps.toArray(double[][]::new));
        });
    }

    /** A vector, as wide as the first of those before it, which it joins. */
    static double[] parseVector(StrictJson json, List<double[]> vectors) {
        TokenStreamLocation start = json.here();
        double[] vector = json.list("a step needs at least one value", () -> json.number()).stream()
            .mapToDouble(x -> x).toArray();
        vectors.add(vector);
        int width = vectors.get(0).length;
        if (vector.length == width) return vector;
        throw json.error(start, "%s has %s, but %s has %d; every step needs the same number",
            json.path(), count(vector.length, "values"), json.path().replaceAll("\\d+", "0"), width);
    }

    /** [n] or [n][I]. */
    static Dense parseSeries(StrictJson json) {
        var vectors = new ArrayList<double[]>();        // one of the two stays empty
        var numbers = new ArrayList<double[]>();
        json.list(() -> {
            if (json.isList() && numbers.isEmpty()) return parseVector(json, vectors);
            if (vectors.isEmpty()) return numbers.add(new double[] {json.number()});
            throw json.wrongHere("is not a list, but series[0] is; all need one form");
        });
        var rows = vectors.isEmpty() ? numbers : vectors;
        if (rows.size() < 2) throw json.wrongHere("has " + rows.size() + " of the 2 values that it needs");
        return new Dense(rows.toArray(double[][]::new));
    }

    /** [N] or [N][T']: whole numbers, or names, which are given codes as they come. */
    static List<OneHot> parseLabels(StrictJson json, Map<String, Integer> names) {
        String needs = "it needs at least one label";
        var codes = new ArrayList<Integer>();
        Supplier<Integer> parseLabel = () -> {
            boolean isName = codes.isEmpty() ? json.isString() : !names.isEmpty();
            int code = !isName ? (int) json.wholeNumber(Integer.MAX_VALUE - 1) : names.computeIfAbsent(
                json.string("\\P{Cc}+", "be one line of text"), name -> names.size());
            codes.add(code);
            return code;
        };
        var all = json.list(needs, () ->
            json.isList() ? json.list(needs, parseLabel) : List.of(parseLabel.get()));
        int K = 1 + Collections.max(codes);
        return all.stream().map(labels -> new OneHot(labels.stream().mapToInt(code -> code).toArray(), K))
            .toList();
    }

    /** What the system said of an input or output, without the file's name. */
    static String reason(Exception e) {
        if (e instanceof JacksonIOException jackson) return reason(jackson.getCause());
        if (e instanceof NoSuchFileException) return "no such file or folder";
        if (e instanceof AccessDeniedException) return "permission denied";
        if (e instanceof FileAlreadyExistsException) return "it is not a folder";
        if (e instanceof InvalidPathException) return "no file can have this name";
        if (e instanceof FileSystemException f && f.getReason() != null) return f.getReason();
        return String.valueOf(e.getMessage());
    }

    /** A series from CSV, with commas, semicolons or tabs. A class apart: its library loads only for CSV. */
    static final class Csv {
        static final String NUMBER = "[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?";

        record Cell(String text, TokenStreamLocation at) {
            boolean isNumber() { return text.matches(NUMBER); }
            double number() { return isNumber() ? Double.parseDouble(text) : Double.NaN; }
        }

        /** Whether each of the lines after the first has a cell that is a number. */
        static boolean isLike(String text) {
            var lines = text.lines().skip(1).limit(3).toList();
            String withNumber = "(.*[,;\t])?" + NUMBER + "([,;\t].*)?";
            return !lines.isEmpty() && lines.stream().allMatch(line -> line.matches(withNumber));
        }

        static JsonParser parser(String text) {
            String first = text.lines().filter(line -> !line.isBlank()).findFirst().orElse("");
            char separator = first.contains("\t") ? '\t' : first.contains(";") ? ';' : ',';
            FormatSchema schema = CsvSchema.emptySchema().withColumnSeparator(separator);
            return CsvFactory.builder().enable(CsvReadFeature.SKIP_EMPTY_LINES, CsvReadFeature.WRAP_AS_ARRAY)
                .build().createParser(new ObjectReadContext.Base() {
                    @Override public FormatSchema getSchema() { return schema; }
                }, text);
        }

        /** The columns that are numbers in most rows; the first row may be their titles. */
        static Dataset dataset(StrictJson csv, String name, Consumer<String> warn) {
            var all = csv.list(() -> csv.list(() -> new Cell(csv.in().getString().strip(), csv.here())));
            List<Cell> first = all.get(0);
            var rows = all.subList(first.stream().anyMatch(Cell::isNumber) ? 0 : 1, all.size());
            for (var row : rows)
                if (row.size() != first.size())
                    throw csv.error(row.get(0).at(), "a row of %s, but the first has %d; numbers take "
                        + "a decimal point", count(row.size(), "cells"), first.size());
            var columns = IntStream.range(0, first.size()).boxed().collect(Collectors.partitioningBy(j ->
                2 * rows.stream().filter(row -> row.get(j).isNumber()).count() > rows.size()));
            String read = titles(first, columns.get(true)), left = titles(first, columns.get(false));
            if (read.isEmpty() || rows.size() < 2)
                throw wrong("%s: has %s and no numbers in %s; a series needs 2 rows, of numbers such as 1.5",
                    csv.where(), count(rows.size(), "rows"), left.isEmpty() ? "other columns" : left);
            boolean titled = columns.get(true).stream().anyMatch(j -> !first.get(j).text().isEmpty());
            for (var row : titled ? rows : all)         // else it is no title that is missing, but a number
                for (int j : columns.get(true))
                    if (!Double.isFinite(row.get(j).number())) throw csv.error(row.get(j).at(),
                        "has \"%s\" where a finite number has to be", row.get(j).text());
            if (first.size() > 1 || rows.size() < all.size())
                warn.accept(csv.where() + ": reads " + read + "; leaves out "
                    + (left.isEmpty() ? "nothing" : left + ": not numbers"));
            var series = new Dense(rows.stream().map(row -> columns.get(true).stream()
                .mapToDouble(j -> row.get(j).number()).toArray()).toArray(double[][]::new));
            return new Dataset(csv.where(), name, "series", List.of(series), List.of(), List.of(), List.of());
        }

        private static String titles(List<Cell> first, List<Integer> columns) {
            return columns.stream().map(j -> "column " + (j + 1) + " (" + first.get(j).text() + ")")
                .collect(Collectors.joining(", "));
        }
    }

    /** Whether standard input was closed: its descriptor is then that of the first file that Java opens. */
    static boolean isStandardInputClosed() throws IOException {
        Path first = Path.of(System.getProperty("java.home"), "lib", "modules"), in = Path.of("/dev/stdin");
        return Files.exists(first) && Files.exists(in) && Files.isSameFile(first, in);
    }

    /** Reads a dataset: a JSON, .txt or .csv file, or one of the first two from standard input. */
    static Dataset readDataset(String file, Consumer<String> warn) {
        boolean standardInput = file.equals("-");
        String read;
        try {
            if (standardInput && isStandardInputClosed()) throw new IOException("it is closed");
            read = new String(
                standardInput ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file)), UTF_8);
        } catch (IOException | InvalidPathException e) {
            throw wrong("%s: cannot be read: %s", file, reason(e));
        }
        String text = read.startsWith("\ufeff") ? read.substring(1) : read;    // a byte-order mark is no data
        if (text.isBlank()) throw wrong("%s: is empty", file);
        String name = standardInput ? "standard input" : Path.of(file).getFileName().toString();
        boolean isObject = text.stripLeading().startsWith("{");
        String type = standardInput ? (isObject ? ".json" : ".txt")
            : name.substring(Math.max(0, name.lastIndexOf('.'))).toLowerCase(Locale.ROOT);
        return switch (type) {
            case ".txt" -> textDataset(file, name, text, warn);
            case ".csv" -> StrictJson.document(file, Csv.parser(text), csv -> Csv.dataset(csv, name, warn));
            default -> {
                if (!isObject && !type.equals(".json"))
                    throw wrong("%s: is not JSON; name a text .txt, a series .csv", file);
                yield StrictJson.document(file, text, json -> datasetOf(json, name));
            }
        };
    }

    static Dataset textDataset(String file, String name, String text, Consumer<String> warn) {
        int broken = text.indexOf(NO_UTF8);
        if (broken >= 0) throw wrong("%s: is not UTF-8 text from character %d on", file, broken + 1);
        if (file.equals("-") && Csv.isLike(text))
            warn.accept("standard input looks like CSV, but is taken as text; a series is a file named .csv");
        return new Dataset(file, name, "text", List.of(), List.of(), List.of(text), List.of());
    }

    // ── 10. Files ─────────────────────────────────────────────────────────────────────────────────────────

    interface Body { void write(OutputStream out) throws IOException; }

    /** Writes a file beside its place and moves it there whole: a reader sees the old or the new one. */
    static void writeWhole(Path file, Body body) {
        Path part = file.resolveSibling("." + file.getFileName() + ".part");
        try {
            Files.deleteIfExists(part);                 // it might be a link to somewhere else
            try (var out = new BufferedOutputStream(Files.newOutputStream(part, CREATE_NEW))) {
                body.write(out);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);     // which replaces an old one
        } catch (IOException | JacksonIOException e) {
            throw failed("%s: cannot be written: %s", file, reason(e));
        } finally {
            part.toFile().delete();                     // which is there only if it failed
        }
    }

    /** The shortest decimal that reads back as x: Double.toString as it is from JDK 19 on. */
    static String decimal(double x) { return tools.jackson.core.io.NumberOutput.toString(x, true); }

    static String decimals(double[] numbers, String between) {
        var joined = new StringJoiner(between);
        for (double x : numbers) joined.add(decimal(x));
        return joined.toString();
    }

    /** loss.csv: a row for every epoch, of its loss and, where anything is held out, of that. */
    static final class LossLog {
        private final Path file;
        private final List<byte[]> written = new ArrayList<>();     // its blocks; no row is formatted twice
        private int rows;

        LossLog(Path file, boolean validated) {
            this.file = file;
            written.add((validated ? "epoch,loss,validation_loss\n" : "epoch,loss\n").getBytes(US_ASCII));
        }

        /** All losses so far; the first of them may have been written before. */
        void write(List<double[]> losses) {
            while (rows < losses.size()) {
                var block = new StringBuilder();
                for (int end = Math.min(rows + 100_000, losses.size()); rows < end; rows++)
                    block.append(rows + 1).append(',').append(decimals(losses.get(rows), ",")).append('\n');
                written.add(block.toString().getBytes(US_ASCII));
            }
            writeWhole(file, out -> {
                for (byte[] part : written) out.write(part);
            });
        }
    }

    static final ObjectWriteContext COMPACT = ObjectWriteContext.empty();
    static final ObjectWriteContext PRETTY = new ObjectWriteContext.Base() {
        @Override public PrettyPrinter getPrettyPrinter() {
            return new tools.jackson.core.util.DefaultPrettyPrinter();
        }
    };

    /** Writes JSON, COMPACT or PRETTY, which ends its last line. */
    static void writeJson(OutputStream out, ObjectWriteContext layout, Object value) {
        try (JsonGenerator json = JSON.createGenerator(layout, out)) {
            writeValue(json, value);
            if (layout == PRETTY) json.writeRaw('\n');
        }
    }

    /** The same numbers, if all are finite: JSON has no others. */
    static double[] finite(double... numbers) {
        if (Arrays.stream(numbers).allMatch(Double::isFinite)) return numbers;
        throw failed(
            "the network's outputs are not finite; its weights are too large: try a smaller --learning-rate");
    }

    /** Maps, lists, vectors, which are codes if they are one-hot, arrays, numbers, truth values, strings. */
    static void writeValue(JsonGenerator json, Object value) {
        if (value instanceof Map<?, ?> map) {
            json.writeStartObject();
            map.forEach((key, of) -> writeValue(json.writeName((String) key), of));
            json.writeEndObject();
        } else if (value instanceof List<?> list) {
            json.writeStartArray();
            list.forEach(element -> writeValue(json, element));
            json.writeEndArray();
        } else if (value instanceof double[][] rows) writeValue(json, Arrays.asList(rows));
        else if (value instanceof double[] numbers) json.writeArray(finite(numbers), 0, numbers.length);
        else if (value instanceof Dense vectors) writeValue(json, vectors.x());
        else if (value instanceof Vectors oneHot) writeValue(json, oneHot.allCodes().boxed().toList());
        else if (value instanceof Double number) json.writeNumber(finite(number)[0]);
        else if (value instanceof Number number) json.writeNumber(number.longValue());
        else if (value instanceof Boolean truth) json.writeBoolean(truth);
        else json.writeString((String) value);
    }

    /** What a safetensors file holds: matrices by name, vectors as one row, and strings. */
    record Safetensors(Path file, Map<String, double[][]> matrices, Map<String, String> metadata) {
        Safetensors(Path file) { this(file, new LinkedHashMap<>(), new LinkedHashMap<>()); }

        /** Adds parameters, each under its name after a prefix. */
        void put(String prefix, Parameters p) {
            for (int m = 0; m < Parameters.NAMES.size(); m++)
                matrices.put(prefix + Parameters.NAMES.get(m), p.matrices()[m]);
        }

        Parameters parameters(String prefix, int I, int H, int O) {
            return new Parameters(take(prefix + "Wxh", I, H), take(prefix + "Whh", H, H),
                take(prefix + "bh", 1, H), take(prefix + "Why", H, O), take(prefix + "by", 1, O));
        }

        double[][] get(String name) {
            if (matrices.containsKey(name)) return matrices.get(name);
            throw wrong("%s: has no tensor %s, but %s", file, name, matrices.keySet());
        }

        /** Takes out a matrix, which has to be n by m. */
        double[][] take(String name, int n, int m) {
            double[][] W = get(name);
            if (W.length == n && W[0].length == m) return matrices.remove(name);
            throw wrong("%s: %s is %d by %d, but %d by %d would fit the others",
                file, name, W.length, W[0].length, n, m);
        }
    }

    /**
     * The length of a JSON header in 8 bytes, the header, the numbers, all little-endian. The header:
     * {"__metadata__": {…}, "name": {"dtype": "F64", "shape": [2,3], "data_offsets": [0,48]}, …}, and blanks.
     * As https://huggingface.co/docs/safetensors has it.
     */
    static void writeSafetensors(Path file, Safetensors tensors) {
        var header = json("__metadata__", tensors.metadata());
        long offset = 0;
        for (String name : tensors.matrices().keySet()) {
            int n = tensors.matrices().get(name).length, m = tensors.matrices().get(name)[0].length;
            header.put(name, json("dtype", "F64", "shape", name.contains("bias") ? List.of(m) : List.of(n, m),
                "data_offsets", List.of(offset, offset += 8L * n * m)));
        }
        var head = new ByteArrayOutputStream();
        writeJson(head, COMPACT, header);
        while (head.size() % 8 != 0) head.write(' ');   // so that the numbers are aligned
        writeWhole(file, out -> {
            out.write(littleEndian(8).putLong(head.size()).array());
            head.writeTo(out);
            for (double[][] W : tensors.matrices().values())
                for (int i = 0; i < W.length; i += 100)         // many at once: losses are short rows
                    out.write(bytesOf(Arrays.copyOfRange(W, i, Math.min(i + 100, W.length))));
        });
    }

    static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Row by row, eight bytes a number, little-endian. */
    static byte[] bytesOf(double[]... rows) {
        ByteBuffer bytes = littleEndian(8 * Stream.of(rows).mapToInt(row -> row.length).sum());
        for (double[] row : rows)
            for (double number : row) bytes.putDouble(number);
        return bytes.array();
    }

    /** A tensor as a file's header describes it: n by m numbers of some bytes each; a vector is one row. */
    record Entry(String name, int bytes, int n, int m, long from, long to) {

        double[][] read(Path file, DataInputStream in) throws IOException {
            double[][] W = new double[n][m];
            for (double[] row : W) {
                ByteBuffer numbers = littleEndian(bytes * m);
                in.readFully(numbers.array());
                for (int j = 0; j < m; j++) {
                    row[j] = bytes == 8 ? numbers.getDouble() : numbers.getFloat();
                    if (!Double.isFinite(row[j]))
                        throw wrong("%s: %s holds %s; every number must be finite", file, name, row[j]);
                }
            }
            return W;
        }
    }

    static Entry parseEntry(StrictJson json, String name) {
        Map<String, List<Long>> is = json.object(key -> switch (key) {
            case "dtype" -> List.of(json.string("F64|F32", "be F64 or F32").equals("F64") ? 8L : 4L);
            case "shape" -> json.list(() -> json.wholeNumber(Integer.MAX_VALUE / 8));
            case "data_offsets" -> json.list(() -> json.wholeNumber(1L << 53));
            default -> { throw json.unknownKey(key, "a tensor has dtype, shape and data_offsets"); }
        });
        List<Long> shape = is.get("shape"), at = is.get("data_offsets");
        if (is.size() == 3 && (shape.size() == 1 || shape.size() == 2) && at.size() == 2) {
            long bytes = is.get("dtype").get(0), n = shape.size() == 1 ? 1 : shape.get(0),
                m = shape.get(shape.size() - 1);
            if (n * m > 0 && bytes * n * m == at.get(1) - at.get(0))
                return new Entry(name, (int) bytes, (int) n, (int) m, at.get(0), at.get(1));
        }
        throw json.wrongHere("needs a dtype, a shape of one or two numbers, and data_offsets to match");
    }

    /** Reads any tensors of one or two dimensions, F64 or F32, in any order. */
    static Safetensors readSafetensors(Path file) {
        var result = new Safetensors(file);
        var entries = new ArrayList<Entry>();
        try (var in = new DataInputStream(Files.newInputStream(file))) {
            long length = Long.reverseBytes(in.readLong());
            byte[] header = in.readNBytes((int) Math.max(0, Math.min(length, 100_000_000)));
            if (length <= 0 || header.length < length) throw new EOFException();
            StrictJson.document(file + ": header", new String(header, UTF_8), json -> json.object(name ->
                name.equals("__metadata__") ? json.object(key -> result.metadata().put(key, json.string()))
                    : entries.add(parseEntry(json, name))));
            entries.sort(Comparator.comparing(Entry::from));
            long end = 0;
            for (Entry entry : entries) {
                if (entry.from() != end) throw new EOFException();
                end = entry.to();
            }
            if (Files.isRegularFile(file) && Files.size(file) != 8 + length + end) throw new EOFException();
            for (Entry entry : entries) result.matrices().put(entry.name(), entry.read(file, in));
            if (in.read() >= 0) throw new EOFException();
            return result;
        } catch (EOFException e) {
            throw wrong("%s: is not a safetensors file, or not the whole of one", file);
        } catch (IOException e) {
            throw wrong("%s: cannot be read: %s", file, reason(e));
        }
    }

    /** PyTorch's names of what nn.RNN and nn.Linear learn. */
    static final List<String> TORCH_NAMES = List.of("rnn.weight_ih_l0", "rnn.weight_hh_l0", "rnn.bias_ih_l0",
        "rnn.bias_hh_l0", "fc.weight", "fc.bias");

    /** A network under PyTorch's names; its two hidden biases only ever act as their sum. */
    static Model readModel(Path file) {
        Safetensors tensors = readSafetensors(file);
        TORCH_NAMES.forEach(tensors::get);
        double[][] ih = tensors.get("rnn.weight_ih_l0"), fc = tensors.get("fc.weight");
        int I = ih[0].length, H = ih.length, O = fc.length;
        double[][] bh = tensors.take("rnn.bias_ih_l0", 1, H);
        addRow(1, tensors.take("rnn.bias_hh_l0", 1, H)[0], bh[0]);
        Parameters p = new Parameters(transposed(tensors.take("rnn.weight_ih_l0", H, I)),
            transposed(tensors.take("rnn.weight_hh_l0", H, H)), bh,
            transposed(tensors.take("fc.weight", O, H)), tensors.take("fc.bias", 1, O));
        if (tensors.matrices().isEmpty()) return new Model(file.toString(), p, tensors.metadata());
        throw wrong("%s: has %s beside a network of one tanh layer", file, tensors.matrices().keySet());
    }

    /**
     * model.safetensors: the network as an epoch left it, under PyTorch's names for nn.RNN and nn.Linear and
     * in their shapes, transposed; and what else is needed to use it.
     */
    static void writeModel(Path file, Parameters p, int epoch, String name, Form form, Origin origin) {
        var tensors = new Safetensors(file);
        double[][][] matrices = {transposed(p.Wxh()), transposed(p.Whh()), {p.bh()}, new double[1][p.H()],
            transposed(p.Why()), {p.by()}};
        for (int m = 0; m < matrices.length; m++) tensors.matrices().put(TORCH_NAMES.get(m), matrices[m]);
        var metadata = json("format", "pt", "name", name, "form", form.what(), "epoch", epoch,
            "options", origin.options());
        metadata.putAll(form.metadata());
        metadata.forEach((key, value) -> tensors.metadata().put(key,
            value instanceof double[] numbers ? decimals(numbers, " ") : value.toString()));
        writeSafetensors(file, tensors);
    }

    /** Where a training comes from: options that decide its bits, a checksum of its data, and their file. */
    record Origin(String options, String data, String file) {

        static Origin of(Dataset data, Split split, Settings s, int H, int steps) {
            String options = format("--hidden %d --learning-rate %s --momentum %s --clip %s --weight-decay "
                + "%s --batch %d --steps %d --validate %d --seed %d", H, decimal(s.learningRate()),
                decimal(s.momentum()), decimal(s.clip()), decimal(s.weightDecay()), s.batch(), steps,
                split.held(), s.seed());
            var checksum = new CRC32C();
            writeJson(new CheckedOutputStream(OutputStream.nullOutputStream(), checksum), COMPACT,
                List.of(data.inputs(), data.targets(), data.texts(), data.classes()));
            return new Origin(options, Long.toHexString(checksum.getValue()), data.file());
        }

        /** Refuses a checkpoint of other data or options: the result would be a training of neither. */
        void refuseOther(Path checkpoint, Map<String, String> metadata) {
            String[] now = options.split(" "), then = metadata.getOrDefault("origin", "").split(" ");
            if (now.length != then.length)
                throw wrong("%s: is not a checkpoint of this version of rnn; train anew", checkpoint);
            if (!data.equals(metadata.get("data")))
                throw wrong("--resume: %s was trained on other data than %s", checkpoint, file);
            for (int i = 0; i < now.length; i += 2)
                if (!now[i + 1].equals(then[i + 1]))
                    throw wrong("--resume: %s has %s %s, not %s; go on with the options it was trained with",
                        checkpoint, then[i], then[i + 1], now[i + 1]);
        }
    }

    /** A state as a file, its parameters under their own names. */
    static void writeCheckpoint(Path file, State state, Origin origin) {
        var tensors = new Safetensors(file);
        tensors.put("p.", state.p());
        tensors.put("v.", state.v());
        tensors.put("last.", state.last());
        if (state.bestEpoch() > 0) tensors.put("best.", state.best());
        if (state.epoch() > 0) tensors.matrices().put("losses", state.losses().toArray(double[][]::new));
        if (state.nextWindow() > 0) tensors.matrices().put("h", state.h());
        tensors.matrices().put("progress",
            new double[][] {{state.bestEpoch(), state.nextWindow(), state.lossSum()}});
        tensors.metadata().put("origin", origin.options());
        tensors.metadata().put("data", origin.data());
        writeSafetensors(file, tensors);
    }

    /** The state in a checkpoint of the same origin. */
    static State readCheckpoint(Path file, Origin origin, Split split, Settings settings, int H) {
        Safetensors tensors = readSafetensors(file);
        origin.refuseOther(file, tensors.metadata());
        int I = split.I(), O = split.O(), columns = split.held() > 0 ? 2 : 1;
        int epochs = tensors.matrices().getOrDefault("losses", new double[0][]).length;
        var losses = new ArrayList<double[]>();
        if (epochs > 0) Collections.addAll(losses, tensors.take("losses", epochs, columns));
        List<Window> windows = plan(split.training(), settings, epochs + 1);
        double[] progress = tensors.take("progress", 1, 3)[0];
        int best = (int) progress[0], next = (int) progress[1];
        if (next < 0 || next >= windows.size() || best < 0 || best > epochs)
            throw wrong("%s: update %d of %d and best epoch %d of %d cannot be", file, next, windows.size(),
                best, epochs);
        double[][] h = next == 0 ? new double[0][] : tensors.take("h", windows.get(next - 1).B(), H);
        Parameters last = tensors.parameters("last.", I, H, O);
        return new State(tensors.parameters("p.", I, H, O), tensors.parameters("v.", I, H, O), last, losses,
            best == 0 ? copy(last) : tensors.parameters("best.", I, H, O), best, next, progress[2], h);
    }

    /** Keeps a second run out of a folder until it is closed or the process ends, however it ends. */
    static FileChannel lock(Path folder) throws IOException {
        Path file = Files.createDirectories(folder).resolve(".lock");
        var channel = FileChannel.open(file, CREATE, WRITE, LinkOption.NOFOLLOW_LINKS);
        try {
            if (channel.tryLock(Long.MAX_VALUE - 1, 1, false) == null)
                throw failed("%s: process %s is writing to it; wait for it or give another --out",
                    folder, Files.readString(file, ISO_8859_1));
        } catch (OverlappingFileLockException e) {
            throw failed("%s: this very process is writing to it", folder);
        }
        channel.truncate(0).write(US_ASCII.encode("" + ProcessHandle.current().pid()));
        return channel;
    }

    // ── 11. What a person sees ────────────────────────────────────────────────────────────────────────────

    /** Lines on standard output and, on a terminal, the progress of training at its foot. */
    static final class Console {
        private final boolean quiet;
        private final Training training;
        private final double before;                    // epochs done before this run
        private final int columns;                      // of the terminal that may be drawn on; 0 without one
        private final long started;
        private long next;                              // when to show progress again
        private int redraws;                            // how often that was
        private boolean drawn;                          // a line of progress, which the next one replaces

        Console(boolean quiet, Training training) {
            this.quiet = quiet;
            this.training = training;
            before = training.progress();
            columns = quiet ? 0 : terminalColumns();
            started = System.nanoTime();
            next = started + 1_000_000_000;
        }

        void print(String line) {
            erase();
            if (!quiet) System.out.println(line);
        }

        /** Takes the line of progress away. */
        void erase() {
            if (drawn) System.err.print("\r\033[K");
            drawn = false;
        }

        private double seconds() { return (System.nanoTime() - started) / 1e9; }

        /** Steps read a second. */
        private double speed() {
            return (training.progress() - before) * training.stepsInAnEpoch() / seconds();
        }

        /** How far training is, once it has taken a second; every ten seconds also a sample of text. */
        void showProgress(int epochs, BiFunction<Parameters, Integer, String> sample) {
            if (columns == 0 || System.nanoTime() - next < 0) return;
            next = System.nanoTime() + 400_000_000;
            erase();
            if (sample != null && ++redraws % 25 == 0)
                System.err.println(sample.apply(training.state.p(), columns - 1));
            System.err.print(format("%." + (columns - 1) + "s", progressLine(epochs)));
            drawn = true;
        }

        /** epoch 34/100, loss 0.0123, 0:42 left, 1,234,567 steps/s [=======             ] */
        private String progressLine(int epochs) {
            double done = training.progress();
            long left = (long) (seconds() * (epochs - done) / (done - before));
            var losses = training.state.losses();
            String loss = losses.isEmpty() ? "" : format(", loss %.3g", losses.get(losses.size() - 1)[0]);
            String bar = "=".repeat((int) (20 * done / epochs)) + " ".repeat(20);
            return format("epoch %d/%d%s, %d:%02d left, %,.0f steps/s [%.20s]", losses.size(), epochs, loss,
                left / 60, left % 60, speed(), bar);
        }

        /** How long training took and, on a terminal, how the loss went. */
        void showTraining() {
            if (quiet || training.progress() == before) return;
            List<double[]> losses = training.state.losses();
            System.err.print(format("rnn: trained for %.2f s, %,.0f steps a second%n", seconds(), speed()));
            if (losses.size() > 1 && columns > 20) System.err.print(curve(losses, columns));
        }
    }

    /** The width of the terminal that standard error is; 0 where it is none. Only a shell can tell. */
    static int terminalColumns() {
        try {
            String device = Path.of("/dev/stderr").toRealPath().toString();     // of a pipe there is none
            boolean dumb = System.getenv().getOrDefault("TERM", "dumb").equals("dumb");
            if (dumb || !device.startsWith("/dev/") || device.equals("/dev/null")) return 0;
            var stty = new ProcessBuilder("sh", "-c", "stty size <&2 2>/dev/null");
            stty.redirectError(ProcessBuilder.Redirect.INHERIT);
            String size = new String(stty.start().getInputStream().readAllBytes(), US_ASCII).strip();
            int columns = Integer.parseInt(size.substring(size.indexOf(' ') + 1));
            return columns > 0 ? columns : 80;          // some do not know their size
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    /** The loss over the epochs in characters, * training, o held out; logarithmic over a decade and more. */
    static String curve(List<double[]> losses, int columns) {
        int width = Math.min(columns, 80) - 12, height = 8, n = losses.size();
        var all = losses.stream().flatMapToDouble(Arrays::stream).summaryStatistics();
        boolean log = all.getMin() > 0 && all.getMax() > 10 * all.getMin();
        DoubleUnaryOperator toAxis = log ? Math::log : x -> x, fromAxis = log ? Math::exp : x -> x;
        double top = toAxis.applyAsDouble(all.getMax()), foot = toAxis.applyAsDouble(all.getMin());
        char[][] cells = new char[height][width];
        for (char[] row : cells) Arrays.fill(row, ' ');
        for (int x = 0; x < width; x++) {
            double[] loss = losses.get((int) ((long) x * (n - 1) / (width - 1)));
            for (int k = loss.length - 1; k >= 0; k--) {
                double share = (top - toAxis.applyAsDouble(loss[k])) / (top - foot);
                cells[(int) Math.round(share * (height - 1))][x] = "*o".charAt(k);
            }
        }
        var text = new StringBuilder();
        for (int y = 0; y < height; y++) {
            double value = fromAxis.applyAsDouble(top + (foot - top) * y / (height - 1));
            text.append(format("%9.3g |%s%n", value, new String(cells[y]).stripTrailing()));
        }
        return text + " ".repeat(11) + "1" + format("%" + (width - 1) + "s%n", "epoch " + n);
    }

    static Panel lossPanel(List<double[]> losses, List<Baseline> baselines, String name, String unit) {
        int n = losses.size();
        if (n == 0) return new Lines("Not trained: no loss", "epoch", unit, 1, false, List.of());
        double[][] columns = transposed(losses.toArray(double[][]::new));
        var lines = new ArrayList<>(List.of(Line.over(1, "training", columns[0], BLUE)));
        if (columns.length > 1) lines.add(Line.over(1, "held out", columns[1], ORANGE));
        int[] colours = {BLACK, SKY, VERMILION};
        for (int k = 0; k < baselines.size(); k++) {
            double loss = baselines.get(k).score().loss();
            String called = baselines.get(k).name().replaceAll(" steps| of order.*", "");   // all fit below
            lines.add(new Line(called, new double[] {1, n}, new double[] {loss, loss},
                colours[k], true, false));
        }
        var all = losses.stream().flatMapToDouble(Arrays::stream).summaryStatistics();
        return new Lines("Loss of " + name, "epoch", unit, 1, all.getMax() > 100 * all.getMin(), lines);
    }

    static Panel hiddenPanel(Shown shown, Tape tape) {
        int T = shown.read().n(), labelled = shown.labels().size();
        double[][] units = transposed(Arrays.copyOfRange(tape.h(), T - labelled, T));
        int H = Math.min(units.length, HeatMap.MOST);
        var numbers = IntStream.rangeClosed(1, H).mapToObj(j -> roundNumber(j, H)).toList();
        return new HeatMap("Hidden state over time", shown.axis(), "hidden unit", shown.labels(), numbers,
            Arrays.copyOf(units, H), false, -1, 1, BLUE, WHITE, VERMILION);
    }

    /** Where it falls the gradient vanishes, where it rises it explodes; down to 1e-16 of the largest. */
    static Panel gradientPanel(Shown shown, Tape tape) {
        int T = shown.read().n(), n = Math.min(T, Shown.STEPS);
        double[] norms = new double[n];
        for (int back = 0; back < n; back++) {
            for (double g : tape.dh()[T - 1 - back]) norms[back] = Math.hypot(norms[back], g);
            if (!(norms[back] < Double.MAX_VALUE)) norms[back] = Double.MAX_VALUE;      // it explodes
        }
        double max = Arrays.stream(norms).max().orElse(0);
        while (n > 1 && norms[n - 1] <= 1e-16 * max) n--;
        double[] steps = IntStream.range(0, n).asDoubleStream().toArray();
        return new Lines("The gradient that reaches earlier steps", "steps back from the last one",
            "|∂L/∂h[t]|, L the loss at the last step", 0, true,
            List.of(new Line("", steps, Arrays.copyOf(norms, n), BLUE, true, true)));
    }

    /** An axis in numbers that XChart can label: less the least where all are close, in a power of ten. */
    record Axis(String title, double least, double most, double base, double unit) {

        static Axis of(String title, boolean asTheyAre, Stream<double[]> numbers) {
            var all = numbers.flatMapToDouble(Arrays::stream).summaryStatistics();
            double least = all.getMin(), most = all.getMax(), size = Math.max(most, -least);
            double range = most == least ? size : Math.min(most - least, Double.MAX_VALUE);
            int places = (int) Math.max(-323, Math.floor(Math.log10(range)));   // 1e-324 would be 0
            double base = asTheyAre || range >= 1e-6 * size ? 0 : least;
            double unit = asTheyAre || range == 0 || Math.abs(places) < 9 ? 1
                : Double.parseDouble("1e" + places);
            return new Axis(title + (base == 0 ? "" : " − " + decimal(base))
                + (unit == 1 ? "" : ", in " + decimal(unit)), least, most, base, unit);
        }

        double[] of(double[] numbers) { return Arrays.stream(numbers).map(x -> (x - base) / unit).toArray(); }
    }

    static final class Picture {
        static final int WIDTH = 800, HEIGHT = 500;     // of one of the four panels

        private static IChart chart(Panel panel) {
            return panel instanceof Lines lines ? chart(lines) : chart((HeatMap) panel);
        }

        private static IChart chart(Lines lines) {
            XYChart chart = new XYChart(WIDTH, HEIGHT, Styler.ChartTheme.Matlab);
            chart.getStyler().setXAxisTickMarkSpacingHint(100).setMarkerSize(8)
                .setLegendVisible(lines.lines().stream().noneMatch(line -> line.name().isEmpty()))
                .setLegendPosition(Styler.LegendPosition.OutsideS)
                .setLegendLayout(Styler.LegendLayout.Horizontal);
            boolean steps = !Double.isNaN(lines.firstStep()), log = lines.logarithmic();
            Axis x = Axis.of(lines.xAxis(), steps, lines.lines().stream().map(Line::x));
            Axis y = Axis.of(lines.yAxis(), log, lines.lines().stream().map(Line::y));
            style(chart, lines.title(), x.title(), y.title());
            if (steps)                                  // round numbers; XChart alone marks 1, 5, 9, …
                chart.getStyler().setXAxisMin(lines.firstStep() - 0.5)
                    .setXAxisTickLabelsFormattingFunction(k -> k == Math.rint(k) ? "" + k.longValue() : "");
            for (Line line : lines.lines()) add(chart, line, x.of(line.x()), y.of(line.y()));
            if (log)
                chart.getStyler().setYAxisLogarithmic(y.least() > 0)
                    .setYAxisLogarithmicDecadeOnly(y.most() > 10 * y.least())
                    .setPlotGridHorizontalLinesVisible(y.most() < 1e5 * y.least());
            return chart;
        }

        private static void add(XYChart chart, Line line, double[] x, double[] y) {
            XYSeries series = chart.addSeries(line.name().isEmpty() ? "-" : line.name(), x, y);
            Color colour = new Color(line.colour());
            if (line.joined()) series.setLineColor(colour).setLineWidth(2);
            else series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
            series.setMarkerColor(colour).setMarker(line.dots() ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
        }

        private static IChart chart(HeatMap map) {
            HeatMapChart chart = new HeatMapChart(WIDTH, HEIGHT, Styler.ChartTheme.Matlab);
            var values = new ArrayList<Number[]>();
            for (int i = 0; i < map.cells().length; i++)
                for (int j = 0; j < map.cells()[i].length; j++)
                    values.add(new Number[] {j, i, (float) map.cells()[i][j]});  // XChart fails at 1 − 2⁻⁵³
            chart.addSeries(map.title(), map.columns(), map.rows(), values);
            HeatMapStyler styler = chart.getStyler();
            styler.setXAxisTickMarkSpacingHint(1);
            style(chart, map.title(), map.xAxis(), map.yAxis());
            styler.setMin(map.least()).setMax(map.most())
                .setRangeColors(IntStream.of(map.colours()).mapToObj(Color::new).toArray(Color[]::new));
            if (map.counts() && map.rows().size() <= 20)
                styler.setShowValue(true).setHeatMapValueDecimalPattern("0").setLegendVisible(false);
            return chart;
        }

        private static void style(AxesChart<?, ?> chart, String title, String xAxis, String yAxis) {
            chart.setTitle(abbreviate(title, 60));
            chart.setXAxisTitle(abbreviate(xAxis, 60));
            chart.setYAxisTitle(abbreviate(yAxis, 40));
            Styler styler = chart.getStyler();
            var font = styler.getLegendFont().deriveFont(16f);
            chart.getStyler().setAxisTickLabelsFont(font).setAxisTitleFont(font.deriveFont(18f))
                .setChartTitleFont(styler.getChartTitleFont().deriveFont(20f)).setLegendFont(font)
                .setLegendBorderColor(Color.WHITE).setChartTitlePadding(10).setChartPadding(15)
                .setLocale(Locale.ROOT);
        }

        /** plot.png: the losses, the form's own panel, hidden states and gradients over time. */
        static void write(Path file, Panel losses, Form form, Parameters p) {
            System.setProperty("java.awt.headless", "true");
            javax.imageio.ImageIO.setUseCache(false);
            Shown shown = form.shown();
            Tape tape = Tape.ready(null, p, shown.read().n(), 1, null);
            pass(p, shown.read(), shown.lastTarget(), tape, copy(p), ALONE);
            var charts = Stream.of(losses, form.panel().apply(p), hiddenPanel(shown, tape),
                gradientPanel(shown, tape)).map(panel -> chart(panel)).toList();
            var png = BitmapEncoder.BitmapFormat.PNG;
            writeWhole(file, out -> BitmapEncoder.saveBitmap(charts, 2, 2, out, png));
        }
    }

    /** explain.html: every number of one SGD step, in a page to walk through. Its JSON: learn/STEP.md. */
    record Explanation(Vectors x, Vectors target, Settings settings, Parameters start) {

        /** The first batch's first sequence: its first 12 steps; where some are unscored, its last 12. */
        static Explanation of(Split split, Training training) {
            Window first = plan(split.training(), training.settings, 1).get(0);
            int to = first.sequences().get(0).unscored() == 0 ? Math.min(12, first.to()) : first.to();
            Window part = new Window(first.sequences().subList(0, 1), Math.max(0, to - 12), to);
            return new Explanation(part.input(), part.target(), training.settings, copy(training.state.p()));
        }

        /** The step from the first weights, at rest, and from p, whose velocity is v; null: at rest, too. */
        void write(Path file, String name, Form form, Origin origin, int epoch, Parameters p, Parameters v) {
            var text = new ByteArrayOutputStream();
            writeJson(text, COMPACT, json("name", name, "form", form.what(), "metadata", form.metadata(),
                "options", origin.options(), "epoch", epoch, "H", p.H(), "O", p.O(), "x", x, "target", target,
                "before", step(start, null), "after", step(p, v)));
            String json = text.toString(UTF_8).replace("<", "\\u003c");  // lest a text ends the page's script
            writeWhole(file, out -> {
                try (InputStream in = Explanation.class.getResourceAsStream("explain.html")) {
                    out.write(new String(in.readAllBytes(), UTF_8).replace("{{json}}", json).getBytes(UTF_8));
                }
            });
        }

        /** What a step consists of, from the weights p and their velocity v; null: at rest. */
        private Map<String, ?> step(Parameters p, Parameters v) {
            Tape tape = Tape.of(p, x.n(), 1), next = Tape.of(p, x.n(), 1);
            Parameters d = Parameters.zeros(p.I(), p.H(), p.O()), updated = copy(p);
            double loss = pass(p, x, target, tape, d, ALONE);
            double[][] a = new double[x.n()][p.H()];    // as in forward, where h overwrites it
            fill(a, p.bh(), 0, x.n());
            x.addTimes(p.Wxh(), a, 0, x.n());
            addProduct(tape.hPrev(), p.Whh(), a, 0, x.n());
            descend(updated, copy(d), v == null ? State.of(p).v() : copy(v), settings);
            boolean few = p.H() * (p.H() + p.O()) <= 1024;      // weights; of many the norm will do
            return json("W", base64(p), "v", v == null ? null : base64(v),
                "a", base64(a), "h", base64(tape.h()), "y", base64(tape.y()), "losses", tape.loss(),
                "loss", loss, "dy", base64(tape.dy()), "dh", base64(tape.dh()), "da", base64(tape.da()),
                "dW", few ? base64(d) : null, "updated", few ? base64(updated) : null,
                "norm", Math.sqrt(Stream.of(d.rows()).flatMapToDouble(Arrays::stream).map(g -> g * g).sum()),
                "nextLoss", pass(updated, x, target, next, copy(d), ALONE));
        }

        /** Where x is one-hot, of Wxh only the rows that are read. */
        private Map<String, ?> base64(Parameters p) {
            double[][] Wxh = x instanceof Dense ? p.Wxh()
                : x.allCodes().distinct().sorted().mapToObj(i -> p.Wxh()[i]).toArray(double[][]::new);
            return json("Wxh", base64(Wxh), "Whh", base64(p.Whh()), "bh", base64(p.bh()),
                "Why", base64(p.Why()), "by", base64(p.by()));
        }

        static String base64(double[]... A) {
            for (double[] row : A) finite(row);
            return Base64.getEncoder().encodeToString(bytesOf(A));
        }
    }

    // ── 12. Command line ──────────────────────────────────────────────────────────────────────────────────

    @Command(name = "rnn", version = "rnn 1.0", mixinStandardHelpOptions = true, sortOptions = false,
        usageHelpWidth = 80, customSynopsis = "rnn [--data FILE] [OPTION]...",
        description = "Train a recurrent network on sequences, a series or a text; let it go on.%n",
        footer = {"", "Examples:",
            "  rnn --data series.json --validate 10%% --plot",
            "  rnn --data book.txt --validate 10%%",
            "  rnn --load rnn-out/model.safetensors --epochs 0 --prime \"Once upon\"",
            "", "Exit status: 0 done, 1 failed while running, 2 wrong command or data,",
            "130 interrupted; --resume goes on."})
    static final class Options {
        static final String DEFAULT = " (${DEFAULT-VALUE})";

        @Option(names = {"-d", "--data"}, paramLabel = "FILE",
            description = "dataset: JSON, .txt, .csv, or - (a built-in toy)")
        String data;
        @Option(names = "--validate", paramLabel = "N[%]",
            description = "hold out the last N sequences, values, characters")
        HoldOut validate = new HoldOut(0, false);
        @Option(names = "--hidden", paramLabel = "N", description = "hidden units (" + Defaults.HIDDEN + ")")
        Integer hidden;
        @Option(names = {"-e", "--epochs"}, paramLabel = "N", description = "epochs to train" + DEFAULT)
        int epochs = 100;
        @Option(names = {"--lr", "--learning-rate"}, paramLabel = "R", description = "step size" + DEFAULT)
        double learningRate = Settings.DEFAULT.learningRate();
        @Option(names = "--momentum", paramLabel = "R",
            description = "momentum, from 0 to less than 1 (0; text: " + Defaults.TEXT_MOMENTUM + ")")
        Double momentum;
        @Option(names = "--clip", paramLabel = "R",
            description = "clip gradients to this norm (0: off; text: " + Defaults.TEXT_CLIP + ")")
        Double clip;
        @Option(names = "--weight-decay", paramLabel = "R", description = "pull of all weights towards 0 (0)")
        double weightDecay;
        @Option(names = "--patience", paramLabel = "N",
            description = "stop after N epochs without a lower held-out loss; keep the best")
        Integer patience;
        @Option(names = "--batch", paramLabel = "N", description = "sequences or streams in an update ("
            + Settings.BATCH + "; series: " + Defaults.SERIES_BATCH + ")")
        Integer batch;
        @Option(names = "--steps", paramLabel = "N", description = "BPTT window, series and text" + DEFAULT)
        int steps = 25;
        @Option(names = "--seed", paramLabel = "N", description = "seed of every random draw" + DEFAULT)
        long seed = Settings.DEFAULT.seed();
        @Option(names = "--threads", paramLabel = "N", description = "threads to train with (all cores)")
        int threads = Runtime.getRuntime().availableProcessors();
        @Option(names = {"-o", "--out"}, paramLabel = "DIR", description = "where files go" + DEFAULT)
        Path out = Path.of("rnn-out");
        @Option(names = "--load", paramLabel = "FILE", description = "model.safetensors to start from")
        Path load;
        @Option(names = "--resume", description = "go on from DIR's last checkpoint up to --epochs")
        boolean resume;
        @Option(names = "--log-every", paramLabel = "N", description = "epochs per printed loss" + DEFAULT)
        int logEvery = 10;
        @Option(names = "--plot", description = "also draw what was learnt: plot.png")
        boolean plot;
        @Option(names = "--explain", description = "also show every number of one step: explain.html")
        boolean explain;
        @Option(names = "--generate", paramLabel = "N",
            description = "steps to generate (the input's length; text: " + Sampler.LENGTH + ")")
        Integer generate;
        @Option(names = "--prime", paramLabel = "TEXT", description = "text to go on from")
        String prime;
        @Option(names = "--temperature", paramLabel = "R",
            description = "of drawn text" + DEFAULT + "; 0: the likeliest")
        double temperature = 1;
        @Option(names = "--check-gradients", description = "compare BPTT with numerical gradients and stop")
        boolean checkGradients;
        @Option(names = {"-q", "--quiet"}, description = "print errors only")
        boolean quiet;

        void warn(String message) {
            if (!quiet) System.err.println("rnn: " + oneLine(message));
        }

        Path file(String name) { return out.resolve(name); }

        /** Whether a network is only to say something, as it can without a dataset or without labels. */
        boolean onlyAsk() {
            return epochs == 0 && validate.amount() == 0 && !plot && !explain && !checkGradients;
        }

        /** Whether nothing is trained and --load names DIR's model, whose training must not be forgotten. */
        boolean onlyAskOwnModel() {
            try {
                return epochs == 0 && load != null && Files.isSameFile(load, file("model.safetensors"));
            } catch (IOException e) {
                return false;                           // DIR has no model yet
            }
        }

        Request request() {
            return new Request(
                validate, batch, steps, generate, prime, temperature, seed, epochs > 0, this::warn);
        }

        Settings settings(Split split) {
            double momentum = Objects.requireNonNullElse(this.momentum, split.defaults().momentum());
            double clip = Objects.requireNonNullElse(this.clip, split.defaults().clip());
            return new Settings(
                learningRate, momentum, clip, weightDecay, split.batch(), split.steps(), seed);
        }
    }

    /** What the number after an option may be, in numbers and in words. */
    record Range(double least, double most, String words) {
        static Range of(String option) {
            return switch (option) {
                case "--hidden", "--batch", "--steps", "--log-every", "--patience" ->
                    new Range(1, Integer.MAX_VALUE, "a whole number from 1 on");
                case "--threads" -> new Range(1, 1024, "a whole number from 1 to 1024");
                case "--epochs", "--generate" -> new Range(0, Integer.MAX_VALUE, "a whole number from 0 on");
                case "--seed" -> new Range(Long.MIN_VALUE, Long.MAX_VALUE, "a whole number");
                case "--learning-rate" -> new Range(Double.MIN_VALUE, Double.MAX_VALUE, "a positive number");
                case "--clip", "--temperature", "--weight-decay" ->
                    new Range(0, Double.MAX_VALUE, "a number from 0 on");
                case "--momentum" -> new Range(0, Math.nextDown(1.0), "a number from 0 to less than 1");
                case "--out", "--load" -> new Range(0, 0, "a name that a file can have");
                default -> new Range(0, 0, "a whole number from 1 on or a percentage such as 10%");
            };
        }

        /** Refuses what is out of range, and what only Java takes for a number: 1d, 0x1p3, ٣. */
        static void check(CommandLine.Model.OptionSpec option) {
            var given = option.originalStringValues();
            if (given.isEmpty() || !(option.getValue() instanceof Number number)) return;
            String last = given.get(given.size() - 1);
            Range range = of(option.longestName());
            double value = number.doubleValue();
            if (last.matches(Csv.NUMBER) && value >= range.least && value <= range.most) return;
            throw new ParameterException(option.command().commandLine(), range.words, option, last);
        }
    }

    static HoldOut parseHoldOut(String s) {
        boolean percent = s.endsWith("%"), number = s.matches(percent ? Csv.NUMBER + "%" : "\\+?\\d+");
        double amount = number ? Double.parseDouble(s.replace("%", "")) : 0;
        if (amount > 0 && amount < (percent ? 100 : 0x1p31)) return new HoldOut(amount, percent);
        throw new TypeConversionException("out of range");
    }

    /** What reads the options; an @file is no argument list. */
    static CommandLine commandLine(Options options) {
        return new CommandLine(options).setOverwrittenOptionsAllowed(true).setExpandAtFiles(false)
            .registerConverter(HoldOut.class, s -> parseHoldOut(s));
    }

    /** Refuses before it allocates: weights, gradients, velocities, copies, and the tape of one window. */
    static void refuseTooLarge(Split split, int hidden) {
        double I = split.I(), H = hidden, O = split.O(), rows = split.windowsOf(split.training()).stream()
            .mapToDouble(w -> (w.to() - w.from() + 1.0) * w.B()).max().orElse(1);
        double bytes = 8 * (8 * H * (I + H + O) + rows * (I + 3 * H + 2 * O));
        long most = Runtime.getRuntime().maxMemory();
        if (bytes > most)
            throw wrong("%s, --hidden %d and %s over %s at once take %.0f bytes of memory, but Java has %d",
                count(split.I(), "inputs"), hidden, count(split.O(), "outputs"), count((long) rows, "steps"),
                bytes, most);
    }

    /** The weights to start from: new ones or, if they fit the dataset and --hidden, those of --load. */
    static Parameters weights(Options options, Model loaded, Form form, String data) {
        int known = loaded == null ? Defaults.HIDDEN : loaded.p().H();
        int I = form.split().I(), H = Objects.requireNonNullElse(options.hidden, known), O = form.split().O();
        refuseTooLarge(form.split(), H);
        if (loaded == null) return initial(I, H, O, options.seed);
        Parameters p = loaded.p();
        String trainedOn = loaded.metadata().getOrDefault("form", form.what());
        boolean forgotten = options.data == null && !trainedOn.equals(form.what());
        if (I == p.I() && H == p.H() && O == p.O() && !forgotten) return p;
        throw wrong("%s (%s) needs inputs %d, hidden units %d, outputs %d, but %s (%s) has %d, %d, %d%s",
            data, form.what(), I, H, O, loaded.file(), trainedOn, p.I(), p.H(), p.O(),
            options.data == null && options.hidden == null ? "; give --data FILE" : "");
    }

    /** One line for each parameter; 1 where BPTT and the numerical gradient differ by more than 1e-7. */
    static int printGradientCheck(Parameters p, Split split) {
        double worst = 0;
        for (GradientCheck check : checkGradients(p, split.windowsOf(split.training()).get(0), 1000, ALONE)) {
            System.out.print(format("d%-4s %13s checked, largest relative error %.1e%n",
                check.name(), count(check.checked(), "weights"), check.worst()));
            worst = Math.max(worst, check.worst());
        }
        System.out.println(worst < 1e-7 ? "BPTT agrees with the numerical gradient."
            : "BPTT and the numerical gradient differ by more than 1e-7.");
        return worst < 1e-7 ? 0 : 1;
    }

    /** In training a first SIGINT or SIGTERM lets the update and all files be finished; a second ends it. */
    static final class Interrupt {
        volatile int status;                            // to leave with; 0: nobody asked
        volatile boolean atOnce;                        // to end: what is learnt is saved

        Interrupt() {
            for (String name : List.of("INT", "TERM"))
                sun.misc.Signal.handle(new sun.misc.Signal(name), signal -> {
                    if (atOnce || status != 0) Runtime.getRuntime().halt(128 + signal.getNumber());
                    status = 128 + signal.getNumber();
                });
        }
    }

    /** One training, with the files it keeps up to date and what it shows. */
    record Run(Options options, String name, Form form, Origin origin, Training training, Console console,
            Explanation explanation, LossLog lossLog) {

        /** Trains until the epochs are done or a signal asks for an end; the exit status. */
        int run() {
            Interrupt interrupt = new Interrupt();
            if (options.resume && isDone())
                options.warn("nothing to do: " + options.out + " has " + count(epoch(), "epochs") + ", "
                    + (epoch() >= options.epochs ? "--epochs asks for " + options.epochs
                        : "epoch " + keptEpoch() + " is the best; a larger --patience goes on"));
            train(interrupt);                           // or only save: --patience may keep another epoch now
            interrupt.atOnce = true;
            report();
            if (interrupt.status != 0 && !isDone()) System.err.println("rnn: interrupted in epoch "
                + (epoch() + 1) + " of " + options.epochs + "; --resume goes on");
            return interrupt.status;
        }

        private int epoch() { return training.state.epoch(); }

        /** Whose weights are kept: with --patience the best epoch held out, else the last. */
        private int keptEpoch() { return options.patience == null ? epoch() : training.state.bestEpoch(); }

        private Parameters kept() {
            return options.patience == null ? training.state.last() : training.state.best();
        }

        private boolean isDone() {
            return epoch() >= options.epochs
                || options.patience != null && epoch() - keptEpoch() >= options.patience;
        }

        /** Saves ever less often until it costs one percent of the time, and at least every four seconds. */
        private void train(Interrupt interrupt) {
            long saved = System.nanoTime(), pause = 100_000_000;
            try {
                while (interrupt.status == 0 && !isDone()) {
                    if (!training.update()) {
                        saveLastEpoch();
                        throw failed("the loss is no longer finite at epoch %d; try a smaller "
                            + "--learning-rate or --clip 1 (weights of epoch %d are in %s)",
                            epoch() + 1, keptEpoch(), options.file("model.safetensors"));
                    }
                    if (training.state.nextWindow() == 0) printLosses();
                    long now = System.nanoTime();
                    if (now - saved > pause) {
                        save();
                        saved = System.nanoTime();
                        pause = Math.min(Math.min(2 * pause, 4_000_000_000L), 100 * (saved - now));
                    }
                    console.showProgress(options.epochs, form.sample());
                }
            } finally {
                console.erase();
            }
            if (!options.onlyAskOwnModel()) save();
            console.showTraining();
        }

        private void printLosses() {
            if (options.quiet || epoch() % options.logEvery != 0 && !isDone()) return;
            double[] loss = training.state.losses().get(epoch() - 1);
            String heldOut = loss.length == 1 ? "" : format(" validation_loss %.6g", loss[1]);
            console.print(format("epoch %d loss %.6g", epoch(), loss[0]) + heldOut);
        }

        /** loss.csv and model.safetensors as of the last whole epoch, and the checkpoint for --resume. */
        private void save() {
            saveLastEpoch();
            writeCheckpoint(options.file("checkpoint.safetensors"), training.state, origin);
        }

        private void saveLastEpoch() {
            lossLog.write(training.state.losses());
            writeModel(options.file("model.safetensors"), kept(), keptEpoch(), name, form, origin);
        }

        private Score score(Parameters p, List<Sequence> sequences) {
            Score score = evaluate(p, form.split().windowsOf(sequences), training.team);
            if (Double.isFinite(score.loss())) return score;
            if (epoch() == 0)
                throw wrong("the loss of %s is not finite; weights or data are too large", name);
            throw failed("the loss is no longer finite after epoch %d; try a smaller --learning-rate or "
                + "--clip 1", epoch());
        }

        /** A score of the network, if there is one, the baselines' below it, and whether it is better. */
        private void printScore(
                String what, Score network, List<Baseline> baselines, Function<Baseline, Score> score) {
            if (network == null) return;
            console.print(what + " " + form.describe().apply(network));
            for (Baseline b : baselines)
                console.print(format("  %-28s %s", b.name(), form.describe().apply(score.apply(b))));
            String ahead = baselines.stream().filter(b -> !(score.apply(b).loss() > network.loss()))
                .map(Baseline::name).collect(Collectors.joining(", "));
            if (!baselines.isEmpty()) console.print("  The network is "
                + (ahead.isEmpty() ? "better." : "no better than: " + ahead + "."));
        }

        /** How good the network is, what it says, outputs.json and, if asked for, the picture. */
        private void report() {
            Parameters p = kept();
            Split split = form.split();
            int held = split.held(), best = training.state.bestEpoch();
            var baselines = form.baselines().get();
            Score trained = score(p, split.training());
            Score heldOut = held == 0 ? null : score(p, split.heldOut());
            Score alone = form.alone() == null ? null : form.alone().apply(p);
            String rank = best == 0 ? "" : best == keptEpoch() ? ", the lowest held-out loss"
                : " (lowest held-out loss: epoch " + best + ")";
            if (epoch() > 0) console.print("After epoch " + keptEpoch() + rank
                + "; an epoch's loss is taken while it trains:");
            printScore(epoch() > 0 ? "training loss" : held > 0 ? "loss on what is not held out"
                : "loss on " + origin.file(), trained, held > 0 ? List.of() : baselines, Baseline::score);
            printScore("held-out loss", heldOut, baselines, Baseline::score);
            printScore("going on alone for " + held + " steps: loss", alone, baselines, Baseline::alone);
            Answer answer = form.answer().apply(p);
            var json = json("name", name, "seed", options.seed, "epochs", epoch(),
                "best_epoch", best > 0 ? best : null, "loss", trained.loss(),
                "validation_loss", heldOut == null ? null : heldOut.loss(),
                "alone_loss", alone == null ? null : alone.loss(),
                "baselines", baselines.stream().map(Baseline::object).toList());
            json.putAll(answer.json());
            writeWhole(options.file("outputs.json"), out -> writeJson(out, PRETTY, json));
            if (options.plot) Picture.write(options.file("plot.png"),
                lossPanel(training.state.losses(), baselines, name, form.lossUnit()), form, p);
            if (options.explain)
                explanation.write(options.file("explain.html"), name, form, origin, keptEpoch(), p,
                    training.settings.momentum() > 0 && keptEpoch() == epoch() ? training.state.v() : null);
            console.print(answer.printed().get());
            console.print(options.out + ": loss.csv, outputs.json, model.safetensors"
                + (options.plot ? ", plot.png" : "") + (options.explain ? ", explain.html" : ""));
        }
    }

    /** Text from a model alone, without a dataset. */
    static int writeAlone(Options options, Model loaded) {
        Sampler sampler = Sampler.of(Vocabulary.of(loaded), options.request());
        if (!options.onlyAsk()) throw wrong("without --data FILE a network can only write text: give "
            + "--epochs 0, and no --validate, --plot, --explain or --check-gradients");
        System.out.println(sampler.answer(loaded.p(), Set.of()).printed().get());
        return 0;
    }

    /** What a network says of data without labels or targets. */
    static int ask(Options options, String name, Answer answer) {
        var json = json("name", name, "seed", options.seed, "epochs", 0);
        json.putAll(answer.json());
        writeWhole(options.file("outputs.json"), out -> writeJson(out, PRETTY, json));
        if (!options.quiet)
            System.out.println(answer.printed().get() + "\n" + options.out + ": outputs.json");
        return 0;
    }

    /** What the options ask for, once they are right. */
    static int work(Options options) {
        if (options.resume && options.load != null)
            throw wrong("--resume goes on from the weights in %s; --load does not go with it", options.out);
        if (options.patience != null && options.validate.amount() == 0)
            throw wrong("--patience watches the held-out loss; give --validate too");
        Path checkpoint = options.file("checkpoint.safetensors");
        if (options.resume && !Files.exists(checkpoint))
            throw wrong("--resume: %s has no checkpoint to go on from", options.out);
        Model loaded = options.load == null ? null : readModel(options.load);
        if (options.data == null && loaded != null && loaded.writesText()) return writeAlone(options, loaded);
        if (options.explain && Explanation.class.getResource("explain.html") == null)
            throw failed("--explain: its page is missing; start rnn.java with JBang, which brings it along");
        Dataset read = options.data == null ? TOY : readDataset(options.data, options::warn);
        boolean asked = isOnlyAsked(read, loaded);
        if (asked && (loaded == null || !options.onlyAsk()))
            throw wrong("%s: has no labels or targets; a network can only be asked about it: --load FILE and "
                + "--epochs 0, without --validate, --plot, --explain or --check-gradients", read.file());
        Dataset data = asked ? filled(read, loaded) : read;
        Form form = form(data, options.request(), loaded);
        Parameters p = weights(options, loaded, form, data.file());
        if (options.prime != null && form.sample() == null)
            throw wrong("--prime goes with text, but %s is %s", data.file(), form.what());
        Split split = form.split();
        if (options.checkGradients) return printGradientCheck(p, split);
        try (var lock = lock(options.out); Threads team = new Threads(options.threads)) {
            if (asked) return ask(options, data.name(), withoutZeros(form.answer().apply(p)));
            Settings settings = options.settings(split);
            Origin origin = Origin.of(data, split, settings, p.H(), options.steps);
            State state = !options.resume ? State.of(p)
                : readCheckpoint(checkpoint, origin, split, settings, p.H());
            Training training = new Training(state, split.training(), split.heldOut(), settings, team);
            Console console = new Console(options.quiet, training);
            Explanation explanation = options.explain ? Explanation.of(split, training) : null;
            LossLog lossLog = new LossLog(options.file("loss.csv"), split.held() > 0);
            return new Run(options, data.name(), form, origin, training, console, explanation, lossLog).run();
        } catch (IOException e) {
            throw failed("%s: cannot be written to: %s", options.out, reason(e));
        }
    }

    /** The status, unless standard output could not be written. Its reader may leave (`| head`). */
    static int flushed(int status) {
        if (!System.out.checkError()) return status;
        try {                                           // if it was closed, 1 is now a file of Java's own
            new FileOutputStream(FileDescriptor.out).write('\n');
        } catch (IOException e) {
            if (!reason(e).contains("pipe"))
                throw failed("standard output: cannot be written: %s", reason(e));
        }
        return status;
    }

    /** What is wrong with the command line, where, and what would be right. */
    static String inWords(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            String word = unmatched.getUnmatched().get(0);
            String like = String.join(" or ", unmatched.getSuggestions());
            if (!word.startsWith("-") || like.equals(word))
                return "unexpected \"" + word + "\"; a dataset is given with --data FILE";
            String hint = like.isEmpty() ? "; --help lists them" : "; did you mean " + like + "?";
            return "unknown option " + word + hint;
        }
        var about = e instanceof MissingParameterException m ? m.getMissing().get(0) : e.getArgSpec();
        if (!(about instanceof CommandLine.Model.OptionSpec option)) return e.getMessage();
        String name = option.longestName();
        if (e instanceof MissingParameterException) return name + " needs a value, " + option.paramLabel();
        if (option.arity().max() == 0) return name + " takes no value";
        return name + " must be " + Range.of(name).words() + ", not \"" + e.getValue() + "\"";
    }

    /** Help for a narrow terminal: each option above its description. */
    static String narrow(String help, int columns) {
        return help.replaceAll("\n +(?=-)", "\n  ").replaceAll("(?<=\\S) {2,}|\n {20,}", "\n      ")
            .replaceAll("(.{1," + (columns - 1) + "})( |\n)", "$1\n");
    }

    /** Does what the command line says and returns the exit status. */
    static int run(String... args) {
        Options options = new Options();
        CommandLine command = commandLine(options);
        Failure failure;
        try {
            ParseResult parsed = command.parseArgs(args);
            command.getCommandSpec().options().forEach(Range::check);
            int columns = parsed.isUsageHelpRequested() ? terminalColumns() : 0;
            if (0 < columns && columns < 80)
                System.out.print(narrow(command.getUsageMessage(Help.Ansi.OFF), columns));
            else if (CommandLine.executeHelpRequest(parsed) == null) return flushed(work(options));
            return flushed(0);
        } catch (ParameterException e) {
            failure = wrong("%s", inWords(e));
        } catch (Failure e) {
            failure = e;
        } catch (OutOfMemoryError e) {
            failure = failed("out of memory: Java has %d MB; -Xmx gives it more",
                Runtime.getRuntime().maxMemory() >> 20);
        } catch (RuntimeException | Error e) {
            failure = failed("a mistake in rnn.java itself, not yours; -Drnn.debug=true shows where");
            failure.initCause(e);
        }
        System.err.println("rnn: " + failure.getMessage());
        if (Boolean.getBoolean("rnn.debug")) failure.printStackTrace();
        return failure.status;
    }

    public static void main(String... args) {
        System.exit(run(args));
    }
}
