///usr/bin/env jbang "$0" "$@" ; exit $?
// SPDX-License-Identifier: MIT
//DESCRIPTION A vanilla recurrent network in one file: trains on a series, a text or sequences, nothing hidden
//GAV rnn:rnn:1.0
//JAVA 17+
//DEPS tools.jackson.core:jackson-core:3.2.4
//DEPS info.picocli:picocli:4.7.7
//DEPS me.tongfei:progressbar:0.10.2
//DEPS org.knowm.xchart:xchart:4.0.3
//JAVAC_OPTIONS -XDignore.symbol.file -XDstringConcat=inline
//RUNTIME_OPTIONS -XX:+UseSerialGC -XX:ObjectAlignmentInBytes=32 -XX:LoopUnrollLimit=200

// ── 1. What this is ─────────────────────────────────────────────────────────────────────────────────────────────────
//
// A vanilla (Elman) recurrent network with nothing hidden: forward pass, back-propagation through time (BPTT) and SGD
// written out, for vectors, classes, series and text. It is not a framework: one layer, tanh, float64, the CPU.
//
//     h[t] = tanh(x[t]·Wxh + h[t-1]·Whh + bh)      the hidden state: what the network remembers
//     y[t] = h[t]·Why + by                         the output, linear
//
//     mse            the mean of (y − target)² over every element of every scored step
//     cross-entropy  the mean of −log softmax(y)[label] over every scored step: each that has a target
//     SGD            v ← momentum·v + dW;  W ← W − learningRate·v
//
//     T  steps in time    B  sequences side by side, a batch    t, b  one of them
//     I  numbers in       H  hidden units                       O     numbers out: classes, characters
//     x  input [B,I]      h  hidden state [B,H]                 y     output [B,O], each at one step
//     a  what tanh is taken of [B,H]                            dW, dh, …  the gradient of the loss with respect to it
//     Wxh [I,H]   Whh [H,H]   bh [H]   Why [H,O]   by [O]       rows are vectors
//
// Every sum has one fixed order, every operation is one that Java defines to the last bit.

import java.awt.*;
import java.awt.image.BufferedImage;
import java.io.*;
import java.nio.*;
import java.nio.charset.StandardCharsets;
import java.nio.channels.*;
import java.nio.file.*;
import java.security.*;
import java.util.*;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.*;
import javax.imageio.ImageIO;
import me.tongfei.progressbar.*;
import org.knowm.xchart.*;
import org.knowm.xchart.internal.chartpart.*;
import org.knowm.xchart.style.*;
import org.knowm.xchart.style.markers.SeriesMarkers;
import picocli.CommandLine;
import picocli.CommandLine.*;
import sun.misc.*;
import tools.jackson.core.*;
import tools.jackson.core.exc.*;
import tools.jackson.core.json.JsonFactory;

class rnn {
    // ── 2. Activations and losses ───────────────────────────────────────────────────────────────────────────────────

    /** e / (e + 2), e = expm1(2|x|): within 2.5 ulp, odd, monotone. The last bits of Math.tanh differ between JDKs. */
    static double tanh(double x) {                              // no branch, no cast: a loop of it becomes vectors
        double twice = 2 * Math.abs(x), a = Math.min(twice, 37.4);      // above, e + 2 would be rounded
        double k = Math.rint(a * LOG2E), scale = smallPow2(k);
        double e = Math.fma(scale, expm1Reduced(reduce(a, k)), scale - 1);
        double last = Math.max(0, Math.min(twice - 38.1230949, 0x1p-53));   // the step from 1 − 2⁻⁵³ to 1
        double sign = Math.max(-1, Math.min(x * 0x1p1000 * 0x1p1000, 1));   // of ±0: ±0
        return (e / (e + 2) + last) * sign;
    }

    /** tanh′(a) = 1 − tanh²(a), from h = tanh(a). */
    static double gradTanh(double h) { return 1 - h * h; }

    /** a ← tanh(a), element by element. Shape: [H]. */
    static void activate(double[] a) { for (int j = 0; j < a.length; j++) a[j] = tanh(a[j]); }

    /** da = dh · tanh′(a), element by element, from h = tanh(a). Shapes: [H]. */
    static void gradActivate(double[] h, double[] dh, double[] da) {
        for (int j = 0; j < h.length; j++) da[j] = dh[j] * gradTanh(h[j]);
    }

    /** The index of the largest number, the first of them where there are several. */
    static int likeliest(double[] y) {
        int best = 0;
        for (int i = 1; i < y.length; i++) if (y[i] > y[best]) best = i;
        return best;
    }

    /** p[i] = e^y[i] / Σ e^y[j]. The maximum is subtracted first, so that nothing overflows. Shapes: y, p [O]. */
    static double[] softmax(double[] y) {
        double[] p = new double[y.length];
        softmaxInto(p, y);
        return p;
    }

    /** p = softmax(y); returns log Σ e^(y[j] − max). */
    static double softmaxInto(double[] p, double[] y) {
        double max = y[likeliest(y)], sum = 0;
        for (int i = 0; i < y.length; i++) sum += p[i] = exp(y[i] - max);
        for (int i = 0; i < y.length; i++) p[i] /= sum;
        return StrictMath.log(sum);
    }

    /** The Jacobian ∂p[i]/∂y[j] = p[i]·([i = j] − p[j]), from p = softmax(y); the loss below has it built in. [O,O] */
    static double[][] gradSoftmax(double[] p) {
        double[][] J = new double[p.length][p.length];
        for (int i = 0; i < p.length; i++)
            for (int j = 0; j < p.length; j++) J[i][j] = p[i] * ((i == j ? 1 : 0) - p[j]);
        return J;
    }

    /** The vector that is 1 at the label and 0 elsewhere. Shape: [O]. */
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

    /** −log softmax(y)[label], the natural logarithm. Shape: y [O]. As PyTorch's nn.CrossEntropyLoss. */
    static double crossEntropy(double[] y, int label) {
        return gradCrossEntropy(y, label, new double[y.length]);
    }

    /** dy = softmax(y) − oneHot(label), the gradient of crossEntropy; returns crossEntropy(y, label) itself. */
    static double gradCrossEntropy(double[] y, int label, double[] dy) {
        double logSum = softmaxInto(dy, y);
        dy[label] -= 1;
        return logSum - (y[label] - y[likeliest(y)]);
    }

    /** eˣ, within 1 ulp or so. Reduced to e^(k·ln2 + r) = 2ᵏ·eʳ with |r| ≤ ln2/2, as fdlibm does. */
    static double exp(double x) {
        double clipped = Math.max(-746, Math.min(x, 710));              // beyond, eˣ is 0 or ∞ anyway
        double k = Math.rint(clipped * LOG2E);
        long half = (long) k >> 1;                                      // 2ᵏ itself may be subnormal or too large
        return (1 + expm1Reduced(reduce(clipped, k))) * pow2(half) * pow2((long) k - half);
    }

    static final double LOG2E = 1.4426950408889634;
    static final double LN2_HIGH = 0x1.62e42fee00000p-1;        // ends in zeros, so that k·LN2_HIGH is exact
    static final double LN2_LOW = 0x1.a39ef35793c76p-33;        // ln2 − LN2_HIGH

    /** r = x − k·ln2, with one rounding too few to matter. */
    static double reduce(double x, double k) { return Math.fma(-k, LN2_LOW, Math.fma(-k, LN2_HIGH, x)); }

    /** 2ᵏ for −1022 ≤ k ≤ 1023: k put into the exponent's bits. */
    static double pow2(long k) { return Double.longBitsToDouble(k + 1023 << 52); }

    /** 2ᵏ for 0 ≤ k ≤ 58: some 0.7·2ᵏ as (1 + z + z²/2)²⁵⁶ with z = k·ln2/256, rounded up to a power of two. */
    static double smallPow2(double k) {
        double z = k * (LN2_HIGH / 256), w = Math.fma(Math.fma(z, 0.5, 1), z, 1);
        w *= w; w *= w; w *= w; w *= w; w *= w; w *= w; w *= w; w *= 0.7 * w;
        double big = w * 0x1p53;                                        // its last bit is the power of two above w
        return big + w - big;
    }

    /** eʳ − 1 for |r| ≤ ln2/2: r + r²/2! + … + r¹³/13!, Horner's way; the next term is less than r·2⁻⁵⁵. */
    static double expm1Reduced(double r) {
        double q = Math.fma(1 / 6227020800.0, r, 1 / 479001600.0);
        q = Math.fma(Math.fma(q, r, 1 / 39916800.0), r, 1 / 3628800.0);
        q = Math.fma(Math.fma(q, r, 1 / 362880.0), r, 1 / 40320.0);
        q = Math.fma(Math.fma(q, r, 1 / 5040.0), r, 1 / 720.0);
        q = Math.fma(Math.fma(q, r, 1 / 120.0), r, 1 / 24.0);
        q = Math.fma(Math.fma(q, r, 1 / 6.0), r, 1 / 2.0);
        return Math.fma(q * r, r, r);
    }

    // ── 3. The few matrix loops everything rests on ─────────────────────────────────────────────────────────────────

    /** C[i] += A[i]·B for the rows from ≤ i < to: the definition. Each sum is taken in the order of k. */
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

    /** Either of them: 128 rows of C stay in the cache while B passes by, four of its rows to two of C at a time. */
    static void addTiles(double[][] A, boolean transposed, double[][] B, int n, double[][] C, int from, int to) {
        for (int block = from, end; block < to; block = end) {
            end = Math.min(block + 128, to);
            for (int k = 0; k + 3 < n; k += 4) {
                for (int i = block; i + 1 < end; i += 2) addFourToPair(A, transposed, i, B, k, C);
                if ((end - block) % 2 == 1) addFour(A, transposed, end - 1, B, k, C);
            }
            for (int k = n / 4 * 4; k < n; k++)
                for (int i = block; i < end; i++) addRow(at(A, transposed, i, k), B[k], C[i]);
        }
    }

    static double at(double[][] A, boolean transposed, int i, int k) { return transposed ? A[k][i] : A[i][k]; }

