/**
 * Whether source, mirror and change log are equal at one position. The room knows how they are compared and when a difference counts;
 * what it compares are keys and hashes that the ports of {@code inspect} give. docs/verify.md has the method and its limits.
 */
@NullMarked
package dev.duet.verify;

import org.jspecify.annotations.NullMarked;
