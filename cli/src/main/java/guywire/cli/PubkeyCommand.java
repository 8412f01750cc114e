package guywire.cli;

import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;

/** {@code guywire pubkey}: the public key of the private key on standard input. */
@Command(name = "pubkey", mixinStandardHelpOptions = true)
final class PubkeyCommand implements Runnable {

  /** More than any key with its white space, so that a wrong pipe is noticed and not swallowed. */
  private static final int MOST_BYTES = 256;

  private final Screen screen;

  PubkeyCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public void run() {
    String text;
    try {
      text = new String(System.in.readNBytes(MOST_BYTES), StandardCharsets.US_ASCII).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var key = PrivateKey.parse(text).orElseThrow(() -> Refusal.unreadable("pubkey-no-key"));
    screen.line(key.publicKey().toString());
  }
}
