package guywire.control.api;

import guywire.control.oidc.ProviderSettings;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/**
 * The page for browsers: the files that the room {@code web} was built into, held in memory as they
 * are sent. It is one document; what it shows it asks of the API. A program that was built without
 * them has none.
 */
/*
 * Nothing is looked up by a path that was sent: it either is one of the names that were there when the
 * page was built, or is none. The document is asked for anew each time and seldom sent (ETag); all else
 * is named by its content, so that it never changes.
 */
final class WebPage {

  private static final String DIRECTORY = "META-INF/guywire/page/";
  private static final String DOCUMENT = "index.html";

  /** Scripts, styles, pictures and answers of this server alone, none of them inline. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml");

  private record Asset(String type, byte[] plain, byte[] packed, String tag, boolean lasting) {}

  private final Map<String, Asset> assets;

  private WebPage(Map<String, Asset> assets) {
    this.assets = assets;
  }

  /** The page that this program was built with. */
  static WebPage ofProgram() {
    var assets = new HashMap<String, Asset>();
    for (var name : names()) {
      String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
      if (type != null) {
        byte[] bytes = read(name).orElseThrow();
        boolean document = name.equals(DOCUMENT);
        var asset = new Asset(type, bytes, packed(bytes), digest(bytes), !document);
        assets.put(document ? "/" : "/" + name, asset);
        if (document) {
          // Where the identity provider sends browsers back to: what it says there the page reads.
          assets.put(ProviderSettings.WAY_BACK, asset);
        }
      }
    }
    return new WebPage(Map.copyOf(assets));
  }

  private static List<String> names() {
    return read("files.txt")
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8).lines().toList())
        .orElse(List.of());
  }

  private static Optional<byte[]> read(String name) {
    // Not the class's own: a file here is in no package.
    try (InputStream in = WebPage.class.getClassLoader().getResourceAsStream(DIRECTORY + name)) {
      return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] packed(byte[] bytes) {
    var packed = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }

  private static String digest(byte[] bytes) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, Long.BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Whether the program has one. */
  boolean isThere() {
    return assets.containsKey("/");
  }

  /** Answers, if the path is one of the page's; else nothing was done. */
  boolean answer(ServerRequest request, ServerResponse response) {
    var asset = assets.get(request.path().rawPath());
    if (asset == null || !request.prologue().method().text().equals("GET")) {
      return false;
    }
    response.header("Content-Security-Policy", POLICY);
    response.header("Cross-Origin-Opener-Policy", "same-origin");
    response.header("Permissions-Policy", "camera=(), microphone=(), geolocation=()");
    response.header(
        "Cache-Control", asset.lasting() ? "public, max-age=31536000, immutable" : "no-cache");
    response.header("Vary", "Accept-Encoding");
    String tag = "\"" + asset.tag() + "\"";
    response.header("ETag", tag);
    if (Front.header(request, "If-None-Match").filter(tag::equals).isPresent()) {
      response.status(Status.NOT_MODIFIED_304);
      response.send();
      return true;
    }
    response.header("Content-Type", asset.type());
    boolean packed =
        Front.header(request, "Accept-Encoding")
            .filter(coding -> coding.contains("gzip"))
            .isPresent();
    if (packed) {
      response.header("Content-Encoding", "gzip");
    }
    response.send(packed ? asset.packed() : asset.plain());
    return true;
  }
}
