/**
 * The PostgreSQL sink: mirror and trail tables, the upsert with its guard, and the positions that commit with the rows. The
 * SQL client is used here and nowhere else.
 */
@NullMarked
package dev.duet.postgres;

import org.jspecify.annotations.NullMarked;
