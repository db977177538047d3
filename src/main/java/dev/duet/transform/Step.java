package dev.duet.transform;

/** Turns a value into another. Never given null nor UNCHANGED: both stay what they are. */
interface Step {
    Object apply(Object value) throws Unfit;

    /** This step, then the next. */
    default Step then(Step next) {
        return value -> next.apply(apply(value));
    }
}
