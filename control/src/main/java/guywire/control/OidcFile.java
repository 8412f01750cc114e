package guywire.control;

import guywire.control.Server.Refused;
import guywire.control.oidc.ClaimedRoles;
import guywire.control.oidc.ClaimedRoles.Grant;
import guywire.control.oidc.ClaimedRoles.Rule;
import guywire.control.oidc.ProviderSettings;
import guywire.control.oidc.ProviderSettings.Required;
import guywire.control.oidc.ProviderSettings.Uninvited;
import guywire.control.store.Scope;
import guywire.network.Name;
import guywire.network.text.Text;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is written of an identity provider, in lines of {@code word: value}. It does not show what
 * is in it.
 *
 * <p>It stays a file beside the server, as a database's address does: so the secret is in no
 * database, no backup and no answer, and whoever administers networks can't have people signed in
 * by another provider.
 */
public final class OidcFile {

  private static final String ROLE = "role";
  private static final String ROLE_CLAIM = "role-claim";
  private static final String ROLE_OTHERWISE = "role-otherwise";

  private static final Set<String> WORDS =
      Set.of(
          "issuer",
          "client-id",
          "client-secret",
          "address",
          "name",
          "scopes",
          "claim",
          "name-claim",
          "require",
          "newcomers",
          ROLE,
          ROLE_CLAIM,
          ROLE_OTHERWISE,
          "ca-file");

  private static final int LONGEST_NAME = 60;
  private static final int MOST_ROLES = 200;
  private static final String CLAIM = "[A-Za-z0-9_:./-]{1,200}";

  private final ProviderSettings settings;

  private OidcFile(ProviderSettings settings) {
    this.settings = settings;
  }

  /**
   * Reads it.
   *
   * @param text its lines
   * @param secret the client's, where the file has none
   * @throws Refused if something is missing or wrong; what that says holds no value of it
   */
  public static OidcFile parse(String text, Optional<String> secret) throws Refused {
    var values = values(text);
    var issuer = https(values, "issuer");
    var scopes = List.of(values.getOrDefault("scopes", "openid email profile").split(" +"));
    if (!scopes.contains("openid")
        || !scopes.stream().allMatch(it -> it.matches("[!#-\\[\\]-~]+"))) {
      throw wrong("oidc.scopes");
    }
    String name = values.getOrDefault("name", issuer.getHost());
    if (name.length() > LONGEST_NAME) {
      throw wrong("oidc.value", "name");
    }
    return new OidcFile(
        new ProviderSettings(
            name,
            issuer,
            needed(values, "client-id"),
            Optional.ofNullable(values.get("client-secret"))
                .or(() -> secret.filter(it -> !it.isEmpty())),
            address(values),
            scopes,
            claim(values, "claim", ProviderSettings.EMAIL),
            claim(values, "name-claim", "preferred_username"),
            required(values),
            newcomers(values),
            roles(values),
            authorities(values)));
  }

