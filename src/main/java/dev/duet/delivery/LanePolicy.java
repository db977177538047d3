package dev.duet.delivery;

import java.time.Duration;

/**
 * When a lane writes. It always takes all that has gathered, so a slow sink gets larger batches by itself; these are the bounds.
 *
 * @param interval how long the oldest change may wait for company; zero to write at once
 * @param maxRows a batch is written as soon as it holds this many changes, and holds hardly more
 * @param maxBytes the same in bytes of memory
 */
public record LanePolicy(Duration interval, int maxRows, long maxBytes) {}
