package guywire.tunnel.machine;

import guywire.tunnel.machine.CodeImage.Part;

/** Machine code with one instruction that is not as it should be. */
public final class SpoiltCode {

  private SpoiltCode() {}

  /** Names of the functions that can be spoilt. */
  public static String[] functions() {
    var names = new String[Part.values().length];
    for (Part part : Part.values()) {
      names[part.ordinal()] = part.name();
    }
    return names;
  }

  /**
   * Installs a set's code of which one function has a wrong instruction: its last vector
   * instruction of those that add, subtracts; or where there is none the last that adds without
   * carry, keeps both.
   */
  public static Routines of(InstructionSet set, String function) {
    CodeImage image = set.image();
    Part part = Part.valueOf(function);
    byte[] code = image.code().clone();
    int begin = image.begins().get(part);
    int end = code.length;
    for (int other : image.begins().values()) {
      if (other > begin && other < end) {
        end = other;
      }
    }
    int at = lastOf(code, begin, end, 0xd4);
    if (at >= 0) {
      code[at] = (byte) 0xfb;
    } else {
      at = lastOf(code, begin, end, 0xef);
      code[at] = (byte) 0xeb;
    }
    return Routines.install(new CodeImage(code, image.begins(), image.quartersPerJob()))
        .orElseThrow();
  }

  /** Forgets what was found of code that was spoilt. */
  public static void forget() {
    Trust.forget();
  }

  /** The place of the last vector instruction with this code, or -1. */
  private static int lastOf(byte[] code, int begin, int end, int opcode) {
    for (int at = end - 1; at >= begin + 4; at--) {
      if ((code[at] & 0xff) == opcode
          && ((code[at - 4] & 0xff) == 0x62 || (code[at - 3] & 0xff) == 0xc4)) {
        return at;
      }
    }
    return -1;
  }
}
