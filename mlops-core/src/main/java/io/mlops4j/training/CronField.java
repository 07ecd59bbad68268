package io.mlops4j.training;

import io.mlops4j.internal.Text;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/**
 * The grammar of one field of a {@link Cron} expression.
 *
 * <p>Immutable.
 *
 * @param name names the field in messages
 * @param min the smallest number
 * @param max the greatest number
 * @param names stand for the numbers from {@code min} on
 */
record CronField(String name, int min, int max, List<String> names) {
    BitSet parse(String field) {
        var values = new BitSet(max + 1);
        for (String item : field.split(",", -1)) {
            addItem(values, item);
        }
        return values;
    }

    private void addItem(BitSet values, String item) {
        int slash = item.indexOf('/');
        String range = slash < 0 ? item : item.substring(0, slash);
        int step = slash < 0 ? 1 : step(item.substring(slash + 1), item);
        int dash = range.indexOf('-');
        int first;
        int last;
        if (range.equals("*")) {
            first = min;
            last = lastOfAll();
        } else if (dash >= 0) {
            first = value(range.substring(0, dash), item);
            last = value(range.substring(dash + 1), item);
            if (last == 0 && max == 7) {
                last = 7; // Sunday ends a week as well as it begins one: SAT-SUN
            }
        } else {
            first = value(range, item);
            last = slash < 0 ? first : lastOfAll();
        }
        if (first > last) {
            throw bad(item, "the range ends before it begins");
        }
        for (int value = first; value <= last; value += step) {
            values.set(value);
        }
    }

    /** The second name of Sunday, 7, is no day of its own. */
    private int lastOfAll() {
        return names.isEmpty() ? max : min + names.size() - 1;
    }

    private int step(String text, String item) {
        int step = number(text, item);
        if (step < 1 || step > max) {
            throw bad(item, "expected a step of 1 to " + max);
        }
        return step;
    }

    private int value(String text, String item) {
        int named = names.indexOf(text.toUpperCase(Locale.ROOT));
        int value = named >= 0 ? named + min : number(text, item);
        if (value < min || value > max) {
            throw bad(item, "expected " + min + " to " + max);
        }
        return value;
    }

    private int number(String text, String item) {
        boolean digits = !text.isEmpty() && text.length() <= 4 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits) {
            throw bad(item, names.isEmpty() ? "expected a number" : "expected a number or one of " + names);
        }
        return Integer.parseInt(text);
    }

    private IllegalArgumentException bad(String item, String expected) {
        return new IllegalArgumentException(name + " " + Text.quote(item) + ": " + expected);
    }
}
