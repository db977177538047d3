/**
 * What people and checks ask of the two copies: the ports through which the change logs in Delta and the mirrors in PostgreSQL are
 * looked at, and the few ways in which an operator moves positions. The sinks' rooms answer them; commands and pages ask.
 */
@NullMarked
package dev.duet.inspect;

import org.jspecify.annotations.NullMarked;