  private static Map<String, String> values(String text) throws Refused {
    var values = new HashMap<String, String>();
    int number = 0;
    for (var line : text.lines().toList()) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      int colon = line.indexOf(':');
      String word = colon < 0 ? "" : line.substring(0, colon);
      String value = line.substring(colon + 1).strip();
      if (!WORDS.contains(word)
          || value.isEmpty()
          || value.chars().anyMatch(Character::isISOControl)
          || values.containsKey(word) && !word.equals(ROLE)) {
        throw wrong(
            "oidc.line",
            String.valueOf(number),
            String.join(", ", WORDS.stream().sorted().toList()));
      }
      // No value has an end of line of its own.
      values.merge(word, value, (former, more) -> former + "\n" + more);
    }
    return values;
  }

  private static String needed(Map<String, String> values, String word) throws Refused {
    return Optional.ofNullable(values.get(word)).orElseThrow(() -> wrong("oidc.missing", word));
  }

  private static URI https(Map<String, String> values, String word) throws Refused {
    try {
      var uri = URI.create(needed(values, word));
      if ("https".equals(uri.getScheme())
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // It is none.
    }
    throw wrong("oidc.https", word);
  }

  /** Only the origin: the provider sends browsers back to one place there. */
  private static URI address(Map<String, String> values) throws Refused {
    var uri = https(values, "address");
    if (!List.of("", "/").contains(uri.getRawPath())) {
      throw wrong("oidc.address");
    }
    String port = uri.getPort() < 0 || uri.getPort() == 443 ? "" : ":" + uri.getPort();
    return URI.create("https://" + uri.getHost() + port);
  }

  private static String claim(Map<String, String> values, String word, String usual)
      throws Refused {
    String claim = values.getOrDefault(word, usual);
    if (!claim.matches(CLAIM)) {
      throw wrong("oidc.value", word);
    }
    return claim;
  }

  private static Optional<Required> required(Map<String, String> values) throws Refused {
    var said = Optional.ofNullable(values.get("require"));
    if (said.isEmpty()) {
      return Optional.empty();
    }
    var parts = said.get().split("=", 2);
    if (parts.length < 2 || !parts[0].matches(CLAIM) || parts[1].isEmpty()) {
      throw wrong("oidc.value", "require");
    }
    return Optional.of(new Required(parts[0], parts[1]));
  }

  private static Optional<Uninvited> newcomers(Map<String, String> values) throws Refused {
    var said = Optional.ofNullable(values.get("newcomers"));
    if (said.isEmpty() || said.get().equals("none")) {
      return Optional.empty();
    }
    var parts = said.get().split(" +");
    var network = parts.length == 2 ? Name.tryParse(parts[1]) : Optional.<Name>empty();
    if (!parts[0].equals("own") || parts.length > 2 || parts.length == 2 && network.isEmpty()) {
      throw wrong("oidc.newcomers");
    }
    return Optional.of(new Uninvited(network));
  }

  private static Optional<ClaimedRoles> roles(Map<String, String> values) throws Refused {
    var said = Optional.ofNullable(values.get(ROLE)).stream().flatMap(String::lines).toList();
    var otherwise = Optional.ofNullable(values.get(ROLE_OTHERWISE));
    if (said.isEmpty()) {
      if (otherwise.isPresent() || values.containsKey(ROLE_CLAIM)) {
        throw wrong("oidc.no-role");
      }
      return Optional.empty();
    }
    var newcomers = values.get("newcomers");
    if (newcomers != null && !newcomers.equals("none")) {
      throw wrong("oidc.role-newcomers");
    }
    var rules = new ArrayList<Rule>();
    for (var line : said) {
      var parts = line.split(" *= *", 2);
      var grant = grant(parts[0]);
      if (grant.isEmpty() || parts.length < 2 || parts[1].isEmpty() || rules.size() >= MOST_ROLES) {
        throw wrong("oidc.role", MOST_ROLES);
      }
      rules.add(new Rule(parts[1], grant.get()));
    }
    var rest = otherwise.filter(text -> !text.equals("none"));
    var given = rest.flatMap(OidcFile::grant);
    if (rest.isPresent() && given.isEmpty()) {
      throw wrong("oidc.role-otherwise");
    }
    String claim = claim(values, ROLE_CLAIM, "groups");
    return Optional.of(new ClaimedRoles(claim, rules, given, newcomers == null));
  }

  /** {@code ROLE} or {@code ROLE NETWORK}. */
  private static Optional<Grant> grant(String text) {
    var parts = text.split(" +");
    var network = parts.length == 2 ? Name.tryParse(parts[1]) : Optional.<Name>empty();
    if (parts.length > 2 || parts.length == 2 && network.isEmpty()) {
      return Optional.empty();
    }
    return Scope.ofWord(parts[0]).map(scope -> new Grant(scope, network));
  }

  private static List<X509Certificate> authorities(Map<String, String> values) throws Refused {
    var file = Optional.ofNullable(values.get("ca-file"));
    if (file.isEmpty()) {
      return List.of();
    }
    return AuthoritiesFile.read(file.get()).orElseThrow(() -> wrong("oidc.ca-file", file.get()));
  }

  private static Refused wrong(String key, Object... arguments) {
    return new Refused(Text.of(OidcFile.class, key, arguments));
  }

  ProviderSettings settings() {
    return settings;
  }

  @Override
  public String toString() {
    return settings.toString();
  }
}
