// SPDX-License-Identifier: MIT
//JAVA 17+
//DEPS com.code-intelligence:jazzer:0.24.0
//SOURCES ../rnn.java
//JAVAC_OPTIONS -XDignore.symbol.file -XDstringConcat=inline
//RUNTIME_OPTIONS -XX:+UseSerialGC -Xmx1g

import com.code_intelligence.jazzer.Jazzer;
import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import java.io.*;
import java.nio.*;
import java.nio.file.*;
import java.util.*;
import java.util.regex.*;
import java.util.stream.*;

import static java.nio.charset.StandardCharsets.*;

/**
 * What bench/fuzz runs. An input of Jazzer's decides which good file is taken, how it is edited, and with which options
 * rnn reads it and trains an epoch. A find is whatever is neither status 0 with finite numbers nor one clear line.
 */
public class Fuzz {
    static final String[] DATASETS = {"a.json", "{'name': 'a', 'inputs': [[[0.1, 0.2], [0.3, 4e-1]], [[1, 2], [3, 4]]], "
        + "'targets': [[[0.5, 2]], [[-1, 1e-3]]]}", "b.json", "{'inputs': [[[1], [0], [1]], [[0], [0]]], 'labels': "
        + "[[1, 1, 0], [0, 0]], 'source': '\\u00e9'}", "c.json", "{'inputs': [[[1], [0]], [[0], [0]], [[2], [1]]], "
        + "'labels': [1, 0, 2]}", "d.json", "{'series': [1, 2.5, -3, 4e2, 5, 1, 0, 7]}", "e.json",
        "{'series': [[1, 2], [2.5, 3], [-3, 1], [0, 9]], 'name': 's'}", "f.json", "{'text': 'h\\u00e9llo \\ud83d\\ude00 wo'}",
        "g.json", "{'text': ['one', 'two', 'o'], 'description': 'd'}", "h.txt", "a text, no more\nthan two lines\n",
        "i.csv", "day,a,b\nmonday,1,2.5\ntuesday,2,1e2\nwednesday,4,-3\nthursday,8,0\n",
        "j.csv", "when;x;y\n1.5.;1.5;2\n2.5.;2.25;1e2\n3.5.;-4;.5\n4.5.;8;0\n", "k.json", "{'text': ['one', 'two', 'o', 'no'], "
        + "'labels': ['x', 'y', 'x', '\\u00e9']}", "l.json", "{'labels': [3, 1, 3], 'text': ['one', 'two', 'tree']}", "m.json",
        "{'inputs': [[[1], [0]], [[0], [0]], [[2], [1]]], 'labels': ['up', 'down', 'up']}", "n.json",
        "{'inputs': [[[1, 2]], [[0, 1], [0, 3]]], 'labels': [['a'], ['b', 'a']]}"};
    static final String[] VALUES = {"0", "-0.0", "1", "2", "-1", "1e308", "-1e308", "1e200", "1e150", "1e-200", "4.9e-324",
        "1000000000000000", "1000000000000001", "0.1", "1e15", "123456789", "'a'", "''", "[]", "[1]", "[[1]]", "{}", "null"};
    static final Pattern TOKEN = Pattern.compile("\"(?:[^\"\\\\]++|\\\\.)*+\"|[-+.\\w]+|[\\[\\]{}:,]");

    /** What is said of data that were read, but do not fit the options or the model; and what no user understands. */
    static final Pattern LATER = Pattern.compile("^rnn: (--|\\d+ inputs?)|beyond 1e150|to train on|that the network"),
        NOT_CLEAR = Pattern.compile("Exception|Error\\b|\\bjava\\.(io|lang|nio|util)|\\btools\\.|mistake in");

    static final List<String> names = new ArrayList<>();
    static final List<byte[]> files = new ArrayList<>();
    static Path folder;
    static long inputs, trained, refusedLater, drawn, explained;

    /** Arguments: the folder of the inputs that have led anywhere new, where random ones are if it is empty; minutes. */
    public static void main(String... args) throws Exception {
        Path corpus = Files.createDirectories(Path.of(args[0]));
        var random = new Random(1);
        if (corpus.toFile().list().length == 0) for (int n = 0; n < 300; n++) {
            byte[] input = new byte[20 + n / 2];
            random.nextBytes(input);
            Files.write(corpus.resolve("random" + n), input);
        }
        Jazzer.main(new String[] {"--target_class=Fuzz", "--instrumentation_includes=rnn**", "-max_len=200", "-len_control=0",
            "-timeout=60", "-rss_limit_mb=3000", "-print_final_stats=1", "-artifact_prefix=" + corpus.getParent() + "/",
            "-max_total_time=" + (long) (60 * Double.parseDouble(args[1])), corpus.toString()});
    }

