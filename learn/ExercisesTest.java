///usr/bin/env jbang "$0" "$@" ; exit $?
// SPDX-License-Identifier: MIT
//JAVA 17+
//SOURCES Exercises.java
//DEPS org.junit.jupiter:junit-jupiter:5.14.4
//DEPS org.junit.platform:junit-platform-launcher:1.14.4
//MAIN ExercisesTest

// The tests of the exercises:  ./jbang learn/ExercisesTest.java

import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import java.util.function.*;
import java.util.regex.Pattern;
import java.util.stream.*;
import jdk.jshell.*;
import org.junit.jupiter.api.*;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.core.*;
import org.junit.platform.launcher.listeners.*;

import static org.junit.jupiter.api.Assertions.*;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

class ExercisesTest {

    public static void main(String... args) {
        var counts = new SummaryGeneratingListener();
        LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request()
            .selectors(selectClass(ExercisesTest.class)).build(), counts);
        var summary = counts.getSummary();
        summary.getFailures().forEach(failure -> System.out.printf("FAILED  %s%n        %s%n",
            failure.getTestIdentifier().getDisplayName(), failure.getException()));
        System.out.printf("%d passed, %d failed%n", summary.getTestsSucceededCount(), summary.getTotalFailureCount());
        System.exit(summary.getTotalFailureCount() == 0 && summary.getTestsSucceededCount() > 0 ? 0 : 1);
    }

    /** A mistake that people make, in one exercise, and what has to be said of it. */
    record Wrong(int exercise, String said, Exercises yours) { }

    // Mistakes, one a method. What a vector times a matrix and the like are, to keep them short:

    static double[] times(double[] v, double[][] W) {
        double[] product = new double[W[0].length];
        for (int i = 0; i < v.length; i++)
            for (int j = 0; j < product.length; j++) product[j] += v[i] * W[i][j];
        return product;
    }

    static double[] timesT(double[] v, double[][] W) {
        double[] product = new double[W.length];
        for (int i = 0; i < W.length; i++)
            for (int j = 0; j < W[i].length; j++) product[i] += v[j] * W[i][j];
        return product;
    }

    static void addOuter(double[][] dW, double[] u, double[] v) {
        for (int i = 0; i < u.length; i++)
            for (int j = 0; j < v.length; j++) dW[i][j] += u[i] * v[j];
    }

    static double[] map(double[] v, DoubleUnaryOperator f) { return Arrays.stream(v).map(f).toArray(); }

    static double[] sum(double[]... vectors) {
        double[] sum = new double[vectors[0].length];
        for (double[] v : vectors)
            for (int j = 0; j < sum.length; j++) sum[j] += v[j];
        return sum;
    }

    static double total(double[] v) { return Arrays.stream(v).sum(); }

    static Wrong tanh(String said, DoubleUnaryOperator f) {
        return new Wrong(1, said, new Solutions() {
            @Override double tanh(double x) { return f.applyAsDouble(x); }
        });
    }

    static final List<Wrong> TANH = List.of(
        tanh("tanh(1000.0) is no number", x -> (Math.exp(2 * x) - 1) / (Math.exp(2 * x) + 1)),
        tanh("tanh(-1000.0) is no number", x -> (1 - Math.exp(-2 * x)) / (1 + Math.exp(-2 * x))),
        tanh("tanh(1000.0) is no number", x -> (Math.exp(x) - Math.exp(-x)) / (Math.exp(x) + Math.exp(-x))),
        tanh("tanh(1.5) is the sigmoid", x -> 1 / (1 + Math.exp(-x))),
        tanh("tanh(1.5) has e^x where e^2x belongs", x -> (Math.exp(x) - 1) / (Math.exp(x) + 1)),
        tanh("tanh(1.5) has the wrong sign", x -> (1 - Math.exp(2 * x)) / (1 + Math.exp(2 * x))),
        tanh("tanh(-0.7) has the wrong sign", x -> Math.tanh(Math.abs(x))),
        tanh("tanh(1.5) has top and bottom exchanged", x -> (Math.exp(2 * x) + 1) / (Math.exp(2 * x) - 1)),
        tanh("tanh(1.5) is the slope", x -> 1 - Math.tanh(x) * Math.tanh(x)),
        tanh("tanh(1.5) is sinh", Math::sinh),
        tanh("tanh(1.5) only cuts x off", x -> Math.max(-1, Math.min(1, x))),
        tanh("tanh(1.5) is still 0", x -> 0));

    static Wrong softmax(String said, UnaryOperator<double[]> f) {
        return new Wrong(2, said, new Solutions() {
            @Override double[] softmax(double[] y) { return f.apply(y); }
        });
    }

    static double[] over(double[] v, double by) { return map(v, x -> x / by); }

    static double largest(double[] y) { return Arrays.stream(y).max().getAsDouble(); }

    static final List<Wrong> SOFTMAX = List.of(
        softmax("softmax([1000.0, 999.0, 1001.0]) is no number", y ->
            over(map(y, Math::exp), total(map(y, Math::exp)))),
        softmax("softmax([1.0, -0.5, 2.0]) lacks the denominator", y -> map(y, v -> Math.exp(v - largest(y)))),
        softmax("softmax([1.0, -0.5, 2.0]) lacks the denominator", y -> map(y, Math::exp)),
        softmax("softmax([1.0, -0.5, 2.0]) lacks e^…", y -> over(y, total(y))),
        softmax("subtracts the largest y above, but not below", y ->
            over(map(y, v -> Math.exp(v - largest(y))), total(map(y, Math::exp)))),
        softmax("has e^−y where e^y belongs", y -> new Solutions().softmax(map(y, v -> -v))),
        softmax("is the sigmoid of each", y -> map(y, v -> 1 / (1 + Math.exp(-v)))),
        softmax("is the logarithm of softmax", y -> map(new Solutions().softmax(y), Math::log)),
        softmax("is 1 for the largest", y -> map(y, v -> v == largest(y) ? 1 : 0)),
        softmax("changes y, which it should only read", y -> {
            double[] p = new Solutions().softmax(y);
            System.arraycopy(p, 0, y, 0, y.length);
            return y;
        }),
        softmax("needs 3 numbers; yours is null", y -> null));

    interface Step { double[] h(Weights p, double[] x, double[] hPrev); }

    static Wrong step(String said, Step step) {
        return new Wrong(3, said, new Solutions() {
            @Override double[] step(Weights p, double[] x, double[] hPrev) { return step.h(p, x, hPrev); }
        });
    }

    static double[] tanh(double[] a) { return map(a, Math::tanh); }

    static final List<Wrong> STEP = List.of(
        step("h lacks hPrev·Whh; yours has only x·Wxh + bh", (p, x, h) -> tanh(sum(times(x, p.Wxh()), p.bh()))),
        step("h lacks bh; yours has only x·Wxh + hPrev·Whh", (p, x, h) ->
            tanh(sum(times(x, p.Wxh()), times(h, p.Whh())))),
        step("h lacks x·Wxh", (p, x, h) -> tanh(sum(p.bh(), times(h, p.Whh())))),
        step("h has hPrev·Whhᵀ where hPrev·Whh belongs", (p, x, h) ->
            tanh(sum(times(x, p.Wxh()), timesT(h, p.Whh()), p.bh()))),
        step("h has x·Wxhᵀ where x·Wxh belongs", (p, x, h) ->
            tanh(sum(timesT(x, p.Wxh()), times(h, p.Whh()), p.bh()))),
        step("h lacks tanh", (p, x, h) -> sum(times(x, p.Wxh()), times(h, p.Whh()), p.bh())),
        step("h has the sigmoid where tanh belongs", (p, x, h) ->
            map(sum(times(x, p.Wxh()), times(h, p.Whh()), p.bh()), a -> 1 / (1 + Math.exp(-a)))),
        step("h has max(0, …) where tanh belongs", (p, x, h) ->
            map(sum(times(x, p.Wxh()), times(h, p.Whh()), p.bh()), a -> Math.max(0, a))),
        step("h has bh twice", (p, x, h) -> tanh(sum(times(x, p.Wxh()), p.bh(), times(h, p.Whh()), p.bh()))),
        step("h has tanh of each term", (p, x, h) ->
            sum(tanh(times(x, p.Wxh())), tanh(times(h, p.Whh())), tanh(p.bh()))),
        step("h has hPrev ∘ diagonal of Whh where", (p, x, h) -> {
            double[] a = sum(times(x, p.Wxh()), p.bh());
            for (int j = 0; j < a.length; j++) a[j] += h[j] * p.Whh()[j][j];
            return tanh(a);
        }),
        step("h has hPrev·Whh without its last product", (p, x, h) -> {
            double[] a = sum(times(x, p.Wxh()), p.bh());
            for (int k = 0; k < h.length - 1; k++)
                for (int j = 0; j < a.length; j++) a[j] += h[k] * p.Whh()[k][j];
            return tanh(a);
        }),
        step("h adds up from one element to the next", (p, x, h) -> {
            double[] a = sum(times(x, p.Wxh()), times(h, p.Whh()), p.bh()), y = new double[a.length];
            double sum = 0;
            for (int j = 0; j < a.length; j++) y[j] = Math.tanh(sum += a[j]);
            return y;
        }),
        step("h is nearly right: is something a float?", (p, x, h) ->
            map(sum(times(x, p.Wxh()), times(h, p.Whh()), p.bh()), a -> Math.tanh((float) a))),
        step("returns hPrev itself", (p, x, h) -> {
            double[] a = tanh(sum(times(x, p.Wxh()), times(h, p.Whh()), p.bh()));
            System.arraycopy(a, 0, h, 0, h.length);
            return h;
        }),
        step("changes p, which it should only read", (p, x, h) -> {
            double[] a = p.bh();
            addTo(a, sum(times(x, p.Wxh()), times(h, p.Whh())));
            return tanh(a);
        }),
        step("changes hPrev, which it should only read", (p, x, h) -> {
            double[] a = sum(times(x, p.Wxh()), p.bh());
            for (int j = 0; j < a.length; j++) {
                for (int k = 0; k < a.length; k++) a[j] += h[k] * p.Whh()[k][j];
                h[j] = a[j] = Math.tanh(a[j]);
            }
            return a;
        }),
        step("stops in", (p, x, h) -> {
            double[] a = p.bh().clone();
            for (int j = 0; j < a.length; j++) for (int i = 0; i <= x.length; i++) a[j] += x[i] * p.Wxh()[i][j];
            return tanh(a);
        }));

    interface Forward { void fill(Weights p, Sequence s, Tape tape, Exercises right); }

    static Wrong forward(String said, Forward forward) {
        return new Wrong(4, said, new Solutions() {
            @Override void forward(Weights p, Sequence s, Tape tape) { forward.fill(p, s, tape, this); }
        });
    }

    static double[] y(Weights p, double[] h) { return sum(times(h, p.Why()), p.by()); }

    static Wrong forward(String said, int first, int last, int hShift, boolean carried) {
        return forward(said, (p, s, tape, right) -> {
            double[] h = carried ? tape.h()[0] : new double[p.bh().length];
            for (int t = first; t <= s.T() + last; t++) {
                h = tape.h()[t] = right.step(p, s.x()[t], h);
                tape.y()[t] = y(p, tape.h()[t + hShift]);
            }
        });
    }

    static Wrong outputs(String said, BiFunction<Weights, double[], double[]> output) {
        return forward(said, (p, s, tape, right) -> {
            for (int t = 1; t <= s.T(); t++) {
                tape.h()[t] = right.step(p, s.x()[t], tape.h()[t - 1]);
                tape.y()[t] = output.apply(p, tape.h()[t]);
            }
        });
    }

    static final List<Wrong> FORWARD = List.of(
        forward("h[2] has h[0]·Whh where h[1]·Whh belongs", (p, s, tape, right) -> {
            for (int t = 1; t <= s.T(); t++) {
                tape.h()[t] = right.step(p, s.x()[t], tape.h()[0]);
                tape.y()[t] = y(p, tape.h()[t]);
            }
        }),
        forward("h[2] lacks h[1]·Whh", (p, s, tape, right) -> {
            for (int t = 1; t <= s.T(); t++) {
                tape.h()[t] = right.step(p, s.x()[t], t == 1 ? tape.h()[0] : new double[p.bh().length]);
                tape.y()[t] = y(p, tape.h()[t]);
            }
        }),
        forward("h[1] lacks h[0]·Whh", 1, 0, 0, false),
        forward("y[1] has h[0]·Why where h[1]·Why belongs", 1, 0, -1, true),
        forward("h[5] still holds what was there before", 1, -1, 0, true),
        forward("h[1] still holds what was there before", 2, 0, 0, true),
        forward("h[1] has x[2]·Wxh where x[1]·Wxh belongs", (p, s, tape, right) -> {
            for (int t = 1; t <= s.T(); t++) {
                tape.h()[t] = right.step(p, s.x()[Math.min(t + 1, s.T())], tape.h()[t - 1]);
                tape.y()[t] = y(p, tape.h()[t]);
            }
        }),
        forward("h[1] has x[5]·Wxh where x[1]·Wxh belongs", (p, s, tape, right) -> {
            for (int t = 1; t <= s.T(); t++) {
                tape.h()[t] = right.step(p, s.x()[s.T() + 1 - t], tape.h()[t - 1]);
                tape.y()[t] = y(p, tape.h()[t]);
            }
        }),
        forward("stops in", (p, s, tape, right) -> {
            for (int t = 0; t < s.T(); t++) tape.h()[t + 1] = right.step(p, s.x()[t], tape.h()[t]);
        }),
        forward("h[0] and h[1] are one and the same array", (p, s, tape, right) -> {
            double[] h = tape.h()[0];
            for (int t = 1; t <= s.T(); t++) {
                System.arraycopy(right.step(p, s.x()[t], h), 0, h, 0, h.length);
                tape.h()[t] = h;
                tape.y()[t] = y(p, h);
            }
        }),
        forward("y[1] still holds what was there before", (p, s, tape, right) -> {
            for (int t = 1; t <= s.T(); t++) tape.h()[t] = right.step(p, s.x()[t], tape.h()[t - 1]);
            tape.y()[s.T()] = y(p, tape.h()[s.T()]);
        }),
        forward("y[1] adds to what was there before", (p, s, tape, right) -> {
            for (int t = 1; t <= s.T(); t++) {
                tape.h()[t] = right.step(p, s.x()[t], tape.h()[t - 1]);
                tape.y()[t] = sum(tape.y()[t], y(p, tape.h()[t]));
            }
        }),
        forward("changes h[0]", (p, s, tape, right) -> {
            new Solutions().forward(p, s, tape);
            tape.h()[0] = tape.h()[s.T()].clone();
        }),
        forward("changes p", (p, s, tape, right) -> {
            new Solutions().forward(p, s, tape);
            tape.y()[s.T()] = p.by();
            addTo(tape.y()[s.T()], times(tape.h()[s.T()], p.Why()));
        }),
        outputs("y[1] lacks by; yours has only h[1]·Why", (p, h) -> times(h, p.Why())),
        outputs("y[1] has h[1]·Whyᵀ where h[1]·Why belongs", (p, h) -> sum(timesT(h, p.Why()), p.by())),
        outputs("y[1] has tanh around it", (p, h) -> tanh(y(p, h))),
        outputs("y[1] has softmax around it", (p, h) -> new Solutions().softmax(y(p, h))),
        outputs("y[1] has bh where by belongs", (p, h) -> sum(times(h, p.Why()), p.bh())));

    /** An output and its target; n as the mistake counts it. */
    record Scored(double[] y, double[] target, boolean classes, int n) { }

    /** Losses with a mistake in one step's number, in dy, or in which steps are taken. */
    static class Loss extends Solutions {
        double number(Scored o) {
            if (o.classes) return -Math.log(softmax(o.y)[rnn.argmax(o.target)]) / o.n;
            double[] off = sum(o.y, times(-1, o.target));
            return total(product(off, off)) / (o.n * o.y.length);
        }

        double[] dy(Scored o) {
            double[] off = sum(o.classes ? softmax(o.y) : o.y, times(-1, o.target));
            return times((o.classes ? 1 : 2.0 / o.y.length) / o.n, off);
        }

        int count(Sequence s) { return (int) Stream.of(s.target()).filter(Objects::nonNull).count(); }
        int from(Sequence s) { return 1; }

        @Override double loss(Sequence s, Tape tape) {
            double sum = 0;
            for (int t = from(s); t <= s.T(); t++) {
                Arrays.fill(tape.dy()[t], 0);
                if (s.target()[t] == null) continue;
                Scored o = new Scored(tape.y()[t], s.target()[t], s.classes(), count(s));
                sum += number(o);
                tape.dy()[t] = dy(o);
            }
            return sum;
        }
    }

    static Wrong loss(String said, Loss loss) { return new Wrong(5, said, loss); }

    /** Each step's loss as it should be, and what a mistake makes of it. */
    static Wrong number(String said, ToDoubleBiFunction<Scored, Double> number) {
        return loss(said, new Loss() {
            @Override double number(Scored o) { return number.applyAsDouble(o, super.number(o)); }
        });
    }

    static Wrong dy(String said, BiFunction<Scored, double[], double[]> dy) {
        return loss(said, new Loss() {
            @Override double[] dy(Scored o) { return dy.apply(o, super.dy(o)); }
        });
    }

    static final List<Wrong> LOSS = List.of(
        number("the loss is n times too large", (o, right) -> right * o.n),
        number("the loss is O times too large", (o, right) -> o.classes ? right : right * o.y.length),
        number("the loss is O times too small", (o, right) -> o.classes ? right / o.y.length : right),
        number("the loss is 2 times too small", (o, right) -> o.classes ? right : right / 2),
        number("the loss is ln 2 times too small", (o, right) -> o.classes ? right / Math.log(2) : right),
        number("the loss has the wrong sign", (o, right) -> o.classes ? -right : right),
        number("the loss lacks −log", (o, right) -> o.classes ? Math.exp(-right * o.n) / o.n : right),
        number("the loss has |…| where (…)² belongs", (o, right) -> o.classes ? right
            : total(map(sum(o.y, times(-1, o.target)), Math::abs)) / (o.n * o.y.length)),
        number("the loss adds −log p of every class", (o, right) -> o.classes
            ? -total(map(new Solutions().softmax(o.y), Math::log)) / o.n : right),
        loss("the loss is n/T times what it should be", new Loss() {
            @Override int count(Sequence s) { return s.T(); }
        }),
        loss("the loss is the root of what it should be", new Loss() {
            @Override double loss(Sequence s, Tape tape) { return Math.sqrt(super.loss(s, tape)); }
        }),
        loss("the loss lacks step 3 + step 4; yours has only step 5", new Loss() {
            @Override int from(Sequence s) { return s.T(); }
        }),
        loss("the loss is step 5's alone", new Loss() {
            @Override int from(Sequence s) { return s.T(); }
            @Override int count(Sequence s) { return 1; }
        }),
        dy("dy[3] is 2 times too small", (o, right) -> o.classes ? right : times(0.5, right)),
        dy("dy[3] has the wrong sign", (o, right) -> times(-1, right)),
        dy("dy[3] is n times too large", (o, right) -> times(o.n, right)),
        dy("dy[3] is O times too large", (o, right) -> times(o.classes ? 1 : o.y.length, right)),
        dy("dy[3] has y[3] where softmax(y[3]) belongs", (o, right) ->
            o.classes ? times(1.0 / o.n, sum(o.y, times(-1, o.target))) : right),
        dy("dy[3] lacks −target[3]; yours has only softmax(y[3])", (o, right) ->
            o.classes ? times(1.0 / o.n, new Solutions().softmax(o.y)) : right),
        dy("dy[3] is multiplied by p·(1 − p)", (o, right) ->
            o.classes ? product(right, map(new Solutions().softmax(o.y), q -> q * (1 - q))) : right),
        dy("dy[3] is multiplied by softmax's slope", (o, right) -> {
            double[] q = new Solutions().softmax(o.y);
            return o.classes ? product(q, map(right, v -> v - total(product(q, right)))) : right;
        }),
        loss("dy[1] still holds what was there before", new Loss() {
            @Override double loss(Sequence s, Tape tape) {
                double[][] before = Stream.of(tape.dy()).map(double[]::clone).toArray(double[][]::new);
                double loss = super.loss(s, tape);
                for (int t = 1; t <= s.T(); t++) if (s.target()[t] == null) tape.dy()[t] = before[t];
                return loss;
            }
        }),
        loss("changes y, which it should only read", new Loss() {
            @Override double loss(Sequence s, Tape tape) {
                double loss = super.loss(s, tape);
                for (int t = 1; s.classes() && t <= s.T(); t++) tape.y()[t] = softmax(tape.y()[t]);
                return loss;
            }
        }),
        loss("stops in loss, line ", new Loss() {
            @Override double loss(Sequence s, Tape tape) { return s.target()[1].length; }
        }));

    /** A step back with a mistake in dh, in da or in what is added to d. */
    static class Back extends Solutions {
        double[] dh(Weights p, Tape tape, int t) {
            return sum(timesT(tape.dy()[t], p.Why()), timesT(tape.da()[t + 1], p.Whh()));
        }

        double[] da(double[] dh, double[] h, double[] hPrev) { return product(dh, map(h, v -> 1 - v * v)); }

        void add(Weights d, double[] x, double[] hPrev, double[] h, double[] dy, double[] dh, double[] da) {
            addOuter(d.Wxh(), x, da);
            addOuter(d.Whh(), hPrev, da);
            addTo(d.bh(), da);
            addOuter(d.Why(), h, dy);
            addTo(d.by(), dy);
        }

        @Override void stepBack(Weights p, Sequence s, Tape tape, int t, Weights d) {
            double[] h = tape.h()[t], hPrev = tape.h()[t - 1];
            tape.dh()[t] = dh(p, tape, t);
            tape.da()[t] = da(tape.dh()[t], h, hPrev);
            add(d, s.x()[t], hPrev, h, tape.dy()[t], tape.dh()[t], tape.da()[t]);
        }
    }

    static double[] product(double[] u, double[] v) {
        return IntStream.range(0, u.length).mapToDouble(j -> u[j] * v[j]).toArray();
    }

    static void addTo(double[] u, double[] v) { for (int j = 0; j < u.length; j++) u[j] += v[j]; }

    interface Dh { double[] of(Weights p, Tape tape, int t); }
    interface Da { double[] of(double[] dh, double[] h, double[] hPrev); }
    interface Adds {
        void to(Weights d, double[] x, double[] hPrev, double[] h, double[] dy, double[] dh, double[] da);
    }


    static Wrong dh(String said, Dh dh) {
        return new Wrong(6, said, new Back() {
            @Override double[] dh(Weights p, Tape tape, int t) { return dh.of(p, tape, t); }
        });
    }

    static Wrong da(String said, Da da) {
        return new Wrong(6, said, new Back() {
            @Override double[] da(double[] dh, double[] h, double[] hPrev) { return da.of(dh, h, hPrev); }
        });
    }

    static Wrong adds(String said, Adds adds) {
        return new Wrong(6, said, new Back() {
            @Override void add(
                    Weights d, double[] x, double[] hPrev, double[] h, double[] dy, double[] dh, double[] da) {
                adds.to(d, x, hPrev, h, dy, dh, da);
            }
        });
    }

    static final List<Wrong> STEP_BACK = List.of(
        dh("dh[3] lacks da[4]·Whhᵀ; yours has only dy[3]·Whyᵀ", (p, tape, t) -> timesT(tape.dy()[t], p.Why())),
        dh("dh[3] lacks dy[3]·Whyᵀ; yours has only da[4]·Whhᵀ", (p, tape, t) -> timesT(tape.da()[t + 1], p.Whh())),
        dh("dh[3] has da[4]·Whh where da[4]·Whhᵀ belongs", (p, tape, t) ->
            sum(timesT(tape.dy()[t], p.Why()), times(tape.da()[t + 1], p.Whh()))),
        dh("dh[3] has dy[3]·Why where dy[3]·Whyᵀ belongs", (p, tape, t) ->
            sum(times(tape.dy()[t], p.Why()), timesT(tape.da()[t + 1], p.Whh()))),
        dh("dh[3] has dh[4]·Whhᵀ where da[4]·Whhᵀ belongs", (p, tape, t) ->
            sum(timesT(tape.dy()[t], p.Why()), timesT(tape.dh()[Math.min(t + 1, tape.dh().length - 1)], p.Whh()))),
        dh("dh[3] has dh[4] where da[4]·Whhᵀ belongs", (p, tape, t) ->
            sum(timesT(tape.dy()[t], p.Why()), tape.dh()[Math.min(t + 1, tape.dh().length - 1)])),
        dh("dh[3] has da[4]·Whhᵀ with the wrong sign", (p, tape, t) ->
            sum(timesT(tape.dy()[t], p.Why()), map(timesT(tape.da()[t + 1], p.Whh()), v -> -v))),
        dh("dh[3] has numbers from before, times Whhᵀ, where da[4]·Whhᵀ belongs", (p, tape, t) ->
            sum(timesT(tape.dy()[t], p.Why()), timesT(tape.da()[t], p.Whh()))),
        dh("dh[3] adds to what was there before", (p, tape, t) -> sum(tape.dh()[t],
            timesT(tape.dy()[t], p.Why()), timesT(tape.da()[t + 1], p.Whh()))),
        da("da[3] lacks 1 − h[3]²", (dh, h, hPrev) -> dh.clone()),
        da("da[3] has 1 − tanh(h[3])²", (dh, h, hPrev) -> product(dh, map(h, v -> 1 - Math.pow(Math.tanh(v), 2)))),
        da("da[3] has 1 − h[3] where", (dh, h, hPrev) -> product(dh, map(h, v -> 1 - v))),
        da("da[3] has (1 − h[3])² where", (dh, h, hPrev) -> product(dh, map(h, v -> (1 - v) * (1 - v)))),
        da("da[3] has the sigmoid's h[3]·(1 − h[3]) where", (dh, h, hPrev) -> product(dh, map(h, v -> v * (1 - v)))),
        da("da[3] has 1 + h[3]² where", (dh, h, hPrev) -> product(dh, map(h, v -> 1 + v * v))),
        da("da[3] has 1 / (1 − h[3]²) where", (dh, h, hPrev) -> product(dh, map(h, v -> 1 / (1 - v * v)))),
        da("da[3] has h[2] where h[3] belongs", (dh, h, hPrev) -> product(dh, map(hPrev, v -> 1 - v * v))),
        da("da[3] is 1 − h[3]² alone", (dh, h, hPrev) -> map(h, v -> 1 - v * v)),
        new Wrong(6, "da[3] takes only dy[3]·Whyᵀ for dh[3]", new Back() {
            @Override void stepBack(Weights p, Sequence s, Tape tape, int t, Weights d) {
                super.stepBack(p, s, tape, t, d);
                tape.da()[t] = product(timesT(tape.dy()[t], p.Why()), map(tape.h()[t], v -> 1 - v * v));
            }
        }),
        new Wrong(6, "changes h, which it should only read", new Solutions() {
            @Override void stepBack(Weights p, Sequence s, Tape tape, int t, Weights d) {
                super.stepBack(p, s, tape, t, d);
                tape.h()[t] = map(tape.h()[t], h -> 1 - h * h);
            }
        }),
        new Wrong(6, "changes dy, which it should only read", new Solutions() {
            @Override void stepBack(Weights p, Sequence s, Tape tape, int t, Weights d) {
                super.stepBack(p, s, tape, t, d);
                Arrays.fill(tape.dy()[t], 0);
            }
        }),
        adds("dWxh lacks what was there before (+=, not =); yours has only x[3]ᵀ·da[3]",
            (d, x, hPrev, h, dy, dh, da) -> {
            for (double[] row : d.rows()) Arrays.fill(row, 0);
            new Back().add(d, x, hPrev, h, dy, dh, da);
        }),
        adds("dWxh has x[3]ᵀ·dh[3] where x[3]ᵀ·da[3] belongs", (d, x, hPrev, h, dy, dh, da) ->
            addOuter(d.Wxh(), x, dh)),
        adds("dWxh has da[3]ᵀ·x[3] where x[3]ᵀ·da[3] belongs", (d, x, hPrev, h, dy, dh, da) ->
            addOuter(d.Wxh(), da, x)),
        adds("dWxh has x[3]ᵀ·da[3] with the wrong sign", (d, x, hPrev, h, dy, dh, da) ->
            addOuter(d.Wxh(), x, map(da, v -> -v))),
        adds("dWxh still holds what was there before", (d, x, hPrev, h, dy, dh, da) -> { }),
        adds("dWhh has h[3]ᵀ·da[3] where h[2]ᵀ·da[3] belongs", (d, x, hPrev, h, dy, dh, da) ->
            new Back().add(d, x, h, h, dy, dh, da)),
        adds("dWhh has da[3]ᵀ·h[2] where h[2]ᵀ·da[3] belongs", (d, x, hPrev, h, dy, dh, da) -> {
            addOuter(d.Wxh(), x, da);
            addOuter(d.Whh(), da, hPrev);
        }),
        adds("dWhh has h[2]ᵀ·dh[3] where h[2]ᵀ·da[3] belongs", (d, x, hPrev, h, dy, dh, da) -> {
            addOuter(d.Wxh(), x, da);
            addOuter(d.Whh(), hPrev, dh);
        }),
        adds("dbh still holds what was there before", (d, x, hPrev, h, dy, dh, da) -> {
            addOuter(d.Wxh(), x, da);
            addOuter(d.Whh(), hPrev, da);
        }),
        adds("dbh lacks what was there before (+=, not =); yours has only da[3]", (d, x, hPrev, h, dy, dh, da) -> {
            new Back().add(d, x, hPrev, h, dy, dh, da);
            System.arraycopy(da, 0, d.bh(), 0, da.length);
        }),
        adds("dbh has dh[3] where da[3] belongs", (d, x, hPrev, h, dy, dh, da) -> {
            addOuter(d.Wxh(), x, da);
            addOuter(d.Whh(), hPrev, da);
            addTo(d.bh(), dh);
        }),
        adds("dWhy has h[2]ᵀ·dy[3] where h[3]ᵀ·dy[3] belongs", (d, x, hPrev, h, dy, dh, da) -> {
            addOuter(d.Wxh(), x, da);
            addOuter(d.Whh(), hPrev, da);
            addTo(d.bh(), da);
            addOuter(d.Why(), hPrev, dy);
        }),
        adds("dby has da[3] where dy[3] belongs", (d, x, hPrev, h, dy, dh, da) -> {
            new Back().add(d, x, hPrev, h, new double[dy.length], dh, da);
            addOuter(d.Why(), h, dy);
            addTo(d.by(), da);
        }));

    interface Bptt { double loss(Weights p, Sequence s, Tape tape, Weights d, Exercises right); }

    static Wrong bptt(String said, Bptt bptt) {
        return new Wrong(7, said, new Solutions() {
            @Override double bptt(Weights p, Sequence s, Tape tape, Weights d) {
                return bptt.loss(p, s, tape, d, this);
            }
        });
    }

    static Wrong steps(String said, Function<Sequence, IntStream> steps) {
        return bptt(said, (p, s, tape, d, right) -> {
            right.forward(p, s, tape);
            double loss = right.loss(s, tape);
            zero(d);
            steps.apply(s).forEach(t -> right.stepBack(p, s, tape, t, d));
            return loss;
        });
    }

    static void zero(Weights d) { for (double[] row : d.rows()) Arrays.fill(row, 0); }

    static Wrong after(String said, Bptt then) {
        return bptt(said, (p, s, tape, d, right) -> {
            double loss = new Solutions().bptt(p, s, tape, d);
            then.loss(p, s, tape, d, right);
            return loss;
        });
    }

    static final List<Wrong> BPTT = List.of(
        steps("dh[5] still holds what was there before", s -> IntStream.range(0, s.T() - 1).map(i -> s.T() - 1 - i)),
        steps("dh[1] still holds what was there before", s -> IntStream.range(0, s.T() - 1).map(i -> s.T() - i)),
        steps("dh[4] has numbers from before, times Whhᵀ, where da[5]·Whhᵀ belongs",
            s -> IntStream.rangeClosed(1, s.T())),
        steps("dh[4] still holds what was there before", s -> IntStream.of(s.T())),
        bptt("dWxh adds to what was there before", (p, s, tape, d, right) -> {
            right.forward(p, s, tape);
            double loss = right.loss(s, tape);
            for (int t = s.T(); t >= 1; t--) right.stepBack(p, s, tape, t, d);
            return loss;
        }),
        bptt("h[1] still holds what was there before", (p, s, tape, d, right) -> {
            double loss = right.loss(s, tape);
            zero(d);
            for (int t = s.T(); t >= 1; t--) right.stepBack(p, s, tape, t, d);
            return loss;
        }),
        bptt("dy[1] still holds what was there before", (p, s, tape, d, right) -> {
            right.forward(p, s, tape);
            double[][] dy = Tape.of(s.T(), 1, p.by().length).dy();
            double loss = right.loss(s, new Tape(tape.h(), tape.y(), dy, tape.dh(), tape.da()));
            zero(d);
            for (int t = s.T(); t >= 1; t--) right.stepBack(p, s, tape, t, d);
            return loss;
        }),
        bptt("the loss is still 0", (p, s, tape, d, right) -> {
            new Solutions().bptt(p, s, tape, d);
            return 0;
        }),
        bptt("dWxh lacks x[2]ᵀ·da[2] + x[3]ᵀ·da[3] + x[4]ᵀ·da[4] + x[5]ᵀ·da[5]; yours has only x[1]ᵀ·da[1]",
            (p, s, tape, d, right) -> {
            right.forward(p, s, tape);
            double loss = right.loss(s, tape);
            for (int t = s.T(); t >= 1; t--) {
                zero(d);
                right.stepBack(p, s, tape, t, d);
            }
            return loss;
        }),
        new Wrong(7, "by your own loss dWxh is not right", new Solutions() {    // the weights as they were at first
            final Map<Weights, Weights> copies = new IdentityHashMap<>();
            @Override void forward(Weights p, Sequence s, Tape tape) {
                super.forward(copies.computeIfAbsent(p, Check::copy), s, tape);
            }
        }),
        after("changes p", (p, s, tape, d, right) -> {
            right.sgd(p, d, zeros(p), 0.1, 0);
            return 0;
        }),
        after("dbh lacks da[2] + da[3] + da[4] + da[5]; yours has only da[1]", (p, s, tape, d, right) -> {
            System.arraycopy(tape.da()[1], 0, d.bh(), 0, d.bh().length);
            return 0;
        }),
        after("dWhh has h[1]ᵀ·da[1] where h[0]ᵀ·da[1] belongs, and so in each step", (p, s, tape, d, right) -> {
            for (double[] row : d.Whh()) Arrays.fill(row, 0);
            for (int t = s.T(); t >= 1; t--) addOuter(d.Whh(), tape.h()[t], tape.da()[t]);
            return 0;
        }),
        after("dWhh lacks h[0]ᵀ·da[1]", (p, s, tape, d, right) -> {
            for (double[] row : d.Whh()) Arrays.fill(row, 0);
            for (int t = s.T(); t >= 2; t--) addOuter(d.Whh(), tape.h()[t - 1], tape.da()[t]);
            return 0;
        }),
        after("dWxh is T times too small", (p, s, tape, d, right) -> {
            for (double[] row : d.rows()) for (int j = 0; j < row.length; j++) row[j] /= s.T();
            return 0;
        }));

    interface Windows { List<Weights> gradients(Weights p, Sequence s, int steps, Exercises right); }

    static Wrong windows(String said, Windows windows) {
        return new Wrong(8, said, new Solutions() {
            @Override List<Weights> truncated(Weights p, Sequence s, int steps) {
                return windows.gradients(p, s, steps, this);
            }
        });
    }

    static Weights zeros(Weights p) { return Weights.zeros(p.Wxh().length, p.bh().length, p.by().length); }

    /** One window's gradient, from a state; the last row of the tape is the next. */
    static Tape window(Weights p, Sequence part, double[] h, Weights d, Exercises right) {
        Tape tape = Tape.of(part.T(), p.bh().length, p.by().length);
        tape.h()[0] = h;
        right.bptt(p, part, tape, d);
        return tape;
    }

    interface Next { double[] state(Tape tape, int T); }

    static Wrong carry(String said, Next next) {
        return windows(said, (p, s, steps, right) -> {
            var gradients = new ArrayList<Weights>();
            double[] h = new double[p.bh().length];
            for (int from = 1; from <= s.T(); from += steps) {
                gradients.add(zeros(p));
                Sequence part = s.part(from, Math.min(from + steps - 1, s.T()));
                h = next.state(window(p, part, h, gradients.get(gradients.size() - 1), right), part.T());
            }
            return gradients;
        });
    }

    static final List<Wrong> TRUNCATED = List.of(
        carry("d of window 2 begins with a state of 0: carry over h[3]",
            (tape, T) -> new double[tape.h()[0].length]),
        carry("d of window 2 begins with h[1] where h[3] belongs", (tape, T) -> tape.h()[1]),
        carry("d of window 2 begins with h[2] where h[3] belongs", (tape, T) -> tape.h()[T - 1]),
        windows("d of window 2 goes back beyond the window", (p, s, steps, right) -> {
            var gradients = new ArrayList<Weights>();
            for (int from = 1; from <= s.T(); from += steps) {
                Sequence part = s.part(1, Math.min(from + steps - 1, s.T()));
                for (int t = 1; t < from; t++) part.target()[t] = null;
                gradients.add(zeros(p));
                window(p, part, new double[p.bh().length], gradients.get(gradients.size() - 1), right);
            }
            return gradients;
        }),
        windows("gives 2 gradients; 7 steps are 3 windows of up to 3", (p, s, steps, right) -> {
            List<Weights> gradients = new Solutions().truncated(p, s, steps);
            return s.T() == 7 ? gradients.subList(0, 2) : gradients;
        }),
        windows("d of window 2 is one object with d of window 1", (p, s, steps, right) -> {
            List<Weights> gradients = new Solutions().truncated(p, s, steps);
            gradients.replaceAll(d -> gradients.get(0));
            return gradients;
        }),
        windows("d of window 2 also holds the gradients of the windows before", (p, s, steps, right) -> {
            List<Weights> gradients = new Solutions().truncated(p, s, steps);
            for (int w = 1; w < gradients.size(); w++)
                for (int i = 0; i < p.rows().length; i++)
                    addTo(gradients.get(w).rows()[i], gradients.get(w - 1).rows()[i]);
            return gradients;
        }),
        windows("d of window 1 is the gradient of steps 1…4, not of 1…3", (p, s, steps, right) -> {
            var gradients = new ArrayList<Weights>();
            double[] h = new double[p.bh().length];
            for (int from = 1; from <= s.T(); from += steps) {
                Sequence part = s.part(from, Math.min(from + steps, s.T()));
                gradients.add(zeros(p));
                h = window(p, part, h, gradients.get(gradients.size() - 1), right).h()[part.T()];
            }
            return gradients;
        }),
        windows("d of window 1 is of the mean over all steps", (p, s, steps, right) -> {
            List<Weights> gradients = new Solutions().truncated(p, s, steps);
            for (int w = 0; w < gradients.size(); w++)
                for (double[] row : gradients.get(w).rows())
                    for (int j = 0; j < row.length; j++) row[j] *= Math.min(steps, s.T() - w * steps) / (double) s.T();
            return gradients;
        }));

    static Wrong clip(String said, BiConsumer<Weights, Double> clip) {
        return new Wrong(9, said, new Solutions() {
            @Override void clip(Weights d, double max) { clip.accept(d, max); }
        });
    }

    static double norm(double[]... rows) { return Math.sqrt(total(map(Check.flat(rows), v -> v * v))); }

    static void scale(double k, double[]... rows) {
        for (double[] row : rows) set(row, times(k, row));
    }

    static Wrong scaled(String said, ToDoubleBiFunction<Weights, Double> k) {
        return clip(said, (d, max) -> { if (norm(d.rows()) > max) scale(k.applyAsDouble(d, max), d.rows()); });
    }

    static final List<Wrong> CLIP = List.of(
        clip("d is cut number by number", (d, max) -> {
            for (double[] row : d.rows()) set(row, map(row, v -> Math.max(-max, Math.min(max, v))));
        }),
        clip("d is cut row by row", (d, max) -> {
            for (double[] row : d.rows()) scale(Math.min(1, max / norm(row)), row);
        }),
        clip("d is cut matrix by matrix", (d, max) -> {
            for (double[][] W : List.of(d.Wxh(), d.Whh(), new double[][] {d.bh()}, d.Why(), new double[][] {d.by()}))
                scale(Math.min(1, max / norm(W)), W);
        }),
        clip("d is changed, though ‖d‖ ≤ max", (d, max) -> scale(max / norm(d.rows()), d.rows())),
        clip("d is not changed, though ‖d‖ > max", (d, max) -> { }),
        clip("d is not changed, though ‖d‖ > max", (d, max) -> {
            if (norm(d.rows()) < max) scale(max / norm(d.rows()), d.rows());
        }),
        clip("d is cut but for bh and by", (d, max) -> {
            double k = Math.min(1, max / norm(d.rows()));
            scale(k, d.Wxh());
            scale(k, d.Whh());
            scale(k, d.Why());
        }),
        scaled("d is multiplied by max/‖d‖²", (d, max) -> max / norm(d.rows()) / norm(d.rows())),
        scaled("d is multiplied by max/Σ|d|", (d, max) -> max / total(map(Check.all(d), Math::abs))),
        scaled("d is multiplied by ‖d‖/max", (d, max) -> norm(d.rows()) / max),
        scaled("d is multiplied by 1/‖d‖", (d, max) -> 1 / norm(d.rows())),
        scaled("d is multiplied by max / the largest", (d, max) -> max / largest(map(Check.all(d), Math::abs))));

    interface UpdateRow { void row(double[] W, double[] dW, double[] v, double rate, double momentum); }

    static Wrong sgd(String said, UpdateRow update) {
        return new Wrong(10, said, new Solutions() {
            @Override void sgd(Weights p, Weights d, Weights v, double rate, double momentum) {
                for (int i = 0; i < p.rows().length; i++)
                    update.row(p.rows()[i], d.rows()[i], v.rows()[i], rate, momentum);
            }
        });
    }

    static void set(double[] u, double[] v) { System.arraycopy(v, 0, u, 0, u.length); }

    static double[] times(double k, double[] v) { return map(v, x -> k * x); }

    static final List<Wrong> SGD = List.of(
        sgd("p.Wxh has −learningRate·v with the wrong sign", (W, dW, v, rate, momentum) -> {
            set(v, sum(times(momentum, v), dW));
            addTo(W, times(rate, v));
        }),
        sgd("v.Wxh lacks momentum·v; yours has only d", (W, dW, v, rate, momentum) -> {
            set(v, dW);
            addTo(W, times(-rate, v));
        }),
        sgd("v.Wxh has learningRate·d where d belongs", (W, dW, v, rate, momentum) -> {
            set(v, sum(times(momentum, v), times(rate, dW)));
            addTo(W, times(-1, v));
        }),
        sgd("v.Wxh has (1 − momentum)·d where d belongs", (W, dW, v, rate, momentum) -> {
            set(v, sum(times(momentum, v), times(1 - momentum, dW)));
            addTo(W, times(-rate, v));
        }),
        sgd("v.Wxh has v where momentum·v belongs", (W, dW, v, rate, momentum) -> {
            addTo(v, dW);
            addTo(W, times(-rate, v));
        }),
        sgd("v.Wxh is not changed", (W, dW, v, rate, momentum) -> addTo(W, times(-rate, sum(times(momentum, v), dW)))),
        sgd("p.Wxh has −learningRate·d where −learningRate·v belongs", (W, dW, v, rate, momentum) -> {
            set(v, sum(times(momentum, v), dW));
            addTo(W, times(-rate, dW));
        }),
        sgd("p.Wxh has −learningRate·(the old v)", (W, dW, v, rate, momentum) -> {
            addTo(W, times(-rate, v));
            set(v, sum(times(momentum, v), dW));
        }),
        sgd("p.Wxh has −learningRate·(d + momentum·v)", (W, dW, v, rate, momentum) -> {
            set(v, sum(times(momentum, v), dW));
            addTo(W, times(-rate, sum(dW, times(momentum, v))));
        }),
        sgd("p.Wxh has −v where −learningRate·v belongs", (W, dW, v, rate, momentum) -> {
            set(v, sum(times(momentum, v), dW));
            addTo(W, times(-1, v));
        }),
        sgd("changes d", (W, dW, v, rate, momentum) -> {
            set(v, sum(times(momentum, v), dW));
            addTo(W, times(-rate, v));
            Arrays.fill(dW, 0);
        }),
        new Wrong(10, "v.bh lacks d; yours has only momentum·v", new Solutions() {
            @Override void sgd(Weights p, Weights d, Weights v, double rate, double momentum) {
                double[] bh = new double[p.bh().length], by = new double[p.by().length];
                super.sgd(p, new Weights(d.Wxh(), d.Whh(), bh, d.Why(), by), v, rate, momentum);
            }
        }));

    /** What one update is made from. */
    record Update(Weights p, Sequence s, Tape tape, Weights d, Weights v, double rate, double momentum, double max) { }

    /** A training as exercises 11 and 12 have it, each of its parts open to a mistake. */
    static class Training extends Solutions {
        double rate(double rate) { return rate; }
        double momentum(double momentum) { return momentum; }
        double max(double max) { return max; }
        Weights weights(Weights p) { return p; }
        boolean newVelocity(int i) { return false; }
        int order(int i, int n) { return i; }
        double[] state(double[] zeros) { return zeros; }
        void after(double[] h) { }
        double weight(Sequence s) { return Stream.of(s.target()).filter(Objects::nonNull).count(); }
        double mean(double sum, double weights) { return sum / weights; }

        double update(Update u, boolean last) {
            double loss = bptt(u.p, u.s, u.tape, u.d);
            clip(u.d, u.max);
            sgd(u.p, u.d, u.v, u.rate, u.momentum);
            return loss;
        }

        @Override double[] learnParity(
                Weights start, List<Sequence> sequences, int epochs, double rate, double momentum, double max) {
            Weights p = weights(start), d = zeros(p), v = zeros(p);
            double[] losses = new double[epochs];
            for (int epoch = 0; epoch < epochs; epoch++) {
                double sum = 0, weights = 0;
                for (int i = 0; i < sequences.size(); i++) {
                    Sequence s = sequences.get(order(i, sequences.size()));
                    Tape tape = Tape.of(s.T(), p.bh().length, p.by().length);
                    tape.h()[0] = state(new double[p.bh().length]);
                    if (newVelocity(i)) zero(v);
                    Update u = new Update(p, s, tape, d, v, rate(rate), momentum(momentum), max(max));
                    sum += weight(s) * update(u, i == sequences.size() - 1);
                    after(tape.h()[s.T()]);
                    weights += weight(s);
                }
                losses[epoch] = mean(sum, weights);
            }
            return losses;
        }
    }

    static Wrong toy(String said, Training training) {
        return new Wrong(11, said, new Solutions() {
            @Override double[] learnToy(Weights p, Sequence toy, int epochs, double rate) {
                return training.learnParity(p, List.of(toy), epochs, rate, 0, 1e9);
            }
        });
    }

    static Wrong parity(String said, Training training) { return new Wrong(12, said, training); }

    static class Carried extends Training {
        double[] h;
        @Override double[] state(double[] zeros) { return h == null ? zeros : h; }
        @Override void after(double[] h) { this.h = h; }
    }

    static final List<Wrong> LEARNING = List.of(
        toy("loss is that of weights that never change", new Training() {
            @Override double rate(double rate) { return 0; }
        }),
        toy("loss is that of updates along the gradient", new Training() {
            @Override double rate(double rate) { return -rate; }
        }),
        toy("p is not changed", new Training() {
            @Override Weights weights(Weights p) { return Check.copy(p); }
        }),
        toy("loss is that of sequences that begin with the last state", new Carried()),
        toy("loss is taken after the update", new Training() {
            @Override double update(Update u, boolean last) {
                super.update(u, last);
                forward(u.p, u.s, u.tape);
                return loss(u.s, u.tape);
            }
        }),
        toy("p lacks the last update: first the gradient", new Training() {
            @Override double update(Update u, boolean last) {
                sgd(u.p, u.d, u.v, u.rate, u.momentum);
                return bptt(u.p, u.s, u.tape, u.d);
            }
        }),
        new Wrong(11, "loss needs 3 numbers; yours has 1", new Solutions() {
            @Override double[] learnToy(Weights p, Sequence toy, int epochs, double rate) {
                return super.learnToy(p, toy, 1, rate);
            }
        }),
        new Wrong(11, "after 100 epochs y[3] is not right", new Solutions() {
            @Override double[] learnToy(Weights p, Sequence toy, int epochs, double rate) {
                return Arrays.copyOf(super.learnToy(p, toy, Math.min(epochs, 10), rate), epochs);
            }
        }),
        new Wrong(12, "begins right, but after 100 epochs the class of step ", new Solutions() {
            @Override double[] learnParity(
                    Weights p, List<Sequence> sequences, int epochs, double rate, double momentum, double max) {
                return Arrays.copyOf(super.learnParity(p, sequences, Math.min(epochs, 4), rate, momentum, max), epochs);
            }
        }),
        parity("loss is that of sequences that begin with the last state", new Carried()),
        parity("loss counts each sequence alike", new Training() {
            @Override double weight(Sequence s) { return 1; }
        }),
        parity("loss is a sum", new Training() {
            @Override double mean(double sum, double weights) { return sum; }
        }),
        parity("loss is that of a training without momentum", new Training() {
            @Override double momentum(double momentum) { return 0; }
        }),
        parity("loss is that of a training without momentum", new Training() {
            @Override boolean newVelocity(int i) { return true; }
        }),
        parity("loss is that of velocities that begin with 0 in each epoch", new Training() {
            @Override boolean newVelocity(int i) { return i == 0; }
        }),
        parity("loss is that of gradients that are not clipped", new Training() {
            @Override double max(double max) { return 1e9; }
        }),
        parity("loss is that of gradients that are not clipped before the update", new Training() {
            @Override double update(Update u, boolean last) {
                double loss = bptt(u.p, u.s, u.tape, u.d);
                sgd(u.p, u.d, u.v, u.rate, u.momentum);
                clip(u.d, u.max);
                return loss;
            }
        }),
        parity("loss is that of sequences in the reverse order", new Training() {
            @Override int order(int i, int n) { return n - 1 - i; }
        }),
        parity("loss is not right", new Training() { // in some other order
            @Override int order(int i, int n) { return i * 7 % n; }
        }),
        parity("loss is that of one update an epoch, by the last gradient", new Training() {
            @Override double update(Update u, boolean last) {
                double loss = bptt(u.p, u.s, u.tape, u.d);
                clip(u.d, u.max);
                if (last) sgd(u.p, u.d, u.v, u.rate, u.momentum);
                return loss;
            }
        }),
        parity("loss is that of one update an epoch, by the sum of the gradients", new Training() {
            Weights sum;
            @Override double update(Update u, boolean last) {
                if (sum == null) sum = zeros(u.p);
                double loss = bptt(u.p, u.s, u.tape, u.d);
                clip(u.d, u.max);
                for (int i = 0; i < u.p.rows().length; i++) addTo(sum.rows()[i], u.d.rows()[i]);
                if (last) sgd(u.p, sum, u.v, u.rate, u.momentum);
                if (last) sum = null;
                return loss;
            }
        }));

    static List<Wrong> bank() {
        return Stream.of(TANH, SOFTMAX, STEP, FORWARD, LOSS, STEP_BACK, BPTT, TRUNCATED, CLIP, SGD, LEARNING)
            .flatMap(List::stream).toList();
    }

    /** Right, but written otherwise. */
    static final Map<String, Exercises> OTHERWISE = new LinkedHashMap<>();

    static {
        OTHERWISE.put("tanh by expm1", new Solutions() {
            @Override double tanh(double x) {
                double e = Math.expm1(-2 * Math.abs(x));
                return x < 0 ? e / (e + 2) : -e / (e + 2);
            }
        });
        OTHERWISE.put("Java's tanh; softmax by the logarithm of the sum", new Solutions() {
            @Override double tanh(double x) { return Math.tanh(x); }
            @Override double[] softmax(double[] y) {
                double max = largest(y), log = max + Math.log(total(map(y, v -> Math.exp(v - max))));
                return map(y, v -> Math.exp(v - log));
            }
        });
        OTHERWISE.put("sums from the last to the first, the bias last", new Solutions() {
            @Override double[] step(Weights p, double[] x, double[] hPrev) {
                double[] h = new double[hPrev.length];
                for (int k = h.length - 1; k >= 0; k--)
                    for (int j = h.length - 1; j >= 0; j--) h[j] = Math.fma(hPrev[k], p.Whh()[k][j], h[j]);
                for (int i = x.length - 1; i >= 0; i--)
                    for (int j = 0; j < h.length; j++) h[j] += p.Wxh()[i][j] * x[i];
                for (int j = 0; j < h.length; j++) h[j] = Math.tanh(h[j] + p.bh()[j]);
                return h;
            }
        });
        OTHERWISE.put("forward in place, all outputs after all states", new Solutions() {
            @Override void forward(Weights p, Sequence s, Tape tape) {
                for (int t = 1; t <= s.T(); t++) set(tape.h()[t], step(p, s.x()[t], tape.h()[t - 1]));
                for (int t = s.T(); t >= 1; t--) set(tape.y()[t], y(p, tape.h()[t]));
            }
        });
        OTHERWISE.put("the loss divided at the end, by the logarithm of the sum", new Solutions() {
            @Override double loss(Sequence s, Tape tape) {
                double sum = 0, n = 0;
                for (int t = s.T(); t >= 1; t--) {
                    double[] dy = tape.dy()[t], y = tape.y()[t], target = s.target()[t];
                    Arrays.fill(dy, 0);
                    if (target == null) continue;
                    n++;
                    for (int j = 0; j < y.length; j++)
                        if (!s.classes()) {
                            dy[j] = (y[j] - target[j]) * 2 / y.length;
                            sum += dy[j] * dy[j] * y.length / 4;
                        } else {
                            dy[j] = Math.exp(y[j]) / total(map(y, Math::exp)) - target[j];
                            sum += target[j] * (Math.log(total(map(y, Math::exp))) - y[j]);
                        }
                }
                for (double[] dy : tape.dy()) scale(1 / n, dy);
                return sum / n;
            }
        });
        OTHERWISE.put("a step back with whole vectors and (1 − h)·(1 + h)", new Back() {
            @Override double[] da(double[] dh, double[] h, double[] hPrev) {
                return IntStream.range(0, h.length).mapToDouble(j -> (1 - h[j]) * dh[j] * (1 + h[j])).toArray();
            }
        });
        OTHERWISE.put("BPTT in one method, the sums over t at the end, as rnn.java", new Solutions() {
            @Override double bptt(Weights p, Sequence s, Tape tape, Weights d) {
                forward(p, s, tape);
                double loss = loss(s, tape);
                zero(d);
                double[] next = new double[p.bh().length];
                for (int t = s.T(); t >= 1; t--) {
                    tape.dh()[t] = sum(next, timesT(tape.dy()[t], p.Why()));
                    tape.da()[t] = product(map(tape.h()[t], h -> 1 - h * h), tape.dh()[t]);
                    next = timesT(tape.da()[t], p.Whh());
                }
                for (int t = 1; t <= s.T(); t++) {
                    addTo(d.by(), tape.dy()[t]);
                    addTo(d.bh(), tape.da()[t]);
                    addOuter(d.Why(), tape.h()[t], tape.dy()[t]);
                    addOuter(d.Whh(), tape.h()[t - 1], tape.da()[t]);
                    addOuter(d.Wxh(), s.x()[t], tape.da()[t]);
                }
                return loss;
            }
        });
        OTHERWISE.put("windows with one tape for all", new Solutions() {
            @Override List<Weights> truncated(Weights p, Sequence s, int steps) {
                Tape tape = Tape.of(steps, p.bh().length, p.by().length);
                var gradients = new ArrayList<Weights>();
                for (int t = 0; t < s.T(); t += steps) {
                    Sequence part = s.part(t + 1, Math.min(t + steps, s.T()));
                    Arrays.fill(tape.da()[part.T() + 1], 0);
                    Weights d = zeros(p);
                    bptt(p, part, tape, d);
                    set(tape.h()[0], tape.h()[part.T()]);
                    gradients.add(d);
                }
                return gradients;
            }
        });
        OTHERWISE.put("clipping as PyTorch, by hypot", new Solutions() {
            @Override void clip(Weights d, double max) {
                double norm = 0;
                for (double[] row : d.rows()) for (double g : row) norm = Math.hypot(norm, g);
                scale(Math.min(1, max / (norm + 1e-6)), d.rows());
            }
        });
        OTHERWISE.put("SGD matrix by matrix, by fma", new Solutions() {
            @Override void sgd(Weights p, Weights d, Weights v, double rate, double momentum) {
                for (int i = p.rows().length - 1; i >= 0; i--)
                    for (int j = 0; j < p.rows()[i].length; j++) {
                        v.rows()[i][j] = Math.fma(momentum, v.rows()[i][j], d.rows()[i][j]);
                        p.rows()[i][j] = Math.fma(-rate, v.rows()[i][j], p.rows()[i][j]);
                    }
            }
        });
        OTHERWISE.put("trainings of their own", new Training());
    }

    @TestFactory Stream<DynamicTest> everyMistakeIsRejectedAndNamed() {
        return bank().stream().map(wrong -> DynamicTest.dynamicTest(wrong.exercise() + ": " + wrong.said(), () -> {
            String said = Check.wrong(wrong.yours(), wrong.exercise());
            assertTrue(said != null && said.contains(wrong.said()), said);
        }));
    }

    @Test void theBankIsLargeAndNearlyAllOfItIsNamed() {
        long unnamed = bank().stream().filter(wrong -> wrong.said().contains("not right")).count();
        assertTrue(bank().size() >= 60 && unnamed * 10 <= bank().size(), unnamed + " of " + bank().size());
    }

    @TestFactory Stream<DynamicTest> whatIsRightIsAcceptedHoweverItIsWritten() {
        return OTHERWISE.entrySet().stream().map(one -> DynamicTest.dynamicTest(one.getKey(), () -> {
            for (int k = 1; k <= 12; k++) assertNull(Check.wrong(one.getValue(), k), "exercise " + k);
        }));
    }

    @Test void numericalGradientsFindWhatTheyDisagreeWith() {
        Check check = new Check(new Solutions(), Check.SIZES[0], true);
        Weights d = Check.copy(check.d);
        check.numericalGradients(d);
        d.Whh()[1][2] += 1e-8;
        assertTrue(assertThrows(Check.Wrong.class, () -> check.numericalGradients(d)).getMessage()
            .contains("by your own loss dWhh[1][2] is "));
    }

    /** The references of the trainings are rnn.java's own, number by number. */
    @Test void theTrainingsAreThoseOfRnnJava() {
        Check check = new Check(new Solutions(), new int[] {3, 3, 8, 3, 1}, false);
        var state = rnn.State.of(rnn.copy(Check.parameters(check.p)));
        var training = new rnn.Training(state, List.of(rnn.toy()), List.of(), rnn.Settings.DEFAULT, rnn.ALONE);
        double[] losses = DoubleStream.generate(training::epoch).limit(100).toArray();
        assertArrayEquals(losses, Check.train(
            new Check.Plan(check.p, List.of(Check.toy()), 0.1, 0, 1e9), 100, Check.Slip.NONE).losses());
    }

    /** What the command prints, and its exit status. */
    static String printed(Exercises yours) {
        PrintStream out = System.out;
        var bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            int status = Check.run(yours);
            return bytes.toString(StandardCharsets.UTF_8) + status;
        } finally {
            System.setOut(out);
        }
    }

    @Test void aLoopWithoutAnEndAndTooMuchMemoryAreTold() {
        String endless = Check.wrong(new Solutions() {
            @Override double tanh(double a) { while (true) a = -a; }
        }, 1, 1);
        assertTrue(endless.matches("does not end: after 1 s it is still in tanh, line \\d+"), endless);
        String tooMuch = Check.wrong(new Solutions() {
            @Override double tanh(double a) { return new double[Integer.MAX_VALUE].length; }
        }, 1, 10);
        assertTrue(tooMuch.matches("stops in tanh, line \\d+: .+"), tooMuch);
    }

    @Test void itGoesThroughThemInOrderAndStopsAtTheFirstThatIsNotRight() {
        String gap = "is still a gap: put your code in place of the `throw` in line ";
        List<String> lines = text(LEARN.resolve("Exercises.java")).lines().toList();
        for (int k = 1; k <= 12; k++) {
            String wrong = Check.wrong(new Exercises(), k);
            assertTrue(wrong.startsWith(gap) && wrong.endsWith(" of Exercises.java"), wrong);
            assertTrue(lines.get(Integer.parseInt(wrong.replaceAll("\\D", "")) - 1).contains(Check.GAP), wrong);
        }
        assertEquals(" 1  tanh                 " + Check.wrong(new Exercises(), 1) + "\n1", printed(new Exercises()));
        assertEquals(List.of(
                " 1  tanh                 right",
                " 2  softmax              right",
                " 3  one step             right",
                " 4  forward              right",
                " 5  the loss             right",
                " 6  one step back        dh[3] lacks da[4]·Whhᵀ; yours has only dy[3]·Whyᵀ",
                "                         dh[3][0] is -0.00195913, and should be 0.0554540", "1"),
            printed(STEP_BACK.get(0).yours()).lines().toList());
        List<String> all = printed(new Solutions()).lines().toList();
        assertEquals(14, all.size());
        assertTrue(all.subList(0, 12).stream().allMatch(line -> line.endsWith(" right")));
        assertEquals("0", all.get(13));
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The exercises and their answers, one by one, in a plain JShell. */
    @Test void theyPasteIntoJShellOneByOne() {
        String exercises = text(LEARN.resolve("Exercises.java")), answers = text(LEARN.resolve("Solutions.java"));
        int records = exercises.indexOf("/** The weights"), gaps = exercises.indexOf("class Exercises {");
        try (JShell shell = JShell.builder().executionEngine("local").build()) {
            for (String name : List.of("java.util.*", "java.util.stream.*")) shell.eval("import " + name + ";");
            paste(shell, exercises.substring(records, gaps));
            int pasted = 0;
            String twelve = exercises.substring(gaps, exercises.indexOf("    public static void main"));
            for (String source : List.of(twelve, answers))
                for (String method : source.substring(source.indexOf("{\n\n") + 3).split("(?<=\n    })\n+")) {
                    if (method.strip().equals("}") || method.isBlank()) continue;
                    paste(shell, method.replace("@Override ", ""));
                    pasted++;
                }
            assertEquals(24, pasted);
            assertEquals("\"[0.5, 0.5]\"", shell.eval("Arrays.toString(softmax(new double[] {7, 7}))").get(0).value());
            paste(shell, "Weights p = Weights.zeros(1, 2, 1), d = Weights.zeros(1, 2, 1);");
            paste(shell, "var s = new Sequence(new double[][] {null, {1}}, new double[][] {null, {2}}, false);");
            assertEquals("4.0", shell.eval("bptt(p, s, Tape.of(1, 2, 1), d)").get(0).value());
        }
    }

    static void paste(JShell shell, String source) {
        for (String rest = source; !rest.isBlank(); ) {
            var snippet = shell.sourceCodeAnalysis().analyzeCompletion(rest);
            for (var event : shell.eval(snippet.source()))
                assertTrue(event.exception() == null && event.status() != Snippet.Status.REJECTED,
                    snippet.source() + shell.diagnostics(event.snippet()).map(d -> d.getMessage(Locale.ROOT)).toList());
            rest = snippet.remaining();
        }
    }

    /** As a student types it: a file from the template, filled in part, run. */
    @Test void theTemplateGivesAFileToFillThatRuns(@TempDir Path folder) throws Exception {
        String command = text(LEARN.resolveSibling("README.md")).lines()        // as the README has it
            .filter(line -> line.startsWith("jbang init ")).findFirst().orElseThrow();
        Path catalog = LEARN.resolveSibling("jbang-catalog.json");
        assertEquals("0 ", jbang(folder, command.substring(6).replace("@catalog", "@" + catalog).split(" ")));
        String gap = "throw new UnsupportedOperationException(\"" + Check.GAP + "\");";
        String file = text(folder.resolve("MyRnn.java"));
        assertEquals(text(LEARN.resolve("Exercises.java")), file);
        Files.writeString(folder.resolve("MyRnn.java"), file.replaceFirst(Pattern.quote(gap), "return Math.tanh(x);")
            .replaceFirst(Pattern.quote(gap), "double[] p = null; return new double[] {p[0]};"));
        int line = (int) file.substring(0, file.indexOf("double[] softmax(")).lines().count() + 1;
        assertEquals("1  1  tanh                 right\n 2  softmax              stops in softmax, line " + line
            + ": Cannot load from double array because \"p\" is null\n", jbang(folder, "MyRnn.java"));
    }

    /** The exit status of ./jbang, and its standard output. */
    static String jbang(Path folder, String... args) throws Exception {
        var command = new ArrayList<>(List.of(LEARN.resolveSibling("jbang").toString()));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command).directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() + " " + out;
    }

    static final Path LEARN = Path.of("learn").toAbsolutePath();
}
