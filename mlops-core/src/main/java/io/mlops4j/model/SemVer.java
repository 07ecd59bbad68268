package io.mlops4j.model;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Text;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A semantic version, ordered by precedence as <a href="https://semver.org/spec/v2.0.0.html">SemVer 2.0.0</a> defines
 * it, except that build metadata breaks ties, so that the order agrees with {@code equals}.
 *
 * <p>Immutable.
 *
 * @param major incremented for incompatible changes; zero or more
 * @param minor incremented for compatible additions; zero or more
 * @param patch incremented for compatible repairs; zero or more
 * @param preRelease dot-separated identifiers after {@code -}, or empty
 * @param build dot-separated identifiers after {@code +}, or empty
 */
public record SemVer(int major, int minor, int patch, String preRelease, String build) implements Comparable<SemVer> {
    private static final String NUMBER = "(0|[1-9]\\d*)";
    private static final String PRE_ID = "(?:0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)";
    private static final Pattern PRE = Pattern.compile(PRE_ID + "(?:\\." + PRE_ID + ")*");
    private static final Pattern BUILD = Pattern.compile("[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*");
    private static final Pattern GRAMMAR =
            Pattern.compile(NUMBER + "\\." + NUMBER + "\\." + NUMBER + "(?:-(" + PRE + "))?(?:\\+(" + BUILD + "))?");
    private static final int MAX_LENGTH = 256;

    /**
     * Checks every part.
     *
     * @throws IllegalArgumentException if a number is negative or an identifier breaks the grammar
     */
    public SemVer {
        requireNonNull(preRelease, "preRelease");
        requireNonNull(build, "build");
        if (major < 0 || minor < 0 || patch < 0) {
            throw new IllegalArgumentException(
                    "Invalid semantic version " + major + "." + minor + "." + patch + ": expected no negative number");
        }
        check("pre-release", preRelease, PRE);
        check("build metadata", build, BUILD);
    }

    /**
     * A release version.
     *
     * @param major zero or more
     * @param minor zero or more
     * @param patch zero or more
     * @return the version
     */
    public static SemVer of(int major, int minor, int patch) {
        return new SemVer(major, minor, patch, "", "");
    }

    /**
     * Parses a semantic version.
     *
     * @param text such as {@code 1.4.0-rc.1+cpu}, at most 256 characters
     * @return the version
     * @throws IllegalArgumentException if the text is not one
     */
    public static SemVer parse(String text) {
        return tryParse(text)
                .orElseThrow(() -> new IllegalArgumentException(
                        "Invalid semantic version " + Text.quote(text) + ": expected MAJOR.MINOR.PATCH[-pre][+build]"));
    }

    /**
     * Parses a semantic version if the text is one.
     *
     * @param text any text
     * @return the version, or empty
     */
    public static Optional<SemVer> tryParse(String text) {
        Matcher m = GRAMMAR.matcher(text);
        if (text.length() > MAX_LENGTH || !m.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new SemVer(
                    Integer.parseInt(m.group(1)),
                    Integer.parseInt(m.group(2)),
                    Integer.parseInt(m.group(3)),
                    m.group(4) == null ? "" : m.group(4),
                    m.group(5) == null ? "" : m.group(5)));
        } catch (NumberFormatException tooLarge) {
            return Optional.empty();
        }
    }

    /**
     * The next release with an incompatible change.
     *
     * @return {@code (major + 1).0.0}
     */
    public SemVer nextMajor() {
        return of(Math.addExact(major, 1), 0, 0);
    }

    /**
     * The next release with a compatible addition.
     *
     * @return {@code major.(minor + 1).0}
     */
    public SemVer nextMinor() {
        return of(major, Math.addExact(minor, 1), 0);
    }

    /**
     * The next release with a compatible repair.
     *
     * @return {@code major.minor.(patch + 1)}
     */
    public SemVer nextPatch() {
        return of(major, minor, Math.addExact(patch, 1));
    }

    @Override
    public int compareTo(SemVer other) {
        int byNumber = Integer.compare(major, other.major);
        byNumber = byNumber != 0 ? byNumber : Integer.compare(minor, other.minor);
        byNumber = byNumber != 0 ? byNumber : Integer.compare(patch, other.patch);
        if (byNumber != 0) {
            return byNumber;
        }
        int byPreRelease = comparePreRelease(preRelease, other.preRelease);
        return byPreRelease != 0 ? byPreRelease : build.compareTo(other.build);
    }

    private static int comparePreRelease(String a, String b) {
        if (a.isEmpty() || b.isEmpty()) {
            return Boolean.compare(a.isEmpty(), b.isEmpty());
        }
        String[] x = a.split("\\.", -1);
        String[] y = b.split("\\.", -1);
        for (int i = 0; i < Math.min(x.length, y.length); i++) {
            int order = compareIdentifier(x[i], y[i]);
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(x.length, y.length);
    }

    private static int compareIdentifier(String a, String b) {
        boolean numericA = a.chars().allMatch(c -> c >= '0' && c <= '9');
        boolean numericB = b.chars().allMatch(c -> c >= '0' && c <= '9');
        if (numericA && numericB) {
            int byLength = Integer.compare(a.length(), b.length());
            return byLength != 0 ? byLength : a.compareTo(b);
        }
        return numericA == numericB ? a.compareTo(b) : (numericA ? -1 : 1);
    }

    private static void check(String what, String value, Pattern grammar) {
        if (!value.isEmpty() && !grammar.matcher(value).matches()) {
            throw new IllegalArgumentException("Invalid " + what + " " + Text.quote(value)
                    + ": expected dot-separated identifiers of [0-9A-Za-z-]");
        }
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch + (preRelease.isEmpty() ? "" : "-" + preRelease)
                + (build.isEmpty() ? "" : "+" + build);
    }
}
