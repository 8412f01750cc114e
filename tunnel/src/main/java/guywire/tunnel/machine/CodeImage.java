package guywire.tunnel.machine;

import guywire.linux.MachineCode;
import guywire.tunnel.machine.SumCode.Work;
import java.lang.invoke.MethodHandle;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * The bytes of all functions for one kind of processor, and where each begins.
 *
 * @param quartersPerJob how many times four blocks of key stream are made side by side
 */
record CodeImage(byte[] code, Map<Part, Integer> begins, int quartersPerJob) {

  /** The functions, in the order of the code. */
  enum Part {
    KEYSTREAM,
    HEADS,
    ADD,
    TAGS,
    TAG,
    SUM,
    COPY,
    ENCRYPT,
    DECRYPT
  }

  private static final int FUNCTION_ALIGNMENT = 64;

  /** For AVX-512 with 52-bit multiplication. */
  static CodeImage avx512() {
    var code = new Assembler();
    var parts = new EnumMap<Part, Runnable>(Part.class);
    parts.put(Part.KEYSTREAM, () -> new ChaChaCode(code).keystream());
    parts.put(Part.HEADS, () -> new ChaChaCode(code).heads());
    parts.put(Part.ADD, () -> new ChaChaCode(code).add());
    parts.put(Part.TAGS, () -> new PolyCode(code).tags());
    parts.put(Part.TAG, () -> new PolyCode(code).tag());
    parts.put(Part.SUM, () -> new SumCode(code, Work.NOTHING).sum());
    parts.put(Part.COPY, () -> new SumCode(code, Work.COPY).sum());
    parts.put(Part.ENCRYPT, () -> new SumCode(code, Work.ENCRYPT).sum());
    parts.put(Part.DECRYPT, () -> new SumCode(code, Work.DECRYPT).sum());
    return of(code, parts, ChaChaCode.QUARTERS);
  }

  /** Writes the functions one after the other, each where one may begin. */
  private static CodeImage of(Assembler code, EnumMap<Part, Runnable> parts, int quartersPerJob) {
    var begins = new EnumMap<Part, Integer>(Part.class);
    parts.forEach((part, writer) -> {
      code.align(FUNCTION_ALIGNMENT);
      begins.put(part, code.length());
      writer.run();
    });
    return new CodeImage(code.bytes(), begins, quartersPerJob);
  }

  /** A function of the code that was installed at an address. */
  MethodHandle function(long base, Part part) {
    return MachineCode.function(base + Objects.requireNonNull(begins.get(part)));
  }
}