    /** Datasets, and of each a model and a checkpoint; file n is read beside dataset n mod the number of those. */
    public static void fuzzerInitialize() throws IOException {
        folder = Files.createTempDirectory("fuzz");
        for (int k = 0; k < DATASETS.length; k += 2) {
            names.add(DATASETS[k]);
            files.add(DATASETS[k + 1].replace('\'', '"').getBytes(UTF_8));
        }
        int n = names.size();
        for (String name : List.of("model.safetensors", "checkpoint.safetensors"))
            for (int k = 0; k < n; k++) {
                Path data = Files.write(folder.resolve(names.get(k)), files.get(k));
                if (rnn.run("--data", data + "", "--hidden", "2", "--epochs", "1", "-q", "--out", folder + "/out") != 0)
                    throw new IllegalStateException(data + " does not train");
                names.add(name);
                files.add(Files.readAllBytes(folder.resolve("out").resolve(name)));
            }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.err.printf(Locale.ROOT,
            "fuzz: %d inputs: %d trained to the end, %d of them drawn and %d explained; %d read and refused or failed "
            + "later; past the reader: %.1f %%%n", inputs, trained, drawn, explained, refusedLater,
            100.0 * (trained + refusedLater) / inputs)));
    }

    public static void fuzzerTestOneInput(FuzzedDataProvider choice) throws IOException {
        int which = choice.consumeInt(0, files.size() - 1), datasets = DATASETS.length / 2, of = which % datasets;
        boolean model = which >= datasets && which < 2 * datasets, checkpoint = which >= 2 * datasets;
        var args = new ArrayList<>(List.of("--hidden", "2", "--quiet"));
        String epochs = checkpoint ? "2" : "1";
        boolean plot = choice.consumeInt(0, 15) == 7;
        if (plot) args.add("--plot");
        boolean explain = choice.consumeInt(0, 15) == 7;
        if (explain) args.add("--explain");
        if (!checkpoint) {                              // a checkpoint goes on with the options that it was made with
            boolean validate = choice.consumeBoolean();
            if (validate) args.addAll(List.of("--validate", choice.pickValue(new String[] {"1", "2", "40%"})));
            if (validate && choice.consumeBoolean()) {
                args.addAll(List.of("--patience", "1"));
                epochs = "4";
            }
            if (choice.consumeBoolean()) args.addAll(List.of("--weight-decay", choice.pickValue(new String[] {"0.1", "1e9"})));
            if (choice.consumeBoolean()) args.addAll(List.of("--batch", "" + choice.consumeInt(1, 3)));
            if (choice.consumeBoolean()) args.addAll(List.of("--steps", "" + choice.consumeInt(1, 5)));
            if (choice.consumeBoolean()) args.addAll(List.of("--momentum", "0.9", "--clip", "1"));
            if (choice.consumeBoolean()) args.addAll(List.of("--lr", choice.pickValue(new String[] {"1e-300", "10", "1e300"})));
        }
        if (choice.consumeBoolean()) args.addAll(List.of("--generate", "" + choice.consumeInt(0, 30)));
        Path out = Files.createDirectories(folder.resolve("out")), data = folder.resolve(names.get(of));
        byte[] edited = edit(files.get(which), !model && !checkpoint, choice);
        Files.write(data, which == of ? edited : files.get(of));
        args.addAll(List.of("--data", data.toString(), "--out", out.toString(), "--epochs", epochs));
        if (model) args.addAll(List.of("--load", Files.write(folder.resolve("model.safetensors"), edited).toString()));
        if (checkpoint) Files.write(out.resolve("checkpoint.safetensors"), edited);
        if (checkpoint) args.add("--resume");
        judge(args, out, plot, explain, edited);
        try (var all = Files.list(out)) {
            for (Path file : all.toList()) Files.delete(file);
        }
    }

    static void judge(List<String> args, Path out, boolean plot, boolean explain, byte[] edited) throws IOException {
        PrintStream stdout = System.out, stderr = System.err;
        var said = new ByteArrayOutputStream();
        int status;
        try {
            System.setOut(new PrintStream(OutputStream.nullOutputStream()));
            System.setErr(new PrintStream(said, true, UTF_8));
            status = rnn.run(args.toArray(String[]::new));
        } finally {
            System.setOut(stdout);
            System.setErr(stderr);
        }
        String line = said.toString(UTF_8), own = line.replaceAll("'[^']*'|\"[^\"]*\"", ""), find = null;
        inputs++;
        if (status == 0) {
            trained++;
            if (plot) drawn++;
            if (explain) explained++;
            if (!line.isEmpty()) find = "status 0, but it says: " + line;
            for (String file : explain ? List.of("outputs.json", "explain.html") : List.of("outputs.json"))
                if (Pattern.compile("[\\[:,]\\s*\"-?(NaN|Infinity)\"").matcher(Files.readString(out.resolve(file))).find())
                    find = file + " holds what is not finite";
            rnn.readSafetensors(out.resolve("model.safetensors"));
        } else {
            if (status == 1 || LATER.matcher(line).find()) refusedLater++;
            if (status < 1 || status > 2 || !line.matches("rnn: [^\n]{1,1000}\n") || !isClear(own, edited))
                find = "status " + status + ": " + line;
        }
        if (find == null) return;
        System.err.printf("fuzz: FIND: %s%nfuzz: rnn %s%nfuzz: the edited file, in base64: %s%n", find, String.join(" ", args),
            Base64.getEncoder().encodeToString(edited));
        throw new IllegalStateException(find);
    }

    /** Whether a line has nothing that no user understands, but for what it quotes from the file. */
    static boolean isClear(String line, byte[] edited) {
        String file = new String(edited, UTF_8);
        return NOT_CLEAR.matcher(line).results().allMatch(match -> file.contains(match.group()));
    }

    /** Up to five edits: of a value, a list, an object; of a number of a tensor; now and then of any byte. */
    static byte[] edit(byte[] file, boolean text, FuzzedDataProvider choice) {
        byte[] bytes = file;
        for (int times = choice.consumeInt(0, 5); times > 0; times--) {
            int head = text ? 0 : 8, tail = text ? bytes.length
                : 8 + (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
            if (choice.consumeInt(0, 15) == 15 || tail > bytes.length || tail < head) {
                bytes = bytes.clone();
                if (bytes.length > 0) bytes[choice.consumeInt(0, bytes.length - 1)] = choice.consumeByte();
                return bytes;
            }
            if (!text && choice.consumeBoolean() && bytes.length >= tail + 8) {
                bytes = bytes.clone();
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putDouble(
                    tail + 8 * choice.consumeInt(0, (bytes.length - tail) / 8 - 1), number(choice));
                continue;
            }
            String json = new String(bytes, head, tail - head, UTF_8), changed = editText(json, choice);
            byte[] middle = changed.getBytes(UTF_8);
            var all = ByteBuffer.allocate(head + middle.length + bytes.length - tail).order(ByteOrder.LITTLE_ENDIAN);
            if (!text) all.putLong(middle.length);
            bytes = all.put(middle).put(bytes, tail, bytes.length - tail).array();
        }
        return bytes;
    }

    static double number(FuzzedDataProvider choice) {
        return choice.consumeBoolean() ? choice.consumeDouble() : Double.parseDouble(VALUES[choice.consumeInt(0, 15)]);
    }

    static String editText(String json, FuzzedDataProvider choice) {
        var tokens = TOKEN.matcher(json).results().toList();
        if (tokens.isEmpty()) return choice.consumeString(20);
        MatchResult token = tokens.get(choice.consumeInt(0, tokens.size() - 1));
        String was = token.group(), is;
        boolean key = json.startsWith(":", token.end()), value = Character.isDigit(was.charAt(0)) || was.charAt(0) == '-';
        if ("[]{}:,".contains(was) || key) {            // a list or an object without what stands first in it; or twice
            is = choice.consumeInt(0, 7) > 0 ? was : choice.consumeBoolean() ? "" : was + was;
            if (is.equals(was) && was.equals("[")) is = "[" + VALUES[choice.consumeInt(0, 15)] + ",";
        } else if (value) is = switch (choice.consumeInt(0, 4)) {
            case 0 -> "" + choice.consumeInt();
            case 1 -> ("" + number(choice)).replaceAll("NaN|-?Infinity", "7");
            case 2 -> was + ", " + was;
            case 3 -> was + "0".repeat(choice.consumeInt(1, 40));
            default -> VALUES[choice.consumeInt(0, choice.consumeInt(0, 7) == 0 ? VALUES.length - 1 : 15)].replace('\'', '"');
        };
        else if (was.charAt(0) != '"') is = choice.consumeString(10);           // in a text, in CSV
        else is = choice.consumeInt(0, 3) == 0 && was.length() < 10_000     // repeats multiply
            ? was.substring(0, was.length() - 1).repeat(choice.consumeInt(1, 60)).replace("\"", "")
            : choice.consumeString(30).replaceAll("[\"\\\\\\p{Cntrl}]", "");
        if (was.charAt(0) == '"' && !key && !is.isEmpty()) is = '"' + is.replace("\"", "") + '"';
        return json.substring(0, token.start()) + is + json.substring(token.end());
    }
}
