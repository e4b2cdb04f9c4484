///usr/bin/env jbang "$0" "$@" ; exit $?
// SPDX-License-Identifier: MIT
//JAVA 17+
//SOURCES rnn.java
//DEPS org.junit.jupiter:junit-jupiter:5.14.4
//DEPS org.junit.platform:junit-platform-launcher:1.14.4
//DEPS tools.jackson.core:jackson-databind:3.2.4
//DEPS com.networknt:json-schema-validator:3.0.9
//DEPS org.slf4j:slf4j-nop:2.0.17

// The tests of rnn.java, by JUnit 5:  ./jbang RnnTest.java            all of them
//                                     ./jbang RnnTest.java Section5   those whose class or method has that in its name

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.*;
import java.lang.management.*;
import java.math.*;
import java.nio.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.security.MessageDigest;
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.*;
import java.util.regex.*;
import java.util.stream.*;
import jdk.jshell.*;
import jdk.jshell.execution.*;
import jdk.jshell.spi.*;
import org.junit.jupiter.api.*;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.*;
import org.junit.platform.engine.*;
import org.junit.platform.launcher.*;
import org.junit.platform.launcher.core.*;
import org.junit.platform.launcher.listeners.*;
import tools.jackson.databind.*;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.*;

import static java.nio.charset.StandardCharsets.*;
import static org.junit.jupiter.api.Assertions.*;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

class RnnTest {

