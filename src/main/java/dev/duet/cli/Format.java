package dev.duet.cli;

/** How a command's answer is printed. */
enum Format {
    /** For people. */
    TABLE,
    /** For programs: one JSON document, keys in camel case. */
    JSON
}