    /** C[i] += A[i][k]·B[k] + … + A[i][k+3]·B[k+3] and C[i+1] likewise, so that B is loaded once for both. */
    static void addFourToPair(double[][] A, boolean transposed, int i, double[][] B, int k, double[][] C) {
        double p = at(A, transposed, i, k), q = at(A, transposed, i, k + 1);
        double r = at(A, transposed, i, k + 2), s = at(A, transposed, i, k + 3);
        double p1 = at(A, transposed, i + 1, k), q1 = at(A, transposed, i + 1, k + 1);
        double r1 = at(A, transposed, i + 1, k + 2), s1 = at(A, transposed, i + 1, k + 3);
        double[] b = B[k], b1 = B[k + 1], b2 = B[k + 2], b3 = B[k + 3], c = C[i], c1 = C[i + 1];
        for (int j = 0; j < c.length; j++) {                            // c1's factors are swapped, lest the JIT
            double bj = b[j], b1j = b1[j], b2j = b2[j], b3j = b3[j];    // take its products for c's: no vectors then
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

    /** c += a·b. Shapes: c, b [n]. */
    static void addRow(double a, double[] b, double[] c) {
        for (int j = 0; j < c.length; j++) c[j] = Math.fma(a, b[j], c[j]);
    }

    /** AT = Aᵀ, by two rows of A, so that each row of AT is looked up once for both. Shapes: A [n,m], AT [m,n]. */
    static void transpose(double[][] A, double[][] AT) {
        for (int i = 0; i < A.length; i += 2) {
            int next = Math.min(i + 1, A.length - 1);                   // after the last row: that row again
            double[] a = A[i], b = A[next];
            for (int j = 0; j < a.length; j++) {
                AT[j][i] = a[j]; AT[j][next] = b[j];
            }
        }
    }

    /** A[i] = row for the rows from ≤ i < to. */
    static void fill(double[][] A, double[] row, int from, int to) {
        for (int i = from; i < to; i++) System.arraycopy(row, 0, A[i], 0, row.length);
    }

    /** A[i] = 0 for the rows from ≤ i < to. */
    static void zero(double[][] A, int from, int to) { for (int i = from; i < to; i++) Arrays.fill(A[i], 0); }

    // ── 4. The model ────────────────────────────────────────────────────────────────────────────────────────────────

    /** The weights or, in the same shapes, their gradients or velocities. `rows`: every row of the five, for loops. */
    record Parameters(double[][] Wxh, double[][] Whh, double[] bh, double[][] Why, double[] by, double[][] rows) {
        Parameters(double[][] Wxh, double[][] Whh, double[] bh, double[][] Why, double[] by) {
            this(Wxh, Whh, bh, Why, by, Stream.of(Wxh, Whh, new double[][] {bh}, Why, new double[][] {by})
                .flatMap(Stream::of).toArray(double[][]::new));
        }

        static Parameters zeros(int I, int H, int O) {
            return new Parameters(new double[I][H], new double[H][H], new double[H], new double[H][O], new double[O]);
        }

        int I() { return Wxh.length; }
        int H() { return bh.length; }
        int O() { return by.length; }
    }

    /** Runs x through the network, onto the tape: h[0] is the state carried in; step t reads x[t-1], writes y[t-1]. */
    static void forward(Parameters p, Steps x, Tape tape, Team team) {
        int T = x.T(), B = x.B(), H = p.H();
        double[][][] h = tape.h();                              // [t][b], their rows listed one below the other in hs
        double[][] hs = stack(tape.hs(), h, 1, T, B), ys = stack(tape.ys(), tape.y(), 0, T, B);
        // h[t] = tanh(x[t]·Wxh + h[t-1]·Whh + bh)
        team.split(B, (long) T * H * H, (from, to) -> {         // rows to share out, work of each, what to do
            for (int t = 1; t <= T; t++) {
                fill(h[t], p.bh(), from, to);
                x.addTimes(t - 1, p.Wxh(), h[t], from, to);
                addProduct(h[t - 1], p.Whh(), h[t], from, to);
                for (int b = from; b < to; b++) activate(h[t][b]);
            }
        });
        // y[t] = h[t]·Why + by, of all steps at once
        team.split(T * B, (long) H * p.O(), (from, to) -> {
            fill(ys, p.by(), from, to);
            addProduct(hs, p.Why(), ys, from, to);
        });
    }

    /** Back-propagation through time: forward's lines from last to first. Reads dy, which loss() wrote; writes d. */
    static void backward(Parameters p, Steps x, Tape tape, Parameters d, Team team) {
        int T = x.T(), B = x.B(), H = p.H(), n = T * B;
        double[][][] h = tape.h(), da = tape.da(), dh = tape.dh();
        double[][] hs = tape.hs(), hPrevs = stack(tape.hPrevs(), h, 0, T, B), dhs = stack(tape.dhs(), dh, 1, T, B);
        double[][] dys = stack(tape.dys(), tape.dy(), 0, T, B), das = stack(tape.das(), da, 1, T, B);
        transpose(p.Whh(), tape.WhhT());
        transpose(p.Why(), tape.WhyT());
        // y[t] = h[t]·Why + by                          dh[t] = dy[t]·Whyᵀ, of all steps at once
        team.split(n, (long) H * p.O(), (from, to) -> {
            zero(dhs, from, to);
            addProduct(dys, tape.WhyT(), dhs, from, to);
        });
        // h[t] = tanh(a[t])                             da[t] = dh[t] ∘ (1 − h[t]²)
        // a[t] = x[t]·Wxh + h[t-1]·Whh + bh             dh[t-1] += da[t]·Whhᵀ
        team.split(B, (long) T * H * H, (from, to) -> {
            zero(dh[0], from, to);
            for (int t = T; t >= 1; t--) {
                for (int b = from; b < to; b++) gradActivate(h[t][b], dh[t][b], da[t][b]);
                addProduct(da[t], tape.WhhT(), dh[t - 1], from, to);
            }
        });
        // dWhy = Σ h[t]ᵀ·dy[t]   dWhh = Σ h[t-1]ᵀ·da[t]   dbh = Σ da[t]   dWxh = Σ x[t]ᵀ·da[t]   dby = Σ dy[t]
        zero(d.rows(), 0, d.rows().length);
        team.split(H, (long) n * (H + p.O()), (from, to) -> {
            addTransposedProduct(hs, dys, n, d.Why(), from, to);
            addTransposedProduct(hPrevs, das, n, d.Whh(), from, to);
            for (int r = 0; r < n; r++)
                for (int j = from; j < to; j++) d.bh()[j] += das[r][j];
        });
        team.split(p.I(), (long) n * H, (from, to) -> x.addGradient(das, d.Wxh(), from, to));
        for (int r = 0; r < n; r++) addRow(1, dys[r], d.by());
    }

    /**
     * What a pass over up to T steps of B sequences leaves behind, as [t][b] rows: the states h[0] (carried in) to
     * h[T], the outputs y[0] (from h[1]) to y[T-1], the loss of each, and the gradients with respect to all.
     * The rest is room to work in: the weights transposed, and all steps' rows one below the other.
     */
    record Tape(double[][][] h, double[][][] y, double[][] loss, double[][][] dy, double[][][] da, double[][][] dh,
                double[][] WhhT, double[][] WhyT, double[][] hPrevs, double[][] hs, double[][] ys, double[][] dys,
                double[][] das, double[][] dhs) {

        static Tape of(Parameters p, int T, int B) {
            int H = p.H(), O = p.O(), n = T * B;
            return new Tape(new double[T + 1][B][H], new double[T][B][O], new double[T][B], new double[T][B][O],
                new double[T + 1][B][H], new double[T + 1][B][H], new double[H][H], new double[O][H],
                new double[n][], new double[n][], new double[n][], new double[n][], new double[n][], new double[n][]);
        }

        /** This tape, or a larger one where T steps of B sequences do not fit. */
        Tape fitting(Parameters p, int T, int B) {
            return y.length >= T && h[0].length >= B ? this : of(p, Math.max(T, y.length), Math.max(B, h[0].length));
        }

        /** The last state becomes the first of the steps to come. No gradient goes back through it: truncated BPTT. */
        void carry(Steps x) {
            for (int b = 0; b < x.B(); b++) System.arraycopy(h[x.T()][b], 0, h[0][b], 0, h[0][b].length);
        }
    }

    /** Lists the rows of T steps one below the other: [T][B] rows in [T·B]. They are shared, not copied. */
    static double[][] stack(double[][] rows, double[][][] steps, int from, int T, int B) {
        for (int t = 0; t < T; t++) System.arraycopy(steps[from + t], 0, rows, t * B, B);
        return rows;
    }

    /** Work on the rows from ≤ i < to. */
    interface Part { void run(int from, int to); }

    /** Shares out the work on n rows, each of so many multiplications. No sum crosses rows: the bits stay the same. */
    interface Team { void split(int n, long workPerRow, Part part); }

    /** One thread does it all. */
    static final Team ALONE = (n, workPerRow, part) -> part.run(0, n);

    /** The vectors of T steps of B sequences: inputs, or targets, which know their loss. */
    interface Steps {
        int T();
        int B();

        /** C[b] += x[t][b]·W for the sequences from ≤ b < to. */
        void addTimes(int t, double[][] W, double[][] C, int from, int to);

        /** dW[i] += Σ x[t][b][i]·da[t][b] over all steps and sequences, for the rows from ≤ i < to. */
        void addGradient(double[][] da, double[][] dW, int from, int to);

        /** The loss of y against the vector of t, b; its gradient goes into dy. */
        double loss(int t, int b, double[] y, double[] dy);
    }

    /** Vectors written out, x[t][b] [I]; as targets their loss is mse. */
    record Dense(double[][][] x, double[][] rows) implements Steps {
        Dense(double[][][] x) {
            this(x, x.length == 0 ? null : stack(new double[x.length * x[0].length][], x, 0, x.length, x[0].length));
        }

        public int T() { return x.length; }
        public int B() { return x[0].length; }

        public void addTimes(int t, double[][] W, double[][] C, int from, int to) {
            addProduct(x[t], W, C, from, to);
        }

        public void addGradient(double[][] da, double[][] dW, int from, int to) {
            addTransposedProduct(rows, da, rows.length, dW, from, to);
        }

        public double loss(int t, int b, double[] y, double[] dy) {
            gradMse(y, x[t][b], dy);
            return mse(y, x[t][b]);
        }
    }

    /** One-hot vectors: x[t][b] is the index of the 1, and times W just a row of W; their loss is cross-entropy. */
    record OneHot(int[][] x) implements Steps {
        public int T() { return x.length; }
        public int B() { return x[0].length; }

        public void addTimes(int t, double[][] W, double[][] C, int from, int to) {
            for (int b = from; b < to; b++) addRow(1, W[x[t][b]], C[b]);
        }

        public void addGradient(double[][] da, double[][] dW, int from, int to) {
            int r = 0;
            for (int[] step : x)
                for (int i : step) {
                    if (from <= i && i < to) addRow(1, da[r], dW[i]);
                    r++;
                }
        }

        public double loss(int t, int b, double[] y, double[] dy) { return gradCrossEntropy(y, x[t][b], dy); }

        /** How many labels are the likeliest class of the last y of T. */
        int right(int T, double[][][] y) {
            int right = 0;
            for (int t = 0; t < x.length; t++)
                for (int b = 0; b < x[t].length; b++)
                    if (likeliest(y[T - x.length + t][b]) == x[t][b]) right++;
            return right;
        }
    }

    /** The mean loss over the scored steps, the last target.T() of them; its gradient goes into dy. */
    static double loss(Steps x, Steps target, Tape tape, Team team) {
        int T = x.T(), B = x.B(), unscored = T - target.T(), scored = target.T() * B;
        double[][][] y = tape.y(), dy = tape.dy();
        team.split(B, 8L * target.T() * y[0][0].length, (from, to) -> {
            for (int t = 0; t < unscored; t++) zero(dy[t], from, to);
            for (int t = unscored; t < T; t++)
                for (int b = from; b < to; b++) {
                    double[] gradient = dy[t][b];
                    tape.loss()[t][b] = target.loss(t - unscored, b, y[t][b], gradient);
                    for (int j = 0; j < gradient.length; j++) gradient[j] /= scored;
                }
        });
        double sum = 0;
        for (int t = unscored; t < T; t++)
            for (int b = 0; b < B; b++) sum += tape.loss()[t][b];
        return sum / scored;
    }

    /** Scales all gradients so that their common L2 norm is at most `max`. As torch.nn.utils.clip_grad_norm_. */
    static void clip(Parameters d, double max) {
        double sum = 0;
        for (double[] row : d.rows())
            for (double g : row) sum += g * g;
        double scale = max / (Math.sqrt(sum) + 1e-6);
        if (scale >= 1) return;
        for (double[] row : d.rows())
            for (int j = 0; j < row.length; j++) row[j] *= scale;
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

    /** n vectors one after the other: numbers [n·width], or one-hot with only the codes [n]; a part of the array. */
    record Vectors(double[] numbers, int[] codes, int width, int from, int length) {

        static Vectors of(double[] numbers, int width) {
            return new Vectors(numbers, null, width, 0, numbers.length / width);
        }

        static Vectors of(int[] codes, int width) {
            return new Vectors(null, codes, width, 0, codes.length);
        }

        boolean isOneHot() { return codes != null; }

        /** Code t. */
        int code(int t) { return codes[from + t]; }

        /** Number j of vector t. */
        double number(int t, int j) { return numbers[(from + t) * width + j]; }

        /** A copy of vector t. Shape: [width]. */
        double[] vector(int t) {
            return Arrays.copyOfRange(numbers, (from + t) * width, (from + t + 1) * width);
        }

        /** A copy of all. Shape: [n][width]. */
        double[][] rows() {
            return IntStream.range(0, length).mapToObj(this::vector).toArray(double[][]::new);
        }

        /** The vectors from ≤ t < to; the array is shared. */
        Vectors slice(int from, int to) {
            return new Vectors(numbers, codes, width, this.from + from, to - from);
        }

        /** The vectors from ≤ t < to of sequences side by side, as the network takes them. */
        static Steps steps(List<Vectors> sequences, int from, int to) {
            int T = to - from, B = sequences.size();
            double[][][] x = new double[T][B][];
            int[][] codes = new int[T][B];
            boolean oneHot = sequences.get(0).isOneHot();
            for (int t = 0; t < T; t++)
                for (int b = 0; b < B; b++)
                    if (oneHot) codes[t][b] = sequences.get(b).code(from + t);
                    else x[t][b] = sequences.get(b).vector(from + t);
            return oneHot ? new OneHot(codes) : new Dense(x);
        }
    }

    /** What to learn: from the inputs, the targets of their last steps. */
    record Sequence(Vectors input, Vectors target) {

        /** Of n values in a row, to tell each from those before it. */
        static Sequence next(Vectors values) {
            return new Sequence(values.slice(0, values.length() - 1), values.slice(1, values.length()));
        }

        /** Those n values again. */
        Vectors values() {
            return new Vectors(input.numbers(), input.codes(), input.width(), input.from(), input.length() + 1);
        }
    }

    // ── 5. Data ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /** What went wrong, in one line for the user, and the exit status. */
    static final class Failure extends RuntimeException {
        final int status;

        Failure(int status, String message, Object... args) {
            super(String.format(Locale.ROOT, message, args).replaceAll("\\p{Cntrl}", "?"));
            this.status = status;
        }
    }

    /** The command or the data is wrong: exit status 2. */
    static Failure wrong(String message, Object... args) { return new Failure(2, message, args); }

    /** It failed while running: exit status 1. */
    static Failure failed(String message, Object... args) { return new Failure(1, message, args); }

    /** What the system said of an input or output, without the file's name. */
    static String reason(Exception e) {
        if (e instanceof JacksonIOException jackson) return reason(jackson.getCause());
        if (e instanceof NoSuchFileException) return "no such file or folder";
        if (e instanceof InvalidPathException) return "no file can have this name";
        if (e instanceof AccessDeniedException) return "permission denied";
        if (e instanceof FileAlreadyExistsException) return "it is not a folder";
        if (e instanceof FileSystemException f && f.getReason() != null) return f.getReason();
        return String.valueOf(e.getMessage());
    }

    /** The forms of a dataset: sequences with target vectors, with labels, a series, a text, a list of texts. */
    enum Form {
        VECTORS("sequences of vectors", "sequences"), CLASSES("labelled sequences", "sequences"),
        SERIES("a series", "values"), TEXT("a text", "characters"), TEXTS("a list of texts", "texts");

        final String what, unit;

        Form(String what, String unit) {
            this.what = what;
            this.unit = unit;
        }
    }

    /** A dataset as it was read: sequences in their own units (a series: one) or, for text, strings. */
    record Dataset(String file, String name, Form form, List<Sequence> sequences, List<String> texts) {
        boolean isText() { return form == Form.TEXT || form == Form.TEXTS; }

        /** The SHA-256 of all that is learnt from. */
        String fingerprint() {
            try {
                var digest = MessageDigest.getInstance("SHA-256");
                for (Sequence s : sequences) for (Vectors v : List.of(s.input(), s.target())) digest(v, digest);
                for (String text : texts) digest.update((text.length() + ":" + text).getBytes(StandardCharsets.UTF_8));
                return HexFormat.of().formatHex(digest.digest());
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError("every JDK has SHA-256", e);
            }
        }

        private static void digest(Vectors v, MessageDigest digest) {
            digest.update((v.length() + " " + v.width() + " ").getBytes(StandardCharsets.US_ASCII));
            for (int t = 0; t < v.length(); t++) {
                var bytes = ByteBuffer.allocate(8 * (v.isOneHot() ? 1 : v.width()));
                if (v.isOneHot()) bytes.putLong(v.code(t));
                else bytes.asDoubleBuffer().put(v.vector(t));
                digest.update(bytes.array());
            }
        }

        /** Whether it is one long sequence, to be cut into streams. */
        boolean isStream() { return form == Form.TEXT || form == Form.SERIES; }
    }

    /** The built-in dataset, data/toy.json: a constant is added to the first element at each step. */
    static Dataset toy() {
        var input = Vectors.of(new double[] {0.1, 0.2, 0.3, 0.2, 0.2, 0.3, 0.3, 0.2, 0.3}, 3);
        var target = Vectors.of(new double[] {0.4, 0.2, 0.3}, 3);
        return new Dataset("toy", "toy", Form.VECTORS, List.of(new Sequence(input, target)), List.of());
    }

    /** The characters a network knows, in code-point order; a boundary mark, where there is one, is the last code. */
    record Alphabet(int[] codePoints, boolean boundary) {

        static Alphabet of(List<String> texts, boolean boundary) {
            BitSet seen = new BitSet();
            for (String text : texts) text.codePoints().forEach(seen::set);
            return new Alphabet(seen.stream().toArray(), boundary);
        }

        int size() { return codePoints.length + (boundary ? 1 : 0); }

        /** The code of the boundary mark, or −1. */
        int end() { return boundary ? codePoints.length : -1; }

        boolean isSorted() {
            return IntStream.range(1, codePoints.length).allMatch(i -> codePoints[i - 1] < codePoints[i]);
        }

        /** The codes of a text, between two boundary marks where there are any. `where` is for the error's line. */
        int[] encode(String text, String where) {
            int edge = boundary ? 1 : 0, n = text.codePointCount(0, text.length());
            int[] codes = new int[n + 2 * edge];
            Arrays.fill(codes, codePoints.length);
            for (int i = 0, k = edge; i < text.length(); i += Character.charCount(text.codePointAt(i)), k++) {
                int c = text.codePointAt(i);
                codes[k] = Arrays.binarySearch(codePoints, c);
                if (codes[k] < 0) throw wrong("%s: the character \"%s\" (U+%04X) is none of the %d that the network "
                    + "knows", where, Character.toString(c), c, codePoints.length);
            }
            return codes;
        }

        /** The codes of what a text begins with: without the mark at its end. */
        int[] encodePrime(String prime) {
            int[] codes = encode(prime, "--prime");
            return boundary ? Arrays.copyOf(codes, codes.length - 1) : codes;
        }

        String decode(int[] codes) {
            var text = new StringBuilder();
            for (int code : codes) text.appendCodePoint(codePoints[code]);
            return text.toString();
        }

        /** All characters in a row. */
        String text() { return new String(codePoints, 0, codePoints.length); }

        /** Where a text starts of which nothing is given: at a line's beginning, else a word's, else anywhere. */
        String start() {
            String all = text();
            return all.contains("\n") ? "\n" : all.contains(" ") ? " " : Character.toString(codePoints[0]);
        }
    }

    /** x → (x − mean) / deviation, each column by its own. */
    record Scaling(double[] mean, double[] deviation) {

        /** The mean and the population standard deviation of each column; a constant column gets the deviation 1. */
        static Scaling of(Vectors values) {
            int n = values.length();
            double[] mean = new double[values.width()], deviation = new double[values.width()];
            for (int j = 0; j < mean.length; j++) {
                double first = values.number(0, j);             // distances from it: of a constant exactly 0
                for (int t = 0; t < n; t++) mean[j] += values.number(t, j) - first;
                mean[j] = first + mean[j] / n;
                for (int t = 0; t < n; t++) deviation[j] += square(values.number(t, j) - mean[j]);
                deviation[j] = deviation[j] > 0 ? Math.sqrt(deviation[j] / n) : 1;
            }
            return new Scaling(mean, deviation);
        }

        private static double square(double x) { return x * x; }

        Vectors scale(Vectors values) {
            double[] scaled = values.numbers().clone();
            for (int i = 0; i < scaled.length; i++)
                scaled[i] = (scaled[i] - mean[i % mean.length]) / deviation[i % mean.length];
            return Vectors.of(scaled, values.width());
        }

        double[] unscale(double[] y) {
            double[] own = new double[y.length];
            for (int j = 0; j < y.length; j++) own[j] = Math.fma(y[j], deviation[j], mean[j]);
            return own;
        }
    }

    static Dataset text(String file, String name, String text) {
        int n = text.codePointCount(0, text.length());
        if (n < 2) throw wrong("%s: has %d characters; a text needs at least 2", file, n);
        int at = text.indexOf(NO_UTF8);
        if (at >= 0) throw wrong("%s: is not UTF-8 text from character %d on", file, at + 1);
        return new Dataset(file, name, Form.TEXT, List.of(), List.of(text));
    }

    static final String NO_UTF8 = "\ufffd";                              // what Java reads in place of broken bytes

    /** What a dataset without a name is called: its file, without the folder. */
    static String baseName(String file) {
        return file.equals("-") ? "standard input" : Path.of(file).getFileName().toString();
    }

    /** Whether the first character that is no blank is a {, as in JSON. */
    static boolean startsWithBrace(BufferedReader in) throws IOException {
        in.mark(4096);
        int c;
        do c = in.read(); while (c == ' ' || c == '\n' || c == '\r' || c == '\t');
        in.reset();
        return c == '{';
    }

    /** JSON as all of the tool reads and writes it: no key twice, and the same digits on every JDK. */
    static final JsonFactory JSON = JsonFactory.builder()
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION, StreamReadFeature.USE_FAST_DOUBLE_PARSER)
        .streamReadConstraints(StreamReadConstraints.builder()
            .maxStringLength(Integer.MAX_VALUE).maxNumberLength(Integer.MAX_VALUE).build())
        .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER).disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
        .build();

    /** Reads the JSON format token by token and says of every mistake where it stands and what would be right. */
    static final class DatasetReader {
        private final String file;
        private final JsonParser in;

        DatasetReader(String file, Reader in) {
            this.file = file;
            this.in = JSON.createParser(ObjectReadContext.empty(), in);
        }

        Dataset read() {
            try {
                return readObject();
            } catch (StreamReadException | StreamConstraintsException e) {
                TokenStreamLocation at = e.getLocation() != null ? e.getLocation() : in.currentLocation();
                throw error(at, "is not valid JSON: %s", abbreviate(e.getOriginalMessage()
                    .replaceAll("(?s)(\\n| \\(start marker at | \\(for \\w+ starting at |: enable "
                        + "| \\([^()]*, from `).*", ""), 160));
            }
        }

        private Dataset readObject() {
            String name = baseName(file), text = null;
            List<Vectors> inputs = null, targets = null, labels = null;
            List<String> texts = null;
            Vectors series = null;
            if (in.nextToken() != JsonToken.START_OBJECT) throw error("a dataset is one JSON object: { … }");
            while (in.nextToken() != JsonToken.END_OBJECT) {
                String key = in.currentName();
                TokenStreamLocation at = in.currentTokenLocation();
                in.nextToken();
                switch (key) {
                    case "name" -> name = string(key);
                    case "description", "source" -> string(key);
                    case "inputs" -> inputs = sequences(key);
                    case "targets" -> targets = sequences(key);
                    case "labels" -> labels = labels(key);
                    case "series" -> series = series(key);
                    case "text" -> {
                        if (in.currentToken() == JsonToken.START_ARRAY) texts = strings(key); else text = string(key);
                    }
                    default -> { throw unknown(at, key); }      // without braces jshell 17 loses its way here
                }
            }
            if (in.nextToken() != null) throw error("the dataset ends at its closing brace, but more follows");
            int forms = (inputs != null ? 1 : 0) + (series != null ? 1 : 0) + (text != null || texts != null ? 1 : 0);
            if (forms != 1 || inputs != null && (targets == null) == (labels == null)
                || inputs == null && (targets != null || labels != null))
                throw wrong("%s: a dataset has exactly one of: inputs with targets, inputs with labels, series, text",
                    file);
            if (series != null) {
                int n = series.length();
                if (n < 2) throw wrong("%s: series has %d values; it needs at least 2", file, n);
                return new Dataset(file, name, Form.SERIES, List.of(Sequence.next(series)), List.of());
            }
            if (text != null) return text(file, name, text);
            if (texts != null) return new Dataset(file, name, Form.TEXTS, List.of(), texts);
            Form form = labels == null ? Form.VECTORS : Form.CLASSES;
            return new Dataset(file, name, form, pair(inputs, targets, labels), List.of());
        }

        private Failure unknown(TokenStreamLocation at, String key) {
            return error(at, "unknown key \"%s\"; a dataset has inputs with targets or labels, series, or text, "
                + "and may have name, description, source", abbreviate(key, 40));
        }

        private List<Sequence> pair(List<Vectors> inputs, List<Vectors> targets, List<Vectors> labels) {
            List<Vectors> goals = targets != null ? targets : labels;
            String key = targets != null ? "targets" : "labels";
            if (inputs.size() != goals.size())
                throw wrong("%s: inputs has %d sequences, but %s has %d; each input needs its own",
                    file, inputs.size(), key, goals.size());
            var pairs = new ArrayList<Sequence>();
            for (int n = 0; n < inputs.size(); n++) {
                if (goals.get(n).length() > inputs.get(n).length())
                    throw wrong("%s: %s[%d] has %d steps, but inputs[%d] has %d; at most as many can be scored",
                        file, key, n, goals.get(n).length(), n, inputs.get(n).length());
                pairs.add(new Sequence(inputs.get(n), goals.get(n)));
            }
            return pairs;
        }

        /** [N][T][width]: every vector of the same width. */
        private List<Vectors> sequences(String key) {
            var all = new ArrayList<Vectors>();
            int width = 0;
            array(key);
            for (int n = 0; in.nextToken() != JsonToken.END_ARRAY; n++) {
                var numbers = DoubleStream.builder();
                int t = 0;
                array(key, n);
                for (; in.nextToken() != JsonToken.END_ARRAY; t++) width = vector(numbers, width, key, n, t);
                if (t == 0) throw error("%s is empty; a sequence needs at least one step", path(key, n));
                all.add(Vectors.of(numbers.build().toArray(), width));
            }
            if (all.isEmpty()) throw error("%s is empty; it needs at least one sequence", key);
            return all;
        }

        /** Reads one vector and returns its width, which is to be that of the first one, or 0 where it is the first. */
        private int vector(DoubleStream.Builder numbers, int width, String key, int... index) {
            TokenStreamLocation start = in.currentTokenLocation();
            int i = 0;
            array(key, index);
            for (; in.nextToken() != JsonToken.END_ARRAY; i++) numbers.add(number(key, index, i));
            if (i == 0) throw error(start, "%s is empty; a step needs at least one value", path(key, index));
            if (width != 0 && i != width)
                throw error(start, "%s has %d values, but %s has %d; every step needs the same number",
                    path(key, index), i, path(key, new int[index.length]), width);
            return i;
        }

        /** [n] or [n][I]. */
        private Vectors series(String key) {
            var numbers = DoubleStream.builder();
            int width = 0, t = 0;
            array(key);
            for (; in.nextToken() != JsonToken.END_ARRAY; t++)
                if (in.currentToken() == JsonToken.START_ARRAY && (t == 0 || width > 0))
                    width = vector(numbers, width, key, t);
                else if (width == 0) numbers.add(number(key, new int[0], t));
                else throw error("%s is %s, but %s[0] is a list; all steps need one form", path(key, t), found(), key);
            return Vectors.of(numbers.build().toArray(), Math.max(1, width));
        }

        /** [N] or [N][T']. The number of classes is one more than the largest label. */
        private List<Vectors> labels(String key) {
            var all = new ArrayList<int[]>();
            array(key);
            for (int n = 0; in.nextToken() != JsonToken.END_ARRAY; n++) {
                var codes = IntStream.builder();
                if (in.currentToken() == JsonToken.START_ARRAY)
                    for (int t = 0; in.nextToken() != JsonToken.END_ARRAY; t++) codes.add(label(key, n, t));
                else codes.add(label(key, n));
                all.add(codes.build().toArray());
                if (all.get(n).length == 0) throw error("%s is empty; it needs at least one label", path(key, n));
            }
            int K = 1 + all.stream().flatMapToInt(IntStream::of).max().orElse(0);
            return all.stream().map(codes -> Vectors.of(codes, K)).toList();
        }

        private int label(String key, int... index) {
            if (in.currentToken() == JsonToken.VALUE_NUMBER_INT && in.getNumberType() == JsonParser.NumberType.INT
                && in.getIntValue() >= 0 && in.getIntValue() < Integer.MAX_VALUE) return in.getIntValue();
            throw error("%s is %s; a label is a whole number from 0 to 2147483646", path(key, index), found());
        }

        private double number(String key, int[] index, int last) {
            double value = in.currentToken().isNumeric() ? in.getDoubleValue() : Double.NaN;
            if (Double.isFinite(value)) return value;
            throw error("%s is %s; it must be a finite number", path(key, index) + "[" + last + "]", found());
        }

        private List<String> strings(String key) {
            var all = new ArrayList<String>();
            for (int n = 0; in.nextToken() != JsonToken.END_ARRAY; n++) {
                all.add(string(path(key, n)));
                if (all.get(n).isEmpty()) throw error("%s is empty; it needs at least one character", path(key, n));
            }
            if (all.isEmpty()) throw error("%s is empty; it needs at least one string", key);
            return all;
        }

        private String string(String path) {
            if (in.currentToken() != JsonToken.VALUE_STRING)
                throw error("%s is %s; it must be a string", path, found());
            if (in.getString().codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE))
                throw error("%s has half a surrogate pair; a character beyond U+FFFF takes both halves", path);
            if (in.getString().contains(NO_UTF8)) throw error("%s has bytes that are not UTF-8", path);
            return in.getString();
        }

        private void array(String key, int... index) {
            if (in.currentToken() != JsonToken.START_ARRAY)
                throw error("%s is %s; it must be a list [ … ]", path(key, index), found());
        }

        private String found() {
            return switch (in.currentToken()) {
                case START_ARRAY -> "a list";
                case START_OBJECT -> "an object";
                case VALUE_STRING -> "\"" + abbreviate(in.getString(), 40) + "\"";
                default -> abbreviate(in.getString(), 40);
            };
        }

        private static String abbreviate(String s, int most) {
            return s.length() <= most ? s : s.substring(0, most - 3) + "...";
        }

        private static String path(String key, int... index) {
            return key + Arrays.stream(index).mapToObj(i -> "[" + i + "]").collect(Collectors.joining());
        }

        private Failure error(String message, Object... args) {
            return error(in.currentTokenLocation(), message, args);
        }

        private Failure error(TokenStreamLocation at, String message, Object... args) {
            return wrong("%s:%d:%d: %s", file, at.getLineNr(), at.getColumnNr(), message.formatted(args));
        }
    }

