package guywire.tunnel.machine;

import guywire.tunnel.machine.CodeImage.RoutineName;
import java.util.List;
import java.util.Objects;

/** Machine code with one instruction that is not as it should be. */
public final class SpoiltCode {

  private SpoiltCode() {}

  /** Names of a set's functions, each of which can be spoilt. */
  public static List<String> functions(InstructionSet set) {
    return set.image().begins().keySet().stream().map(RoutineName::name).toList();
  }

  /**
   * Installs a set's code of which one function has a wrong instruction: the last that adds
   * subtracts; or where there is none, the last of "one or the other" means "one or both".
   */
  public static Routines of(InstructionSet set, String function) {
    CodeImage image = set.image();
    RoutineName part = RoutineName.valueOf(function);
    byte[] code = image.code().clone();
    int begin = Objects.requireNonNull(image.begins().get(part));
    int end = code.length;
    for (int other : image.begins().values()) {
      if (other > begin && other < end) {
        end = other;
      }
    }
    boolean done =
        replace(code, begin, end, SpoiltCode::isVector, 0xd4, 0xfb)
            || replace(code, begin, end, SpoiltCode::isVector, 0xef, 0xeb)
            || replace(code, begin, end, SpoiltCode::isAddWithCarry, 0x13, 0x1b);
    if (!done) {
      throw new IllegalArgumentException("nothing to spoil in " + function);
    }
    return Routines.install(
            new CodeImage(code, image.begins(), image.quartersPerJob(), image.together()))
        .orElseThrow();
  }

  private interface Place {
    boolean isIn(byte[] code, int at);
  }

  private static boolean isVector(byte[] code, int at) {
    return (code[at - 4] & 0xff) == 0x62 || (code[at - 3] & 0xff) == 0xc4;
  }

  /** From memory, with a distance of four bytes. */
  private static boolean isAddWithCarry(byte[] code, int at) {
    return (code[at - 1] & 0xf8) == 0x48 && (code[at + 1] & 0xc0) == 0x80;
  }

  /** Replaces the last operation of a kind. */
  private static boolean replace(byte[] code, int begin, int end, Place place, int from, int to) {
    for (int at = end - 2; at >= begin + 5; at--) {
      if ((code[at] & 0xff) == from && place.isIn(code, at)) {
        code[at] = (byte) to;
        return true;
      }
    }
    return false;
  }

  /** Forgets what was found of code that was spoilt. */
  public static void forget() {
    Trust.forget();
  }
}
