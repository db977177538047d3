/** A real browser for the test of the page, driven by its DevTools protocol. */
@NullMarked
package dev.duet.browser;

import org.jspecify.annotations.NullMarked;
