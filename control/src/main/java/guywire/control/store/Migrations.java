package guywire.control.store;

import guywire.network.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The steps by which the tables came to be as they are, each a numbered SQL text that is never
 * changed once it was released: the database keeps the digest of each that it went.
 *
 * @param steps the steps, from number 1
 */
record Migrations(List<Step> steps) {

  /**
   * One step.
   *
   * @param name its file
   * @param sql statements, each ended by a semicolon at the end of a line
   */
  record Step(String name, String sql) {

    String digest() {
      try {
        byte[] digest =
            MessageDigest.getInstance("SHA-256").digest(sql.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has SHA-256", e);
      }
    }

    List<String> statements() {
      var statements = new ArrayList<String>();
      for (var statement : sql.split(";\\s*(\n|$)")) {
        if (!statement.isBlank()) {
          statements.add(statement);
        }
      }
      return statements;
    }
  }

  private record Gone(long number, String digest) {}

  /** The files of this program's steps, in their order. */
  private static final List<String> FILES =
      List.of(
          "001-tables.sql",
          "002-devices.sql",
          "003-sessions.sql",
          "004-hosts.sql",
          "005-roles.sql",
          "006-second-factors.sql",
          "007-webhooks.sql",
          "008-keys.sql",
          "009-rollouts.sql",
          "010-shared-state.sql",
          "011-replicas.sql",
          "012-identities.sql",
          "013-acme.sql",
          "014-tunnel-keys.sql",
          "015-rotation-waits.sql");

  /** Copies the list. */
  Migrations {
    steps = List.copyOf(steps);
  }

  /** The steps of this program. */
  static Migrations ours() {
    return new Migrations(FILES.stream().map(file -> new Step(file, text(file))).toList());
  }

  private static String text(String file) {
    try (var in = Migrations.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("not in the program: " + file);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Goes the steps that the database has not gone, each whole or not at all.
   *
   * @throws StoreException if it went others than these
   */
  void bringUp(Database database) {
    database.write(session -> {
      session.update(
          "CREATE TABLE IF NOT EXISTS migrations (number bigint NOT NULL PRIMARY KEY,"
              + " name text NOT NULL, digest text NOT NULL, at bigint NOT NULL)");
      return true;
    });
    while (!database.write(this::oneStep)) {
      // Another process may go the next one: each looks anew.
    }
  }

  /** Goes the next step, if one is left; true if none is. */
  private boolean oneStep(Session session) {
    var gone =
        session.list(
            row -> new Gone(row.number("number"), row.text("digest")),
            "SELECT number, digest FROM migrations ORDER BY number");
    for (int i = 0; i < gone.size(); i++) {
      if (i >= steps.size()) {
        throw new StoreException(Text.of(Migrations.class, "store.newer", gone.size() + ""));
      }
      if (!gone.get(i).equals(new Gone(i + 1, steps.get(i).digest()))) {
        throw new StoreException(Text.of(Migrations.class, "store.other", steps.get(i).name()));
      }
    }
    if (gone.size() == steps.size()) {
      return true;
    }
    var step = steps.get(gone.size());
    step.statements().forEach(statement -> session.update(statement));
    session.update(
        "INSERT INTO migrations (number, name, digest, at) VALUES (?, ?, ?, ?)",
        gone.size() + 1,
        step.name(),
        step.digest(),
        Clock.systemUTC().millis());
    return false;
  }
}
