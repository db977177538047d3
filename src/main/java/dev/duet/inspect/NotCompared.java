package dev.duet.inspect;

/**
 * What a comparison leaves out.
 *
 * @param column its name, or {@code *} for all
 * @param side where it is not compared: {@code source} or {@code delta}
 * @param why a sentence without a full stop
 */
public record NotCompared(String column, String side, String why) {}
