package guywire.tunnel;

import com.code_intelligence.jazzer.junit.FuzzTest;
import guywire.linux.Memory;
import guywire.linux.Tun;
import guywire.linux.VirtioHeader;
import guywire.protocol.InnerPacket;
import guywire.tunnel.cipher.Engines;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
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

  @BeforeAll
  static void open() {
    var log = new Log(Log.Level.SILENT, "fuzz", System.err);
    String name = "gtf" + Long.toString(ProcessHandle.current().pid(), 36);
    tunnel =
        new Tunnel(
            Tun.open(name),
            new Engines("jce", log::error, log::verbose),
            new Offloads("", log),
            log);
    memory = Memory.allocate(1 << 18);
    target = Memory.allocate(1 << 17);
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
    var cutter = new Cutter();
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
    var merger = new Merger(tunnel);
    int at = 0;
    while (at < bytes.length) {
      int length = Math.min(bytes.length - at, 1 + (bytes[at] & 0xff));
      int own = InnerPacket.check(Memory.ALL, packet + at, length);
      if (own != InnerPacket.INVALID) {
        merger.add(packet + at, own);
      }
      at += length + VirtioHeader.BYTES;
    }
    merger.flush();
  }

  @FuzzTest(maxDuration = "20s")
  void control_text_is_applied_or_refused(byte[] bytes) throws IOException {
    var lines = new UapiLines(new ByteArrayInputStream(bytes));
    var request = new UapiRequest(tunnel);
    try {
      String line = lines.next();
      while (line != null) {
        if (!line.isEmpty()) {
          request.line(line);
        }
        line = lines.next();
      }
    } catch (UapiRequest.Refused | IOException refused) {
      // Either is an answer.
    }
    request.finish();
    var report = new StringWriter();
    new UapiReport(tunnel).write(report);
    for (var peer : java.util.List.copyOf(tunnel.device().peers())) {
      tunnel.device().removePeer(peer);
    }
  }

  private static long copy(byte[] bytes) {
    long at = memory + 4096;
    int length = Math.min(bytes.length, 1 << 17);
    MemorySegment.copy(MemorySegment.ofArray(bytes), 0, Memory.ALL, at, length);
    return at;
  }
}
