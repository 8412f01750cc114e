package guywire.tunnel;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.code_intelligence.jazzer.junit.FuzzTest;
import guywire.linux.Memory;
import guywire.linux.Region;
import guywire.linux.Tun;
import guywire.linux.VirtioHeader;
import guywire.protocol.AeadKey;
import guywire.protocol.InnerPacket;
import guywire.protocol.Message;
import guywire.tunnel.cipher.Engines;
import guywire.tunnel.cipher.MessageCipher;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * Bytes from outside on their way through: frames of the TUN, packets for it, text of the control
 * socket. With JAZZER_FUZZ=1 new inputs are searched; without it the kept ones are tried again.
 */
class HostileInputFuzzTest {

  private static Tunnel tunnel;
  private static final long MARK = 0x5ca1ab1e0ddba11L;

  private static long memory;
  private static long target;

  // They hold memory that is never given back.
  private static Cutter cutter;
  private static Merger merger;
  private static MessageCipher cipher;
  private static long sealed;
  private static long notes;
  private static long counter;
  private static final AeadKey KEY = new AeadKey(new byte[AeadKey.LENGTH]);
  private static final int SEALED_STRIDE = 4096;

  @BeforeAll
  static void open() {
    var log = new Log(Log.Level.SILENT, "fuzz", System.err);
    String name = "gtf" + Long.toString(ProcessHandle.current().pid(), 36);
    tunnel =
        new Tunnel(
            Tun.open(name),
            new Engines("jce", log::error, log::verbose),
            new Offloads("", log),
            Sharing.BY_LOAD,
            log);
    memory = Memory.allocate(1 << 18);
    target = Memory.allocate(1 << 17);
    cutter = new Cutter(new Region());
    merger = new Merger(tunnel);
    cipher = new Engines(Engines.AUTO, log::error, log::verbose).choice().create(new Region());
    sealed = Memory.allocate(1 << 17) + 64;
    notes = MessageCipher.allocateNotes(1, new Region());
  }

  @AfterAll
  static void close() {
    tunnel.close();
  }

  @FuzzTest(maxDuration = "20s")
  void frames_of_the_tun_are_cut_within_their_bounds(byte[] bytes) {
    long virtio = copy(bytes);
    int length = bytes.length - VirtioHeader.BYTES;
    int own = length < 0 ? -1 : InnerPacket.check(Memory.ALL, virtio + 10, length);
    if (own == InnerPacket.INVALID || !cutter.begin(virtio, virtio + 10, own)) {
      return;
    }
    int segments = 0;
    while (cutter.next()) {
      segments++;
      if (cutter.bytes() <= 0 || cutter.bytes() > own) {
        throw new AssertionError("a segment longer than its packet");
      }
      Memory.putLong(target + cutter.bytes(), MARK);
      cutter.write(target);
      if (Memory.getLong(target + cutter.bytes()) != MARK) {
        throw new AssertionError("a segment longer than it says");
      }
    }
    if (segments != cutter.segments()) {
      throw new AssertionError(segments + " segments instead of " + cutter.segments());
    }
  }

  @FuzzTest(maxDuration = "20s")
  void packets_for_the_tun_are_merged_without_harm(byte[] bytes) {
    long packet = copy(bytes);
    int at = 0;
    while (at < bytes.length) {
      int length = Math.min(bytes.length - at, 1 + (bytes[at] & 0xff));
      int own = InnerPacket.check(Memory.ALL, packet + at, length);
      if (own != InnerPacket.INVALID) {
        cipher.open(KEY, seal(packet + at, own), SEALED_STRIDE, own, 1);
        merger.add(cipher, 0, sealed + Message.DATA_HEADER_LENGTH, own);
      }
      at += length + VirtioHeader.BYTES;
    }
    merger.flush();
  }

  /** A message with this packet. */
  private static long seal(long packet, int length) {
    Message.writeDataHeader(Memory.ALL, sealed, 1, counter++);
    cipher.prepare(KEY, sealed, SEALED_STRIDE, length, 0, 1, notes);
    cipher.fill(0, 0, packet, length);
    cipher.seal(KEY, sealed, SEALED_STRIDE, length, 1, notes);
    return sealed;
  }

  /** {@link MergedPackets} says how bytes become packets. */
  @FuzzTest(maxDuration = "20s")
  void packets_that_were_merged_and_cut_again_are_what_they_were(byte[] bytes) {
    new MergedPackets().takeAll(bytes);
  }

  @FuzzTest(maxDuration = "20s")
  void control_text_is_answered_and_the_next_request_works(byte[] bytes) throws IOException {
    var answers = new ByteArrayOutputStream();
    try {
      new UapiConversation(tunnel).hold(new ByteArrayInputStream(bytes), answers);
    } catch (IOException tooLong) {
      // The connection ends.
    }
    if (!answers.toString().isEmpty() && !answers.toString().endsWith("\n\n")) {
      throw new AssertionError("an unfinished answer: " + answers);
    }
    var next = new ByteArrayOutputStream();
    byte[] question = "set=1\nreplace_peers=true\n\nget=1\n\n".getBytes(US_ASCII);
    new UapiConversation(tunnel).hold(new ByteArrayInputStream(question), next);
    String text = next.toString();
    if (!text.startsWith("errno=0\n\n") || !text.endsWith("errno=0\n\n")) {
      throw new AssertionError("the next request: " + text);
    }
  }

  private static long copy(byte[] bytes) {
    long at = memory + 4096;
    int length = Math.min(bytes.length, 1 << 17);
    MemorySegment.copy(MemorySegment.ofArray(bytes), 0, Memory.ALL, at, length);
    return at;
  }
}
