package guywire.tunnel.machine;

import guywire.linux.MachineCode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The kinds of processors that there is machine code for, the fastest first. */
public enum InstructionSet {
  /** Intel since Ice Lake servers, AMD since Zen 4. */
  AVX512(
      Set.of("avx512f", "avx512bw", "avx512vl", "avx512dq", "avx512ifma", "avx512_vbmi2", "bmi2"),
      CodeImage::avx512),

  /** Intel since Haswell, AMD since Zen. */
  AVX2(Set.of("avx2", "bmi2"), CodeImage::avx2);

  private final Set<String> needed;
  private final Supplier<CodeImage> image;
  private Optional<Routines> routines = Optional.empty();
  private boolean tried;

  InstructionSet(Set<String> needed, Supplier<CodeImage> image) {
    this.needed = needed;
    this.image = image;
  }

  /** Those that this processor has and whose code the system lets us run. */
  public static List<InstructionSet> present() {
    return Arrays.stream(values()).filter(set -> set.routines().isPresent()).toList();
  }

  /** The bytes of the code. */
  CodeImage image() {
    return image.get();
  }

  /**
   * The code, made once for the process on the first use; nothing if this processor lacks what it
   * needs, or the system does not let us run it.
   */
  public synchronized Optional<Routines> routines() {
    if (!tried) {
      tried = true;
      if (MachineCode.features().containsAll(needed)) {
        routines = Routines.install(image.get());
      }
    }
    return routines;
  }
}
