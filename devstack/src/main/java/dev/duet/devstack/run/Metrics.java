package dev.duet.devstack.run;

import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The service's metrics in Prometheus' text form.
final class Metrics {

    private static final Pattern SAMPLE = Pattern.compile("(?m)^(\\w+)\\{([^}]*)} (\\S+)$");

    private final String text;

    Metrics(String text) {
        this.text = text;
    }

    /// The largest sample of a metric whose labels contain the text.
    OptionalDouble largest(String metric, String label) {
        OptionalDouble largest = OptionalDouble.empty();
        Matcher sample = SAMPLE.matcher(text);
        while (sample.find()) {
            if (sample.group(1).equals(metric) && sample.group(2).contains(label)) {
                double value = Double.parseDouble(sample.group(3));
                largest = OptionalDouble.of(Math.max(value, largest.orElse(value)));
            }
        }
        return largest;
    }
}
