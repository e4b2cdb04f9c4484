// SPDX-License-Identifier: MIT

// Tries the exercises. Every number on the way is held against rnn.java's. Where one differs, it is computed
// again with one mistake after the other, and the mistake that gives the very same numbers is named.

import java.util.*;
import java.util.concurrent.*;
import java.util.function.*;
import java.util.stream.*;

/** A network and a sequence of T steps, of which the last n are scored, with rnn.java's numbers for them. */
final class Check {
    static final List<String> NAMES = List.of("tanh", "softmax", "one step", "forward", "the loss", "one step back",
        "BPTT", "truncated BPTT", "clipping", "SGD", "learning the toy", "learning the parity");

    /** T, I, H, O, n. First of one size, where a transposed matrix fits; then of different ones; then the least. */
    static final int[][] SIZES = {{5, 4, 4, 4, 3}, {7, 3, 5, 2, 7}, {1, 1, 1, 1, 1}};

    static final int STEPS = 3;             // the window of truncated BPTT
    static final int EPOCHS = 100;          // in which the toy and the parity have to be learnt
    static final double STALE = 0.5;        // what tapes and gradients hold from an earlier use
    static final int PATIENCE = 20;         // seconds that an exercise may take; it needs less than one
    static final String GAP = "your code here";

    /** Goes through the exercises up to the first that is not right. The exit status: 0 if all are, else 1. */
    static int run(Exercises yours) {
        for (int k = 1; k <= NAMES.size(); k++) {
            System.out.printf("%2d  %-20s ", k, NAMES.get(k - 1));
            String wrong = wrong(yours, k, PATIENCE);
            System.out.println(wrong == null ? "right" : wrong);
            if (wrong != null) return 1;
        }
        System.out.println("All twelve are right. This is rnn.java, for one sequence at a time.");
        return 0;
    }

