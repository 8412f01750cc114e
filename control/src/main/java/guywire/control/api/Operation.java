package guywire.control.api;

import guywire.control.store.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One thing that can be asked of the server, and who may ask it.
 *
 * @param method the method
 * @param template the path, with variables in braces
 * @param scopes what a token must be good for: any of these; empty if no token is needed
 * @param reach what the token must be good for beside that
 * @param longest the longest body in bytes; 0 if it takes none
 * @param parameters the parameters that it knows behind the question mark
 * @param handler what answers
 */
record Operation(
    String method,
    String template,
    Set<Scope> scopes,
    TokenReach reach,
    int longest,
    Set<String> parameters,
    Handler handler) {

  /** The longest body with a definition in it, in bytes: some 10,000 nodes. */
  static final int LARGE = 2 << 20;

  /** The longest other body, in bytes. */
  static final int SMALL = 16 << 10;

  /** Whose token is enough, for operations that are about one network or about the server. */
  enum TokenReach {
    /** The network in the path must be the token's, if that is for one alone. */
    NETWORK,
    /** The answer has what the token is good for, and nothing of other networks. */
    OWN,
    /** The token must be for the whole server. */
    SERVER,
    /** The same, and a program must have it: no browser's session is enough. */
    PROGRAM,
    /** It must be the session of a browser: whoever asks has signed in. */
    SESSION,
    /**
     * No token is asked for: what is in the body proves who asks, and a browser can't have that.
     */
    PROVEN
  }

  /** Copies the sets. */
  Operation {
    scopes = Set.copyOf(scopes);
    parameters = Set.copyOf(parameters);
  }

  /** Whether it is answered without a token. */
  boolean isOpen() {
    return scopes.isEmpty();
  }

  /** Whether a scope is enough for it. */
  boolean allows(Scope scope) {
    return scopes.stream().anyMatch(scope::includes);
  }

  /** Answers a call. */
  @FunctionalInterface
  interface Handler {
    Reply answer(Call call);
  }

  /**
   * The variables of a path, if it is one of this operation: decoded parts, one for each variable.
   */
  Optional<Map<String, String>> match(List<String> parts) {
    var wanted = List.of(template.substring(1).split("/"));
    if (wanted.size() != parts.size()) {
      return Optional.empty();
    }
    var variables = new HashMap<String, String>();
    for (int i = 0; i < parts.size(); i++) {
      String part = wanted.get(i);
      if (part.startsWith("{")) {
        variables.put(part.substring(1, part.length() - 1), parts.get(i));
      } else if (!part.equals(parts.get(i))) {
        return Optional.empty();
      }
    }
    return Optional.of(variables);
  }

  /** The names of its variables. */
  List<String> variables() {
    var names = new ArrayList<String>();
    for (var part : template.split("/")) {
      if (part.startsWith("{")) {
        names.add(part.substring(1, part.length() - 1));
      }
    }
    return names;
  }
}
