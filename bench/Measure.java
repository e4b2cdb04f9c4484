// SPDX-License-Identifier: MIT
package bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.*;

/**
 * What JMH measures. JMH takes only classes of a named package, which cannot name those of the unnamed one, where
 * rnn.java lives: so the step is found by its name, once, and then called through an interface.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)                             // each step by itself, as the peers measure theirs
@OutputTimeUnit(TimeUnit.SECONDS)
public class Measure {

    @Param("1,3,3,16,3")
    String workload;

    @Param("1")
    int threads;

    Runnable step;

    @Setup
    public void setUp() throws ReflectiveOperationException {
        var constructor = Class.forName("Bench").getDeclaredConstructor(String.class, int.class);
        constructor.setAccessible(true);
        step = (Runnable) constructor.newInstance(workload, threads);
    }

    @Benchmark
    public void step() {
        step.run();
    }
}
