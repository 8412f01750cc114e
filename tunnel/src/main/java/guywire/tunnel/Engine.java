package guywire.tunnel;

import guywire.linux.Region;
import guywire.tunnel.cipher.Engines;
import guywire.tunnel.cipher.MessageCipher;

/** The cipher of one thread: of the newest choice, with its memory. Confined to that thread. */
final class Engine {

  private final Surroundings around;
  private Engines.Choice choice;
  private Region memory = new Region();
  private MessageCipher cipher;
  private boolean spoilt;

  Engine(Surroundings around) {
    this.around = around;
    around.memory().whenClosed(() -> memory.close());
    choice = around.engine(0);
    cipher = choice.create(memory);
  }

  /**
   * A cipher of the newest choice; between two batches.
   *
   * @param carried how many packets the thread has carried so far
   */
  MessageCipher newest(long carried) {
    Engines.Choice newest = around.engine(carried);
    if (newest != choice || spoilt) {
      choice = newest;
      renew();
    }
    return cipher;
  }

  /** The cipher was left in the middle of its work: the next is a new one. */
  void spoil() {
    spoilt = true;
  }

  private void renew() {
    var fresh = new Region();
    try {
      // Until this is done the old one stays, spoilt.
      cipher = choice.create(fresh);
    } catch (RuntimeException | Error e) {
      fresh.close();
      throw e;
    }
    memory.close();
    memory = fresh;
    spoilt = false;
  }
}
