// SPDX-License-Identifier: MIT

// The answers to Exercises.java: `jbang Exercises.java --solutions` runs them.

import java.util.*;

class Solutions extends Exercises {

    @Override double tanh(double x) {
        double e = Math.exp(-2 * Math.abs(x));
        return Math.signum(x) * (1 - e) / (1 + e);
    }

    @Override double[] softmax(double[] y) {
        double max = Arrays.stream(y).max().getAsDouble(), sum = 0;
        double[] p = new double[y.length];
        for (int i = 0; i < y.length; i++) sum += p[i] = Math.exp(y[i] - max);
        for (int i = 0; i < y.length; i++) p[i] /= sum;
        return p;
    }

    @Override double[] step(Weights p, double[] x, double[] hPrev) {
        double[] h = new double[hPrev.length];
        for (int j = 0; j < h.length; j++) {
            double a = p.bh()[j];
            for (int i = 0; i < x.length; i++) a += x[i] * p.Wxh()[i][j];
            for (int k = 0; k < h.length; k++) a += hPrev[k] * p.Whh()[k][j];
            h[j] = tanh(a);
        }
        return h;
    }

    @Override void forward(Weights p, Sequence s, Tape tape) {
        for (int t = 1; t <= s.T(); t++) {
            double[] h = tape.h()[t] = step(p, s.x()[t], tape.h()[t - 1]), y = tape.y()[t] = p.by().clone();
            for (int i = 0; i < h.length; i++)
                for (int j = 0; j < y.length; j++) y[j] += h[i] * p.Why()[i][j];
        }
    }

    @Override double loss(Sequence s, Tape tape) {
        double sum = 0;
        int n = 0;
        for (double[] target : s.target()) if (target != null) n++;
        for (int t = 1; t <= s.T(); t++) {
            double[] target = s.target()[t], y = tape.y()[t], dy = tape.dy()[t] = new double[y.length];
            if (target == null) continue;
            double[] p = s.classes() ? softmax(y) : null;
            for (int j = 0; j < y.length; j++)
                if (s.classes()) {
                    dy[j] = (p[j] - target[j]) / n;
                    if (target[j] == 1) sum -= Math.log(p[j]) / n;
                } else {
                    double off = y[j] - target[j];
                    dy[j] = 2 * off / (y.length * n);
                    sum += off * off / (y.length * n);
                }
        }
        return sum;
    }

    @Override void stepBack(Weights p, Sequence s, Tape tape, int t, Weights d) {
        double[] x = s.x()[t], h = tape.h()[t], hPrev = tape.h()[t - 1];
        double[] dy = tape.dy()[t], daNext = tape.da()[t + 1], dh = tape.dh()[t], da = tape.da()[t];
        for (int i = 0; i < h.length; i++) {
            dh[i] = 0;
            for (int j = 0; j < dy.length; j++) dh[i] += dy[j] * p.Why()[i][j];
            for (int j = 0; j < h.length; j++) dh[i] += daNext[j] * p.Whh()[i][j];
            da[i] = dh[i] * (1 - h[i] * h[i]);
        }
        for (int j = 0; j < h.length; j++) {
            for (int i = 0; i < x.length; i++) d.Wxh()[i][j] += x[i] * da[j];
            for (int i = 0; i < h.length; i++) d.Whh()[i][j] += hPrev[i] * da[j];
            d.bh()[j] += da[j];
        }
        for (int j = 0; j < dy.length; j++) {
            for (int i = 0; i < h.length; i++) d.Why()[i][j] += h[i] * dy[j];
            d.by()[j] += dy[j];
        }
    }

    @Override double bptt(Weights p, Sequence s, Tape tape, Weights d) {
        forward(p, s, tape);
        double loss = loss(s, tape);
        for (double[] row : d.rows()) Arrays.fill(row, 0);
        for (int t = s.T(); t >= 1; t--) stepBack(p, s, tape, t, d);
        return loss;
    }

    @Override List<Weights> truncated(Weights p, Sequence s, int steps) {
        int I = p.Wxh().length, H = p.bh().length, O = p.by().length;
        List<Weights> gradients = new ArrayList<>();
        double[] h = new double[H];
        for (int from = 1; from <= s.T(); from += steps) {
            Sequence window = s.part(from, Math.min(from + steps - 1, s.T()));
            Tape tape = Tape.of(window.T(), H, O);
            Weights d = Weights.zeros(I, H, O);
            tape.h()[0] = h;
            bptt(p, window, tape, d);
            gradients.add(d);
            h = tape.h()[window.T()];
        }
        return gradients;
    }

    @Override void clip(Weights d, double max) {
        double sum = 0;
        for (double[] row : d.rows())
            for (double g : row) sum += g * g;
        double norm = Math.sqrt(sum);
        if (norm <= max) return;
        for (double[] row : d.rows())
            for (int j = 0; j < row.length; j++) row[j] *= max / norm;
    }

    @Override void sgd(Weights p, Weights d, Weights v, double learningRate, double momentum) {
        double[][] W = p.rows(), dW = d.rows(), vW = v.rows();
        for (int i = 0; i < W.length; i++)
            for (int j = 0; j < W[i].length; j++) {
                vW[i][j] = momentum * vW[i][j] + dW[i][j];
                W[i][j] -= learningRate * vW[i][j];
            }
    }

    @Override double[] learnToy(Weights p, Sequence toy, int epochs, double learningRate) {
        int I = p.Wxh().length, H = p.bh().length, O = p.by().length;
        Weights d = Weights.zeros(I, H, O), v = Weights.zeros(I, H, O);
        double[] losses = new double[epochs];
        for (int epoch = 0; epoch < epochs; epoch++) {
            losses[epoch] = bptt(p, toy, Tape.of(toy.T(), H, O), d);
            sgd(p, d, v, learningRate, 0);
        }
        return losses;
    }

    @Override double[] learnParity(
            Weights p, List<Sequence> sequences, int epochs,
            double learningRate, double momentum, double max) {
        int I = p.Wxh().length, H = p.bh().length, O = p.by().length;
        Weights d = Weights.zeros(I, H, O), v = Weights.zeros(I, H, O);
        double[] losses = new double[epochs];
        for (int epoch = 0; epoch < epochs; epoch++) {
            int steps = 0;
            for (Sequence s : sequences) {
                losses[epoch] += bptt(p, s, Tape.of(s.T(), H, O), d) * s.T();
                steps += s.T();
                clip(d, max);
                sgd(p, d, v, learningRate, momentum);
            }
            losses[epoch] /= steps;
        }
        return losses;
    }
}
