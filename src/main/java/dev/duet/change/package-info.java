/**
 * The vocabulary of Duet: what a change of a row is, which table and columns it speaks of, and where it was read. The other rooms
 * talk to each other in these words; this one knows nothing but the JDK.
 */
@NullMarked
package dev.duet.change;

import org.jspecify.annotations.NullMarked;
