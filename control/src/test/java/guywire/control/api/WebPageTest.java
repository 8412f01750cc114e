package guywire.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page as it is sent: what browsers are told of it, and that nothing else is to be had. */
@Timeout(60)
class WebPageTest {

  private static final Pattern NAMED = Pattern.compile("(?:src|href)=\"(/assets/[^\"]+)\"");

  private static RunningServer server;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    server = RunningServer.start(directory);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + server.api.port() + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return server.client.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  @Test
  void the_document_has_nothing_inline_and_asks_nobody_else() throws Exception {
    var document = get("/");
    assertThat(document.statusCode()).isEqualTo(200);
    assertThat(header(document, "Content-Type")).isEqualTo("text/html; charset=utf-8");
    String policy = header(document, "Content-Security-Policy");
    assertThat(policy)
        .startsWith("default-src 'none'; script-src 'self'; style-src 'self';")
        .contains("frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'")
        .doesNotContain("unsafe", "http", "*", "data:");
    assertThat(header(document, "X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(header(document, "Referrer-Policy")).isEqualTo("no-referrer");
    assertThat(header(document, "Strict-Transport-Security")).isNotEmpty();
    assertThat(text(document)).doesNotContain("<style", "onclick", "style=", "//");
    assertThat(Pattern.compile("<script[^>]*>([^<]+)</script>").matcher(text(document)).find())
        .isFalse();
  }

  /** What stands behind the question mark there is a secret for a moment. */
  @Test
  void whoever_comes_back_from_an_identity_provider_gets_the_same_document() throws Exception {
    var document = get("/");
    var back = get("/oidc?code=a&state=b&iss=https%3A%2F%2Fid.example.net");
    assertThat(back.statusCode()).isEqualTo(200);
    assertThat(text(back)).isEqualTo(text(document)).doesNotContain("id.example.net");
    for (var name : List.of("Content-Security-Policy", "Cache-Control", "Referrer-Policy")) {
      assertThat(header(back, name)).isEqualTo(header(document, name)).isNotEmpty();
    }
  }

  @Test
  void what_is_named_by_its_content_is_kept_by_browsers_and_the_document_is_asked_for_anew()
      throws Exception {
    var document = get("/");
    assertThat(header(document, "Cache-Control")).isEqualTo("no-cache");
    assertThat(get("/", "If-None-Match", header(document, "ETag")).statusCode()).isEqualTo(304);
    var assets = NAMED.matcher(text(document)).results().map(found -> found.group(1)).toList();
    assertThat(assets).hasSizeGreaterThan(2);
    for (var path : assets) {
      var asset = get(path);
      assertThat(asset.statusCode()).as(path).isEqualTo(200);
      assertThat(header(asset, "Cache-Control")).isEqualTo("public, max-age=31536000, immutable");
      assertThat(header(asset, "X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(path).matches("/assets/[a-z0-9]+-[A-Za-z0-9_-]{8}\\.(js|css|svg)");
    }
  }

  @Test
  void what_is_packed_is_the_same_and_the_first_view_is_small() throws Exception {
    int bytes = 0;
    for (var path : List.of("/", "script", "style")) {
      String name = path.equals("/") ? path : first(path.equals("script") ? "js" : "css");
      var packed = get(name, "Accept-Encoding", "gzip, deflate, br");
      assertThat(header(packed, "Content-Encoding")).isEqualTo("gzip");
      assertThat(header(packed, "Vary")).isEqualTo("Accept-Encoding");
      try (var in = new GZIPInputStream(new ByteArrayInputStream(packed.body()))) {
        assertThat(in.readAllBytes()).isEqualTo(get(name).body());
      }
      bytes += packed.body().length;
    }
    assertThat(bytes).isBetween(5_000, 200_000);
  }

  private String first(String ending) throws Exception {
    return NAMED
        .matcher(text(get("/")))
        .results()
        .map(found -> found.group(1))
        .filter(path -> path.endsWith("." + ending))
        .findFirst()
        .orElseThrow();
  }

  /** wg-easy #1067: files that a path finds its way to. */
  @Test
  void no_path_leads_to_any_other_file() throws Exception {
    for (var path :
        List.of(
            "/files.txt",
            "/index.html",
            "/assets/",
            "/assets/..%2ffiles.txt",
            "/%2e%2e/%2e%2e/etc/passwd",
            "/assets/../../../guywire/control/api/openapi.json",
            "//",
            "/META-INF/MANIFEST.MF",
            "/favicon.ico")) {
      var answer = get(path);
      assertThat(answer.statusCode()).as(path).isEqualTo(404);
      assertThat(header(answer, "Content-Type")).isEqualTo("application/json");
      assertThat(header(answer, "Content-Security-Policy")).startsWith("default-src 'none'; frame");
    }
  }

  @Test
  void it_takes_nothing() throws IOException, InterruptedException {
    for (var method : List.of("POST", "PUT", "DELETE", "OPTIONS")) {
      var request =
          HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + server.api.port() + "/"))
              .method(method, BodyPublishers.noBody())
              .build();
      assertThat(server.client.send(request, BodyHandlers.ofString()).statusCode())
          .as(method)
          .isEqualTo(404);
    }
  }
}
