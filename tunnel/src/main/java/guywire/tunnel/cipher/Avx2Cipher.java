package guywire.tunnel.cipher;

import guywire.linux.Region;
import guywire.tunnel.machine.InstructionSet;
import guywire.tunnel.machine.Routines;

/** For processors with AVX2 and without AVX-512. */
final class Avx2Cipher extends MachineCipher {

  private static final Routines CODE = InstructionSet.AVX2.routines().orElseThrow();

  Avx2Cipher(Region memory) {
    super(CODE, memory);
  }

  @Override
  Routines code() {
    return CODE;
  }
}
