package guywire.cli;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.cli.Screen.Style;
import guywire.control.AcmeOptions;
import guywire.control.Backup;
import guywire.control.BrowserCertificate;
import guywire.control.CertificatePair;
import guywire.control.OidcFile;
import guywire.control.PostgresAddress;
import guywire.control.Server;
import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import guywire.guard.UnsafeFileException;
import guywire.linux.ServiceNotice;
import guywire.network.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code guywire serve}: the server that networks are managed from, until it is ended. */
@Command(name = "serve", mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {

  private static final int MOST_PORT = 65535;

  /** So often it is looked whether memory can be given back. */
  private static final long SPARE_SECONDS = 5;

  private final Screen screen;

  @Option(names = "--data", required = true, paramLabel = "DIR", descriptionKey = "serve.data")
  private Path data = Path.of("");

  @Option(names = "--database", paramLabel = "URL|FILE", descriptionKey = "serve.database")
  private Optional<String> database = Optional.empty();

  @Option(names = "--listen", paramLabel = "ADDRESS:PORT", descriptionKey = "serve.listen")
  private String listen = "0.0.0.0:8443";

  @Option(names = "--link", paramLabel = "FILE", descriptionKey = "serve.link")
  private Optional<Path> link = Optional.empty();

  @Option(names = "--webhooks-to", paramLabel = "PREFIX", descriptionKey = "serve.webhooks-to")
  private List<String> inside = List.of();

  @Option(names = "--oidc", paramLabel = "FILE", descriptionKey = "serve.oidc")
  private Optional<Path> oidc = Optional.empty();

  @Option(names = "--from", paramLabel = "BACKUP", descriptionKey = "serve.from")
  private Optional<Path> from = Optional.empty();

  @Option(names = "--certificate", paramLabel = "FILE", descriptionKey = "serve.certificate")
  private Optional<Path> certificate = Optional.empty();

  @Option(
      names = "--certificate-key",
      paramLabel = "FILE",
      descriptionKey = "serve.certificate-key")
  private Optional<Path> certificateKey = Optional.empty();

  @Option(names = "--acme", paramLabel = "NAME", split = ",", descriptionKey = "serve.acme")
  private List<String> acme = List.of();

  @Option(names = "--acme-contact", paramLabel = "MAIL", descriptionKey = "serve.acme-contact")
  private Optional<String> acmeContact = Optional.empty();

  @Option(names = "--acme-directory", paramLabel = "URL", descriptionKey = "serve.acme-directory")
  private Optional<String> acmeDirectory = Optional.empty();

  @Option(names = "--acme-trust", paramLabel = "FILE", descriptionKey = "serve.acme-trust")
  private Optional<Path> acmeTrust = Optional.empty();

  @Option(names = "--acme-account", paramLabel = "FILE", descriptionKey = "serve.acme-account")
  private Optional<Path> acmeAccount = Optional.empty();

  ServeCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    var address = address(listen);
    var allowed = prefixes();
    if (from.isPresent()) {
      var backup = from.get();
      BackupCommand.attempt(() -> Backup.restore(backup, data));
      screen.tell("backup.restored", backup.toString(), data.toString());
    }
    var ended = new CountDownLatch(1);
    try (var server = start(address, allowed)) {
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(() -> {
                server.close();
                ended.countDown();
              }));
      screen.line(screen.styled(Style.STRONG, screen.say("serve.address", server.url())));
      screen.tell("serve.certificate", server.fingerprint());
      if (server.namedUrl().isPresent()) {
        screen.tell("serve.named", server.namedUrl().get());
      }
      if (!acme.isEmpty()) {
        screen.tell(
            "serve.acme",
            String.join(", ", acme),
            acmeDirectory.orElse(AcmeOptions.USUAL_DIRECTORY));
      }
      if (server.setUpLink().isPresent()) {
        tell(server.setUpLink().get());
      }
      ServiceNotice.ready(System.getenv());
      var heap = SpareHeap.ofThisProcess();
      heap.clear();
      while (!ended.await(SPARE_SECONDS, TimeUnit.SECONDS)) {
        heap.look();
      }
      return ExitCode.HOLDS;
    } catch (UnsafeFileException e) {
      throw Refusal.unsafe(e);
    } catch (Server.Refused e) {
      throw new Refusal(ExitCode.UNABLE, e.text());
    } catch (UncheckedIOException | IllegalStateException e) {
      throw new Refusal(
          ExitCode.UNABLE,
          Text.of(Refusal.class, "serve-address", listen, String.valueOf(e.getMessage())));
    }
  }

  private Server start(InetSocketAddress address, List<Prefix> allowed)
      throws IOException, Server.Refused {
    var elsewhere =
        database.isEmpty()
            ? Optional.<PostgresAddress>empty()
            : Optional.of(postgres(database.get(), System.getenv()));
    return Server.start(
        data, elsewhere, address, allowed, forBrowsers(), provider(System.getenv()));
  }

  private Optional<BrowserCertificate> forBrowsers() throws IOException {
    var files = pair();
    if (acme.isEmpty()) {
      if (Stream.of(acmeContact, acmeDirectory, acmeTrust, acmeAccount)
          .anyMatch(Optional::isPresent)) {
        throw Refusal.unreadable("acme-names");
      }
      return files.map(each -> each);
    }
    if (files.isPresent()) {
      throw Refusal.unreadable("acme-or-certificate");
    }
    String directory = acmeDirectory.orElse(AcmeOptions.USUAL_DIRECTORY);
    try {
      var options = AcmeOptions.parse(acme, acmeContact, directory, acmeTrust);
      return Optional.of(
          acmeAccount.isEmpty() ? options : options.withAccount(account(acmeAccount.get())));
    } catch (Server.Refused e) {
      throw new Refusal(ExitCode.UNREADABLE, e.text());
    }
  }

  private Optional<CertificatePair> pair() {
    if (certificate.isPresent() != certificateKey.isPresent()) {
      throw Refusal.unreadable("certificate-and-key");
    }
    return certificate.map(file -> new CertificatePair(file, certificateKey.orElse(file)));
  }

  private static String account(Path file) throws IOException {
    return own(file).orElseThrow(() -> Refusal.unreadable("no-acme-account", file.toString()));
  }

  /** What a file of the owner's alone says of an identity provider. */
  private Optional<OidcFile> provider(Map<String, String> environment)
      throws IOException, Server.Refused {
    if (oidc.isEmpty()) {
      return Optional.empty();
    }
    String text =
        own(oidc.get())
            .orElseThrow(() -> Refusal.unreadable("no-oidc-file", oidc.get().toString()));
    return Optional.of(
        OidcFile.parse(text, Optional.ofNullable(environment.get("GUYWIRE_OIDC_SECRET"))));
  }

  /** The text of a file that nobody but its owner can read, if it is there. */
  private static Optional<String> own(Path path) throws IOException {
    Path file = path.toAbsolutePath();
    Path parent = Optional.ofNullable(file.getParent()).orElse(file);
    try (var directory = OwnedDirectory.open(parent, Audience.EVERYBODY)) {
      return directory
          .read(String.valueOf(file.getFileName()), Audience.OWNER)
          .map(content -> new String(content, StandardCharsets.UTF_8));
    }
  }

  /** An address, or the file that holds one: passwords do not stand among arguments. */
  private static PostgresAddress postgres(String text, Map<String, String> environment)
      throws IOException, Server.Refused {
    PostgresAddress address;
    if (PostgresAddress.isMeant(text)) {
      address = PostgresAddress.parse(text);
      if (address.hasPassword()) {
        throw Refusal.unreadable("database-password");
      }
    } else {
      String content =
          own(Path.of(text)).orElseThrow(() -> Refusal.unreadable("no-database-file", text));
      address = PostgresAddress.parse(content.strip());
    }
    return address.withPassword(Optional.ofNullable(environment.get("PGPASSWORD")));
  }

  private List<Prefix> prefixes() {
    var prefixes = new ArrayList<Prefix>();
    for (var text : inside) {
      prefixes.add(Prefix.tryParse(text).orElseThrow(() -> Refusal.unreadable("no-prefix", text)));
    }
    return prefixes;
  }

  private void tell(String setUp) throws IOException {
    if (link.isEmpty()) {
      screen.tell("serve.set-up", setUp);
      return;
    }
    Path file = link.get().toAbsolutePath();
    Path parent = Optional.ofNullable(file.getParent()).orElse(file);
    try (var directory = OwnedDirectory.open(parent, Audience.EVERYBODY)) {
      directory.write(
          String.valueOf(file.getFileName()),
          (setUp + "\n").getBytes(StandardCharsets.UTF_8),
          Audience.OWNER);
    }
    screen.tell("serve.set-up-in", link.get().toString());
  }

  /** An address and a port; IPv6 addresses stand in brackets. */
  static InetSocketAddress address(String text) throws IOException {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon).replaceAll("^\\[(.*)]$", "$1");
    String port = text.substring(colon + 1);
    var address = IpAddress.tryParse(host);
    if (address.isEmpty() || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > MOST_PORT) {
      throw Refusal.unreadable("not-to-listen", text);
    }
    return new InetSocketAddress(
        InetAddress.getByAddress(address.get().bytes()), Integer.parseInt(port));
  }
}
