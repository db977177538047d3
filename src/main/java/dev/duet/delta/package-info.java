/**
 * The Delta sink: change-log tables written with Delta Kernel, the positions as domain metadata of the same commit, and
 * storage with conditional create. Kernel, Hadoop and Parquet are used here and nowhere else.
 */
@NullMarked
package dev.duet.delta;

import org.jspecify.annotations.NullMarked;
