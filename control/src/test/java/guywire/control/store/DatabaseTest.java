package guywire.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.address.IpAddress;
import guywire.guard.UnsafeFileException;
import guywire.network.Name;
import guywire.protocol.PrivateKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the server keeps, over SQLite and over a real PostgreSQL alike. */
@Timeout(180)
class DatabaseTest {

  private static final Instant NOW = Instant.ofEpochMilli(1_790_000_000_000L);

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(Kind.class)
  void a_definition_is_kept_to_the_letter_with_every_version(Kind kind) throws Exception {
    String text = "# Käte's own words: 上海 \t\r\nnetwork: home  # 'quoted' \"twice\"; -- \\\n\n";
    try (var database = kind.fresh(directory).open()) {
      database.write(session -> {
        var networks = new Networks(session);
        var anna = new Tokens(session).user(new Name("anna"), NOW);
        networks.add(Crash.ID, Crash.NETWORK, NOW);
        assertThat(networks.addVersion(Crash.ID, 0, text, anna, "first; 'try'", NOW)).contains(1L);
        return networks.addVersion(Crash.ID, 1, text + "#", anna, "", NOW).orElseThrow();
      });
      var versions =
          database.read(
              session -> new Networks(session).versions(Crash.ID, WholeLog.ALL, WholeLog.FIRST));
      assertThat(versions.items())
          .containsExactly(
              new Version(2, text + "#", "anna", NOW, "", Optional.empty(), ""),
              new Version(1, text, "anna", NOW, "first; 'try'", Optional.empty(), ""));
      assertThat(home(database)).contains(new StoredNetwork(Crash.ID, Crash.NETWORK, 2, 2, NOW));
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void of_two_who_change_the_same_version_one_comes_first(Kind kind) throws Exception {
    var fresh = kind.fresh(directory);
    try (var one = fresh.open();
        var other = fresh.open();
        var threads = Executors.newFixedThreadPool(8)) {
      one.write(session -> {
        Crash.change(session, 0);
        return true;
      });
      var tries = new ArrayList<Future<Boolean>>();
      for (int i = 0; i < 16; i++) {
        var database = i % 2 == 0 ? one : other;
        String name = "user-" + i;
        tries.add(
            threads.submit(() ->
                database.write(session -> {
                  var user = new Tokens(session).user(new Name(name), NOW);
                  return new Networks(session)
                      .addVersion(Crash.ID, 1, name, user, "", NOW)
                      .isPresent();
                })));
      }
      int first = 0;
      for (var each : tries) {
        first += each.get() ? 1 : 0;
      }
      assertThat(first).isEqualTo(1);
      assertThat(home(one).orElseThrow()).extracting(StoredNetwork::version).isEqualTo(2L);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void a_change_that_fails_leaves_nothing(Kind kind) throws Exception {
    try (var database = kind.fresh(directory).open()) {
      assertThatThrownBy(() ->
              database.write(session -> {
                Crash.change(session, 0);
                throw new IllegalStateException("in the middle");
              }))
          .hasMessage("in the middle");
      assertThatThrownBy(() ->
              database.write(session -> {
                Crash.change(session, 0);
                // The network is there already: the database itself refuses.
                return new Networks(session).add(Crash.ID, Crash.NETWORK, NOW);
              }))
          .isInstanceOf(StoreException.class);
      assertThat(count(database)).isZero();
      // And the next change goes well.
      database.write(session -> {
        Crash.change(session, 0);
        return true;
      });
      assertThat(count(database)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void a_server_that_is_killed_in_the_middle_of_a_change_leaves_the_old_state(Kind kind)
      throws Exception {
    var fresh = kind.fresh(directory);
    try (var database = fresh.open()) {
      database.write(session -> {
        Crash.change(session, 0);
        return true;
      });
    }
    var words = new ArrayList<>(List.of(java(), "--enable-native-access=ALL-UNNAMED", "-cp"));
    words.add(System.getProperty("java.class.path"));
    words.add(Crash.class.getName());
    words.addAll(fresh.words());
    var process = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (var said =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(said.readLine()).isEqualTo("in the middle");
      process.destroyForcibly();
      assertThat(process.waitFor()).isEqualTo(137);
    }
    try (var database = fresh.open()) {
      assertThat(home(database)).get().extracting(StoredNetwork::version).isEqualTo(1L);
      assertThat(nodes(database)).extracting(node -> node.name().text()).containsExactly("node-0");
      assertThat(version(database, 2)).isEmpty();
      // Nothing is left locked.
      database.write(session -> {
        Crash.change(session, 1);
        return true;
      });
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void readers_see_one_state_while_it_changes(Kind kind) throws Exception {
    try (var database = kind.fresh(directory).open()) {
      database.write(session -> {
        Crash.change(session, 0);
        return true;
      });
      long seen =
          database.read(session -> {
            long before = new Networks(session).named(Crash.NETWORK).orElseThrow().version();
            database.write(inner -> {
              Crash.change(inner, 1);
              return true;
            });
            assertThat(new Networks(session).version(Crash.ID, 2)).isEmpty();
            return before;
          });
      assertThat(seen).isEqualTo(1);
      assertThat(version(database, 2)).isPresent();
    }
  }

  /** Of 60 entries each query of chance finds those that a plain look at all of them finds. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void what_was_written_down_is_found_page_by_page(Kind kind) throws Exception {
    var random = new Random(17);
    try (var database = kind.fresh(directory).open()) {
      database.write(session -> {
        for (int i = 0; i < 60; i++) {
          new Audit(session)
              .add(
                  NOW.plusSeconds(random.nextInt(30)),
                  random.nextBoolean() ? "key-set" : "device-made",
                  new Name(random.nextBoolean() ? "home" : "office"),
                  List.of("100%", "a_b", "axb", "Phone", "wow!", "").get(random.nextInt(6)),
                  "");
        }
        return true;
      });
      var all =
          database
              .read(s -> new Audit(s).page(Optional.empty(), WholeLog.ALL, WholeLog.FIRST))
              .items();
      assertThat(all).hasSize(60);
      for (int round = 0; round < 60; round++) {
        var query =
            new LogQuery(
                List.of("", "%", "_", "!", "phone", "a_b", "office").get(random.nextInt(7)),
                chance(random, "server", "ann"),
                chance(random, "key-set", "device-made"),
                chance(random, NOW.plusSeconds(5), NOW.plusSeconds(15)),
                chance(random, NOW.plusSeconds(15), NOW.plusSeconds(25)),
                random.nextBoolean());
        var only = chance(random, new Name("home"), new Name("nowhere"));
        var wanted = all.stream().filter(entry -> matches(entry, query, only)).toList();
        var seen = new ArrayList<AuditEntry>();
        Optional<String> after = Optional.empty();
        do {
          var part = new Page.Wanted(after, 1 + random.nextInt(20));
          var page = database.read(session -> new Audit(session).page(only, query, part));
          seen.addAll(page.items());
          after = page.next();
        } while (after.isPresent());
        assertThat(seen)
            .as("%s", query)
            .isEqualTo(query.oldestFirst() ? wanted.reversed() : wanted);
      }
    }
  }

  private static <T> Optional<T> chance(Random random, T one, T other) {
    return random.nextInt(3) == 0
        ? Optional.of(random.nextInt(3) == 0 ? other : one)
        : Optional.empty();
  }

  private static boolean matches(AuditEntry entry, LogQuery query, Optional<Name> only) {
    String texts =
        String.join(
            "\n",
            entry.actor(),
            entry.action(),
            entry.network(),
            entry.subject().toLowerCase(Locale.ROOT));
    return texts.contains(query.search())
        && query.by().map(entry.actor()::equals).orElse(true)
        && query.action().map(entry.action()::equals).orElse(true)
        && only.map(name -> entry.network().equals(name.text())).orElse(true)
        && query.since().map(at -> !entry.at().isBefore(at)).orElse(true)
        && query.until().map(at -> entry.at().isBefore(at)).orElse(true);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void nodes_come_and_go_with_the_definition_and_keep_who_they_are(Kind kind) throws Exception {
    var key = PrivateKey.generate(new Random(1)).publicKey();
    try (var database = kind.fresh(directory).open()) {
      database.write(session -> {
        Crash.change(session, 0);
        var networks = new Networks(session);
        networks.keepNodes(Crash.ID, Set.of(new Name("a"), new Name("b")), new Random(2));
        networks.setKey(
            Crash.ID,
            networks.node(Crash.ID, new Name("a")).orElseThrow().id(),
            key,
            Instant.EPOCH);
        networks.keepAddresses(
            Crash.ID, Map.of(new Name("a"), List.of(IpAddress.parse("10.0.0.1"))));
        return true;
      });
      var before = nodes(database);
      database.write(session -> {
        new Networks(session)
            .keepNodes(Crash.ID, Set.of(new Name("a"), new Name("c")), new Random(3));
        return true;
      });
      var after = nodes(database);
      assertThat(after).extracting(node -> node.name().text()).containsExactly("a", "c");
      assertThat(after.getFirst()).isEqualTo(before.getFirst());
      assertThat(after.getFirst().publicKey()).contains(key);
      assertThat(addresses(database))
          .isEqualTo(Map.of(new Name("a"), List.of(IpAddress.parse("10.0.0.1"))));
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void of_a_token_nothing_is_kept_that_opens_anything(Kind kind) throws Exception {
    var fresh = kind.fresh(directory);
    var secret = TokenSecret.random();
    try (var database = fresh.open()) {
      database.write(session -> new Tokens(session).add(secret, wanted(Optional.of(1L)), NOW));
      assertThat(valid(database, secret, NOW)).isPresent();
      assertThat(dump(fresh)).doesNotContain(secret.reveal());
    }
    assertThat(secret.toString()).doesNotContain(secret.reveal());
    if (kind == Kind.SQLITE) {
      for (var file : Files.list(fresh.directory()).filter(Files::isRegularFile).toList()) {
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
            .doesNotContain(secret.reveal());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void a_token_ends_by_time_by_use_and_by_word(Kind kind) throws Exception {
    try (var database = kind.fresh(directory).open()) {
      var secret = TokenSecret.random();
      var token =
          database.write(session -> new Tokens(session).add(secret, wanted(Optional.of(2L)), NOW));
      var just = NOW.plusSeconds(59);
      assertThat(valid(database, secret, just)).contains(token);
      assertThat(valid(database, secret, NOW.plusSeconds(60))).isEmpty();
      assertThat(use(database, token)).isTrue();
      assertThat(valid(database, secret, just)).isPresent();
      assertThat(use(database, token)).isTrue();
      assertThat(use(database, token)).isFalse();
      assertThat(valid(database, secret, just)).isEmpty();

      var other = TokenSecret.random();
      var lasting =
          database.write(session -> new Tokens(session).add(other, wanted(Optional.empty()), NOW));
      assertThat(valid(database, other, just)).isPresent();
      database.write(session -> new Tokens(session).revoke(lasting.id(), Optional.empty()));
      assertThat(valid(database, other, just)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void the_audit_counts_without_a_gap(Kind kind) throws Exception {
    try (var database = kind.fresh(directory).open()) {
      var token =
          database.write(session ->
              new Tokens(session).add(TokenSecret.random(), wanted(Optional.empty()), NOW));
      for (int i = 0; i < 3; i++) {
        String subject = "s" + i;
        database.write(session -> {
          new Audit(session).add(NOW, token, "tried", Optional.of(Crash.NETWORK), subject, "");
          return true;
        });
      }
      assertThat(
              database
                  .read(session ->
                      new Audit(session)
                          .page(Optional.of(Crash.NETWORK), WholeLog.ALL, WholeLog.FIRST))
                  .items())
          .extracting(AuditEntry::number)
          .containsExactly(3L, 2L, 1L);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void a_database_of_another_program_is_left_alone(Kind kind) throws Exception {
    var fresh = kind.fresh(directory);
    fresh.open().close();
    try (var connection = fresh.connection()) {
      SqlDialect.execute(connection, "INSERT INTO migrations VALUES (999, 'later.sql', 'x', 0)");
    }
    assertThatThrownBy(fresh::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("of a newer Guywire");
    try (var connection = fresh.connection()) {
      SqlDialect.execute(connection, "DELETE FROM migrations WHERE number = 999");
      SqlDialect.execute(connection, "UPDATE migrations SET digest = 'x'");
    }
    assertThatThrownBy(fresh::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("001-tables.sql");
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void a_step_that_fails_is_not_half_done(Kind kind) throws Exception {
    var fresh = kind.fresh(directory);
    try (var database = fresh.open()) {
      var steps = new ArrayList<>(Migrations.ours().steps());
      steps.add(new Migrations.Step("bad.sql", "CREATE TABLE extra (a text);\nCREATE nonsense;\n"));
      assertThatThrownBy(() -> new Migrations(steps).bringUp(database))
          .isInstanceOf(StoreException.class);
      steps.set(
          steps.size() - 1, new Migrations.Step("good.sql", "CREATE TABLE extra (a text);\n"));
      new Migrations(steps).bringUp(database);
      new Migrations(steps).bringUp(database);
    }
    assertThat(dump(fresh)).contains("good.sql");
  }

  /** What an earlier program left is brought to the newest form with all that is in it. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void a_database_of_each_earlier_step_is_brought_up_with_what_is_in_it(Kind kind)
      throws Exception {
    var steps = Migrations.ours().steps();
    for (int gone = 1; gone < steps.size(); gone++) {
      var fresh = kind.fresh(directory.resolve("after-" + gone));
      Files.createDirectories(directory.resolve("after-" + gone).resolve("data"));
      try (var connection = fresh.connection();
          var statement = connection.createStatement()) {
        statement.execute(
            "CREATE TABLE migrations (number bigint NOT NULL PRIMARY KEY,"
                + " name text NOT NULL, digest text NOT NULL, at bigint NOT NULL)");
        for (int i = 0; i < gone; i++) {
          for (var sql : steps.get(i).statements()) {
            statement.execute(sql);
          }
          statement.execute(
              "INSERT INTO migrations VALUES (%d, '%s', '%s', 0)"
                  .formatted(i + 1, steps.get(i).name(), steps.get(i).digest()));
        }
        String id = Crash.ID.text();
        statement.execute(
            "INSERT INTO networks (id, name, version, revision, created) VALUES ('%s', 'home', 1, 1, 0)"
                .formatted(id));
        statement.execute(
            "INSERT INTO nodes (network, id, name) VALUES ('%s', '%s', 'old')".formatted(id, id));
      }
      if (kind == Kind.SQLITE) {
        Files.setPosixFilePermissions(
            directory.resolve("after-" + gone + "/data"),
            PosixFilePermissions.fromString("rwx------"));
        Files.setPosixFilePermissions(
            directory.resolve("after-" + gone + "/data/guywire.db"),
            PosixFilePermissions.fromString("rw-------"));
      }
      try (var database = fresh.open()) {
        assertThat(nodes(database))
            .singleElement()
            .satisfies(node -> {
              assertThat(node.name().text()).isEqualTo("old");
              assertThat(node.isOut(NOW)).isFalse();
            });
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void a_node_is_out_while_it_is_paused_and_once_it_has_expired(Kind kind) throws Exception {
    try (var database = kind.fresh(directory).open()) {
      var id =
          database.write(session -> {
            Crash.change(session, 0);
            var networks = new Networks(session);
            networks.keepNodes(Crash.ID, Set.of(new Name("phone")), new Random(2));
            var phone = networks.node(Crash.ID, new Name("phone")).orElseThrow().id();
            networks.setLeave(Crash.ID, phone, true, Optional.empty());
            return phone;
          });
      assertThat(nodes(database).getFirst().isOut(NOW)).isTrue();
      long revision = home(database).orElseThrow().revision();
      database.write(session -> {
        new Networks(session).setLeave(Crash.ID, id, false, Optional.of(NOW.plusSeconds(60)));
        return true;
      });
      assertThat(nodes(database).getFirst().isOut(NOW)).isFalse();
      assertThat(nodes(database).getFirst().isOut(NOW.plusSeconds(60))).isTrue();
      assertThat(expired(database, NOW)).isEmpty();
      var later = NOW.plusSeconds(61);
      assertThat(database.<Boolean>read(session -> new Networks(session).hasExpired(later)))
          .isTrue();
      assertThat(expired(database, later)).hasSize(1);
      assertThat(expired(database, later)).isEmpty();
      assertThat(home(database).orElseThrow().revision()).isEqualTo(revision + 2);
    }
  }

  private static List<StoredNetwork> expired(Database database, Instant now) {
    return database.write(session -> new Networks(session).expire(now));
  }

  @Test
  void the_data_directory_is_for_its_owner_alone() throws IOException {
    Path data = directory.resolve("data");
    Database.inDirectory(data).close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
        .isEqualTo("rwx------");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(data.resolve("guywire.db"))))
        .isEqualTo("rw-------");
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> Database.inDirectory(data)).isInstanceOf(UnsafeFileException.class);
  }

  @Test
  void a_database_behind_a_link_is_not_opened() throws IOException {
    Path data = directory.resolve("data");
    Database.inDirectory(data).close();
    Files.move(data.resolve("guywire.db"), directory.resolve("elsewhere.db"));
    Files.createSymbolicLink(data.resolve("guywire.db"), directory.resolve("elsewhere.db"));
    assertThatThrownBy(() -> Database.inDirectory(data)).isInstanceOf(UnsafeFileException.class);
  }

  private static Optional<StoredNetwork> home(Database database) {
    return database.read(session -> new Networks(session).named(Crash.NETWORK));
  }

  private static long count(Database database) {
    return database.read(session -> new Networks(session).count());
  }

  private static List<StoredNode> nodes(Database database) {
    return database.read(session -> new Networks(session).nodes(Crash.ID));
  }

  private static Optional<Version> version(Database database, long number) {
    return database.read(session -> new Networks(session).version(Crash.ID, number));
  }

  private static Map<Name, List<IpAddress>> addresses(Database database) {
    return database.read(session -> new Networks(session).addresses(Crash.ID));
  }

  private static Optional<Token> valid(Database database, TokenSecret secret, Instant at) {
    return database.read(session -> new Tokens(session).valid(secret, at));
  }

  private static boolean use(Database database, Token token) {
    return database.write(session -> new Tokens(session).use(token));
  }

  private static Tokens.Wanted wanted(Optional<Long> uses) {
    return new Tokens.Wanted(
        new Name("anna"),
        "test",
        Scope.ADMINISTER,
        Optional.empty(),
        Optional.of(NOW.plusSeconds(60)),
        uses);
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** All that stands in all tables. */
  private static String dump(Kind.Fresh fresh) throws SQLException {
    var all = new StringBuilder();
    try (var connection = fresh.connection();
        var statement = connection.createStatement()) {
      for (var table :
          List.of("users", "networks", "versions", "nodes", "tokens", "audit", "migrations")) {
        try (var rows = statement.executeQuery("SELECT * FROM " + table)) {
          while (rows.next()) {
            for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
              all.append(rows.getString(i)).append(' ');
            }
          }
        }
      }
    }
    return all.toString();
  }
}
