/** The crash matrix and random rounds ({@code make chaos}): what the service does is killed and frozen at every step, then counted. */
@NullMarked
package dev.duet.chaos;

import org.jspecify.annotations.NullMarked;
