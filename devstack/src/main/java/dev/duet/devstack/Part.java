package dev.duet.devstack;

/// One server of the stack.
interface Part {

    /// Returns when the part serves requests.
    ///
    /// @return its address, for people
    String start() throws Exception;

    /// Stops what [#start()] started, also when that failed midway or was never called.
    void stop() throws Exception;
}
