/** The way in and the wiring: the only place that knows all rooms. */
@NullMarked
package dev.duet;

import org.jspecify.annotations.NullMarked;
