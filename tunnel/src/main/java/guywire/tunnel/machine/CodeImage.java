package guywire.tunnel.machine;

import guywire.tunnel.machine.SumCode.Work;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;

/**
 * The bytes of all functions for one kind of processor, and where each begins.
 *
 * @param quartersPerJob how many times four blocks of key stream are made side by side
 * @param together from so many long messages on their tags are made together
 */
record CodeImage(byte[] code, Map<RoutineName, Integer> begins, int quartersPerJob, int together) {

  /** The functions, in the order of the code. */
  enum RoutineName {
    KEYSTREAM,
    HEADS,
    ADD,
    TAGS,
    TAG,
    SUM,
    COPY,
    ENCRYPT,
    DECRYPT,
    /** Key stream and tags; where there is none they are made apart. */
    MIXED
  }

  private static final int FUNCTION_ALIGNMENT = 64;

  /** For AVX-512 with 52-bit multiplication. */
  static CodeImage avx512() {
    var code = new Assembler();
    var parts = new EnumMap<RoutineName, Runnable>(RoutineName.class);
    parts.put(RoutineName.KEYSTREAM, () -> new ChaChaCode(code).keystream());
    parts.put(RoutineName.HEADS, () -> new ChaChaCode(code).heads());
    parts.put(RoutineName.ADD, () -> new ChaChaCode(code).add());
    parts.put(RoutineName.TAGS, () -> new PolyCode(code).tags());
    parts.put(RoutineName.TAG, () -> new PolyCode(code).tag());
    parts.put(RoutineName.SUM, () -> new SumCode(code, Work.NOTHING).sum());
    parts.put(RoutineName.COPY, () -> new SumCode(code, Work.COPY).sum());
    parts.put(RoutineName.ENCRYPT, () -> new SumCode(code, Work.ENCRYPT).sum());
    parts.put(RoutineName.DECRYPT, () -> new SumCode(code, Work.DECRYPT).sum());
    return of(code, parts, ChaChaCode.QUARTERS, 4);
  }

  /** For AVX2, and 64-bit multiplication that changes no flags. */
  static CodeImage avx2() {
    var code = new Avx2Assembler();
    var parts = new EnumMap<RoutineName, Runnable>(RoutineName.class);
    parts.put(RoutineName.KEYSTREAM, () -> new Avx2ChaCha(code).keystream());
    parts.put(RoutineName.HEADS, () -> new Avx2ChaCha(code).heads());
    parts.put(RoutineName.ADD, () -> Avx2Copy.add(code));
    parts.put(RoutineName.TAGS, () -> new Avx2Poly(code).tags());
    parts.put(RoutineName.TAG, () -> new Avx2Poly(code).tag());
    parts.put(RoutineName.SUM, () -> Avx2Copy.sum(code, Work.NOTHING));
    parts.put(RoutineName.COPY, () -> Avx2Copy.sum(code, Work.COPY));
    parts.put(RoutineName.ENCRYPT, () -> Avx2Copy.sum(code, Work.ENCRYPT));
    parts.put(RoutineName.DECRYPT, () -> Avx2Copy.sum(code, Work.DECRYPT));
    parts.put(RoutineName.MIXED, () -> new Avx2Poly(code).keystreamAndTags());
    return of(code, parts, Avx2ChaCha.QUARTERS, 2);
  }

  /** Writes the functions one after the other, each where one may begin. */
  private static CodeImage of(
      Assembler code, EnumMap<RoutineName, Runnable> parts, int quartersPerJob, int together) {
    var begins = new EnumMap<RoutineName, Integer>(RoutineName.class);
    parts.forEach((part, writer) -> {
      code.align(FUNCTION_ALIGNMENT);
      begins.put(part, code.length());
      writer.run();
    });
    return new CodeImage(code.bytes(), begins, quartersPerJob, together);
  }

  /**
   * Where a function of the code begins that was installed at an address; nowhere if there is none.
   */
  MemorySegment function(long base, RoutineName part) {
    Integer begin = begins.get(part);
    return begin == null ? MemorySegment.NULL : MemorySegment.ofAddress(base + begin);
  }
}
