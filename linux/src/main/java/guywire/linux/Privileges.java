package guywire.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * Gives up root's powers for good: the user of the whole process, the capabilities of a thread.
 *
 * <p>Capabilities are each thread's own and are passed on to the threads that it starts. A set of
 * them is a long in which bit N is capability N of linux/capability.h.
 */
/*
 * setresuid(2) changes the calling thread alone; libc's function of that name makes all threads of the
 * process do it, and so it is libc's that is called here.
 */
public final class Privileges {

  /** May read and write files of others. */
  public static final long DAC_OVERRIDE = 1L << 1;

  /** May listen on ports below 1024. */
  public static final long NET_BIND_SERVICE = 1L << 10;

  static final int PR_SET_KEEPCAPS = 8;
  static final int PR_SET_NO_NEW_PRIVS = 38;

  /*
   * struct __user_cap_header_struct { u32 version; int pid; };
   * struct __user_cap_data_struct { u32 effective; u32 permitted; u32 inheritable; }, two of them.
   */
  static final int CAPABILITY_VERSION_3 = 0x20080522;
  static final int HEADER_BYTES = 8;
  static final int DATA_BYTES = 12;
  static final int PERMITTED = 4;

  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO = STATE.varHandle(PathElement.groupElement("errno"));

  private Privileges() {}

  /**
   * Makes the whole process another user's, without groups. The calling thread, and those it starts
   * later, keep these capabilities; all other threads have none.
   *
   * @param id the user's and the group's number, not 0
   * @param kept the capabilities
   * @throws LinuxException EPERM if this is not root, EINVAL if this namespace has no such user
   */
  public static void become(int id, long kept) {
    Syscall.checked("prctl keepcaps", Syscall.call(Syscall.PRCTL, PR_SET_KEEPCAPS, 1, 0, 0));
    ValueLayout.OfInt number = ValueLayout.JAVA_INT;
    ids(
        "setgroups",
        FunctionDescriptor.of(number, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS),
        0L,
        MemorySegment.NULL);
    var three = FunctionDescriptor.of(number, number, number, number);
    ids("setresgid", three, id, id, id);
    ids("setresuid", three, id, id, id);
    keepOnly(kept);
  }

  /** Takes from the calling thread every capability but these, and the way to get any back. */
  public static void keepOnly(long kept) {
    Syscall.checked(
        "prctl no_new_privs", Syscall.call(Syscall.PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0));
    try (Arena arena = Arena.ofConfined()) {
      long header = arena.allocate(HEADER_BYTES, 8).address();
      long data = arena.allocate(2L * DATA_BYTES, 8).address();
      Memory.putInt(header, CAPABILITY_VERSION_3);
      for (int half = 0; half < 2; half++) {
        int bits = (int) (kept >>> (32 * half));
        Memory.putInt(data + (long) half * DATA_BYTES, bits);
        Memory.putInt(data + (long) half * DATA_BYTES + PERMITTED, bits);
      }
      Syscall.checked("capset", Syscall.call(Syscall.CAPSET, header, data, 0));
    }
  }

  private static void ids(String function, FunctionDescriptor type, Object... arguments) {
    Linker linker = Linker.nativeLinker();
    MethodHandle handle =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow(function),
            type,
            Linker.Option.captureCallState("errno"));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      Object[] all = new Object[arguments.length + 1];
      all[0] = state;
      System.arraycopy(arguments, 0, all, 1, arguments.length);
      if ((int) handle.invokeWithArguments(all) != 0) {
        int errno = (int) ERRNO.get(state, 0L);
        throw new LinuxException(function, errno);
      }
    } catch (LinuxException e) {
      throw e;
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }
}
