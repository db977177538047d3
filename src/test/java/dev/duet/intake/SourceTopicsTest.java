package dev.duet.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SourceTopicsTest {
    @Test
    void aListMatchesItsNamesOnly() {
        String pattern = SourceTopics.pattern("pgsrc.public.orders, pgsrc.public.items");
        assertThat("pgsrc.public.orders").matches(pattern);
        assertThat("pgsrc.public.items").matches(pattern);
        assertThat("pgsrc-public.orders").doesNotMatch(pattern);
        assertThat("pgsrc.public.items2").doesNotMatch(pattern);
    }

    @Test
    void anythingElseIsARegularExpression() {
        assertThat("pgsrc.public.orders").matches(SourceTopics.pattern("pgsrc\\.public\\..*"));
    }

    @Test
    void whatIsNeitherIsRefusedWithTheKeysName() {
        assertThatThrownBy(() -> SourceTopics.pattern("pgsrc.(")).hasMessageStartingWith("duet.source.topics ");
        assertThatThrownBy(() -> SourceTopics.pattern(" , ")).hasMessageStartingWith("duet.source.topics ");
    }
}
