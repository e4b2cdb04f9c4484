// SPDX-License-Identifier: MIT
//DEPS tools.jackson.core:jackson-databind:3.2.4
//SOURCES ../rnn.java

import java.nio.file.*;
import java.util.*;
import java.util.stream.*;
import tools.jackson.databind.*;

/**
 * Sunspots one year ahead: the mean squared error over 1535, trained on 1700–1920. From the project's folder:
 *     ./jbang bench/Sunspots.java            the test, 1921–1955 and 1956–1979, seed by seed
 *     ./jbang bench/Sunspots.java select     the choice of the settings, on 1700–1920 alone
 * In the literature: a network 0.086 and 0.35 (Weigend, Huberman, Rumelhart), a threshold model 0.097 and 0.28 (Tong).
 */
class Sunspots {
    static final String SETTINGS = "--hidden 16 --lr 0.05 --momentum 0.5 --batch 4 --steps 55 --epochs 500";
    static final List<String> FINALISTS = List.of(SETTINGS,     // among the best of 565 drawn at random
        "--hidden 16 --lr 0.03 --momentum 0.5 --batch 4 --steps 55 --epochs 850",
        "--hidden 16 --lr 0.05 --clip 1 --batch 4 --steps 50 --epochs 1000",
        "--hidden 16 --lr 0.01 --momentum 0.5 --batch 1 --steps 25 --epochs 500",
        "--hidden 12 --lr 0.05 --momentum 0.5 --batch 1 --steps 220 --epochs 700");

    public static void main(String... args) throws Exception {
        Path folder = Files.createTempDirectory("sunspots");
        String all = Files.readString(Path.of("data/sunspots.json"));
        if (args.length > 0) for (String settings : FINALISTS) {
            double sum = 0;                                     // over three times the last 35 years of what is known
            for (int last : new int[] {1850, 1885, 1920})
                sum += median(IntStream.range(2000, 2010).mapToDouble(seed -> errors(folder, all, last, 35, settings, seed)[0]));
            System.out.printf(Locale.ROOT, "%.4f  %s%n", sum / 3, settings);
        } else {
            var tests = new ArrayList<double[]>();
            for (int seed : new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 42}) {
                double[] test = errors(folder, all, 1988, 68, SETTINGS, seed);
                System.out.printf(Locale.ROOT, "seed %2d   1921-1955 %.4f   1956-1979 %.4f%n", seed, test[0], test[1]);
                if (seed != 42) tests.add(test);
            }
            System.out.printf(Locale.ROOT, "median of seeds 1 to 10   %.4f   %.4f%n",
                median(tests.stream().mapToDouble(test -> test[0])), median(tests.stream().mapToDouble(test -> test[1])));
        }
    }

    /** Trains on the years up to `last` but for those held out; the errors of the first 35 of these and of the next 24. */
    static double[] errors(Path folder, String all, int last, int heldOut, String settings, int seed) {
        ObjectMapper json = new ObjectMapper();
        var series = IntStream.rangeClosed(0, last - 1700).mapToObj(json.readTree(all).get("series")::get).toList();
        Path data = folder.resolve("series.json");
        json.writeValue(data.toFile(), Map.of("series", series));
        String options = "--data %s --validate %d %s --seed %d --generate 0 --quiet --out %s";
        if (rnn.run(options.formatted(data, heldOut, settings, seed, folder).split(" ")) != 0) System.exit(1);
        JsonNode one = json.readTree(folder.resolve("outputs.json").toFile()).at("/sequences/0");
        double[] squares = IntStream.range(0, last - 1700).mapToDouble(i ->
            Math.pow(one.get("output").get(i).asDouble() - one.get("target").get(i).asDouble(), 2)).toArray();
        int first = last - 1700 - heldOut;                      // the first forecast is that of 1701
        return new double[] {Arrays.stream(squares).skip(first).limit(35).average().orElse(0) / 1535,
            Arrays.stream(squares).skip(first + 35).limit(24).average().orElse(0) / 1535};
    }

    static double median(DoubleStream values) { return values.sorted().skip(4).limit(2).average().orElse(0); }    // of ten
}
