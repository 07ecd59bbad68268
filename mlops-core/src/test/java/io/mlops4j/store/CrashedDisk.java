package io.mlops4j.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A disk that follows a {@link Trace} and knows what a crash may leave of it. What was forced is there. Of each name
 * that was changed since its folder was forced, the crash leaves the old meaning or any newer one, whatever becomes of
 * other names, even in the same folder. Of a file's bytes that were not forced, it leaves none, all, those up to a
 * border of sectors (512 bytes, in the first page) or pages (4 KiB), with or without zeros behind, or only those beyond
 * it.
 *
 * <p>Confined to one thread at a time.
 */
final class CrashedDisk {
    private static final int SECTOR = 512;
    private static final int PAGE = 4096;
    /** Of one crash, the most states that are looked at. */
    private static final int MOST = 64;

    private final Set<String> leftOut;
    private final Map<Path, Trace.Target> forced = new TreeMap<>();
    private final Map<Path, List<Trace.Target>> unforced = new LinkedHashMap<>();
    private final Map<Integer, String> content = new LinkedHashMap<>();
    private final Map<Integer, String> forcedContent = new LinkedHashMap<>();
    private Map<Key, Set<Optional<String>>> allowed = Map.of();

    /** A disk on which forces from these sites do nothing. */
    CrashedDisk(Set<String> leftOut) {
        this.leftOut = leftOut;
    }

    /** What may be there, by key. */
    Map<Key, Set<Optional<String>>> allowed() {
        return allowed;
    }

    /** What a crash left: names with their meaning, and bytes of files. */
    record State(Map<Path, Trace.Target> names, Map<Integer, String> content) {
        /** Writes it to a real disk, below another directory. */
        void writeTo(Path from, Path to) throws IOException {
            for (var name : present().entrySet()) {
                Path path = to.resolve(from.relativize(name.getKey()));
                if (name.getValue().kind() == Trace.Kind.FOLDER) {
                    Files.createDirectory(path);
                } else {
                    Files.write(path, bytes(name.getValue()).getBytes(StandardCharsets.ISO_8859_1));
                }
            }
        }

        /** Names in folders that are lost are lost, too. */
        private Map<Path, Trace.Target> present() {
            Map<Path, Trace.Target> present = new TreeMap<>();
            names.forEach((name, target) -> {
                boolean inFolder = present.containsKey(name.getParent()) || !names.containsKey(name.getParent());
                if (target.kind() != Trace.Kind.ABSENT && inFolder) {
                    present.put(name, target);
                }
            });
            return present;
        }

        private String bytes(Trace.Target target) {
            return content.getOrDefault(target.file(), "");
        }

        /** Equal for states that look alike; temporary files have random names, so that only their bytes count. */
        String look(Path from) {
            var look = new ArrayList<String>();
            present().forEach((name, target) -> {
                boolean temporary = isTemporary(name);
                String bytes = bytes(target);
                look.add((temporary ? ".temp " : from.relativize(name) + " ") + target.kind() + " " + bytes.length()
                        + " " + bytes.hashCode());
            });
            look.sort(null);
            return String.join("\n", look);
        }
    }

    void apply(Trace.Event event) {
        if (event instanceof Trace.Named named) {
            unforced.computeIfAbsent(named.name(), name -> new ArrayList<>()).add(named.target());
        } else if (event instanceof Trace.Wrote wrote) {
            content.merge(wrote.file(), wrote.bytes(), String::concat);
        } else if (event instanceof Trace.ForcedFile file && !leftOut.contains(file.site())) {
            forcedContent.put(file.file(), content.getOrDefault(file.file(), ""));
        } else if (event instanceof Trace.ForcedFolder folder && !leftOut.contains(folder.site())) {
            force(folder.folder());
        } else if (event instanceof Trace.Promised promised) {
            allowed = promised.allowed();
        }
    }

