package guywire.cli;

import guywire.protocol.PresharedKey;
import java.security.SecureRandom;
import picocli.CommandLine.Command;

/** {@code guywire genpsk}: a new pre-shared key, as {@code wg genpsk} prints one. */
@Command(name = "genpsk", mixinStandardHelpOptions = true)
final class GenpskCommand implements Runnable {

  private final Screen screen;

  GenpskCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public void run() {
    screen.line(PresharedKey.generate(new SecureRandom()).base64());
  }
}
