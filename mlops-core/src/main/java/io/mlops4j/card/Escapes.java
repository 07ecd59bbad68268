package io.mlops4j.card;

/** What the forms of a card have in common. */
final class Escapes {
    private Escapes() {}

    /** Characters that show nothing, or turn the direction of what follows, and so can make a text look like another. */
    static boolean isInvisible(int c) {
        int type = Character.getType(c);
        return type == Character.FORMAT || type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR;
    }
}
