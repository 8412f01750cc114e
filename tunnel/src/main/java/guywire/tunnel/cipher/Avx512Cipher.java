package guywire.tunnel.cipher;

import guywire.linux.Region;
import guywire.tunnel.machine.InstructionSet;
import guywire.tunnel.machine.Routines;

/** For processors with AVX-512 and its 52-bit multiplication. */
final class Avx512Cipher extends MachineCipher {

  private static final Routines CODE = InstructionSet.AVX512.routines().orElseThrow();

  Avx512Cipher(Region memory) {
    super(CODE, memory);
  }

  @Override
  Routines code() {
    return CODE;
  }
}
