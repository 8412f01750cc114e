package guywire.linux;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Machine code made at run time: what this processor can do, and memory from which it is run. */
public final class MachineCode {

  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  private static final int PROT_READ = 1;
  private static final int PROT_WRITE = 2;
  private static final int PROT_EXEC = 4;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final int ARGUMENTS = 6;

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
          .map(
              line -> Set.copyOf(List.of(line.substring(line.indexOf(':') + 1).strip().split(" "))))
          .orElse(Set.of());
    } catch (IOException e) {
      return Set.of();
    }
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

  /** In place of a function that there is none of: answers 0. */
  public static MethodHandle nothing() {
    var words = new Class<?>[ARGUMENTS];
    java.util.Arrays.fill(words, long.class);
    return MethodHandles.empty(MethodType.methodType(long.class, words));
  }

  /**
   * A function at an address: six integers to one. It must return soon, for the JVM stops for
   * nothing meanwhile.
   */
  public static MethodHandle function(long address) {
    var words = new ValueLayout[ARGUMENTS];
    java.util.Arrays.fill(words, ValueLayout.JAVA_LONG);
    return Linker.nativeLinker()
        .downcallHandle(
            MemorySegment.ofAddress(address),
            FunctionDescriptor.of(ValueLayout.JAVA_LONG, words),
            Linker.Option.critical(false));
  }
}
