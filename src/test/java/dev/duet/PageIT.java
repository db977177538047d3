package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.duet.browser.Chromium;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;

/**
 * Guarantees of the page, in a real browser: it loads without a complaint and without a request to anybody else, in light and dark, on a
 * desk and on a phone; it is live; it shows what stands still and why; it is used by keyboard, its controls have names, its text can be
 * read.
 */
@DisabledIfEnvironmentVariable(named = "DUET_WITHOUT_BROWSER", matches = ".+")
class PageIT {
    private static final Path PICTURES = Path.of(System.getProperty("duet.basedir", "."), "target", "screenshots")
            .toAbsolutePath();

    /** The texts whose contrast with what lies behind them is below what WCAG's AA asks for. */
    private static final String FAINT = """
            (() => {
              const parse = (c) => c.match(/[\\d.]+/g).map(Number);
              const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
                .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
              const ground = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
                if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
              const faint = [];
              for (const e of document.querySelectorAll('body *')) {
                const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
                if (!own || !e.checkVisibility({ visibilityProperty: true }) || e.closest('.out, .skip, noscript, dialog:not([open])')) continue;
                const style = getComputedStyle(e);
                const [a, b] = [light(parse(e.namespaceURI.endsWith('svg') ? style.fill : style.color)), light(ground(e))].sort((x, y) => y - x);
                const ratio = (a + .05) / (b + .05);
                const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
                if (ratio < (large ? 3 : 4.5)) faint.push(e.tagName + '.' + e.className + ' ' + ratio.toFixed(2) + ' ' + e.textContent.slice(0, 30));
              }
              return faint;
            })()
            """;

    private static final String TOO_WIDE =
            "document.documentElement.scrollWidth - document.documentElement.clientWidth";

    private final EmbeddedStack stack = EmbeddedStack.shared();

