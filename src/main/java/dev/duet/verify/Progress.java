package dev.duet.verify;

/** Is told how far the work is. */
public interface Progress {
    /**
     * @param what is being done
     * @param done how much of it
     * @param all how much there is, as far as it is known; -1 if not
     */
    void at(String what, long done, long all);
}
