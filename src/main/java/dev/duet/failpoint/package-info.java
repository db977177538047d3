/**
 * Places where a test can make the service stand still, to kill or freeze it exactly there. Off unless a system property arms one;
 * every room may import it.
 */
@NullMarked
package dev.duet.failpoint;

import org.jspecify.annotations.NullMarked;
