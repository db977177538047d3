package dev.duet.transform;

import static dev.duet.transform.Fixture.SALT;
import static dev.duet.transform.Fixture.change;
import static dev.duet.transform.Fixture.changed;
import static dev.duet.transform.Fixture.schema;
import static dev.duet.transform.Fixture.stopped;
import static dev.duet.transform.Fixture.transforms;
import static dev.duet.transform.Fixture.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duet.change.Op;
import dev.duet.change.Row;
import dev.duet.change.RowChange;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each transform on each kind of change, and the refusals. */
class TransformsTest {
    private static final TableSchema FUND = schema(
            "public.fund",
            "fund_id integer*",
            "fund_name varchar(200)",
            "iban text",
            "price numeric(10,2)",
            "note text");

    private static RowChange fund(Op op) {
        return op == Op.DELETE
                ? change(FUND, op, 42, null, null, null, null)
                : change(FUND, op, 42, "Alpha", "DE89370400440532013000", new BigDecimal("1.50"), Row.UNCHANGED);
    }

    @Test
    void withoutARuleTheVeryChangeGoesOn() {
        RowChange change = fund(Op.UPDATE);
        assertThat(changed(transforms().apply(change))).isSameAs(change);
        Transforms others = transforms("x.tables", "public.other*,audit.*", "x.drop", "fund_id");
        assertThat(changed(others.apply(change))).isSameAs(change);
        assertThat(others.reshapes(FUND.table())).isFalse();
    }

    @Test
    void allAtOnce() {
        Transforms transforms = transforms(
                "funds.tables", "public.fu*",
                "funds.rename.fund_name", "name",
                "funds.rename.fund_id", "id",
                "funds.add.source_system", "finance_db",
                "funds.drop", "note",
                "funds.mask-but-last.iban", "4",
                "funds.cast.price", "text",
                "funds.hash", "fund_id",
                "funds.salt", SALT,
                "funds.route", "{schema}_clean.{table}_v2");

        RowChange update = changed(transforms.apply(fund(Op.UPDATE)));
        String hash = "8d24a2a526d5f556469db8b6280e3a7b877a41155ca536be3a1f2a9d2be0eacd"; // openssl's answer for 42

        assertThat(update.schema())
                .isEqualTo(new TableSchema(
                        new TableId("public_clean", "fund_v2"),
                        new TableId("public", "fund"),
                        schema(
                                        "a.b",
                                        "id varchar(64)",
                                        "name varchar(200)",
                                        "iban text",
                                        "price text",
                                        "source_system text")
                                .columns(),
                        List.of(0)));
        assertThat(values(update)).containsExactly(hash, "Alpha", "****3000", "1.50", "finance_db");
        assertThat(update.source()).isEqualTo(fund(Op.UPDATE).source());
        assertThat(update.offset()).isEqualTo(5);

        RowChange delete = changed(transforms.apply(fund(Op.DELETE)));
        assertThat(delete.schema()).isSameAs(update.schema());
        assertThat(values(delete)).containsExactly(hash, null, null, null, null);

        RowChange truncate = changed(transforms.apply(change(FUND, Op.TRUNCATE)));
        assertThat(truncate.schema()).isSameAs(update.schema());
        assertThat(truncate.row()).isNull();
    }

    @Test
    void aLaterRuleSeesWhatAnEarlierOneMade() {
        Transforms transforms = transforms(
                "b.tables", "public.fund",
                "b.order", "1",
                "b.rename.fund_name", "name",
                "b.add.rank", "7",
                "a.tables", "*",
                "a.cast.rank", "integer",
                "a.columns", "fund_id,name,rank,note",
                "a.where", "rank = 7 and name = 'Alpha'",
                "a.order", "2");
        // The filter sees rank before a's own cast: as text.
        assertThat(stopped(transforms.apply(fund(Op.CREATE)))).contains("rank is text and is compared with a number");
        Transforms corrected = transforms(
                "b.tables", "public.fund",
                "b.order", "1",
                "b.rename.fund_name", "name",
                "b.add.rank", "7",
                "a.tables", "*",
                "a.cast.rank", "integer",
                "a.columns", "fund_id,name,rank,note",
                "a.where", "rank = '7' and name = 'Alpha'",
                "a.order", "2");
        assertThat(values(changed(corrected.apply(fund(Op.CREATE))))).containsExactly(42, "Alpha", Row.UNCHANGED, 7);
    }

