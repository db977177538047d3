/// An independent reader of Delta tables for tests: Delta's own Spark data source, without Delta Kernel and without
/// Duet's
/// code. It prints what a foreign reader sees, row by row, exactly.
package dev.duet.deltareader;
