package guywire.agent.managed;

import guywire.network.json.KeyRing;
import guywire.network.json.NodeDocument;
import guywire.network.json.RecordCodec;
import guywire.network.json.UnreadableDocument;
import guywire.network.managed.Report.Rejected;
import guywire.network.text.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What this host is by its server's word, and the dead man's switch: a new document counts only if
 * the server is reached through it; otherwise the host goes back to the one before by itself, and
 * remembers which it was. All of it outlives this process and a power cut.
 *
 * <p>For one thread.
 */
/*
 * "document.json" is always one through which the server was reached. While another is tried it stands in
 * "trial.json": a process that finds one there was ended in the middle, and goes back as well, because it
 * may have been that document that ended it.
 */
final class Trial {

  static final String DOCUMENT = "document.json";
  private static final String TRIED = "trial.json";
  private static final String REJECTED = "rejected.json";
  private static final RecordCodec<Rejected> REJECTION = RecordCodec.of(Rejected.class);

  private final Home home;
  private final Membership membership;
  private final Setup setup;
  private KeyRing keys;

  /** What makes the host be something. */
  interface Setup {
    /** Sets the host up; a line on why that can't be done, or empty if it was. */
    Optional<Text> apply(Accepted wanted);

    /** Takes back what a host has of one that was the first; the same. */
    Optional<Text> takeBack(Accepted tried);
  }

  /** What tells whether the server is reached. */
  interface Confirmation {
    /**
     * Waits until the server has heard that this host is set up so; false if that takes too long.
     */
    boolean reached(NodeDocument document);
  }

  Trial(Home home, Membership membership, KeyRing keys, Setup setup) {
    this.home = home;
    this.membership = membership;
    this.keys = keys;
    this.setup = setup;
  }

  /** Takes documents with these keys from now on. */
  void know(KeyRing now) {
    keys = now;
  }

  /** What a document says, if the host takes it. */
  Optional<NodeDocument> read(String text) throws IOException {
    try {
      var before = current().map(Accepted::document);
      return Optional.of(Accepted.of(text, membership, keys, before).document());
    } catch (Accepted.Refused e) {
      return Optional.empty();
    }
  }

  /** What the host is by the last document that held. */
  Optional<Accepted> current() throws IOException {
    return home.text(DOCUMENT).flatMap(this::accepted);
  }

  private Optional<Accepted> accepted(String text) {
    try {
      return Optional.of(Accepted.of(text, membership, keys, Optional.empty()));
    } catch (Accepted.Refused e) {
      // Written by another version of this program: the server tells it again.
      return Optional.empty();
    }
  }

  /** The document that the host did not keep to, if the last one was such. */
  Optional<Rejected> rejected() throws IOException {
    try {
      return home.text(REJECTED).map(REJECTION::read);
    } catch (UnreadableDocument e) {
      return Optional.empty();
    }
  }

  /** Makes the host what it was by the last document that held, as after a new start. */
  Optional<Text> resume() throws IOException {
    var tried = home.text(TRIED);
    if (tried.isPresent()) {
      reject(0, tried.get(), Text.of(Trial.class, "trial.ended"));
    }
    var current = current();
    Optional<Text> failure =
        current.isPresent()
            ? setup.apply(current.get())
            : tried.flatMap(this::accepted).flatMap(setup::takeBack);
    home.delete(TRIED);
    return failure;
  }

  /**
   * Tries a document that the server sent.
   *
   * @param revision what the server calls it
   * @return a line on why the host did not keep to it; empty if it did
   */
  Optional<Text> take(long revision, String text, Confirmation confirmation) throws IOException {
    var before = current();
    Accepted wanted;
    try {
      wanted = Accepted.of(text, membership, keys, before.map(Accepted::document));
    } catch (Accepted.Refused e) {
      reject(revision, text, e.text());
      return Optional.of(e.text());
    }
    home.write(TRIED, text);
    var failure = setup.apply(wanted);
    if (failure.isEmpty() && !confirmation.reached(wanted.document())) {
      failure = Optional.of(Text.of(Trial.class, "trial.unreached"));
    }
    if (failure.isPresent()) {
      if (before.isPresent()) {
        setup.apply(before.get());
      } else {
        setup.takeBack(wanted);
      }
      reject(revision, text, failure.get());
    } else {
      home.write(DOCUMENT, text);
      home.delete(REJECTED);
    }
    home.delete(TRIED);
    return failure;
  }

  private void reject(long revision, String text, Text why) throws IOException {
    String digest;
    long number = revision;
    try {
      var document = NodeDocument.read(text, keys);
      digest = document.digest();
      number = document.revision();
    } catch (UnreadableDocument e) {
      digest = digest(text);
    }
    home.write(REJECTED, REJECTION.write(Rejected.of(number, digest, why.toString())));
  }

  private static String digest(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
