package guywire.control.api;

import guywire.control.store.LogQuery;
import guywire.control.store.Page;
import guywire.control.store.Scope;
import guywire.control.store.StoredNetwork;
import guywire.control.store.Token;
import guywire.control.store.User;
import guywire.network.Name;
import java.net.InetAddress;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A request that has passed the gate.
 *
 * @param token the token that it came with, or its session; on public operations the session, if
 *     there is one
 * @param network the network that it is about, which the token is good for; empty where the
 *     operation is about none
 * @param path the other variables of the operation, by name
 * @param query the parameters behind the question mark, by name
 * @param headers some headers, and the cookie of a sign-in elsewhere, by name in small letters
 * @param body the body
 * @param locale the language of the answer
 * @param address where it comes from
 * @param now when it came
 */
record Call(
    Optional<Token> token,
    Optional<StoredNetwork> network,
    Map<String, String> path,
    Map<String, String> query,
    Map<String, String> headers,
    Body body,
    Locale locale,
    InetAddress address,
    Instant now) {

  /** Who asks, on an operation that is not public. */
  Token by() {
    return token.orElseThrow();
  }

  /** Whose devices alone are shown and changed; empty for those of everybody. */
  Optional<User> only() {
    return token.filter(by -> by.scope() == Scope.OWN).map(Token::owner);
  }

  /** What it is about, on an operation about a network. */
  StoredNetwork about() {
    return network.orElseThrow();
  }

  /** A variable of the path that counts something. */
  long number(String variable) {
    String text = path.getOrDefault(variable, "");
    if (!text.matches("[0-9]{1,15}")) {
      throw Problem.of(404, "not-found");
    }
    return Long.parseLong(text);
  }

  /** A variable of the path that is a name. */
  Name name(String variable) {
    return Name.tryParse(path.getOrDefault(variable, ""))
        .orElseThrow(() -> Problem.of(404, "not-found"));
  }

  /**
   * Which entries are asked for of what was written down one after the other.
   *
   * @param by what the parameter is called that says who did it
   */
  LogQuery log(String by) {
    String sort = query.getOrDefault("sort", "-number");
    if (!sort.equals("number") && !sort.equals("-number")) {
      throw Problem.of(400, "bad-sort", "number");
    }
    return new LogQuery(
        Listing.search(query),
        Optional.ofNullable(query.get(by)),
        Optional.ofNullable(query.get("action")),
        moment("since"),
        moment("until"),
        sort.equals("number"));
  }

  /** A parameter that is a moment, as ISO 8601 writes it. */
  private Optional<Instant> moment(String name) {
    try {
      return Optional.ofNullable(query.get(name)).map(Instant::parse);
    } catch (DateTimeParseException e) {
      throw Problem.of(400, "bad-moment", name);
    }
  }

  /** The part of a list that is asked for. */
  Page.Wanted page() {
    String limit = query.getOrDefault("limit", "50");
    if (!limit.matches("[0-9]{1,4}")
        || Integer.parseInt(limit) < 1
        || Integer.parseInt(limit) > Page.Wanted.MOST) {
      throw Problem.of(400, "bad-limit", String.valueOf(Page.Wanted.MOST));
    }
    return new Page.Wanted(
        Optional.ofNullable(query.get("after")).filter(after -> !after.isEmpty()),
        Integer.parseInt(limit));
  }
}
