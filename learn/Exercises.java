///usr/bin/env jbang "$0" "$@" ; exit $?
// SPDX-License-Identifier: MIT
//DESCRIPTION Write a recurrent network yourself: twelve gaps, and you are told the first number that is wrong
//JAVA 17+
//SOURCES Check.java
//SOURCES Solutions.java
//SOURCES rnn.java
//MAIN Exercises

// Write the network yourself. Below are twelve methods, each a gap: put your code where its `throw` stands,
// and run this file with jbang. It tries your methods in order, holds every number on the way against
// rnn.java's, and names the first that is wrong. A method may call those before it. You need Java's arrays
// and loops, nothing of neural networks. The option --solutions runs the answers, in Solutions.java, instead.
//
// A recurrent network reads a sequence step by step and keeps a memory, the vector h. Each step mixes what it
// reads, x, with the h of the step before, by the same weights every time, and gives an output, y:
//
//     x[t] [I]   what step t reads, t = 1 … T              Wxh [I][H]   weights from x to h
//     h[t] [H]   the hidden state: what is remembered      Whh [H][H]   from the h before to h;  bh [H] added
//     y[t] [O]   the output                                Why [H][O]   from h to y;  by [O] added
//
// To learn is to change the weights until y comes close to a target. How far off y is, is one number, the
// loss. How fast the loss grows with a weight is the weight's gradient, and each weight takes a small step
// against its own. For any quantity q, dq is the gradient of the loss with respect to q: as many numbers, in
// the same shape.
//
//     v·W       a vector times a matrix:    (v·W)[j] = Σ v[i]·W[i][j], the sum over i
//     v·Wᵀ      rows and columns of W exchanged:    (v·Wᵀ)[i] = Σ v[j]·W[i][j], the sum over j
//     uᵀ·v      a matrix from two vectors:    (uᵀ·v)[i][j] = u[i]·v[j]
//     u ∘ v     element by element:    (u ∘ v)[j] = u[j]·v[j]
//
// Arrays count steps as the formulas do: x[1] is the first, x[0] is null; h[0] is the state before x[1].
// To try a method in jshell, paste the three records, then the method and those it calls.

import java.util.*;
import java.util.stream.*;

/** The weights or, in the same shapes, their gradients d or velocities v. */
record Weights(double[][] Wxh, double[][] Whh, double[] bh, double[][] Why, double[] by) {

    static Weights zeros(int I, int H, int O) {
        return new Weights(
            new double[I][H], new double[H][H], new double[H], new double[H][O], new double[O]);
    }

    /** The rows of all five, to loop over all numbers alike: what is written into a row is in them. */
    double[][] rows() {
        return Stream.of(Wxh, Whh, new double[][] {bh}, Why, new double[][] {by})
            .flatMap(Stream::of).toArray(double[][]::new);
    }
}

/**
 * Steps 1 … T: x[t] to read and target[t] to compare y[t] with, null where no output is asked for. Where
 * the outputs stand for classes, a target is 1 at the right class and 0 at all others.
 */
record Sequence(double[][] x, double[][] target, boolean classes) {
    int T() { return x.length - 1; }

    /** Its steps from … to, both included, as a sequence of their own, counted from 1. */
    Sequence part(int from, int to) {
        double[][] x = new double[to - from + 2][], target = new double[to - from + 2][];
        System.arraycopy(this.x, from, x, 1, to - from + 1);
        System.arraycopy(this.target, from, target, 1, to - from + 1);
        return new Sequence(x, target, classes);
    }
}

/** What a pass leaves behind, in row t that of step t. h[0] and da[T+1] are 0 until you set them. */
record Tape(double[][] h, double[][] y, double[][] dy, double[][] dh, double[][] da) {

    static Tape of(int T, int H, int O) {
        return new Tape(new double[T + 1][H], new double[T + 1][O],
            new double[T + 1][O], new double[T + 1][H], new double[T + 2][H]);
    }
}

class Exercises {

    /**
     * 1. tanh bends any number into −1 … 1. Without it, many steps could do no more than one matrix can.
     *
     *     tanh(x) = (e²ˣ − 1) / (e²ˣ + 1)
     *
     * Hint: Math.exp(2000) is ∞, and ∞ / ∞ is NaN. For x > 0 divide top and bottom by e²ˣ, on paper, first.
     */
    double tanh(double x) {
        throw new UnsupportedOperationException("your code here");
    }

    /**
     * 2. softmax makes probabilities of outputs: all above 0, their sum 1, the largest output the likeliest.
     *
     *     p[i] = e^y[i] / Σ e^y[j]           y, p [O]; the sum over j
     *
     * Hint: take the largest y from each of them first. The quotient stays the same, and no e^… is ∞.
     */
    double[] softmax(double[] y) {
        throw new UnsupportedOperationException("your code here");
    }

    /**
     * 3. One step: mixes what is read with what is remembered. Returns the new memory, in a new array.
     *
     *     h = tanh(x·Wxh + hPrev·Whh + bh)           x [I]   hPrev, h [H]
     *
     * Hint: for each j, h[j] is tanh of one sum: bh[j], all x[i]·Wxh[i][j] and all hPrev[k]·Whh[k][j].
     */
    double[] step(Weights p, double[] x, double[] hPrev) {
        throw new UnsupportedOperationException("your code here");
    }

