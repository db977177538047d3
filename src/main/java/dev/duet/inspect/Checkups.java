package dev.duet.inspect;

import java.util.List;

/** The checkups of the rooms that have a library's door. */
public interface Checkups {
    List<Checkup> all();
}
