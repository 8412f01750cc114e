package guywire.cli;

import guywire.protocol.PrivateKey;
import java.security.SecureRandom;
import picocli.CommandLine.Command;

/** {@code guywire genkey}: a new private key, as {@code wg genkey} prints one. */
@Command(name = "genkey", mixinStandardHelpOptions = true)
final class GenkeyCommand implements Runnable {

  private final Screen screen;

  GenkeyCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public void run() {
    screen.line(PrivateKey.generate(new SecureRandom()).base64());
  }
}