    @Test
    void isLiveReadableAndUsedByKeyboard() throws Exception {
        String database = stack.freshDatabase("page");
        Map<String, String> settings =
                ServiceProcess.settings(stack, "page", database, "s3a://" + stack.s3Bucket() + "/page");
        settings.put("duet.source.topics", "page\\.public\\..*");
        settings.put("duet.source.columns.\"public.funds\"", FundHistory.COLUMNS);
        settings.put("duet.web.open", "true");
        AtomicBoolean writing = new AtomicBoolean(true);
        try (Connection connection = stack.connect(database, "duet");
                FundHistory funds = new FundHistory(stack.bootstrapServers(), "page", "funds", 3, 5);
                FundHistory unknown = new FundHistory(stack.bootstrapServers(), "page", "unknown", 1, 6)) {
            funds.snapshot(300);
            Thread writer = Thread.ofPlatform().start(() -> {
                while (writing.get()) {
                    funds.changes(5);
                    pause();
                }
            });
            try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted();
                    Chromium browser = Chromium.start()) {
                DashboardIT.awaitStatus(service, of -> of.at("/tables/0/in").asLong() > 300);
                looksWell(browser, service);
                isLive(browser);
                pausesByKeyboard(browser);
                browser.screenshot(PICTURES.resolve("well.png"));
                unknown.snapshot(3);
                showsWhatStandsStill(browser, service);
                fitsEverywhere(browser, service);
                showsATable(browser, service);
                assertThat(browser.requests())
                        .allMatch(address -> address.startsWith(service.uri("/").toString())
                                || address.startsWith("about:")
                                || address.startsWith("data:"));
                assertThat(browser.complaints()).isEmpty();
                saysWhenNobodyAnswers(browser, service);
            } finally {
                writing.set(false);
                writer.join();
            }
            assertThat(Checks.delivered(connection, "page", funds.topic())).hasSize(3);
        }
    }

    private static void looksWell(Chromium browser, ServiceProcess service) throws Exception {
        browser.open(service.uri("/"), 1280, 1000, false);
        browser.await("document.querySelector('#headline').textContent === 'All is well'");
        browser.await("document.querySelector('#tables tbody tr') !== null");
        browser.await("document.querySelector('#chart-rate path').getAttribute('d')");
        assertThat(browser.evaluate("document.querySelector('#verdict').dataset.tone")
                        .asText())
                .isEqualTo("ok");
        assertThat(browser.evaluate("document.title").asText()).isEqualTo("All is well – page – Duet");
        browser.evaluate("document.querySelector('#settings').open = true");
        browser.await("document.querySelector('#settings-table').textContent.includes('(hidden)')");
        assertThat(browser.evaluate("document.querySelectorAll('main, header, footer, h2').length")
                        .asInt())
                .isGreaterThan(6);
        namesEveryControl(browser);
        browser.evaluate("document.querySelector('#settings').open = false");
    }

    private static void isLive(Chromium browser) throws Exception {
        String rows = "document.querySelector('#tables tbody td.num').textContent";
        String before = browser.evaluate(rows).asText();
        browser.await(rows + " !== '" + before + "'", Duration.ofSeconds(10));
        browser.await("document.querySelectorAll('#commits tbody tr').length > 3");
        browser.await("document.querySelector('#commits tbody').textContent.includes('public.funds version')");
        browser.await("document.querySelectorAll('#chart-write circle').length > 2");
    }

    private static void pausesByKeyboard(Chromium browser) throws Exception {
        reach(browser, "Pause public.funds");
        browser.press("Enter");
        browser.await("document.querySelector('#said').textContent === 'Paused public.funds.'");
        browser.await("document.activeElement.getAttribute('aria-label') === 'Resume public.funds'");
        browser.await("document.querySelector('#verdict').dataset.state === 'paused'");
        browser.press("Enter");
        browser.await("document.activeElement.getAttribute('aria-label') === 'Pause public.funds'");
        browser.await("document.querySelector('#headline').textContent === 'All is well'");
        browser.evaluate("document.querySelector('#all').focus()");
        browser.press("Enter");
        browser.await("document.querySelector('#confirm').open");
        browser.press("Escape");
        browser.await("!document.querySelector('#confirm').open");
        assertThat(browser.evaluate("document.querySelector('#all').textContent")
                        .asText())
                .isEqualTo("Pause all");
    }

    private static void showsWhatStandsStill(Chromium browser, ServiceProcess service) throws Exception {
        DashboardIT.awaitStatus(service, of -> of.path("state").asText().equals("stopped"));
        browser.await("document.querySelector('#headline').textContent === 'public.unknown stands still'");
        browser.await("!document.querySelector('#problems-section').hidden");
        assertThat(browser.evaluate("document.querySelector('#problems').textContent")
                        .asText())
                .contains("public.unknown", "What to do:");
        assertThat(browser.evaluate("document.querySelector('#detail').textContent")
                        .asText())
                .contains("Create the target table");
        browser.await("document.querySelector('#tables').textContent.includes('stands still')");
        browser.screenshot(PICTURES.resolve("stopped.png"));
    }

    private static void fitsEverywhere(Chromium browser, ServiceProcess service) throws Exception {
        for (boolean dark : new boolean[] {false, true}) {
            for (int width : new int[] {1280, 360}) {
                String view = (dark ? "dark" : "light") + " at " + width;
                browser.open(service.uri("/"), width, width == 360 ? 760 : 1000, dark);
                browser.await("document.querySelector('#problems li') && document.querySelector('#commits tbody tr')");
                assertThat(browser.evaluate(TOO_WIDE).asInt()).as(view).isZero();
                assertThat(browser.evaluate("innerWidth").asInt()).as(view).isEqualTo(width);
                assertThat(texts(browser.evaluate(FAINT))).as(view).isEmpty();
                browser.screenshot(PICTURES.resolve(view.replace(" at ", "-") + ".png"));
            }
        }
        browser.evaluate("document.querySelector('#theme').click()");
        assertThat(browser.evaluate("document.documentElement.dataset.theme").asText())
                .isEqualTo("light");
        browser.evaluate("localStorage.clear()");
    }

    private static void showsATable(Chromium browser, ServiceProcess service) throws Exception {
        browser.open(service.uri("/#/table/public.funds"), 1280, 1000, true);
        browser.await("document.querySelector('h1') && document.querySelector('.facts .card')");
        browser.await("document.querySelector('#h-t-mirror')");
        assertThat(browser.evaluate("document.activeElement.textContent").asText())
                .isEqualTo("public.funds");
        assertThat(texts(browser.evaluate(FAINT))).isEmpty();
        namesEveryControl(browser);
        browser.screenshot(PICTURES.resolve("table.png"));
        browser.size(360, 760);
        browser.await("innerWidth === 360");
        assertThat(browser.evaluate(TOO_WIDE).asInt()).isZero();
        browser.evaluate("document.querySelector('.crumb a').click()");
        browser.await("!document.querySelector('#overview').hidden");
    }

    private static void saysWhenNobodyAnswers(Chromium browser, ServiceProcess service) throws Exception {
        service.kill();
        browser.await("document.querySelector('#headline').textContent === 'No answer from Duet'");
    }

    /** By the Tab key alone. */
    private static void reach(Chromium browser, String name) {
        for (int i = 0; i < 60; i++) {
            browser.press("Tab");
            if (browser.evaluate("document.activeElement.getAttribute('aria-label')")
                    .asText()
                    .equals(name)) {
                assertThat(browser.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                                .asText())
                        .isEqualTo("solid");
                return;
            }
        }
        throw new AssertionError("the Tab key does not reach '" + name + "'");
    }

    private static void namesEveryControl(Chromium browser) {
        Set<String> roles =
                Set.of("button", "link", "checkbox", "combobox", "textbox", "DisclosureTriangle", "region", "image");
        int controls = 0;
        for (JsonNode node : browser.accessibilityTree()) {
            if (!node.path("ignored").asBoolean()
                    && roles.contains(node.at("/role/value").asText())) {
                controls++;
                assertThat(node.at("/name/value").asText()).as(node.toString()).isNotBlank();
            }
        }
        assertThat(controls).isGreaterThan(5);
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static void pause() {
        try {
            Thread.sleep(150);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
