package guywire.linux;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Machine code made at run time: what this processor can do, memory from which it is run, and the
 * jump to it. Safe from any thread.
 */
/*
 * All functions are called by one method handle, a constant, and where they begin is an argument. A handle
 * for each function would be no constant wherever the code of several kinds of processors meets (a method that
 * they share, a field); and the JVM's compiler crashes now and then, with the whole process, when it compiles
 * a loop with such a call.
 */
public final class MachineCode {

  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  private static final int PROT_READ = 1;
  private static final int PROT_WRITE = 2;
  private static final int PROT_EXEC = 4;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final int ARGUMENTS = 6;

  private static final MethodHandle CALL = link();

  private MachineCode() {}

  /**
   * What the kernel lets programs use of an x86-64 processor, by the kernel's names such as {@code
   * avx512f}; nothing on other processors.
   */
  public static Set<String> features() {
    if (!System.getProperty("os.arch", "").equals("amd64")) {
      return Set.of();
    }
    try (var lines = Files.lines(PROCESSORS)) {
      return lines
          .filter(line -> line.startsWith("flags"))
          .findFirst()
          .map(MachineCode::features)
          .orElse(Set.of());
    } catch (IOException e) {
      return Set.of();
    }
  }

  /** Those of a line of /proc/cpuinfo; some kernels leave two blanks where a name is not shown. */
  static Set<String> features(String line) {
    var names = line.substring(line.indexOf(':') + 1).strip();
    return Set.copyOf(List.of(names.split("\\s+", -1)));
  }

  /**
   * Copies code into memory of its own that can be run and no longer be written, for as long as the
   * process lives.
   *
   * @return where it begins
   * @throws LinuxException if the system does not let programs make code
   */
  public static long install(byte[] code) {
    long address =
        Syscall.checked(
            "mmap",
            Syscall.call(
                Syscall.MMAP,
                0,
                code.length,
                PROT_READ | PROT_WRITE,
                MAP_PRIVATE_ANONYMOUS,
                -1,
                0));
    MemorySegment.copy(code, 0, Memory.ALL, ValueLayout.JAVA_BYTE, address, code.length);
    Syscall.checked(
        "mprotect", Syscall.call(Syscall.MPROTECT, address, code.length, PROT_READ | PROT_EXEC));
    return address;
  }

  /**
   * Calls a function: six integers to one. It must return soon, for the JVM stops for nothing
   * meanwhile.
   *
   * @param function where it begins
   */
  public static long call(MemorySegment function, long a, long b, long c, long d, long e, long f) {
    try {
      return (long) CALL.invokeExact(function, a, b, c, d, e, f);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static MethodHandle link() {
    var words = new ValueLayout[ARGUMENTS];
    Arrays.fill(words, ValueLayout.JAVA_LONG);
    return Linker.nativeLinker()
        .downcallHandle(
            FunctionDescriptor.of(ValueLayout.JAVA_LONG, words), Linker.Option.critical(false));
  }
}
