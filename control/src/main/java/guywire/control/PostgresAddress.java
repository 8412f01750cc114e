package guywire.control;

import guywire.control.Server.Refused;
import guywire.network.text.Text;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * Where a database of PostgreSQL is, and who opens it. It does not show its password.
 *
 * <p>It is written {@code postgresql://USER[:PASSWORD]@HOST[:PORT]/NAME[?sslmode=...]}. To another
 * machine it goes over TLS, and the certificate has to be that host's, unless {@code sslmode} says
 * less.
 */
public final class PostgresAddress {

  private static final List<String> SCHEMES = List.of("postgresql", "postgres");

  /** The library knows many more, of which some load classes or write files. */
  private static final List<String> OPTIONS = List.of("sslmode", "sslrootcert");

  private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "[::1]");
  private static final String CONNECT_SECONDS = "10";

  /** No statement of ours takes nearly as long; a server that is silent is gone. */
  private static final String ANSWER_SECONDS = "60";

  private final String url;
  private final String user;
  private final Optional<String> password;
  private final Map<String, String> options;

  private PostgresAddress(
      String url, String user, Optional<String> password, Map<String, String> options) {
    this.url = url;
    this.user = user;
    this.password = password;
    this.options = options;
  }

  /** Whether a text begins like an address of PostgreSQL. */
  public static boolean isMeant(String text) {
    return SCHEMES.stream().anyMatch(scheme -> text.startsWith(scheme + "://"));
  }

  /**
   * Reads one.
   *
   * @throws Refused if it is none; what that says does not hold the text
   */
  public static PostgresAddress parse(String text) throws Refused {
    try {
      var uri = new URI(text);
      var who = Optional.ofNullable(uri.getRawUserInfo()).orElse("").split(":", 2);
      var host = Optional.ofNullable(uri.getHost()).orElse("");
      var path = Optional.ofNullable(uri.getRawPath()).orElse("");
      if (!isMeant(text)
          || host.isEmpty()
          || who[0].isEmpty()
          || !path.matches("/[A-Za-z0-9_.-]+")
          || uri.getRawFragment() != null) {
        throw wrong("database.url");
      }
      var options = new LinkedHashMap<String, String>();
      options.put("sslmode", LOOPBACK.contains(host) ? "prefer" : "verify-full");
      var query = Optional.ofNullable(uri.getRawQuery()).filter(said -> !said.isEmpty());
      for (var option : query.map(said -> List.of(said.split("&"))).orElse(List.of())) {
        var parts = option.split("=", 2);
        if (parts.length < 2 || !OPTIONS.contains(parts[0])) {
          throw wrong("database.option");
        }
        options.put(parts[0], decoded(parts[1]));
      }
      String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
      return new PostgresAddress(
          "jdbc:postgresql://" + host + port + path,
          decoded(who[0]),
          who.length > 1 ? Optional.of(decoded(who[1])) : Optional.empty(),
          options);
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw wrong("database.url");
    }
  }

  private static String decoded(String text) {
    // In an address a plus sign is one.
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static Refused wrong(String key) {
    return new Refused(Text.of(PostgresAddress.class, key));
  }

  /** Whether it holds the password. */
  public boolean hasPassword() {
    return password.isPresent();
  }

  /** The same with a password, where it holds none. */
  public PostgresAddress withPassword(Optional<String> other) {
    return new PostgresAddress(url, user, password.or(() -> other), options);
  }

  /** A new connection to it. */
  Connection connect() throws SQLException {
    var properties = new Properties();
    properties.setProperty("user", user);
    password.ifPresent(secret -> properties.setProperty("password", secret));
    properties.setProperty("connectTimeout", CONNECT_SECONDS);
    properties.setProperty("socketTimeout", ANSWER_SECONDS);
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("ApplicationName", "guywire");
    options.forEach(properties::setProperty);
    return DriverManager.getConnection(url, properties);
  }

  @Override
  public String toString() {
    return url.substring("jdbc:".length());
  }
}
