package guywire.control;

import guywire.control.Server.Refused;
import guywire.control.acme.AcmeSettings;
import guywire.control.acme.ExternalAccount;
import guywire.network.text.Text;
import java.net.IDN;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.crypto.spec.SecretKeySpec;

/** A certificate for browsers that the server has made by an authority, by ACME. */
public final class AcmeOptions implements BrowserCertificate {

  /** Let's Encrypt. */
  public static final String USUAL_DIRECTORY = "https://acme-v02.api.letsencrypt.org/directory";

  /** As many names as Let's Encrypt puts into a certificate. */
  private static final int MOST_NAMES = 100;

  private static final int LONGEST_NAME = 253;
  private static final String LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
  private static final String NAME = "(" + LABEL + "\\.)+" + LABEL;
  private static final String MAIL = "[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@" + NAME;

  private static final Set<String> ACCOUNT_WORDS = Set.of("key-id", "hmac-key");
  private static final int LONGEST_KEY_ID = 1000;

  /** What HS256, the least of those that there are, takes (RFC 7518, section 3.2). */
  private static final int LEAST_KEY_BYTES = 32;

  private final AcmeSettings settings;

  private AcmeOptions(AcmeSettings settings) {
    this.settings = settings;
  }

  /**
   * Reads them.
   *
   * @param names the names that browsers call the server by
   * @param contact an e-mail address that the authority may write to
   * @param directory where the authority begins
   * @param trust a file with those who signed the authority's own certificate, in PEM
   * @throws Refused if one can't be that
   */
  public static AcmeOptions parse(
      List<String> names, Optional<String> contact, String directory, Optional<Path> trust)
      throws Refused {
    var all = new ArrayList<String>();
    for (var name : names) {
      String ascii = ascii(name);
      if (!all.contains(ascii)) {
        all.add(ascii);
      }
    }
    if (all.isEmpty() || all.size() > MOST_NAMES) {
      throw wrong("acme.many", String.valueOf(MOST_NAMES));
    }
    if (contact.isPresent() && !contact.get().matches(MAIL)) {
      throw wrong("acme.contact", contact.get());
    }
    return new AcmeOptions(new AcmeSettings(all, contact, https(directory), authorities(trust)));
  }

  /**
   * The same for an authority that takes customers only.
   *
   * @param text two lines: {@code key-id: ID} and {@code hmac-key: KEY}, as it told them
   * @throws Refused if that is something else; nothing of it is said
   */
  public AcmeOptions withAccount(String text) throws Refused {
    var values = new HashMap<String, String>();
    for (var line : text.lines().filter(each -> !each.isBlank()).toList()) {
      var words = line.split(":", 2);
      if (words.length < 2
          || !ACCOUNT_WORDS.contains(words[0])
          || values.put(words[0], words[1].strip()) != null) {
        throw wrong("acme.account");
      }
    }
    String id = values.getOrDefault("key-id", "");
    byte[] key = key(values.getOrDefault("hmac-key", ""));
    if (!id.matches("[!-~]{1," + LONGEST_KEY_ID + "}") || key.length < LEAST_KEY_BYTES) {
      throw wrong("acme.account");
    }
    return new AcmeOptions(
        settings.withAccount(new ExternalAccount(id, new SecretKeySpec(key, "HMAC"))));
  }

  /** Some authorities fill the end up, and most write it for use in addresses. */
  private static byte[] key(String text) {
    try {
      return Base64.getUrlDecoder()
          .decode(text.replace('+', '-').replace('/', '_').replaceFirst("=+$", ""));
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  private static String ascii(String name) throws Refused {
    String ascii;
    try {
      ascii = IDN.toASCII(name).toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      throw wrong("acme.name", name);
    }
    // An address looks like a name whose last label is a number.
    if (ascii.length() > LONGEST_NAME || !ascii.matches(NAME) || ascii.matches(".*\\.[0-9]+")) {
      throw wrong("acme.name", name);
    }
    return ascii;
  }

  private static URI https(String text) throws Refused {
    try {
      var uri = URI.create(text);
      if ("https".equals(uri.getScheme())
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawFragment() == null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // It is none.
    }
    throw wrong("acme.directory", text);
  }

  private static List<X509Certificate> authorities(Optional<Path> trust) throws Refused {
    if (trust.isEmpty()) {
      return List.of();
    }
    String file = trust.get().toString();
    return AuthoritiesFile.read(file).orElseThrow(() -> wrong("acme.trust", file));
  }

  private static Refused wrong(String key, Object... arguments) {
    return new Refused(Text.of(AcmeOptions.class, key, arguments));
  }

  AcmeSettings settings() {
    return settings;
  }

  /** The names that browsers call the server by, the first of them first. */
  public List<String> names() {
    return settings.names();
  }

  /** Where the authority begins. */
  public URI directory() {
    return settings.directory();
  }
}
