package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import io.mlops4j.MlopsException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What depends on how the JVM was started, and on who was in it first. */
@Timeout(120)
final class ChildJvmTest {
    private static final int PAD = 8192;

    /** ONNX Runtime 1.29.0 dies of SIGSEGV here; an upgrade must pass this. */
    @Test
    void predict_longCommandLine_answers() throws Exception {
        var ending = ChildJvm.run(Predicts.class, Map.of(), "-Dpad=" + "x".repeat(PAD));
        assertThat(ending.output()).contains("answer 7.0");
        assertThat(ending.exitCode()).isZero();
    }

    @Test
    void predict_afterSomebodyMadeTheEnvironmentWithThreadPools_answers() throws Exception {
        var ending = ChildJvm.run(SecondUser.class, Map.of());
        assertThat(ending.output()).contains("answer 7.0");
        assertThat(ending.exitCode()).isZero();
    }

    @Test
    void predict_beforeSomebodyAsksForTheEnvironment_leavesItUsable() throws Exception {
        var ending = ChildJvm.run(FirstUser.class, Map.of());
        assertThat(ending.output()).contains("answer 7.0").contains("shared true");
        assertThat(ending.exitCode()).isZero();
    }

    @Test
    void load_unsupportedPlatform_namesIt() throws Exception {
        var ending = ChildJvm.run(Predicts.class, Map.of(), "-Dos.arch=riscv128");
        assertThat(ending.output()).contains("rejected").contains("riscv128").contains("linux-x64");
        assertThat(ending.exitCode()).isEqualTo(3);
    }

    @Test
    void load_configFromModelInTheEnvironment_isRefused() throws Exception {
        var ending = ChildJvm.run(Predicts.class, Map.of("ORT_LOAD_CONFIG_FROM_MODEL", "1"));
        assertThat(ending.output()).contains("rejected").contains("ORT_LOAD_CONFIG_FROM_MODEL");
        assertThat(ending.exitCode()).isEqualTo(3);
    }

    /**
     * As containers do that close what they made: their hook runs beside the one by which ONNX Runtime frees its own. What
     * is under way may fail then, by an exception; what is answered is right, and the JVM ends as it was told to.
     */
    @RepeatedTest(3)
    void close_inShutdownHookUnderLoadAndSwaps_endsWell() throws Exception {
        var ending = ChildJvm.run(ClosesInHook.class, Map.of());
        assertThat(ending.output()).contains("closed, 0 leases").doesNotContain("wrong");
        assertThat(ending.exitCode()).as(ending.output()).isZero();
    }

    /** Serves a model that always answers 7, asks it, and closes. */
    static final class Predicts {
        private Predicts() {}

        public static void main(String[] args) {
            var name = ModelName.of("seven");
            var model = OnnxModels.verified("seven:1", OnnxModels.constant(2, 7));
            try (ModelServer server = ModelServer.builder().serve(name, model).start()) {
                Tensor x = Tensor.ofFloats(new float[2], 1, 2);
                System.out.println("answer " + server.score(name, new float[2]));
                System.out.println(server.predict(name, Map.of("x", x)).tensor("y"));
            } catch (RejectedModelException e) {
                System.out.println("rejected " + e.getMessage());
                System.exit(3);
            }
        }
    }

    /** Goes down while callers ask and models are swapped; a hook closes the server. */
    static final class ClosesInHook {
        private static final ModelName NAME = ModelName.of("seven");
        private static final int CALLERS = 3;

        /** Large enough for loading to take a while. */
        private static final int WIDTH = 200_000;

        private ClosesInHook() {}

        public static void main(String[] args) throws InterruptedException {
            ModelServer server = ModelServer.builder().serve(NAME, seven()).start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                server.close();
                System.out.println("closed, " + server.leases(NAME) + " leases");
            }));
            var warm = new CountDownLatch(500);
            for (int i = 0; i < CALLERS; i++) {
                start(() -> {
                    if (server.score(NAME, new float[WIDTH]) != 7) {
                        System.out.println("wrong");
                    }
                    warm.countDown();
                });
            }
            start(() -> {
                server.swap(NAME, seven());
                warm.countDown();
            });
            warm.await();
            System.exit(0);
        }

        private static VerifiedModel seven() {
            return OnnxModels.verified("seven:1", OnnxModels.constantByRelu(WIDTH, 7));
        }

        /** Repeats it until the server is closed. */
        private static void start(Runnable act) {
            var thread = new Thread(() -> {
                while (true) {
                    try {
                        act.run();
                    } catch (IllegalStateException | MlopsException e) {
                        return; // closed, or asking or loading while the native runtime goes down
                    }
                }
            });
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Comes after a user that makes the environment with thread pools of its own, as DJL does. */
    static final class SecondUser {
        private SecondUser() {}

        public static void main(String[] args) throws OrtException {
            try (var pools = new OrtEnvironment.ThreadingOptions()) {
                pools.setGlobalIntraOpNumThreads(1);
                OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING, "other", pools);
                Predicts.main(args);
            }
        }
    }

    /** Comes before a user that asks for any environment. */
    static final class FirstUser {
        private FirstUser() {}

        public static void main(String[] args) {
            Predicts.main(args);
            OrtEnvironment environment = OrtEnvironment.getEnvironment();
            System.out.println("shared " + (environment == OrtEnvironment.getEnvironment("another name")));
            Predicts.main(args);
        }
    }
}
