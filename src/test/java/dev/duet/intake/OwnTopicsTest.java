package dev.duet.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class OwnTopicsTest {
    private final OwnTopics own = new OwnTopics("funds", "", false);

    @Test
    void anExpressionDoesNotMatchWhatPipelinesWrite() {
        String read = own.without(SourceTopics.pattern("funds\\..*|other\\..*"));
        assertThat("funds.public.prices").matches(read);
        assertThat("other.public.deliveries").matches(read); // a table's
        assertThat("funds.dead-letters").doesNotMatch(read);
        assertThat("other.dead-letters").doesNotMatch(read);
        assertThat("funds.deliveries").doesNotMatch(read);
        assertThat("funds.import.public.prices").doesNotMatch(read);
    }

    @Test
    void anExpressionWithAlternativesIsOneExpression() {
        String read = own.without(SourceTopics.pattern("a\\.b|funds\\..*"));
        assertThat("a.b").matches(read);
        assertThat("funds.dead-letters").doesNotMatch(read);
    }

    @Test
    void anotherNameOfTheDeadLetterTopicIsKnown() {
        String read = new OwnTopics("funds", "letters+1", false).without(".*");
        assertThat("letters+1").doesNotMatch(read);
        assertThat("letters").matches(read);
    }

    @Test
    void importTopicsAreReadIfTheyAreMeantToBe() {
        String read = new OwnTopics("funds", "", true).without(SourceTopics.pattern("pgsrc.public.prices"));
        assertThat("funds.import.public.rates").matches(read);
        assertThat("pgsrc.public.prices").matches(read);
        assertThat("others.import.public.rates").doesNotMatch(read);
    }

    @Test
    void aListThatNamesOneIsRefused() {
        assertThatThrownBy(() -> own.check("pgsrc.public.a, funds.dead-letters"))
                .hasMessageStartingWith("duet.source.topics names funds.dead-letters,");
        assertThatThrownBy(() -> own.check("funds.deliveries")).hasMessageContaining("funds.deliveries");
        assertThatThrownBy(() -> own.check("funds.import.public.a")).hasMessageContaining("funds.import.public.a");
        assertThatCode(() -> own.check("funds.public.deliveries,funds.public.a"))
                .doesNotThrowAnyException();
        assertThatCode(() -> own.check("funds\\..*")).doesNotThrowAnyException();
    }
}
