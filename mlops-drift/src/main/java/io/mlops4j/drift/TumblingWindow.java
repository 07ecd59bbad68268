package io.mlops4j.drift;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts of one block of rows after another.
 *
 * <p>Recording takes no lock: each row takes a number, is counted into stripes, and then counts as done. The thread whose
 * row completes a block takes the counts off and publishes them. Rows of the next block that arrive while it does so may
 * be taken along, whole or for some of their features; none is lost and none counted twice. So the totals of a block can
 * be a few rows more or less than asked for when threads race, and are exact when they do not.
 *
 * <p>Thread-safe.
 */
final class TumblingWindow implements LiveWindow {
    private final List<StripedCounts> counts = new ArrayList<>();
    private final List<FeatureProfile> features;
    private final int rows;
    private final AtomicLong done = new AtomicLong();
    private volatile List<CellCounts> finished;

    TumblingWindow(ReferenceProfile profile, int rows) {
        this.features = profile.features();
        this.rows = rows;
        features.forEach(feature -> counts.add(StripedCounts.of(feature.cells())));
        this.finished = features.stream()
                .map(feature -> CellCounts.of(new long[feature.cells().size()]))
                .toList();
    }

    @Override
    public void record(int[] cells) {
        for (int i = 0; i < cells.length; i++) {
            counts.get(i).increment(cells[i]);
        }
        if (done.incrementAndGet() % rows == 0) {
            finish();
        }
    }

    private synchronized void finish() {
        finished = counts.stream().map(StripedCounts::reset).toList();
    }

    @Override
    public List<CellCounts> judged() {
        return finished;
    }

    @Override
    public synchronized void save(ByteWriter out) {
        out.putInt((int) (done.get() % rows));
        for (int i = 0; i < counts.size(); i++) {
            ReferenceProfile.saveCounts(counts.get(i).snapshot(), out);
            ReferenceProfile.saveCounts(finished.get(i), out);
        }
    }

    @Override
    public synchronized void restore(ByteReader in) {
        int partial = in.nextInt();
        in.require(partial >= 0 && partial < rows, "it holds " + partial + " rows of a window of " + rows);
        List<CellCounts> last = new ArrayList<>();
        for (int i = 0; i < counts.size(); i++) {
            int cells = features.get(i).cells().size();
            counts.get(i).add(ReferenceProfile.restoreCounts(in, cells));
            last.add(ReferenceProfile.restoreCounts(in, cells));
        }
        done.set(partial);
        finished = List.copyOf(last);
    }
}