    /** Reads a dataset: a JSON file in the format of the README, a .txt file, or one of the two from standard input. */
    static Dataset readDataset(String file) {
        try (InputStream bytes = file.equals("-") ? System.in : Files.newInputStream(Path.of(file));
             var in = new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8))) {
            in.mark(1);
            if (in.read() != '\ufeff') in.reset();                      // a byte-order mark is no part of the data
            boolean json = file.equals("-") ? startsWithBrace(in) : !file.endsWith(".txt");
            if (json) return new DatasetReader(file, in).read();
            var text = new StringWriter();
            in.transferTo(text);
            return text(file, baseName(file), text.toString());
        } catch (IOException | JacksonIOException | InvalidPathException e) {
            throw wrong("%s: cannot be read: %s", file, reason(e));
        }
    }

    // ── 6. Training ─────────────────────────────────────────────────────────────────────────────────────────────────

    /** How to learn. `clip` 0 is off; `steps` is the window of truncated BPTT; `seed` decides all that is drawn. */
    record Settings(double learningRate, double momentum, double clip, int batch, int steps, long seed) {
        static final Settings DEFAULT = new Settings(0.1, 0, 0, 32, Integer.MAX_VALUE, 42);
    }

    static Parameters copy(Parameters p) {
        Parameters q = Parameters.zeros(p.I(), p.H(), p.O());
        copyTo(q, p);
        return q;
    }

    /** q ← p. */
    static void copyTo(Parameters q, Parameters p) {
        for (int i = 0; i < p.rows().length; i++)
            System.arraycopy(p.rows()[i], 0, q.rows()[i], 0, p.rows()[i].length);
    }

    /** Every parameter uniform in ±1/√H, as PyTorch's nn.RNN and nn.Linear, drawn row by row: Wxh, Whh, bh, Why, by. */
    static Parameters initial(int I, int H, int O, long seed) {
        Random random = new Random(seed);
        Parameters p = Parameters.zeros(I, H, O);
        for (double[] w : p.rows())
            for (int j = 0; j < w.length; j++) w[j] = (2 * random.nextDouble() - 1) / Math.sqrt(H);
        return p;
    }

    /** The steps from ≤ t < to of sequences of one length: what one update is made from. */
    record Window(List<Sequence> sequences, int from, int to) {

        Steps input() {
            return Vectors.steps(sequences.stream().map(Sequence::input).toList(), from, to);
        }

        /** The targets of those steps that have one. */
        Steps target() {
            Sequence first = sequences.get(0);
            int unscored = first.input().length() - first.target().length();
            return Vectors.steps(sequences.stream().map(Sequence::target).toList(),
                Math.max(0, from - unscored), Math.max(0, to - unscored));
        }
    }

    /** Puts sequences of one length together, up to `batch` of them, and cuts each batch into windows of `steps`. */
    static List<Window> windows(List<Sequence> sequences, int batch, int steps) {
        var windows = new ArrayList<Window>();
        var open = new LinkedHashMap<List<Integer>, List<Sequence>>();
        for (Sequence s : sequences) {
            var shape = List.of(s.input().length(), s.target().length());
            var together = open.computeIfAbsent(shape, key -> new ArrayList<>());
            together.add(s);
            if (together.size() == batch) cut(open.remove(shape), steps, windows);
        }
        for (var rest : open.values()) cut(rest, steps, windows);
        return windows;
    }

    static void cut(List<Sequence> batch, int steps, List<Window> windows) {
        int T = batch.get(0).input().length();
        for (long from = 0; from < T; from += steps)
            windows.add(new Window(batch, (int) from, (int) Math.min(T, from + steps)));
    }

    /** The order of an epoch: drawn from (seed, epoch) alone, by Fisher and Yates; dataset order for a full batch. */
    static List<Sequence> order(List<Sequence> sequences, int batch, long seed, int epoch) {
        if (batch >= sequences.size()) return sequences;
        var order = new ArrayList<>(sequences);
        Random random = new Random(seed + epoch * 0x9E3779B97F4A7C15L);
        for (int i = order.size() - 1; i > 0; i--) Collections.swap(order, i, random.nextInt(i + 1));
        return order;
    }

    /** Runs the network over a window, from h = 0 where its sequences begin. The tape, or a larger one that it took. */
    static Tape read(Parameters p, Window window, Steps x, Tape tape, Team team) {
        Tape fitting = tape.fitting(p, x.T(), x.B());
        if (window.from() == 0) zero(fitting.h()[0], 0, x.B());
        forward(p, x, fitting, team);
        return fitting;
    }

    /** Training, moved on by one update after the other; between two of them its fields are all there is to know. */
    static final class Training {
        final Settings settings;
        final List<Sequence> sequences;
        final Team team;
        final Parameters p, d, v;
        Tape tape;
        List<Window> windows;
        int epoch, next;                                // epochs done; the window to come in the one under way
        double lossSum, loss;                           // over the scored steps of this epoch; the mean of the last one
        long scored;

        Training(Parameters p, List<Sequence> sequences, Settings settings, Team team) {
            this.p = p;
            this.sequences = sequences;
            this.settings = settings;
            this.team = team;
            d = Parameters.zeros(p.I(), p.H(), p.O());
            v = Parameters.zeros(p.I(), p.H(), p.O());
            tape = Tape.of(p, 0, 0);
        }

        void plan() {
            var order = order(sequences, settings.batch(), settings.seed(), epoch + 1);
            windows = windows(order, settings.batch(), settings.steps());
        }

        /** One SGD step on the next window. True when it was the last of an epoch, whose mean loss then is `loss`. */
        boolean update() {
            if (next == 0) plan();
            Window window = windows.get(next);
            Steps x = window.input(), target = window.target();
            tape = read(p, window, x, tape, team);
            if (target.T() > 0) {
                lossSum += loss(x, target, tape, team) * target.T() * x.B();
                scored += (long) target.T() * x.B();
                backward(p, x, tape, d, team);
                if (settings.clip() > 0) clip(d, settings.clip());
                sgd(p, d, v, settings.learningRate(), settings.momentum());
            }
            tape.carry(x);
            if (++next < windows.size()) return false;
            loss = lossSum / scored;
            lossSum = scored = next = 0;
            epoch++;
            return true;
        }

        /** The window read last, in the middle of an epoch. */
        Window before() { return windows.get(next - 1); }

        /** The state that it left. Shape: [B][H]. */
        double[][] state() { return Arrays.copyOf(tape.h()[0], before().sequences().size()); }

        /** Takes that state up again. */
        void restore(double[][] h) {
            tape = tape.fitting(p, before().to() - before().from(), h.length);
            for (int b = 0; b < h.length; b++) System.arraycopy(h[b], 0, tape.h()[0][b], 0, p.H());
        }

        /** Updates until an epoch is complete; its mean loss. */
        double epoch() {
            while (!update()) { }
            return loss;
        }
    }

    /** The mean loss over all scored steps and, for classes, the share of them whose likeliest class is right. */
    record Score(double loss, double accuracy) { }

    static Score evaluate(Parameters p, List<Sequence> sequences, int batch, int steps, Team team) {
        Tape tape = Tape.of(p, 0, 0);
        double lossSum = 0, right = 0;
        long scored = 0;
        for (Window window : windows(sequences, batch, steps)) {
            Steps x = window.input(), target = window.target();
            tape = read(p, window, x, tape, team);
            if (target.T() > 0) {
                lossSum += loss(x, target, tape, team) * target.T() * x.B();
                scored += (long) target.T() * x.B();
                if (target instanceof OneHot labels) right += labels.right(x.T(), tape.y());
            }
            tape.carry(x);
        }
        return new Score(lossSum / scored, right / scored);
    }

    /** How far BPTT and numerical gradients are apart, at most, over so many weights of a parameter. */
    record GradientCheck(String name, int checked, double worst) { }

    /**
     * Compares BPTT with central differences on one window, at up to `most` weights of each parameter, evenly spread.
     * The error is |a − n| / max(|a| + |n|, 1e-4), where the floor is what rounding of the loss amounts to.
     */
    static List<GradientCheck> checkGradients(Parameters p, Window window, int most, Team team) {
        Steps x = window.input(), target = window.target();
        Tape tape = Tape.of(p, x.T(), x.B());
        Parameters d = Parameters.zeros(p.I(), p.H(), p.O());
        forward(p, x, tape, team);
        loss(x, target, tape, team);
        backward(p, x, tape, d, team);
        var checks = new ArrayList<GradientCheck>();
        double[][][] all = {p.Wxh(), p.Whh(), {p.bh()}, p.Why(), {p.by()}}, gradients =
            {d.Wxh(), d.Whh(), {d.bh()}, d.Why(), {d.by()}};
        for (int m = 0; m < all.length; m++) {
            double[][] W = all[m], dW = gradients[m];
            int size = W.length * W[0].length, checked = Math.min(size, most);
            double worst = 0;
            for (int n = 0; n < checked; n++) {
                int k = (int) ((long) n * size / checked), i = k / W[0].length, j = k % W[0].length;
                double a = dW[i][j], numerical = numericalGradient(p, W[i], j, x, target, tape, team);
                worst = Math.max(worst, Math.abs(a - numerical) / Math.max(Math.abs(a) + Math.abs(numerical), 1e-4));
            }
            checks.add(new GradientCheck(List.of("Wxh", "Whh", "bh", "Why", "by").get(m), checked, worst));
        }
        return checks;
    }

    /** ∂L/∂w[j] ≈ (8·(L(+ε) − L(−ε)) − (L(+2ε) − L(−2ε))) / 12ε, whose error is of the order ε⁴. */
    static double numericalGradient(Parameters p, double[] w, int j, Steps x, Steps target, Tape tape, Team team) {
        double epsilon = 1.0 / 1024, old = w[j], sum = 0;
        for (int step : new int[] {-2, -1, 1, 2}) {
            w[j] = old + step * epsilon;
            forward(p, x, tape, team);
            sum += (step == 1 ? 8 : step == -1 ? -8 : step == 2 ? -1 : 1) * loss(x, target, tape, team);
        }
        w[j] = old;
        return sum / (12 * epsilon);
    }

    // ── 7. Generating ───────────────────────────────────────────────────────────────────────────────────────────────

    /** A network that reads on and on, one sequence, its state carried from call to call. */
    static final class Reading {
        private final Parameters p;
        private Tape tape;

        Reading(Parameters p) {
            this.p = p;
            tape = Tape.of(p, 1, 1);
        }

        /** Reads a sequence and returns what the network says after each step. Shape: [T][O]. */
        double[][] read(Vectors input) {
            double[][] y = new double[input.length()][];
            for (int t = 0; t < y.length; t++) y[t] = read(Vectors.steps(List.of(input), t, t + 1));
            return y;
        }

        /** Reads one step. Shape: [O]. */
        double[] read(Steps x) {
            forward(p, x, tape, ALONE);
            tape.carry(x);
            return tape.y()[0][0].clone();
        }
    }

    /** What the network says after each step of a sequence, read from h = 0. Shape: [T][O]. */
    static double[][] outputs(Parameters p, Vectors input) {
        return new Reading(p).read(input);
    }

    /** Of those, the ones at the steps that have a target. Shape: [T'][O]. */
    static double[][] scoredOutputs(Parameters p, Sequence s) {
        double[][] y = outputs(p, s.input());
        return Arrays.copyOfRange(y, y.length - s.target().length(), y.length);
    }

    /** Goes on from a sequence for n steps: the output after its last step is the next input, and so on. [n][O]. */
    static double[][] generate(Parameters p, Vectors input, int n) {
        Reading reading = new Reading(p);
        double[][] y = reading.read(input), generated = new double[n][];
        double[] last = y[y.length - 1];
        for (int k = 0; k < n; k++) {
            if (k > 0) last = reading.read(new Dense(new double[][][] {{last}}));
            generated[k] = last;
        }
        return generated;
    }

    /** Writes on after a prime until `n` codes are written or the code `end` is drawn, which is not part of it. */
    static int[] sample(Parameters p, int[] prime, int n, double temperature, int end, Random random) {
        Reading reading = new Reading(p);
        double[] y = null;
        for (int code : prime) y = reading.read(new OneHot(new int[][] {{code}}));
        int[] written = new int[n];
        for (int k = 0; k < n; k++) {
            int code = draw(y, temperature, random);
            if (code == end) return Arrays.copyOf(written, k);
            written[k] = code;
            y = reading.read(new OneHot(new int[][] {{code}}));
        }
        return written;
    }

    /** A class drawn with the probabilities softmax(y / temperature); the likeliest at temperature 0. */
    static int draw(double[] y, double temperature, Random random) {
        if (temperature == 0) return likeliest(y);
        double[] p = softmax(Arrays.stream(y).map(v -> v / temperature).toArray());
        double u = random.nextDouble();
        for (int i = 0; i < p.length; i++) if ((u -= p[i]) < 0) return i;
        return likeliest(y);                            // u was 1 but for rounding
    }

    // ── 8. Files ────────────────────────────────────────────────────────────────────────────────────────────────────

    interface Body { void write(OutputStream out) throws IOException; }

    /** Writes a file beside its place and moves it there whole: a reader sees the old or the new one, never half. */
    static void writeWhole(Path file, Body body) {
        Path part = file.resolveSibling("." + file.getFileName() + ".part");
        try {
            Files.deleteIfExists(part);                                 // it might be a link to somewhere else
            try (var out = new BufferedOutputStream(Files.newOutputStream(part, StandardOpenOption.CREATE_NEW))) {
                body.write(out);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | JacksonIOException e) {
            part.toFile().delete();
            throw failed("%s: cannot be written: %s", file, reason(e));
        }
    }

    static final ObjectWriteContext PRETTY = new ObjectWriteContext.Base() {
        @Override public PrettyPrinter getPrettyPrinter() { return new tools.jackson.core.util.DefaultPrettyPrinter(); }
    };

    /** The shortest decimal that reads back as x: Double.toString of JDK 19 on, which older ones do not always give. */
    static String decimal(double x) {
        return tools.jackson.core.io.NumberOutput.toString(x, true);
    }

    static String decimals(double... numbers) {
        return Arrays.stream(numbers).mapToObj(x -> decimal(x)).collect(Collectors.joining(" "));
    }

    /** loss.csv: a row for every epoch, of its loss and, where sequences are held out, theirs. */
    static void writeLosses(Path file, List<double[]> losses, boolean validated) {
        writeWhole(file, out -> {
            String head = validated ? "epoch,loss,validation_loss\n" : "epoch,loss\n";
            out.write(head.getBytes(StandardCharsets.US_ASCII));
            for (int n = 0; n < losses.size(); n++) {
                String row = n + 1 + "," + decimals(losses.get(n)).replace(' ', ',') + "\n";
                out.write(row.getBytes(StandardCharsets.US_ASCII));
            }
        });
    }

    /**
     * What a safetensors file holds (https://huggingface.co/docs/safetensors): matrices by name, vectors as one row,
     * and strings.
     */
    record Tensors(Map<String, double[][]> matrices, Map<String, String> metadata) {

        /** Adds a network under PyTorch's names for nn.RNN and nn.Linear, in their shapes: the transposes of ours. */
        void put(String prefix, Parameters p) {
            matrices.put(prefix + "rnn.weight_ih_l0", transposed(p.Wxh()));
            matrices.put(prefix + "rnn.weight_hh_l0", transposed(p.Whh()));
            matrices.put(prefix + "rnn.bias_ih_l0", new double[][] {p.bh()});
            matrices.put(prefix + "rnn.bias_hh_l0", new double[1][p.H()]);
            matrices.put(prefix + "fc.weight", transposed(p.Why()));
            matrices.put(prefix + "fc.bias", new double[][] {p.by()});
        }

        /** The network under a prefix. PyTorch's two hidden biases only ever act as their sum. */
        Parameters parameters(Path file, String prefix) {
            double[][] ih = get(file, prefix + "rnn.weight_ih_l0"), fc = get(file, prefix + "fc.weight");
            return parameters(file, prefix, ih[0].length, ih.length, fc.length);
        }

        Parameters parameters(Path file, String prefix, int I, int H, int O) {
            double[][] Wxh = transposed(get(file, prefix + "rnn.weight_ih_l0", H, I));
            double[][] Whh = transposed(get(file, prefix + "rnn.weight_hh_l0", H, H));
            double[] bh = get(file, prefix + "rnn.bias_ih_l0", 1, H)[0].clone();
            addRow(1, get(file, prefix + "rnn.bias_hh_l0", 1, H)[0], bh);
            double[][] Why = transposed(get(file, prefix + "fc.weight", O, H));
            return new Parameters(Wxh, Whh, bh, Why, get(file, prefix + "fc.bias", 1, O)[0]);
        }

        double[][] get(Path file, String name) {
            if (matrices.containsKey(name)) return matrices.get(name);
            throw wrong("%s: has no tensor %s, but %s", file, name, matrices.keySet());
        }

        double[][] get(Path file, String name, int n, int m) {
            double[][] W = get(file, name);
            if (W.length == n && W[0].length == m) return W;
            throw wrong("%s: %s is %d by %d, but %d by %d would fit the others",
                file, name, W.length, W[0].length, n, m);
        }
    }

    static double[][] transposed(double[][] A) {
        double[][] AT = new double[A[0].length][A.length];
        transpose(A, AT);
        return AT;
    }

    /** A safetensors file: the length of a JSON header in 8 bytes, the header, the numbers, all little-endian. */
    static void writeTensors(Path file, Tensors tensors) {
        byte[] header = header(tensors);
        writeWhole(file, out -> {
            out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
            out.write(header);
            for (double[][] W : tensors.matrices().values())
                for (double[] row : W) {
                    ByteBuffer bytes = ByteBuffer.allocate(8 * row.length).order(ByteOrder.LITTLE_ENDIAN);
                    bytes.asDoubleBuffer().put(row);
                    out.write(bytes.array());
                }
        });
    }

    /** {"__metadata__": {…}, "name": {"dtype": "F64", "shape": [2,3], "data_offsets": [0,48]}, …}, and blanks. */
    static byte[] header(Tensors tensors) {
        var text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject().writeName("__metadata__").writeStartObject();
            tensors.metadata().forEach(json::writeStringProperty);
            json.writeEndObject();
            long offset = 0;
            for (String name : tensors.matrices().keySet()) {
                int n = tensors.matrices().get(name).length, m = tensors.matrices().get(name)[0].length;
                int[] shape = name.contains("bias") ? new int[] {m} : new int[] {n, m};
                json.writeName(name).writeStartObject().writeStringProperty("dtype", "F64");
                json.writeName("shape").writeArray(shape, 0, shape.length);
                json.writeName("data_offsets").writeArray(new long[] {offset, offset += 8L * n * m}, 0, 2);
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(bytes, (bytes.length + 7) / 8 * 8);           // so that the numbers are aligned
        Arrays.fill(padded, bytes.length, padded.length, (byte) ' ');
        return padded;
    }

    /** A tensor as a file's header describes it. */
    record Tensor(String name, String type, List<Long> shape, List<Long> offsets) {

        /** Its numbers, a vector as one row. The header is not trusted: it has to agree with itself and the file. */
        double[][] read(Path file, ByteBuffer data) {
            int size = type.equals("F64") ? 8 : type.equals("F32") ? 4 : 0;
            if (size == 0) throw wrong("%s: %s is of type %s; F64 and F32 can be read", file, name, type);
            long n = shape.size() == 1 ? 1 : shape.get(0), m = shape.get(shape.size() - 1);
            long bytes = offsets.get(1) - offsets.get(0);
            if (shape.size() > 2 || n == 0 || m == 0 || n * m > data.limit() || bytes != size * n * m)
                throw wrong("%s: %s has the shape %s of %s, but takes the bytes %s", file, name, shape, type, offsets);
            double[][] W = new double[(int) n][(int) m];
            data.position((int) (long) offsets.get(0));
            for (double[] row : W)
                for (int j = 0; j < m; j++) {
                    row[j] = size == 8 ? data.getDouble() : data.getFloat();
                    if (!Double.isFinite(row[j]))
                        throw wrong("%s: %s holds %s; every number must be finite", file, name, row[j]);
                }
            return W;
        }
    }

    /** Reads a safetensors file: any tensors of one or two dimensions, F64 or F32, in any order. */
    static Tensors readTensors(Path file) {
        ByteBuffer data;
        var tensors = new ArrayList<Tensor>();
        var result = new Tensors(new LinkedHashMap<>(), new LinkedHashMap<>());
        try {
            byte[] bytes = Files.readAllBytes(file);
            data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            long header = bytes.length < 8 ? 0 : data.getLong();
            check(header > 0 && header <= bytes.length - 8, "it does not begin with its header's length");
            try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), bytes, 8, (int) header)) {
                readHeader(json, tensors, result.metadata());
            }
            data = data.position(8 + (int) header).slice().order(ByteOrder.LITTLE_ENDIAN);
            tensors.sort(Comparator.comparing(tensor -> tensor.offsets().get(0)));
            long end = 0;
            for (Tensor tensor : tensors) {
                long begin = tensor.offsets().get(0), before = end;
                end = tensor.offsets().get(1);
                check(begin == before && end >= begin, "its tensors overlap or leave gaps");
            }
            check(end == data.limit(), "its tensors do not end where it ends");
        } catch (IOException e) {
            throw wrong("%s: cannot be read: %s", file, reason(e));
        } catch (JacksonException e) {
            throw wrong("%s: is not a safetensors file: its header is not valid JSON", file);
        } catch (IllegalArgumentException e) {
            throw wrong("%s: is not a safetensors file: %s", file, e.getMessage());
        }
        for (Tensor tensor : tensors) result.matrices().put(tensor.name(), tensor.read(file, data));
        return result;
    }

    static void check(boolean right, String otherwise) {
        if (!right) throw new IllegalArgumentException(otherwise);
    }

    static void readHeader(JsonParser json, List<Tensor> tensors, Map<String, String> metadata) {
        check(json.nextToken() == JsonToken.START_OBJECT, "its header is not a JSON object");
        for (String name; (name = json.nextName()) != null; ) {
            check(json.nextToken() == JsonToken.START_OBJECT, name + " is not described by an object");
            String type = null;
            List<Long> shape = List.of(), offsets = List.of();
            for (String key; (key = json.nextName()) != null; )
                if (name.equals("__metadata__")) metadata.put(key, string(json));
                else switch (key) {
                    case "dtype" -> type = string(json);
                    case "shape" -> shape = longs(json);
                    case "data_offsets" -> offsets = longs(json);
                    default -> check(false, name + " has an unknown property " + key);
                }
            if (name.equals("__metadata__")) continue;
            check(type != null && !shape.isEmpty() && offsets.size() == 2, name + " lacks its dtype, shape or offsets");
            tensors.add(new Tensor(name, type, shape, offsets));
        }
        check(json.nextToken() == null, "its header goes on behind its end");
    }

    static String string(JsonParser json) {
        check(json.nextToken() == JsonToken.VALUE_STRING, "its header has something else where a string belongs");
        return json.getString();
    }

    static List<Long> longs(JsonParser json) {
        var all = new ArrayList<Long>();
        check(json.nextToken() == JsonToken.START_ARRAY, "its header has something else where a list belongs");
        while (json.nextToken() != JsonToken.END_ARRAY) {
            boolean size = json.currentToken() == JsonToken.VALUE_NUMBER_INT
                && json.getNumberType() == JsonParser.NumberType.INT && json.getIntValue() >= 0;
            check(size, "its header has something else where a size belongs");
            all.add(json.getLongValue());
        }
        return all;
    }

    /** A network and what else its file says. */
    record Model(Path file, Parameters p, Map<String, String> metadata) {

        static Model read(Path file) {
            Tensors tensors = readTensors(file), own = new Tensors(new LinkedHashMap<>(), tensors.metadata());
            Parameters p = tensors.parameters(file, "");
            own.put("", p);
            var others = new ArrayList<>(tensors.matrices().keySet());
            others.removeAll(own.matrices().keySet());
            if (!others.isEmpty()) throw wrong("%s: %s is no part of a network of one tanh layer", file, others.get(0));
            return new Model(file, p, tensors.metadata());
        }

        /** The alphabet it was trained on, or null where it knows no text. */
        Alphabet alphabet() {
            String vocabulary = metadata.get("vocabulary");
            if (vocabulary == null) return null;
            var alphabet = new Alphabet(vocabulary.codePoints().toArray(), metadata.containsKey("boundary"));
            if (alphabet.size() == p.I() && p.I() == p.O() && alphabet.isSorted()) return alphabet;
            throw wrong("%s: has a vocabulary of %d, but rnn.weight_ih_l0 takes %d and fc.weight gives %d",
                file, alphabet.size(), p.I(), p.O());
        }

        /** The units of the series it was trained on, or null. */
        Scaling scaling() {
            if (!metadata.containsKey("mean")) return null;
            double[] mean = readNumbers(file, metadata, "mean", -Double.MAX_VALUE, Double.MAX_VALUE);
            double[] deviation = readNumbers(file, metadata, "deviation", Double.MIN_VALUE, Double.MAX_VALUE);
            if (mean.length == p.I() && deviation.length == p.I()) return new Scaling(mean, deviation);
            throw wrong("%s: scales %d columns, but rnn.weight_ih_l0 takes %d", file, mean.length, p.I());
        }
    }

    /** An entry of a file's metadata: numbers from least to most. */
    static double[] readNumbers(Path file, Map<String, String> metadata, String key, double least, double most) {
        String list = metadata.getOrDefault(key, "");
        try {
            double[] numbers = Arrays.stream(list.split(" ")).mapToDouble(Double::parseDouble).toArray();
            if (Arrays.stream(numbers).allMatch(x -> x >= least && x <= most)) return numbers;
        } catch (NumberFormatException e) { /* said below */ }
        throw wrong("%s: its metadata has \"%s\" where \"%s\" has to be numbers from %s to %s",
            file, list, key, decimal(least), decimal(most));
    }

    // ── 9. Command line ─────────────────────────────────────────────────────────────────────────────────────────────

    @Command(name = "rnn", version = "rnn 1.0", sortOptions = false, usageHelpWidth = 80,
        customSynopsis = "rnn [--data FILE] [OPTION]...",
        description = "Train a recurrent network on sequences, a series or a text; let it go on.%n",
        footer = {"", "Examples:",
            "  rnn --data series.json --validate 10%% --plot",
            "  rnn --data book.txt --hidden 128 --momentum 0.9 --clip 1",
            "  rnn --load rnn-out/model.safetensors --epochs 0 --prime \"Once upon\"",
            "", "Exit status: 0 done, 1 failed while running, 2 wrong command or data,",
            "130 interrupted; --resume goes on."})
    static final class Options {
        @Option(names = {"-d", "--data"}, paramLabel = "FILE",
            description = "dataset: JSON, .txt, or - (a built-in toy)")
        String data;
        @Option(names = "--validate", paramLabel = "N[%]", converter = ToHoldOut.class,
            description = "hold out the last N sequences, values, characters")
        HoldOut validate = new HoldOut(0, false);
        @Option(names = "--hidden", paramLabel = "N", converter = ToCount.class, description = "hidden units (16)")
        Integer hidden;
        @Option(names = {"-e", "--epochs"}, paramLabel = "N", converter = ToCountFrom0.class,
            description = "epochs to train (100)")
        int epochs = 100;
        @Option(names = {"--lr", "--learning-rate"}, paramLabel = "R", converter = ToPositive.class,
            description = "learning rate (0.1)")
        double learningRate = 0.1;
        @Option(names = "--momentum", paramLabel = "R", converter = ToMomentum.class,
            description = "momentum, from 0 to less than 1 (0)")
        double momentum;
        @Option(names = "--clip", paramLabel = "R", converter = ToRealFrom0.class,
            description = "clip gradients to this norm (0: off)")
        double clip;
        @Option(names = "--batch", paramLabel = "N", converter = ToCount.class,
            description = "sequences in an update (32); streams to cut into (1)")
        Integer batch;
        @Option(names = "--steps", paramLabel = "N", converter = ToCount.class,
            description = "BPTT window for a series or text (25)")
        int steps = 25;
        @Option(names = "--seed", paramLabel = "N", converter = ToLong.class,
            description = "seed of all that is drawn (42)")
        long seed = 42;
        @Option(names = "--threads", paramLabel = "N", converter = ToCount.class,
            description = "threads to train with (all cores)")
        int threads = Runtime.getRuntime().availableProcessors();
        @Option(names = {"-o", "--out"}, paramLabel = "DIR", description = "where files go (rnn-out)")
        Path out = Path.of("rnn-out");
        @Option(names = "--load", paramLabel = "FILE", description = "start from the weights of a model.safetensors")
        Path load;
        @Option(names = "--resume", description = "go on from DIR's last checkpoint up to --epochs")
        boolean resume;
        @Option(names = "--log-every", paramLabel = "N", converter = ToCount.class,
            description = "epochs between printed losses (10)")
        int logEvery = 10;
        @Option(names = "--plot", description = "also draw what was learnt: plot.png")
        boolean plot;
        @Option(names = "--generate", paramLabel = "N", converter = ToCountFrom0.class,
            description = "steps to generate (the input's length; text: 200)")
        Integer generate;
        @Option(names = "--prime", paramLabel = "TEXT", description = "text to go on from")
        String prime;
        @Option(names = "--temperature", paramLabel = "R", converter = ToRealFrom0.class,
            description = "of drawn text (1.0); 0: the likeliest")
        double temperature = 1;
        @Option(names = "--check-gradients", description = "compare BPTT with numerical gradients and stop")
        boolean checkGradients;
        @Option(names = {"-q", "--quiet"}, description = "print errors only")
        boolean quiet;
        @Option(names = {"-h", "--help"}, usageHelp = true, description = "show this help")
        boolean help;
        @Option(names = {"-V", "--version"}, versionHelp = true, description = "show the version")
        boolean version;

        Path checkpoint() { return out.resolve("checkpoint.safetensors"); }
    }

    /** So many of them, or so many percent. */
    record HoldOut(double amount, boolean percent) {
        int of(int n) { return (int) (percent ? n * amount / 100 : amount); }
    }

    static final class ToCount implements ITypeConverter<Integer> {
        public Integer convert(String s) { return (int) whole(s, 1, Integer.MAX_VALUE, "a whole number from 1 on"); }
    }

    static final class ToCountFrom0 implements ITypeConverter<Integer> {
        public Integer convert(String s) { return (int) whole(s, 0, Integer.MAX_VALUE, "a whole number from 0 on"); }
    }

    static final class ToLong implements ITypeConverter<Long> {
        public Long convert(String s) { return whole(s, Long.MIN_VALUE, Long.MAX_VALUE, "a whole number"); }
    }

    static final class ToPositive implements ITypeConverter<Double> {
        public Double convert(String s) { return real(s, Double.MIN_VALUE, Double.MAX_VALUE, "a positive number"); }
    }

    static final class ToRealFrom0 implements ITypeConverter<Double> {
        public Double convert(String s) { return real(s, 0, Double.MAX_VALUE, "a number from 0 on"); }
    }

    static final class ToMomentum implements ITypeConverter<Double> {
        public Double convert(String s) { return real(s, 0, Math.nextDown(1), "a number from 0 to less than 1"); }
    }

    static final class ToHoldOut implements ITypeConverter<HoldOut> {
        public HoldOut convert(String s) {
            String right = "a whole number from 1 on or a percentage such as 10%";
            if (!s.endsWith("%")) return new HoldOut(whole(s, 1, Integer.MAX_VALUE, right), false);
            return new HoldOut(real(s.substring(0, s.length() - 1), Double.MIN_VALUE, Math.nextDown(100), right), true);
        }
    }

    static long whole(String s, long min, long max, String right) {
        if (s.matches("[+-]?[0-9]+")) try {
            long value = Long.parseLong(s);
            if (value >= min && value <= max) return value;
        } catch (NumberFormatException e) { /* too many digits: said below */ }
        throw new TypeConversionException(right);
    }

    static double real(String s, double min, double max, String right) {
        if (s.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?")) {
            double value = Double.parseDouble(s);
            if (value >= min && value <= max) return value;
        }
        throw new TypeConversionException(right);
    }

    /** A dataset made ready for the network: what to learn, what is held out, and how to read what the network says. */
    record Task(Dataset dataset, List<Sequence> training, List<Sequence> heldOut, Vectors whole,
                Alphabet alphabet, Scaling scaling, int batch, int steps) {

        int I() { return training.get(0).input().width(); }
        int O() { return training.get(0).target().width(); }

        /** How many sequences, or of a series or a text how many values, are held out. */
        int held() { return whole == null || heldOut.isEmpty() ? heldOut.size() : heldOut.get(0).target().length(); }

        static Task of(Dataset dataset, Options options, Model loaded) {
            Alphabet alphabet = !dataset.isText() ? null
                : loaded == null ? Alphabet.of(dataset.texts(), dataset.form() == Form.TEXTS) : loaded.alphabet();
            if (dataset.isText() && (alphabet == null || alphabet.boundary() != (dataset.form() == Form.TEXTS)))
                throw wrong("%s was not trained on %s, as %s is",
                    options.load, dataset.form().what, dataset.file());
            List<Vectors> codes = dataset.texts().stream()
                .map(text -> Vectors.of(alphabet.encode(text, dataset.file()), alphabet.size())).toList();
            if (dataset.isStream()) return stream(dataset, options, loaded, alphabet, codes);
            List<Sequence> all = dataset.isText() ? codes.stream().map(Sequence::next).toList() : dataset.sequences();
            int kept = all.size() - heldOut(dataset, options, all.size());
            return new Task(dataset, all.subList(0, kept), all.subList(kept, all.size()), null, alphabet, null,
                Objects.requireNonNullElse(options.batch, 32), Integer.MAX_VALUE);
        }

        private static int heldOut(Dataset dataset, Options options, int n) {
            int held = options.validate.of(n);
            if (held < n) return held;
            throw wrong("--validate %d leaves nothing to train on (%s in %s: %d)",
                held, dataset.form().unit, dataset.file(), n);
        }

        /** A series or a text, cut into streams; its held-out end is read after the last of them. */
        private static Task stream(Dataset dataset, Options options, Model loaded, Alphabet alphabet,
                                   List<Vectors> codes) {
            Vectors whole = dataset.isText() ? codes.get(0) : dataset.sequences().get(0).values();
            int n = whole.length(), kept = n - heldOut(dataset, options, n);
            int streams = Objects.requireNonNullElse(options.batch, 1), length = kept / streams;
            if (length < 2)
                throw wrong("--batch %d cuts the %d %s to train on into streams of %d; each needs at least 2",
                    streams, kept, dataset.form().unit, length);
            Scaling scaling = dataset.isText() ? null
                : loaded != null && loaded.scaling() != null ? loaded.scaling() : Scaling.of(whole.slice(0, kept));
            Vectors scaled = scaling == null ? whole : scaling.scale(whole);
            List<Sequence> training = IntStream.range(0, streams)
                .mapToObj(b -> Sequence.next(scaled.slice(b * length, (b + 1) * length))).toList();
            List<Sequence> heldOut = kept == n ? List.of()
                : List.of(new Sequence(scaled.slice((streams - 1) * length, n - 1), scaled.slice(kept, n)));
            return new Task(dataset, training, heldOut, scaled, alphabet, scaling, streams, options.steps);
        }
    }

    /** The caller and its helpers, who spin for some microseconds between two tasks and then sleep. */
    static final class Threads implements Team, AutoCloseable {
        static final long WORTH = 1_000_000;            // smaller work is done sooner than shared out
        private final Thread[] helpers;
        private final int spins;
        private final AtomicInteger busy = new AtomicInteger();
        private volatile int round;                     // counts the tasks; writing it publishes what stands below
        private volatile boolean closed;
        private volatile Throwable failure;
        private Thread caller;
        private Part part;
        private int n;

        Threads(int threads) {
            spins = threads <= Runtime.getRuntime().availableProcessors() ? 1000 : 0;
            helpers = new Thread[threads - 1];
            for (int i = 0; i < helpers.length; i++) {
                int me = i + 1;
                helpers[i] = new Thread(() -> help(me), "rnn-" + me);
                helpers[i].setDaemon(true);
                helpers[i].start();
            }
        }

        @Override public void split(int n, long workPerRow, Part part) {
            if (n < 2 || helpers.length == 0 || n * workPerRow < WORTH) {
                part.run(0, n);
                return;
            }
            this.n = n;
            this.part = part;
            caller = Thread.currentThread();
            failure = null;
            busy.set(helpers.length);
            round++;
            for (Thread helper : helpers) LockSupport.unpark(helper);
            try {
                share(0);
            } finally {
                await(() -> busy.get() == 0);
            }
            if (failure instanceof Error error) throw error;
            if (failure != null) throw new IllegalStateException(failure);
        }

        private void share(int me) {
            long size = helpers.length + 1;
            part.run((int) (n * me / size), (int) (n * (me + 1) / size));
        }

        private void help(int me) {
            for (int next = 1; ; next++) {
                int task = next;
                await(() -> round >= task || closed);
                if (closed) return;
                Thread waiting = caller;
                try {
                    share(me);
                } catch (Throwable t) {
                    failure = t;
                }
                if (busy.decrementAndGet() == 0) LockSupport.unpark(waiting);
            }
        }

        private void await(java.util.function.BooleanSupplier condition) {
            for (int i = 0; !condition.getAsBoolean(); i++)
                if (i < spins) Thread.onSpinWait();
                else LockSupport.park(this);
        }

        @Override public void close() {
            closed = true;
            for (Thread helper : helpers) LockSupport.unpark(helper);
        }
    }

    /** Keeps a second run out of a folder. The system lifts the lock when the process ends, however it ends. */
    record Lock(FileChannel channel) implements AutoCloseable {

        static Lock on(Path folder) {
            try {
                Files.createDirectories(folder);
                var channel = FileChannel.open(folder.resolve(".lock"), StandardOpenOption.CREATE,
                    StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                if (channel.tryLock(Long.MAX_VALUE - 1, 1, false) == null) throw taken(folder, channel);
                channel.truncate(0).write(ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes()));
                return new Lock(channel);
            } catch (IOException e) {
                throw failed("%s: cannot be written to: %s", folder, reason(e));
            } catch (OverlappingFileLockException e) {
                throw failed("%s: this very process is writing to it", folder);
            }
        }

        private static Failure taken(Path folder, FileChannel channel) throws IOException {
            var pid = ByteBuffer.allocate(20);
            channel.read(pid);
            return failed("%s: process %s is writing to it; wait for it or give another --out", folder,
                new String(pid.array(), 0, pid.position(), StandardCharsets.US_ASCII));
        }

        @Override public void close() {
            try {
                channel.close();
            } catch (IOException e) { /* the lock is gone all the same */ }
        }
    }

    /** One training run: what it prints and the files it keeps up to date. */
    static final class Run {
        final Options options;
        final Task task;
        final Team team;
        final Training training;
        final Parameters last;                  // as they were when the last whole epoch ended
        final String fingerprint;               // of the dataset
        final List<double[]> losses = new ArrayList<>();
        volatile int stop;                      // the status to leave with, once a signal asked for it
        final long started = System.nanoTime();
        long saved = started, pause = 100_000_000;              // the last time of saving; how long to the next
        double epochsBefore;                    // by a run that this one goes on from
        Progress progress;                      // once training has taken a second
        long shown = started, sampled = started;
        int columns = -1;

        Run(Options options, Task task, Parameters p, Team team) {
            this.options = options;
            this.team = team;
            this.task = task;
            var settings = new Settings(options.learningRate, options.momentum, options.clip, task.batch(),
                task.steps(), options.seed);
            training = new Training(p, task.training(), settings, team);
            last = copy(p);
            fingerprint = task.dataset().fingerprint();
        }

        int run() {
            boolean nothingToDo = options.resume && resume();
            epochsBefore = epochs();
            var onInterrupt = Signal.handle(new Signal("INT"), signal -> stop(130));
            var onTerminate = Signal.handle(new Signal("TERM"), signal -> stop(143));
            try {
                try {
                    while (stop == 0 && training.epoch < options.epochs) update();
                } finally {
                    if (progress != null) progress.finish();
                }
                if (!nothingToDo) save();
                if (epochs() > epochsBefore && !options.quiet) showTraining();
                report();
                if (stop != 0 && training.epoch < options.epochs) System.err.printf(
                    "rnn: interrupted in epoch %d of %d; --resume goes on%n", training.epoch + 1, options.epochs);
                return stop;
            } finally {
                Signal.handle(new Signal("INT"), onInterrupt);
                Signal.handle(new Signal("TERM"), onTerminate);
            }
        }

        /** The first signal lets the update in hand and all files be finished; the second leaves at once. */
        void stop(int status) {
            if (stop != 0) Runtime.getRuntime().halt(status);
            stop = status;
        }

        void update() {
            boolean wholeEpoch = training.update();
            if (!Double.isFinite(training.lossSum) || wholeEpoch && !isFinite()) diverged();
            if (wholeEpoch) {
                copyTo(last, training.p);
                losses.add(task.heldOut().isEmpty() ? new double[] {training.loss}
                    : new double[] {training.loss, score(task.heldOut()).loss()});
                if (training.epoch % options.logEvery == 0 || training.epoch == options.epochs) printLosses();
            }
            if (System.nanoTime() - saved > pause) save();
            showProgress();
        }

        /** After training, on standard error: how long it took and, on a terminal, how the loss went. */
        void showTraining() {
            System.err.printf(Locale.ROOT, "rnn: trained for %.2f s, %,.0f steps a second%n", seconds(), speed());
            if (losses.size() > 1 && columns() > 20) System.err.print(curve(losses, columns()));
        }

        /** Epochs done, with the part of the one under way. */
        double epochs() {
            return training.epoch + (training.next == 0 ? 0 : (double) training.next / training.windows.size());
        }

        /** How many steps of how many sequences were read a second since this run began. */
        double speed() {
            long inAnEpoch = task.training().stream().mapToLong(s -> s.input().length()).sum();
            return (epochs() - epochsBefore) * inAnEpoch / seconds();
        }

        double seconds() { return (System.nanoTime() - started) / 1e9; }

        /** The progress bar and, of a text, a sample now and then; the network does not notice. */
        void showProgress() {
            long now = System.nanoTime();
            if (now - started < 1e9 || now - shown < 4e8 || columns() == 0) return;
            if (progress == null) progress = new Progress(columns());
            shown = now;
            progress.show(epochs() / options.epochs, status());
            if (task.alphabet() == null || now - sampled < 1e10) return;
            sampled = now;
            progress.aside(() -> System.err.println(sampleLine()));
        }

        String status() {
            long left = (long) (seconds() * (options.epochs - epochs()) / (epochs() - epochsBefore));
            String hours = left < 3600 ? "" : left / 3600 + ":", minutes = left < 3600 ? "%d:%02d" : "%02d:%02d";
            String loss = losses.isEmpty() ? ""
                : String.format(Locale.ROOT, ", loss %.3g", losses.get(losses.size() - 1)[0]);
            return String.format(Locale.ROOT, "epoch %d/%d%s, %s" + minutes + " left, %,.0f steps/s",
                losses.size(), options.epochs, loss, hours, left / 60 % 60, left % 60, speed());
        }

        /** A line of text from the network as it is now, drawn by a generator of its own. */
        String sampleLine() {
            Alphabet alphabet = task.alphabet();
            String prime = Text.prime(alphabet, options);
            int[] codes = alphabet.encodePrime(prime);
            Random random = new Random(training.epoch);
            codes = sample(training.p, codes, 2 * columns(), options.temperature, alphabet.end(), random);
            String text = (prime + alphabet.decode(codes)).replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
            text = text.substring(0, Math.min(text.length(), columns() - 3));
            return System.getenv().getOrDefault("NO_COLOR", "").isEmpty() ? "\033[2m" + text + "\033[0m" : text;
        }

        /** The width of the terminal that may be drawn on, asked for once; 0 without one. */
        int columns() {
            if (columns < 0) columns = options.quiet ? 0 : terminalColumns();
            return columns;
        }

        boolean isFinite() {
            double sum = training.loss;                 // x − x is 0, or NaN where x is not finite
            for (double[] row : training.p.rows())
                for (double w : row) sum += w - w;
            return Double.isFinite(sum);
        }

        void diverged() {
            writeModel();
            writeLosses(options.out.resolve("loss.csv"), losses, !task.heldOut().isEmpty());
            int n = losses.size();
            throw failed("the loss is no longer finite at epoch %d; try a smaller --learning-rate or --clip 1 "
                + "(weights of epoch %d are in %s)", n + 1, n, options.out.resolve("model.safetensors"));
        }

        Score score(List<Sequence> sequences) {
            return evaluate(last, sequences, task.batch(), task.steps(), team);
        }

        void print(String line, Object... args) {
            if (options.quiet) return;
            String text = String.format(Locale.ROOT, line, args);
            if (progress == null) System.out.println(text);
            else progress.aside(() -> System.out.println(text));
        }

        void printLosses() {
            double[] loss = losses.get(losses.size() - 1);
            if (loss.length == 1) print("epoch %d loss %.6g", losses.size(), loss[0]);
            else print("epoch %d loss %.6g validation_loss %.6g", losses.size(), loss[0], loss[1]);
        }

        /**
         * loss.csv and model.safetensors of the last whole epoch, and the checkpoint from which --resume goes on. As
         * often as it costs four percent of the time, and at least every four seconds; at first, more often.
         */
        void save() {
            long start = System.nanoTime();
            writeLosses(options.out.resolve("loss.csv"), losses, !task.heldOut().isEmpty());
            writeModel();
            writeTensors(options.checkpoint(), checkpoint());
            saved = System.nanoTime();
            pause = Math.min(Math.min(4_000_000_000L, saved - started), 25 * (saved - start));
        }

        void writeModel() {
            var tensors = new Tensors(new LinkedHashMap<>(), new LinkedHashMap<>());
            tensors.put("", last);
            Map<String, String> metadata = tensors.metadata();
            metadata.put("format", "pt");
            metadata.put("name", task.dataset().name());
            metadata.put("form", task.dataset().form().what);
            metadata.put("epoch", "" + losses.size());
            metadata.put("options", settings());
            if (task.alphabet() != null) metadata.put("vocabulary", task.alphabet().text());
            if (task.alphabet() != null && task.alphabet().boundary()) metadata.put("boundary", "the last code");
            if (task.scaling() != null) metadata.put("mean", decimals(task.scaling().mean()));
            if (task.scaling() != null) metadata.put("deviation", decimals(task.scaling().deviation()));
            writeTensors(options.out.resolve("model.safetensors"), tensors);
        }

        /** What decides the bits of a training, as options. */
        String settings() {
            Settings s = training.settings;
            return "--hidden " + last.H() + " --learning-rate " + decimal(s.learningRate())
                + " --momentum " + decimal(s.momentum()) + " --clip " + decimal(s.clip()) + " --batch " + s.batch()
                + " --steps " + options.steps + " --validate " + task.held() + " --seed " + s.seed();
        }

        /** All there is to know between two updates. */
        Tensors checkpoint() {
            var tensors = new Tensors(new LinkedHashMap<>(), new LinkedHashMap<>());
            tensors.put("", training.p);
            tensors.put("velocity.", training.v);
            tensors.put("last.", last);
            if (training.next > 0) tensors.matrices().put("h", training.state());
            if (!losses.isEmpty()) tensors.matrices().put("losses", losses.toArray(double[][]::new));
            tensors.metadata().put("options", settings());
            tensors.metadata().put("data", fingerprint);
            tensors.metadata().put("next", "" + training.next);
            tensors.metadata().put("lossSum", decimal(training.lossSum));
            tensors.metadata().put("scored", "" + training.scored);
            return tensors;
        }

        /** Goes back to the last checkpoint. True where nothing is left to do. */
        boolean resume() {
            Path file = options.checkpoint();
            Tensors tensors = readTensors(file);
            Map<String, String> metadata = tensors.metadata();
            refuseOther(file, metadata);
            copyTo(training.p, tensors.parameters(file, "", last.I(), last.H(), last.O()));
            copyTo(training.v, tensors.parameters(file, "velocity.", last.I(), last.H(), last.O()));
            copyTo(last, tensors.parameters(file, "last.", last.I(), last.H(), last.O()));
            int epochs = tensors.matrices().getOrDefault("losses", new double[0][]).length;
            if (epochs > 0)
                Collections.addAll(losses, tensors.get(file, "losses", epochs, task.heldOut().isEmpty() ? 1 : 2));
            training.epoch = epochs;
            training.plan();
            training.next = (int) readNumbers(file, metadata, "next", 0, training.windows.size() - 1)[0];
            training.lossSum = readNumbers(file, metadata, "lossSum", 0, Double.MAX_VALUE)[0];
            training.scored = (long) readNumbers(file, metadata, "scored", 0, 1L << 53)[0];
            if (training.next > 0)
                training.restore(tensors.get(file, "h", training.before().sequences().size(), last.H()));
            if (training.epoch < options.epochs) return false;
            System.err.printf("rnn: nothing to do: %s has %d epochs, --epochs asks for %d%n",
                options.out, training.epoch, options.epochs);
            return true;
        }

        /** A checkpoint of other data or other options would go on to something that neither of them means. */
        void refuseOther(Path file, Map<String, String> metadata) {
            String[] now = settings().split(" "), then = metadata.getOrDefault("options", "").split(" ");
            if (now.length != then.length) throw wrong("%s: is not a checkpoint", file);
            for (int i = 0; i < now.length; i += 2)
                if (!now[i + 1].equals(then[i + 1]))
                    throw wrong("--resume: %s has %s %s, not %s; go on with the options it was trained with",
                        file, then[i], then[i + 1], now[i + 1]);
            if (!fingerprint.equals(metadata.get("data")))
                throw wrong("--resume: %s is of other data than %s", file, task.dataset().file());
        }

        /** After training: how good the network is, what it says, and outputs.json. */
        void report() {
            Score trained = score(task.training()), heldOut = task.heldOut().isEmpty() ? null : score(task.heldOut());
            if (!Double.isFinite(trained.loss()))
                throw failed("the loss is no longer finite after epoch %d; try a smaller --learning-rate or --clip 1",
                    losses.size());
            print("training loss %s", describe(trained));
            if (heldOut != null) print("held-out loss %s", describe(heldOut));
            Text text = task.alphabet() == null ? null : Text.of(last, task.alphabet(), options, known());
            writeWhole(options.out.resolve("outputs.json"), out -> {
                try (JsonGenerator json = JSON.createGenerator(PRETTY, out)) {
                    json.writeStartObject();
                    json.writeStringProperty("name", task.dataset().name());
                    json.writeNumberProperty("seed", options.seed);
                    json.writeNumberProperty("epochs", losses.size());
                    json.writeNumberProperty("loss", trained.loss());
                    if (heldOut != null) json.writeNumberProperty("validation_loss", heldOut.loss());
                    if (text != null) text.write(json);
                    else writeSequences(json);
                    json.writeEndObject();
                }
                out.write('\n');
            });
            if (options.plot) Plot.write(options.out.resolve("plot.png"), this);
            if (text != null) print("%s", text);
            else printFirst();
            print("%s: loss.csv, outputs.json, model.safetensors%s", options.out, options.plot ? ", plot.png" : "");
        }

        String describe(Score score) {
            return String.format(Locale.ROOT, "%.6g", score.loss()) + switch (task.dataset().form()) {
                case TEXT, TEXTS -> String.format(Locale.ROOT, ", perplexity %.3f", StrictMath.exp(score.loss()));
                case CLASSES -> String.format(Locale.ROOT, ", accuracy %.2f %%", 100 * score.accuracy());
                case SERIES -> task.scaling().mean().length > 1 ? "" : String.format(Locale.ROOT,
                    ", root mean squared error %.4g", Math.sqrt(score.loss()) * task.scaling().deviation()[0]);
                case VECTORS -> "";
            };
        }

        /** The strings it was trained on. */
        Set<String> known() {
            List<String> texts = task.whole() != null ? List.of() : task.dataset().texts();
            return new HashSet<>(texts.subList(0, Math.min(texts.size(), task.training().size())));
        }

        /** What the network says of a sequence, in its own units: at the scored steps, and how it goes on, or null. */
        record Answer(double[][] output, double[][] generated) { }

        Answer answer(int n) {
            Sequence own = task.dataset().sequences().get(n);
            Vectors all = task.whole() != null ? task.whole() : own.input(), input = all.slice(0, own.input().length());
            double[][] output = scoredOutputs(last, new Sequence(input, own.target()));
            if (last.I() != last.O() || own.target().isOneHot()) return new Answer(inOwnUnits(output), null);
            int steps = Objects.requireNonNullElse(options.generate, input.length());
            return new Answer(inOwnUnits(output), inOwnUnits(generate(last, all, steps)));
        }

        double[][] inOwnUnits(double[][] y) {
            return task.scaling() == null ? y : Arrays.stream(y).map(task.scaling()::unscale).toArray(double[][]::new);
        }

        void writeSequences(JsonGenerator json) {
            json.writeName("sequences").writeStartArray();
            for (int n = 0; n < task.dataset().sequences().size(); n++) {
                Sequence own = task.dataset().sequences().get(n);
                Answer answer = answer(n);
                json.writeStartObject();
                if (task.whole() == null && n >= task.training().size()) json.writeBooleanProperty("held_out", true);
                if (task.whole() != null && task.held() > 0) json.writeNumberProperty("held_out", task.held());
                writeVectors(json, "input", own.input());
                writeVectors(json, "target", own.target());
                writeRows(json, "output", answer.output());
                if (own.target().isOneHot()) {
                    int[] labels = Arrays.stream(answer.output()).mapToInt(y -> likeliest(y)).toArray();
                    json.writeName("predicted").writeArray(labels, 0, labels.length);
                }
                if (answer.generated() != null) writeRows(json, "generated", answer.generated());
                json.writeEndObject();
            }
            json.writeEndArray();
        }

        void writeVectors(JsonGenerator json, String key, Vectors vectors) {
            if (vectors.isOneHot()) json.writeName(key).writeArray(vectors.codes(), vectors.from(), vectors.length());
            else writeRows(json, key, vectors.rows());
        }

        void writeRows(JsonGenerator json, String key, double[][] rows) {
            json.writeName(key).writeStartArray();
            for (double[] row : rows)
                if (task.scaling() != null && row.length == 1) json.writeNumber(row[0]);
                else json.writeArray(row, 0, row.length);
            json.writeEndArray();
        }

        /** The first sequence: its last ten targets beside what the network says, and how it goes on for ten more. */
        void printFirst() {
            Sequence own = task.dataset().sequences().get(0);
            Answer answer = answer(0);
            int scored = own.target().length(), first = task.whole() == null ? 1 : 0;   // 1: the last output again
            int more = answer.generated() == null ? 0 : answer.generated().length - first;
            print("%-6s  %-30s  %s", "step", "target",
                answer.generated() == null ? "output" : "output, then generated");
            for (int t = Math.max(0, scored - 10); t < scored + Math.min(more, 10); t++)
                print("%-6d  %-30s  %s", own.input().length() - scored + t + (answer.generated() == null ? 1 : 2),
                    t >= scored ? "" : own.target().isOneHot() ? own.target().code(t) : numbers(own.target().vector(t)),
                    t >= scored ? numbers(answer.generated()[t - scored + first])
                        : own.target().isOneHot() ? likeliest(answer.output()[t]) : numbers(answer.output()[t]));
        }

        static String numbers(double[] vector) {
            return Arrays.stream(vector).mapToObj(v -> String.format(Locale.ROOT, "%.4f", v))
                .collect(Collectors.joining(" "));
        }
    }

    /** Text the network wrote: after the prime, or, with a boundary mark, whole strings that begin with it. */
    record Text(String prime, List<String> written, Set<String> known, boolean strings) {

        static Text of(Parameters p, Alphabet alphabet, Options options, Set<String> known) {
            String prime = prime(alphabet, options);
            int[] codes = alphabet.encodePrime(prime);
            var written = new ArrayList<String>();
            Random random = new Random(options.seed);
            for (int left = Objects.requireNonNullElse(options.generate, 200); left > 0; ) {
                int[] text = sample(p, codes, left, options.temperature, alphabet.end(), random);
                boolean cut = alphabet.boundary() && text.length == left && !written.isEmpty();
                if (!cut) written.add((alphabet.boundary() ? prime : "") + alphabet.decode(text));
                left -= alphabet.boundary() ? Math.max(1, text.length) : left;
            }
            return new Text(prime, written, known, alphabet.boundary());
        }

        /** The prime that was given, or, where a text has to start from something, one that the alphabet knows. */
        static String prime(Alphabet alphabet, Options options) {
            String prime = Objects.requireNonNullElse(options.prime, "");
            alphabet.encodePrime(prime);
            return prime.isEmpty() && !alphabet.boundary() ? alphabet.start() : prime;
        }

        void write(JsonGenerator json) {
            json.writeStringProperty("prime", prime);
            if (!strings) json.writeStringProperty("generated", String.join("", written));
            else {
                writeAll(json, "generated", written);
                writeAll(json, "known", written.stream().filter(known::contains).toList());
            }
        }

        private static void writeAll(JsonGenerator json, String key, List<String> texts) {
            json.writeName(key).writeStartArray();
            texts.forEach(json::writeString);
            json.writeEndArray();
        }

        @Override public String toString() {
            if (!strings) return prime + String.join("", written);
            return written.stream().map(text -> known.contains(text) ? text + "  (in the training data)" : text)
                .collect(Collectors.joining("\n"));
        }
    }

    /** The width of the terminal that standard error is, or 0 where it is none. Only a shell can tell for sure. */
    static int terminalColumns() {
        String name = System.getenv().getOrDefault("TERM", "dumb");
        try {
            String device = new File("/dev/stderr").getCanonicalPath();
            if (name.equals("dumb") || device.equals("/dev/null") || !device.startsWith("/dev/")) return 0;
            var stty = new ProcessBuilder("sh", "-c", "stty size <&2 2>/dev/null");
            stty.redirectError(ProcessBuilder.Redirect.INHERIT);
            String size = new String(stty.start().getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            int columns = size.isEmpty() ? 0 : Integer.parseInt(size.substring(size.indexOf(' ') + 1));
            return size.isEmpty() || columns > 0 ? columns : 80;                    // some do not know their size
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    /** The loss over the epochs in characters: * training, o held out; a logarithmic axis where it spans a decade. */
    static String curve(List<double[]> losses, int columns) {
        int width = Math.min(columns, 80) - 12, height = 8, n = losses.size();
        double[] all = losses.stream().flatMapToDouble(Arrays::stream).filter(Double::isFinite).sorted().toArray();
        double min = all[0], max = all[all.length - 1];
        boolean log = min > 0 && max > 10 * min;
        char[][] cells = new char[height][width];
        for (char[] row : cells) Arrays.fill(row, ' ');
        for (int x = 0; x < width; x++) {
            double[] loss = losses.get((int) ((long) x * (n - 1) / (width - 1)));
            for (int k = loss.length - 1; k >= 0; k--) {
                double share = log ? Math.log(max / loss[k]) / Math.log(max / min) : (max - loss[k]) / (max - min);
                cells[(int) Math.round(share * (height - 1))][x] = "*o".charAt(k);
            }
        }
        var text = new StringBuilder();
        for (int y = 0; y < height; y++) {
            double value = log ? max * Math.pow(min / max, y / (height - 1.0)) : max + (min - max) * y / (height - 1);
            text.append(String.format(Locale.ROOT, "%9.3g |%s%n", value, new String(cells[y]).stripTrailing()));
        }
        return text + " ".repeat(11) + "1" + String.format("%" + (width - 1) + "s%n", "epoch " + n);
    }

    /** A line at the foot of a terminal that shows how far training is: drawn anew again and again, gone at the end. */
    static final class Progress implements ProgressBarConsumer {
        private volatile int columns;
        private String line = "";
        private final SignalHandler onResize;
        private final ProgressBar bar;

        Progress(int columns) {
            this.columns = columns;
            onResize = Signal.handle(new Signal("WINCH"), signal -> this.columns = Math.max(1, terminalColumns()));
            bar = ProgressBar.builder().setInitialMax(1000).setConsumer(this).setRenderer(Progress::render)
                .setUpdateIntervalMillis(500).continuousUpdate().clearDisplayOnFinish().build();
        }

        void show(double share, String status) {
            bar.setExtraMessage(status).stepTo((long) (1000 * share));
        }

        void finish() {
            bar.close();
        }

        /** The status and a bar, or as many of the status's parts as fit. */
        static String render(ProgressState state, int width) {
            String status = state.getExtraMessage();
            int length = width - status.length() - 3, done = (int) (length * state.getNormalizedProgress());
            if (length >= 5) return status + " [" + "=".repeat(done) + " ".repeat(length - done) + "]";
            if (status.length() <= width) return status;
            return status.substring(0, Math.max(0, status.lastIndexOf(", ", width)));
        }

        /** Prints something else above the line. */
        synchronized void aside(Runnable print) {
            String shown = line;
            clear();
            print.run();
            accept(shown);
        }

        @Override public int getMaxRenderedLength() { return columns - 1; }

        @Override public synchronized void accept(String rendered) {
            clear();
            System.err.print(line = rendered);
            System.err.flush();
        }

        /** Goes back to where the line began, which a terminal that has become narrower may have broken, and erases. */
        @Override public synchronized void clear() {
            int rows = Math.max(0, line.length() - 1) / columns;
            System.err.print("\r" + (rows > 0 ? "\033[" + rows + "A" : "") + "\033[J");
            line = "";
        }

        @Override public void close() {
            Signal.handle(new Signal("WINCH"), onResize);
        }
    }

    /** The picture: four panels, in the colours of Okabe and Ito, which the colour-blind tell apart. */
    static final class Plot {
        private static final Color BLACK = new Color(0x333333), BLUE = new Color(0x0072B2),
            ORANGE = new Color(0xE69F00), SKY = new Color(0x56B4E9), VERMILION = new Color(0xD55E00);
        private static final int WIDTH = 1600, HEIGHT = 1000, STEPS = 100;

        private final Run run;
        private final Vectors read;                     // the steps that two of the panels show
        private final int skipped;                      // before those
        private final Tape tape;

        /** Reads one sequence, of a long one the end, and carries the gradient of its last step's loss back. */
        Plot(Run run) {
            this.run = run;
            Task task = run.task;
            Sequence s = task.whole() != null ? Sequence.next(task.whole())
                : (task.heldOut().isEmpty() ? task.training() : task.heldOut()).get(0);
            int T = s.input().length(), scored = s.target().length();
            skipped = Math.max(0, T - 2 * STEPS);
            read = s.input().slice(skipped, T);
            Steps x = Vectors.steps(List.of(read), 0, read.length());
            tape = Tape.of(run.last, x.T(), 1);
            forward(run.last, x, tape, ALONE);
            loss(x, Vectors.steps(List.of(s.target()), scored - 1, scored), tape, ALONE);
            backward(run.last, x, tape, copy(run.last), ALONE);
        }

        static void write(Path file, Run run) {
            System.setProperty("java.awt.headless", "true");
            ImageIO.setUseCache(false);
            Plot plot = new Plot(run);
            var picture = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
            var panels = List.of(plot.losses(), plot.answers(), plot.states(), plot.gradients());
            for (int k = 0; k < 4; k++)
                panels.get(k).paint((Graphics2D) picture.getGraphics().create(k % 2 * WIDTH / 2, k / 2 * HEIGHT / 2,
                    WIDTH / 2, HEIGHT / 2), WIDTH / 2, HEIGHT / 2);
            writeWhole(file, out -> ImageIO.write(picture, "png", out));
        }

        private Chart<?, ?> losses() {
            double[] all = run.losses.stream().flatMapToDouble(Arrays::stream).sorted().toArray();
            String title = all.length == 0 ? "Not trained: no loss" : "Loss of " + run.task.dataset().name();
            XYChart chart = lines(title, "epoch", unit());
            if (all.length > 0 && all[all.length - 1] > 100 * all[0]) logarithmic(chart, all[0], all[all.length - 1]);
            double[] epochs = IntStream.rangeClosed(1, run.losses.size()).asDoubleStream().toArray();
            String[] names = {"training", "held out"};
            whole(chart, 1);
            for (int k = 0; k * epochs.length < all.length; k++) {
                int column = k;
                double[] loss = run.losses.stream().mapToDouble(row -> row[column]).toArray();
                line(chart, names[k], epochs, loss, k == 0 ? BLUE : ORANGE);
            }
            return chart;
        }

        /** A logarithmic axis, with every line of it where the values span but a few decades. */
        private static void logarithmic(XYChart chart, double min, double max) {
            chart.getStyler().setYAxisLogarithmic(min > 0).setYAxisLogarithmicDecadeOnly(max > 10 * min)
                .setPlotGridHorizontalLinesVisible(max < 1e5 * min);
        }

        private String unit() {
            return run.task.training().get(0).target().isOneHot() ? "cross-entropy (nats)"
                : run.task.scaling() != null ? "mean squared error (of the scaled series)" : "mean squared error";
        }

        private Chart<?, ?> answers() {
            return switch (run.task.dataset().form()) {
                case SERIES -> series();
                case VECTORS -> vectors();
                case CLASSES -> classes();
                case TEXT, TEXTS -> text();
            };
        }

        /** The end of a series, the forecast of each value from those before it, and how the network goes on alone. */
        private Chart<?, ?> series() {
            Task task = run.task;
            var answer = run.answer(0);
            int held = task.held(), n = task.whole().length();
            int from = Math.max(0, n - Math.max(STEPS, 2 * held)), first = held == 0 ? from + 1 : n - held;
            var own = task.dataset().sequences().get(0).values();
            String column = own.width() > 1 ? "column 1 of " + task.dataset().name() : task.dataset().name();
            XYChart chart = lines("Values, forecasts, and the network going on alone", "step", column);
            whole(chart, from + 1);
            line(chart, "known", steps(from + 1, n), rows(own.slice(from, n).rows()), BLACK);
            line(chart, held > 0 ? "forecast of the next, held out" : "forecast of the next", steps(first + 1, n),
                rows(Arrays.copyOfRange(answer.output(), first - 1, n - 1)), ORANGE);
            if (answer.generated().length > 0) {
                int more = Math.min(answer.generated().length, (n - from + 1) / 2);
                line(chart, "generated", steps(n + 1, n + more), rows(Arrays.copyOf(answer.generated(), more)), BLUE);
            }
            return chart;
        }

        private static double[] steps(int from, int to) {
            return IntStream.rangeClosed(from, to).asDoubleStream().toArray();
        }

        private static double[] rows(double[][] rows) {
            return Arrays.stream(rows).mapToDouble(row -> row[0]).toArray();
        }

        /** Every number of every target against what the network says: on the line where it is right. */
        private Chart<?, ?> vectors() {
            XYChart chart = lines("Outputs against targets", "target", "output");
            double[] ends = {Double.MAX_VALUE, -Double.MAX_VALUE};
            scatter(chart, "training", run.task.training(), BLUE, ends);
            scatter(chart, "held out", run.task.heldOut(), ORANGE, ends);
            line(chart, "output = target", ends, ends, BLACK);
            return chart;
        }

        private void scatter(XYChart chart, String name, List<Sequence> sequences, Color color, double[] ends) {
            if (sequences.isEmpty()) return;
            double[] targets = sequences.stream().flatMap(s -> Arrays.stream(s.target().rows()))
                .flatMapToDouble(Arrays::stream).toArray();
            double[] outputs = sequences.stream().flatMap(s -> Arrays.stream(scored(s)))
                .flatMapToDouble(Arrays::stream).toArray();
            for (double target : targets) {
                ends[0] = Math.min(ends[0], target);
                ends[1] = Math.max(ends[1], target);
            }
            chart.addSeries(name, targets, outputs).setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter)
                .setMarkerColor(color).setMarker(SeriesMarkers.CIRCLE);
        }

        private double[][] scored(Sequence s) { return scoredOutputs(run.last, s); }

        /** How often the network says each class where each is right. */
        private Chart<?, ?> classes() {
            var sequences = run.task.heldOut().isEmpty() ? run.task.training() : run.task.heldOut();
            double[][] counts = new double[run.last.O()][run.last.O()];
            for (Sequence s : sequences) {
                double[][] y = scored(s);
                for (int t = 0; t < y.length; t++) counts[s.target().code(t)][likeliest(y[t])]++;
            }
            var labels = numbers(0, counts.length - 1);
            HeatMapChart chart = heat(run.task.heldOut().isEmpty() ? "Labels and answers, training (counts)"
                : "Labels and answers, held out (counts)", "the network's answer", "label", labels, labels, counts);
            double most = Arrays.stream(counts).flatMapToDouble(Arrays::stream).max().orElse(1);
            chart.getStyler().setMin(0).setMax(most).setRangeColors(new Color[] {Color.WHITE, SKY})
                .setShowValue(counts.length <= 20).setHeatMapValueDecimalPattern("0");
            if (counts.length <= 20) chart.getStyler().setLegendVisible(false);
            return chart;
        }

        /** What the network expects after each character. */
        private Chart<?, ?> text() {
            int T = read.length(), shown = Math.min(T, 32), O = run.task.O();
            double[][] p = Arrays.stream(tape.y(), T - shown, T).map(y -> softmax(y[0])).toArray(double[][]::new);
            int[] rows = IntStream.range(0, O).boxed().sorted(Comparator.comparing(
                    (Integer k) -> -Arrays.stream(p).mapToDouble(q -> q[k]).max().orElse(0)))
                .limit(20).sorted(Comparator.reverseOrder()).mapToInt(k -> k).toArray();
            double[][] cells = Arrays.stream(rows)
                .mapToObj(k -> Arrays.stream(p).mapToDouble(q -> q[k]).toArray()).toArray(double[][]::new);
            HeatMapChart chart = heat("Probability of the next character", "the text, read up to here",
                "next", characters(T - shown, T), Arrays.stream(rows).mapToObj(this::character).toList(), cells);
            chart.getStyler().setMin(0).setMax(1).setRangeColors(new Color[] {Color.WHITE, BLUE});
            return chart;
        }

        private List<String> characters(int from, int to) {
            return IntStream.range(from, to).mapToObj(t -> character(read.code(t))).toList();
        }

        private String character(int code) {
            if (code == run.task.alphabet().end()) return "end";
            int c = run.task.alphabet().codePoints()[code];
            return c == ' ' ? "·" : c == '\n' ? "¶" : Character.toString(c);
        }

        /** Labels for these numbers: for all where they are few, else for round ones. */
        private static List<String> numbers(int from, int to) {
            int every = to - from < 25 ? 1 : to - from < 250 ? 10 : 100;
            return IntStream.rangeClosed(from, to).mapToObj(n -> n % every == 0 ? String.valueOf(n) : "").toList();
        }

        private Chart<?, ?> states() {
            int T = read.length(), H = run.last.H(), shown = Math.min(T, run.task.alphabet() == null ? STEPS : 32);
            double[][] cells = new double[H][shown];
            for (int j = 0; j < H; j++)
                for (int t = 0; t < shown; t++) cells[j][t] = tape.h()[T - shown + t + 1][0][j];
            var x = run.task.alphabet() != null ? characters(T - shown, T)
                : numbers(skipped + T - shown + 1, skipped + T);
            String what = run.task.alphabet() != null ? "the text" : run.task.whole() != null ? "step"
                : run.task.heldOut().isEmpty() ? "step of the first sequence" : "step of the first held-out sequence";
            HeatMapChart chart = heat("Hidden state over time", what, "hidden unit", x,
                numbers(1, H), cells);
            chart.getStyler().setMin(-1).setMax(1).setRangeColors(new Color[] {BLUE, Color.WHITE, VERMILION});
            return chart;
        }

        /** Where it falls the gradient vanishes, where it rises it explodes. Drawn down to 1e-16 of the largest. */
        private Chart<?, ?> gradients() {
            int T = read.length(), n = Math.min(T, STEPS);
            double[] norms = new double[n];
            for (int back = 0; back < n; back++) {
                for (double g : tape.dh()[T - back][0]) norms[back] += g * g;
                norms[back] = Math.sqrt(norms[back]);
            }
            double max = Arrays.stream(norms).max().orElse(0);
            while (n > 1 && norms[n - 1] <= 1e-16 * max) n--;
            double[] drawn = Arrays.copyOf(norms, n);
            XYChart chart = lines("The gradient that reaches earlier steps", "steps back from the last one",
                "|∂L/∂h[t]|, L the loss at the last step");
            logarithmic(chart, Arrays.stream(drawn).min().orElse(0), max);
            line(chart, "norm", steps(0, n - 1), drawn, BLUE).setMarker(SeriesMarkers.CIRCLE);
            whole(chart, 0);
            chart.getStyler().setLegendVisible(false);
            return chart;
        }

        private static XYChart lines(String title, String x, String y) {
            XYChart chart = new XYChart(WIDTH / 2, HEIGHT / 2, Styler.ChartTheme.Matlab);
            chart.getStyler().setXAxisTickMarkSpacingHint(100).setMarkerSize(8)
                .setLegendPosition(Styler.LegendPosition.OutsideS).setLegendLayout(Styler.LegendLayout.Horizontal);
            return style(chart, title, x, y);
        }

        /** Marks round numbers of epochs or steps; XChart, left alone, marks 1, 5, 9, … where the points are even. */
        private static void whole(XYChart chart, double first) {
            chart.getStyler().setXAxisMin(first - 0.5)
                .setXAxisTickLabelsFormattingFunction(x -> x == Math.rint(x) ? String.valueOf(x.longValue()) : "");
        }

        private static XYSeries line(XYChart chart, String name, double[] x, double[] y, Color color) {
            XYSeries line = chart.addSeries(name, x, y);
            line.setLineColor(color).setLineWidth(2);
            line.setMarkerColor(color).setMarker(SeriesMarkers.NONE);
            return line;
        }

        /** Cells as [row][column], the first row at the foot. */
        private static HeatMapChart heat(String title, String x, String y, List<?> xs, List<?> ys, double[][] cells) {
            HeatMapChart chart = new HeatMapChart(WIDTH / 2, HEIGHT / 2, Styler.ChartTheme.Matlab);
            var values = new ArrayList<Number[]>();
            for (int i = 0; i < cells.length; i++)
                for (int j = 0; j < cells[i].length; j++) values.add(new Number[] {j, i, cells[i][j]});
            chart.addSeries(title, xs, ys, values);
            chart.getStyler().setXAxisTickMarkSpacingHint(1);
            return style(chart, title, x, y);
        }

        private static <C extends AxesChart<?, ?>> C style(C chart, String title, String x, String y) {
            chart.setTitle(title);
            chart.setXAxisTitle(x);
            chart.setYAxisTitle(y);
            var font = new Font(Font.SANS_SERIF, Font.PLAIN, 16);
            chart.getStyler().setAxisTickLabelsFont(font).setAxisTitleFont(font.deriveFont(18f))
                .setChartTitleFont(font.deriveFont(Font.BOLD, 20f)).setLegendFont(font)
                .setLegendBorderColor(Color.WHITE).setChartTitlePadding(10).setChartPadding(15).setLocale(Locale.ROOT);
            return chart;
        }
    }

    /** Does what the command line says and returns the exit status. */
    static int run(String... args) {
        Options options = new Options();
        CommandLine command = new CommandLine(options).setOverwrittenOptionsAllowed(true).setExpandAtFiles(false);
        try {
            command.parseArgs(args);
            if (options.help) command.usage(System.out);
            else if (options.version) command.printVersionHelp(System.out);
            else return flushed(work(options));
            return flushed(0);
        } catch (ParameterException e) {
            return fail(wrong("%s", explain(e)));
        } catch (Failure e) {
            return fail(e);
        } catch (OutOfMemoryError e) {
            long most = Runtime.getRuntime().maxMemory() >> 20;
            return fail(failed("out of memory: Java has %d MB; -Xmx gives it more", most));
        } catch (RuntimeException | Error e) {
            Failure mistake = failed("a mistake in rnn.java itself, not yours; -Drnn.debug=true shows where");
            mistake.initCause(e);
            return fail(mistake);
        }
    }

    /** The status, unless standard output could not be written. Its reader may leave (`| head`). */
    static int flushed(int status) {
        if (!System.out.checkError()) return status;
        try (var out = new FileOutputStream(FileDescriptor.out)) {
            out.write('\n');
        } catch (IOException e) {
            if (!reason(e).contains("pipe")) throw failed("standard output: cannot be written: %s", reason(e));
        }
        return status;
    }

    static int fail(Failure e) {
        System.err.println("rnn: " + e.getMessage());
        if (Boolean.getBoolean("rnn.debug")) e.printStackTrace();
        return e.status;
    }

    /** What is wrong with the command line, where, and what would be right. */
    static String explain(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            String word = unmatched.getUnmatched().get(0), like = String.join(" or ", unmatched.getSuggestions());
            if (!word.startsWith("-") || like.equals(word))
                return "unexpected \"" + word + "\"; a dataset is given with --data FILE";
            return "unknown option " + word + (like.isEmpty() ? "; --help lists them" : "; did you mean " + like + "?");
        }
        var missing = e instanceof MissingParameterException m ? m.getMissing().get(0) : null;
        var about = missing != null ? missing : e.getArgSpec();
        if (!(about instanceof CommandLine.Model.OptionSpec option)) return e.getMessage();
        if (missing != null) return option.longestName() + " needs a value, " + option.paramLabel();
        if (option.arity().max() == 0) return option.longestName() + " takes no value";
        String right = e.getMessage().substring(e.getMessage().lastIndexOf(": ") + 2);
        return "%s must be %s, not \"%s\"".formatted(option.longestName(), right, e.getValue());
    }

    static int work(Options options) {
        if (options.resume && options.load != null)
            throw wrong("--resume goes on from the weights in %s; --load does not go with it", options.out);
        if (options.resume && !Files.exists(options.checkpoint()))
            throw wrong("--resume: %s has no checkpoint to go on from", options.out);
        Model loaded = options.load == null ? null : Model.read(options.load);
        if (options.data == null && loaded != null && loaded.alphabet() != null) return writeOnly(options, loaded);
        Dataset dataset = options.data == null ? toy() : readDataset(options.data);
        if (options.prime != null && !dataset.isText())
            throw wrong("--prime goes with text, but %s is %s", dataset.file(), dataset.form().what);
        Task task = Task.of(dataset, options, loaded);
        int H = loaded != null ? loaded.p().H() : Objects.requireNonNullElse(options.hidden, 16);
        refuseTooLarge(task, H);
        Parameters p = loaded != null ? fitting(loaded, task, options) : initial(task.I(), H, task.O(), options.seed);
        if (task.alphabet() != null) Text.prime(task.alphabet(), options);
        if (options.checkGradients) return printGradientCheck(p, task);
        try (Lock lock = Lock.on(options.out); Threads team = new Threads(options.threads)) {
            return new Run(options, task, p, team).run();
        }
    }

    /** Refuses before it allocates: weights, gradients, velocities, their copies, and the tape of one window. */
    static void refuseTooLarge(Task task, int hidden) {
        double I = task.I(), H = hidden, O = task.O(), steps = 1;
        for (Window w : windows(task.training(), task.batch(), task.steps()))
            steps = Math.max(steps, (w.to() - w.from() + 1.0) * w.sequences().size());
        double bytes = 8 * (6 * H * (I + H + O) + steps * (I + 3 * H + 2 * O));
        long most = Runtime.getRuntime().maxMemory();
        if (bytes > most)
            throw wrong("%.0f inputs, --hidden %d and %.0f outputs over %.0f steps at once take %.0f bytes of memory, "
                + "but Java has %d", I, hidden, O, steps, bytes, most);
    }

    /** The loaded network, if the dataset and --hidden fit it. */
    static Parameters fitting(Model loaded, Task task, Options options) {
        Parameters p = loaded.p();
        String file = task.dataset().file();
        if (options.hidden != null && options.hidden != p.H())
            throw wrong("--hidden %d does not fit %s, whose rnn.weight_hh_l0 is of %d hidden units",
                options.hidden, options.load, p.H());
        if (task.I() != p.I())
            throw wrong("%s has %d inputs a step, but rnn.weight_ih_l0 of %s takes %d",
                file, task.I(), options.load, p.I());
        if (task.dataset().form() == Form.CLASSES ? task.O() > p.O() : task.O() != p.O())
            throw wrong("%s has %d outputs a step, but fc.weight of %s gives %d",
                file, task.O(), options.load, p.O());
        return p;
    }

    /** Text from a model alone, without a dataset. */
    static int writeOnly(Options options, Model loaded) {
        if (options.epochs > 0)
            throw wrong("--epochs %d needs --data FILE to train on; --epochs 0 only generates", options.epochs);
        if (options.plot) throw wrong("--plot needs --data FILE to draw");
        System.out.println(Text.of(loaded.p(), loaded.alphabet(), options, Set.of()));
        return 0;
    }

    /** One line for each parameter; 1 where BPTT and the numerical gradient differ by more than 1e-7. */
    static int printGradientCheck(Parameters p, Task task) {
        Window window = windows(task.training(), task.batch(), task.steps()).get(0);
        double worst = 0;
        for (GradientCheck check : checkGradients(p, window, 1000, ALONE)) {
            System.out.printf(Locale.ROOT, "d%-4s %5d weights checked, largest relative error %.1e%n",
                check.name(), check.checked(), check.worst());
            worst = Math.max(worst, check.worst());
        }
        System.out.println(worst < 1e-7 ? "BPTT agrees with the numerical gradient."
            : "BPTT and the numerical gradient differ by more than 1e-7.");
        return worst < 1e-7 ? 0 : 1;
    }

    public static void main(String... args) {
        System.exit(run(args));
    }
}
