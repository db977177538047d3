/**
 * The dashboard and the interface behind it, {@code /api/v1}: shows the board, looks into both copies, pauses and resumes. {@link
 * dev.duet.web.Access} decides who may.
 */
@NullMarked
package dev.duet.web;

import org.jspecify.annotations.NullMarked;