    public static void main(String... parts) {
        var counts = new SummaryGeneratingListener();
        LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request()
            .selectors(selectClass(RnnTest.class)).filters(named(parts)).build(), counts, new Report());
        var summary = counts.getSummary();
        long failed = summary.getTotalFailureCount(), passed = summary.getTestsSucceededCount();
        long skipped = summary.getTestsSkippedCount() + summary.getTestsAbortedCount();
        if (summary.getTestsFoundCount() == 0)
            System.out.println("no test has \"" + String.join("\" or \"", parts) + "\" in the name of its class or method");
        System.out.printf("%d passed, %d failed%s%n", passed, failed, skipped == 0 ? "" : ", " + skipped + " skipped");
        System.exit(failed == 0 && passed > 0 ? 0 : 1);
    }

    /** The tests whose class or method has one of the parts in its name; all if there is none. */
    static PostDiscoveryFilter named(String... parts) {
        return test -> FilterResult.includedIf(parts.length == 0 || !test.getChildren().isEmpty()
            || Stream.of(parts).anyMatch(part -> test.getUniqueId().toString().contains(part)));
    }

    /** Prints every failure as it happens (which test, what, where) and a line for each class that is done. */
    static final class Report implements TestExecutionListener {
        private TestPlan plan;
        private final Map<String, Long> started = new HashMap<>();

        @Override public void testPlanExecutionStarted(TestPlan plan) { this.plan = plan; }

        @Override public void executionStarted(TestIdentifier test) {
            started.put(test.getUniqueId(), System.nanoTime());
        }

        @Override public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            double seconds = (System.nanoTime() - started.get(test.getUniqueId())) / 1e9;
            result.getThrowable().filter(t -> result.getStatus() == TestExecutionResult.Status.FAILED).ifPresent(t ->
                System.out.printf("FAILED  %s%n        %s%n%s", name(test), t.toString().lines().limit(25)
                    .map(line -> line.length() <= 300 ? line : line.substring(0, 300) + " …")
                    .collect(Collectors.joining("\n        ")), where(t)));
            boolean isClass = test.isContainer()
                && test.getUniqueId().lastIndexOf("[nested-class:") > test.getUniqueId().lastIndexOf("/");
            if (isClass) System.out.printf(Locale.ROOT, "%-24s %5.1f s%n", test.getDisplayName(), seconds);
        }

        /** The class, the method, and which of the method's cases. */
        private String name(TestIdentifier test) {
            var names = new ArrayDeque<String>();
            for (var at = Optional.of(test); at.isPresent(); at = plan.getParent(at.get()))
                if (at.get().getParentId().isPresent()) names.addFirst(at.get().getDisplayName());
            return String.join(" > ", names);
        }

        /** The lines of the tests that it came from. */
        private static String where(Throwable t) {
            return Arrays.stream(t.getStackTrace()).filter(line -> "RnnTest.java".equals(line.getFileName()))
                .limit(3).map(line -> "        at " + line.getMethodName() + " (RnnTest.java:"
                    + line.getLineNumber() + ")\n")
                .collect(Collectors.joining());
        }
    }

    // ── The mathematics: what its tests share ───────────────────────────────────────────────────────────────────────

    /** Training runs by PyTorch, and values of tanh, exp and expm1 to 40 digits; made by bench/reference.py. */
    static final Path REFERENCE = Path.of("bench/reference.json");

    static JsonNode reference(String key) {
        try {
            return JsonMapper.shared().readTree(Files.readString(REFERENCE)).get(key);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static final int[] SIZES = {1, 2, 3, 5, 13};

    static double uniform(Random random) { return 2 * random.nextDouble() - 1; }

    static double[] vector(Random random, int n) {
        return IntStream.range(0, n).mapToDouble(i -> uniform(random)).toArray();
    }

    static double[][] matrix(Random random, int n, int m) {
        return IntStream.range(0, n).mapToObj(i -> vector(random, m)).toArray(double[][]::new);
    }

    static double[][][] matrices(Random random, int T, int n, int m) {
        return IntStream.range(0, T).mapToObj(t -> matrix(random, n, m)).toArray(double[][][]::new);
    }

    /**
     * Uniform in ±1/√H: larger weights make the loss so wild a function that its differences say little of its slope.
     */
    static rnn.Parameters network(Random random, int I, int H, int O) {
        var p = new rnn.Parameters(matrix(random, I, H), matrix(random, H, H), vector(random, H),
            matrix(random, H, O), vector(random, O));
        for (double[] row : rows(p)) for (int j = 0; j < row.length; j++) row[j] /= Math.sqrt(H);
        return p;
    }

    /** A network with one unit of each kind. */
    static rnn.Parameters network(double Wxh, double Whh, double bh, double Why, double by) {
        return new rnn.Parameters(new double[][] {{Wxh}}, new double[][] {{Whh}}, new double[] {bh},
            new double[][] {{Why}}, new double[] {by});
    }

    /** A network that says y whatever it reads. */
    static rnn.Parameters saying(double[] y, int I) {
        return new rnn.Parameters(new double[I][1], new double[1][1], new double[1], new double[1][y.length], y);
    }

    /** All arrays of a network, one after the other: Wxh, Whh, bh, Why, by, row by row. Not copies. */
    static List<double[]> rows(rnn.Parameters p) {
        var rows = new ArrayList<double[]>();
        for (double[][] W : List.of(p.Wxh(), p.Whh(), new double[][] {p.bh()}, p.Why(), new double[][] {p.by()}))
            rows.addAll(Arrays.asList(W));
        return rows;
    }

    static double[] flat(List<double[]> rows) {
        return rows.stream().flatMapToDouble(Arrays::stream).toArray();
    }

    static double[] flat(rnn.Parameters p) { return flat(rows(p)); }

    /** Errors are relative, |a − e| / (|a| + |e|), where the numbers are larger than the floor, else relative to it. */
    static double error(double expected, double actual, double floor) {
        return Math.abs(actual - expected) / Math.max(Math.abs(actual) + Math.abs(expected), floor);
    }

    static void assertAgree(double[] expected, double[] actual, double tolerance, double floor, Object what) {
        assertEquals(expected.length, actual.length);
        for (int k = 0; k < expected.length; k++)
            if (!(error(expected[k], actual[k], floor) < tolerance))
                fail(what + ": element " + k + " is " + actual[k] + ", not " + expected[k]);
    }

    static void assertWithin(double tolerance, double[] expected, double[] actual, Object what) {
        assertArrayEquals(expected, actual, tolerance, () -> what.toString());
    }

    static final rnn.Team ROW_BY_ROW = (n, work, part) -> {
        for (int i = 0; i < n; i++) part.run(i, i + 1);
    };

    /** Parts of 1, 3, 5, … rows, the last one first. */
    static final rnn.Team ODD_PARTS_BACKWARDS = (n, work, part) -> {
        var ends = new ArrayList<Integer>(List.of(0));
        for (int size = 1, end = 0; end < n; size += 2) ends.add(end = Math.min(n, end + size));
        for (int i = ends.size() - 1; i > 0; i--) part.run(ends.get(i - 1), ends.get(i));
    };

    static final rnn.Team THREADS = (n, work, part) -> IntStream.range(0, n).parallel()
        .forEach(i -> part.run(i, i + 1));

    // A second opinion that shares no code with rnn.java: the whole network in dual numbers and plain loops.

    /** value + slope·ε with ε² = 0. Since f(v + sε) = f(v) + f′(v)·s·ε, a computation carries its derivative along. */
    record Dual(double value, double slope) {
        static Dual of(double value) { return new Dual(value, 0); }

        Dual plus(Dual o) { return new Dual(value + o.value, slope + o.slope); }
        Dual minus(Dual o) { return new Dual(value - o.value, slope - o.slope); }
        Dual times(Dual o) { return new Dual(value * o.value, slope * o.value + value * o.slope); }
        Dual over(Dual o) { return new Dual(value / o.value, (slope - value / o.value * o.slope) / o.value); }
        Dual exp() { return new Dual(StrictMath.exp(value), slope * StrictMath.exp(value)); }
        Dual log() { return new Dual(StrictMath.log(value), slope / value); }

        Dual tanh() {
            double cosh = StrictMath.cosh(value);
            return new Dual(StrictMath.tanh(value), slope / (cosh * cosh));
        }
    }

    /** Dual numbers of the values v, the slope of number k 1 and of all others 0. */
    static Dual[] duals(double[] v, int k) {
        return IntStream.range(0, v.length).mapToObj(i -> new Dual(v[i], i == k ? 1 : 0)).toArray(Dual[]::new);
    }

    static double[] values(Dual[] duals) {
        return Arrays.stream(duals).mapToDouble(Dual::value).toArray();
    }

    /**
     * The network of the weights w: Wxh [I,H], Whh [H,H], bh [H], Why [H,O], by [O], one after the other, row by row.
     */
    record Oracle(Dual[] w, int I, int H, int O) {
        static Oracle of(rnn.Parameters p) {
            return new Oracle(duals(flat(p), -1), p.Wxh().length, p.bh().length, p.by().length);
        }

        Dual[] state(double[] x, Dual[] hPrev) {
            Dual[] h = new Dual[H];
            for (int j = 0; j < H; j++) {
                Dual a = w[I * H + H * H + j];
                for (int i = 0; i < I; i++) a = a.plus(Dual.of(x[i]).times(w[i * H + j]));
                for (int i = 0; i < H; i++) a = a.plus(hPrev[i].times(w[I * H + i * H + j]));
                h[j] = a.tanh();
            }
            return h;
        }

        Dual[] output(Dual[] h) {
            Dual[] y = new Dual[O];
            int Why = I * H + H * H + H;
            for (int o = 0; o < O; o++) {
                y[o] = w[Why + H * O + o];
                for (int j = 0; j < H; j++) y[o] = y[o].plus(h[j].times(w[Why + j * O + o]));
            }
            return y;
        }

        /** The values of the outputs after each step of x, from the state h0. */
        double[][] outputs(double[][] x, double[] h0) {
            Dual[] h = duals(h0, -1);
            double[][] y = new double[x.length][];
            for (int t = 0; t < x.length; t++) {
                h = state(x[t], h);
                y[t] = values(output(h));
            }
            return y;
        }
    }

    static Dual crossEntropy(Dual[] y, int label) {
        Dual max = y[0], sum = Dual.of(0);
        for (Dual v : y) if (v.value() > max.value()) max = v;
        for (Dual v : y) sum = sum.plus(v.minus(max).exp());
        return sum.log().minus(y[label].minus(max));
    }

    static Dual squares(Dual[] y, double[] goal) {
        Dual sum = Dual.of(0);
        for (int o = 0; o < y.length; o++)
            sum = sum.plus(y[o].minus(Dual.of(goal[o])).times(y[o].minus(Dual.of(goal[o]))));
        return sum;
    }

    /** The vectors x [T,B,I], row t·B + b. */
    static rnn.Dense dense(double[][][] x) {
        return new rnn.Dense(Stream.of(x).flatMap(Stream::of).toArray(double[][]::new));
    }

    /** The codes [T,B], row t·B + b. */
    static rnn.OneHot oneHot(int[][] codes, int width) {
        return new rnn.OneHot(Stream.of(codes).flatMapToInt(Arrays::stream).toArray(), width);
    }

    /** A network, what it reads from which state [B,H], and what it should say at the last steps: vectors or labels. */
    record Problem(rnn.Parameters p, double[][] h0, double[][][] x, int[][] codes, double[][][] goals, int[][] labels) {

        static Problem random(Random random, int B, int T, int I, int H, int O, int scored, boolean oneHot,
                              boolean classes) {
            int[][] codes = new int[T][B], labels = new int[scored][B];
            for (int[] step : codes) Arrays.setAll(step, b -> random.nextInt(I));
            for (int[] step : labels) Arrays.setAll(step, b -> random.nextInt(O));
            double[][][] x = matrices(random, T, B, I);
            if (oneHot) for (int t = 0; t < T; t++) for (int b = 0; b < B; b++) {
                x[t][b] = new double[I];
                x[t][b][codes[t][b]] = 1;
            }
            return new Problem(network(random, I, H, O), matrix(random, B, H), x, oneHot ? codes : null,
                classes ? null : matrices(random, scored, B, O), classes ? labels : null);
        }

        rnn.Vectors input() { return codes == null ? dense(x) : oneHot(codes, p.I()); }
        rnn.Vectors target() { return labels == null ? dense(goals) : oneHot(labels, p.O()); }

        int T() { return x.length; }
        int B() { return h0.length; }
        int scored() { return labels == null ? goals.length : labels.length; }

        /** All that the loss is differentiated by: the parameters and the carried state. */
        List<double[]> variables() {
            var rows = rows(p);
            rows.addAll(Arrays.asList(h0));
            return rows;
        }

        rnn.Tape tape() {
            return rnn.Tape.ready(null, p, T() * B(), B(), h0);
        }

        /** The loss by rnn.java. */
        double loss() {
            rnn.Tape tape = tape();
            rnn.forward(p, input(), tape, rnn.ALONE);
            return rnn.loss(target(), input().n(), tape, rnn.ALONE);
        }

        /** Its gradient with respect to the variables by rnn.java. */
        double[] gradient() {
            Pass pass = Pass.of(this, tape(), rnn.ALONE);
            var rows = rows(pass.d());
            rows.addAll(Arrays.asList(pass.tape().dhPrev()).subList(0, B()));
            return flat(rows);
        }

        /** The loss by the oracle, and its slope with respect to variable k. */
        Dual loss(int k) {
            double[] v = flat(variables());
            Dual[] w = duals(v, k);
            int H = p.bh().length, O = p.by().length, first = v.length - B() * H;
            var oracle = new Oracle(w, p.Wxh().length, H, O);
            Dual sum = Dual.of(0);
            for (int b = 0; b < B(); b++) {
                Dual[] h = Arrays.copyOfRange(w, first + b * H, first + (b + 1) * H);
                for (int t = 0; t < T(); t++) {
                    h = oracle.state(x[t][b], h);
                    int s = t - (T() - scored());
                    if (s < 0) continue;
                    Dual[] y = oracle.output(h);
                    sum = sum.plus(labels != null ? RnnTest.crossEntropy(y, labels[s][b]) : squares(y, goals[s][b]));
                }
            }
            return sum.over(Dual.of(scored() * B() * (labels != null ? 1 : O)));
        }

        double[] dualGradient() {
            return IntStream.range(0, flat(variables()).length).mapToDouble(k -> loss(k).slope()).toArray();
        }

        /** By central differences over four points, which are off by the order of ε⁴, not ε². */
        double[] numericalGradient() {
            final double epsilon = 1.0 / 1024;
            var slopes = DoubleStream.builder();
            for (double[] row : variables())
                for (int j = 0; j < row.length; j++) {
                    double v = row[j], near, far;
                    row[j] = v + epsilon;
                    near = loss();
                    row[j] = v - epsilon;
                    near -= loss();
                    row[j] = v + 2 * epsilon;
                    far = loss();
                    row[j] = v - 2 * epsilon;
                    far -= loss();
                    row[j] = v;
                    slopes.add((8 * near - far) / (12 * epsilon));
                }
            return slopes.build().toArray();
        }

        @Override public String toString() {
            return "B=%d T=%d scored=%d I=%d H=%d O=%d %s %s".formatted(B(), T(), scored(), p.Wxh().length,
                p.bh().length,
                p.by().length, codes == null ? "vectors" : "one-hot", labels == null ? "mse" : "cross-entropy");
        }
    }

    /** Forward, loss and backward on a tape. */
    record Pass(double loss, rnn.Tape tape, rnn.Parameters d) {
        static Pass of(Problem q, rnn.Tape tape, rnn.Team team) {
            var d = rnn.Parameters.zeros(q.p.Wxh().length, q.p.bh().length, q.p.by().length);
            return new Pass(rnn.pass(q.p, q.input(), q.target(), tape, d, team), tape, d);
        }
    }

    /**
     * 25 shapes in which every two sizes meet in every two of B, T, I, H, O; each with vectors and one-hot inputs, mse
     * and cross-entropy, targets at all, at some or only at the last steps, and a carried state that is not 0.
     */
    static List<Problem> problems() {
        var problems = new ArrayList<Problem>();
        Random random = new Random(1);
        for (int a = 0; a < 5; a++)
            for (int b = 0; b < 5; b++)
                for (int kind = 0; kind < 4; kind++) {
                    int T = SIZES[b], scored = new int[] {T, 1, (T + 1) / 2}[problems.size() % 3];
                    problems.add(Problem.random(random, SIZES[a], T, SIZES[(a + b) % 5], SIZES[(a + 2 * b) % 5],
                        SIZES[(a + 3 * b) % 5], scored, kind % 2 == 1, kind >= 2));
                }
        return problems;
    }

    // ── Section 2: activations and losses ───────────────────────────────────────────────────────────────────────────

    @Nested class ActivationsAndLosses {

        /** How many units in the last place of the exact value a number is away from it. */
        double ulps(double actual, BigDecimal exact) {
            var ulp = new BigDecimal(Math.ulp(exact.doubleValue()));
            return new BigDecimal(actual).subtract(exact).divide(ulp, MathContext.DECIMAL32).abs().doubleValue();
        }

        /** The worst of f on the reference values up to `largest`. */
        double worst(String key, DoubleUnaryOperator f, double largest) {
            double worst = 0;
            for (JsonNode pair : reference(key)) {
                double x = pair.get(0).asDouble();
                var exact = new BigDecimal(pair.get(1).asString());
                if (Math.abs(x) <= largest) worst = Math.max(worst, ulps(f.applyAsDouble(x), exact));
            }
            return worst;
        }

        /** How many doubles lie from one to the other. */
        long apart(double a, double b) {
            return Math.abs(ordinal(a) - ordinal(b));
        }

        long ordinal(double x) {
            long bits = Double.doubleToRawLongBits(x);
            return bits < 0 ? Long.MIN_VALUE - bits : bits;
        }

        @Test void tanhIsWithinThreeUlpsOfTheExactValue() {
            double worst = worst("tanh", rnn::tanh, Double.MAX_VALUE);      // 1.28
            for (double x = 1e-3; x < 20; x += x < 1 ? 1e-4 : 1e-2)         // 2.16, near 0.22
                worst = Math.max(worst, ulps(rnn.tanh(x), exactTanh(x)));
            assertTrue(worst <= 2.5, worst + " ulps");
        }

        /** tanh x = 1 − 2 / (e²ˣ + 1) to 40 digits and more, with e²ˣ as the 2⁸th power of the series of e^(2x/2⁸). */
        BigDecimal exactTanh(double x) {
            var digits = new MathContext(60);
            BigDecimal r = new BigDecimal(x).divide(BigDecimal.valueOf(128)), term = BigDecimal.ONE,
                power = BigDecimal.ONE;
            for (int n = 1; n < 30; n++)
                power = power.add(term = term.multiply(r).divide(BigDecimal.valueOf(n), digits));
            for (int n = 0; n < 8; n++) power = power.multiply(power, digits);
            return BigDecimal.ONE.subtract(BigDecimal.valueOf(2).divide(power.add(BigDecimal.ONE), digits));
        }

        @Test void expIsWithinOneUlpOfTheExactValue() {
            double worst = worst("exp", rnn::exp, Double.MAX_VALUE);        // 0.91
            assertTrue(worst <= 1, () -> worst + " ulps");
        }

        @Test void theTaylorSeriesIsRoundedAlmostAsWellAsCanBe() {
            double worst = worst("expm1", rnn::expm1Reduced, Math.log(2) / 2);      // 0.52; 0.5 is the best possible
            assertTrue(worst <= 0.55, () -> worst + " ulps");
        }

        @Test void tanhAndExpStayCloseToStrictMath() {
            // whose own are within 1 ulp (exp) and 2.5 ulps (tanh) of the exact value
            Random random = new Random(2);
            long tanh = 0, exp = 0;
            for (int n = 0; n < 300_000; n++) {
                double x = uniform(random) * Math.scalb(1.0, random.nextInt(40) - 34), large = 745 * uniform(random);
                tanh = Math.max(tanh, apart(rnn.tanh(x), StrictMath.tanh(x)));
                exp = Math.max(exp, apart(rnn.exp(x), StrictMath.exp(x)));
                exp = Math.max(exp, apart(rnn.exp(large), StrictMath.exp(large)));
            }
            assertTrue(tanh <= 4 && exp <= 1, "tanh " + tanh + " ulps, exp " + exp);
        }

        @Test void tanhIsOddAndMonotoneAndEndsAtOne() {
            double before = 0;
            for (int n = 0; n <= 200_000; n++) {
                double x = n / 8192.0, h = rnn.tanh(x);
                assertEquals(-h, rnn.tanh(-x));
                // between 18.7 and 19.1 the exact value lies beside the last double before 1: last bits may waver
                double least = x < 18.7 ? before : x < 19.1 ? 1 - 0x1p-52 : 1;
                assertTrue(least <= h && h <= 1, () -> "at " + x);
                before = h;
            }
        }

        @Test void fromOneDoubleToTheNextTanhFallsByNoMoreThanItsLastBit() {
            // tried where the reduction by ln 2 goes from one k to the next
            for (int k = 0; k < 54; k++) {
                double x = (k + 0.5) * Math.log(2) / 2 - 500 * Math.ulp((k + 0.5) * Math.log(2) / 2);
                for (int n = 0; n < 1000; n++, x = Math.nextUp(x))
                    assertTrue(rnn.tanh(Math.nextUp(x)) >= Math.nextDown(rnn.tanh(x)), "at " + x);
            }
        }

        @Test void tanhOfZeroInfinityNanAndTheSmallestNumbers() {
            assertEquals(0.0, rnn.tanh(0.0));
            assertEquals(-0.0, rnn.tanh(-0.0));                             // assertEquals tells the zeros apart
            assertEquals(1, rnn.tanh(Double.POSITIVE_INFINITY));
            assertEquals(-1, rnn.tanh(Double.NEGATIVE_INFINITY));
            assertEquals(1, rnn.tanh(Double.MAX_VALUE));
            assertEquals(Double.NaN, rnn.tanh(Double.NaN));
            for (double x = Double.MIN_VALUE; x < 0x1p-55; x *= 3) {        // e = 2x + 2x² + … rounds to 2x
                assertEquals(x, rnn.tanh(x));
                assertEquals(-x, rnn.tanh(-x));
            }
        }

        @Test void expOfZeroInfinityNanAndBeyondTheRange() {
            assertEquals(1, rnn.exp(0.0));
            assertEquals(1, rnn.exp(-0.0));
            assertEquals(Double.POSITIVE_INFINITY, rnn.exp(Double.POSITIVE_INFINITY));
            assertEquals(Double.POSITIVE_INFINITY, rnn.exp(709.79));
            assertEquals(0.0, rnn.exp(Double.NEGATIVE_INFINITY));
            assertEquals(0.0, rnn.exp(-745.2));
            assertEquals(Double.MIN_VALUE, rnn.exp(-745.1));
            assertEquals(Double.NaN, rnn.exp(Double.NaN));
        }

        @Test void powersOfTwoAreExact() {
            for (int k = -1022; k <= 1023; k++) assertEquals(Math.scalb(1.0, k), rnn.pow2(k));
            for (int k = 0; k <= 58; k++) assertEquals(Math.scalb(1.0, k), rnn.smallPow2(k));
        }

        @Test void gradTanhIsTheSlopeOfTanh() {
            for (double a = -6; a <= 6; a += 1 / 64.0)
                // 1 − h² loses what h has lost: up to 3 ulps of 1
                assertEquals(new Dual(a, 1).tanh().slope(), rnn.gradTanh(rnn.tanh(a)), 4e-16);
        }

        @Test void activatingAVectorIsTanhOfItsElements() {
            Random random = new Random(3);
            for (int n : new int[] {1, 2, 3, 5, 13, 25, 100}) {
                double[] a = vector(random, n), h = a.clone(), dh = vector(random, n), da = new double[n];
                rnn.activate(new double[][] {h}, 0, 1);
                rnn.gradActivate(h, dh, da);
                for (int j = 0; j < n; j++) {
                    assertEquals(rnn.tanh(a[j]), h[j]);
                    assertEquals(dh[j] * (1 - h[j] * h[j]), da[j]);
                }
            }
        }

        @Test void softmaxIsTheShareOfEachExponential() {
            Random random = new Random(4);
            for (int K : new int[] {1, 2, 3, 5, 13, 25, 100}) {
                double[] y = vector(random, K), p = rnn.softmax(y);
                double sum = Arrays.stream(y).map(StrictMath::exp).sum();
                assertWithin(2e-16, Arrays.stream(y).map(v -> StrictMath.exp(v) / sum).toArray(), p, "K=" + K);
                assertEquals(1, Arrays.stream(p).sum(), 1e-15);
                assertEquals(StrictMath.log(sum) - Arrays.stream(y).max().getAsDouble(),
                    rnn.softmaxInto(new double[K], y), 1e-15);
            }
            assertArrayEquals(new double[] {0.25, 0.75}, rnn.softmax(new double[] {0, StrictMath.log(3)}), 2e-16);
        }

        @Test void softmaxOfHugeNumbersDoesNotOverflow() {
            assertArrayEquals(new double[] {0.5, 0.5}, rnn.softmax(new double[] {1e308, 1e308}));
            assertArrayEquals(new double[] {0, 1}, rnn.softmax(new double[] {-1e308, 1e308}));
            assertArrayEquals(new double[] {1, 0, 0}, rnn.softmax(new double[] {-1000, -2000, -1e308}));
            assertArrayEquals(new double[] {0.5, 0.5, 0}, rnn.softmax(new double[] {0, 0, Double.NEGATIVE_INFINITY}));
        }

        @Test void softmaxDoesNotChangeWhenAllNumbersGrowAlike() {
            // the numbers and the sums are exact, so that the maximum subtracted leaves the very same differences
            double[] y = {0.5, -1.25, 2, 0}, shifted = Arrays.stream(y).map(v -> v + 4096).toArray();
            assertArrayEquals(rnn.softmax(y), rnn.softmax(shifted));
        }

        @Test void gradSoftmaxIsTheWholeJacobian() {
            Random random = new Random(5);
            final double epsilon = 1e-3;
            for (int K : new int[] {1, 2, 3, 5, 13, 25}) {
                double[] y = Arrays.stream(vector(random, K)).map(v -> 3 * v).toArray();
                double[][] J = rnn.gradSoftmax(rnn.softmax(y));
                for (int j = 0; j < K; j++) {
                    double[][] p = new double[4][];
                    double[] at = {epsilon, -epsilon, 2 * epsilon, -2 * epsilon};
                    for (int n = 0; n < 4; n++) {
                        double[] moved = y.clone();
                        moved[j] += at[n];
                        p[n] = rnn.softmax(moved);
                    }
                    Dual sum = Dual.of(0);
                    for (int i = 0; i < K; i++) sum = sum.plus(new Dual(y[i], i == j ? 1 : 0).exp());
                    for (int i = 0; i < K; i++) {
                        assertEquals((8 * (p[0][i] - p[1][i]) - (p[2][i] - p[3][i])) / (12 * epsilon), J[i][j], 1e-12);
                        assertEquals(new Dual(y[i], i == j ? 1 : 0).exp().over(sum).slope(), J[i][j], 1e-15);
                    }
                }
            }
        }

        @Test void oneHotIsOneAtTheLabelOnly() {
            assertArrayEquals(new double[] {0, 0, 1, 0}, rnn.oneHot(2, 4));
            assertArrayEquals(new double[] {1}, rnn.oneHot(0, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> rnn.oneHot(4, 4));
        }

        @Test void theFirstOfSeveralLargestNumbersIsTheLikeliest() {
            assertEquals(1, rnn.argmax(new double[] {-3, 5, 5, 2}));
            assertEquals(0, rnn.argmax(new double[] {-7}));
        }

        @Test void mseIsTheMeanSquareAndItsGradientTheSlope() {
            assertEquals((1 + 4 + 0) / 3.0, rnn.mse(new double[] {2, 5, -1}, new double[] {1, 7, -1}));
            Random random = new Random(6);
            for (int O : SIZES) {
                double[] y = vector(random, O), target = vector(random, O), dy = new double[O];
                rnn.gradMse(y, target, dy);
                for (int j = 0; j < O; j++) {
                    Dual slope = squares(duals(y, j), target).over(Dual.of(O));
                    assertEquals(slope.slope(), dy[j], 4e-16);
                    assertEquals(slope.value(), rnn.mse(y, target), 4e-16);
                    double[] above = y.clone(), below = y.clone();
                    above[j] += 0.25;                                       // exact for a parabola, however far away
                    below[j] -= 0.25;
                    assertEquals((rnn.mse(above, target) - rnn.mse(below, target)) / 0.5, dy[j], 4e-15);
                }
            }
        }

        @Test void crossEntropyIsMinusTheLogOfTheLabelsShareAndItsGradientTheSlope() {
            assertEquals(StrictMath.log(4), rnn.crossEntropy(new double[] {0, StrictMath.log(3)}, 0), 3e-16);
            Random random = new Random(7);
            for (int K : SIZES) {
                double[] y = vector(random, K), dy = new double[K];
                int label = random.nextInt(K);
                double loss = rnn.gradCrossEntropy(y, label, dy);
                assertEquals(loss, rnn.crossEntropy(y, label));
                assertEquals(-StrictMath.log(rnn.softmax(y)[label]), loss, 1e-15);
                for (int j = 0; j < K; j++) {
                    double[] a = y.clone(), b = y.clone(), aa = y.clone(), bb = y.clone();
                    a[j] += 1e-3;
                    b[j] -= 1e-3;
                    aa[j] += 2e-3;
                    bb[j] -= 2e-3;
                    assertEquals((8 * (rnn.crossEntropy(a, label) - rnn.crossEntropy(b, label))
                        - (rnn.crossEntropy(aa, label) - rnn.crossEntropy(bb, label))) / 12e-3, dy[j], 2e-12);
                    assertEquals(RnnTest.crossEntropy(duals(y, j), label).slope(), dy[j], 1e-15);
                }
            }
        }

        @Test void crossEntropyIsTheGradientOfSoftmaxTimesThatOfTheLog() {
            Random random = new Random(8);
            double[] y = vector(random, 13), dy = new double[13], p = rnn.softmax(y);
            double[][] J = rnn.gradSoftmax(p);
            rnn.gradCrossEntropy(y, 4, dy);
            for (int j = 0; j < 13; j++) assertEquals(-J[4][j] / p[4], dy[j], 1e-15);
        }

        @Test void crossEntropyOfAFarOffLabelIsFinite() {
            double[] dy = new double[3];
            assertEquals(3000, rnn.gradCrossEntropy(new double[] {1000, -2000, -1500}, 1, dy));
            assertArrayEquals(new double[] {1, -1, 0}, dy);
            assertEquals(2e300, rnn.crossEntropy(new double[] {1e300, -1e300}, 1));
            assertEquals(0, rnn.crossEntropy(new double[] {1e300, -1e300}, 0));
        }
    }

    // ── Section 3: the matrix loops ─────────────────────────────────────────────────────────────────────────────────

    @Nested class MatrixLoops {
        static final int[] SMALL = {0, 1, 2, 3, 4, 5, 7, 8, 9, 13}, LARGE = {25, 100, 129, 257};

        /** Rows, products, columns: all small ones, and each large one in each place. */
        static List<int[]> shapes() {
            var shapes = new ArrayList<int[]>();
            for (int n : SMALL) for (int K : SMALL) for (int m : SMALL) shapes.add(new int[] {n, K, m});
            for (int large : LARGE)
                for (int small : new int[] {1, 3, 13, 25})
                    shapes.addAll(List.of(new int[] {large, small, 5}, new int[] {3, large, small},
                        new int[] {small, 2, large}, new int[] {small, large, large}));
            return shapes;
        }

        /** Numbers of very different sizes, so that another order of a sum would show; some zeros of both signs. */
        double[][] wild(Random random, int n, int m) {
            double[][] A = matrix(random, n, m);
            for (double[] row : A)
                for (int j = 0; j < m; j++)
                    row[j] = random.nextInt(16) == 0 ? 0 * row[j] : Math.scalb(row[j], random.nextInt(30) - 15);
            return A;
        }

        double[][] copy(double[][] A) {
            return Arrays.stream(A).map(double[]::clone).toArray(double[][]::new);
        }

        interface Entry { double at(int i, int k); }

        /** The definition: C[i][j] + a(i,0)·B[0][j] + a(i,1)·B[1][j] + …, each rounded once, in this order. */
        double[][] expected(Entry a, double[][] B, int K, double[][] C, int from, int to) {
            double[][] E = copy(C);
            for (int i = from; i < to; i++)
                for (int j = 0; j < E[i].length; j++)
                    for (int k = 0; k < K; k++) E[i][j] = Math.fma(a.at(i, k), B[k][j], E[i][j]);
            return E;
        }

        @Test void addProductHasTheBitsOfThePlainLoops() {
            Random random = new Random(9);
            for (int[] s : shapes()) {
                double[][] A = wild(random, s[0], s[1]), B = wild(random, s[1], s[2]), C = wild(random, s[0], s[2]);
                int from = random.nextInt(s[0] + 1), to = from + random.nextInt(s[0] - from + 1);
                for (int[] part : new int[][] {{0, s[0]}, {from, to}}) {
                    double[][] expected = expected((i, k) -> A[i][k], B, s[1], C, part[0], part[1]), actual = copy(C);
                    rnn.addProduct(A, B, actual, part[0], part[1]);
                    assertArrayEquals(expected, actual, () -> Arrays.toString(s));
                }
            }
        }

        @Test void addTransposedProductHasTheBitsOfThePlainLoops() {
            Random random = new Random(10);
            for (int[] s : shapes()) {
                // two rows more than are asked for: only the first n count
                double[][] A = wild(random, s[1] + 2, s[0]), B = wild(random, s[1] + 2, s[2]),
                    C = wild(random, s[0], s[2]);
                int from = random.nextInt(s[0] + 1), to = from + random.nextInt(s[0] - from + 1);
                for (int[] part : new int[][] {{0, s[0]}, {from, to}}) {
                    double[][] expected = expected((i, k) -> A[k][i], B, s[1], C, part[0], part[1]), actual = copy(C);
                    rnn.addTransposedProduct(A, B, s[1], actual, part[0], part[1]);
                    assertArrayEquals(expected, actual, () -> Arrays.toString(s));
                }
            }
        }

        @Test void theseNumbersWouldShowAnotherOrderOfTheSum() {
            Random random = new Random(11);
            double[][] A = wild(random, 3, 13), B = wild(random, 13, 5), C = wild(random, 3, 5);
            double[][] forwards = expected((i, k) -> A[i][k], B, 13, C, 0, 3);
            double[][] reversedB = copy(B);
            Collections.reverse(Arrays.asList(reversedB));
            double[][] backwards = expected((i, k) -> A[i][12 - k], reversedB, 13, C, 0, 3);
            assertFalse(Arrays.deepEquals(forwards, backwards));
        }

        @Test void transposeSwapsRowsAndColumns() {
            Random random = new Random(12);
            for (int n : new int[] {1, 2, 5, 13, 25})
                for (int m : new int[] {1, 3, 13, 100}) {
                    double[][] A = matrix(random, n, m), AT = matrix(random, m, n);
                    rnn.transpose(A, AT);
                    for (int i = 0; i < n; i++) for (int j = 0; j < m; j++) assertEquals(A[i][j], AT[j][i]);
                }
        }

        @Test void zeroLeavesTheOtherRowsAlone() {
            double[][] A = {{1, 2}, {3, 4}, {5, 6}, {7, 8}};
            rnn.zero(A, 1, 3);
            assertArrayEquals(new double[][] {{1, 2}, {0, 0}, {0, 0}, {7, 8}}, A);
        }

        @Test void fillLeavesTheOtherRowsAlone() {
            double[][] A = {{1, 2}, {3, 4}, {5, 6}};
            double[] row = {7, 8};
            rnn.fill(A, row, 1, 2);
            assertArrayEquals(new double[][] {{1, 2}, {7, 8}, {5, 6}}, A);
            assertNotSame(row, A[1]);
        }

        @Test void activateLeavesTheOtherRowsAlone() {
            double[][] h = {{1, 2}, {3, 4}, {5, 6}};
            rnn.activate(h, 1, 2);
            assertArrayEquals(new double[][] {{1, 2}, {rnn.tanh(3), rnn.tanh(4)}, {5, 6}}, h);
        }

        @Test void copiedRowsAreTheFirstOnesAndNotShared() {
            double[][] A = {{1, 2}, {3, 4}, {5, 6}}, B = {{7, 7}, {8, 8}, {9, 9}};
            rnn.copyRows(A, B, 2);
            assertArrayEquals(new double[][] {{1, 2}, {3, 4}, {9, 9}}, B);
            for (int r = 0; r < 2; r++) assertNotSame(A[r], B[r]);
        }
    }

    // ── Section 4: the model ────────────────────────────────────────────────────────────────────────────────────────

    @Nested class TheModel {

        /**
         * Differences are off by the rounding of the loss, some 1e-16/ε = 1e-13 and more where it is large, whatever
         * the gradient's size: near zero no relative tolerance can hold. With this floor it is 1e-12 there.
         */
        static final double TOLERANCE = 1e-8, FLOOR = 1e-4;

        /** Dual numbers have no ε: the floor is there only so that an exact zero does not divide by zero. */
        static final double DUAL_TOLERANCE = 1e-12, DUAL_FLOOR = 1e-10;

        @Test void gradientsAgreeWithCentralDifferences() {
            for (Problem q : problems()) assertAgree(q.numericalGradient(), q.gradient(), TOLERANCE, FLOOR, q);
        }

        @Test void lossAndGradientsAgreeWithDualNumbers() {
            for (Problem q : problems()) {
                assertEquals(q.loss(-1).value(), q.loss(), 1e-15 * Math.max(1, q.loss()), q::toString);
                assertAgree(q.dualGradient(), q.gradient(), DUAL_TOLERANCE, DUAL_FLOOR, q);
            }
        }

        @Test void aCorruptedGradientIsSeen() {
            Problem q = Problem.random(new Random(14), 3, 5, 2, 5, 3, 5, false, false);
            double[] numerical = q.numericalGradient(), duals = q.dualGradient(), right = q.gradient();
            for (int k = 0; k < right.length; k++) {
                double[] wrong = right.clone();
                // by twice the tolerance, relative to the element or, where that is small, to the floor
                wrong[k] += 2 * TOLERANCE * Math.max(FLOOR, 2 * Math.abs(right[k]));
                assertThrows(AssertionError.class, () -> assertAgree(numerical, wrong, TOLERANCE, FLOOR, q));
                wrong[k] = right[k] + 2 * DUAL_TOLERANCE * Math.max(DUAL_FLOOR, 2 * Math.abs(right[k]));
                assertThrows(AssertionError.class, () -> assertAgree(duals, wrong, DUAL_TOLERANCE, DUAL_FLOOR, q));
            }
        }

        @Test void outputsAndStatesAgreeWithPlainLoops() {
            for (Problem q : problems()) {
                rnn.Tape tape = q.tape();
                rnn.forward(q.p(), q.input(), tape, rnn.ALONE);
                for (int b = 0; b < q.B(); b++) {
                    int sequence = b;
                    double[][] x = Arrays.stream(q.x()).map(step -> step[sequence]).toArray(double[][]::new);
                    double[][] y = Oracle.of(q.p()).outputs(x, q.h0()[b]);
                    for (int t = 0; t < q.T(); t++) assertWithin(1e-15, y[t], tape.y()[t * q.B() + b], q);
                }
            }
        }

        @Test void anUpdateComputedByHand() {
            // tanh(ln 2) = (4 − 1)/(4 + 1) = 0.6 and tanh(ln 3) = (9 − 1)/(9 + 1) = 0.8. With Wxh 1, Whh 0.5, bh 0:
            //     a[1] = ln 2                            h[1] = 0.6
            //     a[2] = (ln 3 − 0.3) + 0.5·0.6 = ln 3   h[2] = 0.8     y[2] = 2·0.8 − 0.5 = 1.1
            // The target 0.1, at the last step only: loss 1, dy[2] = 2·(1.1 − 0.1) = 2. Back through time:
            //   dWhy = 2·0.8 = 1.6   dby = 2   dh[2] = 2·2 = 4   da[2] = 4·(1 − 0.64) = 1.44   dWhh = 1.44·0.6 = 0.864
            //     dh[1] = 1.44·0.5 = 0.72   da[1] = 0.72·(1 − 0.36) = 0.4608   dbh = 1.44 + 0.4608 = 1.9008
            double ln2 = StrictMath.log(2), ln3 = StrictMath.log(3);
            rnn.Parameters p = network(1, 0.5, 0, 2, -0.5), d = network(7, 7, 7, 7, 7), v = network(0, 0, 0, 0, 0);
            var x = new rnn.Dense(new double[][] {{ln2}, {ln3 - 0.3}});
            var target = new rnn.Dense(new double[][] {{0.1}});
            rnn.Tape tape = rnn.Tape.of(p, 2, 1);
            rnn.forward(p, x, tape, rnn.ALONE);
            assertEquals(0.6, tape.h(1)[0][0], 2e-16);
            assertEquals(0.8, tape.h(2)[0][0], 2e-16);
            assertEquals(1.1, tape.y()[1][0], 3e-16);
            assertEquals(1, rnn.loss(target, x.n(), tape, rnn.ALONE), 1e-15);
            rnn.backward(p, x, tape, d, rnn.ALONE);
            double dWxh = 1.44 * (ln3 - 0.3) + 0.4608 * ln2;
            assertWithin(4e-15, new double[] {dWxh, 0.864, 1.9008, 1.6, 2}, flat(d), "gradient");
            rnn.sgd(p, d, v, 0.1, 0);
            assertWithin(1e-15, new double[] {1 - 0.1 * dWxh, 0.4136, -0.19008, 1.84, -0.7}, flat(p), "weights");
        }

        @Test void oneHotInputsGiveTheBitsOfTheDenseProduct() {
            for (Problem q : problems()) {
                if (q.codes() == null) continue;
                Problem dense = new Problem(q.p(), q.h0(), q.x(), null, q.goals(), q.labels());
                assertSameBits(Pass.of(dense, dense.tape(), rnn.ALONE), Pass.of(q, q.tape(), rnn.ALONE));
            }
        }

        @Test void everyDivisionOfTheWorkGivesTheSameBits() {
            for (Problem q : problems())
                for (rnn.Team team : List.of(ROW_BY_ROW, ODD_PARTS_BACKWARDS, THREADS))
                    assertSameBits(Pass.of(q, q.tape(), rnn.ALONE), Pass.of(q, q.tape(), team));
        }

        @Test void whatTheTapeAndTheGradientHeldBeforeDoesNotMatter() {
            for (Problem q : problems()) {
                int n = q.T() * q.B();
                rnn.Tape used = rnn.Tape.of(q.p(), q.T() + 2, q.B());
                for (double[][] all : List.of(used.hPrev(), used.y(), used.dy(), used.da(), used.dhPrev(), used.WhhT(),
                                              used.WhyT()))
                    for (double[] row : all) Arrays.fill(row, Double.NaN);
                Arrays.fill(used.loss(), Double.NaN);
                assertSame(used, rnn.Tape.ready(used, q.p(), n, q.B(), q.h0()));
                Pass first = Pass.of(q, q.tape(), rnn.ALONE), again = Pass.of(q, used, rnn.ALONE);
                rnn.backward(q.p(), q.input(), used, again.d(), rnn.ALONE);  // once more: it sets, it does not add
                assertSameBits(first, again);
                for (double[][] all : List.of(used.h(), used.y(), used.dy(), used.da(), used.dh()))
                    for (int r = n; r < n + 2 * q.B(); r++)
                        for (double v : all[r]) assertTrue(Double.isNaN(v), "the rows beyond stay alone");
                for (int r = n; r < n + 2 * q.B(); r++) assertTrue(Double.isNaN(used.loss()[r]), "and the losses");
            }
        }

        @Test void stepsWithoutTargetGetNoGradientFromTheLoss() {
            Problem q = Problem.random(new Random(15), 3, 5, 2, 3, 2, 2, false, true);
            rnn.Tape tape = q.tape();
            rnn.forward(q.p(), q.input(), tape, rnn.ALONE);
            for (double[] row : tape.dy()) Arrays.fill(row, Double.NaN);
            rnn.loss(q.target(), q.input().n(), tape, rnn.ALONE);
            for (int t = 0; t < 5; t++)
                for (double g : flat(Arrays.asList(tape.dy()).subList(3 * t, 3 * t + 3)))
                    assertTrue(t < 3 ? g == 0 : g != 0 && Math.abs(g) <= 1);
        }

        @Test void theLossIsTheMeanOverSequencesAndScoredSteps() {
            // y = by = (1, 3) at every step; targets (1, 2), (1, 0) and (0, 3), (4, 3): squares 1, 9, 1, 9 of 8
            rnn.Parameters p = saying(new double[] {1, 3}, 1);
            var x = dense(new double[4][2][1]);
            var target = dense(new double[][][] {{{1, 2}, {0, 3}}, {{1, 0}, {4, 3}}});
            rnn.Tape tape = rnn.Tape.of(p, 4, 2);
            rnn.forward(p, x, tape, rnn.ALONE);
            assertEquals(20 / 8.0, rnn.loss(target, x.n(), tape, rnn.ALONE));
            assertArrayEquals(new double[][] {{0, 2 * 1 / 8.0}, {2 * 1 / 8.0, 0}},
                Arrays.copyOfRange(tape.dy(), 4, 6));
            assertArrayEquals(new double[][] {{0, 2 * 3 / 8.0}, {2 * -3 / 8.0, 0}},
                Arrays.copyOfRange(tape.dy(), 6, 8));
        }

        @Test void aStateCarriedFromWindowToWindowGivesTheBitsOfOneLongPass() {
            for (int steps : new int[] {1, 2, 5, 6, 13}) {
                Problem q = Problem.random(new Random(16), 3, 13, 2, 5, 2, 13, false, false);
                rnn.Tape whole = q.tape(), tape = null;
                double[][] state = q.h0();
                rnn.forward(q.p(), q.input(), whole, rnn.ALONE);
                for (int from = 0; from < 13; from += steps) {              // the last window is shorter
                    int to = Math.min(13, from + steps);
                    var window = dense(Arrays.copyOfRange(q.x(), from, to));
                    tape = rnn.Tape.ready(tape, q.p(), window.n(), 3, state);
                    rnn.forward(q.p(), window, tape, rnn.ALONE);
                    assertArrayEquals(Arrays.copyOfRange(whole.y(), 3 * from, 3 * to),
                        Arrays.copyOf(tape.y(), window.n()));
                    state = tape.copyOfState(window.n());
                }
                assertArrayEquals(whole.h(13), state);
            }
        }

        @Test void theStateCarriedIsACopyOfTheLastOfTheStepsThatWereRead() {
            rnn.Parameters p = saying(new double[1], 1);
            rnn.Tape tape = rnn.Tape.of(p, 3, 2);
            for (int t = 0; t < 4; t++) for (int b = 0; b < 2; b++) tape.h(t)[b][0] = 10 * t + b;
            double[][] state = tape.copyOfState(2 * 2);                     // after two steps of three
            assertArrayEquals(new double[][] {{20}, {21}}, state);
            for (int b = 0; b < 2; b++) assertNotSame(tape.h(2)[b], state[b]);
            assertSame(tape, rnn.Tape.ready(tape, p, 2 * 2, 2, state));
            assertArrayEquals(new double[][] {{20}, {21}}, tape.h(0));
            for (int b = 0; b < 2; b++) assertNotSame(state[b], tape.h(0)[b]);
            assertArrayEquals(new double[][] {{10}, {11}}, tape.h(1));      // only the state carried in is set
            assertArrayEquals(new double[2][1], rnn.Tape.ready(tape, p, 2 * 2, 2, null).h(0));
        }

        @Test void theRowsOfATapeAreThoseOfTheStepsOneBelowTheOther() {
            rnn.Tape tape = rnn.Tape.of(network(new Random(13), 2, 3, 1), 5, 2);
            for (int t = 0; t <= 5; t++)
                for (int b = 0; b < 2; b++) {
                    assertSame(tape.hPrev()[t * 2 + b], tape.h(t)[b]);
                    if (t == 0) continue;
                    assertSame(tape.hPrev()[t * 2 + b], tape.h()[(t - 1) * 2 + b]);
                    assertSame(tape.dhPrev()[t * 2 + b], tape.dh()[(t - 1) * 2 + b]);
                }
        }

        @Test void aTapeGrowsOnlyWhenItMust() {
            rnn.Parameters p = network(new Random(17), 2, 3, 1);
            rnn.Tape tape = rnn.Tape.of(p, 5, 2);
            assertSame(tape, rnn.Tape.ready(tape, p, 5 * 2, 2, null));
            assertSame(tape, rnn.Tape.ready(tape, p, 1 * 2, 2, null));
            for (int[] need : new int[][] {{6, 2}, {1, 3}, {1, 1}}) {       // steps, and another number of sequences
                rnn.Tape other = rnn.Tape.ready(tape, p, need[0] * need[1], need[1], null);
                assertNotSame(tape, other);
                assertEquals(need[1], other.B());
                assertTrue(other.y().length >= need[0] * need[1]);
                assertEquals(other.y().length, other.h().length);
                assertEquals(other.y().length + need[1], other.hPrev().length);
            }
        }

        /** A lambda or so at each of six hand-outs, some 340 bytes; a single row of H would be 2,064 more. */
        @ParameterizedTest @ValueSource(ints = {1, 2}) void aStepAllocatesOnlyWhatHandsOutWork(int threads) {
            Problem q = Problem.random(new Random(18), 8, 10, 3, 256, 5, 10, false, false);
            rnn.Vectors input = q.input(), target = q.target();
            rnn.Tape tape = q.tape();
            rnn.Parameters d = rnn.Parameters.zeros(3, 256, 5), v = rnn.Parameters.zeros(3, 256, 5);
            try (var team = new rnn.Threads(threads)) {
                var management = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
                long[] ids = Stream.of(management.dumpAllThreads(false, false))
                    .filter(t -> List.of(Thread.currentThread().getName(), "rnn-1").contains(t.getThreadName()))
                    .mapToLong(ThreadInfo::getThreadId).toArray();
                LongSupplier allocated = () -> LongStream.of(management.getThreadAllocatedBytes(ids)).sum();
                long before = 0;
                for (int step = 0; step <= 100; step++) {
                    if (step == 1) before = allocated.getAsLong();         // the first step links what it calls
                    rnn.forward(q.p(), input, tape, team);
                    rnn.loss(target, input.n(), tape, team);
                    rnn.backward(q.p(), input, tape, d, team);
                    rnn.clip(d, 1);
                    rnn.sgd(q.p(), d, v, 0.01, 0.9);
                }
                long bytes = (allocated.getAsLong() - before) / 100;
                assertTrue(bytes < 600, bytes + " bytes a step");
            }
        }

        @Test void clipScalesTheCommonNormAsPyTorchDoes() {
            rnn.Parameters d = network(2, -4, 5, 0, -6);                    // 4 + 16 + 25 + 36 = 81: the norm is 9
            rnn.clip(d, 1);
            double scale = 1 / (9 + 1e-6);                                  // max / (norm + 1e-6)
            assertArrayEquals(new double[] {2 * scale, -4 * scale, 5 * scale, 0, -6 * scale}, flat(d));
            d = network(2, -4, 5, 0, -6);
            rnn.clip(d, 9);                                                 // just at the norm the 1e-6 still shows
            scale = 9 / (9 + 1e-6);
            assertArrayEquals(new double[] {2 * scale, -4 * scale, 5 * scale, 0, -6 * scale}, flat(d));
        }

        @Test void clipLeavesShorterGradientsAlone() {
            for (double max : new double[] {9.00001, 10, 1e300}) {
                rnn.Parameters d = network(2, -4, 5, 0, -6);
                rnn.clip(d, max);
                assertArrayEquals(new double[] {2, -4, 5, 0, -6}, flat(d));
            }
            rnn.Parameters zero = network(0, 0, 0, 0, 0);
            rnn.clip(zero, 1);
            assertArrayEquals(new double[5], flat(zero));
        }

        @Test void clipSeesEveryElement() {
            rnn.Parameters d = network(new Random(18), 3, 5, 2);
            double[] before = flat(d);
            double norm = Math.sqrt(Arrays.stream(before).map(g -> g * g).sum());
            rnn.clip(d, norm / 4);
            double[] expected = Arrays.stream(before).map(g -> g * (norm / 4) / (norm + 1e-6)).toArray();
            assertWithin(1e-16, expected, flat(d), "clipped");
        }

        @Test void sgdWithMomentumByHand() {
            // v = 0.5·0 + 2 = 2       W = 1 − 0.25·2 = 0.5
            // v = 0.5·2 + 4 = 5       W = 0.5 − 0.25·5 = −0.75
            // v = 0.5·5 + 0 = 2.5     W = −0.75 − 0.25·2.5 = −1.375
            rnn.Parameters p = network(1, 1, 1, 1, 1), v = network(0, 0, 0, 0, 0);
            double[] gradients = {2, 4, 0}, velocities = {2, 5, 2.5}, weights = {0.5, -0.75, -1.375};
            for (int n = 0; n < 3; n++) {
                double g = gradients[n];
                rnn.sgd(p, network(g, g, g, g, g), v, 0.25, 0.5);
                for (double velocity : flat(v)) assertEquals(velocities[n], velocity);
                for (double weight : flat(p)) assertEquals(weights[n], weight);
            }
        }

        @Test void sgdWithoutMomentumSubtractsTheGradient() {
            Random random = new Random(19);
            rnn.Parameters p = network(random, 2, 5, 3), d = network(random, 2, 5, 3), v = network(random, 2, 5, 3);
            double[] before = flat(p), g = flat(d), expected = new double[g.length];
            Arrays.setAll(expected, k -> before[k] - 0.125 * g[k]);         // exact but for one rounding
            rnn.sgd(p, d, v, 0.125, 0);
            assertArrayEquals(expected, flat(p));
            assertArrayEquals(g, flat(d));
        }

        @Test void vectorsAreSlicedAndPutSideBySide() {
            var numbers = new rnn.Dense(new double[][] {{1, 2}, {3, 4}, {5, 6}, {7, 8}}).slice(1, 4);
            assertEquals(3, numbers.n());
            assertEquals(2, numbers.width());
            assertArrayEquals(new double[] {5, 6}, numbers.x()[1]);
            assertEquals(8, numbers.x()[2][1]);
            var other = new rnn.Dense(new double[][] {{-1, -2}, {-3, -4}, {-5, -6}});
            assertArrayEquals(new double[][] {{5, 6}, {-3, -4}, {7, 8}, {-5, -6}},
                numbers.sideBySide(List.of(numbers, other), 1, 3).x());
            var codes = new rnn.OneHot(new int[] {3, 1, 4, 1, 5}, 6).slice(1, 5).slice(1, 3);
            assertEquals(2, codes.n());
            assertEquals(6, codes.width());
            assertEquals(4, codes.code(0));
            assertArrayEquals(new int[] {4, 1}, codes.sideBySide(List.of(codes), 0, 2).codes());
            var others = new rnn.OneHot(new int[] {0, 2}, 6);
            assertArrayEquals(new int[] {4, 0, 1, 2}, codes.sideBySide(List.of(codes, others), 0, 2).codes());
        }

        void assertSameBits(Pass expected, Pass actual) {
            assertEquals(expected.loss, actual.loss);
            assertArrayEquals(flat(expected.d), flat(actual.d));
            for (int r = 0; r < expected.tape.y().length; r++) {
                assertArrayEquals(expected.tape.y()[r], actual.tape.y()[r]);
                assertArrayEquals(expected.tape.h()[r], actual.tape.h()[r]);
                assertArrayEquals(expected.tape.dhPrev()[r], actual.tape.dhPrev()[r]);
            }
        }
    }

    // ── Section 6: training ─────────────────────────────────────────────────────────────────────────────────────────

    /** Vectors written out one after the other. */
    static rnn.Dense rowsOf(double[] numbers, int width) {
        return new rnn.Dense(IntStream.range(0, numbers.length / width)
            .mapToObj(t -> Arrays.copyOfRange(numbers, t * width, (t + 1) * width)).toArray(double[][]::new));
    }

    /** One of PyTorch's runs. */
    record TorchRun(String name, String loss, int N, int T, int Tscored, int I, int H, int O, double learningRate,
                    double momentum, double clip, int steps, int values, int epochs, int updates,
                    double[] losses, double[] parameters) {

        static Stream<TorchRun> all() {
            return reference("cases").valueStream().map(c -> JsonMapper.shared().treeToValue(c, TorchRun.class));
        }

        static int code(int k) { return (int) ((k * 7919L + 104729) % 2003); }
        static double value(int k) { return code(k) / 2003.0 * 2 - 1; }

        /** Sequence n of N: `length` vectors of value(k), or codes, k counted from `first` on. */
        static rnn.Vectors numbers(int first, int n, int length, int width) {
            int from = first + n * length * width;
            return rowsOf(IntStream.range(from, from + length * width).mapToDouble(k -> value(k)).toArray(), width);
        }

        static rnn.Vectors codes(int first, int n, int length, int K) {
            return new rnn.OneHot(IntStream.range(0, length).map(i -> code(first + n * length + i) % K).toArray(), K);
        }

        rnn.Parameters initial() {
            rnn.Parameters p = rnn.Parameters.zeros(I, H, O);
            int k = 0;
            for (double[] row : rows(p)) for (int j = 0; j < row.length; j++) row[j] = value(k++) * 0.5;
            return p;
        }

        rnn.Sequence sequence(int n) {
            boolean mse = loss.equals("mse");
            if (steps > 0) return rnn.Sequence.next(mse ? numbers(10000, n, values, I) : codes(30000, n, values, O));
            return new rnn.Sequence(numbers(10000, n, T, I),
                mse ? numbers(20000, n, Tscored, O) : codes(30000, n, Tscored, O));
        }

        @Override public String toString() { return name; }
    }

    @Nested class TrainingRuns {

        /** n sequences of `length` steps with as many targets; what sequence k reads starts with k. */
        List<rnn.Sequence> sequences(int n, int length) {
            Random random = new Random(20);
            return IntStream.range(0, n).mapToObj(k -> {
                double[] x = vector(random, length);
                x[0] = k;
                return new rnn.Sequence(rowsOf(x, 1), rowsOf(vector(random, length), 1));
            }).toList();
        }

        rnn.Settings settings(double learningRate, int batch, int steps) {
            return new rnn.Settings(learningRate, 0, 0, batch, steps, 42);
        }

        /** The sum of squares over the last steps of a sequence of vectors, by the oracle, from h = 0. */
        double squaresOf(rnn.Parameters p, rnn.Sequence s) {
            int T = s.input().n(), scored = s.target().n();
            double[][] x = ((rnn.Dense) s.input()).x(), target = ((rnn.Dense) s.target()).x();
            double[][] y = Oracle.of(p).outputs(x, new double[p.bh().length]);
            double sum = 0;
            for (int t = 0; t < scored; t++)
                for (int o = 0; o < p.by().length; o++)
                    sum += Math.pow(y[T - scored + t][o] - target[t][o], 2);
            return sum;
        }

        rnn.Training training(rnn.Parameters p, List<rnn.Sequence> sequences, rnn.Settings settings, rnn.Team team) {
            return new rnn.Training(rnn.State.of(p), sequences, List.of(), settings, team);
        }

        /** One more update; whether it was the last of an epoch. */
        boolean endsAnEpoch(rnn.Training training) {
            assertTrue(training.update());
            return training.state.next() == 0;
        }

        /** The mean loss of the last whole epoch. */
        double lastLoss(rnn.Training training) {
            return training.state.losses().get(training.state.losses().size() - 1)[0];
        }

        /** A state that shares nothing with another. */
        rnn.State copy(rnn.State s) {
            return new rnn.State(rnn.copy(s.p()), rnn.copy(s.v()), rnn.copy(s.last()), new ArrayList<>(s.losses()),
                s.next(), s.lossSum(), s.scored(), Arrays.stream(s.h()).map(double[]::clone).toArray(double[][]::new));
        }

        /** Vectors that say when a window is made of them. Batches of one. */
        class Watched implements rnn.Vectors {
            final rnn.Vectors vectors;
            final List<rnn.Vectors> taken;

            Watched(rnn.Vectors vectors, List<rnn.Vectors> taken) {
                this.vectors = vectors;
                this.taken = taken;
            }

            public int n() { return vectors.n(); }
            public int width() { return vectors.width(); }
            public int code(int r) { return vectors.code(r); }
            public rnn.Vectors slice(int from, int to) { return vectors.slice(from, to); }
            public double loss(int r, double[] y, double[] dy) { return vectors.loss(r, y, dy); }

            public void addTimes(double[][] W, double[][] C, int from, int to) { vectors.addTimes(W, C, from, to); }

            public void addGradient(double[][] da, double[][] dW, int from, int to) {
                vectors.addGradient(da, dW, from, to);
            }

            public rnn.Vectors sideBySide(List<rnn.Vectors> sequences, int from, int to) {
                assertEquals(List.of(this), sequences);
                taken.add(this);
                return vectors.sideBySide(List.of(vectors), from, to);
            }
        }

        @ParameterizedTest @MethodSource("RnnTest$TorchRun#all")
        void aWholeRunAgreesWithPyTorch(TorchRun run) {
            var sequences = IntStream.range(0, run.N).mapToObj(run::sequence).toList();
            int steps = run.steps > 0 ? run.steps : Integer.MAX_VALUE;
            var training = training(run.initial(), sequences,
                new rnn.Settings(run.learningRate, run.momentum, run.clip, run.N, steps, 1), rnn.ALONE);
            double[] losses = new double[run.epochs];
            int updates = 0;
            for (int n = 0; n < run.epochs; n++) {
                do updates++; while (!endsAnEpoch(training));
                losses[n] = lastLoss(training);
            }
            // 5e-16 apart: PyTorch adds in another order
            assertEquals(run.updates, updates);
            assertEquals(run.epochs, training.state.epoch());
            assertWithin(1e-14, run.losses, losses, "losses");
            assertWithin(1e-14, run.parameters, flat(training.state.p()), "parameters");
        }

        @Test void windowsPutSequencesOfOneLengthTogether() {
            var a = sequences(3, 4);
            var b = sequences(4, 2);
            var mixed = List.of(a.get(0), b.get(0), b.get(1), a.get(1), b.get(2), a.get(2), b.get(3));
            var windows = rnn.windows(mixed, 2, Integer.MAX_VALUE);
            // a batch is ready when it is full; what is left over comes last
            assertEquals(List.of(b.subList(0, 2), a.subList(0, 2), b.subList(2, 4), a.subList(2, 3)),
                windows.stream().map(rnn.Window::sequences).toList());
            for (var window : windows) {
                assertEquals(window.sequences().get(0).input().n() * window.B(), window.input().n());
                assertEquals(window.sequences().size(), window.B());
            }
        }

        @Test void windowsSeparateSequencesWithOtherNumbersOfTargets() {
            var s = sequences(2, 4);
            var fewer = new rnn.Sequence(s.get(1).input(), s.get(1).target().slice(2, 4));
            assertEquals(2, rnn.windows(List.of(s.get(0), fewer), 10, Integer.MAX_VALUE).size());
        }

        @Test void theLastWindowOfALongSequenceIsShorter() {
            var windows = rnn.windows(sequences(2, 13), 2, 5);
            assertEquals(List.of(0, 5, 10), windows.stream().map(rnn.Window::from).toList());
            assertEquals(List.of(5, 10, 13), windows.stream().map(rnn.Window::to).toList());
            assertEquals(List.of(2 * 5, 2 * 5, 2 * 3), windows.stream().map(w -> w.input().n()).toList());
            assertEquals(1, rnn.windows(sequences(1, 5), 1, 5).size());
            assertEquals(1, rnn.windows(sequences(1, 5), 1, 1000).size());
            assertEquals(5, rnn.windows(sequences(1, 5), 1, 1).size());
        }

        @Test void windowsHoldTheTargetsOfTheirOwnSteps() {
            // 7 steps, the last 4 scored, windows of 3: steps 0–2 have none, 3–5 have targets 0–2, 6 has target 3
            var s = new rnn.Sequence(rowsOf(new double[] {0, 1, 2, 3, 4, 5, 6}, 1),
                rowsOf(new double[] {13, 14, 15, 16}, 1));
            var windows = rnn.windows(List.of(s), 1, 3);
            assertArrayEquals(new double[0][], ((rnn.Dense) windows.get(0).target()).x());
            assertArrayEquals(new double[][] {{13}, {14}, {15}}, ((rnn.Dense) windows.get(1).target()).x());
            assertArrayEquals(new double[][] {{16}}, ((rnn.Dense) windows.get(2).target()).x());
            assertArrayEquals(new double[][] {{6}}, ((rnn.Dense) windows.get(2).input()).x());
        }

        @Test void aFullBatchKeepsTheOrderOfTheDataset() {
            var s = sequences(5, 2);
            for (int batch : new int[] {5, 6, 1000}) assertEquals(s, rnn.order(s, batch, 42, 3));
        }

        @Test void theOrderOfAnEpochIsAPermutationDrawnFromSeedAndEpochAlone() {
            var s = sequences(25, 2);
            var orders = new HashSet<List<rnn.Sequence>>();
            for (int epoch = 1; epoch <= 20; epoch++)
                for (long seed : new long[] {0, 42, -1}) {
                    var order = rnn.order(s, 24, seed, epoch);
                    assertEquals(25, order.size());
                    assertEquals(new HashSet<>(s), new HashSet<>(order));
                    assertEquals(order, rnn.order(s, 1, seed, epoch));
                    orders.add(order);
                }
            assertEquals(60, orders.size());
        }

        @Test void eachEpochOfATrainingTakesItsOwnOrder() {
            var inputs = new ArrayList<rnn.Vectors>();
            var s = sequences(5, 2).stream()
                .map(one -> new rnn.Sequence(new Watched(one.input(), inputs), one.target())).toList();
            // from the start, or going on after 3 epochs
            for (int done : new int[] {0, 3}) {
                rnn.State state = rnn.State.of(network(new Random(39), 1, 2, 1));
                for (int epoch = 1; epoch <= done; epoch++) state.losses().add(new double[] {1});
                var training = new rnn.Training(state, s, List.of(), settings(0.1, 1, 9), rnn.ALONE);
                for (int epoch = done + 1; epoch <= done + 3; epoch++) {
                    inputs.clear();
                    training.epoch();
                    var taken = inputs.stream()
                        .map(x -> s.stream().filter(one -> one.input() == x).findFirst().orElseThrow()).toList();
                    assertEquals(rnn.order(s, 1, 42, epoch), taken);
                }
            }
        }

        @Test void allOrdersAreEquallyLikely() {
            var s = sequences(3, 1);
            var seen = new HashMap<List<rnn.Sequence>, Integer>();
            for (int epoch = 1; epoch <= 6000; epoch++) seen.merge(rnn.order(s, 1, 42, epoch), 1, Integer::sum);
            assertEquals(6, seen.size());
            double chiSquare = seen.values().stream().mapToDouble(n -> (n - 1000.0) * (n - 1000.0) / 1000).sum();
            assertTrue(chiSquare < 15.1, () -> "χ² " + chiSquare);          // 5 degrees of freedom: 1 in 100 is above
        }

        @Test void anEpochTakesEverySequenceOnce() {
            // with rate 0 the loss is the mean over the dataset, in whatever order; steps count alike, not batches
            rnn.Parameters p = network(new Random(21), 1, 3, 1);
            var mixed = new ArrayList<>(sequences(5, 4));
            mixed.addAll(sequences(3, 2));
            double sum = mixed.stream().mapToDouble(s -> squaresOf(p, s)).sum();
            for (int batch : new int[] {1, 2, 3, 8}) {
                var training = training(rnn.copy(p), mixed, settings(0, batch, Integer.MAX_VALUE), rnn.ALONE);
                for (int epoch = 1; epoch <= 3; epoch++)
                    assertEquals(sum / (5 * 4 + 3 * 2), training.epoch(), 2e-15);
            }
        }

        @Test void theLossOfAnEpochIsThatBeforeItsUpdates() {
            rnn.Parameters p = network(new Random(22), 1, 3, 1);
            var s = sequences(4, 3);
            var training = training(p, s, settings(0.25, 4, Integer.MAX_VALUE), rnn.ALONE);
            double last = Double.NaN;
            for (int epoch = 0; epoch < 5; epoch++) {
                double before = s.stream().mapToDouble(one -> squaresOf(p, one)).sum() / 12, loss = training.epoch();
                assertEquals(before, loss, 1e-14);
                assertNotEquals(last, loss, 1e-6);
                last = loss;
            }
        }

        @Test void windowsCarryTheStateAndCountByTheirLength() {
            // with rate 0 windows of any size, the last one shorter, have the mean loss of one long pass
            rnn.Parameters p = network(new Random(23), 1, 5, 1);
            var s = sequences(3, 13);
            double mean = s.stream().mapToDouble(one -> squaresOf(p, one)).sum() / 39;
            for (int steps : new int[] {1, 2, 5, 12, 13, 100}) {
                var training = training(rnn.copy(p), s, settings(0, 3, steps), rnn.ALONE);
                // each from h = 0
                for (int epoch = 0; epoch < 3; epoch++) assertEquals(mean, training.epoch(), 1e-14);
                assertEquals(mean, rnn.evaluate(p, rnn.windows(s, 3, steps), rnn.ALONE).loss(), 1e-14);
            }
        }

        @Test void aWindowWithoutTargetsMakesNoUpdateButCarriesTheState() {
            var all = sequences(1, 6).get(0);
            var s = new rnn.Sequence(all.input(), all.target().slice(4, 6));
            rnn.Parameters p = network(new Random(24), 1, 3, 1);
            double[] before = flat(p);
            double mean = squaresOf(p, s) / 2;
            var training = training(p, List.of(s), new rnn.Settings(0.1, 0.9, 0, 1, 2, 42), rnn.ALONE);
            assertFalse(endsAnEpoch(training));
            assertFalse(endsAnEpoch(training));
            assertArrayEquals(before, flat(p));
            assertTrue(endsAnEpoch(training));
            assertEquals(mean, lastLoss(training), 1e-15);
            assertFalse(Arrays.equals(before, flat(p)));
        }

        @Test void everyTeamTrainsTheSameBits() {
            var s = sequences(5, 13);
            double[] alone = null;
            for (rnn.Team team : List.of(rnn.ALONE, ROW_BY_ROW, ODD_PARTS_BACKWARDS, THREADS)) {
                rnn.Parameters p = network(new Random(25), 1, 13, 1);
                var training = training(p, s, new rnn.Settings(0.1, 0.9, 1, 2, 5, 7), team);
                for (int epoch = 0; epoch < 5; epoch++) training.epoch();
                if (alone == null) alone = flat(p);
                assertArrayEquals(alone, flat(p));
            }
        }

        @Test void aTrainingTakenUpAgainAnywhereGivesTheSameBits() {
            var s = new ArrayList<>(sequences(3, 7));
            s.addAll(sequences(2, 4));
            var settings = new rnn.Settings(0.1, 0.9, 1, 2, 3, 42);
            // 3 + 3 windows of 7 steps, 2 of 4: two epochs
            int updates = 3 + 3 + 2;
            for (int stop = 0; stop <= 2 * updates; stop++) {
                var whole = training(network(new Random(40), 1, 3, 1), s, settings, rnn.ALONE);
                for (int n = 0; n < stop; n++) assertTrue(whole.update());
                var again = new rnn.Training(copy(whole.state), s, List.of(), settings, rnn.ALONE);
                double loss = whole.epoch();
                assertEquals(loss, again.epoch());
                assertEquals(whole.epoch(), again.epoch());
                assertArrayEquals(flat(whole.state.p()), flat(again.state.p()));
            }
        }

        @Test void evaluatingCheckingAndSamplingDoNotChangeTraining() {
            var codes = new rnn.OneHot(new int[] {0, 1, 2, 0, 1, 1, 2, 0, 2, 1, 0}, 3);
            var s = Stream.of(codes.slice(0, 6), codes.slice(5, 11), codes.slice(3, 8))
                .map(rnn.Sequence::next).toList();
            double[][] runs = new double[2][];
            for (int watched = 0; watched < 2; watched++) {
                rnn.Parameters p = network(new Random(26), 3, 5, 3);
                var training = training(p, s, new rnn.Settings(0.1, 0.9, 1, 1, 2, 42), rnn.ALONE);
                while (training.state.epoch() < 5) {
                    assertTrue(training.update());
                    if (watched == 0) continue;
                    rnn.sample(p, new int[] {0}, 20, 1, -1, new Random(1));
                    rnn.evaluate(p, rnn.windows(s, 2, 3), rnn.ALONE);
                    rnn.checkGradients(p, rnn.windows(s, 2, 9).get(0), 10, rnn.ALONE);
                }
                runs[watched] = flat(p);
            }
            assertArrayEquals(runs[0], runs[1]);
        }

        @Test void initialParametersAreThoseOfTheGeneratorThatJavaSpecifies() {
            // java.util.Random, as its documentation writes it: s ← (s·0x5DEECE66D + 11) mod 2⁴⁸, the high bits of it
            for (int[] shape : new int[][] {{1, 1, 1}, {3, 16, 3}, {2, 5, 13}}) {
                int I = shape[0], H = shape[1], O = shape[2];
                double[] expected = new double[I * H + H * H + H + H * O + O];
                long s = 42 ^ 0x5DEECE66DL;
                for (int k = 0; k < expected.length; k++) {
                    s = s * 0x5DEECE66DL + 11 & (1L << 48) - 1;
                    long high = s >>> 22;                                   // 26 bits
                    s = s * 0x5DEECE66DL + 11 & (1L << 48) - 1;
                    double u = ((high << 27) + (s >>> 21)) * 0x1p-53;       // and 27 more
                    expected[k] = (2 * u - 1) / Math.sqrt(H);
                }
                assertArrayEquals(expected, flat(rnn.initial(I, H, O, 42)));
            }
            assertEquals(0.4551273600657362, rnn.initial(1, 1, 1, 42).Wxh()[0][0]);     // 2·0.7275636800328681 − 1
        }

        @Test void initialParametersFillTheRangeThatPyTorchUses() {
            double[] w = flat(rnn.initial(25, 100, 13, 1));
            DoubleSummaryStatistics all = Arrays.stream(w).summaryStatistics();             // 1/√H = 0.1
            assertTrue(all.getMin() >= -0.1 && all.getMin() < -0.0999, all::toString);
            assertTrue(all.getMax() <= 0.1 && all.getMax() > 0.0999, all::toString);
            assertEquals(0, all.getAverage(), 4 * 0.1 / Math.sqrt(3.0 * w.length));     // 4 standard deviations
            assertFalse(Arrays.equals(w, flat(rnn.initial(25, 100, 13, 2))));
        }

        @Test void aCopyIsEqualAndSharesNothing() {
            rnn.Parameters p = network(new Random(27), 2, 3, 5), q = rnn.copy(p);
            double[] before = flat(p);
            assertArrayEquals(before, flat(q));
            for (double[] row : rows(q)) Arrays.fill(row, 7);
            assertArrayEquals(before, flat(p));
        }

        @Test void accuracyIsTheShareOfScoredStepsWhoseLikeliestClassIsRight() {
            // the network always says (1, 0, 0), so class 0: right in 4 of 6 scored steps. Σ e^y = e + 2
            rnn.Parameters p = saying(new double[] {1, 0, 0}, 1);
            var input = rowsOf(new double[] {1, 2, 3, 4}, 1);
            var sequences = List.of(new rnn.Sequence(input, new rnn.OneHot(new int[] {0, 1, 0}, 3)),
                new rnn.Sequence(input, new rnn.OneHot(new int[] {0, 2, 0}, 3)));
            double loss = StrictMath.log(Math.E + 2) - 4 / 6.0;
            for (int batch : new int[] {1, 2})
                for (int steps : new int[] {1, 2, 3, 4}) {
                    rnn.Score score = rnn.evaluate(p, rnn.windows(sequences, batch, steps), rnn.ALONE);
                    assertEquals(4 / 6.0, score.accuracy());
                    assertEquals(loss, score.loss(), 1e-15);
                }
        }

        @Test void evaluateIsTheMeanOverAllScoredStepsOfAllLengths() {
            rnn.Parameters p = network(new Random(28), 1, 3, 1);
            double[] before = flat(p);
            var mixed = new ArrayList<>(sequences(3, 5));
            mixed.addAll(sequences(2, 2));
            double mean = mixed.stream().mapToDouble(s -> squaresOf(p, s)).sum() / 19;
            for (int batch : new int[] {1, 2, 100})
                assertEquals(mean, rnn.evaluate(p, rnn.windows(mixed, batch, 100), rnn.ALONE).loss(), 2e-15);
            assertArrayEquals(before, flat(p));
        }

        @Test void checkGradientsFindsBpttRightAndLeavesTheWeightsAsTheyWere() {
            rnn.Parameters p = network(new Random(29), 1, 5, 1);
            double[] before = flat(p);
            var window = rnn.windows(sequences(3, 5), 3, 100).get(0);
            var checks = rnn.checkGradients(p, window, 10, rnn.ALONE);
            assertEquals(List.of("Wxh", "Whh", "bh", "Why", "by"),
                checks.stream().map(rnn.GradientCheck::name).toList());
            assertEquals(List.of(5, 10, 5, 5, 1), checks.stream().map(rnn.GradientCheck::checked).toList());
            for (var check : checks) assertTrue(check.worst() < 1e-7, check::toString);
            assertArrayEquals(before, flat(p));
        }

        @Test void checkGradientsSeesAGradientThatIsWrong() {
            // the last work that the first pass hands out is backward's: one row of it stays undone
            rnn.Parameters p = network(new Random(30), 1, 5, 1);
            var window = rnn.windows(sequences(3, 5), 3, 100).get(0);
            int[] calls = {0, 0};
            rnn.Team counting = (n, work, part) -> {
                calls[0]++;
                part.run(0, n);
            };
            rnn.Team lazy = (n, work, part) -> part.run(0, ++calls[1] == calls[0] ? n - 1 : n);
            rnn.Vectors x = window.input(), target = window.target();
            rnn.Tape tape = rnn.Tape.of(p, x.n() / window.B(), window.B());
            rnn.forward(p, x, tape, counting);
            rnn.loss(target, x.n(), tape, counting);
            rnn.backward(p, x, tape, rnn.copy(p), counting);
            assertTrue(rnn.checkGradients(p, window, 1000, lazy).stream().anyMatch(check -> check.worst() > 1e-2));
        }
    }

    // ── Section 7: generating ───────────────────────────────────────────────────────────────────────────────────────

    @Nested class Generating {

        /** A network of K characters that says: after k comes k + 1, after the last the first. */
        rnn.Parameters counting(int K) {
            rnn.Parameters p = rnn.Parameters.zeros(K, K, K);
            for (int k = 0; k < K; k++) {
                p.Wxh()[k][k] = 3;
                p.Why()[k][(k + 1) % K] = 5;
            }
            return p;
        }

        double chiSquare(double[] y, double temperature, int[] drawn) {
            double[] e = Arrays.stream(y).map(v -> StrictMath.exp(v / temperature)).toArray();
            double sum = Arrays.stream(e).sum(), chiSquare = 0;
            int n = Arrays.stream(drawn).sum();
            for (int k = 0; k < y.length; k++) chiSquare += Math.pow(drawn[k] - n * e[k] / sum, 2) / (n * e[k] / sum);
            return chiSquare;
        }

        @Test void outputsAreWhatTheNetworkSaysAfterEachStep() {
            Random random = new Random(31);
            rnn.Parameters p = network(random, 2, 5, 3);
            double[][] x = matrix(random, 13, 2), y = rnn.outputs(p, rowsOf(flat(List.of(x)), 2));
            double[][] expected = Oracle.of(p).outputs(x, new double[5]);
            for (int t = 0; t < 13; t++) assertWithin(1e-15, expected[t], y[t], t);
        }

        @Test void generateFeedsItsOutputsBack() {
            Random random = new Random(32);
            rnn.Parameters p = network(random, 2, 5, 2);
            double[][] x = matrix(random, 3, 2);
            double[][] generated = rnn.generate(p, rowsOf(flat(List.of(x)), 2), 25);
            assertEquals(25, generated.length);
            Oracle oracle = Oracle.of(p);
            Dual[] h = duals(new double[5], -1);
            for (double[] step : x) h = oracle.state(step, h);
            for (int k = 0; k < 25; k++) {
                double[] y = values(oracle.output(h));
                assertWithin(1e-13, y, generated[k], k);
                h = oracle.state(y, h);
            }
        }

        @Test void whatIsGeneratedFirstIsTheOutputAfterTheInput() {
            rnn.Parameters p = network(new Random(33), 1, 3, 1);
            var input = rowsOf(new double[] {1, 2, 3}, 1);
            assertArrayEquals(rnn.outputs(p, input)[2], rnn.generate(p, input, 1)[0]);
            assertEquals(0, rnn.generate(p, input, 0).length);
        }

        @Test void aStepperGoesOnWhereItStopped() {
            rnn.Parameters p = network(new Random(34), 2, 3, 2);
            var all = rowsOf(vector(new Random(35), 20), 2);
            var stepper = new rnn.Stepper(p);
            double[][] first = stepper.steps(all.slice(0, 4)), rest = stepper.steps(all.slice(4, 10));
            double[][] whole = rnn.outputs(p, all);
            assertArrayEquals(Arrays.copyOf(whole, 4), first);
            assertArrayEquals(Arrays.copyOfRange(whole, 4, 10), rest);
        }

        @Test void atTemperatureZeroTheLikeliestIsTaken() {
            int[] written = rnn.sample(counting(5), new int[] {3}, 13, 0, -1, new Random(1));
            assertArrayEquals(new int[] {4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1}, written);
            assertEquals(1, rnn.draw(new double[] {0, 1e-9, -5}, 0, new Random(1)));
        }

        @Test void aTinyTemperatureTakesTheLikeliestToo() {
            double[] y = {-1, 3, 5, 4};
            for (double temperature : new double[] {1e-3, 1e-300, Double.MIN_VALUE})
                for (int seed = 0; seed < 100; seed++) assertEquals(2, rnn.draw(y, temperature, new Random(seed)));
        }

        @Test void drawsHaveTheProbabilitiesOfSoftmax() {
            double[] y = {0.3, -1, 2, 0, 1.1};
            for (double temperature : new double[] {0.5, 1, 2}) {
                Random random = new Random(36);
                int[] drawn = new int[5];
                for (int n = 0; n < 100_000; n++) drawn[rnn.draw(y, temperature, random)]++;
                double chiSquare = chiSquare(y, temperature, drawn);
                assertTrue(chiSquare < 13.3, () -> "χ² " + chiSquare);      // 4 degrees of freedom: 1 in 100 is above
                assertTrue(chiSquare(y, temperature * 1.1, drawn) > 100);   // and another temperature would be seen
            }
        }

        @Test void sampleDrawsFromWhatTheNetworkSays() {
            double[] y = {0.3, -1, 2, 0, 1.1};
            int[] drawn = new int[5];
            for (int code : rnn.sample(saying(y, 5), new int[] {0}, 20_000, 2, -1, new Random(37))) drawn[code]++;
            double chiSquare = chiSquare(y, 2, drawn);
            assertTrue(chiSquare < 13.3, () -> "χ² " + chiSquare);
        }

        @Test void theSameSeedWritesTheSame() {
            rnn.Parameters p = network(new Random(38), 5, 3, 5);
            int[] prime = {0, 1};
            int[] written = rnn.sample(p, prime, 100, 1, -1, new Random(1));
            assertArrayEquals(written, rnn.sample(p, prime, 100, 1, -1, new Random(1)));
            assertFalse(Arrays.equals(written, rnn.sample(p, prime, 100, 1, -1, new Random(2))));
        }

        @Test void thePrimeIsReadAndNotWritten() {
            assertArrayEquals(new int[] {3, 4, 0},
                rnn.sample(counting(5), new int[] {4, 3, 2}, 3, 0, -1, new Random(1)));
        }

        @Test void theEndMarkStopsAndIsNotWritten() {
            assertArrayEquals(new int[] {1, 2, 3}, rnn.sample(counting(5), new int[] {0}, 100, 0, 4, new Random(1)));
            assertArrayEquals(new int[] {1, 2}, rnn.sample(counting(5), new int[] {0}, 2, 0, 4, new Random(1)));
            assertEquals(0, rnn.sample(counting(5), new int[] {3}, 100, 0, 4, new Random(1)).length);
            assertEquals(0, rnn.sample(counting(5), new int[] {3}, 0, 0, -1, new Random(1)).length);
        }

        @Test void charactersBeyondTheBasicPlaneStayWhole() {
            var vocabulary = rnn.Vocabulary.of(List.of("z😀a", "𝄞z"), true);  // in code-point order: a z 𝄞 😀, the mark
            assertEquals("az𝄞😀", new String(vocabulary.codePoints(), 0, vocabulary.codePoints().length));
            assertEquals(5, vocabulary.size());
            assertArrayEquals(new int[] {4, 1, 3, 0, 4}, vocabulary.encode("z😀a", ""));
            assertEquals("az𝄞😀", vocabulary.decode(rnn.sample(counting(5), new int[] {4}, 100, 0, 4, new Random(1))));
        }
    }

// Needs these imports, beside those of the head:
//
//

    // ── Data, files, command line, launcher, JShell, README ─────────────────────────────────────────────────────────

    /**
     * The project's folder. JBang does not tell a script where it is, so: where the launcher is (which stands beside
     * the tests), else the folder the tests are run in or one above it.
     */
    static final Path PROJECT = Stream.of(System.getProperty("rnn.project"), System.getProperty("jbang.source"),
            System.getenv("JBANG_LAUNCH_CMD"), System.getenv("_"), "RnnTest.java")
        .filter(Objects::nonNull).flatMap(place -> Stream.iterate(Path.of(place).toAbsolutePath().normalize(),
            Objects::nonNull, Path::getParent))
        .filter(folder -> Files.isRegularFile(folder.resolve("rnn.java"))
            && Files.isRegularFile(folder.resolve("data/toy.json")))
        .findFirst().orElseThrow(() ->
            new IllegalStateException("the project is not found from here; run the tests in its folder"));

    /** A folder for the files of one test. */
    @TempDir Path temp;

    /** What a run left: its exit status and what it printed. */
    record Ran(int status, String out, String err) { }

    /** How long training took is said on standard error, and different each time. */
    static String withoutTimes(String err) { return err.replaceAll("rnn: trained for [^\n]*\n", ""); }

    /** Runs rnn in this process. */
    static Ran tool(Object... args) {
        return toolReading(new byte[0], args);
    }

    /** Runs rnn in this process with something on its standard input. */
    static Ran toolReading(byte[] stdin, Object... args) {
        InputStream in = System.in;
        PrintStream out = System.out, err = System.err;
        var newOut = new ByteArrayOutputStream();
        var newErr = new ByteArrayOutputStream();
        try (var outPrinter = new PrintStream(newOut, true, UTF_8);
            var errPrinter = new PrintStream(newErr, true, UTF_8)) {
            System.setIn(new ByteArrayInputStream(stdin));
            System.setOut(outPrinter);
            System.setErr(errPrinter);
            int status = rnn.run(Stream.of(args).map(String::valueOf).toArray(String[]::new));
            return new Ran(status, newOut.toString(UTF_8), withoutTimes(newErr.toString(UTF_8)));
        } finally {
            System.setIn(in);
            System.setOut(out);
            System.setErr(err);
        }
    }

    /** Runs rnn, which must succeed, in silence. */
    static Ran trained(Object... args) {
        Ran ran = tool(Stream.concat(Stream.of(args), Stream.of("--quiet")).toArray());
        assertEquals(new Ran(0, "", ""), ran);
        return ran;
    }

    /**
     * Runs rnn, which must fail with this line and leave nothing behind. The temporary folder is left out of the line.
     */
    void rejects(int status, String line, Object... args) {
        rejectsReading(new byte[0], status, line, args);
    }

    void rejectsReading(byte[] stdin, int status, String line, Object... args) {
        Path out = temp.resolve("never");
        Ran ran = toolReading(stdin, Stream.concat(Stream.of(args), Stream.of("--out", out)).toArray());
        assertEquals("rnn: " + line + "\n", ran.err().replace(temp + "/", ""));
        assertEquals("", ran.out());
        assertEquals(status, ran.status());
        assertFalse(Files.exists(out), "something was written");
    }

    Path file(String name, String content) {
        return write(temp.resolve(name), content.getBytes(UTF_8));
    }

    static Path write(Path file, byte[] content) {
        try {
            return Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static final JsonMapper JSON = JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS,
        DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    static JsonNode json(Path file) {
        return JSON.readTree(text(file));
    }

    /** [n] */
    static double[] numbers(JsonNode list) {
        return list.valueStream().mapToDouble(x -> {
            assertTrue(x.isNumber(), x::toString);
            return x.decimalValue().doubleValue();
        }).toArray();
    }

    /** [n][m], or [n] as [n][1] */
    static double[][] vectors(JsonNode list) {
        return list.valueStream().map(x -> numbers(x.isArray() ? x : JSON.createArrayNode().add(x)))
            .toArray(double[][]::new);
    }

    /** A model file, read by nothing but its specification: the header, and each tensor's numbers. */
    record ModelFile(JsonNode header, Map<String, double[]> tensors) {

        static ModelFile of(Path file) throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            byte[] head = new byte[(int) bytes.getLong()];
            bytes.get(head);
            JsonNode header = JSON.readTree(new String(head, UTF_8));
            var tensors = new LinkedHashMap<String, double[]>();
            for (var tensor : header.properties()) {
                if (tensor.getKey().equals("__metadata__")) continue;
                JsonNode offsets = tensor.getValue().get("data_offsets");
                double[] numbers = new double[(offsets.get(1).asInt() - offsets.get(0).asInt()) / 8];
                for (int i = 0; i < numbers.length; i++)
                    numbers[i] = bytes.getDouble(8 + head.length + offsets.get(0).asInt() + 8 * i);
                tensors.put(tensor.getKey(), numbers);
            }
            return new ModelFile(header, tensors);
        }

        String metadata(String key) { return header.get("__metadata__").get(key).asString(); }

        int size(String tensor, int dimension) { return header.get(tensor).get("shape").get(dimension).asInt(); }

        /** y[t] of a sequence from h = 0, in plain loops over PyTorch's tensors. */
        double[][] outputs(double[][] x) {
            int H = size("rnn.weight_hh_l0", 0), O = size("fc.weight", 0);
            double[] ih = tensors.get("rnn.weight_ih_l0"), hh = tensors.get("rnn.weight_hh_l0"),
                fc = tensors.get("fc.weight");
            double[] h = new double[H];
            double[][] y = new double[x.length][O];
            for (int t = 0; t < x.length; t++) {
                double[] next = new double[H];
                for (int i = 0; i < H; i++) {
                    double a = tensors.get("rnn.bias_ih_l0")[i] + tensors.get("rnn.bias_hh_l0")[i];
                    for (int j = 0; j < x[t].length; j++) a += ih[i * x[t].length + j] * x[t][j];
                    for (int j = 0; j < H; j++) a += hh[i * H + j] * h[j];
                    next[i] = Math.tanh(a);
                }
                h = next;
                for (int i = 0; i < O; i++) {
                    y[t][i] = tensors.get("fc.bias")[i];
                    for (int j = 0; j < H; j++) y[t][i] += fc[i * H + j] * h[j];
                }
            }
            return y;
        }
    }

    static void assertClose(double[][] expected, double[][] actual, double tolerance) {
        assertEquals(expected.length, actual.length);
        for (int t = 0; t < expected.length; t++) assertArrayEquals(expected[t], actual[t], tolerance);
    }

    static double[][] last(int n, double[][] rows) {
        return Arrays.copyOfRange(rows, rows.length - n, rows.length);
    }

    /** The mean of (y − target)² over all elements. */
    static double meanSquare(double[][] y, double[][] target) {
        double sum = 0;
        for (int t = 0; t < y.length; t++) for (int j = 0; j < y[t].length; j++)
            sum += (y[t][j] - target[t][j]) * (y[t][j] - target[t][j]);
        return sum / (y.length * y[0].length);
    }

    /** −log of the probability that softmax(y) gives the label. */
    static double surprise(double[] y, int label) {
        double sum = 0;
        for (double v : y) sum += Math.exp(v - y[label]);
        return Math.log(sum);
    }

    static double[] one(int at, int of) {
        double[] v = new double[of];
        v[at] = 1;
        return v;
    }

    static int largest(double[] y) {
        return IntStream.range(0, y.length).reduce((a, b) -> y[b] > y[a] ? b : a).getAsInt();
    }

    @Nested class Section5Data {

        static final Schema SCHEMA = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(text(PROJECT.resolve("data/dataset.schema.json")));

        static List<Path> dataFiles() throws IOException {
            try (var files = Files.list(PROJECT.resolve("data"))) {
                return files.filter(file -> file.toString().endsWith(".json") && !file.endsWith("dataset.schema.json"))
                    .sorted().toList();
            }
        }

        @Test void theBuiltInToyIsItsFileToTheLastDigit() {
            JsonNode toy = json(PROJECT.resolve("data/toy.json"));
            rnn.Dataset read = rnn.readDataset(PROJECT.resolve("data/toy.json").toString());
            for (rnn.Dataset dataset : List.of(rnn.TOY, read)) {
                assertEquals("toy", dataset.name());
                assertEquals(1, dataset.sequences().size());
                assertArrayEquals(vectors(toy.get("inputs").get(0)), vectorsOf(dataset.sequences().get(0).input()));
                assertArrayEquals(vectors(toy.get("targets").get(0)), vectorsOf(dataset.sequences().get(0).target()));
            }
            assertArrayEquals(new double[][] {{0.1, 0.2, 0.3}, {0.2, 0.2, 0.3}, {0.3, 0.2, 0.3}},
                vectorsOf(read.sequences().get(0).input()));
            assertArrayEquals(new double[][] {{0.4, 0.2, 0.3}}, vectorsOf(read.sequences().get(0).target()));
        }

        double[][] vectorsOf(rnn.Vectors v) {
            return ((rnn.Dense) v).x();
        }

        @ParameterizedTest @MethodSource("dataFiles")
        void everyFileInDataFitsTheSchemaAndLoads(Path file) {
            assertEquals(List.of(), SCHEMA.validate(text(file), InputFormat.JSON));
            assertEquals(json(file).get("name").asString(), rnn.readDataset(file.toString()).name());
        }

        @ParameterizedTest @ValueSource(strings = {
            "{'inputs': [[[1], [2.5]], [[-3e-2]]], 'targets': [[[1, 2]], [[3, 4]]]}",
            "{'inputs': [[[1], [2]], [[3]]], 'labels': [0, 2], 'name': 'n', 'description': 'd', 'source': 's'}",
            "{'inputs': [[[1], [2]], [[3]]], 'labels': [[0, 1], [2]]}",
            "{'series': [1, 2]}", "{'series': [[1, 2], [3, 4]]}", "{'series': [[1], [2]]}",
            "{'text': 'ab'}", "{'text': ['a', 'b']}"})
        void everyFormFitsTheSchemaAndTrains(String dataset) {
            Path file = file("mine.json", dataset.replace('\'', '"'));
            assertEquals(List.of(), SCHEMA.validate(text(file), InputFormat.JSON));
            trained("--data", file, "--epochs", 2, "--out", temp.resolve("out"));
        }

        /** What the schema rejects too; ^ marks where the mistake is, which the message names as line and column. */
        static Stream<Arguments> broken() {
            String needs = "; it must be a finite number";
            return Stream.of(
                arguments("{'inputs': [[[1, ^'two']]], 'targets': [[[1]]]}", "inputs[0][0][1] is \"two\"" + needs),
                arguments("{'inputs': [[[1],\n  [^null]]],\n 'targets': [[[1]]]}", "inputs[0][1][0] is null" + needs),
                arguments("{'inputs': [[[1]]], 'targets': [[[^true]]]}", "targets[0][0][0] is true" + needs),
                arguments("{'inputs': [[[1]]], 'targets': [[[^{}]]]}", "targets[0][0][0] is an object" + needs),
                arguments("{'inputs': [[[1]]], 'targets': [[[^[1]]]]}", "targets[0][0][0] is a list" + needs),
                arguments("{'inputs': ^5, 'targets': [[[1]]]}", "inputs is 5; it must be a list [ … ]"),
                arguments("{'inputs': [^5], 'targets': [[[1]]]}", "inputs[0] is 5; it must be a list [ … ]"),
                arguments("{'inputs': [[^5]], 'targets': [[[1]]]}", "inputs[0][0] is 5; it must be a list [ … ]"),
                arguments("{'inputs': [[[1], ^[]]], 'targets': [[[1]]]}",
                    "inputs[0][1] is empty; a step needs at least one value"),
                arguments("{'inputs': [[[1]], [^]], 'targets': [[[1]]]}",
                    "inputs[1] is empty; a sequence needs at least one step"),
                arguments("{'inputs': [^], 'targets': [[[1]]]}", "inputs is empty; it needs at least one sequence"),
                arguments("{'inputs': [[[1]]], 'labels': [^-1]}",
                    "labels[0] is -1; it must be a whole number from 0 to 2147483646"),
                arguments("{'inputs': [[[1]]], 'labels': [^0.5]}",
                    "labels[0] is 0.5; it must be a whole number from 0 to 2147483646"),
                arguments("{'inputs': [[[1]]], 'labels': [[^'a']]}",
                    "labels[0][0] is \"a\"; it must be a whole number from 0 to 2147483646"),
                arguments("{'inputs': [[[1]]], 'labels': [[^]]}", "labels[0] is empty; it needs at least one label"),
                arguments("{'series': [1, ^'x']}", "series[1] is \"x\"" + needs),
                arguments("{'series': [[1], ^2]}", "series[1] is not a list, as series[0] is; all steps need one form"),
                arguments("{'series': [1, ^[2]]}", "series[1] is a list" + needs),
                arguments("{'series': [^]}", "series has 0 of the 2 values that it needs"),
                arguments("{'series': [[1, 2]^]}", "series has 1 of the 2 values that it needs"),
                arguments("{'series': ^'1 2'}", "series is \"1 2\"; it must be a list [ … ]"),
                arguments("{'text': ^5}", "text is 5; it must be a string"),
                arguments("{'text': ['ab', ^5]}", "text[1] is 5; it must be a string"),
                arguments("{'text': [^]}", "text is empty; it needs at least one string"),
                arguments("{'text': 'ab', 'name': ^5}", "name is 5; it must be a string"),
                arguments("{'text': 'ab',\n\n  ^'extra': 1}",
                    "unknown key \"extra\"; a dataset has inputs with targets or labels, "
                    + "series, or text, and may have name, description, source"),
                arguments("^[1, 2]", "the JSON is a list; it must be an object { … }"));
        }

        @ParameterizedTest @MethodSource("broken")
        void aWrongValueIsNamedWithItsPlace(String marked, String message) {
            rejectsMarked(marked, message);
            assertNotEquals(List.of(), SCHEMA.validate(marked.replace("^", "").replace('\'', '"'), InputFormat.JSON));
        }

        /** What a schema cannot say. */
        static Stream<Arguments> brokenBeyondTheSchema() {
            String same = "; every step needs the same number";
            return Stream.of(
                arguments("{'inputs': [[[1,2,3],[4,5,6],^[7,8]]], 'targets': [[[1]]]}",
                    "inputs[0][2] has 2 values, but inputs[0][0] has 3" + same),
                arguments("{'inputs': [\n  [[1,2]],\n  [[3,4],\n   ^[5,6,7]]\n], 'targets': [[[1]]]}",
                    "inputs[1][1] has 3 values, but inputs[0][0] has 2" + same),
                arguments("{'inputs': [[[1]],[[2]]], 'targets': [[[1]],[^[1,2]]]}",
                    "targets[1][0] has 2 values, but targets[0][0] has 1" + same),
                arguments("{'series': [[1,2],^[3]]}", "series[1] has 1 values, but series[0] has 2" + same),
                arguments("{'series': [1,\n\t^1e999]}", "series[1] is 1e999; it must be a finite number"),
                arguments("{'series': [1, ^-1e999]}", "series[1] is -1e999; it must be a finite number"),
                // a column counts characters, as an editor does, not bytes
                arguments("{'name': 'λ→', 'series': [1, ^null]}", "series[1] is null; it must be a finite number"),
                arguments("{'series': [1, 2]} ^{'series': [1, 2]}",
                    "the JSON ends at its closing brace, but more follows"));
        }

        @ParameterizedTest @MethodSource("brokenBeyondTheSchema")
        void soIsWhatASchemaCannotSay(String marked, String message) {
            rejectsMarked(marked, message);
        }

        void rejectsMarked(String marked, String message) {
            String before = marked.substring(0, marked.indexOf('^')),
                line = before.substring(before.lastIndexOf('\n') + 1);
            String place = ":" + (1 + before.chars().filter(c -> c == '\n').count()) + ":"
                + (1 + line.codePointCount(0, line.length()));
            Path file = file("mine.json", marked.replace("^", "").replace('\'', '"'));
            rejects(2, "mine.json" + place + ": " + message, "--data", file);
        }

        /** What is wrong with the whole, not in one place of it. */
        static Stream<Arguments> brokenAsAWhole() {
            String forms = "a dataset has exactly one of: inputs with targets, inputs with labels, series, text";
            return Stream.of(
                arguments("{}", forms),
                arguments("{'name': 'empty'}", forms),
                arguments("{'inputs': [[[1]]]}", forms),
                arguments("{'targets': [[[1]]]}", forms),
                arguments("{'labels': [0]}", forms),
                arguments("{'inputs': [[[1]]], 'targets': [[[1]]], 'labels': [0]}", forms),
                arguments("{'series': [1, 2], 'text': 'ab'}", forms),
                arguments("{'series': [1, 2], 'labels': [0]}", forms),
                arguments("{'inputs': [[[1]]], 'targets': [[[1]]], 'series': [1, 2]}", forms),
                arguments("{'text': ''}", "has 0 characters; a text needs at least 2"),
                arguments("{'inputs': [[[1]], [[2]]], 'labels': []}",
                    "inputs has 2 sequences, but labels has 0; each input needs its own"));
        }

        @ParameterizedTest @MethodSource("brokenAsAWhole")
        void aWrongCombinationIsNamed(String dataset, String message) {
            rejects(2, "mine.json: " + message, "--data", file("mine.json", dataset.replace('\'', '"')));
            assertNotEquals(List.of(), SCHEMA.validate(dataset.replace('\'', '"'), InputFormat.JSON));
        }

        @ParameterizedTest @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            {"inputs": [[[1]], [[2]]], "targets": [[[1]]]}    | inputs has 2 sequences, but targets has 1; each input needs its own
            {"inputs": [[[1]]], "labels": [0, 1]}             | inputs has 1 sequences, but labels has 2; each input needs its own
            {"inputs": [[[1]]], "targets": [[[1], [2]]]}      | targets[0] has 2 steps, but inputs[0] has 1; at most as many can be scored
            {"inputs": [[[1]]], "labels": [[0, 1, 1]]}        | labels[0] has 3 steps, but inputs[0] has 1; at most as many can be scored
            {"text": "😀"}                                    | has 1 characters; a text needs at least 2
            """)
        void soAreCountsThatDoNotFit(String dataset, String message) {
            rejects(2, "mine.json: " + message, "--data", file("mine.json", dataset));
        }

        @Test void anEmptyStringInAListIsRejectedByBoth() {
            String dataset = "{\"text\": [\"ab\", \"\"]}";
            assertNotEquals(List.of(), SCHEMA.validate(dataset, InputFormat.JSON));
            Ran ran = tool("--data", file("mine.json", dataset), "--out", temp.resolve("never"));
            assertEquals(2, ran.status());
            assertTrue(ran.err().contains("mine.json:1:17: text[1] "), ran.err());
        }

        /** The words are the JSON library's; line, column and the rest of the line are ours. */
        @ParameterizedTest @ValueSource(strings = {
            "{'series': [1, 2]", "{'series': [1, 2}", "{'series': [1,, 2]}", "{'series': [1, 2,]}", "{'series': [1 2]}",
            "{'series': [01, 2]}", "{'series': [NaN, 2]}", "{'series': [Infinity, 2]}", "{'series': [+1, 2]}", "{'series': [.5, 2]}",
            "{series: [1, 2]}", "{'series': [1, 2]}}", "{'text': 'a\nb'}", "{'text': '\\x'}", "// no\n{'text': 'ab'}",
            "{'text': 'ab', 'text': 'cd'}", "{'series': [1, 2], 'series': [1, 2]}", "", "   ", "nonsense", "{"})
        void whatIsNotJsonIsSaidInOneLine(String content) {
            Path file = file("mine.json", content.replace('\'', '"'));
            Ran ran = tool("--data", file, "--out", temp.resolve("never"));
            assertTrue(ran.err().replace(temp + "/", "").matches("rnn: mine\\.json:\\d+:\\d+: [^\n]+\n"), ran.err());
            assertFalse(ran.err().contains("JsonReadFeature") || ran.err().contains("Source:"), ran.err());
            assertEquals(2, ran.status());
        }

        @Test void soItIsSaid() {
            rejects(2, "mine.json:1:13: is not valid JSON: "
                + "Unexpected character (',' (code 44)): expected a valid value "
                + "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
                "--data", file("mine.json", "{\"series\": [,1]}"));
            rejects(2, "mine.json:1:17: text[1] is empty; it needs at least one character",
                "--data", file("mine.json", "{\"text\": [\"ab\", \"\"]}"));
            rejects(2, "mine.json:1:10: text has half a surrogate pair; a character beyond U+FFFF takes both halves",
                "--data", file("mine.json", "{\"text\": \"ab\\ud800\"}"));
            rejects(2, "mine.json:1:19: series[1] has 1 values, but series[0] has 2; every step needs the same number",
                "--data", file("mine.json", "{\"series\": [[1,2],[3]]}"));
        }

        @Test void aDoubledKeyIsNamed() {
            Ran ran = tool("--data", file("mine.json", "{\"text\": \"ab\", \"text\": \"cd\"}"),
                "--out", temp.resolve("never"));
            assertTrue(ran.err().contains("\"text\"") || ran.err().contains("'text'"), ran.err());
        }

        @ParameterizedTest @ValueSource(ints = {1_001, 2_000_000})
        void aNumberOrAKeyOfManyDigitsIsNoStackTrace(int length) {
            String digits = "1".repeat(length);
            for (String content : List.of("{\"series\": [1, " + digits + "]}", "{\"" + digits + "\": 1}")) {
                Ran ran = tool("--data", file("mine.json", content), "--out", temp.resolve("never"));
                assertEquals(2, ran.status(), ran.err());
                assertTrue(ran.err().startsWith("rnn: ") && ran.err().length() < 500
                    && ran.err().indexOf('\n') == ran.err().length() - 1, ran.err());
            }
        }

        @ParameterizedTest @ValueSource(strings = {"2147483647", "2147483648", "99999999999"})
        void aLabelNoArrayCanHoldIsNamedWithItsPlace(String label) {
            Ran ran = tool("--data", file("mine.json", "{\"inputs\": [[[1]]], \"labels\": [" + label + "]}"),
                "--out", temp.resolve("never"));
            assertEquals(2, ran.status());
            assertTrue(ran.err().replace(temp + "/", "")
                .startsWith("rnn: mine.json:1:32: labels[0] is " + label + "; "), ran.err());
        }

        @Test void aMissingFileIsNamed() {
            rejects(2, "none.json: cannot be read: no such file or folder", "--data", temp.resolve("none.json"));
            rejects(2, "none.txt: cannot be read: no such file or folder", "--data", temp.resolve("none.txt"));
            rejects(2, "no/such/folder.json: cannot be read: no such file or folder",
                "--data", temp.resolve("no/such/folder.json"));
        }

        @ParameterizedTest @ValueSource(strings = {"folder", "folder.txt", "folder.json"})
        void aFolderIsNoDataset(String name) throws IOException {
            Path folder = Files.createDirectory(temp.resolve(name));
            rejects(2, name + ": cannot be read: Is a directory", "--data", folder);
        }

        @Test void noNameAtAllIsNoDataset() {
            for (String name : List.of("", "/")) {
                Ran ran = tool("--data", name, "--out", temp.resolve("never"));
                assertEquals(2, ran.status());
                assertTrue(ran.err().startsWith("rnn: "), ran.err());
            }
        }

        @Test void whatIsNotUtf8IsSaid() {
            byte[] latin1 = "Zürich".getBytes(ISO_8859_1);
            rejects(2, "mine.txt: is not UTF-8 text from character 2 on",
                "--data", write(temp.resolve("mine.txt"), latin1));
            rejectsReading(latin1, 2, "-: is not UTF-8 text from character 2 on", "--data", "-");
            Ran ran = tool("--data", write(temp.resolve("mine.json"), "{\"text\": \"Zürich\"}".getBytes(ISO_8859_1)),
                "--out", temp.resolve("never"));
            assertEquals(2, ran.status());
            assertTrue(ran.err().replace(temp + "/", "")
                .matches("rnn: mine\\.json:1:10: text has bytes that are not UTF-8\n"), ran.err());
        }

        @Test void aTextNeedsTwoCharacters() {
            rejects(2, "mine.txt: has 0 characters; a text needs at least 2", "--data", file("mine.txt", ""));
            rejects(2, "mine.txt: has 1 characters; a text needs at least 2", "--data", file("mine.txt", "😀"));
            rejectsReading(new byte[0], 2, "-: has 0 characters; a text needs at least 2", "--data", "-");
        }

        @Test void somethingMustBeLeftToTrainOn() {
            Path series = file("mine.json", "{\"name\": \"mine\", \"series\": [1,2,3,4,5]}"),
                list = file("list.json", "{\"text\": [\"a\",\"b\"]}");
            rejects(2, "--validate 1 leaves nothing to train on (sequences in toy: 1)", "--validate", 1);
            rejects(2, "--validate 5 leaves nothing to train on (values in mine.json: 5)", "--data", series,
                "--validate", 5);
            rejects(2, "--validate 3 leaves nothing to train on (texts in list.json: 2)", "--data", list,
                "--validate", 3);
            rejects(2, "--validate 9 leaves nothing to train on (characters in t.txt: 4)",
                "--data", file("t.txt", "abcd"), "--validate", 9);
        }

        @Test void aStreamNeedsTwoValues() {
            Path series = file("mine.json", "{\"series\": [1,2,3,4,5]}");
            rejects(2, "--batch 3 cuts the 5 values to train on into streams of 1; each needs at least 2",
                "--data", series, "--batch", 3);
            rejects(2, "--batch 1 cuts the 1 values to train on into streams of 1; each needs at least 2",
                "--data", series, "--validate", 4);
            rejects(2, "--batch 9 cuts the 4 characters to train on into streams of 0; each needs at least 2",
                "--data", file("t.txt", "abcd"), "--batch", 9);
        }

        @Test void aSeriesIsScaledByTheTrainingPartsMeanAndPopulationDeviation() throws IOException {
            Path file = file("mine.json",
                "{\"series\": [[2, 7], [4, 7], [4, 7], [4, 7], [5, 7], [5, 7], [7, 7], [9, 7], [1000, -1000]]}");
            trained("--data", file, "--validate", 1, "--epochs", 1, "--out", temp.resolve("out"));
            ModelFile model = ModelFile.of(temp.resolve("out/model.safetensors"));
            assertEquals("5.0 7.0", model.metadata("mean"));
            assertEquals("2.0 1.0", model.metadata("deviation"), "a constant column only loses its mean");
        }

        @ParameterizedTest @ValueSource(ints = {2, 3, 5, 10, 13, 25, 100})
        void aConstantOnlyLosesItsMeanWhateverItsDigits(int n) {
            double[] numbers = new double[2 * n];
            for (int t = 0; t < n; t++) numbers[2 * t] = numbers[2 * t + 1] = 0.1;
            numbers[1] = 0.3;
            rnn.Scaling scaling = rnn.Scaling.of(rowsOf(numbers, 2).x(), n);
            assertEquals(0.1, scaling.mean()[0]);
            assertEquals(1, scaling.deviation()[0]);
            assertEquals(0.2 * Math.sqrt(n - 1) / n, scaling.deviation()[1], 1e-16);
        }

        @Test void scalingAndBackGivesTheSeriesAgain() {
            double[] numbers = new Random(1).doubles(60, -1000, 1000).toArray();
            double[][] own = rowsOf(numbers, 3).x();
            rnn.Scaling scaling = rnn.Scaling.of(own, 20);
            double[][] scaled = scaling.scale(own);
            assertClose(own, scaling.unscale(scaled), 1e-10);
            for (int j = 0; j < 3; j++) {
                int column = j;
                double[] values = IntStream.range(0, 20).mapToDouble(t -> scaled[t][column]).toArray();
                assertEquals(0, Arrays.stream(values).average().getAsDouble(), 1e-14);
                assertEquals(1, Arrays.stream(values).map(x -> x * x).average().getAsDouble(), 1e-13);
            }
        }

        /** The steps of 23 values, 4 of them held out, in 3 streams of ⌊19 / 3⌋ = 6: value 18 is dropped. */
        @Test void aSeriesIsCutIntoStreamsAndTheRestIsDropped() {
            rnn.Form form = form("{\"series\": " + IntStream.range(0, 23).boxed().toList() + "}", "--batch=3",
                "--validate=4");
            assertEquals(List.of(List.of(0, 1, 2, 3, 4), List.of(6, 7, 8, 9, 10), List.of(12, 13, 14, 15, 16)),
                form.split().training().stream().map(s -> values(form, s.input())).toList());
            assertEquals(List.of(List.of(1, 2, 3, 4, 5), List.of(7, 8, 9, 10, 11), List.of(13, 14, 15, 16, 17)),
                form.split().training().stream().map(s -> values(form, s.target())).toList());
            // what is held out is told from the last stream on, h = 0 at its beginning
            assertEquals(List.of(12, 13, 14, 15, 16, 17, 18, 19, 20, 21), values(form, form.split().heldOut().get(0).input()));
            assertEquals(List.of(19, 20, 21, 22), values(form, form.split().heldOut().get(0).target()));
        }

        @Test void withOneStreamTheHeldOutPartRunsOnFromTheEndOfTheTrainingPart() {
            rnn.Form form = form("{\"series\": [0, 1, 2, 3, 4, 5, 6, 7]}", "--validate=25%");
            assertEquals(List.of(0, 1, 2, 3, 4), values(form, form.split().training().get(0).input()));
            assertEquals(List.of(0, 1, 2, 3, 4, 5, 6), values(form, form.split().heldOut().get(0).input()));
            assertEquals(List.of(6, 7), values(form, form.split().heldOut().get(0).target()));
        }

        rnn.Form form(String dataset, String... options) {
            rnn.Options parsed = new rnn.Options();
            rnn.commandLine(parsed).parseArgs(options);
            return rnn.form(rnn.readDataset(file("mine.json", dataset).toString()), parsed.request(), null);
        }

        List<Integer> values(rnn.Form form, rnn.Vectors v) {
            double[] mean = (double[]) form.metadata().get("mean"), deviation = (double[]) form.metadata().get("deviation");
            return Stream.of(new rnn.Scaling(mean, deviation).unscale(((rnn.Dense) v).x()))
                .map(row -> (int) Math.rint(row[0])).toList();
        }

        @Test void anAlphabetIsSortedByCodePointWithTheBoundaryMarkLast() {
            // U+1F600 sorts behind U+FB01, though its first char, a surrogate, is smaller
            rnn.Vocabulary letters = rnn.Vocabulary.of(List.of("zebra😀", "ﬁa\n"), true);
            assertEquals("\naberzﬁ😀", letters.metadata().get("vocabulary"));
            assertEquals(9, letters.size());
            assertArrayEquals(new int[] {8, 1, 7, 0, 8}, letters.encode("a😀\n", "here"), "between two boundary marks");
            assertArrayEquals(new int[] {8, 8}, letters.encode("", "here"));
            rnn.Vocabulary plain = rnn.Vocabulary.of(List.of("zebra😀ﬁa\n"), false);
            assertEquals(8, plain.size());
            assertArrayEquals(new int[] {1, 7, 0}, plain.encode("a😀\n", "here"));
            assertEquals("a😀\nﬁ", plain.decode(plain.encode("a😀\nﬁ", "here")));
        }

        @Test void eachOfAListOfTextsStartsAndEndsWithTheBoundaryMark() {
            rnn.Form form = form("{\"text\": [\"ba\", \"c\"]}");
            assertArrayEquals(new int[] {3, 1, 0}, codes(form.split().training().get(0).input()));
            assertArrayEquals(new int[] {1, 0, 3}, codes(form.split().training().get(0).target()));
            assertArrayEquals(new int[] {3, 2}, codes(form.split().training().get(1).input()));
            assertArrayEquals(new int[] {2, 3}, codes(form.split().training().get(1).target()));
        }

        int[] codes(rnn.Vectors v) {
            return IntStream.range(0, v.n()).map(v::code).toArray();
        }

        @Test void aPrimeOfUnknownCharactersIsNamed() {
            String end = " is none of the 3 that the network knows";
            Path file = file("t.txt", "abcabc");
            rejects(2, "--prime: the character \"x\" (U+0078)" + end, "--data", file, "--epochs", 1, "--prime", "abxy");
            rejects(2, "--prime: the character \"😀\" (U+1F600)" + end, "--data", file, "--epochs", 0, "--prime", "😀");
        }

        @Test void primeGoesWithText() {
            rejects(2, "--prime goes with text, but toy is sequences of vectors", "--prime", "a");
        }

        @Test void aFileThatEndsInTxtIsText() {
            trained("--data", file("{}.txt", "{\"series\": [1, 2]}"), "--epochs", 1, "--out", temp.resolve("out"));
            assertEquals("{}.txt", json(temp.resolve("out/outputs.json")).get("name").asString());
            assertTrue(json(temp.resolve("out/outputs.json")).has("prime"));
        }

        @Test void standardInputIsJsonOrText() throws IOException {
            String[] contents = {"{\"name\": \"mine\", \"text\": \"abcabc\"}",
                " \r\n\t{\"name\": \"mine\", \"text\": \"abcabc\"}", "abcabc", "[abcabc", "\nabc"};
            String[] vocabularies = {"abc", "abc", "abc", "[abc", "\nabc"};
            for (int i = 0; i < contents.length; i++) {
                Ran ran = toolReading(contents[i].getBytes(UTF_8), "--data", "-", "--epochs", 1, "--quiet",
                    "--out", temp.resolve("out"));
                assertEquals(new Ran(0, "", ""), ran);
                ModelFile model = ModelFile.of(temp.resolve("out/model.safetensors"));
                assertEquals(vocabularies[i], model.metadata("vocabulary"));
                assertEquals(i < 2 ? "mine" : "standard input", model.metadata("name"));
            }
            rejectsReading("{\"series\": [1, 2, null]}".getBytes(UTF_8), 2,
                "-:1:19: series[2] is null; it must be a finite number", "--data", "-");
        }

        /** Windows editors put one at the beginning of a file; it belongs neither to the JSON nor to the text. */
        @Test void aByteOrderMarkIsNoPartOfTheData() throws IOException {
            String json = "\uFEFF{\"text\": \"abcabc\"}", plain = "\uFEFFabcabc";
            Path out = temp.resolve("out");
            Map<String, String> vocabularies = new LinkedHashMap<>();
            assertEquals(0, tool("--data", file("mine.json", json), "--epochs", 1, "--quiet", "--out", out).status());
            vocabularies.put("JSON file", ModelFile.of(out.resolve("model.safetensors")).metadata("vocabulary"));
            assertEquals(0, tool("--data", file("mine.txt", plain), "--epochs", 1, "--quiet", "--out", out).status());
            vocabularies.put("text file", ModelFile.of(out.resolve("model.safetensors")).metadata("vocabulary"));
            assertEquals(0, toolReading(json.getBytes(UTF_8), "--data", "-", "--epochs", 1, "--quiet",
                "--out", out).status());
            vocabularies.put("JSON on standard input",
                ModelFile.of(out.resolve("model.safetensors")).metadata("vocabulary"));
            assertEquals(0, toolReading(plain.getBytes(UTF_8), "--data", "-", "--epochs", 1, "--quiet",
                "--out", out).status());
            vocabularies.put("text on standard input",
                ModelFile.of(out.resolve("model.safetensors")).metadata("vocabulary"));
            assertEquals(Set.of("abc"), new HashSet<>(vocabularies.values()), vocabularies.toString());
        }
    }

    @Nested class Section8Files {

        /**
         * The shortest decimal that reads back as x, the nearest where there are several, the even one of two as near.
         */
        static BigDecimal shortest(double x) {
            BigDecimal exact = new BigDecimal(x);
            for (int digits = 1; ; digits++) {
                var candidates = new ArrayList<BigDecimal>();
                for (RoundingMode mode : List.of(RoundingMode.DOWN, RoundingMode.UP)) {
                    BigDecimal rounded = exact.round(new MathContext(digits, mode));
                    if (rounded.doubleValue() == x) candidates.add(rounded);
                }
                if (!candidates.isEmpty())
                    return Collections.min(candidates, Comparator.comparing((BigDecimal c) -> c.subtract(exact).abs())
                        .thenComparing(c -> c.unscaledValue().testBit(0))).stripTrailingZeros();
            }
        }

        /** Double.toString of JDK 19 on (JDK-4511638 lists what older ones get wrong). */
        @ParameterizedTest @CsvSource({
            "0.002, 0.002", "0.001, 0.001", "9.999999E-4, 9.999999E-4", "1.0E-4, 1.0E-4", "0.0, 0.0", "-0.0, -0.0",
            "1.0, 1.0", "100.0, 100.0", "1234567.0, 1234567.0", "9999999.0, 9999999.0", "1.0E7, 1.0E7",
            "12345678.0, 1.2345678E7",
            "1e23, 1.0E23", "2e23, 2.0E23", "2.2250738585072014E-308, 2.2250738585072014E-308",
            "1.7976931348623157E308, 1.7976931348623157E308",
            "4.9E-324, 4.9E-324", "9.9E-324, 9.9E-324", "0x1p-44, 5.684341886080802E-14",
            "0x1p53, 9.007199254740992E15", "9007199254740993, 9.007199254740992E15",
            "2.0E-3, 0.002", "1.1E-5, 1.1E-5", "2.2E-322, 2.2E-322", "8.41E21, 8.41E21", "2.0E15, 2.0E15",
            "0x1.fffffffffffffp-1, 0.9999999999999999",
            "0.1, 0.1", "0.3, 0.3", "0x1.3333333333334p-2, 0.30000000000000004"})
        void numbersHaveTheDigitsOfANewJdk(String literal, String written) {
            assertEquals(written, rnn.decimal(Double.parseDouble(literal)));
        }

        @Test void numbersHaveNoDigitTooManyAndReadBackExactly() {
            Random random = new Random(7);
            for (int n = 0; n < 20_000; n++) {
                double x = switch (n % 4) {
                    case 0 -> Double.longBitsToDouble(random.nextLong());
                    case 1 -> random.nextDouble();
                    case 2 -> Math.scalb(1.0, random.nextInt(2098) - 1074);
                    default -> random.nextInt(1_000_000) / 1000.0;
                };
                if (!Double.isFinite(x) || x == 0) continue;
                String written = rnn.decimal(x);
                assertEquals(x, Double.parseDouble(written));
                // 4.9E-324 is the one with more digits than are needed: it has at least two
                if (Math.abs(x) > 1e-322) assertEquals(shortest(x), new BigDecimal(written).stripTrailingZeros());
            }
        }

        @Test void lossCsvHasARowForEveryEpoch() {
            trained("--epochs", 12, "--out", temp);
            List<String> lines = text(temp.resolve("loss.csv")).lines().toList();
            assertEquals("epoch,loss", lines.get(0));
            assertEquals(13, lines.size());
            for (int epoch = 1; epoch <= 12; epoch++) assertWholePrecision(lines.get(epoch), epoch, 1);
            assertTrue(text(temp.resolve("loss.csv")).endsWith("\n"));
        }

        @Test void lossCsvHasAColumnForWhatIsHeldOut() {
            trained("--data", PROJECT.resolve("data/sunspots.json"), "--validate", "10%", "--epochs", 3, "--out", temp);
            List<String> lines = text(temp.resolve("loss.csv")).lines().toList();
            assertEquals("epoch,loss,validation_loss", lines.get(0));
            assertEquals(4, lines.size());
            for (int epoch = 1; epoch <= 3; epoch++) assertWholePrecision(lines.get(epoch), epoch, 2);
            String loss = json(temp.resolve("outputs.json")).get("validation_loss").decimalValue().toString();
            assertEquals(Double.parseDouble(lines.get(3).split(",")[2]), Double.parseDouble(loss),
                "that of the weights as the epoch leaves them");
        }

        void assertWholePrecision(String row, int epoch, int columns) {
            String[] cells = row.split(",");
            assertEquals(1 + columns, cells.length, row);
            assertEquals("" + epoch, cells[0]);
            for (int i = 1; i <= columns; i++) {
                double loss = Double.parseDouble(cells[i]);
                assertEquals(shortest(loss), new BigDecimal(cells[i]).stripTrailingZeros());
            }
        }

        @Test void noEpochsNoRows() {
            trained("--epochs", 0, "--out", temp);
            assertEquals("epoch,loss\n", text(temp.resolve("loss.csv")));
        }

        @Test void theModelFileIsPyTorchsInSafetensors() throws IOException {
            // 2 inputs, 5 hidden units, 3 outputs
            Path data = file("mine.json",
                "{\"name\": \"λ \\\"name\\\"\", \"inputs\": [[[1,2],[3,4]]], \"targets\": [[[1,2,3]]]}");
            trained("--data", data, "--hidden", 5, "--epochs", 7, "--out", temp, "--lr", "0.05", "--momentum", "0.5",
                "--clip", 2, "--seed", -3);
            byte[] bytes = Files.readAllBytes(temp.resolve("model.safetensors"));
            ModelFile model = ModelFile.of(temp.resolve("model.safetensors"));
            long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
            assertEquals('{', bytes[8], "the header begins with its brace");
            assertEquals(0, header % 8, "the numbers are aligned");
            Map<String, List<Integer>> shapes = new TreeMap<>(Map.of(
                "rnn.weight_ih_l0", List.of(5, 2), "rnn.weight_hh_l0", List.of(5, 5), "rnn.bias_ih_l0", List.of(5),
                "rnn.bias_hh_l0", List.of(5), "fc.weight", List.of(3, 5), "fc.bias", List.of(3)));
            assertEquals(shapes.keySet(), model.tensors().keySet().stream()
                .collect(Collectors.toCollection(TreeSet::new)));
            long end = 0;
            for (var tensor : model.tensors().entrySet()) {
                JsonNode about = model.header().get(tensor.getKey());
                assertEquals("F64", about.get("dtype").asString());
                assertEquals(shapes.get(tensor.getKey()).toString(),
                    Arrays.stream(numbers(about.get("shape"))).mapToObj(x -> (int) x).toList().toString());
                assertEquals(end, about.get("data_offsets").get(0).asLong(), "one after the other, without gaps");
                end = about.get("data_offsets").get(1).asLong();
                assertEquals(shapes.get(tensor.getKey()).stream().reduce(8, (a, b) -> a * b),
                    tensor.getValue().length * 8);
            }
            assertEquals(bytes.length, 8 + header + end);
            assertArrayEquals(new double[5], model.tensors().get("rnn.bias_hh_l0"));
            for (var entry : model.header().get("__metadata__").properties())
                assertTrue(entry.getValue().isString(), entry.toString());
            assertEquals("7", model.metadata("epoch"));
            assertEquals("λ \"name\"", model.metadata("name"));
            String options = model.metadata("options");
            for (String option : List.of("--hidden 5", "--learning-rate 0.05", "--momentum 0.5", "--clip 2.0",
                "--batch 32", "--seed -3"))
                assertTrue(options.contains(option), options);
        }

        /** PyTorch's tensors are the transposes of ours. */
        @Test void theTensorsAreTheTransposedWeights() throws IOException {
            trained("--epochs", 0, "--hidden", 4, "--seed", 9, "--out", temp);
            ModelFile model = ModelFile.of(temp.resolve("model.safetensors"));
            rnn.Parameters p = rnn.initial(3, 4, 3, 9);
            for (int i = 0; i < 4; i++) {
                for (int j = 0; j < 3; j++)
                    assertEquals(p.Wxh()[j][i], model.tensors().get("rnn.weight_ih_l0")[i * 3 + j]);
                for (int j = 0; j < 4; j++)
                    assertEquals(p.Whh()[j][i], model.tensors().get("rnn.weight_hh_l0")[i * 4 + j]);
                for (int j = 0; j < 3; j++) assertEquals(p.Why()[i][j], model.tensors().get("fc.weight")[j * 4 + i]);
            }
            assertArrayEquals(p.bh(), model.tensors().get("rnn.bias_ih_l0"));
            assertArrayEquals(p.by(), model.tensors().get("fc.bias"));
        }

        @Test void outputsOfVectorsAreThoseOfTheSavedModel() throws IOException {
            Path data = file("mine.json", "{\"inputs\": [[[1,2],[3,4],[5,6]], [[-1,0]], [[0,0],[1,1],[2,2]]], "
                + "\"targets\": [[[1,2],[2,1]], [[0,1]], [[5,5]]]}");
            trained("--data", data, "--validate", 1, "--hidden", 3, "--lr", "0.01", "--epochs", 20, "--seed", 5,
                "--generate", 4, "--out", temp);
            ModelFile model = ModelFile.of(temp.resolve("model.safetensors"));
            JsonNode outputs = json(temp.resolve("outputs.json")), mine = json(data);
            assertEquals("mine.json", outputs.get("name").asString());
            assertEquals(5, outputs.get("seed").asLong());
            assertEquals(20, outputs.get("epochs").asInt());
            double[] losses = new double[3];
            for (int n = 0; n < 3; n++) {
                JsonNode sequence = outputs.get("sequences").get(n);
                double[][] input = vectors(mine.get("inputs").get(n)), target = vectors(mine.get("targets").get(n));
                double[][] output = last(target.length, model.outputs(input));
                assertArrayEquals(input, vectors(sequence.get("input")));
                assertArrayEquals(target, vectors(sequence.get("target")));
                assertClose(output, vectors(sequence.get("output")), 1e-12);
                assertEquals(n == 2, sequence.has("held_out"));
                assertClose(goingOn(model, input, 4), vectors(sequence.get("generated")), 1e-12);
                losses[n] = meanSquare(output, target);
            }
            // by scored elements: two steps of the first sequence, one of the second
            assertEquals((2 * losses[0] + losses[1]) / 3, outputs.get("loss").asDouble(), 1e-12);
            assertEquals(losses[2], outputs.get("validation_loss").asDouble(), 1e-12);
        }

        /** What the network says after the last input, that read as the next input, and so on. */
        double[][] goingOn(ModelFile model, double[][] input, int n) {
            var x = new ArrayList<>(List.of(input));
            for (int k = 0; k < n; k++) x.add(last(1, model.outputs(x.toArray(double[][]::new)))[0]);
            return last(n, x.toArray(double[][]::new));
        }

        @Test void whereOutputsDoNotFitTheInputNothingIsGenerated() {
            Path data = file("mine.json", "{\"inputs\": [[[1,2],[3,4]]], \"targets\": [[[1,2,3]]]}");
            trained("--data", data, "--epochs", 1, "--out", temp);
            assertFalse(json(temp.resolve("outputs.json")).get("sequences").get(0).has("generated"));
        }

        @Test void outputsOfClassesAreThoseOfTheSavedModel() throws IOException {
            Path data = file("mine.json",
                "{\"inputs\": [[[1],[0],[1]], [[0]], [[1],[1],[0]]], \"labels\": [[0,2], [1], 0]}");
            trained("--data", data, "--hidden", 4, "--epochs", 30, "--out", temp);
            ModelFile model = ModelFile.of(temp.resolve("model.safetensors"));
            JsonNode outputs = json(temp.resolve("outputs.json"));
            int[][] labels = {{0, 2}, {1}, {0}};
            double loss = 0;
            for (int n = 0; n < 3; n++) {
                JsonNode sequence = outputs.get("sequences").get(n);
                double[][] output = last(labels[n].length, model.outputs(vectors(json(data).get("inputs").get(n))));
                assertClose(output, vectors(sequence.get("output")), 1e-12);
                assertArrayEquals(Arrays.stream(labels[n]).asDoubleStream().toArray(), numbers(sequence.get("target")));
                assertArrayEquals(Arrays.stream(output).mapToDouble(y -> largest(y)).toArray(),
                    numbers(sequence.get("predicted")));
                for (int t = 0; t < labels[n].length; t++) loss += surprise(output[t], labels[n][t]) / 4;
            }
            assertEquals(3, model.size("fc.weight", 0), "classes 0, 1 and 2");
            assertEquals(loss, outputs.get("loss").asDouble(), 1e-12);
        }

        @Test void outputsOfASeriesAreInItsOwnUnits() throws IOException {
            double[] series = new Random(3).doubles(40, 100, 200).toArray();
            Path data = file("mine.json", "{\"series\": " + Arrays.toString(series) + "}");
            trained("--data", data, "--validate", 10, "--hidden", 4, "--epochs", 5, "--steps", 7, "--generate", 3,
                "--out", temp);
            ModelFile model = ModelFile.of(temp.resolve("model.safetensors"));
            JsonNode outputs = json(temp.resolve("outputs.json")), sequence = outputs.get("sequences").get(0);
            double mean = Arrays.stream(series).limit(30).average().getAsDouble();
            double deviation = Math.sqrt(Arrays.stream(series).limit(30).map(x -> (x - mean) * (x - mean)).average()
                .getAsDouble());
            double[][] scaled = Arrays.stream(series).mapToObj(x -> new double[] {(x - mean) / deviation})
                .toArray(double[][]::new);
            double[][] y = model.outputs(Arrays.copyOf(scaled, 39)), target = last(39, scaled);
            assertArrayEquals(Arrays.copyOf(series, 39), numbers(sequence.get("input")));
            assertArrayEquals(Arrays.copyOfRange(series, 1, 40), numbers(sequence.get("target")));
            assertArrayEquals(Arrays.stream(y).mapToDouble(v -> v[0] * deviation + mean).toArray(),
                numbers(sequence.get("output")), 1e-9);
            assertArrayEquals(Arrays.stream(goingOn(model, scaled, 3))
                .mapToDouble(v -> v[0] * deviation + mean).toArray(),
                numbers(sequence.get("generated")), 1e-9);
            assertEquals(10, sequence.get("held_out").asInt());
            // losses are in scaled units; the state runs on from window to window and into the held-out part
            assertEquals(meanSquare(Arrays.copyOf(y, 29), Arrays.copyOf(target, 29)),
                outputs.get("loss").asDouble(), 1e-12);
            assertEquals(meanSquare(last(10, y), last(10, target)), outputs.get("validation_loss").asDouble(), 1e-12);
        }

        @Test void theHeldOutPartOfSeveralStreamsIsToldFromTheLastOne() throws IOException {
            double[] series = new Random(4).doubles(31, -1, 1).toArray();
            Path data = file("mine.json", "{\"series\": " + Arrays.toString(series) + "}");
            trained("--data", data, "--validate", 5, "--batch", 3, "--hidden", 4, "--epochs", 2, "--out", temp);
            ModelFile model = ModelFile.of(temp.resolve("model.safetensors"));
            double mean = Double.parseDouble(model.metadata("mean")),
                deviation = Double.parseDouble(model.metadata("deviation"));
            double[][] scaled = Arrays.stream(series).mapToObj(x -> new double[] {(x - mean) / deviation})
                .toArray(double[][]::new);
            double loss = 0;
            for (int b = 0; b < 3; b++) loss += meanSquare(model.outputs(Arrays.copyOfRange(scaled, 8 * b, 8 * b + 7)),
                Arrays.copyOfRange(scaled, 8 * b + 1, 8 * b + 8)) / 3;
            assertEquals(loss, json(temp.resolve("outputs.json")).get("loss").asDouble(), 1e-12);
            assertEquals(meanSquare(last(5, model.outputs(Arrays.copyOfRange(scaled, 16, 30))), last(5, scaled)),
                json(temp.resolve("outputs.json")).get("validation_loss").asDouble(), 1e-12);
        }

        @Test void aTextGoesOnWithTheLikeliestCharacterAtTemperature0() throws IOException {
            String text = "hello world, hello words; hello 😀\n".repeat(4);
            trained("--data", file("t.txt", text), "--hidden", 12, "--epochs", 6, "--generate", 25, "--temperature", 0,
                "--prime", "he", "--out", temp);
            ModelFile model = ModelFile.of(temp.resolve("model.safetensors"));
            JsonNode outputs = json(temp.resolve("outputs.json"));
            int[] vocabulary = text.codePoints().sorted().distinct().toArray();
            assertEquals(new String(vocabulary, 0, vocabulary.length), model.metadata("vocabulary"));
            assertEquals("he", outputs.get("prime").asString());
            assertEquals(greedy(model, vocabulary, "he", 25), outputs.get("generated").asString());
            int[] codes = text.codePoints().map(c -> Arrays.binarySearch(vocabulary, c)).toArray();
            double[][] y = model.outputs(Arrays.stream(codes).limit(codes.length - 1)
                .mapToObj(c -> one(c, vocabulary.length)).toArray(double[][]::new));
            double loss = IntStream.range(0, y.length).mapToDouble(t -> surprise(y[t], codes[t + 1])).average()
                .getAsDouble();
            assertEquals(loss, outputs.get("loss").asDouble(), 1e-12);
        }

        String greedy(ModelFile model, int[] vocabulary, String prime, int n) {
            String text = prime;
            while (text.codePointCount(0, text.length()) < n + prime.length()) {
                double[][] x = text.codePoints()
                    .mapToObj(c -> one(Arrays.binarySearch(vocabulary, c), vocabulary.length)).toArray(double[][]::new);
                text += Character.toString(vocabulary[largest(last(1, model.outputs(x))[0])]);
            }
            return text.substring(prime.length());
        }

        @Test void whatIsSavedCanBeLoaded() throws IOException {
            for (String data : List.of("toy", "parity", "sunspots", "elements")) {
                Path file = PROJECT.resolve("data/" + data + ".json"), first = temp.resolve(data),
                    again = temp.resolve(data + "-again");
                trained("--data", file, "--epochs", 1, "--hidden", 5, "--out", first);
                trained("--data", file, "--epochs", 0, "--load", first.resolve("model.safetensors"), "--out", again);
                ModelFile one = ModelFile.of(first.resolve("model.safetensors")),
                    two = ModelFile.of(again.resolve("model.safetensors"));
                one.tensors().forEach((name, numbers) -> assertArrayEquals(numbers, two.tensors().get(name), name));
                ObjectNode before = (ObjectNode) json(first.resolve("outputs.json")),
                    after = (ObjectNode) json(again.resolve("outputs.json"));
                assertEquals(before.without("epochs"), after.without("epochs"));
            }
        }

        @Test void aTextModelWritesWithoutItsData() {
            Path text = file("t.txt", "abcabcabc\n".repeat(20));
            trained("--data", text, "--epochs", 3, "--out", temp.resolve("out"), "--generate", 30, "--prime", "ab",
                "--seed", 3);
            String generated = json(temp.resolve("out/outputs.json")).get("generated").asString();
            Ran ran = tool("--load", temp.resolve("out/model.safetensors"), "--epochs", 0, "--generate", 30,
                "--prime", "ab", "--seed", 3, "--out", temp.resolve("never"));
            assertEquals(new Ran(0, "ab" + generated + "\n", ""), ran);
            assertFalse(Files.exists(temp.resolve("never")));
            rejects(2, "--epochs 5 needs --data FILE to train on; --epochs 0 only generates",
                "--load", temp.resolve("out/model.safetensors"), "--epochs", 5);
        }

        @Test void anotherModelThanTheDatasetNeedsIsToldApart() throws IOException {
            Path text = file("t.txt", "abcabc"), model = temp.resolve("out/model.safetensors"),
                four = file("four.json", "{\"inputs\": [[[1,2,3,4]]], \"targets\": [[[1,2,3]]]}");
            Path two = file("two.json", "{\"inputs\": [[[1,2,3]]], \"targets\": [[[1,2]]]}"),
                columns = file("columns.json", "{\"series\": [[1,2,3],[1,2,3],[3,4,5]]}");
            trained("--epochs", 0, "--hidden", 7, "--out", temp.resolve("out"));
            rejects(2, "--hidden 8 does not fit out/model.safetensors, whose rnn.weight_hh_l0 is of 7 hidden units",
                "--load", model, "--hidden", 8);
            rejects(2, "four.json has 4 inputs a step, but rnn.weight_ih_l0 of out/model.safetensors takes 3",
                "--load", model, "--data", four);
            rejects(2, "two.json has 2 outputs a step, but fc.weight of out/model.safetensors gives 3", "--load", model,
                "--data", two);
            rejects(2, "out/model.safetensors was not trained on a text, as t.txt is", "--load", model, "--data", text);
            trained("--load", model, "--data", columns, "--epochs", 0, "--out", temp.resolve("columns"));
            trained("--data", text, "--epochs", 0, "--out", temp.resolve("out"));
            rejects(2, "out/model.safetensors was not trained on a list of texts, as list.json is", "--load", model,
                "--data", file("list.json", "{\"text\": [\"a\"]}"));
            rejects(2, "other.txt: the character \"d\" (U+0064) is none of the 3 that the network knows",
                "--load", model, "--data", file("other.txt", "abcd"));
        }

        /** A tensor to be written. */
        record Numbers(String name, String type, List<Integer> shape, double... values) { }

        /** A network of 1 input, 2 hidden units and 1 output, in any order. */
        static List<Numbers> network(String type) {
            return List.of(new Numbers("fc.bias", type, List.of(1), 0.5),
                new Numbers("rnn.bias_hh_l0", type, List.of(2), 0.25, -0.5),
                new Numbers("rnn.weight_hh_l0", type, List.of(2, 2), 0.5, -0.25, 1, 0.125),
                new Numbers("rnn.weight_ih_l0", type, List.of(2, 1), 1, -2),
                new Numbers("fc.weight", type, List.of(1, 2), 2, -1),
                new Numbers("rnn.bias_ih_l0", type, List.of(2), -1, 0.75));
        }

        static ObjectNode header(List<Numbers> tensors) {
            ObjectNode header = JSON.createObjectNode();
            int offset = 0;
            for (Numbers t : tensors) {
                ObjectNode about = header.putObject(t.name()).put("dtype", t.type());
                t.shape().forEach(about.putArray("shape")::add);
                about.putArray("data_offsets").add(offset)
                    .add(offset += t.values().length * (t.type().equals("F32") ? 4 : 8));
            }
            return header;
        }

        static byte[] safetensors(String header, List<Numbers> tensors) {
            byte[] head = header.getBytes(UTF_8);
            ByteBuffer bytes = ByteBuffer.allocate(head.length + 1000).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(head.length).put(head);
            for (Numbers t : tensors)
                for (double x : t.values())
                    if (t.type().equals("F32")) bytes.putFloat((float) x);
                    else bytes.putDouble(x);
            return Arrays.copyOf(bytes.array(), bytes.position());
        }

        static final String TWO_STEPS = "{\"inputs\": [[[1], [0.5]]], \"targets\": [[[0], [0]]]}";

        @ParameterizedTest @ValueSource(strings = {"F64", "F32"})
        void modelsOfOthersCanBeLoadedInAnyOrderAndTheBiasesAreAdded(String type) throws IOException {
            Path model = write(temp.resolve("model.safetensors"),
                safetensors(header(network(type)).toString(), network(type)));
            trained("--data", file("mine.json", TWO_STEPS), "--load", model, "--epochs", 0,
                "--out", temp.resolve("out"));
            double[] h1 = {Math.tanh(1 - 1 + 0.25), Math.tanh(-2 + 0.75 - 0.5)};
            double[] h2 = {Math.tanh(0.5 + 0.5 * h1[0] - 0.25 * h1[1] - 0.75),
                Math.tanh(-1 + h1[0] + 0.125 * h1[1] + 0.25)};
            double[][] expected = {{2 * h1[0] - h1[1] + 0.5}, {2 * h2[0] - h2[1] + 0.5}};
            assertClose(expected, vectors(json(temp.resolve("out/outputs.json")).get("sequences").get(0).get("output")),
                1e-15);
            ModelFile saved = ModelFile.of(temp.resolve("out/model.safetensors"));
            assertArrayEquals(new double[] {-0.75, 0.25}, saved.tensors().get("rnn.bias_ih_l0"));
            assertArrayEquals(new double[2], saved.tensors().get("rnn.bias_hh_l0"));
        }

        /** What is done to the header of a good model file, and what is said of it. */
        static Stream<Arguments> brokenHeaders() {
            String json = "header:1:%d: is not valid JSON: ", order = "is not a safetensors file: its tensors overlap or "
                + "leave gaps", lacks = "header:1:%d: %s lacks its dtype, shape or data_offsets";
            String size = "; it must be a whole number from 0 to 2147483647", offset = "header:1:%d: fc.bias/data_offsets";
            return Stream.of(
                change("only a brace", h -> "{ ",
                    json.formatted(3) + "Unexpected end-of-input: expected close marker for Object"),
                change("a list", h -> "[" + h + "]", "header:1:1: the JSON is a list; it must be an object { … }"),
                change("no JSON", h -> h.replace(":", ";"), json.formatted(11) + "Unexpected character (';' (code 59)): "
                    + "was expecting a colon to separate property name and value"),
                change("cut short", h -> h.substring(0, h.length() - 1),
                    json.formatted(405) + "Unexpected end-of-input: expected close marker for Object"),
                change("something behind it", h -> h + "{}",
                    "header:1:406: the JSON ends at its closing brace, but more follows"),
                change("a tensor twice", h -> h.replace("rnn.bias_hh_l0", "rnn.bias_ih_l0"),
                    json.formatted(353) + "Duplicate Object property \"rnn.bias_ih_l0\""),
                change("a tensor that is no object", h -> h.replaceFirst("\\{\"dtype[^}]*}", "5"),
                    "header:1:12: fc.bias is 5; it must be an object { … }"),
                change("no dtype", h -> h.replaceFirst("\"dtype\":\"F64\",", ""), lacks.formatted(45, "fc.bias")),
                change("no shape", h -> h.replaceFirst("\"shape\":\\[1],", ""), lacks.formatted(47, "fc.bias")),
                change("no offsets", h -> h.replaceFirst(",\"data_offsets\":\\[0,8]", ""),
                    lacks.formatted(38, "fc.bias")),
                change("an offset too many", h -> h.replace("[0,8]", "[0,8,16]"), lacks.formatted(62, "fc.bias")),
                change("a negative offset", h -> h.replace("[0,8]", "[-8,0]"), offset.formatted(55) + "[0] is -8" + size),
                change("a fractional offset", h -> h.replace("[0,8]", "[0,8.0]"), offset.formatted(57) + "[1] is 8.0" + size),
                change("a huge offset", h -> h.replace("[0,8]", "[0,99999999999999999999]"),
                    offset.formatted(57) + "[1] is 99999999999999999999" + size),
                change("a nested shape", h -> h.replaceFirst("\"shape\":\\[1]", "\"shape\":[[1]]"),
                    "header:1:36: fc.bias/shape[0] is a list" + size),
                change("a text for a shape", h -> h.replaceFirst("\"shape\":\\[1]", "\"shape\":\"1\""),
                    "header:1:35: fc.bias/shape is \"1\"; it must be a list [ … ]"),
                change("another key", h -> h.replaceFirst("\"dtype\"", "\"type\""),
                    "header:1:13: unknown key \"type\"; a tensor has dtype, shape and data_offsets"),
                change("metadata that are no strings",
                    h -> h.replaceFirst("\\{", "{\"__metadata__\":{\"epoch\":5},"),
                    "header:1:26: __metadata__/epoch is 5; it must be a string"),
                change("metadata that are no object", h -> h.replaceFirst("\\{", "{\"__metadata__\":[],"),
                    "header:1:17: __metadata__ is a list; it must be an object { … }"),
                change("offsets in disorder", h -> h.replace("[0,8]", "[8,0]"), order),
                change("a gap", h -> h.replace("[8,24]", "[16,24]"), order),
                change("an overlap", h -> h.replace("[8,24]", "[0,24]"), order),
                change("no rank", h -> h.replaceFirst("\"shape\":\\[2]", "\"shape\":[]"),
                    lacks.formatted(125, "rnn.bias_hh_l0")),
                change("an unknown type", h -> h.replaceFirst("F64", "BF16"),
                    "fc.bias is of type BF16; F64 and F32 can be read"),
                change("another type", h -> h.replaceFirst("F64", "F32"),
                    "fc.bias has the shape [1] of F32, but takes the bytes [0, 8]"),
                change("another length", h -> h.replaceFirst("\"shape\":\\[2]", "\"shape\":[3]"),
                    "rnn.bias_hh_l0 has the shape [3] of F64, but takes the bytes [8, 24]"),
                change("a length of 0", h -> h.replaceFirst("\"shape\":\\[2]", "\"shape\":[0]"),
                    "rnn.bias_hh_l0 has the shape [0] of F64, but takes the bytes [8, 24]"),
                change("another rank", h -> h.replaceFirst("\"shape\":\\[2]", "\"shape\":[2,1]"),
                    "rnn.bias_hh_l0 is 2 by 1, but 1 by 2 would fit the others"),
                change("a third dimension", h -> h.replaceFirst("\"shape\":\\[2]", "\"shape\":[1,1,2]"),
                    "rnn.bias_hh_l0 has the shape [1, 1, 2] of F64, but takes the bytes [8, 24]"),
                change("a transpose", h -> h.replace("[1,2]", "[2,1]"),
                    "fc.weight is 2 by 1, but 2 by 2 would fit the others"),
                change("another name", h -> h.replace("fc.bias", "fc.b"),
                    "has no tensor fc.bias, "
                        + "but [fc.b, rnn.bias_hh_l0, rnn.weight_hh_l0, rnn.weight_ih_l0, fc.weight, rnn.bias_ih_l0]"));
        }

        static Arguments change(String what, UnaryOperator<String> change, String message) {
            return arguments(what, change, message);
        }

        @ParameterizedTest(name = "{0}") @MethodSource("brokenHeaders")
        void aBrokenHeaderIsRejected(String what, UnaryOperator<String> change, String message) {
            String good = header(network("F64")).toString(), broken = change.apply(good);
            assertNotEquals(good, broken);
            Path model = write(temp.resolve("model.safetensors"), safetensors(broken, network("F64")));
            rejects(2, "model.safetensors: " + message, "--load", model, "--data", file("mine.json", TWO_STEPS),
                "--epochs", 0);
        }

        /** Of two layers, say: what is left of it would be another network. */
        @Test void aModelWithMoreThanThisNetworkHasIsRejected() {
            List<Numbers> tensors = new ArrayList<>(network("F64"));
            tensors.add(new Numbers("rnn.weight_ih_l1", "F64", List.of(1, 2), 1, 2));
            Path model = write(temp.resolve("model.safetensors"), safetensors(header(tensors).toString(), tensors));
            rejects(2, "model.safetensors: rnn.weight_ih_l1 is no part of a network of one tanh layer", "--load", model,
                "--data", file("mine.json", TWO_STEPS));
        }

        @Test void aBrokenFileIsRejected() throws IOException {
            byte[] good = safetensors(header(network("F64")).toString(), network("F64"));
            Path model = temp.resolve("model.safetensors"), mine = file("mine.json", TWO_STEPS);
            String no = "model.safetensors: is not a safetensors file: ",
                end = no + "its tensors do not end where it ends",
                begin = no + "it does not begin with its header's length";
            write(model, Arrays.copyOf(good, good.length - 8));
            rejects(2, end, "--load", model, "--data", mine);
            write(model, Arrays.copyOf(good, good.length + 1));
            rejects(2, end, "--load", model, "--data", mine);
            for (int n : new int[] {0, 1, 7, 8, 100}) {
                write(model, Arrays.copyOf(good, n));
                rejects(2, begin, "--load", model, "--data", mine);
            }
            for (long length : new long[] {-1, 0, good.length - 7, Integer.MAX_VALUE, Long.MAX_VALUE, Long.MIN_VALUE}) {
                write(model, ByteBuffer.wrap(good.clone()).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length).array());
                rejects(2, begin, "--load", model, "--data", mine);
            }
            rejects(2, "none.safetensors: cannot be read: no such file or folder",
                "--load", temp.resolve("none.safetensors"));
            rejects(2, "folder: cannot be read: Is a directory",
                "--load", Files.createDirectory(temp.resolve("folder")));
        }

        @ParameterizedTest @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
        void weightsMustBeFinite(double x) {
            List<Numbers> tensors = new ArrayList<>(network("F64"));
            tensors.set(4, new Numbers("fc.weight", "F64", List.of(1, 2), 2, x));
            Path model = write(temp.resolve("model.safetensors"), safetensors(header(tensors).toString(), tensors));
            rejects(2, "model.safetensors: fc.weight holds " + x + "; every number must be finite", "--load", model,
                "--data", file("mine.json", TWO_STEPS));
        }

        /** What a file's metadata may say that cannot be, and what is said of it. */
        @ParameterizedTest @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            {"mean": "fast", "deviation": "1.0"}         | its metadata has "fast" where "mean" has to be numbers from -1.7976931348623157E308 to 1.7976931348623157E308
            {"mean": "NaN", "deviation": "1.0"}          | its metadata has "NaN" where "mean" has to be numbers from -1.7976931348623157E308 to 1.7976931348623157E308
            {"mean": "", "deviation": ""}                | its metadata has "" where "mean" has to be numbers from -1.7976931348623157E308 to 1.7976931348623157E308
            {"mean": "0.0"}                              | its metadata has "" where "deviation" has to be numbers from 4.9E-324 to 1.7976931348623157E308
            {"mean": "0.0", "deviation": ""}             | its metadata has "" where "deviation" has to be numbers from 4.9E-324 to 1.7976931348623157E308
            {"mean": "0.0", "deviation": "0.0"}          | its metadata has "0.0" where "deviation" has to be numbers from 4.9E-324 to 1.7976931348623157E308
            {"mean": "0.0 0.0", "deviation": "1.0"}      | scales 2 columns, but rnn.weight_ih_l0 takes 1
            {"mean": "0.0", "deviation": "1.0 1.0"}      | scales 1 columns, but rnn.weight_ih_l0 takes 1
            {"vocabulary": ""}                           | has a vocabulary of 0, but rnn.weight_ih_l0 takes 1 and fc.weight gives 1
            {"vocabulary": "ab"}                         | has a vocabulary of 2, but rnn.weight_ih_l0 takes 1 and fc.weight gives 1
            """)
        void metadataThatDoNotFitAreRejected(String metadata, String message) {
            ObjectNode header = header(network("F64"));
            header.set("__metadata__", JSON.readTree(metadata));
            Path model = write(temp.resolve("model.safetensors"), safetensors(header.toString(), network("F64")));
            if (metadata.contains("vocabulary"))
                rejects(2, "model.safetensors: " + message, "--load", model, "--epochs", 0);
            else rejects(2, "model.safetensors: " + message, "--load", model,
                "--data", file("mine.json", "{\"series\": [1, 2, 3]}"), "--epochs", 0);
        }

        /** Nothing but the boundary mark: 1 input, 1 output. */
        @Test void aVocabularyOfNoCharacterIsOneAllTheSame() {
            ObjectNode header = header(network("F64"));
            header.set("__metadata__", JSON.readTree("{\"vocabulary\": \"\", \"boundary\": \"\"}"));
            Path model = write(temp.resolve("model.safetensors"), safetensors(header.toString(), network("F64")));
            assertEquals(0, tool("--load", model, "--epochs", 0).status());
        }

        /** Whatever a file holds: it is read, or it is rejected in one line. */
        @Test void noFileLeadsToAStackTrace() throws IOException {
            trained("--data", PROJECT.resolve("data/sunspots.json"), "--epochs", 0, "--hidden", 2, "--out", temp);
            byte[] good = Files.readAllBytes(temp.resolve("model.safetensors"));
            int header = 8 + ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getInt();
            Path data = file("mine.json", "{\"series\": [1, 2, 3]}"), model = temp.resolve("broken.safetensors");
            Random random = new Random(11);
            for (int n = 0; n < 400; n++) {
                byte[] bytes = n % 8 == 0 ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
                for (int k = 0; k <= n % 3 && bytes.length > header; k++)
                    bytes[random.nextInt(header)] = (byte) (random.nextBoolean()
                        ? random.nextInt(256) : "0123456789[]{},:\"-.e ".charAt(random.nextInt(21)));
                Ran ran = assertDoesNotThrow(() -> tool("--load", write(model, bytes), "--data", data, "--epochs", 0,
                    "--quiet", "--out", temp.resolve("out")),
                    () -> new String(bytes, 0, Math.min(header, bytes.length), ISO_8859_1));
                assertTrue(ran.status() == 0 && ran.err().isEmpty()
                    || ran.status() == 2 && ran.err().matches("rnn: [^\n]*\n"), ran.toString());
            }
        }

        @Test void whereAFileStandsInPlaceOfTheFolderItStaysWhole() {
            Path out = file("out", "mine");
            Ran ran = tool("--epochs", 1, "--quiet", "--out", out);
            assertEquals(new Ran(1, "", "rnn: out: cannot be written to: it is not a folder\n"),
                new Ran(ran.status(), ran.out(), ran.err().replace(temp + "/", "")));
            assertEquals("mine", text(out));
        }

        @Test void whereAFolderStandsInPlaceOfAFileTheOthersStayWhole() throws IOException {
            trained("--epochs", 1, "--out", temp);
            String losses = text(temp.resolve("loss.csv"));
            Files.delete(temp.resolve("outputs.json"));
            Files.createDirectories(temp.resolve("outputs.json/mine"));
            Ran ran = tool("--epochs", 1, "--quiet", "--out", temp);
            assertEquals(1, ran.status());
            assertTrue(ran.err().replace(temp + "/", "")
                .matches("rnn: outputs\\.json: cannot be written: [^\n]+\n"), ran.err());
            assertEquals(losses, text(temp.resolve("loss.csv")));
            assertNoRestIsLeft(temp);
        }

        /** Nothing can be created in /proc, not even by root. */
        @Test void whereNothingCanBeWrittenItIsSaidInOneLine() {
            Ran ran = tool("--epochs", 1, "--quiet", "--out", "/proc/rnn");
            assertEquals(1, ran.status());
            assertTrue(ran.err().matches("rnn: /proc/rnn: cannot be written to: [^\n]+\n"), ran.err());
        }

        @Test void filesOfAnEarlierRunAreReplacedAndNothingElseIsLeft() throws IOException {
            trained("--epochs", 5, "--out", temp.resolve("new/folders/out"));
            trained("--epochs", 2, "--out", temp.resolve("new/folders/out"));
            assertEquals(3, text(temp.resolve("new/folders/out/loss.csv")).lines().count());
            assertNoRestIsLeft(temp.resolve("new/folders/out"));
        }

        void assertNoRestIsLeft(Path folder) throws IOException {
            try (var files = Files.list(folder)) {
                assertEquals(Set.of("loss.csv", "outputs.json", "model.safetensors"),
                    files.map(f -> f.getFileName().toString())
                    .filter(name -> !Set.of("checkpoint.safetensors", ".lock").contains(name))
                    .collect(Collectors.toSet()));
            }
        }

        /** A reader, at whatever moment, sees a whole file: the old or the new one. */
        @Test void aReaderNeverSeesHalfAFile() throws Exception {
            Path file = write(temp.resolve("file"), new byte[100_000]);
            var seen = new TreeSet<Long>();
            Thread reader = new Thread(() -> {
                while (!Thread.currentThread().isInterrupted())
                    try {
                        seen.add((long) Files.readAllBytes(file).length);
                    } catch (NoSuchFileException e) {
                        seen.add(-1L);
                    } catch (IOException e) {
                        return;                                     // interrupted while reading
                    }
            });
            reader.start();
            for (int n = 0; n < 300; n++)
                rnn.writeWhole(file, out -> { for (int k = 0; k < 100; k++) out.write(new byte[1000]); });
            reader.interrupt();
            reader.join();
            assertEquals(Set.of(100_000L), seen);
        }
    }

    @Nested class Section9CommandLine {

        @Test void theToyRunPrintsItsLossesAndThenTheTargetBesideTheGeneratedSequence() {
            Ran ran = tool("--epochs", 25, "--out", temp.resolve("out"));
            assertEquals(0, ran.status());
            assertEquals("", ran.err());
            List<String> rows = text(temp.resolve("out/loss.csv")).lines().toList(), expected = new ArrayList<>();
            for (int epoch : new int[] {10, 20, 25})                // every 10, and the last one
                expected.add(String.format(Locale.ROOT, "epoch %d loss %.6g", epoch,
                    Double.parseDouble(rows.get(epoch).split(",")[1])));
            JsonNode outputs = json(temp.resolve("out/outputs.json"));
            expected.add(String.format(Locale.ROOT, "training loss %.6g", outputs.get("loss").asDouble()));
            expected.add("step target output, then generated");
            double[][] generated = vectors(outputs.get("sequences").get(0).get("generated"));
            assertEquals(3, generated.length, "as many as the input has");
            for (int t = 0; t < 3; t++)
                expected.add(4 + t + (t == 0 ? " 0.4000 0.2000 0.3000" : "") + Arrays.stream(generated[t])
                    .mapToObj(x -> " " + new BigDecimal(x).setScale(4, RoundingMode.HALF_UP))
                    .collect(Collectors.joining()));
            expected.add(temp.resolve("out") + ": loss.csv, outputs.json, model.safetensors");
            assertEquals(expected, ran.out().lines().map(line -> line.replaceAll(" +", " ")).toList());
        }

        @Test void theHeldOutLossStandsBesideTheTrainingLoss() {
            Ran ran = tool("--data", PROJECT.resolve("data/parity.json"), "--validate", 40, "--epochs", 2,
                "--log-every", 1, "--out", temp);
            List<String> rows = text(temp.resolve("loss.csv")).lines().toList(), lines = ran.out().lines().toList();
            for (int epoch : new int[] {1, 2}) {
                String[] row = rows.get(epoch).split(",");
                assertEquals(String.format(Locale.ROOT, "epoch %d loss %.6g validation_loss %.6g", epoch,
                    Double.parseDouble(row[1]), Double.parseDouble(row[2])), lines.get(epoch - 1));
            }
            assertTrue(lines.get(2).matches("training loss \\d\\.\\d+, accuracy \\d+\\.\\d\\d %"), lines.get(2));
            assertTrue(lines.get(3).matches("held-out loss \\d\\.\\d+, accuracy \\d+\\.\\d\\d %"), lines.get(3));
        }

        /** So of the toy, whose loss is told every N epochs and after the last one. */
        @ParameterizedTest @CsvSource({
            "7, 7 14 20", "1, 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20", "100, 20"})
        void logEvery(int every, String epochs) {
            Ran ran = tool("--epochs", 20, "--log-every", every, "--out", temp);
            assertEquals(epochs, ran.out().lines().filter(line -> line.startsWith("epoch "))
                .map(line -> line.split(" ")[1]).collect(Collectors.joining(" ")));
        }

        /** Asking for something else to be told or generated changes nothing that is learnt. */
        @Test void whatIsShownDoesNotChangeWhatIsLearnt() throws IOException {
            Path data = PROJECT.resolve("data/elements.json");
            Map<String, String> hashes = new LinkedHashMap<>();
            for (String options : List.of("", "--log-every 1", "--generate 0", "--temperature 0.3 --generate 500",
                "--prime H", "--quiet")) {
                var same = Stream.of("--data", data, "--validate", "10%", "--epochs", 2, "--hidden", 8, "--out", temp);
                var extra = Stream.of(options.split(" ")).filter(o -> !o.isEmpty());
                assertEquals(0, tool(Stream.concat(same, extra).toArray()).status());
                hashes.put(options, hash(temp.resolve("loss.csv")) + hash(temp.resolve("model.safetensors")));
            }
            assertEquals(1, new HashSet<>(hashes.values()).size(), hashes.toString());
        }

        @Test void theSameSeedGivesTheSameBitsAndAnotherOneOthers() throws IOException {
            var hashes = new LinkedHashMap<String, Set<String>>();
            for (int seed : new int[] {42, 42, 0, 1, -1, 42}) {
                trained("--epochs", 3, "--seed", seed, "--out", temp);
                hashes.computeIfAbsent("" + seed, key -> new HashSet<>())
                    .add(hash(temp.resolve("loss.csv")) + hash(temp.resolve("model.safetensors")));
            }
            trained("--epochs", 3, "--out", temp);
            hashes.get("42").add(hash(temp.resolve("loss.csv")) + hash(temp.resolve("model.safetensors")));
            for (Set<String> same : hashes.values()) assertEquals(1, same.size());
            // of loss.csv alone: the model's metadata name the seed
            assertEquals(4, hashes.values().stream().flatMap(Set::stream).map(both -> both.substring(0, 50))
                .distinct().count());
        }

        @Test void quietPrintsNothing() {
            for (String data : List.of("toy", "elements", "parity"))
                trained("--data", PROJECT.resolve("data/" + data + ".json"), "--epochs", 1, "--hidden", 2,
                    "--out", temp);
        }

        @Test void noEpochsOnlyGenerates() {
            Ran ran = tool("--epochs", 0, "--out", temp);
            assertEquals(0, ran.status());
            assertFalse(ran.out().contains("epoch"), ran.out());
            assertEquals(3, json(temp.resolve("outputs.json")).get("sequences").get(0).get("generated").size());
        }

        @ParameterizedTest @ValueSource(ints = {0, 1, 50})
        void generateSaysHowManySteps(int n) throws IOException {
            trained("--epochs", 1, "--generate", n, "--out", temp);
            assertEquals(n, json(temp.resolve("outputs.json")).get("sequences").get(0).get("generated").size());
            trained("--data", file("t.txt", "a😀b\n😀"), "--epochs", 1, "--generate", n, "--out", temp);
            String text = json(temp.resolve("outputs.json")).get("generated").asString();
            assertEquals(n, text.codePointCount(0, text.length()));
            assertTrue(text.codePoints().allMatch(c -> "a😀b\n".indexOf(c) >= 0), text);
        }

        @Test void aTextIs200CharactersLongUnlessSaidOtherwise() {
            trained("--data", file("t.txt", "abcabc"), "--epochs", 1, "--out", temp);
            assertEquals(200, json(temp.resolve("outputs.json")).get("generated").asString().length());
        }

        @Test void atTemperature0TheSeedDoesNotMatter() {
            trained("--data", file("t.txt", "hello world, hello words"), "--epochs", 5, "--out", temp);
            String load = "--epochs 0 --load " + temp.resolve("model.safetensors") + " ";
            Function<String, String> written = options -> tool((Object[]) (load + options).split(" ")).out();
            assertEquals(written.apply("--temperature 0 --seed 1"), written.apply("--temperature 0 --seed 2"));
            assertEquals(written.apply("--seed 1"), written.apply("--temperature 1.0 --seed 1"));
            assertNotEquals(written.apply("--seed 1"), written.apply("--seed 2"));
        }

        @Test void whatIsAStringOfTheTrainingDataIsMarked() {
            Path data = file("mine.json", "{\"text\": [\"ab\", \"ab\", \"b\", \"ab\", \"a\"]}");    // "a" is held out
            Ran ran = tool("--data", data, "--validate", 1, "--epochs", 60, "--out", temp);
            JsonNode outputs = json(temp.resolve("outputs.json"));
            List<String> generated = outputs.get("generated").valueStream().map(JsonNode::asString).toList();
            assertTrue(generated.contains("ab") && generated.stream().anyMatch(s -> !s.equals("ab") && !s.equals("b")),
                generated.toString());
            List<String> printed = generated.stream()
                .map(s -> s + (s.equals("ab") || s.equals("b") ? "  (in the training data)" : "")).toList();
            assertTrue(ran.out().contains("\n" + String.join("\n", printed) + "\n"), ran.out());
            assertEquals(generated.stream().filter(s -> s.equals("ab") || s.equals("b")).toList(),
                outputs.get("known").valueStream().map(JsonNode::asString).toList());
        }

        @Test void aPrimeBeginsEveryString() {
            Ran ran = tool("--data", PROJECT.resolve("data/elements.json"), "--epochs", 1, "--prime", "Xe",
                "--out", temp);
            assertEquals(0, ran.status(), ran.err());
            json(temp.resolve("outputs.json")).get("generated")
                .forEach(text -> assertTrue(text.asString().startsWith("Xe"), text.toString()));
        }

        @Test void aPrimeIsTakenAsItStands() {
            Path names = file("names.txt", "--epochs 5");
            Ran ran = tool("--data", file("t.txt", "@ab-\"'" + names), "--epochs", 1, "--prime", "@" + names,
                "--out", temp);
            assertEquals(0, ran.status(), ran.err());
            assertEquals("@" + names, json(temp.resolve("outputs.json")).get("prime").asString(),
                "a file's name is no file");
            trained("--data", file("t.txt", "@ab-\"'"), "--epochs", 1, "--prime=\"a'-", "--out", temp);
            assertEquals("\"a'-", json(temp.resolve("outputs.json")).get("prime").asString());
        }

        @Test void checkGradientsSaysSoAndStops() {
            Path out = temp.resolve("never");
            for (Object[] args : new Object[][] {{},
                    {"--data", PROJECT.resolve("data/sunspots.json"), "--hidden", 3, "--batch", 2},
                    {"--data", PROJECT.resolve("data/elements.json"), "--hidden", 3},
                    {"--data", PROJECT.resolve("data/parity.json"), "--hidden", 3}}) {
                Ran ran = tool(Stream.concat(Stream.of(args), Stream.of("--check-gradients", "--out", out)).toArray());
                assertEquals(0, ran.status(), ran.toString());
                List<String> lines = ran.out().lines().toList();
                assertEquals(List.of("dWxh", "dWhh", "dbh", "dWhy", "dby"),
                    lines.stream().limit(5).map(line -> line.split(" ")[0]).toList());
                assertEquals("BPTT agrees with the numerical gradient.", lines.get(5));
                assertEquals(6, lines.size());
                assertFalse(Files.exists(out));
            }
        }

        /** As many updates as it takes: what is left is what a run up to the epoch before leaves, to the last bit. */
        @ParameterizedTest @CsvSource({"toy, 1000", "toy, 1e8", "sunspots, 1e5"})
        void aTrainingThatDivergesSaysWhenAndLeavesTheLastGoodWeights(String data, String learningRate)
                throws IOException {
            Path file = PROJECT.resolve("data/" + data + ".json"), out = temp.resolve("out"),
                again = temp.resolve("again");
            Ran ran = tool("--data", file, "--learning-rate", learningRate, "--hidden", 4, "--out", out);
            assertEquals(1, ran.status());
            List<String> rows = text(out.resolve("loss.csv")).lines().skip(1).toList();
            String line = "rnn: the loss is no longer finite at epoch %d; try a smaller --learning-rate or --clip 1 "
                + "(weights of epoch %d are in %s)\n";
            assertEquals(line.formatted(rows.size() + 1, rows.size(), out.resolve("model.safetensors")), ran.err());
            for (String row : rows) assertTrue(Double.isFinite(Double.parseDouble(row.split(",")[1])), row);
            ModelFile model = ModelFile.of(out.resolve("model.safetensors"));
            assertEquals("" + rows.size(), model.metadata("epoch"));
            model.tensors().forEach((name, numbers) ->
                assertTrue(Arrays.stream(numbers).allMatch(Double::isFinite), name));
            tool("--data", file, "--learning-rate", learningRate, "--hidden", 4, "--epochs", rows.size(),
                "--out", again);
            assertEquals(hash(again.resolve("model.safetensors")), hash(out.resolve("model.safetensors")));
            assertEquals(text(again.resolve("loss.csv")), text(out.resolve("loss.csv")));
        }

        /**
         * Weights may be finite and yet too large for their loss to be: no file says "Infinity" where a number belongs.
         */
        @Test void aLossThatIsTooLargeIsNoSuccess() {
            Ran ran = tool("--learning-rate", "1e200", "--epochs", 1, "--out", temp);
            Path outputs = temp.resolve("outputs.json");
            assertTrue(ran.status() == 1 || json(outputs).get("loss").isNumber(), ran.toString());
        }

        /** What is wrong with a number, of each option that takes one. */
        static Stream<Arguments> numericOptions() {
            String count = "a whole number from 1 on", countFrom0 = "a whole number from 0 on",
                from0 = "a number from 0 on";
            String noWhole = "1.5 1e3 0x10 1_000 NaN Infinity many 2147483648 ٣ 5%",
                noReal = "-1 -1e-300 NaN Infinity -Infinity 1e999 fast 1d 0x1p3 1,5 ٣ 5%";
            return Stream.of(
                arguments("--hidden", count, "0 -1 " + noWhole), arguments("--batch", count, "0 -1 " + noWhole),
                arguments("--steps", count, "0 -1 " + noWhole), arguments("--log-every", count, "0 -1 " + noWhole),
                arguments("--epochs", countFrom0, "-1 " + noWhole),
                arguments("--generate", countFrom0, "-1 " + noWhole),
                arguments("--seed", "a whole number",
                    "1.5 1e3 0x10 NaN Infinity many 9223372036854775808 -9223372036854775809 ٣"),
                arguments("--learning-rate", "a positive number", "0 -0 0.0 1e-400 " + noReal),
                arguments("--momentum", "a number from 0 to less than 1", "1 2 0.99999999999999999999 " + noReal),
                arguments("--clip", from0, noReal), arguments("--temperature", from0, noReal),
                arguments("--validate", "a whole number from 1 on or a percentage such as 10%",
                    "0 -1 1.5 0% -1% 100% 101% NaN% % many 2147483648"));
        }

        @ParameterizedTest(name = "{0}") @MethodSource("numericOptions")
        void aWrongNumberIsNamedWithWhatWouldBeRight(String option, String right, String wrong) {
            for (String value : (wrong + " ").split(" ", -1))       // the last one is empty
                rejects(2, option + " must be " + right + ", not \"" + value + "\"", option + "=" + value);
        }

        @Test void anAbbreviationIsNamedInFull() {
            rejects(2, "--learning-rate must be a positive number, not \"fast\"", "--lr", "fast");
            rejects(2, "--epochs must be a whole number from 0 on, not \"-5\"", "-e", "-5");
        }

        @ParameterizedTest @ValueSource(strings = {
            "--data FILE", "--validate N[%]", "--hidden N", "--epochs N", "--learning-rate R", "--momentum R",
            "--clip R", "--batch N", "--steps N", "--seed N", "--out DIR", "--load FILE", "--log-every N",
            "--generate N", "--prime TEXT", "--temperature R"})
        void aValueThatIsMissingIsNamed(String option) {
            String name = option.split(" ")[0],
                line = "rnn: " + name + " needs a value, " + option.split(" ")[1] + "\n";
            assertEquals(new Ran(2, "", line), tool(name));
            assertEquals(new Ran(2, "", line), tool(name, "--quiet"));
        }

        @Test void anUnknownOptionIsAnsweredWithWhatMayHaveBeenMeant() {
            rejects(2, "unknown option --epoch; did you mean --epochs?", "--epoch", 3);
            rejects(2, "unknown option --learning_rate; did you mean --learning-rate?", "--learning_rate", "0.1");
            rejects(2, "unknown option --zzz; --help lists them", "--zzz");
            rejects(2, "unknown option -x; --help lists them", "-x");
            rejects(2, "unexpected \"mine.json\"; a dataset is given with --data FILE", "mine.json");
        }

        @Test void ofAnOptionGivenTwiceTheLastOneCounts() {
            trained("--epochs", 5, "--epochs", 2, "--out", temp.resolve("never"), "--out", temp.resolve("out"));
            assertEquals(3, text(temp.resolve("out/loss.csv")).lines().count());
            assertFalse(Files.exists(temp.resolve("never")));
        }

        @Test void helpListsEveryOptionAndVersionIsOneLine() {
            Ran help = tool("--help");
            assertEquals(0, help.status());
            assertEquals("", help.err());
            assertEquals(help, tool("-h"));
            for (String option : List.of("-d", "--data", "--validate", "--hidden", "-e", "--epochs", "--learning-rate",
                    "--lr", "--momentum", "--clip", "--batch", "--steps", "--seed", "-o", "--out", "--load",
                    "--log-every", "--generate", "--prime", "--temperature",
                    "--check-gradients", "-q", "--quiet", "-h", "--help", "-V", "--version"))
                assertTrue(Pattern.compile("(?m)^ *(-\\w, |--\\S+, )?" + option + "\\b").matcher(help.out()).find(),
                    option + " is missing in\n" + help.out());
            for (String line : help.out().lines().toList()) assertTrue(line.length() <= 80, line);
            Ran version = tool("--version");
            assertTrue(version.out().matches("rnn \\d+(\\.\\d+)+\n"), version.out());
            assertEquals(0, version.status());
            assertEquals(version, tool("-V"));
        }

        @Test void debugShowsTheStackTrace() {
            assertFalse(tool("--zzz").err().contains("\tat "));
            System.setProperty("rnn.debug", "true");
            try {
                assertTrue(tool("--zzz").err().contains("\tat rnn."));
            } finally {
                System.clearProperty("rnn.debug");
            }
        }

        /** Turkish has another i, Arabic and Hindi digits of their own, German a comma, Thailand another year. */
        @ParameterizedTest @ValueSource(strings = {"de-DE", "tr-TR", "ar-EG-u-nu-arab", "hi-IN-u-nu-deva",
            "fa-IR-u-nu-arabext", "th-TH-u-ca-buddhist-nu-thai", "sv-SE"})
        void nothingDependsOnTheLocale(String tag) throws IOException {
            Locale own = Locale.getDefault();
            try {
                Locale.setDefault(Locale.ROOT);
                List<String> expected = everything();
                Locale.setDefault(Locale.forLanguageTag(tag));
                assertEquals(expected, everything());
            } finally {
                Locale.setDefault(own);
            }
        }

        List<String> everything() throws IOException {
            var all = new ArrayList<String>();
            for (String command : List.of(
                    "--epochs 12 --lr 0.25 --validate 10% --data " + PROJECT.resolve("data/sunspots.json"),
                    "--epochs 3", "--check-gradients", "--help",
                    "--epochs 1 --data " + PROJECT.resolve("data/parity.json"),
                    "--epochs 1 --data " + PROJECT.resolve("data/elements.json"),
                    "--lr 1000", "--validate 5", "--hidden -1",
                    "--data " + file("mine.json", "{\"series\": [1,2,\n1e999]}"),
                    "--batch 9 --data " + file("s.json", "{\"series\": [1, 2]}"))) {
                Ran ran = tool((Object[]) (command + " --out " + temp.resolve("out")).split(" "));
                all.addAll(List.of(command, "" + ran.status(), ran.out(), ran.err()));
                for (String name : List.of("loss.csv", "outputs.json", "model.safetensors")) {
                    Path file = temp.resolve("out").resolve(name);
                    if (Files.exists(file)) all.add(Files.readString(file, ISO_8859_1));
                }
            }
            return all;
        }

        @Test void mainIsOneLineAroundRun() {
            Matcher main = Pattern.compile("static void main\\(String(?:\\.\\.\\.|\\[]) args\\) \\{\\n(.*?)\\n {4}}",
                Pattern.DOTALL).matcher(text(PROJECT.resolve("rnn.java")));
            assertTrue(main.find());
            assertEquals("System.exit(run(args));", main.group(1).strip());
        }
    }

    static String hash(Path file) {
        try {
            return new BigInteger(1, MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)))
                .toString(16);
        } catch (IOException | java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** Runs a command, which gets these environment variables and no standard input but this. */
    static Ran process(Path folder, Map<String, String> environment, String stdin, List<String> command)
            throws Exception {
        Path files = Files.createTempDirectory("rnn-test");
        try {
            Path in = Files.writeString(files.resolve("in"), stdin), out = files.resolve("out"),
                err = files.resolve("err");
            var builder = new ProcessBuilder(command).directory(folder.toFile())
                .redirectInput(in.toFile()).redirectOutput(out.toFile()).redirectError(err.toFile());
            environment.forEach((name, value) -> {
                if (value == null) builder.environment().remove(name);
                else builder.environment().put(name, value);
            });
            Process process = builder.start();
            if (!process.waitFor(120, java.util.concurrent.TimeUnit.SECONDS)) {
                process.destroyForcibly();
                fail(command + " took longer than two minutes");
            }
            return new Ran(process.exitValue(), Files.readString(out), withoutTimes(Files.readString(err)));
        } finally {
            for (String name : List.of("in", "out", "err")) Files.deleteIfExists(files.resolve(name));
            Files.delete(files);
        }
    }

    /** The same seed, data and options give the same bits: on every JDK there is, interpreted and compiled. */
    @Nested class BitForBit {

        /** One small training of each form of dataset. */
        static final Map<String, List<String>> TRAININGS = new TreeMap<>(Map.of("toy", List.of("--epochs", "100"),
            "sunspots", List.of("--epochs", "10", "--data", "data/sunspots.json", "--validate", "68"),
            "parity", List.of("--epochs", "1", "--data", "data/parity.json", "--validate", "10%", "--momentum", "0.9",
                "--clip", "1"),
            "elements", List.of("--epochs", "1", "--data", "data/elements.json", "--threads", "8"),
            "text", List.of("--epochs", "1", "--data", "text.txt", "--batch", "2", "--threads", "3")));

        /** Does them all in one process, or only those named. */
        static final class Trainings {
            public static void main(String... args) {
                for (String name : args.length == 2 ? TRAININGS.keySet() : List.of(args).subList(2, args.length)) {
                    var options = new ArrayList<>(List.of("--quiet", "--hidden", "4", "--generate", "20",
                        "--out", args[1] + "/" + name));
                    for (String word : TRAININGS.get(name))
                        options.add(word.endsWith(".txt") ? args[1] + "/../text.txt" : word.startsWith("data/")
                            ? args[0] + "/" + word : word);
                    if (rnn.run(options.toArray(String[]::new)) != 0) throw new AssertionError(name);
                }
            }
        }

        @Test void lossesAndModelsAreTheSameOnEveryJdkInEveryWayItRuns() throws Exception {
            file("text.txt", text(PROJECT.resolve("README.md")).substring(0, 600));
            var hashes = new TreeMap<String, Map<String, List<String>>>();          // file, hash, where
            var ways = new ArrayList<Map.Entry<Path, String>>();
            for (Path jdk : jdks())
                for (String mode : List.of("-Xint", "-XX:TieredStopAtLevel=1", "-Xmixed"))
                    ways.add(Map.entry(jdk, mode));
            for (String mode : List.of(
                    "-XX:UseAVX=2 -Duser.language=de -Duser.timezone=Asia/Kathmandu",
                    "-XX:UseAVX=1 toy", "-XX:UseAVX=0 -Duser.language=tr toy",
                    "-Duser.language=ar -Duser.country=EG -Duser.extensions=u-nu-arab -Duser.timezone=Pacific/Apia",
                    "-Duser.language=hi -Duser.country=IN",
                    "-XX:ObjectAlignmentInBytes=32 -XX:LoopUnrollLimit=200"))
                ways.add(Map.entry(ways.get(0).getKey(), mode));
            ways.parallelStream().forEach(way -> train(hashes, way.getKey(), way.getValue()));
            hashes.forEach((file, where) -> assertEquals(1, where.size(), file + ": " + where));
            assertEquals(2 * TRAININGS.size(), hashes.values().stream().map(Map::keySet).distinct().count());
        }

        /** A mode is Java's options and, if not all, the training to do. */
        void train(Map<String, Map<String, List<String>>> hashes, Path jdk, String mode) {
            try {
                Path out = Files.createTempDirectory(temp, "bits"), folder = Path.of("").toAbsolutePath();
                var command = new ArrayList<>(List.of(jdk.resolve("bin/java").toString(),
                    "-XX:+IgnoreUnrecognizedVMOptions", "-XX:-PrintWarnings"));
                List<String> words = List.of(mode.split(" "));
                words.stream().filter(word -> word.startsWith("-")).forEach(command::add);
                command.addAll(List.of("-cp", System.getProperty("java.class.path"), Trainings.class.getName(),
                    PROJECT.toString(), out.toString()));
                words.stream().filter(word -> !word.startsWith("-")).forEach(command::add);
                assertEquals(new Ran(0, "", ""), process(folder, Map.of(), "", command), jdk + " " + mode);
                try (var files = Files.walk(out)) {
                    for (Path file : files.filter(path -> path.toString().matches(".*(loss.csv|model.safetensors)"))
                        .toList())
                        synchronized (hashes) {
                            hashes.computeIfAbsent(out.relativize(file).toString(), name -> new TreeMap<>())
                                .computeIfAbsent(hash(file), hash -> new ArrayList<>()).add(jdk + " " + mode);
                        }
                }
            } catch (Exception e) {
                throw new AssertionError(mode, e);
            }
        }

        /** This JDK, and those beside it that can run what it has compiled. */
        Set<Path> jdks() throws IOException {
            Path own = Path.of(System.getProperty("java.home")).toRealPath();
            var jdks = new LinkedHashSet<>(List.of(own));
            int release;                                            // class files of version 61 need JDK 17
            try (InputStream in = rnn.class.getResourceAsStream("rnn.class")) {
                release = in.readNBytes(8)[7] - 44;
            }
            try (var beside = Files.list(own.getParent())) {
                for (Path jdk : beside.sorted().toList()) {
                    Path about = jdk.resolve("release");
                    if (!Files.isExecutable(jdk.resolve("bin/java")) || !Files.isReadable(about)) continue;
                    Matcher version = Pattern.compile("JAVA_VERSION=\"(\\d+)").matcher(text(about));
                    if (version.find() && Integer.parseInt(version.group(1)) >= release) jdks.add(jdk.toRealPath());
                }
            }
            return jdks;
        }
    }

    /** The launcher, ./jbang, as a user starts it. */
    @Nested class Launcher {

        /** JBang's folder for these tests, so that the user's own stays as it is; but JBang is not fetched anew. */
        @TempDir static Path home;

        @BeforeAll static void takeTheJBangThatIsThere() throws IOException {
            String own = System.getenv("JBANG_DIR");
            Path launcher = (own != null ? Path.of(own) : Path.of(System.getProperty("user.home"), ".jbang"))
                .resolve("launcher").toAbsolutePath();
            if (Files.isDirectory(launcher)) Files.createSymbolicLink(home.resolve("launcher"), launcher);
        }

        @AfterAll static void leaveTheJBangThatIsThere() throws IOException {
            if (Files.isSymbolicLink(home.resolve("launcher"))) Files.delete(home.resolve("launcher"));
        }

        /** The PATH without the folders that hold a jbang. */
        static String path() {
            return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .filter(folder -> !Files.exists(Path.of(folder).resolve("jbang")))
                .collect(Collectors.joining(File.pathSeparator));
        }

        /** Runs a command line in a shell; $jbang is the launcher. Written to a file, so that no locale touches it. */
        Ran shell(String command, String stdin, String... environment) throws Exception {
            var variables = new HashMap<String, String>(Map.of(
                "JBANG_DIR", home.toString(), "JAVA_HOME", System.getProperty("java.home"), "PATH", path(),
                "jbang", PROJECT.resolve("jbang").toString()));
            for (int i = 0; i < environment.length; i += 2) variables.put(environment[i], environment[i + 1]);
            return process(temp, variables, stdin, List.of("/bin/sh", file("command.sh", command).toString()));
        }

        static final String ECHO = """
            //JAVA 17+
            class Echo {
                public static void main(String... args) throws Exception {
                    for (String arg : args) System.out.println(arg.chars().mapToObj(Integer::toString).toList());
                    System.out.print(new String(System.in.readAllBytes()));
                    System.err.println("to standard error");
                    System.exit(7);
                }
            }
            """;

        @Test void argumentsStandardStreamsAndTheExitStatusPassThroughAsTheyAre() throws Exception {
            file("Echo.java", ECHO);
            file("args.txt", "no no");
            List<String> args = List.of("", "a b", " ", "*", "?.java", "$x", "$(id)", "`id`", "\\", "\\n", "a\nb", "\t",
                "'", "\"", "it's \"it\"", "@args.txt", "@", "--", "--help", "-e5",
                "λ→😀", "a;b|c&d>e<f", "(x)", "{x}", "~", "#", "!", "%PATH%", "^", "jbang-argument", "=", "");
            String quoted = args.stream().map(a -> "'" + a.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
            for (String locale : List.of("C", "C.UTF-8")) {
                Ran ran = shell("exec \"$jbang\" Echo.java " + quoted, "one line\nand another", "LC_ALL", locale);
                assertEquals(args.stream().map(a -> a.chars().mapToObj(Integer::toString).toList() + "\n")
                    .collect(Collectors.joining()) + "one line\nand another", ran.out());
                assertTrue(ran.err().endsWith("to standard error\n"), ran.err());
                assertEquals(7, ran.status());
            }
        }

        /**
         * The first run lists its classes, the second one's companion archives them; with the archive or a broken one
         * it is the same.
         */
        @Test void theClassesOfAScriptAreArchivedWithoutAWord() throws Exception {
            file("Archived.java", """
                //JAVA 17+
                class Archived {
                    public static void main(String... args) {
                        System.out.println(String.join(",", args));
                        System.exit(3);
                    }
                }
                """);
            Ran said = null;
            for (int run = 0; run < 3; run++) said = shell("exec \"$jbang\" Archived.java 'a b' ''", "");
            assertEquals(new Ran(3, "a b,\n", ""), said);
            Path archive = null;
            for (int wait = 0; archive == null && wait < 600; wait++, Thread.sleep(50))
                try (var all = Files.walk(home.resolve("cache/jars"))) {
                    archive = all.filter(path -> path.toString().matches(".*/Archived\\.java\\..*\\.jsa")).findFirst()
                        .orElse(null);
                }
            assertNotNull(archive, "an archive");
            assertEquals(said, shell("exec \"$jbang\" Archived.java 'a b' ''", ""));
            Ran loaded = shell("exec \"$jbang\" run --java-options=-Xlog:class+load Archived.java", "");
            assertTrue(loaded.out().contains("Archived source: shared objects file"), "it comes from the archive");
            Files.delete(archive);
            write(archive, new byte[5000]);
            assertEquals(said, shell("exec \"$jbang\" Archived.java 'a b' ''", ""));
        }

        @Test void whatDoesNotCompileIsNoSuccess() throws Exception {
            file("Broken.java", "class Broken { void }");
            Ran ran = shell("exec \"$jbang\" Broken.java", "");
            assertNotEquals(0, ran.status());
            assertNotEquals(255, ran.status());
            assertTrue(ran.err().contains("Broken.java:1:"), ran.err());
        }

        @Test void aJBangOnThePathIsUsed() throws Exception {
            Path other = Files.createDirectory(temp.resolve("other bin")),
                link = Files.createDirectory(temp.resolve("link"));
            executable(other.resolve("jbang"), "printf '<%s>' \"$@\"\ncat\nexit 9\n");
            Files.createSymbolicLink(link.resolve("jbang"), PROJECT.resolve("jbang"));
            Ran ran = shell("exec \"$jbang\" x.java 'a b' '' '*'", "input",
                "PATH", link + ":" + PROJECT + ":" + other + ":" + path());
            Files.delete(link.resolve("jbang"));
            assertEquals(new Ran(9, "<x.java><a b><><*>input", ""), ran, "not the launcher itself, by whatever name");
        }

        @Test void withoutJavaItSaysSoInOneLine() throws Exception {
            Path empty = Files.createDirectory(temp.resolve("empty"));
            Ran ran = shell("exec \"$jbang\" rnn.java", "", "PATH", empty.toString(), "JAVA_HOME", null);
            assertEquals(new Ran(1, "",
                "jbang: no Java found: install a JDK, 17 or newer, and put it on the PATH or set JAVA_HOME\n"), ran);
        }

        @ParameterizedTest @ValueSource(strings = {"1.8.0_452", "11.0.2", "16"})
        void anOldJavaIsNamedInOneLine(String version) throws Exception {
            Path bin = Files.createDirectories(temp.resolve("bin")), java = bin.resolve("java");
            executable(java, "echo 'openjdk version \"" + version + "\" 2018-10-16' >&2\n");
            Ran ran = shell("exec \"$jbang\" rnn.java", "", "PATH", bin.toString(), "JAVA_HOME", temp.toString());
            assertEquals(new Ran(1, "", "jbang: " + java + " is Java " + version
                + ", but a JDK, 17 or newer, is needed\n"), ran);
        }

        /** A stand-in for curl delivers in place of the installer a script that says what it was handed. */
        @Test void withoutMavenTheWebInstallerRunsAndLeavesStandardInputToTheScript() throws Exception {
            Path bin = Files.createDirectory(temp.resolve("bin")),
                own = Files.createDirectories(temp.resolve("own/bin"));
            for (String tool : List.of("bash", "cat")) {
                Path found = Stream.of(path().split(":")).map(folder -> Path.of(folder, tool))
                    .filter(Files::isExecutable).findFirst().get();
                executable(bin.resolve(tool), "exec " + found + " \"$@\"\n");
            }
            String[] without = {"PATH", bin.toString(), "JBANG_DIR", own.getParent().toString()};
            String says = "printf '<%s>' \"$0\" \"$@\"\ncat\nexit 9\n", command = "exec \"$jbang\" x.java 'a b' '' '*'";
            String noMaven = "jbang: no Maven found: running JBang's web installer, https://sh.jbang.dev\n";

            executable(bin.resolve("curl"),
                "[ \"$*\" = '-fsSL https://sh.jbang.dev' ] && cat <<'end'\n" + says + "end\n");
            assertEquals(new Ran(9, "<jbang><x.java><a b><><*>input", noMaven), shell(command, "input", without));

            executable(bin.resolve("curl"), "exit 22\n");
            assertEquals(new Ran(1, "", noMaven
                + "jbang: could not fetch JBang: install JBang, or Maven, and try again\n"),
                shell(command, "", without));

            executable(own.resolve("jbang"), says);                         // where the installer puts it
            assertEquals(new Ran(9, "<" + own.resolve("jbang") + "><x.java><a b><><*>input", ""),
                shell(command, "input", without));
        }

        static void executable(Path path, String script) throws IOException {
            write(path, ("#!/bin/sh\n" + script).getBytes(UTF_8)).toFile().setExecutable(true);
        }

        @Test void throughTheCatalogItRunsFromAnyFolder() throws Exception {
            byte[] catalog = Files.readAllBytes(PROJECT.resolve("jbang-catalog.json"));
            file("mine.json", "{\"name\": \"mine\", \"series\": [1, 2, 3, 4]}");
            Ran added = shell("exec \"$jbang\" catalog add -g --name catalog '" + PROJECT + "'", "");
            assertEquals(0, added.status(), added.err());
            Ran ran = shell("exec \"$jbang\" rnn@catalog --epochs 1 --data mine.json --out out", "");
            assertEquals(0, ran.status(), ran.err());
            assertTrue(ran.out().startsWith("epoch 1 loss "), ran.out());
            assertEquals("mine", json(temp.resolve("out/outputs.json")).get("name").asString(),
                "relative paths are the caller's");
            Ran wrong = shell("exec \"$jbang\" rnn@catalog --epochs many", "");
            assertEquals(new Ran(2, "", "rnn: --epochs must be a whole number from 0 on, not \"many\"\n"), wrong);
            assertArrayEquals(catalog, Files.readAllBytes(PROJECT.resolve("jbang-catalog.json")));
        }
    }

    /** A JShell as the command starts it, in this process. */
    static final class Shell implements AutoCloseable {
        /** What JDK 17's jshell imports at its start; newer ones import more. */
        static final List<String> IMPORTS = Stream.of("java.io", "java.math", "java.net", "java.nio.file", "java.util",
            "java.util.concurrent", "java.util.function", "java.util.prefs", "java.util.regex", "java.util.stream")
            .map(name -> "import " + name + ".*;\n").toList();

        /** Runs what is typed in this process; JDK 25's own engine for that cannot load a class that names another. */
        static final ExecutionControlProvider DIRECT = new ExecutionControlProvider() {
            @Override public String name() { return "direct"; }

            @Override public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
                return new DirectExecutionControl();
            }
        };

        private final JShell jshell = JShell.builder().executionEngine(DIRECT, Map.of()).build();

        static Shell plain() {
            Shell shell = new Shell();
            IMPORTS.forEach(shell::paste);
            return shell;
        }

        /** The sections that use no library, pasted in their order; one for all tests, because it takes seconds. */
        static final Supplier<Shell> SECTIONS = new Supplier<>() {
            private Shell shell;

            @Override public Shell get() {
                if (shell != null) return shell;
                shell = plain();
                shell.pasteSection(2);
                for (int number : new int[] {3, 4, 5, 6, 7, 8}) {
                    shell.pasteSection(number);
                    shell.assertComplete();                         // each needs only those before it
                }
                return shell;
            }
        };

        /** The file as jshell opens it, with the libraries. */
        static final Supplier<Shell> WHOLE = () -> {
            Shell shell = plain().addLibraries();
            shell.paste(text(PROJECT.resolve("rnn.java")));
            shell.assertComplete();
            return shell;
        };

        Shell addLibraries() {
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator))
                jshell.addToClasspath(entry);
            return this;
        }

        /** Pastes a section, definition by definition: JShell looks at all that follows each time. */
        void pasteSection(int number) {
            for (String definition : section(number).split("\n\n(?= {4}\\S)")) paste(definition);
        }

        /** Evaluates all that a text holds, snippet by snippet; what the last one is worth, as JShell prints it. */
        String paste(String text) {
            String value = null;
            for (String rest = text; ; ) {
                var info = jshell.sourceCodeAnalysis().analyzeCompletion(rest);
                if (info.completeness() == SourceCodeAnalysis.Completeness.EMPTY) return value;
                assertTrue(info.completeness().isComplete(), () -> info.completeness() + ":\n" + info.remaining()
                    .lines().limit(10).collect(Collectors.joining("\n")));
                for (SnippetEvent event : jshell.eval(info.source())) {
                    if (event.status() == Snippet.Status.REJECTED)
                        fail("rejected: " + messages(event.snippet()) + "\n" + event.snippet().source());
                    if (event.exception() != null)
                        fail(event.exception() + "\n" + event.snippet().source(), event.exception());
                    if (event.causeSnippet() == null) value = event.value();
                }
                rest = info.remaining();
            }
        }

        /** Evaluates, and gives the line that JShell prints of the last snippet: "name ==> value", or null. */
        String answer(String text) {
            String value = paste(text);
            Snippet last = jshell.snippets().reduce((a, b) -> b).orElseThrow();
            if (value == null || value.isEmpty()
                || last.kind() != Snippet.Kind.VAR && last.kind() != Snippet.Kind.EXPRESSION) return null;
            return (last instanceof VarSnippet v ? v.name() : ((ExpressionSnippet) last).name()) + " ==> " + value;
        }

        List<String> messages(Snippet snippet) {
            return jshell.diagnostics(snippet).map(d -> d.getMessage(Locale.ROOT)).toList();
        }

        /** Every method and class is defined, and nothing that it names is missing. */
        void assertComplete() {
            Stream.concat(jshell.methods(), jshell.types()).forEach(snippet -> {
                List<String> missing = jshell.unresolvedDependencies(snippet).toList();
                assertEquals(Snippet.Status.VALID, jshell.status(snippet),
                    () -> "missing " + missing + messages(snippet) + "\n" + snippet.source());
                assertEquals(List.of(), missing);
            });
        }

        @Override public void close() { jshell.close(); }
    }

    /** The lines of rnn.java between the marker of a section and the next one. */
    static String section(int number) {
        Matcher section = Pattern.compile("(?ms)^ *// ── " + number + "\\. .*?$(.*?)(?=^ *// ── \\d+\\. |\\z)")
            .matcher(text(PROJECT.resolve("rnn.java")));
        assertTrue(section.find(), "section " + number);
        // the class ends there
        return number == 12 ? section.group(1).replaceFirst("}\\s*\\z", "") : section.group(1);
    }

    static String importsOfSection1() {
        return section(1).lines().filter(line -> line.startsWith("import ")).collect(Collectors.joining("\n"));
    }

    @Nested @TestMethodOrder(MethodOrderer.OrderAnnotation.class) class JShellSections {

        /** A network that a person can follow: 1 input, 2 hidden units, 1 output, two steps. */
        static final String NETWORK = """
            Parameters p = new Parameters(new double[][] {{1, -1}}, new double[][] {{0.5, 0}, {0, 0.5}},
                new double[] {0, 0.1}, new double[][] {{1}, {2}}, new double[] {0});
            Vectors x = new Dense(new double[][] {{1}, {2}}), target = new Dense(new double[][] {{0.5}});
            Tape tape = Tape.of(p, 2, 1);
            Parameters d = Parameters.zeros(1, 2, 1);
            forward(p, x, tape, ALONE);
            double before = loss(target, 2, tape, ALONE);
            backward(p, x, tape, d, ALONE);
            """;

        @Test @Order(1) void theSectionsWithoutLibrariesPasteIntoAPlainJShell() {
            Shell shell = Shell.SECTIONS.get();
            shell.paste(NETWORK);
            double[] h1 = {Math.tanh(1), Math.tanh(-1 + 0.1)},
                h2 = {Math.tanh(2 + 0.5 * h1[0]), Math.tanh(-2 + 0.1 + 0.5 * h1[1])};
            double y = h2[0] + 2 * h2[1];
            assertEquals(y, Double.parseDouble(shell.paste("tape.y()[1][0]")), 1e-14);
            assertEquals((y - 0.5) * (y - 0.5), Double.parseDouble(shell.paste("before")), 1e-14);
            assertEquals(2 * (y - 0.5), Double.parseDouble(shell.paste("d.by()[0]")), 1e-14);
            // dL/dWxh[0][0] = dy·Why[0]·(1 − h2²)·(x2 + Whh[0][0]·(1 − h1²)·x1), by hand
            double slope = 2 * (y - 0.5) * (1 - h2[0] * h2[0]) * (2 + 0.5 * (1 - h1[0] * h1[0]));
            assertEquals(slope, Double.parseDouble(shell.paste("d.Wxh()[0][0]")), 1e-14);
            shell.paste("p.Wxh()[0][0] += 1e-6; forward(p, x, tape, ALONE);");
            assertEquals(slope, Double.parseDouble(shell.paste("(loss(target, 2, tape, ALONE) - before) / 1e-6")),
                1e-6);
            shell.paste("var data = List.of("
                + "new Sequence(new Dense(new double[][] {{1}, {2}}), new Dense(new double[][] {{0.5}})));");
            shell.paste("Training training = new Training(State.of(p), data, List.of(), Settings.DEFAULT, ALONE);");
            double first = Double.parseDouble(shell.paste("training.epoch()"));
            shell.paste("for (int n = 0; n < 20; n++) training.epoch();");
            assertTrue(Double.parseDouble(shell.paste("training.epoch()")) < first / 100);
            assertEquals("3", shell.paste("generate(p, data.get(0).input(), 3).length"));
        }

        @Test @Order(2) void allSectionsPasteWhereTheLibrariesAre() {
            try (Shell shell = Shell.plain().addLibraries()) {
                shell.paste(importsOfSection1());
                for (int number = 2; number <= 12; number++) shell.pasteSection(number);
                shell.assertComplete();
                assertEquals("3", shell.paste("toy().T()"));
                assertRuns(shell, "");
            }
        }

        @Test void theWholeFileOpens() {
            try (Shell shell = Shell.WHOLE.get()) {
                assertRuns(shell, "rnn.");
            }
        }

        void assertRuns(Shell shell, String prefix) {
            String status = shell.paste(prefix + "run(\"--epochs\", \"2\", \"--quiet\", \"--out\", \"" + temp + "\")");
            assertEquals("0", status);
            trained("--epochs", 2, "--out", temp.resolve("again"));
            assertEquals(hash(temp.resolve("again/model.safetensors")), hash(temp.resolve("model.safetensors")));
        }
    }

    /**
     * README.md is run as it stands: blocks marked sh, what follows one marked text is what it prints, blocks marked
     * json with a file's name become that file, and blocks marked jshell are a dialogue with JShell. A block after a
     * line {@code <!-- not run: why -->} is left alone. In what is printed, a line of "…" stands for any number of
     * lines.
     */
    @Nested class Readme {

        record Block(String kind, String name, List<String> lines, int line, boolean run) { }

        static List<Block> blocks() {
            var blocks = new ArrayList<Block>();
            List<String> lines = text(PROJECT.resolve("README.md")).lines().toList();
            boolean run = true;
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).startsWith("<!-- not run")) run = false;
                if (!lines.get(i).startsWith("```")) continue;
                String[] info = (lines.get(i).substring(3).strip() + " ").split(" ", 2);
                int end = i + 1;
                while (!lines.get(end).equals("```")) end++;
                blocks.add(new Block(info[0], info[1].strip(), lines.subList(i + 1, end), i + 1, run));
                run = true;
                i = end;
            }
            return blocks;
        }

        @Test void itBeginsWithTheTwoCommands() {
            List<String> commands = blocks().stream().filter(b -> b.kind().equals("sh"))
                .flatMap(b -> b.lines().stream()).filter(line -> line.startsWith("./jbang")).toList();
            assertEquals(List.of("./jbang rnn.java --epochs 100", "./jbang RnnTest.java"),
                commands.stream().limit(2).toList());
        }

        @Test void itsCommandsDoWhatItSays() throws IOException {
            List<Block> blocks = blocks();
            String printed = null;
            int commands = 0;
            for (Block block : blocks) {
                if (!block.run()) continue;
                if (block.kind().equals("json") && !block.name().isEmpty())
                    file(block.name(), String.join("\n", block.lines()));
                if (block.kind().equals("text") && printed != null) assertPrinted(block, printed);
                printed = null;
                if (!block.kind().equals("sh")) continue;
                for (String line : block.lines()) {
                    Ran ran = command(line);
                    if (ran == null) continue;
                    commands++;
                    Block next = blocks.indexOf(block) + 1 < blocks.size()
                        ? blocks.get(blocks.indexOf(block) + 1) : block;
                    boolean error = next.kind().equals("text")
                        && next.lines().get(next.lines().size() - 1).startsWith("rnn: ");
                    assertEquals(error ? 2 : 0, ran.status(),
                        "README.md:" + block.line() + ": " + line + "\n" + ran.err());
                    printed = Objects.requireNonNullElse(printed, "") + (ran.out() + ran.err()).replace(temp + "/", "")
                        .replace(PROJECT + "/", "");
                }
            }
            assertTrue(commands >= 3, "commands of README.md: " + commands);
        }

        /** Runs a line that starts rnn, perhaps with a file on its standard input; null for any other line. */
        Ran command(String line) throws IOException {
            Matcher rnn = Pattern.compile("(?:cat (\\S+) \\| )?(?:\\./)?jbang (?:rnn\\.java|rnn@catalog)( .*)?")
                .matcher(line);
            if (!rnn.matches()) return null;
            var args = new ArrayList<Object>();
            for (Matcher word = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)")
                .matcher(Objects.requireNonNullElse(rnn.group(2), "").replaceFirst(" #.*", "")); word.find(); )
                args.add(Stream.of(1, 2, 3).map(word::group).filter(Objects::nonNull).findFirst().get());
            for (int i = 1; i < args.size(); i++)
                if (List.of("--data", "-d", "--load", "--out", "-o").contains(args.get(i - 1))
                    && !args.get(i).equals("-")) args.set(i, place((String) args.get(i)));
            if (!args.contains("--out") && !args.contains("-o")) args.addAll(List.of("--out", temp.resolve("rnn-out")));
            if (rnn.group(1) != null)
                assertTrue(Files.exists(place(rnn.group(1))), "README.md: " + line + ": there is no such file");
            if (rnn.group(1) == null) return tool(args.toArray());
            return toolReading(Files.readAllBytes(place(rnn.group(1))), args.toArray());
        }

        /** A file of the project, else one in the working folder of this test. */
        Path place(String name) {
            return Files.exists(temp.resolve(name)) || !Files.exists(PROJECT.resolve(name))
                || name.startsWith("rnn-out") ? temp.resolve(name) : PROJECT.resolve(name);
        }

        void assertPrinted(Block block, String printed) {
            String pattern = block.lines().stream()
                .map(line -> line.equals("…") ? "(.*\n)*?" : Pattern.quote(line) + " *\n")
                .collect(Collectors.joining());
            if (!printed.matches(pattern))
                assertEquals(String.join("\n", block.lines()) + "\n", printed, "README.md:" + block.line());
        }

        /** What is behind "jshell> " or "   ...> " is typed; every other line is what JShell answers. */
        @TestFactory List<DynamicTest> itsDialoguesWithJShellGoAsPrinted() {
            List<Block> dialogues = blocks().stream()
                .filter(block -> block.kind().equals("jshell") && block.run()).toList();
            assertFalse(dialogues.isEmpty(), "README.md has no dialogue with JShell");
            var tests = new ArrayList<DynamicTest>();
            for (Block block : dialogues) tests.add(DynamicTest.dynamicTest("README.md:" + block.line(), () -> {
                Shell shell = block.name().equals("whole") ? Shell.WHOLE.get() : Shell.SECTIONS.get();
                try (Answers answers = new Answers(shell)) {
                    var typed = new StringBuilder();
                    for (String line : block.lines()) {
                        boolean first = line.startsWith("jshell> "), more = line.startsWith("   ...> ");
                        if (first || !more) answers.type(typed);
                        if (first || more) typed.append(line.substring(8)).append('\n');
                        else if (!line.isBlank())
                            assertEquals(line.strip(), answers.next(), "README.md:" + block.line());
                    }
                    answers.type(typed);
                }
            }));
            return tests;
        }

        /** What JShell would print: "name ==> value" for a variable or an expression, and what is printed itself. */
        static final class Answers implements AutoCloseable {
            private final Shell shell;
            private final Deque<String> lines = new ArrayDeque<>();
            private final PrintStream out = System.out;

            Answers(Shell shell) { this.shell = shell; }

            void type(StringBuilder typed) {
                // a command, as /open
                if (typed.isEmpty() || typed.toString().startsWith("/")) { typed.setLength(0); return; }
                var printed = new ByteArrayOutputStream();
                System.setOut(new PrintStream(printed, true, UTF_8));
                String answer = shell.answer(typed.toString());
                System.setOut(out);
                lines.clear();
                printed.toString(UTF_8).lines().forEach(lines::add);
                if (answer != null) lines.add(answer);
                typed.setLength(0);
            }

            String next() { return lines.isEmpty() ? "(nothing)" : lines.removeFirst().strip(); }

            @Override public void close() { System.setOut(out); }
        }
    }

    // ── What the tool is for: it learns what comes with it ──────────────────────────────────────────────────────────

    @Nested class Learning {

        /** The embedded Reber grammar: B, T or P, B, a walk from 1 to 6, E, the same T or P again, E. */
        static boolean isEmbeddedReber(String s) {
            int n = s.length(), state = 1;
            if (n < 9 || !s.matches("B[TP]B.*E[TP]E") || s.charAt(1) != s.charAt(n - 2)) return false;
            for (char c : s.substring(3, n - 3).toCharArray())
                state = switch ("" + state + c) {
                    case "1T", "2S" -> 2;
                    case "1P", "3T", "4X" -> 3;
                    case "2X", "5P" -> 4;
                    case "3V" -> 5;
                    case "4S", "5V" -> 6;
                    default -> 0;
                };
            return state == 6;
        }

        @Test void theGrammarAcceptsItsDataAndNoneWithAnotherLetterForTheOneToRemember() {
            for (String s : rnn.readDataset(PROJECT.resolve("data/reber.json").toString()).texts()) {
                int n = s.length();
                assertTrue(isEmbeddedReber(s), s);
                assertFalse(isEmbeddedReber(s.substring(0, n - 2) + (s.charAt(n - 2) == 'T' ? "P" : "T") + "E"), s);
                assertFalse(isEmbeddedReber(s.substring(1)), s);
            }
        }

        @Test void theGrammarAcceptsTheShareOfWrittenStringsThatTheReadmeSays() {
            trained("--data", PROJECT.resolve("data/reber.json"), "--hidden", 16, "--epochs", 300, "--lr", 0.03,
                "--momentum", 0.9,
                "--clip", 0.1, "--batch", 8, "--generate", 12000, "--out", temp);
            Set<String> known = new HashSet<>(rnn.readDataset(PROJECT.resolve("data/reber.json").toString()).texts());
            List<String> written = new ArrayList<>();
            json(temp.resolve("outputs.json")).get("generated").forEach(text -> written.add(text.asString()));
            List<String> unknown = written.stream().filter(text -> !known.contains(text)).toList();
            assertEquals(98.4, 100.0 * written.stream().filter(text -> isEmbeddedReber(text))
                .count() / written.size(), 0.05);
            assertEquals(90, 100.0 * unknown.stream().filter(text -> isEmbeddedReber(text))
                .count() / unknown.size(), 0.5);
        }

        @Test void parityIsLearntForSequencesLongerThanAnyItWasTrainedOn() {
            for (int seed : new int[] {42, 1, 2}) {
                Ran ran = tool("--data", PROJECT.resolve("data/parity.json"), "--validate", 40, "--epochs", 200,
                    "--momentum", 0.9,
                    "--clip", 1, "--seed", seed, "--out", temp);
                assertTrue(ran.out().matches("(?s).*\ntraining loss [\\d.]+, accuracy 100\\.00 %\n"
                    + "held-out loss [\\d.]+, accuracy 100\\.00 %\n.*"), ran.out());
            }
        }

        @Test void theSunspotsAreForecastAsTheReadmeSays() {
            trained("--data", PROJECT.resolve("data/sunspots.json"), "--validate", 68, "--hidden", 16, "--lr", 0.05,
                "--momentum", 0.5,
                "--batch", 4, "--steps", 55, "--epochs", 500, "--out", temp);
            JsonNode sequence = json(temp.resolve("outputs.json")).get("sequences").get(0);
            // from 1701 on
            double[] target = numbers(sequence.get("target")), output = numbers(sequence.get("output"));
            double sum = 0;
            for (int year = 1921; year <= 1955; year++) sum += Math.pow(target[year - 1701] - output[year - 1701], 2);
            assertEquals(0.0935, sum / 35 / 1535, 5e-5);
        }

        @Test void aTextOfOneMegabyteTrainsInTwentyTimesItsSize() throws Exception {
            Random random = new Random(1);
            var text = new StringBuilder();
            while (text.length() < 1_000_000) text.append(Integer.toString(random.nextInt(50_000), 36)).append(' ');
            Ran ran = process(temp, Map.of(), "", List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC", "-Xmx20m",
                "-cp", System.getProperty("java.class.path"), "rnn", "--data", file("long.txt", text + "").toString(),
                "--hidden", "4", "--epochs", "1", "--quiet", "--out", temp.resolve("out").toString()));
            assertEquals(new Ran(0, "", ""), ran);
        }
    }

    // ── Trust: wrong input, signals, kill -9, full disks ────────────────────────────────────────────────────────────

    @Nested class Trust {
        final Random random = new Random(5);

        /** One line that says what is wrong, and nothing that only a programmer understands. */
        void assertOneLine(Ran ran, Object what) {
            assertTrue(ran.err().matches("rnn: [^\n]+\n"), what + ": " + ran);
            String own = ran.err().replaceAll("'[^']*'|\"[^\"]*\"", "");
            assertFalse(own.matches("(?s).*(Exception|Error\\b|java\\.|tools\\.|\tat ).*"), what + ": " + ran);
        }

        /** Either it trains, or it says in one line why not and leaves nothing behind. */
        void trainsOrRefuses(byte[] content, String name) throws IOException {
            Path out = temp.resolve("out"), file = write(temp.resolve(name), content);
            Ran ran = tool("--data", file, "--epochs", 1, "--hidden", 2, "--generate", 2, "--quiet", "--out", out);
            String what = new String(content, 0, Math.min(content.length, 300), ISO_8859_1);
            if (ran.status() == 0) assertEquals("", ran.err(), what);
            else assertOneLine(ran, what);
            if (ran.status() == 2) assertFalse(Files.exists(out), what);
            if (ran.status() == 1) assertTrue(ran.err().contains("no longer finite"), what + ran);
            if (ran.status() == 2)
                assertTrue(ran.err().startsWith("rnn: " + file) || ran.err().matches("rnn: (--|[\\d,]+ inputs).*\n"),
                    what + ran);
            assertTrue(List.of(0, 1, 2).contains(ran.status()), what);
            for (String left : List.of("loss.csv", "model.safetensors", "outputs.json",
                "checkpoint.safetensors", ".lock"))
                Files.deleteIfExists(out.resolve(left));
            Files.deleteIfExists(out);
        }

        static final List<String> GOOD = List.of(
            "{\"name\": \"a\", \"inputs\": [[[0.1, 0.2], [0.3, 4e-1]], [[1, 2], [3, 4]]], "
                + "\"targets\": [[[0.5]], [[-1]]]}",
            "{\"inputs\": [[[1], [0], [1]], [[0], [0]]], \"labels\": [[1, 1, 0], [0, 0]], \"source\": \"\\u00e9\"}",
            "{\"inputs\": [[[1], [0]], [[0], [0]]], \"labels\": [1, 0]}",
            "{\"series\": [1, 2.5, -3, 4e2, 5]}", "{\"series\": [[1, 2], [2.5, 3], [-3, 1]]}",
            "{\"text\": \"h\\u00e9llo \\ud83d\\ude00 world\"}",
            "{\"text\": [\"one\", \"two\", \"o\"], \"description\": \"d\"}");

        /** Pieces that have broken readers of JSON before. */
        static final List<String> PIECES = List.of("[", "]", "{", "}", ",", ":", "\"", "null", "true", "NaN",
            "Infinity", "-", "1e999", "-1e999", "1e-999", "0x10", "01", "1.", ".5", "2147483648", "2000000000", "-1",
            "99999999999999999999", "\"inputs\":", "\"series\": [1,2],", "\"text\": \"ab\",",
            "\\ud800", "\\", "\u0000", "/* a */", "// b\n", "\ufeff", "[[[1]]]",
            "{}", "[]", "\"\"", "1".repeat(5000), "é", "\ud83d\ude00");

        byte[] broken(String good) {
            var text = new StringBuilder(good);
            for (int times = 1 + random.nextInt(3); times > 0; times--) {
                int at = random.nextInt(text.length() + 1), to = Math.min(text.length(), at + 1 + random.nextInt(6));
                switch (random.nextInt(5)) {
                    case 0 -> text.insert(at, PIECES.get(random.nextInt(PIECES.size())));
                    case 1 -> text.replace(at, to, PIECES.get(random.nextInt(PIECES.size())));
                    case 2 -> text.delete(at, to);
                    case 3 -> text.setLength(at);
                    default -> text.insert(at, text.substring(at, to));
                }
            }
            byte[] bytes = text.toString().getBytes(UTF_8);
            if (random.nextInt(4) == 0 && bytes.length > 0)
                bytes[random.nextInt(bytes.length)] ^= 1 << random.nextInt(8);
            return bytes;
        }

        @Test void everyBrokenDatasetTrainsOrIsRefusedInOneLine() throws IOException {
            for (int n = 0; n < 3000; n++) trainsOrRefuses(broken(GOOD.get(n % GOOD.size())), "broken.json");
        }

        @Test void extremeDatasetsAreRefusedInOneLine() throws IOException {
            for (String extreme : List.of("[".repeat(100_000), "{\"inputs\": " + "[".repeat(100_000),
                "{\"series\": [" + "1".repeat(500_000) + "]}",
                "{\"inputs\": [[[1]]], \"labels\": [2000000000]}", "{\"inputs\": [[[1]]], \"labels\": [2147483647]}",
                "{\"inputs\": [[[1]]], \"labels\": [2147483648]}", "", " ", "null", "[]", "{}", "{\"text\": \"a\"}",
                "{\"text\": []}", "\ufeff{\"series\": [1, 2, 3]}", "{\"" + "k".repeat(100_000) + "\": 1}",
                "{\"text\": \"aaaa\"}", "{\"text\": [\"\"]}"))
                trainsOrRefuses(extreme.getBytes(UTF_8), "extreme.json");
            for (byte[] text : List.of(new byte[0], new byte[] {'a'}, new byte[] {(byte) 0xff, 'a'},
                new byte[] {'a', 0, 'b'}))
                trainsOrRefuses(text, "extreme.txt");
        }

        @Test void everyBrokenModelIsLoadedOrRefusedInOneLine() throws IOException {
            Path data = file("strings.json", GOOD.get(6)), out = temp.resolve("good");
            trained("--data", data, "--epochs", 2, "--hidden", 2, "--out", out);
            byte[] good = Files.readAllBytes(out.resolve("model.safetensors"));
            for (int n = 0; n < 2000; n++) {
                byte[] bytes = random.nextInt(5) == 0 ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
                for (int times = random.nextInt(4); times >= 0 && bytes.length > 0; times--) {
                    int at = random.nextInt(random.nextBoolean() ? Math.min(bytes.length, 900) : bytes.length);
                    bytes[at] = (byte) (random.nextBoolean()
                        ? random.nextInt(256) : "0123456789[]{},:\"".charAt(random.nextInt(17)));
                }
                Path model = write(temp.resolve("broken.safetensors"), bytes);
                Ran ran = tool("--load", model, "--data", data, "--epochs", 0, "--generate", 3, "--quiet",
                    "--out", temp.resolve("o"));
                if (ran.status() != 0) assertOneLine(ran, n);
                assertTrue(ran.status() == 0 || ran.status() == 2, ran.toString());
            }
        }

        /** The command line of a run in a process of its own. */
        List<String> java(Object... args) {
            return Stream.concat(Stream.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("java.class.path"), "rnn"), Stream.of(args).map(String::valueOf)).toList();
        }

        static final List<String> FILES = List.of("loss.csv", "model.safetensors", "outputs.json");

        /** Long trainings of each kind: momentum and shuffled batches, validation, text in the middle of an epoch. */
        List<List<Object>> trainings() {
            Path text = file("long.txt", IntStream.range(0, 20_000).mapToObj(i -> Integer.toString(i * i % 37))
                .collect(Collectors.joining(" ")));
            return List.of(
                List.of("--data", PROJECT.resolve("data/parity.json"), "--momentum", 0.9, "--clip", 1, "--epochs", 200,
                    "--validate", 40, "--quiet"),
                List.of("--data", PROJECT.resolve("data/sunspots.json"), "--validate", 68, "--epochs", 1000,
                    "--lr", 0.01, "--batch", 2, "--quiet"),
                List.of("--data", text, "--epochs", 2, "--hidden", 24, "--validate", "10%", "--quiet"));
        }

        /** Kills and resumes, as long as there have not been enough kills, until the run comes to its end. */
        void killUntilDone(List<Object> training, Path out, Random random, long wholeRun, AtomicInteger kills)
                throws Exception {
            for (int here = 0; ; here++) {
                boolean enough = kills.get() >= KILLS;
                var args = new ArrayList<>(training);
                args.addAll(List.of("--out", out));
                if (Files.exists(out.resolve("checkpoint.safetensors"))) args.add("--resume");
                Path err = Files.createTempFile(temp, "err", "");
                Process process = new ProcessBuilder(java(args.toArray())).redirectErrorStream(true)
                    .redirectOutput(err.toFile()).start();
                long patience = enough ? 60_000 : (long) (wholeRun * (0.3 + 0.6 * random.nextDouble()));
                if (process.waitFor(patience, TimeUnit.MILLISECONDS)) {
                    assertEquals(0, process.exitValue(), text(err));
                    return;
                }
                process.destroyForcibly().waitFor();
                kills.incrementAndGet();
                for (String file : List.of("loss.csv", "model.safetensors", "checkpoint.safetensors"))
                    if (Files.exists(out.resolve(file)))
                        assertTrue(Files.size(out.resolve(file)) > 10, file + " is whole");
                assertTrue(here < 200 && !enough, "it gets nowhere");
            }
        }

        /** How many kills; `bench/kills` does more. */
        static final int KILLS = Integer.getInteger("rnn.kills", 20);

        @Test void aRunThatIsKilledAndResumedEndsWithTheBitsOfOneThatWasNot() throws Exception {
            var kills = new AtomicInteger();
            List<List<Object>> trainings = trainings();
            var pool = Executors.newFixedThreadPool(trainings.size());
            try {
                var runs = new ArrayList<Future<?>>();
                for (int n = 0; n < trainings.size(); n++) {
                    List<Object> training = trainings.get(n);
                    Random moments = new Random(n);
                    Path whole = temp.resolve("whole" + n), killed = Files.createDirectory(temp.resolve("killed" + n));
                    runs.add(pool.submit(() -> {
                        long start = System.currentTimeMillis();
                        var args = Stream.concat(training.stream(), Stream.of("--out", whole)).toArray();
                        assertEquals(0, new ProcessBuilder(java(args)).redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor());
                        long wholeRun = System.currentTimeMillis() - start;
                        for (int run = 0; kills.get() < KILLS; run++) {
                            Path out = killed.resolve("" + run);
                            killUntilDone(training, out, moments, wholeRun, kills);
                            for (String file : FILES)
                                assertEquals(hash(whole.resolve(file)), hash(out.resolve(file)), training + file);
                        }
                        return null;
                    }));
                }
                for (var run : runs) run.get();
                System.out.printf("%d kills survived%n", kills.get());
            } finally {
                pool.shutdownNow();
            }
        }

        @Test void aSignalLetsTheFilesBeFinishedAndResumeGoesOn() throws Exception {
            List<Object> training = trainings().get(0);
            Path whole = temp.resolve("whole"), stopped = temp.resolve("stopped");
            trained(Stream.concat(training.stream().filter(word -> !word.equals("--quiet")), Stream.of("--out", whole))
                .toArray());
            Process process = new ProcessBuilder(java(Stream.concat(training.stream(), Stream.of("--out", stopped))
                .toArray()))
                .redirectErrorStream(true).start();
            while (!Files.exists(stopped.resolve("checkpoint.safetensors"))) Thread.sleep(5);
            process.toHandle().destroy();                                   // SIGTERM
            assertEquals(143, process.waitFor());
            String said = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertTrue(said.matches("rnn: interrupted in epoch \\d+ of 200; --resume goes on\n"), said);
            assertTrue(Files.exists(stopped.resolve("outputs.json")));
            assertEquals(new Ran(0, "", ""),
                tool(Stream.concat(training.stream(), Stream.of("--resume", "--out", stopped)).toArray()));
            for (String file : FILES) assertEquals(hash(whole.resolve(file)), hash(stopped.resolve(file)), file);
        }

        /** In an update of some seconds: the first signal waits for its end, the second one does not. */
        @Test void aSecondSignalLeavesAtOnce() throws Exception {
            Path out = temp.resolve("out"), text = file("long.txt", "abcdefghijklmnopqrstuvwxyz".repeat(2000));
            trained("--data", text, "--epochs", 0, "--hidden", 8, "--generate", 1, "--out", out);
            Map<String, String> before = hashes(out);
            Process process = new ProcessBuilder(java("--data", text, "--steps", 50_000, "--hidden", 400,
                "--threads", 1, "--quiet", "--out", out))
                .redirectErrorStream(true).start();
            while (text(out.resolve(".lock")).equals(String.valueOf(ProcessHandle.current().pid()))) Thread.sleep(5);
            Thread.sleep(500);
            signal(process, "INT");
            assertFalse(process.waitFor(700, TimeUnit.MILLISECONDS), "it finishes the update first");
            signal(process, "INT");
            assertTrue(process.waitFor(2, TimeUnit.SECONDS), "it leaves at once");
            assertEquals(130, process.exitValue());
            assertEquals("", new String(process.getInputStream().readAllBytes(), UTF_8));
            before.put(".lock", hashes(out).get(".lock"));
            assertEquals(before, hashes(out));
        }

        void signal(Process process, String name) throws Exception {
            assertEquals(0, new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor());
        }

        /** What each file of a folder holds. */
        Map<String, String> hashes(Path folder) {
            try (var files = Files.list(folder)) {
                return files.collect(Collectors.toMap(file -> file.getFileName().toString(), RnnTest::hash, (a, b) -> a,
                    TreeMap::new));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Test void resumeIsRefusedWithOtherOptionsOrData() {
            Path out = temp.resolve("out");
            trained("--epochs", 5, "--out", out);
            String was = "rnn: --resume: " + out + "/checkpoint.safetensors ";
            for (String[] other : new String[][] {
                {"--hidden", "17", "16"}, {"--lr", "0.2", "0.1"}, {"--momentum", "0.5", "0.0"}, {"--clip", "2", "0.0"},
                {"--batch", "3", "32"}, {"--steps", "3", "25"}, {"--seed", "1", "42"}}) {
                Ran ran = tool("--epochs", 9, "--resume", "--out", out, other[0], other[1]);
                assertEquals(2, ran.status());
                assertTrue(ran.err().startsWith(was + "has " + other[0].replace("--lr", "--learning-rate") + " "
                    + other[2] + ", not "), ran.err());
            }
            assertEquals(was + "has --seed 42, not 7; go on with the options it was trained with\n",
                tool("--resume", "--seed", 7, "--out", out).err());
            Path data = file("other.json", "{\"inputs\": [[[1, 2, 3]]], \"targets\": [[[1, 2, 3]]]}");
            assertEquals(new Ran(2, "", was + "is of other data than " + data + "\n"),
                tool("--resume", "--data", data, "--out", out));
            assertEquals(new Ran(2, "", "rnn: --resume: " + temp + " has no checkpoint to go on from\n"),
                tool("--resume", "--out", temp));
            rejects(2, "--resume: never has no checkpoint to go on from", "--resume");
            assertEquals("rnn: nothing to do: " + out + " has 5 epochs, --epochs asks for 5\n",
                tool("--resume", "--quiet", "--epochs", 5, "--out", out).err());
        }

        /** A checkpoint that is a good file, but not a good checkpoint; "" takes an entry away. */
        @ParameterizedTest @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            next    | 1    | has no tensor h, but [rnn.weight_ih_l0
            next    | 4    | its metadata has "4" where "next" has to be numbers from 0.0 to 3.0
            next    | -1   | its metadata has "-1" where "next" has to be numbers from 0.0 to 3.0
            next    | one  | its metadata has "one" where "next" has to be numbers from 0.0 to 3.0
            next    |      | its metadata has "" where "next" has to be numbers from 0.0 to 3.0
            scored  | -1   | its metadata has "-1" where "scored" has to be numbers from 0.0 to 9.007199254740992E15
            lossSum | NaN  | its metadata has "NaN" where "lossSum" has to be numbers from 0.0 to 1.7976931348623157E308
            options | all  | is not a checkpoint
            options |      | is not a checkpoint
            """)
        void aCheckpointThatLiesIsRefused(String key, String value, String message) {
            Path out = temp.resolve("out"), file = out.resolve("checkpoint.safetensors");
            Object[] args = {"--data", file("mine.json", "{\"series\": [1,2,3,4,5,6,7,8,9]}"), "--steps", 2,
                "--epochs", 3, "--quiet", "--out", out};
            trained(Stream.of(args).filter(word -> !word.equals("--quiet")).toArray());
            rnn.Safetensors checkpoint = rnn.readSafetensors(file);
            if (value == null) checkpoint.metadata().remove(key);
            else checkpoint.metadata().put(key, value);
            rnn.writeSafetensors(file, checkpoint);
            refusesToResume(out, message, args);
        }

        void refusesToResume(Path out, String message, Object... args) {
            Map<String, String> before = hashes(out);
            Ran ran = tool(Stream.concat(Stream.of(args), Stream.of("--epochs", 9, "--resume")).toArray());
            assertEquals(2, ran.status(), ran.toString());
            assertTrue(ran.err().startsWith("rnn: " + out + "/checkpoint.safetensors: " + message)
                && ran.err().endsWith("\n"), ran.err());
            assertOneLine(ran, message);
            before.put(".lock", hashes(out).get(".lock"));                  // of the last process that was here
            assertEquals(before, hashes(out));
        }

        @Test void aCheckpointOfOtherShapesIsRefused() {
            Path out = temp.resolve("out"), file = out.resolve("checkpoint.safetensors");
            Object[] args = {"--epochs", 3, "--quiet", "--out", out};
            trained("--epochs", 3, "--out", out);
            for (String[] change : new String[][] {
                {"rnn.weight_hh_l0", "rnn.weight_hh_l0 is 2 by 2, but 16 by 16 would fit the others"},
                {"velocity.fc.bias", "velocity.fc.bias is 2 by 2, but 1 by 3 would fit the others"},
                {"last.rnn.weight_ih_l0", "last.rnn.weight_ih_l0 is 2 by 2, but 16 by 3 would fit the others"},
                {"losses", "losses is 2 by 2, but 2 by 1 would fit the others"}}) {
                rnn.Safetensors good = rnn.readSafetensors(file), bad = rnn.readSafetensors(file);
                bad.matrices().put(change[0], new double[2][2]);
                rnn.writeSafetensors(file, bad);
                // written as one row of 2
                if (change[0].contains("bias")) refusesToResume(out, "velocity.fc.bias ", args);
                else refusesToResume(out, change[1], args);
                rnn.writeSafetensors(file, good);
            }
            rnn.Safetensors smaller = rnn.readSafetensors(file);
            smaller.put("velocity.", rnn.Parameters.zeros(3, 2, 3));            // each of its tensors fits the others
            rnn.writeSafetensors(file, smaller);
            refusesToResume(out, "velocity.rnn.weight_ih_l0 is 2 by 3, but 16 by 3 would fit the others", args);
        }

        /** Bytes changed at random: it goes on or says why not, and never otherwise. */
        @Test void everyBrokenCheckpointIsResumedOrRefusedInOneLine() throws IOException {
            Path out = temp.resolve("out"), file = out.resolve("checkpoint.safetensors"),
                data = file("strings.json", GOOD.get(6));
            trained("--data", data, "--epochs", 2, "--hidden", 2, "--out", out);
            byte[] good = Files.readAllBytes(file);
            for (int n = 0; n < 500; n++) {
                byte[] bytes = good.clone();
                for (int times = random.nextInt(3); times >= 0; times--)
                    bytes[random.nextInt(bytes.length)] = (byte) (random.nextBoolean()
                        ? random.nextInt(256) : '0' + random.nextInt(10));
                write(file, bytes);
                Ran ran = tool("--data", data, "--epochs", 3, "--hidden", 2, "--quiet", "--resume", "--out", out);
                if (ran.status() != 0) assertOneLine(ran, n);
                assertTrue(ran.status() == 0 || ran.status() == 2 || ran.err().contains("no longer finite"),
                    ran.toString());
            }
        }

        @Test void resumeAndLoadAreNotBothGiven() {
            rejects(2, "--resume goes on from the weights in never; --load does not go with it", "--resume",
                "--load", "model.safetensors");
        }

        @Test void resumedWithMoreEpochsItIsOneRun() {
            Path once = temp.resolve("once"), twice = temp.resolve("twice");
            List<Object> data = List.of("--data", PROJECT.resolve("data/parity.json"), "--momentum", 0.5,
                "--validate", 40);
            trained(Stream.concat(data.stream(), Stream.of("--epochs", 7, "--out", once)).toArray());
            trained(Stream.concat(data.stream(), Stream.of("--epochs", 3, "--out", twice)).toArray());
            trained(Stream.concat(data.stream(), Stream.of("--epochs", 7, "--resume", "--out", twice)).toArray());
            for (String file : FILES) assertEquals(hash(once.resolve(file)), hash(twice.resolve(file)), file);
        }

        @Test void aSecondRunIntoOneFolderIsRefusedAndADeadOnesLockIsNoObstacle() throws Exception {
            Path out = temp.resolve("out");
            Process first = new ProcessBuilder(java("--epochs", 100_000_000, "--quiet", "--out", out)).start();
            try {
                while (!Files.exists(out.resolve("checkpoint.safetensors"))) Thread.sleep(5);
                String line = ": process " + first.pid() + " is writing to it; wait for it or give another --out\n";
                assertEquals(new Ran(1, "", "rnn: " + out + line), tool("--quiet", "--out", out));
            } finally {
                first.destroyForcibly().waitFor();
            }
            trained("--epochs", 1, "--out", out);
        }

        @Test void aSecondRunOfThisVeryProcessIsRefused() {
            Path out = temp.resolve("out");
            try (rnn.Lock lock = rnn.Lock.on(out)) {
                assertEquals(new Ran(1, "", "rnn: " + out + ": this very process is writing to it\n"),
                    tool("--epochs", 1, "--out", out));
            }
        }

        @Test void aLastUpdateThatIsTooMuchIsSaid() {
            Ran ran = tool("--epochs", 1, "--lr", "1e300", "--quiet", "--out", temp.resolve("out"));
            assertEquals(new Ran(1, "",
                "rnn: the loss is no longer finite after epoch 1; try a smaller --learning-rate or --clip 1\n"), ran);
        }

        @Test void tooLittleMemoryIsSaid() throws Exception {
            Path data = file("many.json", "{\"series\": [" + "1,".repeat(3_000_000) + "2]}");
            List<String> command = new ArrayList<>(java("--data", data, "--quiet", "--out", temp.resolve("out")));
            command.add(1, "-Xmx24m");
            Ran ran = process(temp, Map.of(), "", command);
            assertEquals(1, ran.status());
            assertTrue(ran.err().matches("rnn: out of memory: Java has \\d+ MB; -Xmx gives it more\n"), ran.err());
            assertFalse(Files.exists(temp.resolve("out")));
        }

        /** What nobody thought of is not a stack trace either. */
        @Test void aMistakeOfOursIsSaidInOneLine() {
            PrintStream out = System.out, err = System.err;
            var said = new ByteArrayOutputStream();
            try {
                System.setOut(new PrintStream(OutputStream.nullOutputStream()) {
                    @Override public void println(String line) { throw new IllegalStateException("on purpose"); }
                });
                System.setErr(new PrintStream(said, true, UTF_8));
                assertEquals(1, rnn.run("--out", temp.resolve("out").toString()));
            } finally {
                System.setOut(out);
                System.setErr(err);
            }
            assertEquals("rnn: a mistake in rnn.java itself, not yours; -Drnn.debug=true shows where\n",
                said.toString(UTF_8));
        }

        /** A pipe with a name is read like any other. */
        @Test void aNamedPipeIsADatasetToo() throws Exception {
            Path pipe = temp.resolve("pipe");
            assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0);
            for (String content : List.of(GOOD.get(3), "", "{")) {
                Path from = file("from", content);
                Process writer = new ProcessBuilder("sh", "-c", "cat \"$0\" >\"$1\"", from.toString(),
                    pipe.toString()).start();
                Ran ran = tool("--data", pipe, "--epochs", 1, "--quiet",
                    "--out", temp.resolve("of" + content.length()));
                assertEquals(0, writer.waitFor());
                if (content.length() > 1) assertEquals(new Ran(0, "", ""), ran);
                else assertTrue(ran.status() == 2 && ran.err().startsWith("rnn: " + pipe + ":1:"), ran.toString());
            }
        }

        @Test void whatMayNotBeReadIsSaid() throws IOException {
            Path secret = file("secret.json", GOOD.get(3)), memory = Path.of("/proc/self/mem");
            secret.toFile().setReadable(false);
            // root may
            if (!Files.isReadable(secret))
                rejects(2, "secret.json: cannot be read: permission denied", "--data", secret);
            if (Files.exists(memory))
                rejects(2, "/proc/self/mem: cannot be read: Input/output error", "--data", memory);
        }

        /**
         * Nothing in a dataset, a model or a checkpoint is taken for the name of a file, and nothing else is opened.
         */
        @Test void whatAFileSaysOpensNoOther() throws IOException {
            Path victim = file("victim", "mine"), out = temp.resolve("out"),
                checkpoint = out.resolve("checkpoint.safetensors");
            Path data = file("data.json", "{\"name\": \"../victim\", \"source\": \"" + victim + "\", \"text\": \""
                + victim + " $(touch x) `touch x`\"}");
            trained("--data", data, "--epochs", 1, "--plot", "--out", out);
            rnn.Safetensors lying = rnn.readSafetensors(checkpoint);
            for (String key : List.of("out", "file", "path", "load", "model", "name"))
                lying.metadata().put(key, victim.toString());
            rnn.writeSafetensors(checkpoint, lying);
            // where a file is made before it is moved
            Files.createSymbolicLink(out.resolve(".loss.csv.part"), victim);
            trained("--data", data, "--epochs", 2, "--resume", "--out", out);
            trained("--data", data, "--load", out.resolve("model.safetensors"), "--epochs", 1, "--out", out);
            assertEquals("mine", text(victim));
            try (var all = Files.walk(temp)) {
                assertEquals(Set.of("", "victim", "data.json", "out", "out/.lock", "out/loss.csv", "out/outputs.json",
                    "out/model.safetensors", "out/checkpoint.safetensors", "out/plot.png"),
                    all.map(path -> temp.relativize(path).toString()).collect(Collectors.toSet()));
            }
            Files.delete(out.resolve(".lock"));
            Files.createSymbolicLink(out.resolve(".lock"), victim);
            Ran ran = tool("--data", data, "--out", out);
            assertEquals(1, ran.status(), ran.toString());
            assertEquals("mine", text(victim));
        }

        /** It starts nothing but `stty`, of which it asks how wide the terminal is, and it knows no network. */
        @Test void nothingElseIsStartedAndNothingConnected() {
            String source = text(PROJECT.resolve("rnn.java"));
            assertEquals(List.of("stty size <&2 2>/dev/null"),
                Pattern.compile("ProcessBuilder\\(\"sh\", \"-c\", \"(.*?)\"\\)").matcher(source)
                .results().map(found -> found.group(1)).toList());
            assertEquals(2, source.split("new ProcessBuilder", -1).length);
            for (String word : List.of("java.net", "Socket", "HttpClient", ".exec(", "Class.forName", "loadLibrary",
                "ObjectInputStream", "ScriptEngine"))
                assertFalse(source.contains(word), word);
        }

        @Test void whatCannotBeWrittenIsSaidInOneLineAndOlderFilesStayWhole() throws IOException {
            for (String name : List.of("loss.csv", "model.safetensors", "outputs.json")) {
                Path out = Files.createDirectories(temp.resolve("with " + name));
                Files.createDirectories(out.resolve(name).resolve("folder in its place"));
                Ran ran = tool("--epochs", 1, "--quiet", "--out", out);
                assertEquals(1, ran.status());
                assertOneLine(ran, name);
                assertTrue(ran.err().startsWith("rnn: " + out.resolve(name) + ": cannot be written: "), ran.err());
            }
            Path file = file("file", "here first"), under = file.resolve("out");
            Ran ran = tool("--epochs", 1, "--quiet", "--out", under);
            assertEquals(1, ran.status());
            assertOneLine(ran, under);
            assertEquals("here first", text(file));
        }

        /** A disk of 200 kB where this machine lets us have one, and files of 16 kB at most where not. */
        @Test void aFullDiskFailsInOneLineAndOlderFilesStayWhole() throws Exception {
            Path disk = Files.createDirectory(temp.resolve("disk")), out = disk.resolve("out");
            boolean mounted = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", disk.toString())
                .start().waitFor() == 0;
            try {
                trained("--epochs", 3, "--out", out);
                Map<String, String> before = hashes(out);
                List<String> large = java("--epochs", 100_000, "--hidden", 100, "--quiet", "--out", out);
                Ran ran = process(temp, Map.of(), "",
                    Stream.concat(Stream.of("sh", "-c", (mounted ? "" : "ulimit -f 32; ") + "exec \"$@\"", "sh"),
                        large.stream()).toList());
                assertEquals(1, ran.status(), ran.toString());
                assertTrue(ran.err().matches("rnn: " + out + "/\\S+: cannot be written: "
                    + (mounted ? "No space left on device" : "File too large") + "\n"), ran.err());
                Map<String, String> after = hashes(out);
                assertEquals(before.keySet(), after.keySet(), "nothing half-written is left");
                assertEquals(before.get("outputs.json"), after.get("outputs.json"));
                for (String file : List.of("model.safetensors", "checkpoint.safetensors"))
                    rnn.readSafetensors(out.resolve(file));
            } finally {
                if (mounted) new ProcessBuilder("umount", disk.toString()).start().waitFor();
            }
        }

        @Test void aFolderThatVanishesIsSaid() throws Exception {
            Path out = temp.resolve("out");
            Process process = new ProcessBuilder(java("--epochs", 100_000_000, "--quiet", "--out", out))
                .redirectErrorStream(true).start();
            while (!Files.exists(out.resolve("checkpoint.safetensors"))) Thread.sleep(5);
            Files.move(out, temp.resolve("elsewhere"));
            assertTrue(process.waitFor(20, TimeUnit.SECONDS));
            assertEquals(1, process.exitValue());
            assertEquals("rnn: " + out + "/loss.csv: cannot be written: no such file or folder\n",
                new String(process.getInputStream().readAllBytes(), UTF_8));
            for (String file : List.of("model.safetensors", "checkpoint.safetensors"))
                rnn.readSafetensors(temp.resolve("elsewhere").resolve(file));
        }

        @Test void aLinkOutOfTheFolderIsNotFollowed() throws IOException {
            Path elsewhere = file("elsewhere", "mine"), real = Files.createDirectories(temp.resolve("real")),
                link = temp.resolve("link");
            Files.createSymbolicLink(link, real);
            for (String name : FILES) Files.createSymbolicLink(real.resolve(name), elsewhere);
            trained("--epochs", 1, "--out", link);
            assertEquals("mine", text(elsewhere));
            for (String name : FILES) assertFalse(Files.isSymbolicLink(real.resolve(name)), name);
        }

        @Test void standardOutputThatIsFullFailsAndOneThatIsClosedDoesNot() throws Exception {
            assumeTrue(Files.exists(Path.of("/dev/full")));
            var shell = List.of("sh", "-c", "\"$@\" >/dev/full", "sh");
            Ran full = process(temp, Map.of(), "",
                Stream.concat(shell.stream(), java("--epochs", 20, "--out", temp.resolve("a")).stream()).toList());
            assertEquals(new Ran(1, "", "rnn: standard output: cannot be written: No space left on device\n"), full);
            shell = List.of("bash", "-c", "set -o pipefail; \"$@\" | head -1", "bash");
            Ran closed = process(temp, Map.of(), "",
                Stream.concat(shell.stream(), java("--epochs", 20, "--out", temp.resolve("b")).stream()).toList());
            assertEquals(0, closed.status());
            assertEquals("", closed.err());
            assertTrue(Files.exists(temp.resolve("b/outputs.json")));
        }

        @Test void sizesThatDoNotFitAreRefusedWithTheBytesTheyTake() {
            Ran ran = tool("--hidden", 2_000_000, "--out", temp.resolve("never"));
            assertEquals(2, ran.status());
            assertTrue(ran.err().matches("rnn: 3 inputs, --hidden 2000000 and 3 outputs over 4 steps at once take "
                + "192\\d{12} bytes of memory, but Java has \\d+\n"), ran.err());
        }
    }

    // ── What people see: progress, pictures, help ───────────────────────────────────────────────────────────────────

    /** What a child process said, and its status. */
    record Said(int status, String out, String err) { }

    /** Runs a command in a folder; standard error is no terminal there. `java` options come before `rnn`. */
    static Said runIn(Path folder, List<String> command) throws Exception {
        Path out = folder.resolve("stdout"), err = folder.resolve("stderr");
        var process = new ProcessBuilder(command).directory(folder.toFile())
            .redirectInput(new File("/dev/null")).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        assertTrue(process.waitFor(120, java.util.concurrent.TimeUnit.SECONDS), "it hangs: " + command);
        return new Said(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    static List<String> rnnCommand(List<String> java, String... args) {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(java);
        command.addAll(List.of("-cp", absoluteClassPath(), "rnn"));
        command.addAll(List.of(args));
        return command;
    }

    static String absoluteClassPath() {
        return java.util.Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(p -> Path.of(p).toAbsolutePath().toString())
            .collect(java.util.stream.Collectors.joining(File.pathSeparator));
    }

    static Path dataset(String name) { return Path.of("data", name).toAbsolutePath(); }

    @Nested class Pictures {
        @TempDir Path folder;

        @ParameterizedTest @CsvSource({"toy.json, 5", "sunspots.json, 3", "parity.json, 2", "elements.json, 2",
            "toy.json, 0"})
        void plotIsAPictureOf1600By1000(String name, int epochs) throws Exception {
            Said said = runIn(folder, rnnCommand(List.of(), "--plot", "--data", dataset(name).toString(),
                "--epochs", "" + epochs));
            assertEquals(0, said.status(), said.err());
            var picture = javax.imageio.ImageIO.read(folder.resolve("rnn-out/plot.png").toFile());
            assertEquals(1600, picture.getWidth());
            assertEquals(1000, picture.getHeight());
            for (int k = 0; k < (epochs == 0 ? 0 : 4); k++)
                assertTrue(colours(picture.getSubimage(k % 2 * 800, k / 2 * 500, 800, 500)) > 10,
                    "panel " + k + " is empty");
            assertTrue(said.out().strip().endsWith("plot.png"), "the last line names it: " + said.out());
        }

        private int colours(java.awt.image.BufferedImage panel) {
            var seen = new HashSet<Integer>();
            for (int x = 0; x < panel.getWidth(); x++) for (int y = 0; y < panel.getHeight(); y++)
                seen.add(panel.getRGB(x, y));
            return seen.size();
        }

        @Test void isWrittenWhole() throws Exception {
            Files.createDirectories(folder.resolve("rnn-out"));
            Path old = Files.writeString(folder.resolve("rnn-out/plot.png"), "the old one");
            try (var keptOpen = Files.newInputStream(old)) {
                assertEquals(0, runIn(folder, rnnCommand(List.of(), "--plot", "--epochs", "1")).status());
                assertEquals("the old one", new String(keptOpen.readAllBytes(), StandardCharsets.UTF_8),
                    "the old file was written into");
            }
            assertEquals((byte) 0x89, Files.readAllBytes(old)[0]);
            try (var files = Files.list(folder.resolve("rnn-out"))) {
                assertTrue(files.noneMatch(f -> f.toString().endsWith(".part")));
            }
        }

        @Test void withoutAPictureNothingOfItIsLoaded() throws Exception {
            Said said = runIn(folder, rnnCommand(List.of("-verbose:class"), "--epochs", "20"));
            assertEquals(0, said.status());
            for (String part : List.of("java.awt.", "javax.imageio.", "org.knowm.", "me.tongfei.", "org.jline."))
                assertFalse(said.out().contains(part), part + " is loaded");
            assertFalse(Files.exists(folder.resolve("rnn-out/plot.png")));
            assertTrue(runIn(folder, rnnCommand(List.of("-verbose:class"), "--epochs", "1", "--plot")).out()
                .contains("java.awt."));
        }

        @Test void needsNoDisplayAndChangesNoOtherFile() throws Exception {
            for (String plot : List.of("", "--plot")) {
                var args = new ArrayList<>(List.of("--data", dataset("sunspots.json").toString(), "--epochs", "3", "-q",
                    "-o", "out" + plot));
                if (!plot.isEmpty()) args.add(plot);
                assertEquals(0, runIn(folder, rnnCommand(List.of(), args.toArray(String[]::new))).status());
            }
            for (String file : List.of("loss.csv", "outputs.json", "model.safetensors"))
                assertEquals(-1, Files.mismatch(folder.resolve("out").resolve(file),
                    folder.resolve("out--plot").resolve(file)), file);
        }

        @Test void needsData() throws Exception {
            runIn(folder, rnnCommand(List.of(), "--data", dataset("elements.json").toString(), "--epochs", "1"));
            Said said = runIn(folder, rnnCommand(List.of(), "--load", "rnn-out/model.safetensors",
                "--epochs", "0", "--plot"));
            assertEquals(2, said.status());
            assertEquals("rnn: --plot needs --data FILE to draw\n", said.err());
        }
    }

    @Nested class Seen {
        @TempDir Path folder;

        @Test void noProgressWhereStandardErrorIsNoTerminal() throws Exception {
            Said said = runIn(folder, rnnCommand(List.of("-verbose:class"),
                "--data", dataset("sunspots.json").toString(),
                "--epochs", "1000", "--hidden", "32", "--lr", "0.02", "--log-every", "500"));
            assertEquals(0, said.status(), said.err());
            assertTrue(Pattern.matches("rnn: trained for [0-9.]+ s, [0-9,]+ steps a second\n", said.err()), said.err());
            assertFalse(said.out().contains("me.tongfei.") || said.out().contains("\033") || said.out().contains("\r"));
        }

        @Test void quietSaysNothingAtAll() throws Exception {
            assertEquals(new Said(0, "", ""), runIn(folder, rnnCommand(List.of(), "-q", "--epochs", "5")));
        }

        @Test void standardOutputIsTheSameEachTime() throws Exception {
            Said first = runIn(folder, rnnCommand(List.of(), "--epochs", "20"));
            assertEquals(first.out(), runIn(folder, rnnCommand(List.of(), "--epochs", "20")).out());
        }

        /** util-linux's script gives a terminal; what the program writes to both of its streams comes mixed. */
        @ParameterizedTest @ValueSource(ints = {40, 80})
        void aTerminalShowsProgressAndKeepsTheLogClean(int columns) throws Exception {
            Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")));
            var command = rnnCommand(List.of(), "--data", dataset("sunspots.json").toString(), "--epochs", "9000",
                "--hidden", "32", "--lr", "0.02", "--log-every", "3000");
            String line = "TERM=xterm; export TERM; stty cols " + columns + "; "
                + String.join(" ", command.stream().map(word -> "'" + word + "'").toList());
            Said said = runIn(folder, List.of("/usr/bin/script", "-qec", line, "typescript"));
            assertEquals(0, said.status());
            assertTrue(said.out().contains(" left"), "no progress: " + said.out());
            for (String shown : said.out().split("\r\n"))
                for (String part : shown.split("\r|\033\\[[0-9]*[AJK]"))
                    if (part.startsWith("epoch ") && part.contains("/")) assertTrue(part.length() < columns, part);
                    else if (part.startsWith("epoch ")) assertTrue(part.matches("epoch \\d+ loss [0-9.e-]+"), part);
            assertTrue(said.out().contains(" |*") && said.out().contains("epoch 9000"), "no curve");
        }

        @Test void helpFitsOnAScreen() throws Exception {
            var lines = runIn(folder, rnnCommand(List.of(), "--help")).out().lines().toList();
            assertTrue(lines.size() < 40, lines.size() + " lines");
            for (String line : lines)
                assertTrue(line.length() < 80 && !line.contains("%%") && line.equals(line.stripTrailing()), line);
            for (String what : List.of("--data", "--plot", "Examples:", "Exit status:"))
                assertTrue(String.join("\n", lines).contains(what), what);
        }

        /** The curve in characters: falls from the upper left, the largest and smallest loss beside it. */
        @Test void curve() {
            var losses = new ArrayList<double[]>();
            for (int n = 0; n < 100; n++) losses.add(new double[] {Math.pow(10, -n / 20.0)});
            var rows = rnn.curve(losses, 60).lines().toList();
            assertTrue(rows.get(0).strip().startsWith("1.00 |*"), rows.get(0));
            assertTrue(rows.get(7).endsWith("*"), rows.get(7));
            for (int y = 1; y < 8; y++)
                assertTrue(rows.get(y).indexOf('*') > rows.get(y - 1).indexOf('*'), "logarithmic: a straight line");
            assertTrue(rows.get(8).endsWith("epoch 100"));
        }

        @Test void curveOfOddLosses() {
            for (double[][] losses : new double[][][] {{{1}, {1}}, {{0}, {0}},
                {{1, Double.POSITIVE_INFINITY}, {0, Double.NaN}}})
                assertEquals(9, rnn.curve(Arrays.asList(losses), 40).lines().count());
        }
    }

}
