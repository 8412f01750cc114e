package guywire.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;

/**
 * System calls by number. A call answers as the kernel does: its result, or the negative error
 * number. Safe from any thread; a blocking call holds its (carrier) thread.
 */
/*
 * Everything goes through libc's syscall(2) wrapper with six long arguments, so that a process links
 * one native signature and no more: linking costs milliseconds at start, a call some nanoseconds.
 * C declares it with "...", but where Linux runs whole numbers are handed over alike either way, and saying
 * so would have the JVM make a third more classes for it.
 * Numbers differ by processor: x86-64 has its own table, all newer ones share asm-generic/unistd.h.
 */
final class Syscall {

  /** Processors whose system calls have the numbers of asm-generic/unistd.h. */
  private static final Set<String> GENERIC = Set.of("aarch64", "riscv64", "loongarch64");

  private static final boolean X86 = isX86(System.getProperty("os.arch", ""));

  static final int READ = X86 ? 0 : 63;
  static final int WRITE = X86 ? 1 : 64;
  static final int CLOSE = X86 ? 3 : 57;
  static final int IOCTL = X86 ? 16 : 29;
  static final int MMAP = X86 ? 9 : 222;
  static final int MUNMAP = X86 ? 11 : 215;
  static final int MPROTECT = X86 ? 10 : 226;
  static final int READV = X86 ? 19 : 65;
  static final int SOCKET = X86 ? 41 : 198;
  static final int CONNECT = X86 ? 42 : 203;
  static final int SENDTO = X86 ? 44 : 206;
  static final int RECVFROM = X86 ? 45 : 207;
  static final int SENDMSG = X86 ? 46 : 211;
  static final int BIND = X86 ? 49 : 200;
  static final int LISTEN = X86 ? 50 : 201;
  static final int GETSOCKNAME = X86 ? 51 : 204;
  static final int SETSOCKOPT = X86 ? 54 : 208;
  static final int GETSOCKOPT = X86 ? 55 : 209;
  static final int FCNTL = X86 ? 72 : 25;
  static final int UMASK = X86 ? 95 : 166;
  static final int SETGROUPS = X86 ? 116 : 159;
  static final int SETRESUID = X86 ? 117 : 147;
  static final int SETRESGID = X86 ? 119 : 149;
  static final int CAPSET = X86 ? 126 : 91;
  static final int PRCTL = X86 ? 157 : 167;
  static final int CLOCK_GETTIME = X86 ? 228 : 113;
  static final int INOTIFY_ADD_WATCH = X86 ? 254 : 27;
  static final int OPENAT = X86 ? 257 : 56;
  static final int PPOLL = X86 ? 271 : 73;
  static final int TIMERFD_CREATE = X86 ? 283 : 85;
  static final int TIMERFD_SETTIME = X86 ? 286 : 86;
  static final int ACCEPT4 = X86 ? 288 : 242;
  static final int DUP3 = X86 ? 292 : 24;
  static final int EVENTFD2 = X86 ? 290 : 19;
  static final int INOTIFY_INIT1 = X86 ? 294 : 26;
  static final int RECVMMSG = X86 ? 299 : 243;
  static final int SETNS = X86 ? 308 : 268;
  static final int PREADV2 = X86 ? 327 : 286;

  /** What is kept of a call: errno and nothing else on Linux, so that it stands at the begin. */
  private static final StructLayout STATE = Linker.Option.captureStateLayout();

  /**
   * Where errno is kept. It is read by a buffer: what the memory's own accessors go through is made
   * when it is first used, which takes a command longer than all its calls.
   */
  private record Captured(MemorySegment memory, ByteBuffer view) {
    static Captured allocate() {
      var memory = Arena.ofAuto().allocate(STATE);
      return new Captured(memory, memory.asByteBuffer().order(ByteOrder.nativeOrder()));
    }
  }

  private static final ThreadLocal<Captured> CAPTURED = ThreadLocal.withInitial(Captured::allocate);
  private static final MethodHandle CALL = link();

  private Syscall() {}

  /**
   * Whether a processor has x86-64's numbers, and not the generic ones.
   *
   * @param processor its name, as Java says it
   * @throws UnsupportedOperationException if its numbers are not known here: others would do
   *     something else
   */
  static boolean isX86(String processor) {
    if (!processor.equals("amd64") && !GENERIC.contains(processor)) {
      throw new UnsupportedOperationException(
          "Guywire knows the system calls of x86-64, arm64, RISC-V and LoongArch processors (64"
              + " bits), not of this one: "
              + processor);
    }
    return processor.equals("amd64");
  }

  private static MethodHandle link() {
    Linker linker = Linker.nativeLinker();
    ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("syscall"),
        FunctionDescriptor.of(word, word, word, word, word, word, word, word),
        Linker.Option.captureCallState("errno"));
  }

  /** Calls with up to six arguments; answers the result or the negative error number. */
  static long call(int number, long a, long b, long c, long d, long e, long f) {
    Captured captured = CAPTURED.get();
    try {
      long result = (long) CALL.invokeExact(captured.memory, (long) number, a, b, c, d, e, f);
      return result == -1 ? -captured.view.getInt(0) : result;
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  static long call(int number, long a, long b, long c, long d) {
    return call(number, a, b, c, d, 0, 0);
  }

  static long call(int number, long a, long b, long c) {
    return call(number, a, b, c, 0, 0, 0);
  }

  static long call(int number, long a) {
    return call(number, a, 0, 0, 0, 0, 0);
  }

  /** The result if it is one; a negative error number is thrown, told what failed. */
  static long checked(String what, long result) {
    if (result < 0) {
      throw new LinuxException(what, (int) -result);
    }
    return result;
  }
}