    /** What is wrong with exercise k, in words; null if nothing is. A loop that does not end is left running. */
    static String wrong(Exercises yours, int k, int seconds) {
        var answer = new FutureTask<>(() -> wrong(yours, k));
        var thread = new Thread(answer);
        thread.setDaemon(true);
        thread.start();
        try {
            return answer.get(seconds, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            return "does not end: after " + seconds + " s it is still" + where(yours, thread.getStackTrace());
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The same, for as long as it takes. */
    static String wrong(Exercises yours, int k) {
        try {
            if (k == 11) new Check(yours, new int[] {3, 3, 8, 3, 1}, false).learnToy();
            else if (k == 12) new Check(yours, new int[] {10, 1, 8, 2, 10}, true).learnParity();
            else for (boolean classes : new boolean[] {false, true})
                for (int[] sizes : SIZES) new Check(yours, sizes, classes).exercise(k);
            return null;
        } catch (Wrong e) {
            return e.getMessage();
        } catch (RuntimeException | Error e) {
            if (GAP.equals(e.getMessage()))
                return "is still a gap: put your code in place of the `throw` in line "
                    + e.getStackTrace()[0].getLineNumber() + " of " + e.getStackTrace()[0].getFileName();
            return "stops" + where(yours, e.getStackTrace()) + ": " + (e.getMessage() == null ? e : e.getMessage());
        }
    }

    /** The method and line of yours that a stack trace comes from. */
    static String where(Exercises yours, StackTraceElement[] trace) {
        return Arrays.stream(trace)
            .filter(at -> List.of("Exercises", yours.getClass().getName()).contains(at.getClassName()))
            .findFirst().map(at -> " in " + at.getMethodName() + ", line " + at.getLineNumber()).orElse("");
    }

    /** The first number that is wrong, in words. */
    static final class Wrong extends RuntimeException {
        Wrong(String words, Object... args) { super(String.format(Locale.ROOT, words, args)); }
    }

    final Exercises yours;
    final int T, I, H, O, n;
    final Random random;
    final Weights p, original, d;           // original: a copy of p; d: rnn.java's gradient
    final Sequence s;
    final Tape right;
    final double loss, tolerance;

    /** A step passes on what its state is off by at most √H times, for weights within ±1/√H, and adds its own. */
    Check(Exercises yours, int[] sizes, boolean classes) {
        this.yours = yours;
        T = sizes[0]; I = sizes[1]; H = sizes[2]; O = sizes[3]; n = sizes[4];
        tolerance = rounding(T + I + H + O, T + I + H + O) * Math.pow(1 + Math.sqrt(H), T);
        random = new Random(T);
        p = noise(1 / Math.sqrt(H));
        original = copy(p);
        d = Weights.zeros(I, H, O);
        s = new Sequence(new double[T + 1][], new double[T + 1][], classes);
        for (int t = 1; t <= T; t++) {
            s.x()[t] = noise(1, new double[I]);
            if (t > T - n) s.target()[t] = classes ? rnn.oneHot(random.nextInt(O), O) : noise(1, new double[O]);
        }
        right = Tape.of(T, H, O);
        loss = pass(p, s, noise(0.5, new double[H]), right, d);
    }

    /** How far apart two sums of n products can be that are added up in different order: all |products| ≤ size. */
    static double rounding(double n, double size) { return 2 * n * 0x1p-53 * size; }

    double[] noise(double most, double[] v) {
        for (int j = 0; j < v.length; j++) v[j] = (2 * random.nextDouble() - 1) * most;
        return v;
    }

    Weights noise(double most) {
        Weights w = Weights.zeros(I, H, O);
        for (double[] row : w.rows()) noise(most, row);
        return w;
    }

    /** rnn.java's numbers for a sequence from the state h on: the loss; the rest on the tape and in d. */
    static double pass(Weights p, Sequence s, double[] h, Tape tape, Weights d) {
        rnn.Tape rows = rnn.Tape.of(parameters(p), s.T(), 1);
        System.arraycopy(h, 0, rows.hPrev()[0], 0, h.length);
        double[][] targets = Stream.of(s.target()).filter(Objects::nonNull).toArray(double[][]::new);
        rnn.Vectors x = new rnn.Dense(Arrays.copyOfRange(s.x(), 1, s.T() + 1)), target = !s.classes()
            ? new rnn.Dense(targets)
            : new rnn.OneHot(Stream.of(targets).mapToInt(rnn::argmax).toArray(), targets[0].length);
        double loss = rnn.pass(parameters(p), x, target, rows, parameters(d), rnn.ALONE);
        System.arraycopy(rows.hPrev(), 0, tape.h(), 0, s.T() + 1);
        System.arraycopy(rows.y(), 0, tape.y(), 1, s.T());
        System.arraycopy(rows.dy(), 0, tape.dy(), 1, s.T());
        System.arraycopy(rows.dh(), 0, tape.dh(), 1, s.T());
        System.arraycopy(rows.da(), 0, tape.da(), 1, s.T());
        return loss;
    }

    /** The same arrays, as rnn.java calls them. */
    static rnn.Parameters parameters(Weights w) {
        return new rnn.Parameters(w.Wxh(), w.Whh(), new double[][] {w.bh()}, w.Why(), new double[][] {w.by()});
    }

    void exercise(int k) {
        switch (k) {
            case 1 -> tanh();
            case 2 -> softmax();
            case 3 -> step();
            case 4 -> forward();
            case 5 -> loss();
            case 6 -> stepBack();
            case 7 -> bptt();
            case 8 -> truncated();
            case 9 -> clip();
            default -> sgd();
        }
    }

    // ── Vectors ───────────────────────────────────────────────────────────────────────────────────────────────

    static double[] map(double[] v, DoubleUnaryOperator f) { return Arrays.stream(v).map(f).toArray(); }

    static double[] each(double[] u, double[] v, DoubleBinaryOperator f) {
        return IntStream.range(0, u.length).mapToDouble(j -> f.applyAsDouble(u[j], v[j])).toArray();
    }

    /** u + k·v */
    static double[] add(double[] u, double k, double[] v) { return each(u, v, (a, b) -> a + k * b); }

    static double sum(double[] v) { return Arrays.stream(v).sum(); }

    static double dot(double[] u, double[] v) { return sum(each(u, v, (a, b) -> a * b)); }

    static double[] times(double[] v, double[][] W) {
        double[] product = new double[W[0].length];
        for (int i = 0; i < v.length; i++) product = add(product, v[i], W[i]);
        return product;
    }

    static double[] outer(double[] u, double[] v) {
        return Arrays.stream(u).boxed().flatMapToDouble(x -> Arrays.stream(v).map(y -> x * y)).toArray();
    }

    static double[][] transposed(double[][] W) {
        double[][] transposed = new double[W[0].length][W.length];
        rnn.transpose(W, transposed);
        return transposed;
    }

    static double[] flat(double[][] rows) { return Stream.of(rows).flatMapToDouble(DoubleStream::of).toArray(); }

    static double[] all(Weights w) { return flat(w.rows()); }

    static double[] matrix(Weights w, int m) { return flat(parameters(w).matrices()[m]); }

    static Weights copy(Weights w) {
        Weights copy = Weights.zeros(w.Wxh().length, w.bh().length, w.by().length);
        rnn.copyRows(w.rows(), copy.rows(), w.rows().length);
        return copy;
    }

    // ── Comparing ─────────────────────────────────────────────────────────────────────────────────────────────

    /** What a quantity comes to by a mistake, and the words for it. */
    record Guess(String words, double... value) { }

    /** One of the terms that add up to a quantity, in symbols and numbers; and what people write in its place. */
    record Term(String text, double[] value, Guess... instead) { }

    /** Compares yours with what is right. Where they differ, tells the first of the guesses that explains yours. */
    void check(String name, double[] yours, double[] right, double tolerance, List<Guess> guesses) {
        if (yours == null || yours.length != right.length)
            throw new Wrong("%s needs %d numbers; yours %s", name, right.length,
                yours == null ? "is null" : "has " + yours.length);
        if (near(yours, right, tolerance)) return;
        int at = 0;
        while (Math.abs(yours[at] - right[at]) <= tolerance) at++;
        var all = new ArrayList<>(List.of(
            new Guess("is still 0", new double[right.length]),
            new Guess("still holds what was there before", map(right, r -> STALE)),
            new Guess("adds to what was there before: begin with 0", map(right, r -> r + STALE))));
        all.addAll(guesses);
        all.addAll(factors(right));
        boolean nearly = near(yours, right, 1e-6);
        String words = !Double.isFinite(yours[at]) ? "is no number: something overflowed, or 0 was divided by 0"
            : all.stream().filter(guess -> near(yours, guess.value, tolerance)).map(Guess::words).findFirst()
                .orElse(nearly ? "is nearly right: is something a float?" : "is not right");
        String number = nearly ? "%.15g" : "%.6g";
        throw new Wrong("%s %s%n%25s%s%s is " + number + ", and should be " + number, name, words, "", name,
            right.length == 1 ? "" : place(name, at, right.length), yours[at], right[at]);
    }

    /** A quantity f(Σ terms). */
    void check(String name, double[] yours, UnaryOperator<double[]> f, List<Term> terms, Guess... more) {
        double[] right = f.apply(sum(terms));
        var guesses = yours != null && near(yours, right, tolerance) ? List.<Guess>of()
            : Stream.concat(Stream.of(more), mistakes(f, terms)).toList();
        check(name, yours, right, tolerance, guesses);
    }

    /** Whether all numbers agree; a NaN agrees with nothing. */
    static boolean near(double[] u, double[] v, double tolerance) {
        return u.length == v.length && Arrays.stream(add(u, -1, v)).allMatch(x -> Math.abs(x) <= tolerance);
    }

    static void unchanged(String name, double[] now, double[] before) {
        if (!Arrays.equals(now, before)) throw new Wrong("changes %s, which it should only read", name);
    }

    /** Where number `at` of so many stands: in a vector, a matrix or all rows of weights. */
    String place(String name, int at, int length) {
        int columns = name.endsWith("Why") ? O : name.endsWith("Wxh") || name.endsWith("Whh") ? H : 0;
        if (columns > 0) return "[" + at / columns + "][" + at % columns + "]";
        if (length != all(p).length) return "[" + at + "]";
        int row = 0;
        for (; at >= p.rows()[row].length; row++) at -= p.rows()[row].length;
        return ".rows()[" + row + "][" + at + "]";
    }

    /** A sum instead of a mean, a mean over something else, a forgotten 2, another logarithm, the wrong sign. */
    List<Guess> factors(double[] right) {
        String[] names = {"1", "2", "n", "O", "T", "(O·n)", "ln 2", "ln 10"};
        double[] sizes = {1, 2, n, O, T, O * n, Math.log(2), Math.log(10)};
        var guesses = new ArrayList<>(List.of(new Guess("has the wrong sign", map(right, r -> -r))));
        for (int i = 0; i < sizes.length; i++)
            for (int j = 0; j < sizes.length; j++) {
                double factor = sizes[i] / sizes[j];
                guesses.add(new Guess(j == 0 ? "is " + names[i] + " times too large"
                    : i == 0 ? "is " + names[j] + " times too small"
                    : "is " + names[i] + "/" + names[j] + " times what it should be", map(right, r -> r * factor)));
            }
        return guesses;
    }

    /** How f(Σ terms) goes wrong: terms left out, one twice, with the wrong sign, or another in its place. */
    static Stream<Guess> mistakes(UnaryOperator<double[]> f, List<Term> terms) {
        var guesses = new ArrayList<Guess>();
        double[] whole = sum(terms);
        for (int kept = (1 << terms.size()) - 2; kept > 0; kept--) {            // a bit for each term
            var in = new ArrayList<Term>();
            var out = new ArrayList<Term>();
            for (int i = 0; i < terms.size(); i++) ((kept >> i & 1) == 1 ? in : out).add(terms.get(i));
            guesses.add(new Guess("lacks " + texts(out) + "; yours has only " + texts(in), f.apply(sum(in))));
        }
        for (Term term : terms) {
            double[] rest = add(whole, -1, term.value);
            guesses.add(new Guess("has " + term.text + " twice", f.apply(add(whole, 1, term.value))));
            guesses.add(new Guess("has " + term.text + " with the wrong sign", f.apply(add(rest, -1, term.value))));
            for (Guess other : term.instead) if (other.value.length == rest.length)
                guesses.add(new Guess("has " + other.words + " where " + term.text + " belongs",
                    f.apply(add(rest, 1, other.value))));
        }
        double[] running = whole.clone();
        Arrays.parallelPrefix(running, Double::sum);
        guesses.add(new Guess("adds up from one element to the next: begin each sum with 0", f.apply(running)));
        return guesses.stream();
    }

    static String texts(List<Term> terms) { return terms.stream().map(Term::text).collect(Collectors.joining(" + ")); }

    static double[] sum(List<Term> terms) {
        return terms.stream().map(Term::value).reduce((u, v) -> add(u, 1, v)).get();
    }

    /** The term v·W; in its place the matrix the other way round, a loop too short, single elements for sums. */
    static Term product(String v, double[] a, String W, double[][] A, Guess... more) {
        String text = v + "·" + W;
        double[] right = times(a, A);
        int last = a.length - 1;
        var instead = new ArrayList<>(List.of(more));
        instead.add(new Guess(text + " without its last product", add(right, -a[last], A[last])));
        instead.add(new Guess(text + " without its first product", add(right, -a[0], A[0])));
        if (A.length == A[0].length) {
            String other = W.endsWith("ᵀ") ? W.replace("ᵀ", "") : W + "ᵀ";
            instead.add(new Guess(v + "·" + other, times(a, transposed(A))));
            instead.add(new Guess(v + " ∘ diagonal of " + W,
                IntStream.rangeClosed(0, last).mapToDouble(i -> a[i] * A[i][i]).toArray()));
        }
        return new Term(text, right, instead.toArray(Guess[]::new));
    }

    /** The term uᵀ·v of two rows of the tape; in its place the others that are given, and vᵀ·u. */
    static Term outer(String u, double[] a, String v, double[] b, Guess... more) {
        var instead = new ArrayList<>(List.of(more));
        instead.add(new Guess(v + "ᵀ·" + u, outer(b, a)));
        return new Term(u + "ᵀ·" + v, outer(a, b), instead.toArray(Guess[]::new));
    }

    /** q[t] for every t. */
    static List<Guess> rows(String q, double[][] rows) {
        return IntStream.range(0, rows.length).filter(t -> rows[t] != null)
            .mapToObj(t -> new Guess(at(q, t), rows[t])).toList();
    }

    /** Each of these vectors times W, where the sizes fit. */
    static Guess[] times(List<Guess> vectors, String name, double[][] W) {
        return vectors.stream().filter(v -> v.value.length == W.length)
            .map(v -> new Guess(v.words + "·" + name, times(v.value, W))).toArray(Guess[]::new);
    }

    static String at(String q, int t) { return q + "[" + t + "]"; }

    // ── The exercises ─────────────────────────────────────────────────────────────────────────────────────────

    void tanh() {
        for (double x : new double[] {1.5, -0.7, 3, 0, 20, -20, 1000, -1000}) {
            double e = Math.exp(x), y = rnn.tanh(x);
            check("tanh(" + x + ")", new double[] {yours.tanh(x)}, new double[] {y}, rounding(8, 1), List.of(
                new Guess("is the sigmoid, e^x / (e^x + 1)", e / (e + 1)),
                new Guess("has e^x where e^2x belongs", rnn.tanh(x / 2)),
                new Guess("lacks the denominator e^2x + 1", e * e - 1),
                new Guess("has top and bottom exchanged", 1 / y),
                new Guess("is the slope, 1 − tanh(x)²", 1 - y * y),
                new Guess("is sinh: it lacks the denominator e^x + e^−x", (e - 1 / e) / 2),
                new Guess("only cuts x off", Math.max(-1, Math.min(x, 1))),
                new Guess("is x itself", x)));
        }
    }

    void softmax() {
        for (double[] y : new double[][] {{1, -0.5, 2}, {1000, 999, 1001}, {-1000, -1002}, {7}}) {
            double[] mine = y.clone(), p = rnn.softmax(y), e = map(y, Math::exp);
            double max = y[rnn.argmax(y)], error = rounding(y.length + 8, 1 + Math.abs(max));
            check("softmax(" + Arrays.toString(y) + ")", yours.softmax(mine), p, error, List.of(
                new Guess("lacks the denominator, Σ e^y[j]", e),
                new Guess("lacks the denominator, Σ e^(y[j] − max)", map(y, v -> Math.exp(v - max))),
                new Guess("subtracts the largest y above, but not below", map(p, v -> v / Math.exp(max))),
                new Guess("subtracts the largest y below, but not above", map(p, v -> v * Math.exp(max))),
                new Guess("divides by Σ y[j] where Σ e^y[j] belongs", map(e, v -> v / sum(y))),
                new Guess("lacks e^…: it is y[i] / Σ y[j]", map(y, v -> v / sum(y))),
                new Guess("has e^−y where e^y belongs", rnn.softmax(map(y, v -> -v))),
                new Guess("is the sigmoid of each", map(y, v -> 1 / (1 + Math.exp(-v)))),
                new Guess("is the logarithm of softmax", map(p, Math::log)),
                new Guess("is 1 for the largest, 0 for all else", rnn.oneHot(rnn.argmax(y), y.length))));
            unchanged("y", mine, y);
        }
    }

    void step() {
        double[] x = s.x()[T].clone(), hPrev = right.h()[T - 1].clone(), h = yours.step(p, x, hPrev);
        if (h == hPrev) throw new Wrong("returns hPrev itself: the new state needs an array of its own");
        unchanged("p", all(p), all(original));
        unchanged("x", x, s.x()[T]);
        unchanged("hPrev", hPrev, right.h()[T - 1]);
        state("h", h, new Guess("x", x), new Guess("hPrev", hPrev), List.of());
    }

    /** tanh(x·Wxh + hPrev·Whh + bh), where one of the others may have been taken for x or hPrev. */
    void state(String name, double[] h, Guess x, Guess hPrev, List<Guess> others) {
        var all = Stream.concat(others.stream(), Stream.of(x, hPrev)).toList();
        var terms = List.of(
            product(x.words, x.value, "Wxh", p.Wxh(), times(all, "Wxh", p.Wxh())),
            product(hPrev.words, hPrev.value, "Whh", p.Whh(), times(all, "Whh", p.Whh())),
            new Term("bh", p.bh()));
        double[] a = sum(terms), beforeBias = sum(terms.subList(0, 2));
        check(name, h, v -> map(v, rnn::tanh), terms,
            new Guess("lacks tanh: it is the sum alone", a),
            new Guess("has the sigmoid where tanh belongs", map(a, v -> 1 / (1 + Math.exp(-v)))),
            new Guess("has max(0, …) where tanh belongs", map(a, v -> Math.max(0, v))),
            new Guess("has tanh of each term: it is of their sum",
                sum(terms.stream().map(term -> new Term("", map(term.value, rnn::tanh))).toList())),
            new Guess("has bh outside tanh", add(map(beforeBias, rnn::tanh), 1, p.bh())));
    }

    /** A tape that was used before: h[0] is the state carried in, da[T+1] is 0. */
    Tape used() {
        Tape tape = Tape.of(T, H, O);
        for (double[][] rows : List.of(tape.h(), tape.y(), tape.dy(), tape.dh(), tape.da()))
            for (double[] row : rows) Arrays.fill(row, STALE);
        tape.h()[0] = right.h()[0].clone();
        tape.da()[T + 1] = new double[H];
        return tape;
    }

    void forward() {
        Tape tape = used();
        yours.forward(p, s, tape);
        unchanged("p", all(p), all(original));
        forward(tape);
    }

    void forward(Tape tape) {
        double[][] h = right.h(), x = s.x();
        var others = Stream.concat(rows("x", x).stream(), rows("h", h).stream()).toList();
        for (int t = 1; t <= T; t++) {
            for (int k = 0; k < t; k++) if (tape.h()[t] == tape.h()[k])
                throw new Wrong("h[%d] and h[%d] are one and the same array: each step needs its own", k, t);
            state(at("h", t), tape.h()[t], new Guess(at("x", t), x[t]), new Guess(at("h", t - 1), h[t - 1]), others);
            var terms = List.of(product(at("h", t), h[t], "Why", p.Why(), times(others, "Why", p.Why())),
                new Term("by", p.by(), new Guess("bh", p.bh())));
            check(at("y", t), tape.y()[t], v -> v, terms,
                new Guess("has tanh around it: the output has none", map(sum(terms), rnn::tanh)),
                new Guess("has softmax around it: that belongs to the loss", rnn.softmax(sum(terms))));
        }
        unchanged("h[0]", tape.h()[0], h[0]);
    }

    void loss() {
        Tape tape = used();
        rnn.copyRows(right.h(), tape.h(), T + 1);
        rnn.copyRows(right.y(), tape.y(), T + 1);
        double mine = yours.loss(s, tape);
        unchanged("y", flat(tape.y()), flat(right.y()));
        loss(mine, tape);
    }

    void loss(double mine, Tape tape) {
        var terms = new ArrayList<Term>();
        var guesses = new ArrayList<>(factors(new double[] {loss}));
        double absolute = 0, everyClass = 0, noLog = 0;
        for (int t = T - n + 1; t <= T; t++) {
            double[] y = right.y()[t], target = s.target()[t], off = add(y, -1, target), q = rnn.softmax(y);
            double one = s.classes() ? -Math.log(dot(q, target)) : dot(off, off) / O;
            terms.add(new Term("step " + t, new double[] {one / n}));
            guesses.add(new Guess("is step " + t + "'s alone, not the mean of all", one));
            absolute += sum(map(off, Math::abs)) / (O * n);
            everyClass -= sum(map(q, Math::log)) / n;
            noLog += dot(q, target) / n;
        }
        guesses.add(new Guess("is the root of what it should be", Math.sqrt(loss)));
        guesses.add(new Guess("has |…| where (…)² belongs", absolute));
        guesses.add(new Guess("adds −log p of every class: only the right one counts", everyClass));
        guesses.add(new Guess("lacks −log", noLog));
        check("the loss", new double[] {mine}, v -> v, terms, guesses.toArray(Guess[]::new));
        for (int t = 1; t <= T; t++)
            if (s.target()[t] == null) check(at("dy", t), tape.dy()[t], new double[O], tolerance, List.of());
            else outputGradient(t, tape.dy()[t]);
    }

    void outputGradient(int t, double[] dy) {
        double[] y = right.y()[t], target = s.target()[t], q = rnn.softmax(y), off = add(q, -1, target);
        double k = s.classes() ? 1.0 / n : 2.0 / (O * n), along = dot(q, off);
        check(at("dy", t), dy, v -> map(v, x -> k * x), List.of(
                s.classes() ? new Term("softmax(" + at("y", t) + ")", q, new Guess(at("y", t), y))
                    : new Term(at("y", t), y),
                new Term("−" + at("target", t), map(target, x -> -x))),
            new Guess("is multiplied by softmax's slope: softmax(y) − target has it already",
                each(q, off, (a, b) -> k * a * (b - along))),
            new Guess("is multiplied by p·(1 − p): softmax(y) − target is all",
                each(q, off, (a, b) -> k * a * (1 - a) * b)));
    }

    void stepBack() {
        int t = (T + 1) / 2;
        Tape tape = used();
        rnn.copyRows(right.h(), tape.h(), T + 1);
        rnn.copyRows(right.dy(), tape.dy(), T + 1);
        for (int k = t + 1; k <= T; k++) {
            tape.dh()[k] = right.dh()[k].clone();
            tape.da()[k] = right.da()[k].clone();
        }
        Weights mine = stale();
        yours.stepBack(p, s, tape, t, mine);
        unchanged("p", all(p), all(original));
        stateGradients(tape, t);
        weightGradients(mine, t, t, true);
        unchanged("h", flat(tape.h()), flat(right.h()));
        unchanged("dy", flat(tape.dy()), flat(right.dy()));
    }

    Weights stale() {
        Weights w = Weights.zeros(I, H, O);
        for (double[] row : w.rows()) Arrays.fill(row, STALE);
        return w;
    }

    void stateGradients(Tape tape, int t) {
        double[][] WhyT = transposed(p.Why()), WhhT = transposed(p.Whh());
        double[] dy = right.dy()[t], h = right.h()[t], dh = right.dh()[t], daNext = right.da()[t + 1];
        double[] dhNext = t < T ? right.dh()[t + 1] : new double[H], old = map(h, v -> STALE);
        String nextDh = at("dh", t + 1), slope = " where 1 − h[" + t + "]² belongs";
        check(at("dh", t), tape.dh()[t], v -> v, List.of(
            product(at("dy", t), dy, "Whyᵀ", WhyT),
            product(at("da", t + 1), daNext, "Whhᵀ", WhhT,
                new Guess(nextDh + "·Whhᵀ", times(dhNext, WhhT)), new Guess(nextDh + "·Whh", times(dhNext, p.Whh())),
                new Guess(nextDh, dhNext), new Guess(at("da", t + 1), daNext),
                new Guess("numbers from before, times Whhᵀ,", times(old, WhhT)))));
        check(at("da", t), tape.da()[t], right.da()[t], tolerance, List.of(
            new Guess("lacks 1 − h[" + t + "]²: it is " + at("dh", t) + " alone", dh),
            new Guess("is 1 − h[" + t + "]² alone: it lacks " + at("dh", t), map(h, v -> 1 - v * v)),
            new Guess("has 1 − tanh(h[" + t + "])²" + slope + ": h is tanh(a) already",
                each(dh, h, (g, v) -> g * (1 - Math.pow(rnn.tanh(v), 2)))),
            new Guess("has 1 − h[" + t + "]" + slope, each(dh, h, (g, v) -> g * (1 - v))),
            new Guess("has (1 − h[" + t + "])²" + slope, each(dh, h, (g, v) -> g * (1 - v) * (1 - v))),
            new Guess("has the sigmoid's h[" + t + "]·(1 − h[" + t + "])" + slope,
                each(dh, h, (g, v) -> g * v * (1 - v))),
            new Guess("has 1 + h[" + t + "]²" + slope, each(dh, h, (g, v) -> g * (1 + v * v))),
            new Guess("has 1 / (1 − h[" + t + "]²)" + slope, each(dh, h, (g, v) -> g / (1 - v * v))),
            new Guess("has " + at("h", t - 1) + " where " + at("h", t) + " belongs",
                each(dh, right.h()[t - 1], (g, v) -> g * (1 - v * v))),
            new Guess("takes only " + at("dy", t) + "·Whyᵀ for " + at("dh", t),
                each(times(dy, WhyT), h, (g, v) -> g * (1 - v * v)))));
    }

    /** The gradients of the weights: sums over the steps from … to, added to what was there before or not. */
    void weightGradients(Weights mine, int from, int to, boolean added) {
        double[][] x = s.x(), h = right.h(), dy = right.dy(), dh = right.dh(), da = right.da();
        sums("dWxh", flat(mine.Wxh()), from, to, added, t -> outer(at("x", t), x[t], at("da", t), da[t],
            new Guess(at("x", t) + "ᵀ·" + at("dh", t), outer(x[t], dh[t]))));
        sums("dWhh", flat(mine.Whh()), from, to, added, t -> outer(at("h", t - 1), h[t - 1], at("da", t), da[t],
            new Guess(at("h", t) + "ᵀ·" + at("da", t), outer(h[t], da[t])),
            new Guess(at("h", t - 1) + "ᵀ·" + at("dh", t), outer(h[t - 1], dh[t]))));
        sums("dbh", mine.bh(), from, to, added, t -> new Term(at("da", t), da[t], new Guess(at("dh", t), dh[t])));
        sums("dWhy", flat(mine.Why()), from, to, added, t -> outer(at("h", t), h[t], at("dy", t), dy[t],
            new Guess(at("h", t - 1) + "ᵀ·" + at("dy", t), outer(h[t - 1], dy[t]))));
        sums("dby", mine.by(), from, to, added, t -> new Term(at("dy", t), dy[t], new Guess(at("da", t), da[t])));
    }

    void sums(String name, double[] mine, int from, int to, boolean added, IntFunction<Term> term) {
        var terms = new ArrayList<>(IntStream.rangeClosed(from, to).mapToObj(term).toList());
        Term first = terms.get(0);
        var everywhere = IntStream.range(0, first.instead.length)       // the same mistake in each step
            .filter(i -> first.instead[i].value.length == first.value.length)
            .mapToObj(i -> new Guess("has " + first.instead[i].words + " where " + first.text + " belongs"
                + (from < to ? ", and so in each step" : ""),
                add(sum(terms.stream().map(each -> new Term("", each.instead[i].value)).toList()),
                    added ? STALE : 0, map(first.value, v -> 1)))).toArray(Guess[]::new);
        if (added) terms.add(new Term("what was there before (+=, not =)", map(first.value, v -> STALE)));
        check(name, mine, v -> v, terms, everywhere);
    }

    void bptt() {
        Tape tape = used();
        Weights mine = stale();
        double loss = yours.bptt(p, s, tape, mine);
        unchanged("p", all(p), all(original));
        forward(tape);
        loss(loss, tape);
        for (int t = T; t >= 1; t--) stateGradients(tape, t);
        weightGradients(mine, 1, T, false);
        numericalGradients(mine);
    }

    /** By (8·(L(+ε) − L(−ε)) − (L(+2ε) − L(−2ε))) / 12ε of your own loss: off by about ε⁴ = 10⁻¹². */
    void numericalGradients(Weights mine) {
        Tape tape = used();
        double[] factors = {1, -8, 0, 8, -1};
        double epsilon = 1.0 / 1024;
        for (int m = 0; m < 5; m++) {
            double[] numerical = new double[matrix(p, m).length];
            int at = 0;
            for (double[] row : parameters(p).matrices()[m])
                for (int j = 0; j < row.length; j++, at++) {
                    double old = row[j];
                    for (int i = 0; i < factors.length; i++) {
                        row[j] = old + (i - 2) * epsilon;
                        yours.forward(p, s, tape);
                        numerical[at] += factors[i] * yours.loss(s, tape) / (12 * epsilon);
                    }
                    row[j] = old;
                }
            check("by your own loss d" + rnn.Parameters.NAMES.get(m), matrix(mine, m), numerical, 1e-9, List.of());
        }
    }

    void truncated() {
        if (n < T) return;
        var mine = yours.truncated(p, s, STEPS);
        unchanged("p", all(p), all(original));
        int windows = (T + STEPS - 1) / STEPS;
        if (mine == null || mine.size() != windows)
            throw new Wrong("gives %s gradients; %d steps are %d windows of up to %d",
                mine == null ? "no" : mine.size(), T, windows, STEPS);
        Tape whole = Tape.of(T, H, O);
        pass(p, s, new double[H], whole, stale());
        double[] before = new double[all(p).length];
        for (int w = 0, from = 1; w < windows; w++, from += STEPS) {
            int to = Math.min(from + STEPS - 1, T);
            String name = "d of window " + (w + 1);
            for (int v = 0; v < w; v++) if (mine.get(v) == mine.get(w))
                throw new Wrong("%s is one object with d of window %d", name, v + 1);
            double[] gradient = gradient(from, to, whole.h()[from - 1]);
            check(name, all(mine.get(w)), gradient, tolerance, windowMistakes(from, to, whole.h(), gradient, before));
            before = add(before, 1, gradient);
        }
    }

    /** What the gradient of the window from … to is taken for; h: the states; before: the sum of those before. */
    List<Guess> windowMistakes(int from, int to, double[][] h, double[] gradient, double[] before) {
        double[] zero = new double[H];
        var guesses = new ArrayList<Guess>();
        guesses.add(new Guess("begins with a state of 0: carry over " + at("h", from - 1), gradient(from, to, zero)));
        guesses.add(new Guess("also holds the gradients of the windows before: each needs Weights of its own",
            add(gradient, 1, before)));
        Sequence back = s.part(1, to);
        for (int t = 1; t < from; t++) back.target()[t] = null;
        Weights all = stale();
        pass(p, back, zero, Tape.of(to, H, O), all);
        guesses.add(new Guess("goes back beyond the window: carry the state over, not the gradient", all(all)));
        for (int a = 1; a <= T; a++)
            guesses.add(new Guess("begins with " + at("h", a) + " where " + at("h", from - 1) + " belongs",
                gradient(from, to, h[a])));
        for (int a = 1; a <= T; a++)
            for (int b = a; b <= T; b++)
                guesses.add(new Guess("is the gradient of steps " + a + "…" + b + ", not of " + from + "…" + to,
                    gradient(a, b, h[a - 1])));
        double share = (to - from + 1.0) / T;
        guesses.add(new Guess("is of the mean over all steps, not the window's", map(gradient, v -> v * share)));
        return guesses;
    }

    double[] gradient(int from, int to, double[] h) {
        Weights d = stale();
        pass(p, s.part(from, to), h, Tape.of(to - from + 1, H, O), d);
        return all(d);
    }

    void clip() {
        for (double max : new double[] {0.1, 100}) {
            Weights mine = noise(1), right = copy(mine), byRow = copy(mine), byMatrix = copy(mine);
            double[] d = all(mine);
            double norm = Math.sqrt(dot(d, d)), largest = Arrays.stream(d).map(Math::abs).max().getAsDouble();
            rnn.clip(parameters(right), max);
            for (double[] row : byRow.rows()) shorten(max, row);
            for (double[][] matrix : parameters(byMatrix).matrices()) shorten(max, matrix);
            Weights noBiases = new Weights(right.Wxh(), right.Whh(), mine.bh().clone(), right.Why(), mine.by().clone());
            yours.clip(mine, max);
            check("d", all(mine), all(right), 1e-6, List.of(            // rnn.java, as PyTorch, adds 1e-6 to ‖d‖
                new Guess("is not changed, though ‖d‖ > max", d),
                new Guess("is changed, though ‖d‖ ≤ max", map(d, v -> v * max / norm)),
                new Guess("is cut number by number: multiply all by the same",
                    map(d, v -> Math.max(-max, Math.min(v, max)))),
                new Guess("is cut row by row: ‖d‖ is of all numbers together", all(byRow)),
                new Guess("is cut matrix by matrix: ‖d‖ is of all numbers together", all(byMatrix)),
                new Guess("is cut but for bh and by", all(noBiases)),
                new Guess("is multiplied by max/‖d‖²: the root is missing", map(d, v -> v * max / (norm * norm))),
                new Guess("is multiplied by max/Σ|d|: squares belong there, and the root of their sum",
                    map(d, v -> v * max / sum(map(d, Math::abs)))),
                new Guess("is multiplied by max / the largest: ‖d‖ is of all numbers", map(d, v -> v * max / largest)),
                new Guess("is multiplied by ‖d‖/max, not max/‖d‖", map(d, v -> v * norm / max)),
                new Guess("is multiplied by 1/‖d‖, not max/‖d‖", map(d, v -> v / norm))));
        }
    }

    static void shorten(double max, double[]... rows) {
        double norm = Math.sqrt(sum(map(flat(rows), v -> v * v)));
        for (double[] row : rows)
            for (int j = 0; j < row.length; j++) row[j] *= Math.min(1, max / norm);
    }

    void sgd() {
        double rate = 0.3, momentum = 0.9;
        Weights W = noise(1), dW = noise(1), v = noise(1), W0 = copy(W), d0 = copy(dW), v0 = copy(v), right = copy(v);
        rnn.sgd(parameters(copy(W)), parameters(dW), parameters(right), rate, momentum);
        yours.sgd(W, dW, v, rate, momentum);
        for (int m = 0; m < 5; m++) {
            String name = rnn.Parameters.NAMES.get(m);
            double[] g = matrix(d0, m), old = matrix(v0, m), next = matrix(right, m);
            check("v." + name, matrix(v, m), u -> u, List.of(
                new Term("momentum·v", map(old, u -> momentum * u), new Guess("v", old)),
                new Term("d", g, new Guess("learningRate·d", map(g, u -> rate * u)),
                    new Guess("(1 − momentum)·d", map(g, u -> (1 - momentum) * u)))), new Guess("is not changed", old));
            check("p." + name, matrix(W, m), u -> u, List.of(new Term("p", matrix(W0, m)),
                new Term("−learningRate·v", map(next, u -> -rate * u),
                    new Guess("−learningRate·d", map(g, u -> -rate * u)),
                    new Guess("−v", map(next, u -> -u)),
                    new Guess("−learningRate·(the old v)", map(old, u -> -rate * u)),
                    new Guess("−learningRate·(d + momentum·v)", map(add(g, momentum, next), u -> -rate * u)))));
        }
        unchanged("d", all(dW), all(d0));
    }

    // ── Training ──────────────────────────────────────────────────────────────────────────────────────────────

    /** How a training goes wrong. */
    enum Slip {
        NONE(""),
        NO_UPDATE("is that of weights that never change"),
        UPHILL("is that of updates along the gradient, not against it"),
        LATE_LOSS("is taken after the update: take it before"),
        LATE_GRADIENT("lacks the last update: first the gradient, then the update"),
        CARRIED("is that of sequences that begin with the last state: h[0] has to be 0"),
        NO_MOMENTUM("is that of a training without momentum: velocities last until the end"),
        EPOCH_VELOCITY("is that of velocities that begin with 0 in each epoch"),
        NO_CLIP("is that of gradients that are not clipped before the update"),
        ONE_UPDATE("is that of one update an epoch, by the sum of the gradients"),
        LAST_UPDATE("is that of one update an epoch, by the last gradient"),
        BACKWARDS("is that of sequences in the reverse order"),
        ALIKE("counts each sequence alike: weigh its loss by its steps"),
        SUM("is a sum: divide by the number of scored steps");

        final String words;

        Slip(String words) { this.words = words; }
    }

    /** How exercise 12 learns: the weights to begin with, what to learn, and how. */
    record Plan(Weights start, List<Sequence> sequences, double rate, double momentum, double max) { }

    record Trained(Weights p, double[] losses) { }

    /** A training by rnn.java's own functions, with one slip. */
    static Trained train(Plan plan, int epochs, Slip slip) {
        Weights p = copy(plan.start), zeros = copy(plan.start);
        rnn.zero(zeros.rows(), 0, zeros.rows().length);
        Weights d = copy(zeros), v = copy(zeros);
        double[] losses = new double[epochs], h = new double[p.bh().length];
        for (int epoch = 0; epoch < epochs; epoch++) {
            double lossSum = 0, weights = 0;
            Weights sum = copy(zeros);
            if (slip == Slip.EPOCH_VELOCITY) v = copy(zeros);
            for (int i = 0, end = plan.sequences.size() - 1; i <= end; i++) {
                Sequence s = plan.sequences.get(slip == Slip.BACKWARDS ? end - i : i);
                Tape tape = Tape.of(s.T(), h.length, p.by().length);
                if (slip == Slip.LATE_GRADIENT) update(p, d, v, plan, slip);
                double loss = pass(p, s, h, tape, d), weight = slip == Slip.ALIKE ? 1 : scored(s);
                if (slip == Slip.CARRIED) h = tape.h()[s.T()];
                if (slip != Slip.NO_CLIP) rnn.clip(parameters(d), plan.max);
                for (int r = 0; r < sum.rows().length; r++) rnn.addRow(1, d.rows()[r], sum.rows()[r]);
                switch (slip) {
                    case NO_UPDATE, LATE_GRADIENT -> { }
                    case ONE_UPDATE -> { if (i == end) update(p, sum, v, plan, slip); }
                    case LAST_UPDATE -> { if (i == end) update(p, d, v, plan, slip); }
                    default -> update(p, d, v, plan, slip);
                }
                if (slip == Slip.LATE_LOSS) loss = pass(p, s, h, tape, copy(d));
                lossSum += weight * loss;
                weights += weight;
            }
            losses[epoch] = slip == Slip.SUM ? lossSum : lossSum / weights;
        }
        return new Trained(p, losses);
    }

    static void update(Weights p, Weights d, Weights v, Plan plan, Slip slip) {
        rnn.sgd(parameters(p), parameters(d), parameters(v), slip == Slip.UPHILL ? -plan.rate : plan.rate,
            slip == Slip.NO_MOMENTUM ? 0 : plan.momentum);
    }

    static long scored(Sequence s) { return Stream.of(s.target()).filter(Objects::nonNull).count(); }

    /** Holds the first epochs of your training against rnn.java's; then trains on. The weights at the end. */
    Weights learn(Plan plan, BiFunction<Weights, Integer, double[]> yours) {
        int few = 3;
        var slips = Stream.of(Slip.values()).map(slip -> train(plan, few, slip)).toList();
        Weights mine = copy(plan.start);
        double[] losses = yours.apply(mine, few);
        double updates = few * plan.sequences.size(), clipped = plan.rate / (1 - plan.momentum) * 1e-6;
        double tolerance = updates * (this.tolerance + (plan.max < 10 ? clipped : 0));
        check("loss", losses, slips.get(0).losses, tolerance,
            Stream.of(Slip.values()).map(slip -> new Guess(slip.words, slips.get(slip.ordinal()).losses)).toList());
        check("p", all(mine), all(slips.get(0).p), tolerance, List.of(new Guess("is not changed", all(plan.start)),
            new Guess(Slip.LATE_GRADIENT.words, all(slips.get(Slip.LATE_GRADIENT.ordinal()).p))));
        mine = copy(plan.start);
        yours.apply(mine, EPOCHS);
        return mine;
    }

    static Sequence toy() {
        double[][] x = new double[4][], target = new double[4][];
        System.arraycopy(((rnn.Dense) rnn.toy().input()).x(), 0, x, 1, 3);
        target[3] = ((rnn.Dense) rnn.toy().target()).x()[0];
        return new Sequence(x, target, false);
    }

    void learnToy() {
        Sequence toy = toy();
        Weights learnt = learn(new Plan(p, List.of(toy), 0.1, 0, Double.POSITIVE_INFINITY),
            (weights, epochs) -> yours.learnToy(weights, toy, epochs, 0.1));
        check("after " + EPOCHS + " epochs y[3]", outputs(learnt, toy)[3], toy.target()[3], 1e-3, List.of());
    }

    /** Random bits; the class of a step is 1 where the number of ones so far is odd. */
    Sequence parity(int T) {
        double[][] x = new double[T + 1][], target = new double[T + 1][];
        for (int t = 1, odd = 0; t <= T; t++) {
            int bit = random.nextInt(2);
            odd ^= bit;
            x[t] = new double[] {bit};
            target[t] = rnn.oneHot(odd, 2);
        }
        return new Sequence(x, target, true);
    }

    void learnParity() {
        var sequences = IntStream.range(0, 60).mapToObj(i -> parity(2 + i % 9)).toList();
        Plan plan = new Plan(p, sequences, 0.1, 0.9, 1);
        Weights learnt = learn(plan, (weights, epochs) ->
            yours.learnParity(weights, sequences, epochs, plan.rate, plan.momentum, plan.max));
        Sequence longer = parity(30);
        double[][] y = outputs(learnt, longer);
        for (int t = 1; t <= 30; t++)
            if (rnn.argmax(y[t]) != rnn.argmax(longer.target()[t]))
                throw new Wrong("begins right, but after %d epochs the class of step %d of 30 is wrong", EPOCHS, t);
    }

    double[][] outputs(Weights p, Sequence s) {
        Tape tape = Tape.of(s.T(), H, O);
        yours.forward(p, s, tape);
        return tape.y();
    }
}
