package guywire.control.acme;

/** Where it is put what an authority is to find at a name. */
public interface ChallengeBoard {

  /**
   * Puts it there: from now on every server that the name may lead to answers so.
   *
   * @param name in lower case
   * @param digest SHA-256 of the key authorization
   */
  void offer(String name, byte[] digest);

  /** Takes it away. */
  void withdraw(String name, byte[] digest);
}
