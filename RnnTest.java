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
            System.out.printf("no test has \"%s\" in the name of its class or method%n",
                String.join("\" or \"", parts));
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
            if (isClass) System.out.printf(Locale.ROOT, "%-30s %5.1f s%n", test.getDisplayName(), seconds);
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
            return Arrays.stream(t.getStackTrace()).filter(line -> "RnnTest.java".equals(line.getFileName())).limit(3)
                .map(line -> "        at " + line.getMethodName() + " (RnnTest.java:" + line.getLineNumber() + ")\n")
                .collect(Collectors.joining());
        }
    }

    // ── The mathematics: what the tests of rooms 2 to 7 share ───────────────────────────────────────────────────────

    /** From PyTorch's runs and from tanh, exp and expm1 to 40 digits, all computed by bench/reference.py. */
    static JsonNode reference(String key) {
        return JsonMapper.shared().readTree(Path.of("bench/reference.json")).get(key);
    }

    static final int[] SIZES = {1, 2, 3, 5, 13}, MORE_SIZES = {1, 2, 3, 5, 13, 25, 100};

    static double[] vector(Random random, int n) { return random.doubles(n, -1, 1).toArray(); }

    static double[][] matrix(Random random, int n, int m) {
        return IntStream.range(0, n).mapToObj(i -> vector(random, m)).toArray(double[][]::new);
    }

    static double[][][] matrices(Random random, int T, int n, int m) {
        return IntStream.range(0, T).mapToObj(t -> matrix(random, n, m)).toArray(double[][][]::new);
    }

    static double[][] copy(double[][] A) { return Arrays.stream(A).map(double[]::clone).toArray(double[][]::new); }

    /** Vectors written out one after the other. */
    static rnn.Dense rowsOf(double[] numbers, int width) {
        return new rnn.Dense(IntStream.range(0, numbers.length / width)
            .mapToObj(t -> Arrays.copyOfRange(numbers, t * width, (t + 1) * width)).toArray(double[][]::new));
    }

    /** The vectors x [T,B,I], row t·B + b. */
    static rnn.Dense dense(double[][][] x) {
        return new rnn.Dense(Stream.of(x).flatMap(Stream::of).toArray(double[][]::new));
    }

    /** The codes [T,B], row t·B + b. */
    static rnn.OneHot oneHot(int[][] codes, int width) {
        return new rnn.OneHot(Stream.of(codes).flatMapToInt(Arrays::stream).toArray(), width);
    }

    /** Uniform in ±1/√H: with larger weights the loss bends so sharply that differences say little of its slope. */
    static rnn.Parameters network(Random random, int I, int H, int O) {
        var p = new rnn.Parameters(matrix(random, I, H), matrix(random, H, H), matrix(random, 1, H),
            matrix(random, H, O), matrix(random, 1, O));
        for (double[] row : rows(p)) for (int j = 0; j < row.length; j++) row[j] /= Math.sqrt(H);
        return p;
    }

    /** A network with one unit of each kind. */
    static rnn.Parameters network(double Wxh, double Whh, double bh, double Why, double by) {
        return new rnn.Parameters(new double[][] {{Wxh}}, new double[][] {{Whh}}, new double[][] {{bh}},
            new double[][] {{Why}}, new double[][] {{by}});
    }

    /** A network that says y whatever it reads. */
    static rnn.Parameters saying(double[] y, int I) {
        var p = rnn.Parameters.zeros(I, 1, y.length);
        System.arraycopy(y, 0, p.by(), 0, y.length);
        return p;
    }

    /** All arrays of a network, one after the other: Wxh, Whh, bh, Why, by, row by row. Not copies. */
    static List<double[]> rows(rnn.Parameters p) {
        var rows = new ArrayList<double[]>();
        for (double[][] W : List.of(p.Wxh(), p.Whh(), new double[][] {p.bh()}, p.Why(), new double[][] {p.by()}))
            rows.addAll(Arrays.asList(W));
        return rows;
    }

    static double[] flat(List<double[]> rows) { return rows.stream().flatMapToDouble(Arrays::stream).toArray(); }

    static double[] flat(rnn.Parameters p) { return flat(rows(p)); }

    /** Errors are relative to |a| + |e| or, where that is below the floor, to the floor. */
    static void assertAgree(double[] expected, double[] actual, double tolerance, double floor, Object what) {
        assertEquals(expected.length, actual.length);
        for (int k = 0; k < expected.length; k++) {
            double e = expected[k], a = actual[k];
            if (!(Math.abs(a - e) / Math.max(Math.abs(a) + Math.abs(e), floor) < tolerance))
                fail(what + ": element " + k + " is " + a + ", not " + e);
        }
    }

    /** The slope of f in v[j], by central differences over four points: off by the order of ε⁴, not ε². */
    static double slope(double[] v, int j, double epsilon, DoubleSupplier f) {
        double[] weights = {1, -8, 0, 8, -1};
        double old = v[j], sum = 0;
        for (int k = -2; k <= 2; k++) {
            v[j] = old + k * epsilon;
            sum += weights[k + 2] * f.getAsDouble();
        }
        v[j] = old;
        return sum / (12 * epsilon);
    }

    /** Teams that take n rows singly; from the last row on in parts of 1, 3, 5, …; all at the same time. */
    static final List<rnn.Team> TEAMS = List.of(
        (n, work, part) -> IntStream.range(0, n).forEach(i -> part.run(i, i + 1)),
        (n, work, part) -> {
            for (int to = n, size = 1; to > 0; to -= size, size += 2) part.run(Math.max(0, to - size), to);
        },
        (n, work, part) -> IntStream.range(0, n).parallel().forEach(i -> part.run(i, i + 1)));

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

        /** The outputs after each step of x, from the state h. */
        Dual[][] outputs(double[][] x, Dual[] h) {
            Dual[][] y = new Dual[x.length][];
            for (int t = 0; t < x.length; t++) y[t] = output(h = state(x[t], h));
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

        rnn.Vectors input() { return codes == null ? dense(x) : oneHot(codes, I()); }
        rnn.Vectors target() { return labels == null ? dense(goals) : oneHot(labels, O()); }

        int T() { return x.length; }
        int B() { return h0.length; }
        int I() { return p.Wxh().length; }
        int H() { return p.bh().length; }
        int O() { return p.by().length; }
        int scored() { return labels == null ? goals.length : labels.length; }

        /** What sequence b reads. */
        double[][] x(int b) { return Arrays.stream(x).map(step -> step[b]).toArray(double[][]::new); }

        /** All that the loss is differentiated by: the parameters and the carried state. */
        List<double[]> variables() {
            var rows = rows(p);
            rows.addAll(Arrays.asList(h0));
            return rows;
        }

        rnn.Tape tape() { return rnn.Tape.ready(null, p, T() * B(), B(), h0); }

        /** A tape after the forward pass. */
        rnn.Tape forward() {
            rnn.Tape tape = tape();
            rnn.forward(p, input(), tape, rnn.ALONE);
            return tape;
        }

        /** The loss by rnn.java. */
        double loss() { return rnn.loss(target(), T() * B(), forward(), rnn.ALONE); }

        /** Its gradient with respect to the variables by rnn.java. */
        double[] gradient() {
            Pass pass = Pass.of(this, tape(), rnn.ALONE);
            var rows = rows(pass.d());
            rows.addAll(Arrays.asList(pass.tape().dhPrev()).subList(0, B()));
            return flat(rows);
        }

        /** The loss by the oracle, and its slope with respect to variable k. */
        Dual loss(int k) {
            Dual[] w = duals(flat(variables()), k);
            int first = w.length - B() * H();
            var oracle = new Oracle(w, I(), H(), O());
            Dual sum = Dual.of(0);
            for (int b = 0; b < B(); b++) {
                Dual[][] y = oracle.outputs(x(b), Arrays.copyOfRange(w, first + b * H(), first + (b + 1) * H()));
                for (int s = 0; s < scored(); s++) {
                    Dual[] last = y[T() - scored() + s];
                    sum = sum.plus(labels != null ? crossEntropy(last, labels[s][b]) : squares(last, goals[s][b]));
                }
            }
            return sum.over(Dual.of(scored() * B() * (labels != null ? 1 : O())));
        }

        double[] dualGradient() {
            return IntStream.range(0, flat(variables()).length).mapToDouble(k -> loss(k).slope()).toArray();
        }

        double[] numericalGradient() {
            return variables().stream().flatMapToDouble(row -> IntStream.range(0, row.length)
                .mapToDouble(j -> slope(row, j, 1.0 / 1024, this::loss))).toArray();
        }

        @Override public String toString() {
            return "B=%d T=%d scored=%d I=%d H=%d O=%d %s %s".formatted(B(), T(), scored(), I(), H(), O(),
                codes == null ? "vectors" : "one-hot", labels == null ? "mse" : "cross-entropy");
        }
    }

    /** Forward, loss and backward on a tape. */
    record Pass(double loss, rnn.Tape tape, rnn.Parameters d) {
        static Pass of(Problem q, rnn.Tape tape, rnn.Team team) {
            var d = rnn.Parameters.zeros(q.I(), q.H(), q.O());
            return new Pass(rnn.pass(q.p, q.input(), q.target(), tape, d, team), tape, d);
        }

        void assertHasTheBitsOf(Pass expected) {
            assertEquals(expected.loss, loss);
            assertArrayEquals(flat(expected.d), flat(d));
            for (int r = 0; r < expected.tape.y().length; r++) {
                assertArrayEquals(expected.tape.y()[r], tape.y()[r]);
                assertArrayEquals(expected.tape.dy()[r], tape.dy()[r]);
                assertArrayEquals(expected.tape.h()[r], tape.h()[r]);
                assertArrayEquals(expected.tape.dhPrev()[r], tape.dhPrev()[r]);
            }
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

    // ── 2. Activations and losses ───────────────────────────────────────────────────────────────────────────────────

    @Nested class Section2ActivationsAndLosses {
        /** How many units in the last place of the exact value a number is away from it. */
        double ulps(double actual, BigDecimal exact) {
            var ulp = new BigDecimal(Math.ulp(exact.doubleValue()));
            return new BigDecimal(actual).subtract(exact).divide(ulp, MathContext.DECIMAL32).abs().doubleValue();
        }

        /** f is that close to the reference values, wherever |x| is no larger than `largest`. */
        void assertAccurate(double ulps, String key, DoubleUnaryOperator f, double largest) {
            for (JsonNode pair : reference(key)) {
                double x = pair.get(0).asDouble();
                var exact = new BigDecimal(pair.get(1).asString());
                if (Math.abs(x) > largest) continue;
                double off = ulps(f.applyAsDouble(x), exact);
                assertTrue(off <= ulps, () -> key + "(" + x + ") is off by " + off + " ulps");
            }
        }

        /** How many doubles lie from one to another of the same sign. */
        long apart(double a, double b) { return Math.abs(Double.doubleToLongBits(a) - Double.doubleToLongBits(b)); }

        @Test void tanhExpAndTheTaylorSeriesAgreeWithTheReferenceValues() {
            assertAccurate(2.5, "tanh", rnn::tanh, Double.MAX_VALUE);                   // 1.28 at worst
            assertAccurate(1, "exp", rnn::exp, Double.MAX_VALUE);                       // 0.91
            assertAccurate(0.55, "expm1", rnn::expm1Reduced, Math.log(2) / 2);          // 0.52; 0.5 is unavoidable
        }

        @Test void tanhAndExpStayCloseToStrictMath() {
            // StrictMath itself is within 1 ulp (exp) and 2.5 ulps (tanh) of the exact value
            Random random = new Random(2);
            for (int n = 0; n < 100_000; n++) {
                double[] u = vector(random, 2);
                double x = u[0] * Math.scalb(1.0, random.nextInt(40) - 34), large = 745 * u[1];
                assertTrue(apart(rnn.tanh(x), StrictMath.tanh(x)) <= 4, () -> "tanh at " + x);
                assertTrue(apart(rnn.exp(x), StrictMath.exp(x)) <= 1, () -> "exp at " + x);
                assertTrue(apart(rnn.exp(large), StrictMath.exp(large)) <= 1, () -> "exp at " + large);
            }
        }

        @Test void tanhIsOddAndMonotoneAndEndsAtOne() {
            double before = 0;
            for (int n = 0; n <= 200_000; n++) {
                double x = n / 8192.0, h = rnn.tanh(x);
                assertEquals(-h, rnn.tanh(-x));
                // from 18.7 to 19.1 the exact value is next to the last double before 1: the last bit may waver
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

        @ParameterizedTest
        @CsvSource({"0.0, 0.0, 1", "-0.0, -0.0, 1", "Infinity, 1, Infinity", "-Infinity, -1, 0.0", "NaN, NaN, NaN",
            "1.7976931348623157e308, 1, Infinity", "709.79, 1, Infinity", "-745.2, -1, 0.0", "-745.1, -1, 4.9e-324",
            // e = 2x + 2x² + … rounds to 2x
            "4.9e-324, 4.9e-324, 1", "-3e-308, -3e-308, 1", "1e-100, 1e-100, 1", "2.7e-17, 2.7e-17, 1"})
        void tanhAndExpAtTheEdges(double x, double tanh, double exp) {
            assertEquals(tanh, rnn.tanh(x));                                // assertEquals tells 0 from −0
            assertEquals(exp, rnn.exp(x));
        }

        @Test void gradTanhIsTheSlopeOfTanh() {
            for (double a = -6; a <= 6; a += 1 / 64.0)
                // 1 − h² loses what h has lost: up to 3 ulps of 1
                assertEquals(new Dual(a, 1).tanh().slope(), rnn.gradTanh(rnn.tanh(a)), 4e-16);
        }

        @Test void argmaxIsTheFirstOfSeveralLargestNumbers() {
            assertEquals(1, rnn.argmax(new double[] {-3, 5, 5, 2}));
            assertEquals(0, rnn.argmax(new double[] {-7}));
        }

        @Test void softmaxIsTheShareOfEachExponential() {
            Random random = new Random(4);
            for (int K : MORE_SIZES) {
                double[] y = vector(random, K), p = rnn.softmax(y);
                double sum = Arrays.stream(y).map(StrictMath::exp).sum();
                assertArrayEquals(Arrays.stream(y).map(v -> StrictMath.exp(v) / sum).toArray(), p, 2e-16);
                assertEquals(1, Arrays.stream(p).sum(), 1e-15);
                assertEquals(StrictMath.log(sum) - Arrays.stream(y).max().getAsDouble(),
                    rnn.softmaxInto(new double[K], y, y[rnn.argmax(y)]), 1e-15);
            }
            assertArrayEquals(new double[] {0.25, 0.75}, rnn.softmax(new double[] {0, StrictMath.log(3)}), 2e-16);
        }

        @Test void softmaxDependsOnDifferencesOnlyAndDoesNotOverflow() {
            assertArrayEquals(new double[] {0.5, 0.5}, rnn.softmax(new double[] {1e308, 1e308}));
            assertArrayEquals(new double[] {0, 1}, rnn.softmax(new double[] {-1e308, 1e308}));
            assertArrayEquals(new double[] {1, 0, 0}, rnn.softmax(new double[] {-1000, -2000, -1e308}));
            assertArrayEquals(new double[] {0.5, 0.5, 0}, rnn.softmax(new double[] {0, 0, Double.NEGATIVE_INFINITY}));
            // these numbers and their sums with 4096 are exact, and so are the differences from the maximum
            double[] y = {0.5, -1.25, 2, 0}, shifted = Arrays.stream(y).map(v -> v + 4096).toArray();
            assertArrayEquals(rnn.softmax(y), rnn.softmax(shifted));
        }

        @Test void gradSoftmaxIsTheWholeJacobian() {
            Random random = new Random(5);
            for (int K : new int[] {1, 2, 3, 5, 13, 25}) {
                double[] y = Arrays.stream(vector(random, K)).map(v -> 3 * v).toArray();
                double[][] J = rnn.gradSoftmax(rnn.softmax(y));
                for (int j = 0; j < K; j++) {
                    Dual[] e = Arrays.stream(duals(y, j)).map(Dual::exp).toArray(Dual[]::new);
                    Dual sum = Arrays.stream(e).reduce(Dual.of(0), Dual::plus);
                    for (int i = 0; i < K; i++) assertEquals(e[i].over(sum).slope(), J[i][j], 1e-15);
                }
            }
        }

        @Test void oneHotIsOneAtTheLabelOnly() {
            assertArrayEquals(new double[] {0, 0, 1, 0}, rnn.oneHot(2, 4));
            assertArrayEquals(new double[] {1}, rnn.oneHot(0, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> rnn.oneHot(4, 4));
        }

        @Test void mseIsTheMeanSquareAndItsGradientTheSlope() {
            assertEquals((1 + 4 + 0) / 3.0, rnn.mse(new double[] {2, 5, -1}, new double[] {1, 7, -1}));
            Random random = new Random(6);
            for (int O : SIZES) {
                double[] y = vector(random, O), target = vector(random, O), dy = new double[O];
                rnn.gradMse(y, target, dy);
                for (int j = 0; j < O; j++) {
                    Dual exact = squares(duals(y, j), target).over(Dual.of(O));
                    assertEquals(exact.slope(), dy[j], 4e-16);
                    assertEquals(exact.value(), rnn.mse(y, target), 4e-16);
                }
            }
        }

        @Test void crossEntropyIsMinusTheLogOfTheLabelsShareAndItsGradientTheSlope() {
            assertEquals(StrictMath.log(4), rnn.crossEntropy(new double[] {0, StrictMath.log(3)}, 0), 3e-16);
            Random random = new Random(7);
            for (int K : SIZES) {
                double[] y = vector(random, K), dy = new double[K], p = rnn.softmax(y);
                int label = random.nextInt(K);
                double loss = rnn.gradCrossEntropy(y, label, dy);
                assertEquals(loss, rnn.crossEntropy(y, label));
                assertEquals(-StrictMath.log(p[label]), loss, 1e-15);
                for (int j = 0; j < K; j++)
                    assertEquals(crossEntropy(duals(y, j), label).slope(), dy[j], 1e-15);
            }
        }

        @Test void crossEntropyOfAFarOffLabelIsFinite() {
            double[] dy = new double[3];
            assertEquals(3000, rnn.gradCrossEntropy(new double[] {1000, -2000, -1500}, 1, dy));
            assertArrayEquals(new double[] {1, -1, 0}, dy);
            assertEquals(2e300, rnn.crossEntropy(new double[] {1e300, -1e300}, 1));
            assertEquals(0, rnn.crossEntropy(new double[] {1e300, -1e300}, 0));
        }
    }

    // ── 3. Matrix loops ─────────────────────────────────────────────────────────────────────────────────────────────

    @Nested class Section3MatrixLoops {
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

        /** The definition: C[i][j] + A[i][0]·B[0][j] + A[i][1]·B[1][j] + …, each rounded once, in this order. */
        double[][] expected(double[][] A, double[][] B, double[][] C, int from, int to) {
            double[][] E = copy(C);
            for (int i = from; i < to; i++)
                for (int j = 0; j < E[i].length; j++)
                    for (int k = 0; k < B.length; k++) E[i][j] = Math.fma(A[i][k], B[k][j], E[i][j]);
            return E;
        }

        @Test void productsHaveTheBitsOfTheDefinition() {
            Random random = new Random(9);
            for (int[] s : shapes()) {
                int n = s[0], K = s[1], m = s[2];
                // two rows more than are asked for: of Aᵀ·B only the first K count
                double[][] AT = wild(random, K + 2, n), more = wild(random, K + 2, m), C = wild(random, n, m);
                double[][] A = new double[n][K], B = Arrays.copyOf(more, K);
                for (int i = 0; i < n; i++) for (int k = 0; k < K; k++) A[i][k] = AT[k][i];
                double[][] whole = wild(random, n, m), turned = wild(random, m, n);   // their numbers do not count
                rnn.transposedProduct(AT, more, K, whole, turned, rnn.ALONE);
                assertArrayEquals(expected(A, B, new double[n][m], 0, n), whole, () -> Arrays.toString(s));
                int from = random.nextInt(n + 1), to = from + random.nextInt(n - from + 1);
                for (int[] part : new int[][] {{0, n}, {from, to}}) {
                    double[][] plain = copy(C), fast = copy(C), transposed = copy(C);
                    rnn.addProductPlainly(A, B, plain, part[0], part[1]);
                    rnn.addProduct(A, B, fast, part[0], part[1]);
                    rnn.addTransposedProduct(AT, more, K, transposed, part[0], part[1]);
                    for (double[][] actual : List.of(plain, fast, transposed))
                        assertArrayEquals(expected(A, B, C, part[0], part[1]), actual, () -> Arrays.toString(s));
                }
            }
        }

        @ParameterizedTest @ValueSource(ints = {1, 2, 3, 5, 13})
        void threadsDoEveryRowOnceAndPassOnWhatOneOfThemThrows(int threads) {
            try (var team = new rnn.Threads(threads)) {
                for (int n : MORE_SIZES)
                    for (long work : new long[] {1, rnn.Threads.WORTH}) {       // for one of them, and for all
                        int[] times = new int[n];
                        team.shareOut(n, work, (from, to) -> { for (int i = from; i < to; i++) times[i]++; });
                        assertTrue(IntStream.of(times).allMatch(k -> k == 1), () -> Arrays.toString(times));
                        for (int bad : new int[] {0, n / 2, n - 1}) {
                            var error = new Error();
                            assertSame(error, assertThrows(Error.class, () -> team.shareOut(n, work, (from, to) -> {
                                if (from <= bad && bad < to) throw error;
                            })));
                        }
                    }
            }
        }
    }

    // ── 4. The model ────────────────────────────────────────────────────────────────────────────────────────────────

    @Nested class Section4TheModel {
        /**
         * Differences are off by the rounding of the loss, some 1e-16/ε = 1e-13 and more where it is large, whatever
         * the gradient's size: near zero no relative tolerance can hold. With this floor it is 1e-12 there.
         */
        @Test void gradientsAgreeWithCentralDifferences() {
            for (Problem q : problems()) assertAgree(q.numericalGradient(), q.gradient(), 1e-8, 1e-4, q);
        }

        /** Dual numbers have no ε: the floor is there only so that an exact zero does not divide by zero. */
        @Test void lossAndGradientsAgreeWithDualNumbers() {
            for (Problem q : problems()) {
                assertEquals(q.loss(-1).value(), q.loss(), 1e-15 * Math.max(1, q.loss()), q::toString);
                assertAgree(q.dualGradient(), q.gradient(), 1e-12, 1e-10, q);
            }
        }

        @Test void howTheWorkIsDividedAndWhatTheTapeAndTheGradientHeldBeforeDoNotMatter() {
            for (Problem q : problems()) {
                Pass alone = Pass.of(q, q.tape(), rnn.ALONE);
                for (rnn.Team team : TEAMS) Pass.of(q, q.tape(), team).assertHasTheBitsOf(alone);
                int n = q.T() * q.B();
                rnn.Tape used = rnn.Tape.of(q.p(), q.T() + 2, q.B());
                for (double[][] all : List.of(used.hPrev(), used.y(), used.dy(), used.da(), used.dhPrev(), used.WhhT(),
                                              used.WhyT(), used.dWhyT(), new double[][] {used.loss()}))
                    for (double[] row : all) Arrays.fill(row, Double.NaN);
                assertSame(used, rnn.Tape.ready(used, q.p(), n, q.B(), q.h0()));
                Pass again = Pass.of(q, used, rnn.ALONE);
                rnn.backward(q.p(), q.input(), used, again.d(), rnn.ALONE);  // once more: it sets, it does not add
                again.assertHasTheBitsOf(alone);
                for (int r = n; r < n + 2 * q.B(); r++) {
                    for (double[][] all : List.of(used.h(), used.y(), used.dy(), used.da(), used.dh()))
                        for (double v : all[r]) assertTrue(Double.isNaN(v), "the rows beyond stay alone");
                    assertTrue(Double.isNaN(used.loss()[r]), "and so do the losses");
                }
            }
        }

        @Test void aStateCarriedFromWindowToWindowGivesTheBitsOfOneLongPass() {
            for (int steps : new int[] {1, 2, 5, 6, 13}) {
                Problem q = Problem.random(new Random(16), 3, 13, 2, 5, 2, 13, false, false);
                rnn.Tape whole = q.forward(), tape = null;
                double[][] state = q.h0();
                for (int from = 0; from < 13; from += steps) {              // the last window is shorter
                    int to = Math.min(13, from + steps);
                    var window = dense(Arrays.copyOfRange(q.x(), from, to));
                    tape = rnn.Tape.ready(tape, q.p(), window.n(), 3, state);
                    rnn.forward(q.p(), window, tape, rnn.ALONE);
                    assertArrayEquals(Arrays.copyOfRange(whole.y(), 3 * from, 3 * to),
                        Arrays.copyOf(tape.y(), window.n()));
                    state = tape.copyOfHidden(window.n());
                    for (double[] row : tape.hPrev()) Arrays.fill(row, Double.NaN);     // it is a copy
                }
                assertArrayEquals(whole.h(13), state);
                assertArrayEquals(new double[3][5], rnn.Tape.ready(tape, q.p(), 3, 3, null).h(0));
            }
        }

        @Test void aTapeGrowsOnlyWhenItMust() {
            rnn.Parameters p = network(new Random(17), 2, 3, 1);
            rnn.Tape tape = rnn.Tape.of(p, 5, 2);
            for (int steps : new int[] {5, 1}) assertSame(tape, rnn.Tape.ready(tape, p, steps * 2, 2, null));
            for (int[] need : new int[][] {{6, 2}, {1, 3}, {1, 1}}) {       // steps, and another number of sequences
                rnn.Tape other = rnn.Tape.ready(tape, p, need[0] * need[1], need[1], null);
                assertNotSame(tape, other);
                assertEquals(need[1], other.B());
            }
        }

        /** A lambda or two at each of seven hand-outs, 64 bytes each, and waits; a row of H would be 2,112 more. */
        @ParameterizedTest @ValueSource(ints = {1, 2}) void aStepAllocatesOnlyWhatHandsOutWork(int threads) {
            Problem q = Problem.random(new Random(18), 8, 10, 3, 256, 5, 10, false, false);
            rnn.Vectors input = q.input(), target = q.target();
            rnn.Tape tape = q.tape();
            rnn.Parameters d = rnn.Parameters.zeros(3, 256, 5), v = rnn.Parameters.zeros(3, 256, 5);
            try (var team = new rnn.Threads(threads)) {
                var management = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
                long[] ids = Thread.getAllStackTraces().keySet().stream()
                    .filter(t -> t == Thread.currentThread() || t.getName().equals("rnn-1"))
                    .mapToLong(Thread::getId).toArray();
                LongSupplier allocated = () -> LongStream.of(management.getThreadAllocatedBytes(ids)).sum();
                long before = 0;
                for (int step = 0; step <= 100; step++) {
                    if (step == 1) before = allocated.getAsLong();         // the first step links what it calls
                    rnn.pass(q.p(), input, target, tape, d, team);
                    rnn.clip(d, 1);
                    rnn.sgd(q.p(), d, v, 0.01, 0.9);
                }
                long bytes = (allocated.getAsLong() - before) / 100;
                assertTrue(bytes < 1500, bytes + " bytes a step");
            }
        }

        @Test void clipScalesTheCommonNormAsPyTorchDoesAndLeavesShorterGradientsAlone() {
            var byHand = network(2, -4, 5, 0, -6);                          // 4 + 16 + 25 + 36 = 81: the norm is 9
            for (var before : List.of(byHand, network(0, 0, 0, 0, 0), network(new Random(18), 3, 5, 2)))
                for (double max : new double[] {0.5, 1, 9, 9.00001, 10, 1e300}) {
                    double sum = 0;
                    for (double g : flat(before)) sum += g * g;
                    double scale = Math.min(1, max / (Math.sqrt(sum) + 1e-6));      // just at the norm the 1e-6 shows
                    rnn.Parameters d = rnn.copy(before);
                    rnn.clip(d, max);
                    assertArrayEquals(Arrays.stream(flat(before)).map(g -> scale * g).toArray(), flat(d));
                }
        }
    }

    // ── 5. Sequences ────────────────────────────────────────────────────────────────────────────────────────────────

    /** n sequences of `length` steps with as many targets. */
    static List<rnn.Sequence> sequences(int n, int length) {
        Random random = new Random(20);
        return Stream.generate(() -> new rnn.Sequence(rowsOf(vector(random, length), 1),
            rowsOf(vector(random, length), 1))).limit(n).toList();
    }

    @Nested class Section5Sequences {
        @Test void vectorsAreSlicedAndPutSideBySide() {
            var numbers = rowsOf(new double[] {1, 2, 3, 4, 5, 6, 7, 8}, 2).slice(1, 4);
            assertArrayEquals(new double[][] {{3, 4}, {5, 6}, {7, 8}}, numbers.x());
            var others = rowsOf(new double[] {-1, -2, -3, -4, -5, -6}, 2);
            assertArrayEquals(new double[][] {{5, 6}, {-3, -4}, {7, 8}, {-5, -6}},
                numbers.sideBySide(List.of(numbers, others), 1, 3).x());
            var codes = new rnn.OneHot(new int[] {3, 1, 4, 1, 5}, 6).slice(1, 5).slice(1, 3);
            assertArrayEquals(new int[] {4, 1}, codes.sideBySide(List.of(codes), 0, 2).codes());
            assertArrayEquals(new int[] {4, 0, 1, 2},
                codes.sideBySide(List.of(codes, new rnn.OneHot(new int[] {0, 2}, 6)), 0, 2).codes());
        }

        @Test void oneHotInputsGiveTheBitsOfTheDenseProduct() {
            for (Problem q : problems()) {
                if (q.codes() == null) continue;
                Problem dense = new Problem(q.p(), q.h0(), q.x(), null, q.goals(), q.labels());
                Pass.of(q, q.tape(), rnn.ALONE).assertHasTheBitsOf(Pass.of(dense, dense.tape(), rnn.ALONE));
            }
        }

        @Test void windowsPutSequencesOfOneShapeTogether() {
            var a = sequences(3, 4);
            var b = sequences(4, 2);
            var fewer = new rnn.Sequence(a.get(2).input(), a.get(2).target().slice(2, 4));
            var mixed = List.of(a.get(0), b.get(0), fewer, b.get(1), a.get(1), b.get(2), a.get(2), b.get(3));
            var windows = rnn.windows(mixed, 2, Integer.MAX_VALUE);
            // a batch is ready when it is full; what is left over comes last
            assertEquals(List.of(b.subList(0, 2), a.subList(0, 2), b.subList(2, 4), List.of(fewer), a.subList(2, 3)),
                windows.stream().map(rnn.Window::sequences).toList());
            for (var window : windows) {
                assertEquals(window.sequences().get(0).input().n() * window.B(), window.input().n());
                assertEquals(window.sequences().size(), window.B());
            }
        }

        @ParameterizedTest
        @CsvSource({"13, 5, 0-5 5-10 10-13", "5, 5, 0-5", "5, 1000, 0-5", "5, 1, 0-1 1-2 2-3 3-4 4-5"})
        void theLastWindowOfALongSequenceIsShorter(int length, int steps, String expected) {
            var windows = rnn.windows(sequences(2, length), 2, steps);
            assertEquals(expected, windows.stream().map(w -> w.from() + "-" + w.to()).collect(Collectors.joining(" ")));
            for (var window : windows) assertEquals(2 * (window.to() - window.from()), window.input().n());
        }
    }

    // ── 6. Training ─────────────────────────────────────────────────────────────────────────────────────────────────

    @Nested class Section6Training {
        rnn.Training training(rnn.Parameters p, List<rnn.Sequence> sequences, rnn.Settings settings) {
            return new rnn.Training(rnn.State.of(p), sequences, List.of(), settings, rnn.ALONE);
        }

        /** Without momentum and without clipping. */
        rnn.Settings settings(double learningRate, int batch, int steps) {
            return new rnn.Settings(learningRate, 0, 0, 0, batch, steps, 42);
        }

        /** The mean square over all scored steps of sequences of vectors, by the oracle, each from h = 0. */
        double meanSquare(rnn.Parameters p, List<rnn.Sequence> sequences) {
            var y = new ArrayList<double[]>();
            var target = new ArrayList<double[]>();
            for (var s : sequences) {
                double[][] x = rnn.rows(s.input()), goals = rnn.rows(s.target());
                Stream.of(Oracle.of(p).outputs(x, duals(new double[p.bh().length], -1))).skip(x.length - goals.length)
                    .forEach(output -> y.add(Stream.of(output).mapToDouble(Dual::value).toArray()));
                target.addAll(List.of(goals));
            }
            return RnnTest.meanSquare(y.toArray(double[][]::new), target.toArray(double[][]::new));
        }

        /** One of PyTorch's runs. */
        record TorchRun(String name, String loss, int N, int T, int Tscored, int I, int H, int O, double learningRate,
                        double momentum, double clip, double weightDecay, int steps, int values, int epochs,
                        int updates, double[] losses, double[] parameters) {
            static int code(int k) { return (int) ((k * 7919L + 104729) % 2003); }
            static double value(int k) { return code(k) / 2003.0 * 2 - 1; }

            /** Sequence n of N: `length` vectors of value(k), or codes, k counted from `first` on. */
            static rnn.Vectors numbers(int first, int n, int length, int width) {
                int from = first + n * length * width;
                return rowsOf(IntStream.range(from, from + length * width).mapToDouble(k -> value(k)).toArray(), width);
            }

            static rnn.Vectors codes(int first, int n, int length, int K) {
                int from = first + n * length;
                return new rnn.OneHot(IntStream.range(from, from + length).map(k -> code(k) % K).toArray(), K);
            }

            rnn.Parameters initial() {
                rnn.Parameters p = rnn.Parameters.zeros(I, H, O);
                int k = 0;
                for (double[] row : rows(p)) for (int j = 0; j < row.length; j++) row[j] = value(k++) * 0.5;
                return p;
            }

            rnn.Sequence sequence(int n) {
                boolean mse = loss.equals("mse");
                if (steps > 0)
                    return rnn.Sequence.next(mse ? numbers(10000, n, values, I) : codes(30000, n, values, O));
                return new rnn.Sequence(numbers(10000, n, T, I),
                    mse ? numbers(20000, n, Tscored, O) : codes(30000, n, Tscored, O));
            }

            @Override public String toString() { return name; }
        }

        static Stream<TorchRun> torchRuns() {
            return reference("cases").valueStream().map(c -> JsonMapper.shared().treeToValue(c, TorchRun.class));
        }

        @ParameterizedTest @MethodSource("torchRuns") void aWholeRunAgreesWithPyTorch(TorchRun run) {
            var sequences = IntStream.range(0, run.N).mapToObj(run::sequence).toList();
            int steps = run.steps > 0 ? run.steps : Integer.MAX_VALUE;
            var training = training(run.initial(), sequences,
                new rnn.Settings(run.learningRate, run.momentum, run.clip, run.weightDecay, run.N, steps, 1));
            int updates = 0;
            for (; training.state.epoch() < run.epochs; updates++) assertTrue(training.update());
            assertEquals(run.updates, updates);
            assertArrayEquals(run.losses, flat(training.state.losses()), 1e-14, "losses");     // PyTorch adds otherwise
            assertArrayEquals(run.parameters, flat(training.state.p()), 1e-14, "parameters");
        }

        @Test void initialParametersAreThoseOfTheGeneratorThatJavaSpecifies() {
            // java.util.Random, as its documentation writes it: s ← (s·0x5DEECE66D + 11) mod 2⁴⁸, the high bits of it
            for (int[] shape : new int[][] {{1, 1, 1}, {3, 16, 3}, {2, 5, 13}}) {
                int I = shape[0], H = shape[1], O = shape[2], seed = 45 - I;
                double[] expected = new double[I * H + H * H + H + H * O + O];
                long[] s = {seed ^ 0x5DEECE66DL};
                IntToLongFunction next = bits -> (s[0] = s[0] * 0x5DEECE66DL + 11 & (1L << 48) - 1) >>> 48 - bits;
                for (int k = 0; k < expected.length; k++) {
                    double u = ((next.applyAsLong(26) << 27) + next.applyAsLong(27)) * 0x1p-53;
                    expected[k] = (2 * u - 1) / Math.sqrt(H);
                }
                assertArrayEquals(expected, flat(rnn.initial(I, H, O, seed)));
            }
            assertEquals(0.4551273600657362, rnn.initial(1, 1, 1, 42).Wxh()[0][0]);     // 2·0.7275636800328681 − 1
        }

        @Test void theOrderOfAnEpochIsDrawnFromSeedAndEpochAloneAndAFullBatchKeepsThatOfTheDataset() {
            var s = sequences(25, 2);
            for (int batch : new int[] {25, 26, 1000}) assertEquals(s, rnn.order(s, batch, 42, 3));
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

        @Test void allOrdersAreEquallyLikely() {
            var s = sequences(3, 1);
            var seen = new HashMap<List<rnn.Sequence>, Integer>();
            for (int epoch = 1; epoch <= 6000; epoch++) seen.merge(rnn.order(s, 1, 42, epoch), 1, Integer::sum);
            assertEquals(6, seen.size());
            double chiSquare = seen.values().stream().mapToDouble(n -> (n - 1000.0) * (n - 1000.0) / 1000).sum();
            assertTrue(chiSquare < 15.1, () -> "χ² " + chiSquare);          // 5 degrees of freedom: 1 in 100 is above
        }

        @ParameterizedTest @ValueSource(ints = {0, 3}) void eachEpochTakesItsOwnOrderAlsoWhenTrainingGoesOn(int done) {
            // the network says 0 and never learns: where the target is k, the loss is k², which tells them apart
            var s = IntStream.range(1, 6).mapToObj(k -> new rnn.Sequence(rowsOf(new double[] {1}, 1),
                rowsOf(new double[] {k}, 1))).toList();
            rnn.State state = rnn.State.of(network(0, 0, 0, 0, 0));
            for (int epoch = 1; epoch <= done; epoch++) state.losses().add(new double[] {1});
            var training = new rnn.Training(state, s, List.of(), settings(0, 1, 9), rnn.ALONE);
            for (int epoch = done + 1; epoch <= done + 3; epoch++) {
                double sum = 0;
                for (var one : rnn.order(s, 1, 42, epoch)) {
                    assertEquals(sum, training.state.lossSum());
                    assertTrue(training.update());
                    double k = ((rnn.Dense) one.target()).x()[0][0];
                    sum += k * k;
                }
                assertEquals(sum / 5, training.state.losses().get(epoch - 1)[0]);
            }
        }

        static Stream<Arguments> batchesAndWindows() {
            var mixed = Stream.of(sequences(5, 4), sequences(3, 2)).flatMap(List::stream).toList();
            var others = Stream.of(sequences(3, 5), sequences(2, 2)).flatMap(List::stream).toList();
            // 7 steps, the last 4 scored: of windows of 3, the first has no target, the others have 3 and 1
            var late = sequences(3, 7).stream().map(s -> new rnn.Sequence(s.input(), s.target().slice(3, 7))).toList();
            return Stream.of(
                IntStream.of(1, 2, 3, 8).mapToObj(batch -> arguments(mixed, batch, Integer.MAX_VALUE, 2e-15)),
                IntStream.of(1, 2, 100).mapToObj(batch -> arguments(others, batch, 100, 2e-15)),
                IntStream.of(1, 3, 5, 7).mapToObj(steps -> arguments(late, 2, steps, 2e-15)),
                IntStream.of(1, 2, 5, 12, 13, 100).mapToObj(steps -> arguments(sequences(3, 13), 3, steps, 1e-14))
            ).flatMap(cases -> cases);
        }

        /** With a learning rate of 0, so that the loss does not depend on the order. */
        @ParameterizedTest(name = "batch {1}, windows of {2}") @MethodSource("batchesAndWindows")
        void everyScoredStepCountsOnceAndAlike(List<rnn.Sequence> sequences, int batch, int steps, double tolerance) {
            rnn.Parameters p = network(new Random(21), 1, 5, 1);
            double[] before = flat(p);
            double mean = meanSquare(p, sequences);
            var training = training(p, sequences, settings(0, batch, steps));
            for (int epoch = 0; epoch < 3; epoch++) assertEquals(mean, training.epoch(), tolerance);
            assertEquals(mean, rnn.evaluate(p, rnn.windows(sequences, batch, steps), rnn.ALONE).loss(), tolerance);
            assertArrayEquals(before, flat(p));
        }

        @Test void aWindowWithoutTargetsMakesNoUpdateButCarriesTheState() {
            var all = sequences(1, 6).get(0);
            var s = List.of(new rnn.Sequence(all.input(), all.target().slice(4, 6)));
            rnn.Parameters p = network(new Random(24), 1, 3, 1);
            var training = training(p, s, new rnn.Settings(0.1, 0.9, 0, 0, 1, 2, 42));
            for (int epoch = 0; epoch < 2; epoch++) {       // in the second there are a gradient and a velocity
                double[] before = flat(p);
                double mean = meanSquare(p, s);
                for (int window = 0; window < 2; window++) assertTrue(training.update());
                assertArrayEquals(before, flat(p));
                assertEquals(epoch, training.state.epoch());
                assertTrue(training.update());
                assertEquals(mean, training.state.losses().get(epoch)[0], 1e-15);
                assertEquals(epoch + 1, training.state.epoch());
                assertFalse(Arrays.equals(before, flat(p)));
            }
        }

        @Test void trainingTakenUpAgainAnywhereGivesTheSameBits() {
            var s = Stream.of(sequences(3, 7), sequences(2, 4)).flatMap(List::stream).toList();
            var settings = new rnn.Settings(0.1, 0.9, 1, 0.1, 2, 3, 42);
            int updates = 3 + 3 + 2;                        // windows of an epoch: 3 + 3 of 7 steps each, 2 of 4
            for (int stop = 0; stop <= 2 * updates; stop++) {
                var whole = training(network(new Random(40), 1, 3, 1), s, settings);
                for (int n = 0; n < stop; n++) assertTrue(whole.update());
                rnn.State at = whole.state;
                var copy = new rnn.State(rnn.copy(at.p()), rnn.copy(at.v()), rnn.copy(at.last()),
                    new ArrayList<>(at.losses()), rnn.copy(at.best()), at.bestEpoch(), at.nextWindow(), at.lossSum(),
                    copy(at.h()));
                var again = new rnn.Training(copy, s, List.of(), settings, rnn.ALONE);
                for (int epoch = 0; epoch < 2; epoch++) assertEquals(whole.epoch(), again.epoch());
                assertArrayEquals(flat(whole.state.p()), flat(again.state.p()));
            }
        }

        @Test void evaluatingCheckingAndGeneratingDoNotChangeTraining() {
            var s = sequences(3, 6);
            var settings = new rnn.Settings(0.1, 0.9, 1, 0, 1, 2, 42);
            rnn.Parameters p = network(new Random(26), 1, 5, 1), alone = rnn.copy(p);
            var training = training(p, s, settings);
            while (training.state.epoch() < 5) {
                assertTrue(training.update());
                rnn.generate(p, s.get(0).input(), 20);
                rnn.evaluate(p, rnn.windows(s, 2, 3), rnn.ALONE);
                rnn.checkGradients(p, rnn.windows(s, 2, 9).get(0), 10, rnn.ALONE);
            }
            var unwatched = training(alone, s, settings);
            for (int epoch = 0; epoch < 5; epoch++) unwatched.epoch();
            assertArrayEquals(flat(alone), flat(p));
        }

        @Test void accuracyIsTheShareOfScoredStepsWhoseArgmaxIsTheLabel() {
            // the network always says (1, 0, 0), so class 0: right in 4 of 6 scored steps. Σ e^y = e + 2
            rnn.Parameters p = saying(new double[] {1, 0, 0}, 1);
            var input = rowsOf(new double[] {1, 2, 3, 4}, 1);
            var sequences = Stream.of(new int[] {0, 1, 0}, new int[] {0, 2, 0})
                .map(labels -> new rnn.Sequence(input, new rnn.OneHot(labels, 3))).toList();
            for (int batch : new int[] {1, 2})
                for (int steps : new int[] {1, 2, 3, 4}) {
                    rnn.Score score = rnn.evaluate(p, rnn.windows(sequences, batch, steps), rnn.ALONE);
                    assertEquals(4 / 6.0, score.accuracy());
                    assertEquals(StrictMath.log(Math.E + 2) - 4 / 6.0, score.loss(), 1e-15);
                }
        }

        @Test void checkGradientsSeesAGradientThatIsWrong() {
            // the last work that the first pass hands out is backward's: one row of it stays undone
            rnn.Parameters p = network(new Random(30), 1, 5, 1);
            var window = rnn.windows(sequences(3, 5), 3, 100).get(0);
            var handedOut = new AtomicInteger();
            rnn.Team counting = (n, work, part) -> {
                handedOut.incrementAndGet();
                part.run(0, n);
            };
            rnn.pass(p, window.input(), window.target(), rnn.Tape.of(p, 5, 3), rnn.copy(p), counting);
            rnn.Team lazy = (n, work, part) -> part.run(0, handedOut.decrementAndGet() == 0 ? n - 1 : n);
            assertTrue(rnn.checkGradients(p, window, 1000, lazy).stream().anyMatch(check -> check.worst() > 1e-2));
        }
    }

    // ── 7. Generating ───────────────────────────────────────────────────────────────────────────────────────────────

    @Nested class Section7Generating {
        /** A network of K characters that says: after k comes k + 1, after the last the first. */
        static rnn.Parameters counting(int K) {
            rnn.Parameters p = rnn.Parameters.zeros(K, K, K);
            for (int k = 0; k < K; k++) {
                p.Wxh()[k][k] = 3;
                p.Why()[k][(k + 1) % K] = 5;
            }
            return p;
        }

        static Stream<Arguments> samples() {
            return Stream.of(           // what is read, how much to write, the end-of-text token, what is written
                arguments(new int[] {3}, 13, -1, new int[] {4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1}),
                arguments(new int[] {4, 3, 2}, 3, -1, new int[] {3, 4, 0}),
                arguments(new int[] {0}, 100, 4, new int[] {1, 2, 3}),
                arguments(new int[] {0}, 2, 4, new int[] {1, 2}),
                arguments(new int[] {3}, 100, 4, new int[] {}),
                arguments(new int[] {3}, 0, -1, new int[] {}));
        }

        @ParameterizedTest @MethodSource("samples")
        void atTemperatureZeroTheArgmaxIsWrittenUntilTheEndOfTextToken(int[] prime, int n, int end, int[] written) {
            assertArrayEquals(written, rnn.sample(counting(5), prime, n, 0, end, new Random(1)));
        }

        @Test void atTinyTemperaturesTheArgmaxIsDrawn() {
            for (double temperature : new double[] {0, 1e-3, 1e-300, Double.MIN_VALUE})
                for (int seed = 0; seed < 100; seed++)
                    assertEquals(2, rnn.draw(new double[] {-1, 3, 5, 4}, temperature, new Random(seed)));
            assertEquals(1, rnn.draw(new double[] {0, 1e-9, -5}, 0, new Random(1)));
        }

        static final double[] LOGITS = {0.3, -1, 2, 0, 1.1};

        double chiSquare(double temperature, int[] drawn) {
            double[] e = Arrays.stream(LOGITS).map(v -> StrictMath.exp(v / temperature)).toArray();
            double sum = Arrays.stream(e).sum(), chiSquare = 0;
            int n = Arrays.stream(drawn).sum();
            for (int k = 0; k < 5; k++) chiSquare += Math.pow(drawn[k] - n * e[k] / sum, 2) / (n * e[k] / sum);
            return chiSquare;
        }

        @ParameterizedTest @ValueSource(doubles = {0.5, 1, 2})
        void drawsAndSamplesHaveTheProbabilitiesOfSoftmax(double temperature) {
            Random random = new Random(36);
            int[] drawn = new int[5], sampled = new int[5];
            for (int n = 0; n < 100_000; n++) drawn[rnn.draw(LOGITS, temperature, random)]++;
            for (int code : rnn.sample(saying(LOGITS, 5), new int[] {0}, 20_000, temperature, -1, new Random(37)))
                sampled[code]++;
            for (int[] counts : List.of(drawn, sampled)) {
                double chiSquare = chiSquare(temperature, counts);
                assertTrue(chiSquare < 13.3, () -> "χ² " + chiSquare);      // 4 degrees of freedom: 1 in 100 is above
            }
            assertTrue(chiSquare(temperature * 1.1, drawn) > 100, "another temperature would be seen");
        }
    }

    // ── Running the tool, and reading what it wrote ─────────────────────────────────────────────────────────────────

    /** The project's folder. JBang does not tell a script where it is: beside the launcher, or here, or above here. */
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

    /** Standard error without the line that says how long training took: it differs each time. */
    static String withoutTimes(String err) { return err.replaceAll("rnn: trained for [^\n]*\n", ""); }

    /** Runs rnn in this process. */
    static Ran tool(Object... args) { return toolReading(new byte[0], args); }

    /** Runs rnn in this process with something on its standard input. */
    static Ran toolReading(byte[] stdin, Object... args) {
        return running(stdin, () -> rnn.run(Stream.of(args).map(String::valueOf).toArray(String[]::new)));
    }

    /** Runs in this process what returns an exit status, and keeps what it prints. */
    static Ran running(byte[] stdin, IntSupplier action) {
        InputStream in = System.in;
        PrintStream out = System.out, err = System.err;
        var newOut = new ByteArrayOutputStream();
        var newErr = new ByteArrayOutputStream();
        try {
            System.setIn(new ByteArrayInputStream(stdin));
            System.setOut(new PrintStream(newOut, true, UTF_8));
            System.setErr(new PrintStream(newErr, true, UTF_8));
            int status = action.getAsInt();
            return new Ran(status, newOut.toString(UTF_8), withoutTimes(newErr.toString(UTF_8)));
        } finally {
            System.setIn(in);
            System.setOut(out);
            System.setErr(err);
        }
    }

    static Object[] with(Object[] args, Object... more) {
        return Stream.concat(Stream.of(args), Stream.of(more)).toArray();
    }

    /** Runs rnn, which must succeed and say nothing. */
    static Ran trained(Object... args) {
        Ran ran = tool(with(args, "--quiet"));
        assertEquals(new Ran(0, "", ""), ran);
        return ran;
    }

    /** Runs rnn, which must fail with this line, less the temporary folder's name, and leave nothing behind. */
    void rejects(int status, String line, Object... args) {
        rejectsReading(new byte[0], status, line, args);
    }

    void rejectsReading(byte[] stdin, int status, String line, Object... args) {
        Path out = temp.resolve("never");
        Ran ran = toolReading(stdin, with(args, "--out", out));
        assertEquals("rnn: " + line + "\n", ran.err().replace(temp + "/", ""));
        assertEquals("", ran.out());
        assertEquals(status, ran.status());
        assertFalse(Files.exists(out), "something was written");
    }

    /** One line that says what is wrong, and nothing that only a programmer understands. */
    static void assertOneLine(Ran ran, Object what) {
        assertTrue(ran.err().matches("rnn: [^\n]+\n"), what + ": " + ran);
        String own = ran.err().replaceAll("'[^']*'|\"[^\"]*\"", "");
        assertFalse(own.matches("(?s).*(Exception|Error\\b|java\\.|tools\\.|\tat ).*"), what + ": " + ran);
    }

    /** Runs a command in a folder, with nothing on its standard input. Its standard error is left as it is. */
    static Ran process(Path folder, List<String> command) throws Exception {
        Path out = Files.createTempFile("rnn-test", "out"), err = Files.createTempFile("rnn-test", "err");
        try {
            Process process = new ProcessBuilder(command).directory(folder.toFile())
                .redirectInput(new File("/dev/null")).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
            if (!process.waitFor(2, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                fail(command + " took longer than two minutes");
            }
            return new Ran(process.exitValue(), text(out), text(err));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    /** The command line of rnn in a process of its own, whatever folder that works in. */
    static List<String> rnnCommand(List<String> jvmOptions, Object... args) {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(entry -> Path.of(entry).toAbsolutePath().toString()).collect(Collectors.joining(":")), "rnn"));
        Stream.of(args).map(String::valueOf).forEach(command::add);
        return command;
    }

    Path file(String name, String content) { return write(temp.resolve(name), content.getBytes(UTF_8)); }

    /** A dataset, in which ' stands for ". */
    Path mine(String json) { return file("mine.json", quoted(json)); }

    static String quoted(String json) { return json.replace('\'', '"'); }

    static Path write(Path file, byte[] content) { return unchecked(() -> Files.write(file, content)); }

    static byte[] bytes(Path file) { return unchecked(() -> Files.readAllBytes(file)); }

    static String text(Path file) { return unchecked(() -> Files.readString(file)); }

    static <T> T unchecked(Callable<T> action) {
        try {
            return action.call();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static final JsonMapper JSON = JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS,
        DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    /** A dataset whose reading needs no warning. */
    static rnn.Dataset dataset(Object file) { return rnn.readDataset(file.toString(), Assertions::fail); }

    static JsonNode json(Path file) { return JSON.readTree(text(file)); }

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

    /** What a training leaves in its folder. */
    record Results(List<String> losses, JsonNode outputs, ModelFile model) {
        static Results in(Path folder) {
            return new Results(text(folder.resolve("loss.csv")).lines().toList(), json(folder.resolve("outputs.json")),
                ModelFile.of(folder.resolve("model.safetensors")));
        }

        JsonNode sequence(int n) { return outputs.get("sequences").get(n); }

        double number(String key) { return outputs.get(key).decimalValue().doubleValue(); }
    }

    /** Runs rnn, which must succeed and say nothing, and reads what it leaves in the folder `out`. */
    Results results(Object... args) {
        trained(with(args, "--out", temp.resolve("out")));
        return Results.in(temp.resolve("out"));
    }

    /** A model file, read by its specification and nothing else: the header, and the numbers of each tensor. */
    record ModelFile(JsonNode header, Map<String, double[]> tensors) {
        static ModelFile of(Path file) {
            ByteBuffer bytes = ByteBuffer.wrap(bytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            byte[] head = new byte[(int) bytes.getLong()];
            bytes.get(head);
            JsonNode header = JSON.readTree(new String(head, UTF_8));
            var tensors = new LinkedHashMap<String, double[]>();
            for (var tensor : header.properties()) {
                if (tensor.getKey().equals("__metadata__")) continue;
                JsonNode offsets = tensor.getValue().get("data_offsets");
                int from = offsets.get(0).asInt(), to = offsets.get(1).asInt();
                double[] numbers = new double[(to - from) / 8];
                bytes.slice(8 + head.length + from, to - from).order(bytes.order()).asDoubleBuffer().get(numbers);
                tensors.put(tensor.getKey(), numbers);
            }
            return new ModelFile(header, tensors);
        }

        String metadata(String key) { return header.get("__metadata__").get(key).asString(); }

        /** y[t] of a sequence from h = 0, in plain loops over PyTorch's tensors. */
        double[][] outputs(double[][] x) {
            double[][] y = new double[x.length][];
            double[] h = new double[tensors.get("rnn.bias_hh_l0").length];
            for (int t = 0; t < x.length; t++) {
                double[] ih = product("rnn.weight_ih_l0", x[t], "rnn.bias_ih_l0");
                h = product("rnn.weight_hh_l0", h, "rnn.bias_hh_l0");
                for (int i = 0; i < h.length; i++) h[i] = Math.tanh(ih[i] + h[i]);
                y[t] = product("fc.weight", h, "fc.bias");
            }
            return y;
        }

        /** W·v + b */
        private double[] product(String W, double[] v, String b) {
            double[] sums = tensors.get(b).clone();
            for (int i = 0; i < sums.length; i++)
                for (int j = 0; j < v.length; j++) sums[i] += tensors.get(W)[i * v.length + j] * v[j];
            return sums;
        }

        /** The output after the last input, which is read as the next input, and so on. */
        double[][] generated(double[][] input, int n) {
            var x = new ArrayList<>(List.of(input));
            for (int k = 0; k < n; k++) x.add(last(1, outputs(x.toArray(double[][]::new)))[0]);
            return last(n, x.toArray(double[][]::new));
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
    static double surprisal(double[] y, int label) {
        return Math.log(Arrays.stream(y).map(v -> Math.exp(v - y[label])).sum());
    }

    static int argmaxOf(double[] y) {
        return IntStream.range(0, y.length).reduce((a, b) -> y[b] > y[a] ? b : a).getAsInt();
    }

    // ── 8. Forms of data ────────────────────────────────────────────────────────────────────────────────────────────

    @Nested class Section8FormsOfData {
        /** Each sequence as its input → target: codes, or the values of a series in its own units. */
        List<String> read(rnn.Form form, List<rnn.Sequence> sequences) {
            return sequences.stream().map(s -> values(form, s.input()) + " → " + values(form, s.target())).toList();
        }

        List<Integer> values(rnn.Form form, rnn.Vectors v) {
            if (v instanceof rnn.OneHot) return IntStream.range(0, v.n()).map(v::code).boxed().toList();
            var scaling = new rnn.Scaling((double[]) form.metadata().get("mean"),
                (double[]) form.metadata().get("deviation"));
            return Stream.of(scaling.unscale(rnn.rows(v))).map(row -> (int) Math.rint(row[0])).toList();
        }

        /** A dataset, options, and the sequences to train on and held out, as input → target. */
        static Stream<Arguments> splits() {
            return Stream.of(
                // 4 values held out, the others in 3 streams of ⌊19 / 3⌋ = 6: value 18 is dropped, and the state runs
                // from h = 0 over the last stream into the held-out part
                arguments("{'series': " + IntStream.range(0, 23).boxed().toList() + "}", "--batch=3 --validate=4",
                    List.of("[0, 1, 2, 3, 4] → [1, 2, 3, 4, 5]", "[6, 7, 8, 9, 10] → [7, 8, 9, 10, 11]",
                        "[12, 13, 14, 15, 16] → [13, 14, 15, 16, 17]"),
                    List.of("[12, 13, 14, 15, 16, 17, 18, 19, 20, 21] → [19, 20, 21, 22]")),
                arguments("{'series': [0, 1, 2, 3, 4, 5, 6, 7]}", "--validate=25%",
                    List.of("[0, 1, 2, 3, 4] → [1, 2, 3, 4, 5]"), List.of("[0, 1, 2, 3, 4, 5, 6] → [6, 7]")),
                // unless --batch says how many, a text has as many streams as fill a window each, and at most 32
                arguments("{'text': 'abcdefghijk'}", "--steps=2", List.of("[0, 1] → [1, 2]", "[3, 4] → [4, 5]",
                    "[6, 7] → [7, 8]"), List.of()),
                arguments("{'text': '" + "ab".repeat(40) + "'}", "--steps=1",
                    Collections.nCopies(32, "[0] → [1]"), List.of()),
                arguments("{'text': 'abc'}", "--steps=25", List.of("[0, 1] → [1, 2]"), List.of()),
                // each begins and ends with the end-of-text token
                arguments("{'text': ['ba', 'c']}", "--epochs=1", List.of("[3, 1, 0] → [1, 0, 3]", "[3, 2] → [2, 3]"),
                    List.of()));
        }

        @ParameterizedTest @MethodSource("splits")
        void dataAreCutIntoSequencesAndStreams(String dataset, String options, List<String> training,
                List<String> heldOut) {
            rnn.Options parsed = new rnn.Options();
            rnn.commandLine(parsed).parseArgs(options.split(" "));
            rnn.Form form = rnn.form(dataset(mine(dataset)), parsed.request(), null);
            assertEquals(training, read(form, form.split().training()));
            assertEquals(heldOut, read(form, form.split().heldOut()));
        }

        /** With --epochs 0 nothing was trained. */
        @ParameterizedTest @ValueSource(strings = {"'targets': [[[1]], [[2]]]", "'labels': [0, 1]"})
        void noPanelSpeaksOfTraining(String goals) {
            Path data = mine("{'inputs': [[[1]], [[2]]], " + goals + "}");
            for (int held = 0; held < 2; held++) {
                var request = new rnn.Request(new rnn.HoldOut(held, false), null, 1, null, null, 1, 1, true, w -> { });
                rnn.Form form = rnn.form(dataset(data), request, null);
                String panel = form.panel().apply(network(new Random(1), 1, 2, form.split().O())).toString();
                assertFalse(panel.contains("training"), panel);
                assertEquals(held == 1, panel.contains("held out"), panel);
            }
        }

        /** A dataset (null: the toy), options, and why nothing can be learnt from the two together. */
        static Stream<Arguments> unfit() {
            String some = "; hold out some, and leave some to train on", series = "{'name':'a', 'series': [1,2,3,4,5]}",
                least = "; a stream needs at least 2: hold out less, or give a smaller --batch",
                unknown = " is not among the 3 that the network knows", list = "{'text': ['a','b']}",
                square = "; beyond 1e150 the square of an error overflows", text = "{'text': 'abca'}";
            return Stream.of(
                arguments(null, "--validate 1", "--validate holds out 1 of the 1 sequence in toy" + some),
                arguments(series, "--validate 19.9%",
                    "--validate holds out 0 of the 5 values in mine.json" + some),
                arguments(series, "--validate 5", "--validate holds out 5 of the 5 values in mine.json" + some),
                arguments(list, "--validate 3", "--validate holds out 3 of the 2 texts in mine.json" + some),
                arguments(text, "--validate 9", "--validate holds out 9 of the 4 characters in mine.json" + some),
                arguments(series, "--batch 3", "mine.json: leaves 5 values to train on for 3 streams" + least),
                arguments(series, "--validate 4", "mine.json: leaves 1 value to train on for 1 stream" + least),
                arguments(text, "--batch 9", "mine.json: leaves 4 characters to train on for 9 streams" + least),
                arguments(series, "--patience 3", "--patience watches the held-out loss; give --validate too"),
                arguments(null, "--prime a", "--prime goes with text, but toy is sequences of vectors"),
                arguments(text, "--epochs 1 --prime abxy", "--prime: the character \"x\" (U+0078)" + unknown),
                arguments(text, "--epochs 0 --prime 😀", "--prime: the character \"😀\" (U+1F600)" + unknown),
                arguments("{'series': [1,2,1,2,1,2,1,1e308]}", "--validate 1",
                    "mine.json: a target is Infinity deviations from the mean" + square),
                arguments("{'series': [1,3,1,3,1e160]}", "--validate 1",
                    "mine.json: a target is 1.0E160 deviations from the mean" + square),
                arguments("{'inputs': [[[1]],[[2]]], 'targets': [[[1]],[[-1e151]]]}", "--epochs 1",
                    "mine.json: a target is 1.0E151" + square));
        }

        @ParameterizedTest @MethodSource("unfit")
        void dataAndOptionsThatDoNotFitAreRefused(String dataset, String options, String message) {
            Object[] words = options.split(" ");
            rejects(2, message, dataset == null ? words : with(words, "--data", mine(dataset)));
        }

        @Test void aSeriesIsScaledByTheMeanAndPopulationStandardDeviationOfItsTrainingPart() {
            Path data = mine("{'series': [[2,7], [4,7], [4,7], [4,7], [5,7], [5,7], [7,7], [9,7], [1000,-1000]]}");
            ModelFile model = results("--data", data, "--validate", 1, "--epochs", 1).model();
            assertEquals("5.0 7.0", model.metadata("mean"));
            assertEquals("2.0 1.0", model.metadata("deviation"), "a constant column only loses its mean");
        }

        /** Sums of 0.1 are rounded, so that the mean of many need not be 0.1. */
        @ParameterizedTest @ValueSource(ints = {2, 3, 5, 10, 13, 25, 100})
        void theMeanOfAConstantColumnIsTheConstantItself(int n) {
            double[][] rows = new double[n][];
            for (int t = 0; t < n; t++) rows[t] = new double[] {0.1, t == 0 ? 0.3 : 0.1};
            rnn.Scaling scaling = rnn.Scaling.of(rows, n);
            assertEquals(0.1, scaling.mean()[0]);
            assertEquals(1, scaling.deviation()[0]);
            assertEquals(0.2 * Math.sqrt(n - 1) / n, scaling.deviation()[1], 1e-16);
        }

        /** In whatever unit: a power of two changes no bit, and these are the bits of the plain sums. */
        @ParameterizedTest @ValueSource(ints = {0, 1, -1, 300, -300, 1000, -1000})
        void scalingIsTheSameInEveryUnit(int exponent) {
            double[] x = new Random(2).doubles(100, -8, 8).toArray();
            double mean = 0, squares = 0, unit = Math.scalb(1.0, exponent);
            for (double v : x) mean += v - x[0];
            mean = x[0] + mean / 100;
            for (double v : x) squares += (v - mean) * (v - mean);
            double[][] rows = Arrays.stream(x).mapToObj(v -> new double[] {v * unit}).toArray(double[][]::new);
            rnn.Scaling scaling = rnn.Scaling.of(rows, 100);
            assertEquals(mean * unit, scaling.mean()[0]);
            assertEquals(Math.sqrt(squares / 100) * unit, scaling.deviation()[0]);
            for (int t = 0; t < 100; t++)
                assertEquals((x[t] - mean) / Math.sqrt(squares / 100), scaling.scale(rows)[t][0]);
        }

        /** What has no digit after the point is not written out to 300 digits, and no file says Infinity. */
        @ParameterizedTest @CsvSource({"1e200, 3e200, -1e200", "1e308, -1e308, 1.7976931348623157e308",
            "1e-200, 2e-200, -3e-200", "4.9e-324, 0, 4.9e-324", "1e-308, 2e-308, 3e-308"})
        void aSeriesOfAnySizeIsLearnt(String a, String b, String c) throws IOException {
            Path data = mine("{'series': [" + (a + "," + b + "," + c + ",").repeat(20) + a + "]}"),
                out = temp.resolve("out");
            Ran ran = tool("--data", data, "--validate", 9, "--epochs", 60, "--steps", 3, "--out", out);
            assertEquals(new Ran(0, ran.out(), ""), ran);
            for (String file : FILES) assertFalse(Files.readString(out.resolve(file), ISO_8859_1).contains("Infinity"));
            assertTrue(ran.out().lines().allMatch(line -> line.length() < 110), ran.out());
            if (!c.startsWith("4"))                         // below that, digits are lost
                assertTrue(Results.in(out).number("validation_loss") < 0.1, ran.out());
            trained("--data", data, "--validate", 9, "--epochs", 61, "--steps", 3, "--resume", "--out", out);
            trained("--data", data, "--load", out.resolve("model.safetensors"), "--epochs", 0, "--out", out);
        }

        @Test void theVocabularyIsInCodePointOrderWithTheEndOfTextTokenLast() {
            // U+1F600 comes after U+FB01, although its first char, a surrogate, is smaller
            rnn.Vocabulary withEnd = rnn.Vocabulary.of(List.of("zebra😀", "ﬁa\n"), true);
            assertEquals("\naberzﬁ😀", withEnd.metadata().get("vocabulary"));
            assertEquals(9, withEnd.size());
            assertArrayEquals(new int[] {8, 1, 7, 0}, withEnd.encode("a😀\n", "here"), "behind the end token");
            rnn.Vocabulary plain = rnn.Vocabulary.of(List.of("zebra😀ﬁa\n"), false);
            assertEquals(8, plain.size());
            assertArrayEquals(new int[] {1, 7, 0}, plain.encode("a😀\n", "here"));
            assertEquals("a😀\nﬁ", plain.decode(plain.encode("a😀\nﬁ", "here")));
        }

        @Test void aTableShowsTheLastTenTargetsAndUpToTenGeneratedSteps() {
            Object[] codes = IntStream.rangeClosed(1, 12).boxed().toArray();
            List<String> rows = rnn.table(1, codes, codes, codes).lines().map(s -> s.replaceAll(" +", " ")).toList();
            assertEquals(List.of("step target output, then generated", "3 3 3"), rows.subList(0, 2));
            assertEquals(List.of("12 12 12", "13 1"), rows.subList(10, 12));
            assertEquals(List.of("22 10", "… and 2 more in outputs.json"), rows.subList(20, rows.size()));
            assertEquals("step  target  output\n9     1.0000  1", rnn.table(9, new Object[] {new double[] {1}},
                new Object[] {1}));
        }

        @Test void outputsOfVectorsAreThoseOfTheSavedModel() {
            Path data = mine("{'inputs': [[[1,2],[3,4],[5,6]], [[-1,0]], [[0,0],[1,1],[2,2]]], "
                + "'targets': [[[1,2],[2,1]], [[0,1]], [[5,5]]]}");
            Results results = results("--data", data, "--validate", 1, "--hidden", 3, "--lr", "0.01", "--epochs", 20,
                "--seed", 5, "--generate", 4);
            assertEquals("mine.json", results.outputs().get("name").asString());
            assertEquals(5, results.outputs().get("seed").asLong());
            assertEquals(20, results.outputs().get("epochs").asInt());
            double[] losses = new double[3];
            for (int n = 0; n < 3; n++) {
                JsonNode sequence = results.sequence(n);
                double[][] input = vectors(json(data).get("inputs").get(n)),
                    target = vectors(json(data).get("targets").get(n)),
                    output = last(target.length, results.model().outputs(input));
                assertArrayEquals(input, vectors(sequence.get("input")));
                assertArrayEquals(target, vectors(sequence.get("target")));
                assertClose(output, vectors(sequence.get("output")), 1e-12);
                assertEquals(n == 2, sequence.has("held_out"));
                assertClose(results.model().generated(input, 4), vectors(sequence.get("generated")), 1e-12);
                losses[n] = meanSquare(output, target);
            }
            // by scored elements: two steps of the first sequence, one of the second
            assertEquals((2 * losses[0] + losses[1]) / 3, results.number("loss"), 1e-12);
            assertEquals(losses[2], results.number("validation_loss"), 1e-12);
        }

        @Test void whereOutputsDoNotFitTheInputNothingIsGenerated() {
            Path data = mine("{'inputs': [[[1,2],[3,4]]], 'targets': [[[1,2,3]]]}");
            assertFalse(results("--data", data, "--epochs", 1).sequence(0).has("generated"));
        }

        @Test void outputsOfClassesAreThoseOfTheSavedModel() {
            Path data = mine("{'inputs': [[[1],[0],[1]], [[0]], [[1],[1],[0]]], 'labels': [[0,2], [1], 0]}");
            Results results = results("--data", data, "--hidden", 4, "--epochs", 30);
            int[][] labels = {{0, 2}, {1}, {0}};
            double loss = 0;
            for (int n = 0; n < 3; n++) {
                JsonNode sequence = results.sequence(n);
                double[][] input = vectors(json(data).get("inputs").get(n)),
                    output = last(labels[n].length, results.model().outputs(input));
                assertClose(output, vectors(sequence.get("output")), 1e-12);
                assertArrayEquals(Arrays.stream(labels[n]).asDoubleStream().toArray(), numbers(sequence.get("target")));
                assertArrayEquals(Stream.of(output).mapToDouble(y -> argmaxOf(y)).toArray(),
                    numbers(sequence.get("predicted")));
                assertArrayEquals(Stream.of(output).mapToDouble(y -> Math.exp(-surprisal(y, argmaxOf(y)))).toArray(),
                    numbers(sequence.get("probability")), 1e-12);
                for (int t = 0; t < labels[n].length; t++) loss += surprisal(output[t], labels[n][t]) / 4;
            }
            assertEquals(3, results.model().tensors().get("fc.bias").length, "classes 0, 1 and 2");
            assertEquals(loss, results.number("loss"), 1e-12);
        }

        /** Codes are places in the sorted names, those of the model; the label is scored after the last character. */
        @Test void namedClassesKeepTheirCodesWhenTheModelReadsFewerOfThem() {
            List<String> texts = List.of("ab", "ba", "aab", "b"), labels = List.of("z", "é", "a b", "é");
            List<String> names = List.of("a b", "z", "é");
            String json = "{'text': " + strings(texts) + ", 'labels': " + strings(labels) + "}";
            Ran ran = tool("--data", mine(json), "--validate", 1, "--epochs", 9, "--out", temp.resolve("out"));
            Results results = Results.in(temp.resolve("out"));
            assertEquals(String.join("\n", names), results.model().metadata("classes"));
            double loss = 0;
            for (int n = 0; n < 4; n++) {
                double[] y = last(1, expected(results, new int[] {'a', 'b'}, texts.get(n)))[0];
                JsonNode sequence = results.sequence(n);
                String predicted = names.get(argmaxOf(y));
                assertEquals(List.of(texts.get(n), labels.get(n), predicted), Stream.of("text", "label", "predicted")
                    .map(key -> sequence.get(key).asString()).toList());
                assertEquals(Math.exp(-surprisal(y, argmaxOf(y))),
                    sequence.get("probability").decimalValue().doubleValue(), 1e-12);
                assertEquals(n == 3, sequence.has("held_out"));
                if (n < 3) loss += surprisal(y, names.indexOf(labels.get(n))) / 3;
                assertTrue(ran.out().replaceAll(" +", " ").contains(
                    "\n" + labels.get(n) + " " + predicted + " " + texts.get(n) + "\n"), ran.out());
            }
            assertEquals(loss, results.number("loss"), 1e-12);
            Path model = temp.resolve("out/model.safetensors"), again = temp.resolve("again");
            trained("--load", model, "--data", mine("{'text': ['b'], 'labels': ['é']}"), "--epochs", 0, "--out", again);
            assertEquals(results.number("validation_loss"), Results.in(again).number("loss"), 1e-15);
            trained("--load", model, "--data", mine("{'text': ['b'], 'labels': [2]}"), "--epochs", 0, "--out", again);
            assertEquals(results.number("validation_loss"), Results.in(again).number("loss"), 1e-15);
            rejects(2, "mine.json: the class \"x\" is not among the 3 that the network knows", "--load", model,
                "--data", mine("{'text': ['b'], 'labels': ['x']}"));
        }

        /** It answers as where labels or targets are given at every step, but for these; nothing is scored. */
        @ParameterizedTest @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            'inputs': [[[1], [0]], [[0], [5]]] | , 'labels': [['odd', 'odd'], ['even', 'odd']]
            'inputs': [[[1], [0]], [[0], [5]]] | , 'labels': [[1, 1], [0, 2]]
            'inputs': [[[1], [0]], [[0], [5]]] | , 'targets': [[[1], [0]], [[0], [1]]]
            'text': ['ab', 'ba', 'b']          | , 'labels': ['x', 'y', 'x']
            'text': ['ab', 'ba', 'b']          | , 'labels': [3, 0, 3]
            """)
        void aNetworkIsAskedWithoutLabels(String data, String labels) {
            Path all = mine("{" + data + labels + "}"), only = file("only.json", quoted("{" + data + "}"));
            Path model = temp.resolve("out/model.safetensors"), asked = temp.resolve("asked");
            Results results = results("--data", all, "--epochs", 9, "--hidden", 4);
            Ran ran = tool("--load", model, "--epochs", 0, "--data", only, "--out", asked);
            JsonNode answers = json(asked.resolve("outputs.json"));
            assertEquals(List.of("name", "seed", "epochs", "sequences"), List.copyOf(answers.propertyNames()));
            String printed = "";
            for (int n = 0; n < answers.get("sequences").size(); n++) {
                JsonNode answer = answers.get("sequences").get(n);
                assertEquals(((ObjectNode) results.sequence(n)).without(List.of("target", "label")), answer);
                JsonNode said = answer.has("predicted") ? answer.get("predicted") : answer.get("output").get(1);
                if (said.isArray()) said = said.get(said.size() - 1);
                printed += (said.isFloatingPointNumber() ? rnn.format("%.4f", said.asDouble()) : said.asString()) + " "
                    + (answer.has("text") ? answer.get("text").asString() : "sequence " + (n + 1)) + "\n";
            }
            assertEquals(printed + asked + ": outputs.json\n", ran.out().replaceAll(" +(?=\\w)", " "));
            assertEquals(Set.of(".lock", "outputs.json"), hashes(asked).keySet());
            for (String option : List.of("--epochs=1", "--validate=1", "--plot", "--explain", "--check-gradients"))
                rejects(2, "only.json: has no labels or targets; a network can only be asked about it: --load FILE "
                    + "and --epochs 0, without --validate, --plot, --explain or --check-gradients",
                    "--load", model, "--data", only, "--epochs", 0, option);
        }

        @Test void theLastTenAnswersArePrintedAndWhereTheOthersAre() {
            String texts = "{'text': " + strings(List.of("a b c d e f g h i j k l\\n".split(" ")));
            Path labelled = mine(texts + ", 'labels': " + strings(Collections.nCopies(12, "x")) + "}");
            results("--data", labelled, "--epochs", 0);
            for (Path data : List.of(labelled, file("only.json", quoted(texts + "}")))) {
                String out = tool("--load", temp.resolve("out/model.safetensors"), "--epochs", 0, "--data", data,
                    "--out", temp).out();
                assertTrue(out.contains(" c\n") && out.contains(" l?\n… and 2 more in outputs.json\n"), out);
                assertFalse(out.contains(" b\n"), out);
            }
            assertTrue(tool("--load", temp.resolve("out/model.safetensors"), "--epochs", 0, "--data",
                file("l.txt", "l\n"), "--out", temp).out().startsWith("x  l?\n"), "one text in place of a list");
            assertEquals("0.0000 0.0001 -4.9e-05 1.00000e+15", rnn.cell(new double[] {0, 5e-5, -4.9e-5, 1e15}));
        }

        /** As in a file that is sorted by its labels. */
        @ParameterizedTest @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            'text': ['a', 'b', 'b', 'a'], 'labels': ['f', 'f', 'm', 'd']   | d, m
            'text': ['a', 'b', 'b', 'a'], 'labels': ['f', 'm', 'm', 'f']   |
            'inputs': [[[1]], [[2]], [[3]], [[4]]], 'labels': [0, 1, 1, 3] | 3
            """)
        void classesThatAreHeldOutButNotTrainedOnAreWarnedOf(String data, String classes) {
            String err = tool("--data", mine("{" + data + "}"), "--validate", 2, "--epochs", 0, "--out", temp).err();
            assertEquals(classes == null ? "" : "rnn: " + temp + "/mine.json: what is held out has classes that are "
                + "not trained on: " + classes + "; shuffle the file\n", err);
        }

        static String strings(List<String> list) { return "['" + String.join("', '", list) + "']"; }

        /** The mean over each text's characters and its end; a network of one long text reads on from the first. */
        @Test void aListOfTextsIsScoredTextByText() {
            List<String> texts = List.of("ab", "b", "abab");
            Results list = results("--data", mine("{'text': " + strings(texts) + "}"), "--validate", 1, "--epochs", 5);
            double sum = 0;
            for (int n = 0; n < 3; n++) {
                String whole = "\uFFFF" + texts.get(n);
                double[][] y = expected(list, new int[] {'a', 'b', 0xFFFF}, whole);
                double loss = IntStream.range(0, y.length).mapToDouble(t -> surprisal(y[t],
                    t + 1 < y.length ? whole.charAt(t + 1) - 'a' : 2)).average().getAsDouble();
                assertEquals(loss, list.sequence(n).get("loss").decimalValue().doubleValue(), 1e-12);
                assertEquals(texts.get(n), list.sequence(n).get("text").asString());
                if (n < 2) sum += loss * y.length;
            }
            assertEquals(sum / 5, list.number("loss"), 1e-12);
            Results book = results("--data", file("t.txt", "abbab"), "--epochs", 5);
            Path again = temp.resolve("again"), model = temp.resolve("out/model.safetensors");
            trained("--load", model, "--data", mine("{'text': ['ab', 'bba']}"), "--epochs", 0, "--out", again);
            double[][] y = expected(book, new int[] {'a', 'b'}, "bb");
            assertEquals((surprisal(y[0], 1) + surprisal(y[1], 0)) / 2,
                Results.in(again).sequence(1).get("loss").decimalValue().doubleValue(), 1e-12);
            rejects(2, "mine.json: \"a\" has 1 character; a text needs at least 2", "--load", model,
                "--data", mine("{'text': ['a']}"));
        }

        @ParameterizedTest @CsvSource({"10, 1, false", "-10.1, 1, true", "-10.1, 0, false"})
        void largeVectorsAreWarnedOfWhereTheyAreTrainedOn(double number, int epochs, boolean warned) {
            Ran ran = tool("--data", mine("{'inputs': [[[1]]], 'targets': [[[" + number + "]]]}"), "--epochs", epochs,
                "--out", temp);
            assertEquals(!warned ? "" : "rnn: " + temp + "/mine.json has numbers as large as 10.10; the network learns "
                + "best from inputs and targets that are scaled to about 1\n", ran.err());
        }

        /** Losses are in scaled units; the state runs on from window to window, and into the held-out part. */
        @ParameterizedTest @CsvSource({"1, 7", "4, 25"})
        void outputsOfASeriesAreInItsOwnUnits(int streams, int steps) {
            double[] series = new Random(3).doubles(40, 100, 200).toArray(), training = Arrays.copyOf(series, 30);
            Results results = results("--data", mine("{'series': " + Arrays.toString(series) + "}"), "--validate", 10,
                "--hidden", 4, "--epochs", 5, "--batch", streams, "--steps", steps, "--generate", 3);
            ModelFile model = results.model();
            JsonNode sequence = results.sequence(0);
            double mean = Arrays.stream(training).average().getAsDouble(), deviation = Math.sqrt(
                Arrays.stream(training).map(x -> (x - mean) * (x - mean)).average().getAsDouble());
            double[][] scaled = Arrays.stream(series).mapToObj(x -> new double[] {(x - mean) / deviation})
                .toArray(double[][]::new), y = model.outputs(Arrays.copyOf(scaled, 39));
            Function<double[][], double[]> own = rows ->
                Stream.of(rows).mapToDouble(row -> row[0] * deviation + mean).toArray();
            assertArrayEquals(Arrays.copyOf(series, 39), numbers(sequence.get("input")));
            assertArrayEquals(Arrays.copyOfRange(series, 1, 40), numbers(sequence.get("target")));
            assertArrayEquals(own.apply(y), numbers(sequence.get("output")), 1e-9);
            assertArrayEquals(own.apply(model.generated(scaled, 3)), numbers(sequence.get("generated")), 1e-9);
            assertEquals(10, sequence.get("held_out").asInt());
            double loss = 0;
            int start = 0, length = 30 / streams;                   // of a stream; start is that of the last one
            for (int b = 0; b < streams; b++) {
                start = b * length;
                loss += meanSquare(model.outputs(Arrays.copyOfRange(scaled, start, start + length - 1)),
                    Arrays.copyOfRange(scaled, start + 1, start + length)) / streams;
            }
            assertEquals(loss, results.number("loss"), 1e-12);
            assertEquals(meanSquare(last(10, model.outputs(Arrays.copyOfRange(scaled, start, 39))), last(10, scaled)),
                results.number("validation_loss"), 1e-12);
            // alone it goes on from the end of the training part: what is held out must not be seen
            assertEquals(meanSquare(model.generated(Arrays.copyOf(scaled, 30), 10), last(10, scaled)),
                results.number("alone_loss"), 1e-12);
        }

        /** A dataset, options, and what its baselines are called and lose: one step ahead and, of some, alone. */
        static Stream<Arguments> baselines() {
            String two = IntStream.range(0, 60).mapToObj(t -> List.of(t * t * 31 % 101, t % 7 * 3 + t * t % 5)).toList()
                .toString(), sunspots = "{'series': " + json(example("sunspots")).get("series") + "}";
            return Stream.of(
                // the mean target is (1, 4/3), the one held out (5, 5)
                arguments("{'inputs': [[[1],[1]], [[1]], [[1]]], 'targets': [[[1,2],[2,1]], [[0,1]], [[5,5]]]}",
                    "--validate=1", List.of("mean target", (16 + 121 / 9.0) / 2)),
                arguments("{'inputs': [[[1,2]]], 'targets': [[[1,2]]]}", "--seed=1", List.of()),
                // counts 2, 1, 1, plus one
                arguments("{'inputs': [[[1],[0],[1]], [[0]], [[1],[1]]], 'labels': [[0,2], [1], 0]}", "--seed=1",
                    List.of("most frequent class, 0", -(2 * Math.log(3 / 7.0) + 2 * Math.log(2 / 7.0)) / 4)),
                // aaba: a twice and b once; behind a one of each, behind b an a; then bb, behind a and behind b
                arguments("{'text': 'aababb'}", "--validate=2", List.of("frequencies of characters",
                    -Math.log(2 / 5.0), "bigrams", -(Math.log(2 / 4.0) + Math.log(1 / 3.0)) / 2)),
                // ab. and b. where . is the end: behind . a and b, behind a b, behind b . and .
                arguments("{'text': ['ab', 'b']}", "--seed=1", List.of("frequencies of characters",
                    -(Math.log(2 / 8.0) + 4 * Math.log(3 / 8.0)) / 5, "bigrams",
                    -(2 * Math.log(2 / 5.0) + Math.log(2 / 4.0) + 2 * Math.log(3 / 5.0)) / 5)),
                // by bench/baselines.py: NumPy's lstsq, and solve for every order
                arguments(sunspots, "--validate=68", List.of("last value", 0.839516300810684, 2.7406955082551256,
                    "value 11 steps before", 1.0513951661156178, 3.6407303854819144,
                    "autoregression of order 9", 0.27761369827284255, 2.0664860750180547)),
                arguments("{'series': " + two + "}", "--validate=13", List.of(
                    "last value", 2.0878136143660453, 1.1820773031592513,
                    "value 15, 7 steps before", 1.1972873678230764, 1.1568588764817147,
                    "autoregression of order 2, 9", 0.5003011609645316, 0.5594265557249622)),
                // nothing comes again, and the mean of the training part is 4
                arguments("{'series': [3, 5, 4, 4]}", "--validate=1",
                    List.of("last value", 0.0, "autoregression of order 0", 0.0)));
        }

        @ParameterizedTest @MethodSource("baselines")
        void baselinesAreFittedOnTheTrainingPartAndScoredWhereTheNetworkIs(String dataset, String options,
                List<Object> expected) {
            Path data = mine(dataset), out = temp.resolve("out");
            String printed = tool("--data", data, options, "--epochs", 2, "--out", out).out();
            var said = new ArrayList<Object>();
            JsonNode outputs = Results.in(out).outputs();
            double network = Results.in(out).number(options.startsWith("--v") ? "validation_loss" : "loss");
            var ahead = new StringJoiner(", ");
            for (JsonNode baseline : outputs.get("baselines")) {
                double loss = baseline.get("loss").asDouble();
                said.addAll(List.of(baseline.get("name").asString(), loss));
                if (baseline.has("alone_loss")) said.add(baseline.get("alone_loss").asDouble());
                if (loss <= network) ahead.add(baseline.get("name").asString());
                String line = String.format(Locale.ROOT, "\n  %-28s %.6g", baseline.get("name").asString(), loss);
                assertTrue(printed.contains(line), printed);
            }
            assertEquals(expected.size(), said.size(), said::toString);
            for (int k = 0; k < expected.size(); k++)
                if (expected.get(k) instanceof Double number) assertEquals(number, (double) said.get(k), 1e-12);
                else assertEquals(expected.get(k), said.get(k));
            String verdict = ahead.length() == 0 ? "better." : "no better than: " + ahead + ".";
            assertEquals(!said.isEmpty(), printed.contains("\n  The network is " + verdict + "\n"), printed);
        }

        /** A wave is foretold by two lags; the others say nothing more, whatever rounding says. */
        @ParameterizedTest @ValueSource(doubles = {0.01, 0.3, 2})
        void anAutoregressionForetellsAWave(double frequency) {
            double[] v = IntStream.range(0, 3000).mapToDouble(t -> Math.sin(frequency * t)).toArray();
            for (int order : new int[] {2, 20}) {
                double[] c = rnn.autoregression(Arrays.copyOf(v, 2000), order);
                for (int t = 2000; t < 3000; t++) assertEquals(v[t], rnn.linear(c, v, t), 1e-6);
            }
        }

        @Test void aTextGoesOnWithTheLikeliestCharacterAtTemperature0() {
            String text = "hello world, hello words; hello 😀\n".repeat(4);
            Results results = results("--data", file("t.txt", text), "--hidden", 12, "--batch", 1, "--epochs", 6,
                "--generate", 25, "--temperature", 0, "--prime", "he");
            int[] vocabulary = text.codePoints().sorted().distinct().toArray();
            assertEquals(new String(vocabulary, 0, vocabulary.length), results.model().metadata("vocabulary"));
            assertEquals("he", results.outputs().get("prime").asString());
            String written = "he";
            for (int n = 0; n < 25; n++)
                written += Character.toString(vocabulary[argmaxOf(last(1, expected(results, vocabulary, written))[0])]);
            assertEquals(written.substring(2), results.outputs().get("generated").asString());
            int[] following = text.codePoints().skip(1).map(c -> Arrays.binarySearch(vocabulary, c)).toArray();
            double[][] y = expected(results, vocabulary, text);
            assertEquals(IntStream.range(0, following.length).mapToDouble(t -> surprisal(y[t], following[t])).average()
                .getAsDouble(), results.number("loss"), 1e-12);
        }

        /** The output after each character, which is read as a one-hot vector. */
        double[][] expected(Results results, int[] vocabulary, String text) {
            return results.model().outputs(text.codePoints().mapToObj(c -> Arrays.stream(vocabulary)
                .mapToDouble(known -> known == c ? 1 : 0).toArray()).toArray(double[][]::new));
        }
    }

    // ── 9. JSON and CSV ──────────────────────────────────────────────────────────────────────────────────────────────

    @Nested class Section9JsonAndCsv {
        static final Schema SCHEMA = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(text(PROJECT.resolve("data/dataset.schema.json")));

        static Stream<Path> dataFiles() throws IOException {
            return Files.list(PROJECT.resolve("data")).filter(file -> file.toString().matches(".*(?<!schema)\\.json"));
        }

        @Test void theBuiltInToyIsItsFileToTheLastDigit() {
            double[][] input = {{0.1, 0.2, 0.3}, {0.2, 0.2, 0.3}, {0.3, 0.2, 0.3}}, target = {{0.4, 0.2, 0.3}};
            for (var dataset : List.of(rnn.TOY, dataset(PROJECT.resolve("data/toy.json")))) {
                assertEquals("toy", dataset.name());
                assertEquals(List.of(1, 1), List.of(dataset.inputs().size(), dataset.targets().size()));
                assertArrayEquals(input, rnn.rows(dataset.inputs().get(0)));
                assertArrayEquals(target, rnn.rows(dataset.targets().get(0)));
            }
        }

        @ParameterizedTest @MethodSource("dataFiles")
        void everyFileInDataFitsTheSchemaAndLoads(Path file) {
            assertEquals(List.of(), SCHEMA.validate(text(file), InputFormat.JSON));
            assertEquals(json(file).get("name").asString(), dataset(file).name());
        }

        @ParameterizedTest @ValueSource(strings = {
            "{'inputs': [[[1], [2.5]], [[-3e-2]]], 'targets': [[[1, 2]], [[3, 4]]]}",
            "{'inputs': [[[1], [2]], [[3]]], 'labels': [0, 2], 'name': 'n', 'description': 'd', 'source': 's'}",
            "{'inputs': [[[1], [2]], [[3]]], 'labels': [[0, 1], [2]]}",
            "{'series': [1, 2]}", "{'series': [[1, 2], [3, 4]]}", "{'series': [[1], [2]]}",
            "{'text': 'ab'}", "{'text': ['a', 'b']}",
            "{'text': ['a', 'b'], 'labels': [0, 1]}", "{'labels': ['x y', 'ä'], 'text': ['a', 'b']}",
            "{'inputs': [[[1], [2]], [[3]]], 'labels': [['x', 'y'], ['x']]}"})
        void everyFormFitsTheSchemaAndTrains(String dataset) {
            assertEquals(List.of(), SCHEMA.validate(quoted(dataset), InputFormat.JSON));
            results("--data", mine(dataset), "--epochs", 2);
        }

        /** What the schema rejects too. ^ marks the place that is named, if it is one place that is wrong. */
        static Stream<Arguments> broken() {
            String finite = "; it must be a finite number", list = "; it must be a list [ … ]",
                label = "; it must be a whole number from 0 to 2147483646",
                forms = "a dataset has exactly one of: inputs with targets, inputs with labels, series, text, "
                    + "a list of texts with labels", line = "; it must be one line of text",
                unknown = " is an unknown key; a dataset has inputs with targets or labels, series, or text, "
                    + "and may have name, description, source";
            return Stream.of(
                arguments("{'inputs': [[[1, ^'two']]], 'targets': [[[1]]]}", "inputs[0][0][1] is \"two\"" + finite),
                arguments("{'inputs': [[[1],\n  [^null]]],\n 'targets': [[[1]]]}", "inputs[0][1][0] is null" + finite),
                arguments("{'inputs': [[[1]]], 'targets': [[[^[1]]]]}", "targets[0][0][0] is a list" + finite),
                arguments("{'inputs': ^5, 'targets': [[[1]]]}", "inputs is 5" + list),
                arguments("{'inputs': [[^5]], 'targets': [[[1]]]}", "inputs[0][0] is 5" + list),
                arguments("{'inputs': [[[1], [^]]], 'targets': [[[1]]]}",
                    "inputs[0][1] is empty; a step needs at least one value"),
                arguments("{'inputs': [[[1]], [^]], 'targets': [[[1]]]}",
                    "inputs[1] is empty; a sequence needs at least one step"),
                arguments("{'inputs': [^], 'targets': [[[1]]]}", "inputs is empty; it needs at least one sequence"),
                arguments("{'inputs': [[[1]]], 'labels': [^-1]}", "labels[0] is -1" + label),
                arguments("{'inputs': [[[1]]], 'labels': [^0.5]}", "labels[0] is 0.5" + label),
                arguments("{'text': ['ab', 'b'], 'labels': ['a', ^'b\\n']}", "labels[1] is \"b?\"" + line),
                arguments("{'inputs': [[[1]]], 'labels': [[^'']]}", "labels[0][0] is \"\"" + line),
                arguments("{'text': ['ab', 'b'], 'labels': [['a'], ['b', 'a']]}",
                    "labels has a list; a text has one label"),
                arguments("{'text': 'ab', 'labels': ['a']}", forms),
                arguments("{'inputs': [[[1]]], 'labels': [[^]]}", "labels[0] is empty; it needs at least one label"),
                arguments("{'series': [1, ^'x']}", "series[1] is \"x\"" + finite),
                arguments("{'series': [[1], ^2]}", "series[1] is not a list, but series[0] is; all need one form"),
                arguments("{'series': [1, ^[2]]}", "series[1] is a list" + finite),
                arguments("{'series': [^]}", "series has 0 of the 2 values that it needs"),
                arguments("{'series': [[1, 2]^]}", "series has 1 of the 2 values that it needs"),
                arguments("{'text': ^5}", "text is 5; it must be a string"),
                arguments("{'text': ['ab', ^5]}", "text[1] is 5; it must be a string"),
                arguments("{'text': ['ab', ^'']}", "text[1] is \"\"; it must have at least one character"),
                arguments("{'text': [^]}", "text is empty; it needs at least one string"),
                arguments("{'text': 'ab', 'name': ^5}", "name is 5; it must be a string"),
                arguments("{'text': 'ab',\n\n  'extra': ^1}", "\"extra\"" + unknown),
                arguments("{'a/b': ^1}", "\"a/b\"" + unknown), arguments("{'': ^1}", "\"\"" + unknown),
                arguments("^[1, 2]", "the JSON is a list; it must be an object { … }"),
                arguments("{}", forms), arguments("{'name': 'empty'}", forms),
                arguments("{'targets': [[[1]]]}", forms), arguments("{'labels': [0]}", forms),
                arguments("{'inputs': [[[1]]], 'targets': [[[1]]], 'labels': [0]}", forms),
                arguments("{'series': [1, 2], 'text': 'ab'}", forms),
                arguments("{'text': ''}", "\"\" has 0 characters; a text needs at least 2"),
                arguments("{'inputs': [[[1]]], 'labels': [^]}", "labels is empty; it needs at least one label"));
        }

        /** Line and column of a ^, or nothing where there is none. */
        static String place(String marked) {
            String before = marked.split("\\^")[0], line = before.substring(before.lastIndexOf('\n') + 1);
            return !marked.contains("^") ? "" : ":" + before.split("\n", -1).length
                + ":" + (1 + line.codePointCount(0, line.length()));
        }

        @ParameterizedTest @MethodSource("broken")
        void aMistakeIsNamedWithItsPlace(String marked, String message) {
            aMistakeTheSchemaCannotSeeIsNamedToo(marked, message);
            assertNotEquals(List.of(), SCHEMA.validate(quoted(marked.replace("^", "")), InputFormat.JSON));
        }

        static Stream<Arguments> brokenBeyondTheSchema() {
            String width = "; every step needs the same number",
                scored = " targets or labels; at most one for each step",
                label = "; it must be a whole number from 0 to 2147483646",
                own = " targets or labels; each input needs its own";
            return Stream.of(arguments("{'inputs': [[[1,2,3],[4,5,6],^[7,8]]], 'targets': [[[1]]]}",
                    "inputs[0][2] has 2 values, but inputs[0][0] has 3" + width),
                arguments("{'inputs': [\n  [[1,2]],\n  [[3,4],\n   ^[5,6,7]]\n], 'targets': [[[1]]]}",
                    "inputs[1][1] has 3 values, but inputs[0][0] has 2" + width),
                arguments("{'inputs': [[[1]],[[2]]], 'targets': [[[1]],[^[1,2]]]}",
                    "targets[1][0] has 2 values, but targets[0][0] has 1" + width),
                arguments("{'series': [[1,2],^[3]]}", "series[1] has 1 value, but series[0] has 2" + width),
                arguments("{'series': [1,\n\t^1e999]}", "series[1] is 1e999; it must be a finite number"),
                // a column counts characters, as an editor does, not bytes
                arguments("{'name': 'λ→', 'series': [1, ^null]}", "series[1] is null; it must be a finite number"),
                // no array has as many elements as these would give classes
                arguments("{'inputs': [[[1]]], 'labels': [^2147483647]}", "labels[0] is 2147483647" + label),
                arguments("{'inputs': [[[1]]], 'labels': [^99999999999]}", "labels[0] is 99999999999" + label),
                arguments("{'inputs': [[[1]], [[2]]], 'targets': [[[1]]]}", "has 2 inputs, but 1" + own),
                arguments("{'inputs': [[[1]]], 'labels': [0, 1]}", "has 1 input, but 2" + own),
                arguments("{'text': ['a', 'b'], 'labels': [1, ^'a']}", "labels[1] is \"a\"" + label),
                arguments("{'labels': ['a', ^1], 'text': ['a', 'b']}", "labels[1] is 1; it must be a string"),
                arguments("{'text': ['a'], 'labels': ['x', 'y']}", "has 1 input, but 2" + own),
                arguments("{'inputs': [[[1]]], 'targets': [[[1], [2]]]}", "inputs[0] has 1 step, but 2" + scored),
                arguments("{'inputs': [[[1]]], 'labels': [[0, 1, 1]]}", "inputs[0] has 1 step, but 3" + scored),
                arguments("{'text': '😀'}", "\"😀\" has 1 character; a text needs at least 2"),
                arguments("{'inputs': [[[1]]]}", "has no labels or targets; a network can only be asked about it: "
                    + "--load FILE and --epochs 0, without --validate, --plot, --explain or --check-gradients"),
                arguments("{'text': ^'ab\\ud800'}",
                    "text has bytes that are not UTF-8, or one half of a surrogate pair alone"),
                arguments("{'series': [1, 2]} ^{'series': [1, 2]}",
                    "the JSON ends at its closing brace, but more follows"),
                arguments("{'text': 'ab', 'text'^: 'cd'}", "is not valid JSON: Duplicate Object property \"text\""),
                arguments("{'series': [^,1]}", "is not valid JSON: Unexpected character (',' (code 44)): expected a "
                    + "valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"));
        }

        @ParameterizedTest @MethodSource("brokenBeyondTheSchema")
        void aMistakeTheSchemaCannotSeeIsNamedToo(String marked, String message) {
            String json = quoted(marked.replace("^", "")), place = place(marked);
            rejects(2, "mine.json" + place + ": " + message, "--data", mine(json));
            if (json.startsWith("{"))                               // what begins otherwise is text there
                rejectsReading(json.getBytes(UTF_8), 2, "-" + place + ": " + message, "--data", "-");
        }

        static Stream<String> longNumbersAndKeys() {
            return Stream.of(1_001, 2_000_000).map("1"::repeat)
                .flatMap(digits -> Stream.of("{'series': [1, " + digits + "]}", "{'" + digits + "': 1}"));
        }

        /** Some words are the JSON library's; line, column and the rest of the line are ours. */
        @ParameterizedTest @MethodSource("longNumbersAndKeys") @ValueSource(strings = {
            "{'series': [1, 2]", "{'series': [1, 2}", "{'series': [1,, 2]}", "{'series': [1, 2,]}", "{'series': [1 2]}",
            "{'series': [01, 2]}", "{'series': [NaN, 2]}", "{'series': [Infinity, 2]}", "{'series': [+1, 2]}",
            "{'series': [.5, 2]}", "{series: [1, 2]}", "{'series': [1, 2]}}", "{'text': 'a\nb'}", "{'text': '\\x'}",
            "// no\n{'text': 'ab'}", "{'series': [1, 2], 'series': [1, 2]}", "nonsense", "{"})
        void whatIsNotJsonIsRefusedInOneShortLine(String content) {
            Ran ran = tool("--data", mine(content), "--out", temp.resolve("never"));
            assertEquals(2, ran.status(), ran.err());
            assertOneLine(ran, "");
            assertTrue(ran.err().replace(temp + "/", "").matches("rnn: mine\\.json:\\d+:\\d+: [^\n]+\n"), ran.err());
            assertFalse(ran.err().contains("JsonReadFeature") || ran.err().contains("Source:"), ran.err());
            assertTrue(ran.err().length() < 500, ran.err());
        }

        @ParameterizedTest @CsvSource({
            "none.json, no such file or folder", "none.txt, no such file or folder",
            "no/such/folder.json, no such file or folder",
            "folder, Is a directory", "folder.txt, Is a directory", "folder.json, Is a directory"})
        void whatCannotBeReadIsNamed(String name, String reason) throws IOException {
            Path path = temp.resolve(name);
            if (name.startsWith("folder")) Files.createDirectory(path);
            for (String option : List.of("--data", "--load"))
                rejects(2, name + ": cannot be read: " + reason, option, path);
        }

        /** In a name, ? stands for the character 0. */
        @ParameterizedTest @CsvSource({"--data, a?b, a?b: cannot be read: no file can have this name",
            "--load, a?b, '--load must be a name that a file can have, not \"a?b\"'",
            "--out, a?b, '--out must be a name that a file can have, not \"a?b\"'",
            "--data, '', : cannot be read: Is a directory", "--data, /, /: cannot be read: Is a directory"})
        void whatIsNotTheNameOfAFileIsSaid(String option, String name, String message) {
            rejects(2, message, option, name.replace('?', '\0'));
        }

        static Stream<Arguments> brokenTexts() {
            return Stream.of(
                arguments("txt", new byte[0], " is empty"), arguments("txt", "\uFEFF\n".getBytes(UTF_8), " is empty"),
                arguments("txt", "😀".getBytes(UTF_8), " \"😀\" has 1 character; a text needs at least 2"),
                arguments("txt", "Zürich".getBytes(ISO_8859_1), " is not UTF-8 text from character 2 on"),
                arguments("json", quoted("{'text': 'Zürich'}").getBytes(ISO_8859_1),
                    "1:10: text has bytes that are not UTF-8, or one half of a surrogate pair alone"));
        }

        @Test void aTextUnderAnotherNameIsToldWhichNamesThereAre() {
            rejects(2, "mine.md: is not JSON; name a text .txt, a series .csv", "--data", file("mine.md", "# A text"));
        }

        @ParameterizedTest @MethodSource("brokenTexts")
        void aTextIsAtLeastTwoCharactersOfUtf8(String suffix, byte[] text, String message) {
            Path file = write(temp.resolve("mine." + suffix), text);
            rejects(2, "mine." + suffix + ":" + message, "--data", file);
            rejectsReading(text, 2, "-:" + message, "--data", "-");
        }

        /** What a file or standard input holds, the name that it gives itself, and its vocabulary. */
        static Stream<Arguments> jsonOrText() {
            String json = "{\"name\": \"mine\", \"text\": \"abcabc\"}", byteOrderMark = "\uFEFF";
            return Stream.of(arguments(json, "mine", "abc"), arguments(" \r\n\t" + json, "mine", "abc"),
                arguments(" ".repeat(9000) + json, "mine", "abc"),
                arguments("abcabc", null, "abc"), arguments("[abcabc", null, "[abc"),
                arguments("\nabc", null, "\nabc"),
                // Windows editors put one at the beginning of a file
                arguments(byteOrderMark + json, "mine", "abc"), arguments(byteOrderMark + "abcabc", null, "abc"));
        }

        @ParameterizedTest @MethodSource("jsonOrText")
        void standardInputIsJsonOrTextAsFilesAre(String content, String name, String vocabulary) {
            Path out = temp.resolve("out");
            for (Object source : List.of("-", file(name == null ? "mine.txt" : "mine.json", content))) {
                assertEquals(new Ran(0, "", ""), toolReading(content.getBytes(UTF_8), "--data", source, "--epochs", 1,
                    "--quiet", "--out", out));
                ModelFile model = Results.in(out).model();
                assertEquals(vocabulary, model.metadata("vocabulary"));
                assertEquals(name != null ? name : source.equals("-") ? "standard input" : "mine.txt",
                    model.metadata("name"));
            }
        }

        /** The content of a CSV file, its series, and the columns read and left out; null: no word of it. */
        static Stream<Arguments> csv() {
            String values = "column 2 (value)", date = "column 1 (date)";
            return Stream.of(arguments("5\n6.5\n-7e1\n", "[[5.0], [6.5], [-70.0]]", null, null),
                arguments("value\n5\n\n6\n\n\n", "[[5.0], [6.0]]", "column 1 (value)", null),
                arguments("n/a\n5\n6\n", "[[5.0], [6.0]]", "column 1 (n/a)", null),      // a title or a hole
                arguments("date,value\n2024-01-01,5\n2024-01-02,6", "[[5.0], [6.0]]", values, date),
                arguments("\uFEFFdate;value\r\n2024-01-01;5\r\n2024-01-02;6\r\n", "[[5.0], [6.0]]", values, date),
                arguments("date\tvalue\na, b;c\t.5\nd\t+6.\n", "[[0.5], [6.0]]", values, date),
                arguments("\"date\" , \"value\"\n\"May 1, 2024\", 5 \n\"a \"\"b\"\"\nc\",\"6\"\n",
                    "[[5.0], [6.0]]", values, date),
                arguments("2024-01-01,5\n2024-01-02,6\n", "[[5.0], [6.0]]", "column 2 (5)", "column 1 (2024-01-01)"),
                // a column of names may have a number in it, or half of them; only more than half make it numbers
                arguments("year,value,room,note,\n1,5,A,x,\n2,6,7,y,\n3,7,B,,\n4,8,9,z,\n",
                    "[[1.0, 5.0], [2.0, 6.0], [3.0, 7.0], [4.0, 8.0]]", "column 1 (year), " + values,
                    "column 3 (room), column 4 (note), column 5 ()"),
                arguments("year,value\n1,5\n2,6\n", "[[1.0, 5.0], [2.0, 6.0]]", "column 1 (year), " + values, null));
        }

        @ParameterizedTest @MethodSource("csv")
        void csvIsASeriesOfTheColumnsThatAreNumbers(String content, String series, String read, String left) {
            Path file = file("mine.CSV", content);
            var said = new ArrayList<String>();
            assertEquals(series, Arrays.deepToString(rnn.rows(
                rnn.readDataset(file.toString(), said::add).inputs().get(0))));
            assertEquals(read == null ? List.of() : List.of(file + ": reads " + read + "; leaves out "
                + (left == null ? "nothing" : left + ": not numbers")), said);
            results("--data", file, "--epochs", 1);                                     // and says nothing if --quiet
        }

        static Stream<Arguments> brokenCsv() {
            String finite = "\" where a finite number has to be",
                least = "; a series needs 2 rows, of numbers such as 1.5";
            return Stream.of(arguments("date,value\na,5\nb,^\nc,7\n", "has \"" + finite),
                arguments("value\n5\n^n/a\n7\n", "has \"n/a" + finite),
                arguments("value\n5\n6\n^1e999\n", "has \"1e999" + finite),
                arguments("^1e999\n5\n6\n", "has \"1e999" + finite),
                arguments("a,^,x\nb,2,x\nc,3,x\n", "has \"" + finite),      // no titles
                arguments("\"two\nlines\",value\r\na,5\r\nb,^0x1p3\r\nc,7\r\n", "has \"0x1p3" + finite),
                arguments("a,b\n^a,1,5\n", "a row of 3 cells, but the first has 2; numbers take a decimal point"),
                arguments("date;value\na;1,5\nb;2,5\n",
                    "has 2 rows and no numbers in column 1 (date), column 2 (value)" + least),
                arguments("value\n5\n", "has 1 row and no numbers in other columns" + least),
                arguments("value\n", "has 0 rows and no numbers in column 1 (value)" + least),
                arguments("", "is empty"), arguments(" \r\n\n", "is empty"),
                arguments("value\n\"5\n^", "is not valid CSV: Missing closing quote for value"));
        }

        @ParameterizedTest @MethodSource("brokenCsv")
        void aMistakeInCsvIsNamedWithItsPlace(String marked, String message) {
            Path file = file("mine.csv", marked.replace("^", ""));
            rejects(2, "mine.csv" + place(marked) + ": " + message, "--data", file);
        }

        /** It may be meant: a text of numbers. Prose, verse and what has only commas are no tables. */
        @ParameterizedTest @CsvSource(delimiter = '|', textBlock = """
            date,value~2024-01-01,5~2024-01-02,6~ | true
            5~6~7~                                | true
            date;value;note~a;1.5;b~              | true
            In the year,~1984, he said,~it was so | false
            a, b~c, d~                            | false
            56                                    | false
            """)
        void csvOnStandardInputIsTextWithAWarning(String text, boolean warned) {
            Ran ran = toolReading(text.replace('~', '\n').getBytes(UTF_8), "--data", "-", "--epochs", 1, "--out", temp);
            assertEquals(0, ran.status());
            assertEquals(!warned ? "" : "rnn: standard input looks like CSV, but is taken as text; "
                + "a series is a file named .csv\n", ran.err());
            assertTrue(Results.in(temp).outputs().has("prime"));
        }

        @Test void aFileWhoseNameEndsInTxtIsText() {
            JsonNode outputs = results("--data", file("{}.txt", "{\"series\": [1, 2]}"), "--epochs", 1).outputs();
            assertEquals("{}.txt", outputs.get("name").asString());
            assertTrue(outputs.has("prime"));
        }
    }

    // ── 10. Files ───────────────────────────────────────────────────────────────────────────────────────────────────

    @Nested class Section10Files {
        /** The shortest decimal that reads back as x; of several the nearest, of two as near the even one. */
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
            "0.002, 0.002", "9.999999E-4, 9.999999E-4", "0.0, 0.0", "-0.0, -0.0", "100.0, 100.0",
            "9999999.0, 9999999.0", "1.0E7, 1.0E7", "12345678.0, 1.2345678E7", "2e23, 2.0E23", "4.9E-324, 4.9E-324",
            "9.9E-324, 9.9E-324", "1.7976931348623157E308, 1.7976931348623157E308", "0x1p-44, 5.684341886080802E-14",
            "2.2E-322, 2.2E-322", "9007199254740993, 9.007199254740992E15", "8.41E21, 8.41E21",
            "0x1.3333333333334p-2, 0.30000000000000004"})
        void numbersAreWrittenAsNewerJdksWriteThem(String literal, String written) {
            assertEquals(written, rnn.decimal(Double.parseDouble(literal)));
        }

        @Test void numbersHaveNoDigitTooManyAndReadBackExactly() {
            Random random = new Random(7);
            for (int n = 0; n < 5_000; n++) {
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

        @ParameterizedTest @CsvSource({"toy, 0, 0", "toy, 12, 0", "toy, 100001, 0", "sunspots, 3, 10%"})
        void lossCsvHasARowForEveryEpoch(String data, int epochs, String validate) {
            boolean heldOut = !validate.equals("0");
            Object[] args = {"--data", PROJECT.resolve("data/" + data + ".json"), "--epochs", epochs};
            Results results = results(heldOut ? with(args, "--validate", validate) : args);
            List<String> lines = results.losses();
            assertEquals(heldOut ? "epoch,loss,validation_loss" : "epoch,loss", lines.get(0));
            assertEquals(1 + epochs, lines.size());
            assertTrue(text(temp.resolve("out/loss.csv")).endsWith("\n"));
            for (int epoch = 1; epoch <= epochs; epoch++) {
                String[] cells = lines.get(epoch).split(",");
                assertEquals(heldOut ? 3 : 2, cells.length, lines.get(epoch));
                assertEquals("" + epoch, cells[0]);
                for (int i = 1; i < cells.length; i++)
                    assertEquals(shortest(Double.parseDouble(cells[i])), new BigDecimal(cells[i]).stripTrailingZeros());
            }
            if (heldOut) assertEquals(Double.parseDouble(lines.get(epochs).split(",")[2]),
                results.number("validation_loss"), "that of the weights as the epoch leaves them");
        }

        @Test void aModelFileIsSafetensorsWithPyTorchsNamesAndShapes() {
            // 2 inputs, 5 hidden units, 3 outputs
            Path data = file("mine.json",
                "{\"name\": \"λ \\\"name\\\"\", \"inputs\": [[[1,2],[3,4]]], \"targets\": [[[1,2,3]]]}");
            ModelFile model = results("--data", data, "--hidden", 5, "--epochs", 7, "--lr", "0.05", "--momentum", "0.5",
                "--clip", 2, "--seed", -3).model();
            byte[] bytes = bytes(temp.resolve("out/model.safetensors"));
            long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
            assertEquals('{', bytes[8], "the header begins with its brace");
            assertEquals(0, header % 8, "the numbers are aligned");
            assertEquals(bytes.length, 8 + header + 504);
            assertEquals(JSON.readTree("""
                {"rnn.weight_ih_l0": {"dtype": "F64", "shape": [5, 2], "data_offsets": [0, 80]},
                 "rnn.weight_hh_l0": {"dtype": "F64", "shape": [5, 5], "data_offsets": [80, 280]},
                 "rnn.bias_ih_l0": {"dtype": "F64", "shape": [5], "data_offsets": [280, 320]},
                 "rnn.bias_hh_l0": {"dtype": "F64", "shape": [5], "data_offsets": [320, 360]},
                 "fc.weight": {"dtype": "F64", "shape": [3, 5], "data_offsets": [360, 480]},
                 "fc.bias": {"dtype": "F64", "shape": [3], "data_offsets": [480, 504]}}"""),
                ((ObjectNode) model.header().deepCopy()).without("__metadata__"));
            assertArrayEquals(new double[5], model.tensors().get("rnn.bias_hh_l0"));
            for (var entry : model.header().get("__metadata__").properties())
                assertTrue(entry.getValue().isString(), entry.toString());
            assertEquals("7", model.metadata("epoch"));
            assertEquals("λ \"name\"", model.metadata("name"));
            for (String option : List.of("--hidden 5", "--learning-rate 0.05", "--momentum 0.5", "--clip 2.0",
                "--batch 32", "--seed -3"))
                assertTrue(model.metadata("options").contains(option), option);
        }

        @Test void withoutTrainingTheWeightsAreThoseOfTheSeed() {
            Map<String, double[]> tensors = results("--epochs", 0, "--hidden", 4, "--seed", 9).model().tensors();
            assertArrayEquals(rnn.initial(3, 4, 3, 9).bh(), tensors.get("rnn.bias_ih_l0"));
            assertArrayEquals(rnn.initial(3, 4, 3, 9).by(), tensors.get("fc.bias"));
        }

        @ParameterizedTest @ValueSource(strings = {"toy", "parity", "sunspots", "elements"})
        void whatIsSavedCanBeLoaded(String data) {
            Path file = PROJECT.resolve("data/" + data + ".json"), again = temp.resolve("again");
            Results first = results("--data", file, "--epochs", 1, "--hidden", 5);
            trained("--data", file, "--epochs", 0, "--load", temp.resolve("out/model.safetensors"), "--out", again);
            Results second = Results.in(again);
            first.model().tensors().forEach((name, numbers) ->
                assertArrayEquals(numbers, second.model().tensors().get(name), name));
            assertEquals(((ObjectNode) first.outputs()).without("epochs"),
                ((ObjectNode) second.outputs()).without("epochs"));
        }

        @Test void askingAModelLeavesItsTrainingAsItIs() throws IOException {
            Path out = temp.resolve("out"), link = Files.createSymbolicLink(temp.resolve("link"), out);
            results("--epochs", 5);
            Map<String, String> before = hashes(out);
            trained("--load", link.resolve("../out/model.safetensors"), "--epochs", 0, "--out", link);
            assertNotEquals(before.remove("outputs.json"), hash(out.resolve("outputs.json")));
            before.forEach((file, hash) -> assertEquals(hash, hash(out.resolve(file)), file));
        }

        @Test void aTextModelWritesWithoutItsData() {
            String generated = results("--data", file("t.txt", "abcabcabc\n".repeat(20)), "--epochs", 3,
                "--generate", 30, "--prime", "ab", "--seed", 3).outputs().get("generated").asString();
            Path model = temp.resolve("out/model.safetensors"), never = temp.resolve("never");
            assertEquals(new Ran(0, "ab" + generated + "\n", ""), tool("--load", model, "--epochs", 0,
                "--generate", 30, "--prime", "ab", "--seed", 3, "--out", never));
            assertFalse(Files.exists(never));
            for (String option : List.of("--epochs=5", "--plot", "--explain", "--validate=10%", "--check-gradients"))
                rejects(2, "without --data FILE a network can only write text: give --epochs 0, and no --validate, "
                    + "--plot, --explain or --check-gradients", "--load", model, "--epochs", 0, option);
        }

        static final String VECTORS = "{'inputs': [[[1,2,3]]], 'targets': [[[1,2,3]]]}";

        /** What a model was trained on, what it is loaded for (null: the toy), and what is said; %s is the model. */
        static Stream<Arguments> models() {
            String toy = "toy (sequences of vectors) needs inputs 3, hidden units 16, outputs 3, but %s ",
                give = "; give --data FILE";
            return Stream.of(arguments(VECTORS, "{'inputs': [[[1,2,3,4]]], 'targets': [[[1,2,3]]]}",
                    "mine.json (sequences of vectors) needs inputs 4, hidden units 16, outputs 3, but %s "
                    + "(sequences of vectors) has 3, 16, 3"),
                arguments(VECTORS, "{'inputs': [[[1,2,3]]], 'targets': [[[1,2]]]}",
                    "mine.json (sequences of vectors) needs inputs 3, hidden units 16, outputs 2, but %s "
                    + "(sequences of vectors) has 3, 16, 3"),
                arguments("{'series': [1, 2, 3]}", "{'series': [[1, 2], [3, 5]]}",
                    "mine.json (a series) needs inputs 2, hidden units 16, outputs 2, but %s (a series) has 1, 16, 1"),
                arguments(VECTORS, "{'text': 'abab'}",
                    "%s: was trained on sequences of vectors and knows no characters; mine.json is text"),
                arguments("{'series': [1, 2, 3]}", "{'inputs': [[[1]]]}",
                    "mine.json: has inputs, but %s was trained on a series"),
                arguments("{'text': 'ab'}", "{'inputs': [[[1, 0]]]}",
                    "mine.json: has inputs, but %s was trained on a text"),
                arguments("{'text': 'abab'}", "{'text': ['ab'], 'labels': ['x']}",
                    "mine.json (labelled texts) needs inputs 2, hidden units 16, outputs 1, but %s (a text) "
                    + "has 2, 16, 2"),
                arguments("{'text': 'abcabc'}", "{'text': 'abcd'}",
                    "mine.json: the character \"d\" (U+0064) is not among the 3 that the network knows"),
                arguments("{'series': [1, 2, 3]}", null, toy + "(a series) has 1, 16, 1" + give),
                arguments("{'series': [[1, 2, 3], [2, 3, 5]]}", null, toy + "(a series) has 3, 16, 3" + give),
                arguments("{'text': ['ab'], 'labels': ['x']}", null, toy + "(labelled texts) has 2, 16, 1" + give),
                arguments("{'text': ['ab'], 'labels': ['x']}", "{'text': ['ab'], 'labels': [5]}", "mine.json (labelled"
                    + " texts) needs inputs 2, hidden units 16, outputs 6, but %s (labelled texts) has 2, 16, 1"),
                arguments("{'inputs': [[[1]]], 'labels':[1]}", null, toy + "(labelled sequences) has 1, 16, 2" + give));
        }

        @ParameterizedTest @MethodSource("models")
        void aModelOfOtherDataIsRefused(String trainedOn, String data, String message) {
            results("--data", mine(trainedOn), "--epochs", 0);
            Object[] args = {"--load", temp.resolve("out/model.safetensors")};
            rejects(2, message.formatted("out/model.safetensors"),
                data == null ? with(args, "--prime", "a") : with(args, "--epochs", 0, "--data", mine(data)));
        }

        @Test void aModelOfASeriesOfAnotherScaleIsWarnedOf() {
            Path model = temp.resolve("out/model.safetensors");
            results("--data", mine("{'series': [1, 2, 3, 4, 5]}"), "--epochs", 1);
            for (String like : List.of("[1, 2, 3, 4, 5, 6, 7]", "[3, 2, 3, 4.5]"))
                trained("--load", model, "--data", mine("{'series': " + like + "}"), "--out", temp.resolve("like"));
            for (String other : List.of("[101, 102, 103, 104]", "[3, 3.1, 3, 3.1]", "[-10, 20, -10, 20]"))
                assertTrue(tool("--load", model, "--data", mine("{'series': " + other + "}"), "--epochs", 0,
                    "--out", temp).err().matches(
                    "rnn: \\S+mine.json has mean \\S+, deviation \\S+, but \\S+model.safetensors keeps "
                    + "to those of its own series: mean 3\\.0000, deviation 1\\.4142\n"), other);
        }

        /** As PyTorch writes it: weights and nothing else. */
        @Test void bareWeightsOfATextFitAVocabularyOfTheirSize() {
            Results first = results("--data", file("t.txt", "abcabcabc"), "--epochs", 3);
            rnn.Safetensors tensors = rnn.readSafetensors(temp.resolve("out/model.safetensors"));
            tensors.metadata().clear();
            Path bare = temp.resolve("bare.safetensors"), again = temp.resolve("again");
            rnn.writeSafetensors(bare, tensors);
            trained("--load", bare, "--data", temp.resolve("t.txt"), "--epochs", 0, "--out", again);
            assertEquals(first.number("loss"), Results.in(again).number("loss"));
            assertEquals("abc", Results.in(again).model().metadata("vocabulary"));
            rejects(2, "mine.json (a text) needs inputs 2, hidden units 16, outputs 2, but bare.safetensors (a text) "
                + "has 3, 16, 3", "--load", bare, "--data", mine("{'text': 'abab'}"));
        }

        @Test void aModelOfVectorsAlsoFitsASeriesOfAsManyColumnsButNoOtherHiddenSize() {
            Path model = temp.resolve("out/model.safetensors");
            results("--data", mine(VECTORS), "--epochs", 0, "--hidden", 7);
            trained("--load", model, "--data", mine("{'series': [[1,2,3],[1,2,3],[3,4,5]]}"), "--epochs", 0,
                "--out", temp.resolve("series"));
            rejects(2, "toy (sequences of vectors) needs inputs 3, hidden units 8, outputs 3, but "
                + "out/model.safetensors (sequences of vectors) has 3, 7, 3",
                "--load", model, "--hidden", 8);
        }

        /** A tensor to be written. */
        record Tensor(String name, String type, List<Integer> shape, double... values) { }

        /** A network of 1 input, 2 hidden units and 1 output, its tensors in an order of their own. */
        static List<Tensor> tensors(String type) {
            return new ArrayList<>(List.of(new Tensor("fc.bias", type, List.of(1), 0.5),
                new Tensor("rnn.bias_hh_l0", type, List.of(2), 0.25, -0.5),
                new Tensor("rnn.weight_hh_l0", type, List.of(2, 2), 0.5, -0.25, 1, 0.125),
                new Tensor("rnn.weight_ih_l0", type, List.of(2, 1), 1, -2),
                new Tensor("fc.weight", type, List.of(1, 2), 2, -1),
                new Tensor("rnn.bias_ih_l0", type, List.of(2), -1, 0.75)));
        }

        /** A model file of these tensors, with its header changed. */
        Path model(List<Tensor> tensors, UnaryOperator<String> change) {
            var header = new StringJoiner(",", "{", "}");
            ByteBuffer numbers = ByteBuffer.allocate(1000).order(ByteOrder.LITTLE_ENDIAN);
            for (Tensor t : tensors) {
                int start = numbers.position();
                for (double x : t.values())
                    if (t.type().equals("F32")) numbers.putFloat((float) x);
                    else numbers.putDouble(x);
                header.add(quoted("'%s':{'dtype':'%s','shape':%s,'data_offsets':[%d,%d]}").formatted(t.name(), t.type(),
                    t.shape().toString().replace(" ", ""), start, numbers.position()));
            }
            byte[] head = change.apply(header.toString()).getBytes(UTF_8);
            return write(temp.resolve("model.safetensors"), ByteBuffer.allocate(8 + head.length + numbers.position())
                .order(ByteOrder.LITTLE_ENDIAN).putLong(head.length).put(head).put(numbers.flip()).array());
        }

        Path model(List<Tensor> tensors) { return model(tensors, UnaryOperator.identity()); }

        static final String TWO_STEPS = "{'inputs': [[[1], [0.5]]], 'targets': [[[0], [0]]]}";

        void rejectsModel(String message, Path model) {
            rejects(2, "model.safetensors: " + message, "--load", model, "--data", mine(TWO_STEPS), "--epochs", 0);
        }

        @ParameterizedTest @ValueSource(strings = {"F64", "F32"})
        void tensorsAreReadInAnyOrderAndTheTwoBiasesAreAdded(String type) {
            Results results = results("--data", mine(TWO_STEPS), "--load", model(tensors(type)), "--epochs", 0);
            double[] h1 = {Math.tanh(1 - 1 + 0.25), Math.tanh(-2 + 0.75 - 0.5)};
            double[] h2 = {Math.tanh(0.5 + 0.5 * h1[0] - 0.25 * h1[1] - 0.75),
                Math.tanh(-1 + h1[0] + 0.125 * h1[1] + 0.25)};
            double[][] expected = {{2 * h1[0] - h1[1] + 0.5}, {2 * h2[0] - h2[1] + 0.5}};
            assertClose(expected, vectors(results.sequence(0).get("output")), 1e-15);
            assertArrayEquals(new double[] {-0.75, 0.25}, results.model().tensors().get("rnn.bias_ih_l0"));
            assertArrayEquals(new double[2], results.model().tensors().get("rnn.bias_hh_l0"));
        }

        static final String NOT_WHOLE = "is not a safetensors file, or not the whole of one";

        /** What is replaced by what in a good header, and what is said of it. */
        static Stream<Arguments> brokenHeaders() {
            String json = "header:1:%d: is not valid JSON: ",
                lacks = "header:1:%d: %s needs a dtype, a shape of one or two numbers, and data_offsets to match",
                whole = "; it must be a whole number from 0 to ", size = whole + (1L << 53),
                offset = "header:1:%d: fc.bias/data_offsets", type = "; it must be F64 or F32";
            return Stream.of(
                arguments(".*", "{ ", json.formatted(3) + "Unexpected end-of-input: expected close marker for Object"),
                arguments("(.*)", "[$1]", "header:1:1: the JSON is a list; it must be an object { … }"),
                arguments(":", ";", json.formatted(11) + "Unexpected character (';' (code 59)): "
                    + "was expecting a colon to separate property name and value"),
                arguments("$", "{}", "header:1:406: the JSON ends at its closing brace, but more follows"),
                arguments("rnn.bias_hh_l0", "rnn.bias_ih_l0",
                    json.formatted(353) + "Duplicate Object property \"rnn.bias_ih_l0\""),
                arguments("\\{'dtype[^}]*}", "5", "header:1:12: fc.bias is 5; it must be an object { … }"),
                arguments("'dtype':'F64',", "", lacks.formatted(45, "fc.bias")),
                arguments(",'data_offsets':\\[0,8]", "", lacks.formatted(38, "fc.bias")),
                arguments("\\[0,8]", "[0,8,16]", lacks.formatted(62, "fc.bias")),
                arguments("\\[0,8]", "[-8,0]", offset.formatted(55) + "[0] is -8" + size),
                arguments("\\[0,8]", "[0,8.0]", offset.formatted(57) + "[1] is 8.0" + size),
                arguments("'shape':\\[1]", "'shape':[[1]]",
                    "header:1:36: fc.bias/shape[0] is a list" + whole + Integer.MAX_VALUE / 8),
                arguments("'shape':\\[1]", "'shape':'1'",
                    "header:1:35: fc.bias/shape is \"1\"; it must be a list [ … ]"),
                arguments("'dtype'", "'type'",
                    "header:1:20: \"type\" is an unknown key; a tensor has dtype, shape and data_offsets"),
                arguments("\\{", "{'__metadata__':{'epoch':5},",
                    "header:1:26: __metadata__/epoch is 5; it must be a string"),
                arguments("\\{", "{'__metadata__':[],",
                    "header:1:17: __metadata__ is a list; it must be an object { … }"),
                arguments("\\[1],'data_offsets':\\[0,8]", "[200000000],'data_offsets':[0,1600000000]", NOT_WHOLE),
                arguments("\\[8,24]", "[8,3000000000]", lacks.formatted(134, "rnn.bias_hh_l0")),
                arguments("\\[8,24]", "[0,16]", NOT_WHOLE), arguments("\\[8,24]", "[16,32]", NOT_WHOLE),
                arguments("'shape':\\[2]", "'shape':[]", lacks.formatted(125, "rnn.bias_hh_l0")),
                arguments("F64", "BF16", "header:1:21: fc.bias/dtype is \"BF16\"" + type),
                arguments("F64", "F64".repeat(999),
                    "header:1:21: fc.bias/dtype is \"" + "F64".repeat(12) + "F...\"" + type),
                arguments("F64", "F32", lacks.formatted(59, "fc.bias")),
                arguments("'shape':\\[2]", "'shape':[0]", lacks.formatted(126, "rnn.bias_hh_l0")),
                arguments("'shape':\\[2]", "'shape':[2,1]",
                    "rnn.bias_hh_l0 is 2 by 1, but 1 by 2 would fit the others"),
                arguments("'shape':\\[2]", "'shape':[1,1,2]", lacks.formatted(130, "rnn.bias_hh_l0")),
                arguments("\\[1,2]", "[2,1]", "fc.weight is 2 by 1, but 2 by 2 would fit the others"),
                arguments("fc.bias", "fc.b", "has no tensor fc.bias, but [fc.b, rnn.bias_hh_l0, "
                    + "rnn.weight_hh_l0, rnn.weight_ih_l0, fc.weight, rnn.bias_ih_l0]"));
        }

        @ParameterizedTest @MethodSource("brokenHeaders")
        void aBrokenHeaderIsRefused(String part, String replacement, String message) {
            rejectsModel(message, model(tensors("F64"), good -> {
                String broken = good.replaceFirst(quoted(part), quoted(replacement));
                assertNotEquals(good, broken);
                return broken;
            }));
        }

        /** A tensor too many (a second layer, say) or in place of its namesake, its last number, and what is said. */
        @ParameterizedTest @CsvSource(delimiter = '|', textBlock = """
            rnn.weight_ih_l1 | 2         | has [rnn.weight_ih_l1] beside a network of one tanh layer
            fc.weight        | NaN       | fc.weight holds NaN; every number must be finite
            fc.weight        | Infinity  | fc.weight holds Infinity; every number must be finite
            """)
        void aTensorThatCannotBeIsRefused(String name, double last, String message) {
            List<Tensor> tensors = tensors("F64");
            tensors.removeIf(tensor -> tensor.name().equals(name));
            tensors.add(new Tensor(name, "F64", List.of(1, 2), 1, last));
            rejectsModel(message, model(tensors));
        }

        @Test void aFileOfAnotherLengthThanItsHeaderSaysIsRefused() {
            Path model = model(tensors("F64"));
            byte[] good = bytes(model);
            for (int n : new int[] {0, 1, 7, 8, 100, good.length - 8, good.length + 1})
                rejectsModel(NOT_WHOLE, write(model, Arrays.copyOf(good, n)));
            for (long length : new long[] {-1, 0, good.length - 7, Integer.MAX_VALUE, Long.MAX_VALUE, Long.MIN_VALUE})
                rejectsModel(NOT_WHOLE, write(model,
                    ByteBuffer.wrap(good.clone()).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length).array()));
        }

        /** Metadata that cannot be, the data it is loaded for, and what is said of it. */
        static Stream<Arguments> brokenMetadata() {
            String max = "1.7976931348623157E308", must = "in its metadata must be 1 number from ",
                mean = "\"mean\" " + must + "-" + max + " to " + max + ", not ",
                deviation = "\"deviation\" " + must + "4.9E-324 to " + max + ", not ",
                series = "{'series': [1, 2, 3]}",
                size = " does not fit: rnn.weight_ih_l0 takes 1 character and fc.weight gives 1, and it must be in "
                    + "code-point order", text = "{'text': 'abab'}";
            return Stream.of(arguments("{'mean': 'fast', 'deviation': '1.0'}", series, mean + "\"fast\""),
                arguments("{'mean': 'NaN', 'deviation': '1.0'}", series, mean + "\"NaN\""),
                arguments("{'mean': '0.0', 'deviation': ''}", series, deviation + "\"\""),
                arguments("{'mean': '0.0', 'deviation': '0.0'}", series, deviation + "\"0.0\""),
                arguments("{'mean': '0.0 0.0', 'deviation': '1.0'}", series, mean + "\"0.0 0.0\""),
                arguments("{'mean': '0.0', 'deviation': '1.0 1.0'}", series, deviation + "\"1.0 1.0\""),
                arguments("{'vocabulary': ''}", text, "its vocabulary of 0" + size),
                arguments("{'vocabulary': 'ab'}", text, "its vocabulary of 2" + size),
                arguments("{'vocabulary': 'ba'}", text, "its vocabulary of 2" + size),
                arguments("{'classes': 'a\\nb'}", "{'inputs': [[[1]]], 'labels': [0]}",
                    "its metadata has 2 classes, but fc.weight gives 1 output"));
        }

        @ParameterizedTest @MethodSource("brokenMetadata")
        void metadataThatDoNotFitAreRefused(String metadata, String data, String message) {
            rejects(2, "model.safetensors: " + message, "--load", modelSaying(metadata), "--data", mine(data),
                "--epochs", 0);
        }

        @Test void aMessageQuotesWhatIsLongWithoutItsMiddle() {
            String err = tool("--load", modelSaying("{'mean': '" + "7x".repeat(5000) + "', 'deviation': '1'}"),
                "--data", mine("{'series': [1, 2, 3]}"), "--epochs", 0).err();
            assertTrue(err.length() < 1000 && err.matches("rnn: .+ \"mean\" in its metadata must be 1 number from "
                + "-?[.0-9]+E308 to 1.7976931348623157E308, not \"[7x]+ \\.\\.\\. [7x]+\"\n"), err);
        }

        /** It has 1 input and 1 output. */
        @Test void aVocabularyOfNothingButTheEndOfTextTokenIsValid() {
            Path model = modelSaying("{'vocabulary': '', 'boundary': ''}");
            assertEquals(0, tool("--load", model, "--epochs", 0).status());
        }

        Path modelSaying(String metadata) {
            return model(tensors("F64"), header -> "{\"__metadata__\":" + quoted(metadata) + "," + header.substring(1));
        }

        /** Nobody can create anything in /proc, not even root. */
        @ParameterizedTest @CsvSource({"mine", "mine/out", "/proc/rnn"})
        void aFolderThatCannotBeMadeIsSaidAndAFileInItsPlaceLeftAlone(String out) {
            Path mine = file("mine", "here first"), folder = temp.resolve(out);
            Ran ran = tool("--epochs", 1, "--quiet", "--out", folder);
            assertEquals(1, ran.status());
            assertTrue(ran.err().matches("rnn: \\Q" + folder + "\\E: cannot be written to: [^\n]+\n"), ran.err());
            assertOneLine(ran, out);
            assertEquals("here first", text(mine));
        }

        @ParameterizedTest @FieldSource("RnnTest#FILES")
        void aFolderInPlaceOfAFileLeavesTheOtherFilesWhole(String name) throws IOException {
            Path out = temp.resolve("out"), file = out.resolve(name);
            results("--epochs", 1);
            Files.delete(file);
            Files.createDirectories(file.resolve("mine"));
            Map<String, String> before = hashes(out);
            Ran ran = tool("--epochs", 1, "--quiet", "--out", out);
            assertEquals(1, ran.status());
            assertTrue(ran.err().startsWith("rnn: " + file + ": cannot be written: "), ran.err());
            assertOneLine(ran, name);
            assertEquals(before, hashes(out));
            assertNothingElseIsIn(out);
        }

        @Test void filesOfAnEarlierRunAreReplacedAndNothingElseIsLeft() {
            trained("--epochs", 5, "--out", temp.resolve("new/folders/out"));
            Path link = unchecked(() -> Files.createSymbolicLink(temp.resolve("link"), temp.resolve("new/folders")));
            trained("--epochs", 2, "--out", link.resolve("out"));
            assertEquals(3, text(temp.resolve("new/folders/out/loss.csv")).lines().count());
            assertNothingElseIsIn(temp.resolve("new/folders/out"));
        }

        void assertNothingElseIsIn(Path folder) {
            assertEquals(Set.of("loss.csv", "outputs.json", "model.safetensors", "checkpoint.safetensors", ".lock"),
                Set.of(folder.toFile().list()));
        }

        /** A reader sees a whole file at every moment: the old or the new one. */
        @Test void aReaderNeverSeesHalfAFile() {
            Path file = write(temp.resolve("file"), new byte[100_000]);
            var sizes = new HashSet<Integer>();
            var writing = CompletableFuture.runAsync(() -> {
                for (int n = 0; n < 300; n++)
                    rnn.writeWhole(file, out -> { for (int k = 0; k < 100; k++) out.write(new byte[1000]); });
            });
            do sizes.add(bytes(file).length); while (!writing.isDone());
            writing.join();
            assertEquals(Set.of(100_000), sizes);
        }
    }

    // ── What rooms 11 and 12 and the tests of the whole share ───────────────────────────────────────────────────────

    /** What a finished run leaves for its user. */
    static final List<String> FILES = List.of("loss.csv", "model.safetensors", "outputs.json");

    /** For a process that is too short for the optimizing compiler to pay off. */
    static final List<String> QUICK_START = List.of("-XX:TieredStopAtLevel=1");

    /** One of the datasets that come with the tool. */
    static Path example(String name) { return PROJECT.resolve("data/" + name + ".json"); }

    static String hash(Path file) {
        return unchecked(() -> HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes(file))));
    }

    /** The hash of each file in a folder. */
    static Map<String, String> hashes(Path folder) {
        var hashes = new TreeMap<String, String>();
        for (File file : folder.toFile().listFiles(File::isFile)) hashes.put(file.getName(), hash(file.toPath()));
        return hashes;
    }

    /** The bits of all that training decides: the losses and the weights. */
    static List<String> learnt(Path out) {
        return List.of(hash(out.resolve("loss.csv")), hash(out.resolve("model.safetensors")));
    }

    static void assertSameFiles(Path expected, Path actual) {
        for (String file : FILES)
            assertEquals(hash(expected.resolve(file)), hash(actual.resolve(file)), actual.resolve(file).toString());
    }

    final List<Process> started = new CopyOnWriteArrayList<>();

    /** A test that fails may leave a process that would go on for hours. */
    @AfterEach void endWhatIsStillRunning() { started.forEach(Process::destroyForcibly); }

    /** Starts rnn in a process of its own; what it prints on either stream is read with {@link #printed}. */
    Process started(Object... args) throws IOException {
        var command = rnnCommand(QUICK_START, with(args, "--quiet"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        started.add(process);
        return process;
    }

    static String printed(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), UTF_8);
    }

    static void awaitCheckpoint(Process process, Path out) throws Exception {
        while (!Files.exists(out.resolve("checkpoint.safetensors"))) {
            if (!process.isAlive()) fail("it has left without a checkpoint: " + printed(process));
            Thread.sleep(5);
        }
    }

    // ── 11. What a person sees ──────────────────────────────────────────────────────────────────────────────────────

    @Nested class Section11WhatAPersonSees {
        /** The losses are printed every N epochs and after the last one. */
        @Test void theHeldOutLossStandsBesideTheTrainingLoss() {
            Ran ran = tool("--data", example("parity"), "--validate", 40, "--epochs", 5, "--log-every", 2,
                "--out", temp);
            List<String> rows = text(temp.resolve("loss.csv")).lines().toList(), lines = ran.out().lines().toList();
            for (int n = 0; n < 3; n++) {
                String[] row = rows.get(new int[] {2, 4, 5}[n]).split(",");
                assertEquals(String.format(Locale.ROOT, "epoch %s loss %.6g validation_loss %.6g", row[0],
                    Double.parseDouble(row[1]), Double.parseDouble(row[2])), lines.get(n));
            }
            assertTrue(lines.get(4).matches("training loss \\d\\.\\d+, accuracy \\d+\\.\\d\\d %"), lines.get(4));
            assertTrue(lines.get(5).matches("held-out loss \\d\\.\\d+, accuracy \\d+\\.\\d\\d %"), lines.get(5));
        }

        @Test void aWrittenStringThatIsInTheTrainingDataIsMarked() {
            Path data = mine("{'text': ['ab', 'ab', 'b', 'ab', 'a']}");             // "a" is held out
            Ran ran = tool("--data", data, "--validate", 1, "--epochs", 60, "--out", temp);
            JsonNode outputs = json(temp.resolve("outputs.json"));
            List<String> generated = outputs.get("generated").valueStream().map(JsonNode::asString).toList(),
                known = generated.stream().filter(Set.of("ab", "b")::contains).toList();
            assertTrue(known.contains("ab") && known.size() < generated.size(), generated.toString());
            assertEquals(known, outputs.get("known").valueStream().map(JsonNode::asString).toList());
            assertTrue(ran.out().contains(generated.stream()
                .map(string -> string + (known.contains(string) ? "  (in the training data)\n" : "\n"))
                .collect(Collectors.joining("", "\n", ""))), ran.out());
        }

        /** Long enough for progress to be shown if standard error were a terminal. */
        @Test void withoutATerminalThereIsNoProgressButTheTimeItTook() throws Exception {
            Ran ran = process(temp, rnnCommand(List.of(), "--data", example("sunspots"), "--epochs", 1000,
                "--hidden", 32, "--lr", 0.02, "--log-every", 500));
            assertEquals(0, ran.status(), ran.err());
            assertTrue(ran.err().matches("rnn: trained for [0-9.]+ s, [0-9,]+ steps a second\n"), ran.err());
            assertFalse(ran.out().contains("\033") || ran.out().contains("\r"), ran.out());
        }

        /** util-linux's `script` provides a terminal; what is written to the two streams arrives mixed. */
        @Test void aTerminalShowsProgressAndKeepsTheLogClean() {
            assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")));
            IntStream.of(40, 80).parallel().forEach(columns -> unchecked(() -> {
                String train = "'" + String.join("' '", rnnCommand(List.of(), "--data", example("sunspots"),
                    "--threads", 1, "--epochs", 9000, "--hidden", 32, "--lr", 0.02, "--log-every", 3000,
                    "--out", columns)) + "'";
                Ran ran = process(temp, List.of("/usr/bin/script", "-qec", "TERM=xterm; export TERM; stty cols "
                    + columns + "; " + train + " && " + train + " --help", "/dev/null"));
                assertEquals(0, ran.status());
                String[] parts = ran.out().split("(?=Usage)");
                assertEquals(2, parts.length, ran.out());
                assertTrue(parts[0].contains(" left"), "no progress: " + parts[0]);
                int printed = 0;
                for (String part : parts[0].split("\r\n|\r|\033\\[[0-9]*[AJK]")) {
                    int epoch = part.matches("epoch \\d.*") ? Integer.parseInt(part.split("[ /]")[1]) : printed;
                    assertTrue(epoch >= printed, "progress lags: " + ran.out());
                    if (part.matches("epoch \\d+ loss.*")) printed = epoch;
                    if (part.startsWith("epoch ") && part.contains("/")) assertTrue(part.length() < columns, part);
                    else if (part.startsWith("epoch ")) assertTrue(part.matches("epoch \\d+ loss [0-9.e-]+"), part);
                }
                assertTrue(parts[0].contains(" |*") && parts[0].contains("epoch 9000"), "no curve");
                String plain = parts[1].replaceAll("\033\\[[0-9;]*m", "");
                for (String line : plain.lines().toList()) assertTrue(line.length() < columns, line);
                assertTrue(plain.contains("--check-gradients") && plain.contains("--resume goes on."), plain);
                return null;
            }));
        }

        /** It falls from the upper left, with the largest and the smallest loss beside it. */
        @Test void theCurveOfAnExponentialDecayIsAStraightLine() {
            var losses = IntStream.range(0, 100).mapToObj(n -> new double[] {Math.pow(10, -n / 20.0)}).toList();
            List<String> rows = rnn.curve(losses, 60).lines().toList();
            assertTrue(rows.get(0).strip().startsWith("1.00 |*"), rows.get(0));
            assertTrue(rows.get(7).endsWith("*"), rows.get(7));
            for (int y = 1; y < 8; y++) assertTrue(rows.get(y).indexOf('*') > rows.get(y - 1).indexOf('*'));
            assertTrue(rows.get(8).endsWith("epoch 100"));
        }

        @Test void theCurveCopesWithLossesThatAreEqualZeroOrNotFinite() {
            for (double[][] losses : new double[][][] {{{1}, {1}}, {{0}, {0}},
                {{1, Double.POSITIVE_INFINITY}, {0, Double.NaN}}})
                assertEquals(9, rnn.curve(Arrays.asList(losses), 40).lines().count());
        }

        @ParameterizedTest @CsvSource({"toy, 5", "sunspots, 3", "parity, 2", "elements, 2", "toy, 0"})
        void thePictureHasFourPanelsOf800By500(String data, int epochs) throws IOException {
            Ran ran = tool("--plot", "--data", example(data), "--epochs", epochs, "--out", temp);
            assertEquals(0, ran.status(), ran.err());
            var picture = javax.imageio.ImageIO.read(temp.resolve("plot.png").toFile());
            assertEquals(List.of(1600, 1000), List.of(picture.getWidth(), picture.getHeight()));
            for (int k = 0; k < (epochs == 0 ? 0 : 4); k++) {
                int[] panel = picture.getRGB(k % 2 * 800, k / 2 * 500, 800, 500, null, 0, 800);
                assertTrue(IntStream.of(panel).distinct().count() > 10, "panel " + k + " is empty");
            }
            assertTrue(ran.out().strip().endsWith("plot.png"), "the last line names it: " + ran.out());
        }

        /** XChart alone labels none of these without end, or draws for minutes what nobody sees. */
        @ParameterizedTest @CsvSource(delimiter = '|', textBlock = """
            {'series': [1000000000000000, 1000000000000001, 1000000000000000, 1000000000000002]}
            {'series': [100000000000000, 100000000000000.5, 100000000000000.25]}
            {'series': [1e308, -1e308, 1.7e308]}
            {'series': [-1e300, -1e300, -1e300]}
            {'series': [1e-300, 2e-300, 4e-300]}
            {'inputs': [[[1]], [[2]]], 'targets': [[[1e15]], [[1000000000000002]]]}
            {'name': '@1000000', 'text': 'abab'}
            {'name': '@400000', 'series': [1, 2, 1]}
            {'inputs': [[[1]], [[2]]], 'labels': [0, 1999]}
            """)
        void whatXChartCannotDrawIsCutOrMeasuredAnew(String data) {
            String content = Pattern.compile("@(\\d+)").matcher(data)
                .replaceAll(length -> "\u05d0\u05b8".repeat(Integer.parseInt(length.group(1)) / 2));
            assertTimeoutPreemptively(java.time.Duration.ofSeconds(15), () -> trained("--data", mine(content), "--plot",
                "--epochs", 2, "--lr", 0.01, "--hidden", 2, "--out", temp));
        }

        /** One step below 1 XChart looks for a colour behind the last one. */
        @Test void aHiddenStateOfAlmostOneIsDrawn() {
            double a = 18.7;
            assertEquals(1 - 0x1p-53, rnn.tanh(a));
            var model = new rnn.Safetensors(temp.resolve("model.safetensors"));
            rnn.TORCH_NAMES.forEach(name -> model.matrices().put(name, new double[1][1]));
            model.matrices().put("rnn.bias_ih_l0", new double[][] {{a}});
            rnn.writeSafetensors(model.file(), model);
            trained("--data", mine("{'series': [1, 2, 3]}"), "--load", model.file(), "--epochs", 0, "--plot",
                "--out", temp);
        }

        @ParameterizedTest @CsvSource({"0 1 2, y, 0 1 2", "3 3 3, y, 3 3 3", "1e15 1000000000000002, y − 1.0E15, 0 2",
            "-1e308 1e308, 'y, in 1.0E308', -1 1", "-3e-200 0, 'y, in 1.0E-200', -3 0",
            "0 5e-324, 'y, in 9.9E-324', 0 0.5",
            "1e300 1e300, 'y, in 1.0E300', 1 1", "-1.7e12 -1699999999999, y − -1.7E12, 0 1"})
        void anAxisIsLabelledInNumbersOfOrdinarySize(String numbers, String title, String drawn) {
            double[] all = Stream.of(numbers.split(" ")).mapToDouble(Double::parseDouble).toArray(),
                expected = Stream.of(drawn.split(" ")).mapToDouble(Double::parseDouble).toArray();
            rnn.Axis axis = rnn.Axis.of("y", false, Stream.of(all));
            assertEquals(title, axis.title());
            assertArrayEquals(expected, axis.of(all), 1e-9);
            assertArrayEquals(all, rnn.Axis.of("y", true, Stream.of(all)).of(all));
        }

        /** In a process of its own: it must set up drawing without a display itself. */
        @Test void aPictureNeedsNoDisplayAndChangesNoOtherFile() throws Exception {
            Path without = temp.resolve("without"), plotted = temp.resolve("plotted");
            Object[] args = {"--data", example("sunspots"), "--epochs", 3, "-q", "--out"};
            assertEquals(new Ran(0, "", ""), tool(with(args, without)));
            assertEquals(new Ran(0, "", ""), process(temp, rnnCommand(QUICK_START, with(args, plotted, "--plot"))));
            assertSameFiles(without, plotted);
        }

        /** The JSON in a page; the only place where a text could end the script is the script's own end. */
        JsonNode explained(Object... args) {
            trained(with(args, "--explain", "--out", temp.resolve("out")));
            String page = text(temp.resolve("out/explain.html")),
                start = "<script type=\"application/json\" id=\"numbers\">";
            assertEquals(3, page.split("</script", -1).length, "two scripts");
            return JSON.readTree(page.substring(page.indexOf(start) + start.length(), page.indexOf("</script")));
        }

        /** A page's matrix. */
        double[][] rows(JsonNode text, int columns) {
            var numbers = ByteBuffer.wrap(Base64.getDecoder().decode(text.stringValue()))
                .order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer();
            double[][] rows = new double[numbers.remaining() / columns][columns];
            for (double[] row : rows) numbers.get(row);
            return rows;
        }

        /** Against plain loops over the model file's tensors; and each gradient against what it is made of. */
        @ParameterizedTest @CsvSource({"toy, 7, ''", "sunspots, 3, --momentum 0.9 --clip 0.01",
            "elements, 2, --hidden 20", "toy, 2, --hidden 40 --momentum 0.5",
            "parity, 0, --batch 200", "reber, 1, --batch 3"})
        void thePageHasTheNumbersOfOneStep(String data, int epochs, String more) {
            JsonNode page = explained(
                with(("--data " + example(data) + " --epochs " + epochs + " " + more).split(" "))),
                step = page.get("after");
            ModelFile model = ModelFile.of(temp.resolve("out/model.safetensors"));
            boolean oneHot = page.get("x").get(0).isNumber(), classes = page.get("target").get(0).isNumber();
            int H = model.tensors().get("rnn.bias_ih_l0").length,
                I = model.tensors().get("rnn.weight_ih_l0").length / H;
            double[][] x = !oneHot ? vectors(page.get("x")) : Arrays.stream(numbers(page.get("x")))
                .mapToObj(code -> rnn.oneHot((int) code, I)).toArray(double[][]::new);
            double[][] y = model.outputs(x), target = vectors(page.get("target")), a = rows(step.get("a"), H),
                h = rows(step.get("h"), H), dh = rows(step.get("dh"), H), da = rows(step.get("da"), H),
                givenY = rows(step.get("y"), y[0].length);
            double[] losses = numbers(step.get("losses")), dbh = new double[H];
            int T = x.length, first = T - target.length;
            assertTrue(T <= 12);
            for (int t = 0; t < T; t++) {
                double[] output = y[t];
                assertAgree(output, givenY[t], 1e-12, 1, "y");
                assertAgree(Arrays.stream(a[t]).map(Math::tanh).toArray(), h[t], 1e-12, 1, "h");
                for (int j = 0; j < H; j++) assertEquals(dh[t][j] * (1 - h[t][j] * h[t][j]), da[t][j], 1e-15);
                for (int j = 0; j < H; j++) dbh[j] += da[t][j];
                assertEquals(t < first ? 0 : classes ? surprisal(output, (int) target[t - first][0])
                    : meanSquare(new double[][] {output}, new double[][] {target[t - first]}), losses[t], 1e-12);
            }
            boolean few = H * (H + y[0].length) <= 1024;
            assertEquals(few, step.has("dW"), "the gradients of many weights are not written out");
            if (few) assertAgree(dbh, rows(step.get("dW").get("bh"), H)[0], 1e-12, 1, "dbh");
            assertEquals(more.contains("momentum"), step.has("v"));
            assertFalse(page.get("before").has("v"));
            assertEquals(Arrays.stream(losses).sum() / target.length, step.get("loss").doubleValue(), 1e-12);
        }

        /** With one sequence in the data, the step is the training's own next one. */
        @ParameterizedTest @ValueSource(strings = {"", "--momentum 0.9", "--clip 0.01 --momentum 0.5",
            "--weight-decay 0.1 --clip 0.01"})
        void theUpdateIsTheOneThatTrainingMakes(String options) {
            JsonNode[] page = new JsonNode[3];
            for (int n = 1; n <= 2; n++)
                page[n] = explained(with(options.isEmpty() ? new Object[0] : options.split(" "), "--epochs", n));
            assertEquals(page[1].get("before").get("updated"), page[1].get("after").get("W"));
            assertEquals(page[1].get("after").get("updated"), page[2].get("after").get("W"));
            assertEquals(page[1].get("after").get("nextLoss"), page[2].get("after").get("loss"));
        }

        /** The best epoch's weights are kept, not its velocity: the step after training starts at rest. */
        @Test void weightsOfAnEarlierEpochHaveNoVelocity() {
            JsonNode page = explained("--data", example("sunspots"), "--validate", 60, "--momentum", 0.9,
                "--epochs", 60, "--patience", 3);
            assertEquals(json(temp.resolve("out/outputs.json")).get("best_epoch"), page.get("epoch"));
            assertFalse(page.get("after").has("v"));
        }

        @Test void noNameEndsThePagesScript() {
            String name = "</script><!-- \u2028 & é 🎈";
            JsonNode page = explained("--data", mine("{'name': '" + name + "', 'text': '<é\u2028🎈<é'}"), "--epochs", 1);
            assertEquals(name, page.get("name").asString());
            assertEquals("<é\u2028🎈", page.get("metadata").get("vocabulary").asString());
        }

        /** JShell's classes have no files beside them. */
        @Test void withoutItsPageNothingIsExplained() {
            String run = "rnn.run(\"--explain\", \"--out\", \"" + temp.resolve("never") + "\")";
            assertEquals(new Ran(1, "",
                "rnn: --explain: its page is missing; start rnn.java with JBang, which brings it along\n"),
                running(new byte[0], () -> Integer.parseInt(Shell.whole().paste(run))));
            assertFalse(Files.exists(temp.resolve("never")));
        }
    }

    // ── 12. Command line ────────────────────────────────────────────────────────────────────────────────────────────

    @Nested class Section12CommandLine {
        @ParameterizedTest(name = "{0}") @CsvSource(delimiter = '|', textBlock = """
            --threads | a whole number from 1 to 1024 | 0 -1 1025 1.5 1e3 0x10 NaN many 2147483648 ٣ 5%
            --hidden --batch --steps --log-every | a whole number from 1 on \
                | 0 -1 1.5 1e3 0x10 1_000 NaN Infinity many 2147483648 ٣ 5%
            --epochs --generate | a whole number from 0 on \
                | -1 1.5 1e3 0x10 1_000 NaN Infinity many 2147483648 ٣ 5%
            --seed | a whole number \
                | 1.5 1e3 0x10 NaN Infinity many 9223372036854775808 -9223372036854775809 ٣
            --learning-rate | a positive number \
                | 0 -0 0.0 1e-400 -1 -1e-300 NaN Infinity -Infinity 1e999 fast 1d 0x1p3 1,5 ٣ 5%
            --momentum | a number from 0 to less than 1 \
                | 1 2 0.99999999999999999999 -1 -1e-300 NaN Infinity -Infinity 1e999 fast 1d 0x1p3 1,5 ٣ 5%
            --clip --temperature --weight-decay | a number from 0 on \
                | -1 -1e-300 NaN Infinity -Infinity 1e999 fast 1d 0x1p3 1,5 ٣ 5%
            --validate | a whole number from 1 on or a percentage such as 10% \
                | 0 -1 1.5 0% -1% 100% 101% NaN% % many 2147483648
            """)
        void aWrongNumberIsQuotedWithWhatWouldBeRight(String options, String right, String wrong) {
            for (String option : options.split(" "))
                for (String value : (wrong + " ").split(" ", -1))       // the last one is empty
                    rejects(2, option + " must be " + right + ", not \"" + value + "\"", option + "=" + value);
        }

        @ParameterizedTest @CsvSource(delimiter = '|', textBlock = """
            --lr fast                       | --learning-rate must be a positive number, not "fast"
            -e -5                           | --epochs must be a whole number from 0 on, not "-5"
            --quiet=no                      | --quiet takes no value
            --epoch 3                       | unknown option --epoch; did you mean --epochs?
            --learning_rate 0.1             | unknown option --learning_rate; did you mean --learning-rate?
            --zzz                           | unknown option --zzz; --help lists them
            mine.json                       | unexpected "mine.json"; a dataset is given with --data FILE
            --resume                        | --resume: never has no checkpoint to go on from
            --resume --load m.safetensors   | --resume goes on from the weights in never; --load does not go with it
            """)
        void aWrongCommandIsRefused(String args, String line) {
            rejects(2, line, (Object[]) args.split(" "));
        }

        static final List<String> WITH_A_VALUE = List.of("--data FILE", "--validate N[%]", "--hidden N", "--epochs N",
            "--learning-rate R", "--momentum R", "--clip R", "--weight-decay R", "--patience N", "--batch N",
            "--steps N", "--seed N", "--threads N", "--out DIR", "--load FILE", "--log-every N", "--generate N",
            "--prime TEXT", "--temperature R");

        @ParameterizedTest @FieldSource("WITH_A_VALUE")
        void aMissingValueIsAskedFor(String option) {
            String name = option.split(" ")[0];
            var asked = new Ran(2, "", "rnn: " + name + " needs a value, " + option.split(" ")[1] + "\n");
            assertEquals(asked, tool(name));
            assertEquals(asked, tool(name, "--quiet"));
        }

        @ParameterizedTest @CsvSource(delimiter = '|', textBlock = """
            --hidden 17    | --hidden 16, not 17
            --lr 0.2       | --learning-rate 0.1, not 0.2
            --momentum 0.5 | --momentum 0.0, not 0.5
            --clip 2       | --clip 0.0, not 2.0
            --batch 3      | --batch 32, not 3
            --steps 3      | --steps 25, not 3
            --seed 7       | --seed 42, not 7
            """)
        void resumingWithAnotherOptionIsRefused(String option, String difference) {
            refusesToResume(option, " has " + difference + "; go on with the options it was trained with");
        }

        @Test void resumingWithOtherDataOrWithNothingToDoIsSaid() {
            Path data = mine("{'inputs': [[[1, 2, 3]]], 'targets': [[[1, 2, 3]]]}"), out = temp.resolve("out");
            refusesToResume("--data " + data, " was trained on other data than " + data);
            assertEquals("rnn: nothing to do: " + out + " has 5 epochs, --epochs asks for 5\n",
                tool("--resume", "--epochs", 5, "--out", out).err());
            trained("--resume", "--epochs", 5, "--out", out);
        }

        /** Nothing is trained any more, but --patience chooses whose weights are kept, and those are saved. */
        @ParameterizedTest @CsvSource({"--seed=42, --patience=3, 27", "--patience=3, --seed=42, 30"})
        void resumingWithNothingToDoSavesTheWeightsThatItReports(String first, String then, String kept) {
            Path out = temp.resolve("out");                     // epoch 27 is the best
            Object[] args = {"--data", mine("{'series': [1, 2, 3, 4, 5, 6, 7, 8]}"), "--validate", 2, "--out", out};
            trained(with(args, "--epochs", 30, first));
            trained(with(args, "--epochs", 30, then, "--resume"));
            assertEquals(kept, Results.in(out).model().metadata("epoch"));
        }

        void refusesToResume(String option, String why) {
            Path out = temp.resolve("out");
            trained("--epochs", 5, "--out", out);
            assertEquals(new Ran(2, "", "rnn: --resume: " + out + "/checkpoint.safetensors" + why + "\n"),
                tool(with(option.split(" "), "--epochs", 9, "--resume", "--out", out)));
        }

        @Test void sizesThatDoNotFitAreRefusedWithTheBytesTheyTake() {
            Ran ran = tool("--hidden", 2_000_000, "--out", temp.resolve("never"));
            assertEquals(2, ran.status());
            assertTrue(ran.err().matches("rnn: 3 inputs, --hidden 2000000 and 3 outputs over 4 steps at once take "
                + "256\\d{12} bytes of memory, but Java has \\d+\n"), ran.err());
        }

        @Test void helpListsEveryOptionOnOneScreenAndTheVersionIsOneLine() {
            Ran help = tool("--help");
            assertEquals(new Ran(0, help.out(), ""), help);
            assertEquals(help, tool("-h"));
            String options = String.join(" ", WITH_A_VALUE).replaceAll(" [A-Z]\\S*", "")
                + " -d -e --lr -o --resume --plot --check-gradients -q --quiet -h --help -V --version";
            for (String option : options.split(" "))
                assertTrue(Pattern.compile("(?m)^ *(-\\w, |--\\S+, )?" + option + "\\b").matcher(help.out()).find(),
                    option + " is missing in\n" + help.out());
            assertTrue(help.out().contains("Examples:") && help.out().contains("Exit status:"), help.out());
            assertTrue(help.out().lines().count() < 40, help.out());
            for (String line : help.out().lines().toList())
                assertTrue(line.length() < 80 && !line.contains("%%") && line.equals(line.stripTrailing()), line);
            Ran version = tool("--version");
            assertEquals(new Ran(0, version.out(), ""), version);
            assertTrue(version.out().matches("rnn \\d+(\\.\\d+)+\n"), version.out());
            assertEquals(version, tool("-V"));
        }

        @Test void debugShowsTheStackTrace() throws Exception {
            assertTrue(process(temp, rnnCommand(List.of("-Drnn.debug=true"), "--zzz")).err().contains("\tat rnn."));
        }

        /** What nobody thought of is not a stack trace either. */
        @Test void aMistakeOfOursIsSaidInOneLine() {
            assertEquals(new Ran(1, "", "rnn: a mistake in rnn.java itself, not yours; -Drnn.debug=true shows where\n"),
                running(new byte[0], () -> {
                    System.setOut(new PrintStream(OutputStream.nullOutputStream()) {
                        @Override public void println(String line) { throw new IllegalStateException("on purpose"); }
                    });
                    return rnn.run("--out", temp.resolve("out").toString());
                }));
        }

        @Test void tooLittleMemoryIsSaid() throws Exception {
            Path data = file("many.json", "{\"series\": [" + "1,".repeat(3_000_000) + "2]}"), out = temp.resolve("out");
            Ran ran = process(temp, rnnCommand(List.of("-Xmx24m"), "--data", data, "--quiet", "--out", out));
            assertEquals(1, ran.status());
            assertTrue(ran.err().matches("rnn: out of memory: Java has \\d+ MB; -Xmx gives it more\n"), ran.err());
            assertFalse(Files.exists(out));
        }

        /** However soon that is: what is left is what a run up to the epoch before leaves, to the last bit. */
        @ParameterizedTest @CsvSource({"toy, 1000", "toy, 1e8", "sunspots, 1e5"})
        void aTrainingThatDivergesSaysWhenAndLeavesTheLastGoodWeights(String data, String rate) {
            Path out = temp.resolve("out"), again = temp.resolve("again"), file = out.resolve("model.safetensors");
            Object[] args = {"--data", example(data), "--learning-rate", rate, "--hidden", 4};
            Ran ran = tool(with(args, "--out", out));
            List<String> rows = text(out.resolve("loss.csv")).lines().skip(1).toList();
            assertEquals(1, ran.status());
            assertEquals(("rnn: the loss is no longer finite at epoch %d; try a smaller --learning-rate or --clip 1 "
                + "(weights of epoch %d are in %s)\n").formatted(rows.size() + 1, rows.size(), file), ran.err());
            for (String row : rows) assertTrue(Double.isFinite(Double.parseDouble(row.split(",")[1])), row);
            ModelFile model = ModelFile.of(file);
            assertEquals("" + rows.size(), model.metadata("epoch"));
            model.tensors().forEach((name, numbers) ->
                assertTrue(Arrays.stream(numbers).allMatch(Double::isFinite), name));
            tool(with(args, "--epochs", rows.size(), "--out", again));
            assertEquals(learnt(again), learnt(out));
        }

        /** Weights may be finite and yet too large for their loss to be: no file says "Infinity" for a number. */
        @ParameterizedTest @ValueSource(strings = {"1e200", "1e300"})
        void aLastUpdateThatIsTooMuchIsSaid(String rate) {
            assertEquals(new Ran(1, "",
                "rnn: the loss is no longer finite after epoch 1; try a smaller --learning-rate or --clip 1\n"),
                tool("--epochs", 1, "--lr", rate, "--quiet", "--out", temp));
            assertFalse(Files.exists(temp.resolve("outputs.json")));
        }

        /** Weights of 1e300 are finite, and so are the losses of a text; the gradient between its steps is not. */
        @Test void aGradientThatOverflowsIsDrawnAllTheSame() {
            trained("--data", file("t.txt", "a text, no more\nthan two lines\n"), "--hidden", 2, "--epochs", 1,
                "--steps", 1, "--momentum", 0.9, "--clip", 1, "--lr", "1e300", "--plot", "--out", temp);
        }

        /** One update from 0 to beyond 2e154, whose square is no number: a loss that only what is held out shows. */
        @Test void aHeldOutLossThatIsNotFiniteEndsTrainingToo() {
            Path data = mine("{'inputs': [[[1]], [[1]]], 'targets': [[[1e150]], [[0]]]}"),
                model = temp.resolve("out/model.safetensors");
            assertEquals(new Ran(1, "", "rnn: the loss is no longer finite at epoch 1; try a smaller --learning-rate "
                + "or --clip 1 (weights of epoch 0 are in " + model + ")\n"), tool("--data", data, "--validate", 1,
                "--lr", "1e4", "--quiet", "--out", temp.resolve("out")));
            assertEquals("epoch,loss,validation_loss\n", text(temp.resolve("out/loss.csv")));
            trained("--data", data, "--load", model, "--epochs", 0, "--out", temp);
        }

        @Test void checkGradientsSaysThatTheyAgreeAndStops() {
            Path out = temp.resolve("never");
            for (String args : List.of("", "--hidden 3 --batch 2 --data " + example("sunspots"),
                    "--hidden 3 --data " + example("elements"), "--hidden 3 --data " + example("parity"))) {
                Ran ran = tool(with(("--check-gradients " + args).split(" "), "--out", out));
                assertEquals(0, ran.status(), ran.toString());
                assertEquals(List.of("dWxh", "dWhh", "dbh", "dWhy", "dby", "BPTT"),
                    ran.out().lines().map(line -> line.split(" ")[0]).toList());
                assertTrue(ran.out().endsWith("\nBPTT agrees with the numerical gradient.\n"), ran.out());
                assertFalse(Files.exists(out));
            }
        }

        /** Asking for something else to be shown or generated changes nothing that is learnt. */
        @Test void whatIsShownDoesNotChangeWhatIsLearnt() {
            var bits = new LinkedHashMap<String, List<String>>();
            for (String options : List.of("", "--log-every 1", "--generate 0", "--prime H", "--quiet",
                    "--temperature 0.3 --generate 500")) {
                Ran ran = tool(with(("--hidden 8 " + options).split(" "), "--data", example("elements"),
                    "--validate", "10%", "--epochs", 2, "--out", temp));
                assertEquals(0, ran.status(), ran.err());
                bits.put(options, learnt(temp));
            }
            assertEquals(1, Set.copyOf(bits.values()).size(), bits.toString());
        }

        @Test void noEpochsOnlyGenerateAndTheLastOfARepeatedOptionCounts() {
            Ran ran = tool("--epochs", 5, "--epochs", 0, "--out", temp.resolve("never"), "--out", temp);
            assertFalse(Files.exists(temp.resolve("never")));
            assertEquals(0, ran.status());
            assertFalse(ran.out().matches("(?s).*(epoch|training).*"), ran.out());
            assertTrue(ran.out().startsWith("loss on toy 0."), ran.out());
            assertEquals(3, Results.in(temp).sequence(0).get("generated").size());
        }

        @ParameterizedTest
        @CsvSource({"'', 3, 200", "--generate 0, 0, 0", "--generate 1, 1, 1", "--generate 50, 50, 50"})
        void generateSaysHowManyStepsOrCharacters(String options, int steps, int characters) {
            Object[] args = ("--epochs 1 " + options).split(" ");
            assertEquals(steps, results(args).sequence(0).get("generated").size());
            String text = results(with(args, "--data", file("t.txt", "a😀b\n😀"))).outputs().get("generated").asString();
            assertEquals(characters, text.codePointCount(0, text.length()));
            assertTrue(text.codePoints().allMatch(c -> "a😀b\n".indexOf(c) >= 0), text);
        }

        @Test void theSeedDecidesWhatIsWrittenAndTheTemperatureIs1UnlessGiven() {
            trained("--data", file("t.txt", "hello world, hello words"), "--epochs", 5, "--out", temp);
            String load = "--epochs 0 --load " + temp.resolve("model.safetensors") + " ";
            Function<String, String> written = options -> tool((Object[]) (load + options).split(" ")).out();
            assertEquals(written.apply("--seed 1"), written.apply("--temperature 1.0 --seed 1"));
            assertNotEquals(written.apply("--seed 1"), written.apply("--seed 2"));
        }

        /** Neither is a file's name behind an @ that file, nor are quotes taken off. */
        @Test void aPrimeIsTakenAsItStandsAndBeginsEveryString() {
            results("--data", example("elements"), "--epochs", 1, "--prime", "Xe").outputs().get("generated")
                .forEach(text -> assertTrue(text.asString().startsWith("Xe"), text.toString()));
            String name = "@" + file("names.txt", "--epochs 5");
            Path data = file("t.txt", "@ab-\"'" + name);
            for (Object[] prime : new Object[][] {{"--prime", name}, {"--prime=\"a'-"}}) {
                Results results = results(with(prime, "--data", data, "--epochs", 1));
                assertEquals(prime.length == 2 ? name : "\"a'-", results.outputs().get("prime").asString());
            }
        }

        /** The loss held out falls, then rises for as long as this learning rate is kept. */
        static final String OVERFITS = "--validate 40% --hidden 8 --lr 0.3 --momentum 0.9 --epochs 60 --seed 3";

        /** As if by Keras: at the first epoch that is so many behind the best, with the weights of the best. */
        @ParameterizedTest @ValueSource(ints = {1, 3, 10, 1000})
        void patienceStopsBehindTheBestEpochAndKeepsItsWeights(int patience) {
            Path whole = temp.resolve("whole"), stopped = temp.resolve("stopped"), best = temp.resolve("best");
            Object[] args = with(OVERFITS.split(" "), "--data", mine("{'series': "
                + Arrays.toString(new Random(6).doubles(40).toArray()) + "}"));
            trained(with(args, "--out", whole));
            List<String> rows = text(whole.resolve("loss.csv")).lines().toList();
            int lowest = 0, last = 0;
            double least = Double.POSITIVE_INFINITY;
            while (last < 60 && (last == 0 || last - lowest < patience)) {
                double heldOut = Double.parseDouble(rows.get(++last).split(",")[2]);
                if (heldOut < least) lowest = last;
                least = Math.min(least, heldOut);
            }
            assertEquals(patience < 1000, last < 60, "the data are such that it stops, but not for the longest");
            Ran ran = tool(with(args, "--patience", patience, "--out", stopped));
            String line = "\nAfter epoch %d, the lowest held-out loss; an epoch's loss is taken while it trains:\n";
            assertTrue(ran.out().contains(line.formatted(lowest)), ran.out());
            Results results = Results.in(stopped);
            assertEquals(rows.subList(0, last + 1), results.losses());
            assertEquals(List.of((double) lowest, (double) last, least), List.of(results.number("best_epoch"),
                results.number("epochs"), results.number("validation_loss")));
            trained(with(args, "--epochs", lowest, "--out", best));
            assertEquals(hash(best.resolve("model.safetensors")), hash(stopped.resolve("model.safetensors")));

            // more patience goes on as if it had been there from the start, and without any the last weights count
            if (last < 60) assertTrue(tool(with(args, "--patience", patience, "--resume", "--out", stopped)).err()
                .endsWith(" has %d epochs, epoch %d is the best; a larger --patience goes on\n"
                    .formatted(last, lowest)));
            trained(with(args, "--patience", 1000, "--epochs", last + 1, "--resume", "--out", stopped));
            if (last == 60) return;
            trained(with(args, "--resume", "--out", stopped));
            assertSameFiles(whole, stopped);
        }

        @Test void aSignalLetsTheFilesBeFinishedAndResumeGoesOn() throws Exception {
            Object[] args = {"--data", example("parity"), "--momentum", 0.9, "--clip", 1, "--epochs", 200,
                "--validate", 40};
            Path whole = temp.resolve("whole"), stopped = temp.resolve("stopped");
            trained(with(args, "--out", whole));
            Process process = started(with(args, "--out", stopped));
            awaitCheckpoint(process, stopped);
            signal(process, "TERM");
            assertEquals(143, process.waitFor());
            String line = printed(process);
            assertTrue(line.matches("rnn: interrupted in epoch \\d+ of 200; --resume goes on\n"), line);
            assertTrue(Files.exists(stopped.resolve("outputs.json")));
            trained(with(args, "--resume", "--out", stopped));
            assertSameFiles(whole, stopped);
        }

        /** The first signal waits for an update of some seconds, the second does not. A job may ignore INT. */
        @Test void aSecondSignalLeavesAtOnce() throws Exception {
            Path out = temp.resolve("out"), text = file("long.txt", "abcdefghijklmnopqrstuvwxyz".repeat(2000));
            trained("--data", text, "--epochs", 0, "--hidden", 8, "--generate", 1, "--out", out);
            Map<String, String> before = hashes(out);
            Process process = started("--data", text, "--steps", 50_000, "--hidden", 400, "--threads", 1, "--out", out);
            while (text(out.resolve(".lock")).equals(String.valueOf(ProcessHandle.current().pid()))) Thread.sleep(5);
            Thread.sleep(500);
            signal(process, "TERM");
            assertFalse(process.waitFor(700, TimeUnit.MILLISECONDS), "it finishes the update first");
            signal(process, "TERM");
            assertTrue(process.waitFor(20, TimeUnit.SECONDS), "it leaves at once");
            assertEquals(143, process.exitValue());
            assertEquals("", printed(process));
            before.put(".lock", hash(out.resolve(".lock")));
            assertEquals(before, hashes(out));
        }

        /** A report that would take a minute, with training done or ended by a first signal. */
        @ParameterizedTest @ValueSource(ints = {1, 2}) void aSignalEndsTheReportAtOnce(int signals) throws Exception {
            Path out = temp.resolve("out");
            Process process = started("--data", file("t.txt", "abab"), "--epochs", signals == 1 ? 1 : 100_000_000,
                "--generate", 100_000_000, "--out", out);
            awaitCheckpoint(process, out);
            for (int n = 1; n <= signals; n++) {
                if (n > 1) signal(process, "TERM");
                assertFalse(process.waitFor(1, TimeUnit.SECONDS), "it writes the report");
            }
            signal(process, "TERM");
            assertTrue(process.waitFor(2, TimeUnit.SECONDS), "it leaves at once");
            assertEquals(143, process.exitValue());
            assertFalse(Files.exists(out.resolve("outputs.json")));
            rnn.readModel(out.resolve("model.safetensors"));
        }

        void signal(Process process, String name) throws Exception {
            assertEquals(0, new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor());
        }

        /** Turkish has another i, Arabic and Hindi digits of their own, German a comma, Thailand another year. */
        @ParameterizedTest @ValueSource(strings = {"de-DE", "tr-TR", "ar-EG-u-nu-arab", "hi-IN-u-nu-deva",
            "fa-IR-u-nu-arabext", "th-TH-u-ca-buddhist-nu-thai", "sv-SE"})
        void nothingDependsOnTheLocale(String tag) {
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

        /** All that runs of every form, good and bad, print and write. */
        List<String> everything() {
            Path out = temp.resolve("out");
            var all = new ArrayList<String>();
            for (String command : List.of("--epochs 12 --lr 0.25 --validate 10% --data " + example("sunspots"),
                    "--epochs 3", "--check-gradients", "--help", "--epochs 1 --data " + example("parity"),
                    "--epochs 1 --data " + example("elements"), "--lr 1000", "--validate 5", "--hidden -1",
                    "--data " + mine("{'series': [1,2,\n1e999]}"),
                    "--batch 9 --data " + file("s.json", quoted("{'series': [1, 2]}")))) {
                Ran ran = tool((Object[]) (command + " --out " + out).split(" "));
                all.addAll(List.of(command, "" + ran.status(), ran.out(), ran.err()));
                for (String name : FILES)
                    if (Files.exists(out.resolve(name))) all.add(new String(bytes(out.resolve(name)), ISO_8859_1));
            }
            return all;
        }
    }

    // ── The whole: bits, trust, launcher, JShell, README, what it learns ────────────────────────────────────────────

    /** The same seed, data and options give the same bits: on every JDK there is, interpreted and compiled. */
    @Nested class BitForBit {
        /** One small training of each form of data. */
        static final Map<String, String> TRAININGS = Map.of("toy", "--epochs 30",
            "sunspots", "--epochs 10 --validate 68", "parity", "--epochs 1 --validate 10% --momentum 0.9 --clip 1",
            "elements", "--epochs 1 --threads 8", "text", "--epochs 1 --batch 2 --threads 3");

        /** Runs rnn once for each argument, a command line with a tab between its words. */
        static final class Runs {
            public static void main(String... commandLines) {
                for (String line : commandLines) if (rnn.run(line.split("\t")) != 0) throw new AssertionError(line);
            }
        }

        record Trained(String training, List<String> bits, String where) { }

        @Test void lossesAndModelsAreTheSameOnEveryJdkInEveryWayItRuns() throws IOException {
            file("text.txt", text(PROJECT.resolve("README.md")).substring(0, 600));
            var ways = new ArrayList<Map.Entry<Path, String>>();
            for (Path jdk : jdks())
                for (String mode : List.of("-Xint -Duser.timezone=Pacific/Apia",
                        "-XX:TieredStopAtLevel=1 -Duser.language=hi -Duser.country=IN",
                        "-Xmixed -Duser.language=ar -Duser.country=EG -Duser.extensions=u-nu-arab"))
                    ways.add(Map.entry(jdk, mode));
            for (String mode : List.of("-XX:UseAVX=2 -Duser.language=de -Duser.timezone=Asia/Kathmandu",
                    "-XX:UseAVX=1 toy", "-XX:UseAVX=0 -Duser.language=tr toy",
                    "-XX:ObjectAlignmentInBytes=64 -XX:LoopUnrollLimit=200"))
                ways.add(Map.entry(ways.get(0).getKey(), mode));
            var bits = ways.parallelStream().flatMap(way -> train(way.getKey(), way.getValue()))
                .collect(Collectors.groupingBy(Trained::training, Collectors.groupingBy(Trained::bits,
                    Collectors.mapping(Trained::where, Collectors.toList()))));
            bits.forEach((training, where) -> assertEquals(1, where.size(), training + ": " + where));
            assertEquals(2 * TRAININGS.size(), bits.values().stream().flatMap(where -> where.keySet().stream())
                .flatMap(List::stream).distinct().count(), "no training does what another one does");
        }

        /** A mode is Java's options and, if not all, the training to do. */
        Stream<Trained> train(Path jdk, String mode) {
            return unchecked(() -> {
                Path out = Files.createTempDirectory(temp, "bits");
                var options = new ArrayList<>(List.of("-XX:+IgnoreUnrecognizedVMOptions", "-XX:-PrintWarnings"));
                var trainings = new TreeSet<>(TRAININGS.keySet());
                for (String word : mode.split(" "))
                    if (word.startsWith("-")) options.add(word);
                    else trainings.retainAll(Set.of(word));
                Function<String, Path> data = name -> name.equals("text") ? temp.resolve("text.txt") : example(name);
                var command = rnnCommand(options, trainings.stream().map(name -> String.join("\t",
                    (TRAININGS.get(name) + " --quiet --hidden 4 --generate 20").replace(' ', '\t'),
                    "--data", data.apply(name).toString(), "--out", out.resolve(name).toString())).toArray());
                command.set(0, jdk.resolve("bin/java").toString());
                command.set(command.indexOf("rnn"), Runs.class.getName());
                assertEquals(new Ran(0, "", ""), process(temp, command), jdk + " " + mode);
                return trainings.stream().map(name -> new Trained(name, learnt(out.resolve(name)), jdk + " " + mode));
            });
        }

        /** This JDK, and those beside it that can run what it has compiled. */
        Set<Path> jdks() throws IOException {
            Path own = Path.of(System.getProperty("java.home")).toRealPath();
            var jdks = new LinkedHashSet<>(List.of(own));
            try (var beside = Files.list(own.getParent()); var in = rnn.class.getResourceAsStream("rnn.class")) {
                int release = in.readNBytes(8)[7] - 44;             // class files of version 61 need JDK 17
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

    /** Wrong input, kill -9, full disks, planted links: either it goes well, or one line says why not. */
    @Nested class Trust {
        final Random random = new Random(5);

        /** Either it trains, or it says in one line why not and leaves nothing behind. */
        void trainsOrRefuses(byte[] content, String name) throws IOException {
            Path out = temp.resolve("out"), file = write(temp.resolve(name), content);
            Ran ran = tool("--data", file, "--epochs", 1, "--hidden", 2, "--generate", 2, "--quiet", "--out", out);
            String what = new String(content, 0, Math.min(content.length, 300), ISO_8859_1);
            switch (ran.status()) {
                case 0 -> assertEquals("", ran.err(), what);
                case 1 -> assertTrue(ran.err().contains("no longer finite"), what + ran);
                case 2 -> {
                    assertFalse(Files.exists(out), what);
                    assertTrue(ran.err().startsWith("rnn: " + file)
                        || ran.err().matches("rnn: (--|\\d+ inputs?,).*\n"), what + ran);
                }
                default -> fail(what + ran);
            }
            if (ran.status() != 0) assertOneLine(ran, what);
            if (Files.exists(out)) for (String left : hashes(out).keySet()) Files.delete(out.resolve(left));
            Files.deleteIfExists(out);
        }

        static final List<String> GOOD = Stream.of(
            "{'name': 'a', 'inputs': [[[0.1, 0.2], [0.3, 4e-1]], [[1, 2], [3, 4]]], 'targets': [[[0.5]], [[-1]]]}",
            "{'inputs': [[[1], [0], [1]], [[0], [0]]], 'labels': [[1, 1, 0], [0, 0]], 'source': '\\u00e9'}",
            "{'inputs': [[[1], [0]], [[0], [0]]], 'labels': [1, 0]}",
            "{'series': [1, 2.5, -3, 4e2, 5]}", "{'series': [[1, 2], [2.5, 3], [-3, 1]]}",
            "{'text': 'h\\u00e9llo \\ud83d\\ude00 world'}",
            "{'text': ['one', 'two', 'o'], 'description': 'd'}").map(RnnTest::quoted).toList();
        static final int SERIES = 3, STRINGS = 6;                       // where these stand among them

        /** Pieces that have broken readers of JSON before. */
        static final List<String> PIECES = List.of("[", "]", "{", "}", ",", ":", "\"", "null", "true", "NaN",
            "Infinity", "-", "1e999", "-1e999", "1e-999", "0x10", "01", "1.", ".5", "2147483648", "2000000000", "-1",
            "99999999999999999999", "\"inputs\":", "\"series\": [1,2],", "\"text\": \"ab\",", "\\ud800", "\\", "\0",
            "/* a */", "// b\n", "\ufeff", "[[[1]]]", "{}", "[]", "\"\"", "1".repeat(5000), "é", "\ud83d\ude00");

        /** A good file with some bytes changed, put in, taken out or cut off, most often near its beginning. */
        byte[] broken(byte[] good) {
            var text = new StringBuilder(new String(good, ISO_8859_1));
            for (int times = 1 + random.nextInt(3); times > 0; times--) {
                int at = random.nextInt(1 + (random.nextBoolean() ? Math.min(text.length(), 900) : text.length())),
                    to = Math.min(text.length(), at + 1 + random.nextInt(6));
                String piece = new String(PIECES.get(random.nextInt(PIECES.size())).getBytes(UTF_8), ISO_8859_1);
                switch (random.nextInt(9)) {
                    case 0 -> text.insert(at, piece);
                    case 1 -> text.replace(at, to, piece);
                    case 2 -> text.delete(at, to);
                    case 3 -> text.setLength(at);
                    case 4 -> text.insert(at, text.substring(at, to));
                    case 5 -> text.replace(at, Math.min(text.length(), at + 1), "" + (char) random.nextInt(256));
                    default -> text.replace(at, Math.min(text.length(), at + 1),
                        "" + "0123456789[]{},:\"-.e ".charAt(random.nextInt(21)));
                }
            }
            return text.toString().getBytes(ISO_8859_1);
        }

        @Test void everyBrokenDatasetTrainsOrIsRefusedInOneLine() throws IOException {
            for (int n = 0; n < 1500; n++)
                trainsOrRefuses(broken(GOOD.get(n % GOOD.size()).getBytes(UTF_8)), "broken.json");
        }

        @Test void extremeDatasetsAreRefusedInOneLine() throws IOException {
            for (String extreme : List.of("[".repeat(100_000), "{'inputs': " + "[".repeat(100_000),
                "{'inputs': [[[1]]], 'labels': [2000000000]}", "{'inputs': [[[1]]], 'labels': [2147483646]}"))
                trainsOrRefuses(quoted(extreme).getBytes(UTF_8), "extreme.json");
            trainsOrRefuses("a\0b".getBytes(UTF_8), "extreme.txt");
        }

        /** The metadata of a series and of strings are different ones. */
        @ParameterizedTest @CsvSource({"model, " + SERIES, "model, " + STRINGS, "checkpoint, " + STRINGS})
        void everyBrokenFileIsReadOrRefusedInOneLine(String name, int form) {
            boolean model = name.equals("model");
            Path data = file("data.json", GOOD.get(form)), file = temp.resolve(name + ".safetensors");
            trained("--data", data, "--epochs", 2, "--hidden", 2, "--out", temp);
            byte[] good = bytes(file);
            for (int n = 0; n < 500; n++) {
                write(file, broken(good));
                Object[] read = model ? new Object[] {"--load", file, "--epochs", 0, "--generate", 3}
                    : new Object[] {"--resume", "--epochs", 3, "--hidden", 2};
                Ran ran = tool(with(read, "--data", data, "--quiet", "--out", temp));
                if (ran.status() != 0) assertOneLine(ran, n);
                assertTrue(ran.status() == 0 || ran.status() == 2
                    || !model && ran.err().contains("no longer finite"), ran.toString());
            }
        }

        /**
         * A checkpoint that is a good file, but not a good checkpoint: the rows of a tensor, the hidden units of a
         * velocity (v.*) whose tensors fit one another, or the origin, which files of rnn 1.0 call "options".
         */
        @ParameterizedTest @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            progress | 0 1 1    | has no tensor h, but [
            progress | 1 0 1    | has no tensor best.Wxh, but [
            progress | 0 4 1    | update 4 of 4 and best epoch 0 of 3 cannot be
            progress | 0 -1 1   | update -1 of 4 and best epoch 0 of 3 cannot be
            progress | -1 0 1   | update 0 of 4 and best epoch -1 of 3 cannot be
            progress | 4 0 1    | update 0 of 4 and best epoch 4 of 3 cannot be
            progress | 1 2      | progress is 1 by 2, but 1 by 3 would fit the others
            v.by     | 1 2      | v.by is 1 by 2, but 1 by 3 would fit the others
            p.Whh    | 1 2, 3 4 | p.Whh is 2 by 2, but 16 by 16 would fit the others
            last.Wxh | 1 2, 3 4 | last.Wxh is 2 by 2, but 3 by 16 would fit the others
            losses   | 1 2, 3 4 | losses is 2 by 2, but 2 by 1 would fit the others
            v.*      | 2        | v.Wxh is 3 by 2, but 3 by 16 would fit the others
            origin   | ##       | is not a checkpoint of this version of rnn; train anew
            origin   | all      | is not a checkpoint of this version of rnn; train anew
            """)
        void aCheckpointThatLiesIsRefusedAndNoFileChanges(String key, String lie, String message) {
            var series = IntStream.range(0, 9).mapToObj(t -> List.of(t, t * t, t % 4)).toList();
            Object[] args = {"--data", mine("{'series': " + series + "}"), "--steps", 2, "--quiet", "--out", temp};
            Path file = temp.resolve("checkpoint.safetensors");
            trained(with(args, "--epochs", 3));
            rnn.Safetensors checkpoint = rnn.readSafetensors(file);
            if (key.equals("origin")) checkpoint.metadata().put(key, lie);
            else if (key.equals("v.*")) checkpoint.put("v.", rnn.Parameters.zeros(3, Integer.parseInt(lie), 3));
            else checkpoint.matrices().put(key, Stream.of(lie.split(", ")).map(row ->
                Stream.of(row.split(" ")).mapToDouble(Double::parseDouble).toArray()).toArray(double[][]::new));
            rnn.writeSafetensors(file, checkpoint);
            Map<String, String> before = hashes(temp);
            Ran ran = tool(with(args, "--epochs", 9, "--resume"));
            assertEquals(2, ran.status(), ran.toString());
            assertTrue(ran.err().startsWith("rnn: " + file + ": " + message), ran.err());
            assertOneLine(ran, message);
            assertEquals(before, hashes(temp));
        }

        /** A velocity can be so large that the next step has no finite numbers. */
        @Test void whatIsNotFiniteIsNeverWritten() {
            Object[] args = {"--epochs", 1, "--momentum", 0.9, "--explain", "--quiet", "--out", temp};
            Path file = temp.resolve("checkpoint.safetensors");
            trained(args);
            String page = hash(temp.resolve("explain.html"));
            rnn.Safetensors checkpoint = rnn.readSafetensors(file);
            checkpoint.matrices().put("v.by", new double[][] {{2e307, 0, 0}});
            rnn.writeSafetensors(file, checkpoint);
            Ran ran = tool(with(args, "--resume"));
            assertEquals(1, ran.status());
            assertTrue(ran.err().endsWith("rnn: the network's outputs are not finite; its weights are too large: "
                + "try a smaller --learning-rate\n"), ran.err());
            assertEquals(page, hash(temp.resolve("explain.html")));
        }

        /** How many kills, a third for each training; `bench/kills` asks for more. */
        static final int KILLS = Integer.getInteger("rnn.kills", 9);

        /** Long trainings: momentum and shuffled batches, validation, a text in the middle of an epoch. */
        List<Object[]> trainings() {
            Path text = file("long.txt", IntStream.range(0, 20_000).mapToObj(i -> Integer.toString(i * i % 37))
                .collect(Collectors.joining(" ")));
            return List.of(
                new Object[] {"--data", example("parity"), "--momentum", 0.9, "--clip", 1, "--epochs", 120,
                    "--validate", 40},
                new Object[] {"--data", example("sunspots"), "--validate", 68, "--epochs", 600, "--lr", 0.01,
                    "--batch", 2, "--weight-decay", 0.001, "--patience", 400},
                new Object[] {"--data", text, "--epochs", 2, "--hidden", 24, "--validate", "10%"});
        }

        @Test void aRunThatIsKilledAndResumedEndsWithTheBitsOfOneThatWasNot() {
            List<Object[]> trainings = trainings();
            int kills = IntStream.range(0, trainings.size()).parallel().map(n -> unchecked(() ->
                killAndCompare(trainings.get(n), temp.resolve("" + n), new Random(n)))).sum();
            System.out.printf("%d kills survived%n", kills);
        }

        /** Kills and resumes a training, and again anew, until it has been killed its part of the times. */
        int killAndCompare(Object[] training, Path folder, Random moments) throws Exception {
            long start = System.currentTimeMillis();
            Process undisturbed = started(with(training, "--out", folder.resolve("whole")));
            assertEquals(0, undisturbed.waitFor(), "the run that is not killed fails");
            long wholeRun = System.currentTimeMillis() - start;
            int starts = 0, kills = 0;
            for (int run = 0; kills < KILLS / 3; run++) {
                Path out = folder.resolve("" + run);
                for (boolean done = false; !done; ) {
                    assertTrue(starts++ < 200 + 3 * KILLS, "it gets nowhere");
                    Process process = started(with(training, Files.exists(out.resolve("checkpoint.safetensors"))
                        ? new Object[] {"--resume", "--out", out} : new Object[] {"--out", out}));
                    done = process.waitFor(kills >= KILLS / 3 ? 60_000
                        : (long) (wholeRun * (0.3 + 0.6 * moments.nextDouble())), TimeUnit.MILLISECONDS);
                    if (done) assertEquals(0, process.exitValue(), printed(process));
                    else kills++;
                    process.destroyForcibly().waitFor();
                    if (Files.exists(out.resolve("model.safetensors"))) {
                        rnn.readModel(out.resolve("model.safetensors"));
                        assertTrue(text(out.resolve("loss.csv")).endsWith("\n"));
                    }
                }
                assertSameFiles(folder.resolve("whole"), out);
            }
            return kills;
        }

        @Test void aFolderIsForOneRunAtATimeAndADeadOnesLockIsNoObstacle() throws Exception {
            Path out = temp.resolve("out");
            Process first = started("--epochs", 100_000_000, "--out", out);
            awaitCheckpoint(first, out);
            String line = ": process " + first.pid() + " is writing to it; wait for it or give another --out\n";
            assertEquals(new Ran(1, "", "rnn: " + out + line), tool("--quiet", "--out", out));
            first.destroyForcibly().waitFor();
            trained("--epochs", 1, "--out", out);
            try (var lock = rnn.lock(out)) {
                assertEquals(new Ran(1, "", "rnn: " + out + ": this very process is writing to it\n"),
                    tool("--epochs", 1, "--out", out));
            }
        }

        /** A pipe with a name is read like any other file; the size of a model cannot be known before its end. */
        @Test void aNamedPipeIsADatasetOrAModelToo() throws Exception {
            Path pipe = temp.resolve("pipe"), out = temp.resolve("out");
            assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0);
            trained("--epochs", 1, "--out", out);
            String model = " '" + out.resolve("model.safetensors") + "'", not = ": " + Section10Files.NOT_WHOLE;
            for (String[] how : new String[][] {
                    {"--data", "cat '" + file("data.json", GOOD.get(SERIES)) + "'", ""},
                    {"--data", "printf ''", ": is empty"},
                    {"--data", "printf {", ":1:2: is not valid JSON: "
                        + "Unexpected end-of-input: expected close marker for Object"},
                    {"--load", "cat" + model, ""}, {"--load", "echo | cat" + model + " -", not},
                    {"--load", "head -c -1" + model, not}, {"--load", "head -c 9" + model, not}}) {
                new ProcessBuilder("sh", "-c", how[1] + " >'" + pipe + "'").start();
                String line = how[2].isEmpty() ? "" : "rnn: " + pipe + how[2] + "\n";
                assertEquals(new Ran(line.isEmpty() ? 0 : 2, "", line),
                    tool(how[0], pipe, "--epochs", 0, "--quiet", "--out", temp.resolve("2")), how[1]);
            }
        }

        @Test void whatMayNotBeReadIsSaid() {
            Path secret = file("secret.json", GOOD.get(SERIES)), memory = Path.of("/proc/self/mem");
            secret.toFile().setReadable(false);
            if (!Files.isReadable(secret))                                  // root may read it
                rejects(2, "secret.json: cannot be read: permission denied", "--data", secret);
            if (Files.exists(memory))
                rejects(2, "/proc/self/mem: cannot be read: Input/output error", "--data", memory);
        }

        /** Nothing in a dataset, a model or a checkpoint is taken for the name of a file. */
        @Test void whatAFileSaysOpensNoOther() throws IOException {
            Path victim = file("victim", "mine"), out = temp.resolve("out"),
                checkpoint = out.resolve("checkpoint.safetensors");
            Path data = file("data.json", quoted("{'name': '../victim', 'source': '" + victim + "', 'text': '" + victim
                + " $(touch x) `touch x`'}"));
            trained("--data", data, "--epochs", 1, "--plot", "--out", out);
            rnn.Safetensors lying = rnn.readSafetensors(checkpoint);
            for (String key : List.of("out", "file", "path", "load", "model", "name"))
                lying.metadata().put(key, victim.toString());
            rnn.writeSafetensors(checkpoint, lying);
            // where loss.csv is written before it is moved into its place, and the places of the others
            Files.createSymbolicLink(out.resolve(".loss.csv.part"), victim);
            for (String name : List.of("loss.csv", "model.safetensors", "outputs.json", "plot.png")) {
                Files.delete(out.resolve(name));
                Files.createSymbolicLink(out.resolve(name), victim);
            }
            trained("--data", data, "--epochs", 2, "--resume", "--plot", "--out", out);
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

        /** What draws is for --plot alone; a process is only started to ask a terminal for its width. */
        @Test void aRunLoadsOnlyWhatItNeeds() throws Exception {
            String plain = classesLoaded("TERM=xterm \"$@\" 2>&1 >out | cat; cat out", "--epochs", 1),
                table = classesLoaded("\"$@\"", "--epochs", 1, "--data", file("mine.csv", "5\n6\n"));
            assertFalse(plain.contains("java.lang.ProcessBuilder"), "a pipe has no width");
            assertFalse(plain.contains("jackson.dataformat.") || table.contains("jackson.databind."));
            assertTrue(table.contains("jackson.dataformat."));
            String plotted = classesLoaded("\"$@\"", "--epochs", 1, "--plot", "--data", example("elements"));
            for (String drawing : List.of("java.awt.", "javax.imageio.", "org.knowm.")) {
                assertFalse(plain.contains(drawing), drawing + " is loaded");
                assertTrue(plotted.contains(drawing), drawing);
            }
            for (String forbidden : List.of("java.lang.ProcessBuilder", "java.net.Socket", "java.net.HttpURLConnection",
                "sun.net.www.protocol.http.HttpURLConnection", "javax.script.ScriptEngineManager"))
                assertFalse(plotted.contains(" " + forbidden + " "), forbidden + " is loaded");
        }

        /** What Java prints when a script runs rnn as "$@". */
        String classesLoaded(String script, Object... args) throws Exception {
            Ran ran = inShell(script, List.of("-XX:TieredStopAtLevel=1", "-verbose:class"), args);
            assertEquals(0, ran.status(), ran.err());
            return ran.out();
        }

        /** A disk of 200 kB where this machine lets us have one, and files of 16 kB at most where not. */
        @Test void aFullDiskFailsInOneLineAndOlderFilesStayWhole() throws Exception {
            Path disk = Files.createDirectory(temp.resolve("disk")), out = disk.resolve("out");
            String where = disk.toString();
            boolean mounted = process(temp, List.of("mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", where))
                .status() == 0;
            try {
                trained("--epochs", 3, "--out", out);
                Map<String, String> before = hashes(out);
                Ran ran = inShell((mounted ? "" : "ulimit -f 32; ") + "exec \"$@\"",
                    "--epochs", 100_000, "--hidden", 100, "--quiet", "--out", out);
                assertEquals(1, ran.status(), ran.toString());
                assertTrue(ran.err().matches("rnn: " + out + "/\\S+: cannot be written: "
                    + (mounted ? "No space left on device" : "File too large") + "\n"), ran.err());
                assertEquals(before.keySet(), hashes(out).keySet(), "nothing half-written is left");
                assertEquals(before.get("outputs.json"), hash(out.resolve("outputs.json")));
                for (String file : List.of("model.safetensors", "checkpoint.safetensors"))
                    rnn.readSafetensors(out.resolve(file));
            } finally {
                if (mounted) process(temp, List.of("umount", where));
            }
        }

        /** Runs a script in which "$@" is rnn with these arguments. */
        Ran inShell(String script, Object... args) throws Exception { return inShell(script, QUICK_START, args); }

        Ran inShell(String script, List<String> jvmOptions, Object... args) throws Exception {
            var command = new ArrayList<>(List.of("bash", "-c", script, "bash"));
            command.addAll(rnnCommand(jvmOptions, args));
            return process(temp, command);
        }

        /** Where they are closed, their numbers are those of the first files that Java opens. */
        @ParameterizedTest @CsvSource(delimiter = '|', textBlock = """
            >/dev/full    | --epochs 20       | 1 | standard output: cannot be written: No space left on device
            '| head -1'   | --epochs 20       | 0 |
            >&-           | -V                | 1 | standard output: cannot be written: Bad file descriptor
            >&-           | --epochs 1        | 1 | standard output: cannot be written: Bad file descriptor
            >&-           | --epochs 1 --plot -q | 0 |
            <&-           | --data -          | 2 | -: cannot be read: it is closed
            <&-           | --epochs 1 -q     | 0 |
            2>&-          | --epochs 1 -q     | 0 |
            2>&-          | --lr fast         | 2 |
            <&- >&- 2>&-  | --epochs 1 --plot -q | 0 |
            """)
        void standardStreamsMayBeFullOrClosed(String how, String args, int status, String line) throws Exception {
            Ran ran = inShell("set -o pipefail; \"$@\" " + how, (Object[]) args.split(" "));
            assertTrue(status > 0 || Files.exists(temp.resolve("rnn-out/outputs.json")));
            assertEquals(new Ran(status, ran.out(), line == null ? "" : "rnn: " + line + "\n"),
                new Ran(ran.status(), ran.out(), withoutTimes(ran.err())));
        }

        @Test void aFolderThatVanishesIsSaid() throws Exception {
            Path out = temp.resolve("out"), elsewhere = temp.resolve("elsewhere");
            Process process = started("--epochs", 100_000_000, "--out", out);
            awaitCheckpoint(process, out);
            Files.move(out, elsewhere);
            assertTrue(process.waitFor(20, TimeUnit.SECONDS));
            assertEquals("rnn: " + out + "/loss.csv: cannot be written: no such file or folder\n", printed(process));
            assertEquals(1, process.exitValue());
            for (String file : List.of("model.safetensors", "checkpoint.safetensors"))
                rnn.readSafetensors(elsewhere.resolve(file));
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

        /** Runs the launcher with what a shell makes of these words, in an environment with these settings. */
        Ran jbang(String words, String stdin, String... environment) throws Exception {
            var command = new ArrayList<>(List.of("/usr/bin/env", "JBANG_DIR=" + home, "PATH=" + path(),
                "JAVA_HOME=" + System.getProperty("java.home")));
            command.addAll(List.of(environment));
            // a file, because an argument of a process would be encoded as the locale has it
            Path script = file("command.sh", "exec '" + PROJECT.resolve("jbang") + "' " + words + " <'"
                + file("stdin", stdin) + "'");
            command.addAll(List.of("/bin/sh", script.toString()));
            return process(temp, command);
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
                Ran ran = jbang("Echo.java " + quoted, "one line\nand another", "LC_ALL=" + locale);
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
            file("Archived.java", ECHO.replace("Echo", "Archived"));
            Ran said = new Ran(7, "[97, 32, 98]\n[]\n", "to standard error\n");
            jbang("Archived.java 'a b' ''", "");                           // says that it builds
            for (int run = 0; run < 2; run++) assertEquals(said, jbang("Archived.java 'a b' ''", ""));
            Path archive = null;
            for (int wait = 0; archive == null && wait < 600; wait++, Thread.sleep(50))
                try (var all = Files.walk(home.resolve("cache/jars"))) {
                    archive = all.filter(path -> path.toString().matches(".*/Archived\\.java\\..*\\.jsa")).findFirst()
                        .orElse(null);
                }
            assertNotNull(archive, "an archive");
            assertEquals(said, jbang("Archived.java 'a b' ''", ""));
            Ran loaded = jbang("run --java-options=-Xlog:class+load Archived.java", "");
            assertTrue(loaded.out().contains("Archived source: shared objects file"), "it comes from the archive");
            Files.delete(archive);
            write(archive, new byte[5000]);
            assertEquals(said, jbang("Archived.java 'a b' ''", ""));
        }

        @Test void whatDoesNotCompileIsNoSuccess() throws Exception {
            file("Broken.java", "class Broken { void }");
            Ran ran = jbang("Broken.java", "");
            assertNotEquals(0, ran.status());
            assertNotEquals(255, ran.status());
            assertTrue(ran.err().contains("Broken.java:1:"), ran.err());
        }

        @Test void aJBangOnThePathIsUsed() throws Exception {
            Path other = Files.createDirectory(temp.resolve("other bin")),
                link = Files.createDirectory(temp.resolve("link"));
            executable(other.resolve("jbang"), "printf '<%s>' \"$@\"\ncat\nexit 9\n");
            Files.createSymbolicLink(link.resolve("jbang"), PROJECT.resolve("jbang"));
            Ran ran = jbang("x.java 'a b' '' '*'", "input",
                "PATH=" + link + ":" + PROJECT + ":" + other + ":" + path());
            Files.delete(link.resolve("jbang"));
            assertEquals(new Ran(9, "<x.java><a b><><*>input", ""), ran, "not the launcher itself, by whatever name");
        }

        @ParameterizedTest @CsvSource({"1.8.0_452", "11.0.2", "16", "''"})
        void anOldJavaIsNamedInOneLineAndSoIsNone(String version) throws Exception {
            Path bin = Files.createDirectories(temp.resolve("bin")), java = bin.resolve("java");
            if (!version.isEmpty()) executable(java, "echo 'openjdk version \"" + version + "\" 2018-10-16' >&2\n");
            assertEquals(new Ran(1, "", "jbang: " + (version.isEmpty()
                ? "no Java found: install a JDK, 17 or newer, and put it on the PATH or set JAVA_HOME\n"
                : java + " is Java " + version + ", but a JDK, 17 or newer, is needed\n")),
                jbang("rnn.java", "", "PATH=" + bin, "JAVA_HOME=" + (version.isEmpty() ? "" : temp)));
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
            String[] without = {"PATH=" + bin, "JBANG_DIR=" + own.getParent()};
            String says = "printf '<%s>' \"$0\" \"$@\"\ncat\nexit 9\n", command = "x.java 'a b' '' '*'";
            String noMaven = "jbang: no Maven found: running JBang's web installer, https://sh.jbang.dev\n";

            executable(bin.resolve("curl"),
                "[ \"$*\" = '-fsSL https://sh.jbang.dev' ] && cat <<'end'\n" + says + "end\n");
            assertEquals(new Ran(9, "<jbang><x.java><a b><><*>input", noMaven), jbang(command, "input", without));

            executable(bin.resolve("curl"), "exit 22\n");
            assertEquals(new Ran(1, "", noMaven
                + "jbang: could not fetch JBang: install JBang, or Maven, and try again\n"),
                jbang(command, "", without));

            executable(own.resolve("jbang"), says);                         // where the installer puts it
            assertEquals(new Ran(9, "<" + own.resolve("jbang") + "><x.java><a b><><*>input", ""),
                jbang(command, "input", without));
        }

        static void executable(Path path, String script) throws IOException {
            write(path, ("#!/bin/sh\n" + script).getBytes(UTF_8)).toFile().setExecutable(true);
        }

        @Test void throughTheCatalogItRunsFromAnyFolder() throws Exception {
            byte[] catalog = bytes(PROJECT.resolve("jbang-catalog.json"));
            mine("{'name': 'mine', 'series': [1, 2, 3, 4]}");
            Ran added = jbang("catalog add -g --name catalog '" + PROJECT + "'", "");
            assertEquals(0, added.status(), added.err());
            Ran ran = jbang("rnn@catalog --epochs 1 --data mine.json --out out", "");
            assertEquals(0, ran.status(), ran.err());
            assertTrue(ran.out().startsWith("epoch 1 loss "), ran.out());
            assertEquals("mine", json(temp.resolve("out/outputs.json")).get("name").asString(),
                "relative paths are the caller's");
            Ran wrong = jbang("rnn@catalog --epochs many", "");
            assertEquals(new Ran(2, "", "rnn: --epochs must be a whole number from 0 on, not \"many\"\n"), wrong);
            assertArrayEquals(catalog, bytes(PROJECT.resolve("jbang-catalog.json")));
        }
    }

    /** A JShell as the command starts it, in this process. */
    static final class Shell {
        /** Runs what is typed in this process; JDK 25's own engine for that cannot load a class that names another. */
        static final ExecutionControlProvider DIRECT = new ExecutionControlProvider() {
            @Override public String name() { return "direct"; }

            @Override public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
                return new DirectExecutionControl();
            }
        };

        private final JShell jshell = JShell.builder().executionEngine(DIRECT, Map.of()).build();

        /** What JDK 17's imports at its start; newer ones import more. */
        static final List<String> IMPORTS = Stream.of("io", "math", "net", "nio.file", "util", "util.concurrent",
            "util.function", "util.prefs", "util.regex", "util.stream").map("import java.%s.*;"::formatted).toList();

        private static Shell rooms, whole;                      // one for all tests, because they take seconds

        /** One that has all rooms, pasted in their order; each needs only those before it. */
        static Shell rooms() {
            if (rooms != null) return rooms;
            Shell shell = withLibraries();
            room(1).lines().filter(line -> line.startsWith("import ")).forEach(shell::paste);
            for (int number = 2; number <= 12; number++) {
                shell.pasteRoom(number);
                shell.assertComplete();
            }
            return rooms = shell;
        }

        /** One that has opened the file. */
        static Shell whole() {
            if (whole != null) return whole;
            Shell shell = withLibraries();
            shell.paste(text(PROJECT.resolve("rnn.java")));
            shell.assertComplete();
            return whole = shell;
        }

        static Shell withLibraries() {
            Shell shell = new Shell();
            IMPORTS.forEach(shell::paste);
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator))
                shell.jshell.addToClasspath(entry);
            return shell;
        }

        /** Pastes a room, definition by definition: JShell looks at all that follows each time. */
        void pasteRoom(int number) {
            for (String definition : room(number).split("\n\n(?= {4}\\S)")) paste(definition);
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

        /** Evaluates, and gives what jshell would show: what is printed, then "name ==> value" for a value. */
        Deque<String> answers(String typed) {
            var value = new StringBuilder();
            Ran ran = running(new byte[0], () -> {
                value.append(Objects.requireNonNullElse(paste(typed), ""));
                return 0;
            });
            var lines = ran.out().lines().collect(Collectors.toCollection(ArrayDeque::new));
            Snippet last = jshell.snippets().reduce((a, b) -> b).orElseThrow();
            String name = last instanceof VarSnippet v ? v.name()
                : last instanceof ExpressionSnippet expression ? expression.name() : null;
            if (name != null && !value.isEmpty()) lines.add(name + " ==> " + value);
            return lines;
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
    }

    /** The lines of rnn.java between the marker of a room and the next one. */
    static String room(int number) {
        Matcher room = Pattern.compile("(?ms)^ *// ── " + number + "\\. .*?$(.*?)(?=^ *// ── \\d+\\. |\\z)")
            .matcher(text(PROJECT.resolve("rnn.java")));
        assertTrue(room.find(), "room " + number);
        // the last room ends with the brace of the class
        return number == 12 ? room.group(1).replaceFirst("}\\s*\\z", "") : room.group(1);
    }

    @Nested class JShellRooms {
        /** What they do there is tried by the dialogues of the pages, below. */
        @Test void roomsTwoToEightNeedNoLibraryAndNoImportThatJShellDoesNotMake() {
            String rooms = IntStream.rangeClosed(2, 8).mapToObj(RnnTest::room).collect(Collectors.joining("\n"));
            Path source = file("Net.java", String.join("\n", Shell.IMPORTS) + "\nclass Net {\n" + rooms + "}\n");
            var said = new ByteArrayOutputStream();
            int status = javax.tools.ToolProvider.getSystemJavaCompiler().run(null, said, said,
                "-cp", temp.toString(), "-proc:none", "-d", temp.toString(), source.toString());
            assertEquals(0, status, said::toString);
        }

        @Test void allRoomsPasteWhereTheLibrariesAre() {
            assertEquals("3", Shell.rooms().paste("toy().T()"));
            assertRuns(Shell.rooms(), "");
        }

        @Test void theWholeFileOpens() {
            assertRuns(Shell.whole(), "rnn.");
        }

        void assertRuns(Shell shell, String prefix) {
            String status = shell.paste("int status = " + prefix
                + "run(\"--epochs\", \"2\", \"--quiet\", \"--out\", \"" + temp + "\")");
            assertEquals("0", status);
            trained("--epochs", 2, "--out", temp.resolve("again"));
            assertEquals(hash(temp.resolve("again/model.safetensors")), hash(temp.resolve("model.safetensors")));
        }
    }

    /**
     * README.md and its pages are run as they stand: blocks marked sh; what follows one, marked text, is what it
     * prints; blocks marked json with a file's name become that file, and blocks marked jshell are a dialogue with
     * JShell. A block after a line {@code <!-- not run: why -->} is left alone. In what is printed, a line of "…"
     * stands for any number of lines.
     */
    @Nested class Readme {
        static final List<String> PAGES = List.of("README.md", "learn/EXAMPLES.md", "learn/JSHELL.md",
            "learn/lecture.md", "learn/PYTORCH.md", "learn/STEP.md", "learn/SWEEPS.md", "bench/SPEED.md");

        /** `place` is the page and the line. */
        record Block(String kind, String name, List<String> lines, String place, boolean run) { }

        static List<Block> blocks(String page) {
            var blocks = new ArrayList<Block>();
            List<String> lines = text(PROJECT.resolve(page)).lines().toList();
            boolean run = true;
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).startsWith("<!-- not run")) run = false;
                if (!lines.get(i).startsWith("```")) continue;
                String[] info = (lines.get(i).substring(3).strip() + " ").split(" ", 2);
                int end = i + 1;
                while (!lines.get(end).equals("```")) end++;
                blocks.add(new Block(info[0], info[1].strip(), lines.subList(i + 1, end), page + ":" + (i + 1), run));
                run = true;
                i = end;
            }
            return blocks;
        }

        @Test void itBeginsWithTheTwoCommands() {
            List<String> commands = blocks("README.md").stream().filter(b -> b.kind().equals("sh"))
                .flatMap(b -> b.lines().stream()).filter(line -> line.startsWith("./jbang")).toList();
            assertEquals(List.of("./jbang rnn.java --epochs 100", "./jbang RnnTest.java"),
                commands.stream().limit(2).toList());
        }

        @ParameterizedTest @FieldSource("PAGES")
        void itsCommandsDoWhatItSays(String page) {
            List<Block> blocks = blocks(page);
            int commands = 0;
            for (int i = 0; i < blocks.size(); i++) {
                Block block = blocks.get(i), next = blocks.get(Math.min(i + 1, blocks.size() - 1));
                if (!block.run()) continue;
                if (block.kind().equals("json") && !block.name().isEmpty())
                    file(block.name(), String.join("\n", block.lines()));
                if (!block.kind().equals("sh")) continue;
                boolean shown = next.kind().equals("text"),
                    error = shown && next.lines().get(next.lines().size() - 1).startsWith("rnn: ");
                String printed = null;
                for (String line : block.lines()) {
                    Ran ran = command(line);
                    if (ran == null) continue;
                    commands++;
                    assertEquals(error ? 2 : 0, ran.status(), block.place() + ": " + line + "\n" + ran);
                    printed = Objects.requireNonNullElse(printed, "")
                        + (ran.out() + ran.err()).replace(temp + "/", "").replace(PROJECT + "/", "");
                }
                if (shown && next.run() && printed != null) assertPrinted(next, printed);
            }
            assertTrue(commands >= 3 || !page.equals("README.md"), commands + " commands in " + page);
        }

        /** A forecast, a text that is learnt better than by counting pairs, and one that goes on from a prime. */
        @Test void theExamplesOfTheHelpDoWhatTheySay() {
            file("series.json", text(example("sunspots")));
            file("book.txt", text(PROJECT.resolve("README.md")).substring(0, 9000));
            List<Ran> ran = tool("--help").out().lines().filter(line -> line.startsWith("  rnn "))
                .map(line -> command(line.replace("  rnn", "jbang rnn.java"))).toList();
            assertEquals(List.of(0, 0, 0), ran.stream().map(Ran::status).toList(), ran.toString());
            assertTrue(Files.exists(temp.resolve("rnn-out/plot.png")));
            Results results = Results.in(temp.resolve("rnn-out"));
            JsonNode pairs = results.outputs().get("baselines").get(1);
            assertEquals("bigrams", pairs.get("name").asString());
            assertTrue(results.number("validation_loss") < pairs.get("loss").doubleValue(), pairs.toString());
            assertTrue(ran.get(2).out().startsWith("Once upon"), ran.get(2).out());
        }

        /** Runs a line that starts rnn, perhaps with a file on its standard input; null for any other line. */
        Ran command(String line) {
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
            return toolReading(rnn.group(1) == null ? new byte[0] : bytes(place(rnn.group(1))), args.toArray());
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
                assertEquals(String.join("\n", block.lines()) + "\n", printed, block.place());
        }

        @TestFactory Stream<DynamicTest> itsDialoguesWithJShellGoAsPrinted() {
            List<Block> dialogues = PAGES.stream().flatMap(page -> blocks(page).stream())
                .filter(block -> block.kind().equals("jshell") && block.run()).toList();
            assertTrue(dialogues.stream().anyMatch(block -> block.place().startsWith("README.md")));
            return dialogues.stream().map(block -> DynamicTest.dynamicTest(block.place(), () -> converse(block)));
        }

        /** What is behind "jshell> " or "   ...> " is typed; every other line is what JShell answers. */
        void converse(Block block) {
            Shell shell = block.name().equals("whole") ? Shell.whole() : Shell.rooms();
            Deque<String> answers = new ArrayDeque<>();
            String typed = "";
            for (String line : (String.join("\n", block.lines()) + "\njshell> ").split("\n")) {
                boolean first = line.startsWith("jshell> "), more = line.startsWith("   ...> ");
                if (!more && !typed.isBlank()) {
                    answers = typed.startsWith("/") ? new ArrayDeque<>() : shell.answers(typed);   // a command: /open
                    typed = "";
                }
                if (first || more) typed += line.substring(8) + "\n";
                else if (!line.isBlank())
                    assertEquals(line.strip(), answers.isEmpty() ? "(nothing)" : answers.removeFirst().strip(),
                        block.place());
            }
        }
    }

    @Nested class Learning {
        /** The embedded Reber grammar: B, T or P, B, a walk through the Reber grammar, E, the same T or P again, E. */
        static boolean isEmbeddedReber(String s) {
            return s.matches("B([TP])B((TS*X|PT*VP)(XT*VP)*(S|XT*VV)|PT*VV)E\\1E");
        }

        @Test void theGrammarAcceptsItsDataAndNoneWithAnotherLetterForTheOneToRemember() {
            for (String s : dataset(example("reber")).texts()) {
                int n = s.length();
                assertTrue(isEmbeddedReber(s), s);
                assertFalse(isEmbeddedReber(s.substring(0, n - 2) + (s.charAt(n - 2) == 'T' ? "P" : "T") + "E"), s);
                assertFalse(isEmbeddedReber(s.substring(1)), s);
            }
        }

        @Test void theGrammarAcceptsTheShareOfWrittenStringsThatTheReadmeSays() {
            var known = Set.copyOf(dataset(example("reber")).texts());
            List<String> written = results("--data", example("reber"), "--hidden", 16, "--epochs", 300, "--lr", 0.03,
                "--momentum", 0.9, "--clip", 0.1, "--batch", 8, "--generate", 12000)
                .outputs().get("generated").valueStream().map(JsonNode::asString).toList();
            assertEquals(98.4, acceptedPercent(written), 0.05);
            assertEquals(90, acceptedPercent(written.stream().filter(text -> !known.contains(text)).toList()), 0.5);
        }

        double acceptedPercent(List<String> texts) {
            return 100.0 * texts.stream().filter(Learning::isEmbeddedReber).count() / texts.size();
        }

        @Test void parityIsLearntForSequencesLongerThanAnyItWasTrainedOn() {
            for (int seed : new int[] {42, 1, 2}) {
                Ran ran = tool("--data", example("parity"), "--validate", 40, "--epochs", 200, "--momentum", 0.9,
                    "--clip", 1, "--seed", seed, "--out", temp);
                assertTrue(ran.out().matches("(?s).*\ntraining loss [\\d.]+, accuracy 100\\.00 %\n"
                    + "held-out loss [\\d.]+, accuracy 100\\.00 %\n.*"), ran.out());
            }
        }

        /** A guess from the frequencies of letters (naive Bayes, add-one, by Python) is right for 49.5 % of the 400. */
        @Test void languagesAreToldApartBetterThanByTheirLetters() {
            Ran ran = tool("--data", example("languages"), "--validate", 400, "--hidden", 64, "--lr", 0.01,
                "--momentum", 0.9, "--clip", 1, "--epochs", 20, "--log-every", 20, "--out", temp);
            Matcher heldOut = Pattern.compile("held-out loss \\S+ accuracy (\\S+) %").matcher(ran.out());
            assertTrue(heldOut.find() && Double.parseDouble(heldOut.group(1)) > 60, ran.out());
        }

        @Test void theSunspotsAreForecastAsTheReadmeSays() {
            JsonNode sequence = results("--data", example("sunspots"), "--validate", 68, "--hidden", 16, "--lr", 0.05,
                "--momentum", 0.5, "--batch", 4, "--steps", 55, "--epochs", 500).sequence(0);
            double[] target = numbers(sequence.get("target")), output = numbers(sequence.get("output"));  // from 1701
            double sum = 0;
            for (int year = 1921; year <= 1955; year++) sum += Math.pow(target[year - 1701] - output[year - 1701], 2);
            assertEquals(0.0935, sum / 35 / 1535, 5e-5);
        }

        @Test void theHénonMapIsWhatItsSourceSays() {
            double x = 0, before = 0;
            for (double[] value : rnn.rows(dataset(example("henon")).inputs().get(0))) {
                assertEquals(x, value[0], 5.0001e-7);
                double next = 1 - 1.4 * x * x + 0.3 * before;
                before = x;
                x = next;
            }
        }

        /** The best linear autoregression up to order 20 (bench/examples, by NumPy's lstsq) is of order 9: 0.6442. */
        @ParameterizedTest @ValueSource(ints = {1, 2, 3}) void theHénonMapIsLearntAsNoLinearModelCan(int seed) {
            String report = tool("--data", example("henon"), "--validate", 200, "--momentum", 0.9, "--clip", 1,
                "--epochs", 300, "--seed", seed, "--out", temp).out();
            Matcher heldOut = Pattern.compile("held-out loss .* error ([\\d.]+)\n").matcher(report);
            assertTrue(heldOut.find() && Double.parseDouble(heldOut.group(1)) < 0.6442 / 20, report);
        }

        @Test void aTextOfOneMegabyteTrainsInTwentyTimesItsSize() throws Exception {
            Random random = new Random(1);
            var text = new StringBuilder();
            while (text.length() < 1_000_000) text.append(Integer.toString(random.nextInt(50_000), 36)).append(' ');
            Path data = file("long.txt", text.toString());
            assertEquals(new Ran(0, "", ""), process(temp, rnnCommand(List.of("-XX:+UseSerialGC", "-Xmx20m"),
                "--data", data, "--hidden", 4, "--epochs", 1, "--quiet")));
        }
    }
}