    @Test
    void oneSchemaOfTheResultForEachSchema() {
        Transforms transforms = transforms("x.tables", "*", "x.add.a", "b");
        RowChange first = changed(transforms.apply(fund(Op.UPDATE)));
        TableSchema other = schema("public.other", "id integer*");
        changed(transforms.apply(change(other, Op.CREATE, 1)));
        assertThat(changed(transforms.apply(fund(Op.CREATE))).schema()).isSameAs(first.schema());
    }

    @Test
    void whatFallsOutOfTheFilterIsDeleted() {
        Transforms transforms = transforms("x.tables", "public.fund", "x.where", "price > 2", "x.rename.fund_id", "id");
        assertThat(transforms.apply(fund(Op.CREATE))).isEqualTo(new Outcome.Filtered());
        for (Op op : new Op[] {Op.UPDATE, Op.READ}) {
            RowChange out = changed(transforms.apply(fund(op)));
            assertThat(out.op()).isEqualTo(Op.DELETE);
            assertThat(values(out)).containsExactly(42, null, null, null, null);
        }
        assertThat(changed(transforms.apply(fund(Op.DELETE))).op()).isEqualTo(Op.DELETE);
        assertThat(changed(transforms.apply(change(FUND, Op.TRUNCATE))).op()).isEqualTo(Op.TRUNCATE);
        TableSchema keyless = schema("public.fund", "fund_id integer", "price numeric");
        assertThat(transforms.apply(change(keyless, Op.UPDATE, 1, BigDecimal.ONE)))
                .isEqualTo(new Outcome.Filtered());
    }

    @Test
    void aFilterAloneLeavesTheRowsAsTheyAre() {
        Transforms transforms = transforms("x.tables", "public.fund", "x.where", "price > 1");
        RowChange change = fund(Op.UPDATE);
        assertThat(changed(transforms.apply(change))).isSameAs(change);
        assertThat(transforms.reshapes(FUND.table())).isFalse();
    }

    @Test
    void aFilterThatDependsOnAValueThatWasNotSentStopsTheTable() {
        assertThat(stopped(transforms("x.tables", "public.fund", "x.where", "note = 'secret word'")
                        .apply(fund(Op.UPDATE))))
                .contains("duet.transform.x.where", "REPLICA IDENTITY FULL", "t-0@5")
                .doesNotContain("secret word");
        for (String decided : new String[] {
            "note = 'x' or price > 1", "not (note like 'x%' and price > 2)", "note is not null", "not note is null"
        }) {
            assertThat(transforms("x.tables", "public.fund", "x.where", decided).apply(fund(Op.UPDATE)))
                    .as(decided)
                    .isInstanceOf(Outcome.Changed.class);
        }
        assertThat(changed(transforms("x.tables", "public.fund", "x.where", "note = 'x' and price > 2")
                                .apply(fund(Op.UPDATE)))
                        .op())
                .isEqualTo(Op.DELETE);
    }

    @Test
    void aValueThatCantBeCastIsALetterWithoutTheValue() {
        Outcome outcome = transforms("x.tables", "*", "x.cast.iban", "integer").apply(fund(Op.UPDATE));
        assertThat(outcome).isInstanceOf(Outcome.Unfitting.class);
        assertThat(((Outcome.Unfitting) outcome).reason())
                .contains("column iban: expected a decimal number")
                .doesNotContain("DE89");
    }

