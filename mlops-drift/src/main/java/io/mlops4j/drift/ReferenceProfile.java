package io.mlops4j.drift;

import io.mlops4j.CorruptionException;
import io.mlops4j.model.Digest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * What a model was trained on, feature by feature: cells of about equal mass, frozen once, with the reference's counts.
 * Live values are counted into the same cells, so comparing is exact, the same on every replica, and bounded in memory:
 * about 2 KiB a numeric feature.
 *
 * <pre>{@code
 * ReferenceProfile profile = ReferenceProfile.builder()
 *         .numeric("temp").categorical("dow")
 *         .add(new float[] {21.5f, 3}).add(new float[] {19.0f, 4})
 *         .build();
 * byte[] stored = profile.toBytes();          // the same rows give the same bytes
 * }</pre>
 *
 * <p>The distance of two distributions that is computed from counts is off by at most what can hide within one cell:
 * see {@link KsDistance#bounds}.
 *
 * <p>Immutable.
 */
public final class ReferenceProfile {
    /** The most features of one profile. */
    public static final int MAX_FEATURES = 10_000;

    private static final int MAGIC = 0x4d34_5250; // M4RP
    private static final int VERSION = 1;
    private static final int NUMERIC = 1;
    private static final int CATEGORICAL = 2;
    private static final int LEAST_FEATURE_BYTES = 12;

    private final List<FeatureProfile> features;
    private final Digest digest;

    private ReferenceProfile(List<FeatureProfile> features) {
        this.features = features;
        this.digest = Digest.of(toBytes());
    }

    /**
     * Starts a profile: declare features first, then add rows.
     *
     * @return a new builder
     */
    public static ProfileBuilder builder() {
        return new ProfileBuilder();
    }

    /**
     * Freezes a profile of numeric features.
     *
     * @param names one a column, distinct
     * @param rows the reference, each row of one value a name; NaN is missing
     * @return the profile
     * @throws IllegalArgumentException if names repeat
     * @throws io.mlops4j.RejectedInputException if a row has another width
     */
    public static ReferenceProfile of(List<String> names, float[][] rows) {
        ProfileBuilder builder = builder();
        names.forEach(builder::numeric);
        for (float[] row : rows) {
            builder.add(row);
        }
        return builder.build();
    }

    /**
     * Makes a profile of parts.
     *
     * @param features 1 to {@link #MAX_FEATURES}, names distinct; copied
     * @return the profile
     * @throws IllegalArgumentException if there are none or too many, or names repeat
     */
    public static ReferenceProfile of(List<FeatureProfile> features) {
        List<FeatureProfile> copy = List.copyOf(features);
        if (copy.isEmpty() || copy.size() > MAX_FEATURES) {
            throw new IllegalArgumentException(
                    "Invalid profile of " + copy.size() + " features: expected 1 to " + MAX_FEATURES);
        }
        Set<String> seen = new HashSet<>();
        for (FeatureProfile feature : copy) {
            if (!seen.add(feature.name())) {
                throw new IllegalArgumentException("Profile has two features named " + feature.name());
            }
        }
        return new ReferenceProfile(copy);
    }

    /**
     * The features, in the order of a row's columns.
     *
     * @return one or more, unmodifiable
     */
    public List<FeatureProfile> features() {
        return features;
    }

    /**
     * The names of the features, in the order of a row's columns.
     *
     * @return one or more, unmodifiable
     */
    public List<String> names() {
        return features.stream().map(FeatureProfile::name).toList();
    }

    /**
     * One feature.
     *
     * @param name its name
     * @return the feature
     * @throws NoSuchElementException if there is none of that name
     */
    public FeatureProfile feature(String name) {
        return features.stream()
                .filter(feature -> feature.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new NoSuchElementException("Profile has no feature " + name + ": it has " + names()));
    }

    /**
     * The same cells with other counts: those of a reference too large to hold, counted in a second pass, or those of
     * all replicas together.
     *
     * @param counts one a feature, in the order of the features
     * @return a new profile
     * @throws IllegalArgumentException if the numbers of features or cells differ
     */
    public ReferenceProfile withCounts(List<CellCounts> counts) {
        if (counts.size() != features.size()) {
            throw new IllegalArgumentException(
                    "Counts of " + counts.size() + " features do not match a profile of " + features.size());
        }
        List<FeatureProfile> changed = new ArrayList<>();
        for (int i = 0; i < counts.size(); i++) {
            changed.add(features.get(i).withCounts(counts.get(i)));
        }
        return new ReferenceProfile(List.copyOf(changed));
    }

    /**
     * The identity of this profile.
     *
     * @return the SHA-256 of {@link #toBytes()}
     */
    public Digest digest() {
        return digest;
    }

    /**
     * Serialises the profile: a versioned binary format with a checksum, equal for equal profiles.
     *
     * @return the bytes, for {@link #parse}
     */
    public byte[] toBytes() {
        var out = new ByteWriter(MAGIC, VERSION);
        out.putInt(features.size());
        for (FeatureProfile feature : features) {
            out.putText(feature.name());
            if (feature.cells() instanceof NumericCells numeric) {
                out.putInt(NUMERIC);
                numeric.save(out);
            } else if (feature.cells() instanceof CategoricalCells categorical) {
                out.putInt(CATEGORICAL);
                categorical.save(out);
            }
            saveCounts(feature.counts(), out);
        }
        return out.sealed();
    }

    /**
     * Reads what {@link #toBytes()} wrote. Everything is checked: lengths before allocating, edges, counts and names
     * before use.
     *
     * @param bytes the bytes
     * @return an equal profile
     * @throws CorruptionException if the bytes are anything else, saying what is wrong with them
     */
    public static ReferenceProfile parse(byte[] bytes) {
        return ByteReader.read("reference profile", bytes, MAGIC, VERSION, ReferenceProfile::restore);
    }

    private static ReferenceProfile restore(ByteReader in) {
        int size = in.nextCount("features", LEAST_FEATURE_BYTES, MAX_FEATURES);
        List<FeatureProfile> features = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            String name = in.nextText();
            int kind = in.nextInt();
            in.require(kind == NUMERIC || kind == CATEGORICAL, "a feature is of the unknown kind " + kind);
            Cells cells = kind == NUMERIC ? NumericCells.restore(in) : CategoricalCells.restore(in);
            features.add(new FeatureProfile(name, cells, restoreCounts(in, cells.size())));
        }
        return of(features);
    }

    /** One count a cell; the reader knows how many cells there are. */
    static void saveCounts(CellCounts counts, ByteWriter out) {
        for (int cell = 0; cell < counts.size(); cell++) {
            out.putLong(counts.at(cell));
        }
    }

    static CellCounts restoreCounts(ByteReader in, int cells) {
        long[] counts = new long[cells];
        for (int cell = 0; cell < cells; cell++) {
            counts[cell] = in.nextLong();
        }
        return CellCounts.of(counts);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ReferenceProfile that && features.equals(that.features);
    }

    @Override
    public int hashCode() {
        return features.hashCode();
    }

    @Override
    public String toString() {
        return "ReferenceProfile" + names();
    }
}
