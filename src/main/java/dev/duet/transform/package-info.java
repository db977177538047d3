/**
 * Row changes to row changes, as {@code duet.transform} says: columns renamed, added, dropped, masked, hashed, cast; rows filtered;
 * tables routed. Everything is compiled once for each {@link dev.duet.change.TableSchema}.
 */
@NullMarked
package dev.duet.transform;

import org.jspecify.annotations.NullMarked;