    /**
     * 4. Forward: all steps, each from the state that the one before left. Fills tape.h() and tape.y().
     *
     *     h[t] = step(x[t], h[t-1])           t = 1 … T; h[0] stands on the tape already
     *     y[t] = h[t]·Why + by                no tanh here
     *
     * Hint: tape.h()[t] = … puts a row on the tape.
     */
    void forward(Weights p, Sequence s, Tape tape) {
        throw new UnsupportedOperationException("your code here");
    }

    /**
     * 5. The loss: how far off the outputs on the tape are. Returns it, and puts its gradient into tape.dy().
     * Only steps with a target count; n is how many these are. The sums are over them (and over j). There are
     * two kinds, by s.classes():
     *
     *     vectors     loss = Σ (y[t][j] − target[t][j])² / (O·n)      dy[t] = 2·(y[t] − target[t]) / (O·n)
     *     classes     loss = Σ −log(softmax(y[t])[c]) / n             dy[t] = (softmax(y[t]) − target[t]) / n
     *
     * c is the right class. Hint: tapes are used again, so write dy[t] = 0 where step t has no target.
     */
    double loss(Sequence s, Tape tape) {
        throw new UnsupportedOperationException("your code here");
    }

    /**
     * 6. One step back. The loss feels h[t] in two ways: by y[t], and by the step t+1, which reads h[t]. What
     * tanh is taken of is called a. Fills row t of tape.dh() and tape.da(), then adds its share to d.
     *
     *     dh[t] = dy[t]·Whyᵀ + da[t+1]·Whhᵀ          da[t] = dh[t] ∘ (1 − h[t]²)
     *     dWxh += x[t]ᵀ·da[t]       dWhh += h[t-1]ᵀ·da[t]       dbh += da[t]
     *     dWhy += h[t]ᵀ·dy[t]       dby += dy[t]
     *
     * Hint: dWxh is d.Wxh(). dy, h and da[t+1] stand on the tape. 1 − h[t]² is the slope of tanh at a.
     */
    void stepBack(Weights p, Sequence s, Tape tape, int t, Weights d) {
        throw new UnsupportedOperationException("your code here");
    }

    /**
     * 7. Back-propagation through time (BPTT), a whole pass: forward, the loss, and the steps back from the
     * last to the first. Returns the loss; afterwards d is its gradient, whatever d held before.
     *
     * Hint: each step back adds to d, so begin with 0. The last step reads da[T+1]; Tape says what that is.
     */
    double bptt(Weights p, Sequence s, Tape tape, Weights d) {
        throw new UnsupportedOperationException("your code here");
    }

    /**
     * 8. Truncated BPTT: a long sequence is read in windows of so many steps; the last may have fewer. The
     * state is carried from window to window, the gradient is not. Returns the gradient of each window, by
     * bptt, in order.
     *
     *     h[0] of a window = h of the last step of the window before          0 for the first
     *
     * Hint: s.part(from, to) is a window. H is p.bh().length, O p.by().length. Each gradient is new Weights.
     */
    List<Weights> truncated(Weights p, Sequence s, int steps) {
        throw new UnsupportedOperationException("your code here");
    }

    /**
     * 9. Clipping: a gradient that is too long would throw the weights far off. It keeps its direction only.
     *
     *     ‖d‖ = √ of the sum of the squares of all numbers in d           where ‖d‖ > max:  d ← d·max/‖d‖
     *
     * Hint: d.rows() has all numbers.
     */
    void clip(Weights d, double max) {
        throw new UnsupportedOperationException("your code here");
    }

    /**
     * 10. SGD, the update. The velocities v let the weights roll on; momentum is the share that each keeps.
     *
     *     v ← momentum·v + d          p ← p − learningRate·v, the new v          for every number of theirs
     *
     * Hint: the rows of p, d and v come in the same order.
     */
    void sgd(Weights p, Weights d, Weights v, double learningRate, double momentum) {
        throw new UnsupportedOperationException("your code here");
    }

    /**
     * 11. Learn the toy: one sequence, which gives one update in each epoch, without momentum. Changes p;
     * returns the loss of each epoch, taken before its update: [epochs].
     *
     * Hint: an epoch is bptt, from h[0] = 0, and sgd, with momentum 0 and some v that begins with 0.
     */
    double[] learnToy(Weights p, Sequence toy, int epochs, double learningRate) {
        throw new UnsupportedOperationException("your code here");
    }

    /**
     * 12. Learn the parity: is the number of ones so far odd? An epoch takes the sequences in their order,
     * and each gives an update: bptt, clip to max, sgd. Velocities are 0 at first and then last until the
     * end. Changes p; returns the loss of each epoch, the mean over all steps of all its sequences.
     *
     * Hint: the sequences differ in length, so the loss of each counts T times. Every step has a target here.
     */
    double[] learnParity(
            Weights p, List<Sequence> sequences, int epochs,
            double learningRate, double momentum, double max) {
        throw new UnsupportedOperationException("your code here");
    }

    public static void main(String... args) {
        boolean solutions = List.of(args).equals(List.of("--solutions"));
        Exercises yours = solutions ? new Solutions() : new Exercises();
        if (args.length == 0 || solutions) System.exit(Check.run(yours));
        System.err.println("exercises: the only option is --solutions");
        System.exit(2);
    }
}