    private void force(Path folder) {
        unforced.entrySet().removeIf(name -> {
            boolean inFolder = folder.equals(name.getKey().getParent());
            if (inFolder) {
                forced.put(name.getKey(), name.getValue().get(name.getValue().size() - 1));
            }
            return inFolder;
        });
    }

    /** Gives each state that a crash may leave now, up to a limit, beyond which it gives the extremes and a sample. */
    void crash(long seed, Consumer<State> states) {
        List<List<Consumer<State>>> choices = choices();
        long all = 1;
        for (var choice : choices) {
            all = Math.min(Integer.MAX_VALUE, all * choice.size());
        }
        var random = new SplittableRandom(seed);
        for (int i = 0; i < Math.min(all, MOST); i++) {
            states.accept(chosen(choices, all <= MOST ? i : sample(i, choices, random)));
        }
    }

    /** A number whose digits choose: all lost, all kept, then by chance. */
    private static long sample(int i, List<List<Consumer<State>>> choices, SplittableRandom random) {
        long number = 0;
        for (int c = choices.size() - 1; c >= 0; c--) {
            int size = choices.get(c).size();
            number = number * size + (i == 0 ? 0 : i == 1 ? size - 1 : random.nextInt(size));
        }
        return number;
    }

    private State chosen(List<List<Consumer<State>>> choices, long number) {
        State state = new State(new TreeMap<>(forced), new LinkedHashMap<>(content));
        long left = number;
        for (var choice : choices) {
            choice.get((int) (left % choice.size())).accept(state);
            left /= choice.size();
        }
        return state;
    }

    private List<List<Consumer<State>>> choices() {
        List<List<Consumer<State>>> choices = new ArrayList<>();
        List<Path> tidied = new ArrayList<>();
        unforced.forEach((name, targets) -> {
            if (isTidied(name, targets)) {
                tidied.add(name);
            } else {
                choices.add(meanings(name, targets));
            }
        });
        if (!tidied.isEmpty()) {
            // Temporary files that are gone, or not, are nobody's concern: all of them or none will do.
            choices.add(List.of(
                    state -> tidied.forEach(state.names()::remove),
                    state -> tidied.forEach(name -> state.names()
                            .put(name, unforced.getOrDefault(name, List.of()).get(0)))));
        }
        content.forEach((file, bytes) -> {
            String safe = forcedContent.getOrDefault(file, "");
            if (!safe.equals(bytes)) {
                choices.add(contents(file, safe, bytes));
            }
        });
        return choices;
    }

    private static boolean isTidied(Path name, List<Trace.Target> targets) {
        return isTemporary(name) && targets.get(targets.size() - 1).kind() == Trace.Kind.ABSENT;
    }

    /** Whether a name is in the folder of temporary files. */
    static boolean isTemporary(Path name) {
        return FileKinds.parent(name).endsWith(".temp");
    }

    private List<Consumer<State>> meanings(Path name, List<Trace.Target> targets) {
        var meanings = new LinkedHashSet<Trace.Target>();
        meanings.add(forced.getOrDefault(name, Trace.Target.ABSENT));
        meanings.addAll(targets);
        List<Consumer<State>> choices = new ArrayList<>();
        meanings.forEach(target -> choices.add(state -> state.names().put(name, target)));
        return choices;
    }

    private static List<Consumer<State>> contents(int file, String safe, String bytes) {
        var contents = new LinkedHashSet<String>();
        contents.add(safe);
        contents.add("\0".repeat(bytes.length()));
        for (int border = SECTOR; border < bytes.length(); border += border < PAGE ? SECTOR : PAGE) {
            contents.add(bytes.substring(0, border));
            contents.add(bytes.substring(0, border) + "\0".repeat(bytes.length() - border));
            contents.add("\0".repeat(border) + bytes.substring(border));
        }
        contents.add(bytes);
        List<Consumer<State>> choices = new ArrayList<>();
        contents.forEach(one -> choices.add(state -> state.content().put(file, one)));
        return choices;
    }
}
