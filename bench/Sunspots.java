// SPDX-License-Identifier: MIT
//DEPS tools.jackson.core:jackson-databind:3.2.4
//SOURCES ../rnn.java

import java.io.*;
import java.nio.file.*;
import java.util.*;
import java.util.stream.*;
import tools.jackson.databind.*;

/**
 * Sunspots one year ahead, trained on 1700–1920. From the project's folder:
 *     ./jbang bench/Sunspots.java                    the test, seed by seed: the README's settings and those of the search
 *     ./jbang bench/Sunspots.java search 4 8 16 32   the search, on 1700–1920 alone, for so many hidden units
 * In the literature, mean squared errors over 1535 of 1921–1955 and 1956–1979: a network 0.086 and 0.35 (Weigend,
 * Huberman, Rumelhart), a threshold model 0.097 and 0.28 (Tong).
 */
class Sunspots {
    static final String README = "--hidden 16 --lr 0.05 --momentum 0.5 --batch 4 --steps 55 --epochs 500";
    static final String FOUND = README.replace("500", "575 --weight-decay 0.003");
    static final int FIRST = 1700, EPOCHS = 2000, EVERY = 25;
    static final int[] LAST = {1850, 1885, 1920};        // of three parts; each holds out its last 35 years

    record Choice(double error, String options) { }

    static final Path FOLDER = unchecked(() -> Files.createTempDirectory("sunspots"));
    static final JsonNode DATA = unchecked(() -> new ObjectMapper().readTree(Path.of("data/sunspots.json").toFile()));

    public static void main(String... args) {
        if (args.length == 0) {
            for (String options : List.of(README, FOUND)) test(options);
            return;
        }
        System.out.printf(Locale.ROOT, "%.2f  linear autoregressions%n", linear());
        for (String hidden : List.of(args).subList(1, args.length)) search(hidden);
    }

    /** The root mean squared error of the report's autoregressions over the three parts. */
    static double linear() {
        return Math.sqrt(Arrays.stream(LAST).mapToDouble(last -> {
            double variance = variance(train(last, 35, "--epochs 0", 1), 35);
            JsonNode all = outputs().get("baselines");
            return variance * all.get(all.size() - 1).get("loss").asDouble();
        }).average().getAsDouble());
    }

    /** Of the values that are not held out: the tool's losses are divided by it. */
    static double variance(double[] series, int heldOut) {
        double[] known = Arrays.copyOf(series, series.length - heldOut);
        double mean = Arrays.stream(known).average().getAsDouble();
        return Arrays.stream(known).map(x -> (x - mean) * (x - mean)).average().getAsDouble();
    }

    static JsonNode outputs() {
        return unchecked(() -> new ObjectMapper().readTree(FOLDER.resolve("outputs.json").toFile()));
    }

    /** All of the grid with three seeds, then the best three of it with ten. */
    static void search(String hidden) {
        var grid = new ArrayList<Choice>();
        for (String cut : List.of("--batch 4 --steps 55", "--batch 1 --steps 25"))
            for (String rate : List.of("--lr 0.05 --momentum 0.5", "--lr 0.01 --momentum 0.5"))
                for (String decay : List.of("0", "0.001", "0.003", "0.01", "0.03"))
                    grid.add(choice("--hidden " + hidden + " " + rate + " " + cut + " --weight-decay " + decay, 3));
        grid.sort(Comparator.comparing(Choice::error));
        System.out.println("the best three with ten seeds:");
        for (Choice each : grid.subList(0, 3)) choice(each.options.replaceAll(" --epochs.*", ""), 10);
    }

    /** The epochs of the least root mean squared error, over the three parts, of the median of seeds from 2000 on. */
    static Choice choice(String options, int seeds) {
        double[] squares = new double[EPOCHS / EVERY];
        for (int last : LAST) {
            var curves = IntStream.range(2000, 2000 + seeds).mapToObj(seed -> curve(last, options, seed)).toList();
            for (int k = 0; k < squares.length; k++) {
                int at = k;
                squares[k] += median(curves.stream().mapToDouble(curve -> curve[at])) / LAST.length;
            }
        }
        int best = IntStream.range(0, squares.length).reduce((a, b) -> squares[a] <= squares[b] ? a : b).getAsInt();
        var choice = new Choice(Math.sqrt(squares[best]), options + " --epochs " + (best + 1) * EVERY);
        System.out.printf(Locale.ROOT, "%.2f  %s%n", choice.error, choice.options);
        return choice;
    }

    /** The mean squared error of 35 held-out years up to `last`, every so many epochs. */
    static double[] curve(int last, String options, int seed) {
        double variance = variance(train(last, 35, options + " --epochs " + EPOCHS, seed), 35);
        List<String> rows = unchecked(() -> Files.readAllLines(FOLDER.resolve("loss.csv")));
        return IntStream.rangeClosed(1, EPOCHS / EVERY)
            .mapToDouble(k -> variance * Double.parseDouble(rows.get(k * EVERY).split(",")[2])).toArray();
    }

    /** The errors of 1921–1988, from seed to seed. */
    static void test(String options) {
        System.out.println(options + "\nseed      RMSE   alone   1921-1955   1956-1979");
        var all = new ArrayList<double[]>();
        for (int seed = 1; seed <= 10; seed++) {
            double[] series = train(1988, 68, options, seed);
            double variance = variance(series, 68);
            JsonNode outputs = outputs(), output = outputs.at("/sequences/0/output");   // the first is that of 1701
            double[] squares = IntStream.range(1, series.length)
                .mapToDouble(t -> Math.pow(output.get(t - 1).asDouble() - series[t], 2)).toArray();
            all.add(new double[] {Math.sqrt(variance * outputs.get("validation_loss").asDouble()),
                Math.sqrt(variance * outputs.get("alone_loss").asDouble()),
                mean(squares, 1921, 1955) / 1535, mean(squares, 1956, 1979) / 1535});
            print("" + seed, all.get(seed - 1));
        }
        print("median", IntStream.range(0, 4).mapToDouble(k -> median(all.stream().mapToDouble(e -> e[k]))).toArray());
    }

    static void print(String seed, double[] e) {
        System.out.printf(Locale.ROOT, "%-6s  %6.2f  %6.2f  %10.4f  %10.4f%n", seed, e[0], e[1], e[2], e[3]);
    }

    static double mean(double[] squares, int from, int to) {
        return Arrays.stream(squares, from - FIRST - 1, to - FIRST).average().getAsDouble();
    }

    /** Trains on the years up to `last` but for those held out; all these years. */
    static double[] train(int last, int heldOut, String options, int seed) {
        double[] series = IntStream.rangeClosed(0, last - FIRST)
            .mapToDouble(t -> DATA.get("series").get(t).asDouble()).toArray();
        Path data = FOLDER.resolve("series.json");
        new ObjectMapper().writeValue(data.toFile(), Map.of("series", series));
        String command = "--data %s --validate %d %s --seed %d --generate 0 --threads 1 --quiet --out %s";
        if (rnn.run(command.formatted(data, heldOut, options, seed, FOLDER).split(" ")) != 0) System.exit(1);
        return series;
    }

    static double median(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    interface Reading<T> { T get() throws IOException; }

    static <T> T unchecked(Reading<T> reading) {
        try {
            return reading.get();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
