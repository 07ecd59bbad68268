package io.mlops4j.modulepath;

import io.mlops4j.Workspace;
import io.mlops4j.model.ModelName;
import io.mlops4j.registry.Registration;
import io.mlops4j.store.Content;
import io.mlops4j.tracking.Run;
import java.nio.file.Path;

/**
 * Run by {@link ModulePathTest} in a JVM of its own, with the core as a module; in a package that the module does not
 * have, as packages may not be split.
 */
final class ModulePathProgram {
    private ModulePathProgram() {}

    public static void main(String[] args) {
        ModelName rides = ModelName.of("rides");
        try (var home = Workspace.open(Path.of(args[1]))) {
            if (args[0].equals("write")) {
                try (Run run = home.tracker().start("daily")) {
                    run.metric("rmse", 2.5);
                    run.finish();
                }
                // More than 256, so that a checkpoint is written.
                for (int i = 0; i < 300; i++) {
                    home.registry().register(Registration.of(rides).file("model.onnx", Content.of(new byte[] {1})));
                }
            }
            System.out.println(home.registry().versions(rides).size() + " versions, module "
                    + Workspace.class.getModule().getName());
        }
    }
}
