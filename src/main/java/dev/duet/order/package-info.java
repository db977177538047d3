/**
 * Which of two changes of a row is the later one: the one rule for the mirror, for the rows that a change log leads to, and for the
 * comparison of both. Pure. docs/decisions/5-order.md says why it is so.
 */
@NullMarked
package dev.duet.order;

import org.jspecify.annotations.NullMarked;
