package dev.duet.cli;

import dev.duet.intake.Letters;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One letter. */
@Configured
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "One dead letter with its headers; with --values its key and value too, which hold the row.")
final class DeadLettersShowCommand implements Callable<Integer> {
    @Parameters(paramLabel = "OFFSET", description = "Its offset in the dead-letter topic, or partition:offset.")
    LetterId letter = new LetterId(0, 0);

    @Option(names = "--values", description = "Show key and value: as text if they are, else in hexadecimal digits.")
    boolean values;

    @Mixin
    OutputOption output = new OutputOption();

    @Override
    public Integer call() {
        Letters.Content content = Beans.of(Letters.class).content(letter.partition(), letter.offset());
        PrintStream out = Answer.out();
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("letter", letter.toString());
        json.put("headers", content.headers());
        json.put("keyBytes", content.key() == null ? -1 : content.key().length);
        json.put("valueBytes", content.value() == null ? -1 : content.value().length);
        if (values) {
            json.put("key", text(content.key()));
            json.put("value", text(content.value()));
        }
        if (output.format == Format.JSON) {
            Answer.print(out, json);
            return ExitCode.OK;
        }
        content.headers().forEach((name, value) -> out.println(name + ": " + value.replaceAll("\\p{Cntrl}", "·")));
        json.remove("headers");
        json.forEach((name, value) -> out.println(name + ": " + (value == null ? "none" : value)));
        out.flush();
        return ExitCode.OK;
    }

    static @Nullable String text(byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return "\\x" + HexFormat.of().formatHex(bytes);
        }
    }
}