    @Test
    void nullStaysNull() {
        Transforms transforms = transforms(
                "x.tables", "*", "x.hash", "iban", "x.salt", SALT, "x.mask.fund_name", "?", "x.cast.price", "text");
        RowChange change = changed(transforms.apply(change(FUND, Op.CREATE, 1, null, null, null, null)));
        assertThat(values(change)).containsExactly(1, null, null, null, null);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "drop | fund_id | duet.transform.x.drop does not fit public.fund: leaves out fund_id, a column of the primary",
                "columns | iban,price | duet.transform.x.columns does not fit public.fund: leaves out fund_id",
                "mask.fund_id | ? | masks a column of the primary key",
                "mask-but-last.fund_id | 2 | masks a column of the primary key",
                "cast.fund_id | double precision | two primary keys may become one",
                "cast.price | date | there is no cast from numeric(10,2) to date",
                "rename.fund_nam | name | names fund_nam, but the columns are [fund_id, fund_name, iban, price, note]",
                "rename.fund_name | iban | there is another column iban already",
                "add.iban | x | duet.transform.x.add.iban does not fit public.fund: there is another column iban",
                "where | price > 'x' | price is numeric(10,2) and is compared with a text; write a number",
                "where | fund_id = 1.5 | fund_id is integer; its literal: expected a value that is exactly a integer",
                "where | isin = '1' | there is no column isin among",
                "where | iban > 'A' | whose order depends on the database",
            })
    void whatDoesNotFitTheTableStopsIt(String key, String value, String reason) {
        assertThat(stopped(
                        transforms("x.tables", "public.fund", "x." + key, value).apply(fund(Op.CREATE))))
                .contains(reason, "restart Duet");
    }

    @Test
    void missingColumnsMayBeIgnored() {
        Transforms transforms = transforms(
                "x.tables", "public.*", "x.drop", "note,secret", "x.mask.phone", "?", "x.missing-columns", "ignore");
        assertThat(changed(transforms.apply(fund(Op.CREATE))).schema().columns())
                .hasSize(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "drop=a | duet.transform.x.tables is missing",
                "tables=fund;drop=a | duet.transform.x.tables can't be read: 'fund' has no schema",
                "tables=public.fund | duet.transform.x.tables stands alone",
                "tables=public.fund;hash=a | duet.transform.x.salt is missing",
                "tables=public.fund;hash=a;salt=tooshort | duet.transform.x.salt is shorter than 16",
                "tables=public.fund;cast.a=polygon | duet.transform.x.cast.a is 'polygon', which is no type that values are cast to",
                "tables=public.fund;where=a = | duet.transform.x.where can't be read: expected a number, a text in single quotes, true or false at character 4, the end",
                "tables=public.*;route=x.y | duet.transform.x.route would lead several tables to one name",
                "tables=public.a,public.b;route=x.y | duet.transform.x.route would lead several tables to one name",
                "tables=public.a;route=x | duet.transform.x.route can't be read: 'x' must have the form schema.table",
                "tables=public.a;drop=a;hash=a;salt=0123456789abcdef | duet.transform.x.hash names a, and so does drop",
                "tables=public.a;mask.a=x;mask-but-last.a=1 | duet.transform.x.mask-but-last.a stands beside mask.a",
                "tables=public.a;mask-but-last.a=0 | duet.transform.x.mask-but-last.a is 0",
                "tables=public.a;drop=a;rename.a=b | duet.transform.x.rename.a renames a column that the rule drops",
                "tables=public.a;rename.a=c;rename.b=c | gives a second column the name c",
                "tables=public.a;columns=a;rename.b=c | duet.transform.x.columns does not have b, which the rule changes",
            })
    void aWrongRuleEndsTheStartWithItsKey(String settings, String sentence) {
        String[] all = Arrays.stream(settings.split(";"))
                .flatMap(setting -> Arrays.stream(("x." + setting).split("=", 2)))
                .toArray(String[]::new);
        assertThatThrownBy(() -> transforms(all))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(sentence)
                .message()
                .doesNotContain("tooshort");
    }

    @Test
    void theSaltMayComeFromTheEnvironment() {
        Map<String, String> settings = Map.of("duet.transform.x.tables", "*", "duet.transform.x.hash", "fund_id");
        TransformConfig config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(TransformConfig.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .withSources(new EnvConfigSource(Map.of("DUET_TRANSFORM_X_SALT", SALT), 300))
                .build()
                .getConfigMapping(TransformConfig.class);
        RowChange change = changed(Transforms.of(config).apply(fund(Op.DELETE)));
        assertThat(values(change).getFirst()).asString().startsWith("8d24a2a526d5f556");
    }

    @Test
    void namesAreTakenAsTheyAre() {
        TableId odd = new TableId("{table}", "a.b*c");
        assertThat(Route.parse("{schema}.{table}").of(odd)).isEqualTo(odd);
        TableSchema schema = new TableSchema(odd, schema("a.b", "id integer*").columns(), List.of(0));
        Transforms transforms = transforms("x.tables", "{table}.a.*", "x.add.k", "v");
        assertThat(changed(transforms.apply(change(schema, Op.CREATE, 1)))
                        .schema()
                        .columns())
                .hasSize(2);
    }

    @Test
    void hashAndMask() throws Exception {
        Hash hash = new Hash(SALT);
        var numeric = schema("a.b", "n numeric").columns().getFirst().type();
        assertThat(hash.step(numeric).apply(new BigDecimal("1.50")))
                .isEqualTo(hash.step(numeric).apply(new BigDecimal("1.5")))
                .isNotEqualTo(new Hash(SALT + "x").step(numeric).apply(new BigDecimal("1.5")));
        assertThat(hash.toString()).doesNotContain(SALT);
        Step mask = Mask.butLast(schema("a.b", "t text").columns().getFirst().type(), 2);
        assertThat(mask.apply("abcd")).isEqualTo("****cd");
        assertThat(mask.apply("abc")).isEqualTo("****");
        assertThat(mask.apply("")).isEqualTo("****");
        assertThat(mask.apply("ab€😀")).isEqualTo("****€😀");
    }
}
