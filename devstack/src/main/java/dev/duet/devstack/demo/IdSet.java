package dev.duet.devstack.demo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/// Ids of which a random one can be taken; every operation takes constant time.
final class IdSet {

    private final List<Integer> ids = new ArrayList<>();
    private final Map<Integer, Integer> places = new HashMap<>();

    int size() {
        return ids.size();
    }

    boolean contains(int id) {
        return places.containsKey(id);
    }

    void add(int id) {
        if (places.putIfAbsent(id, ids.size()) == null) {
            ids.add(id);
        }
    }

    void remove(int id) {
        Integer place = places.remove(id);
        if (place == null) {
            return;
        }
        Integer last = ids.removeLast();
        if (last != id) {
            ids.set(place, last);
            places.put(last, place);
        }
    }

    /// Fails when empty.
    int any(RandomGenerator random) {
        return ids.get(random.nextInt(ids.size()));
    }
}
