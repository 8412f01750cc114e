package guywire.linux;

import java.lang.foreign.Arena;

/**
 * Gives up root's powers for good, for the calling thread and those that it starts later: to the
 * kernel users and capabilities are each thread's own.
 *
 * <p>A set of capabilities is a long in which bit N is capability N of linux/capability.h.
 */
/*
 * libc's setresuid makes all threads of the process do it; the system call of that name, which is called here,
 * changes the calling thread alone.
 */
public final class Privileges {

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

  private Privileges() {}

  /**
   * Makes the calling thread another user's, without groups, with these capabilities and no others.
   *
   * @param id the user's and the group's number, not 0
   * @param kept the capabilities
   * @throws LinuxException EPERM if this is not root, EINVAL if this namespace has no such user
   */
  public static void become(int id, long kept) {
    Syscall.checked("prctl keepcaps", Syscall.call(Syscall.PRCTL, PR_SET_KEEPCAPS, 1, 0, 0));
    Syscall.checked("setgroups", Syscall.call(Syscall.SETGROUPS, 0, 0, 0));
    Syscall.checked("setresgid", Syscall.call(Syscall.SETRESGID, id, id, id));
    Syscall.checked("setresuid", Syscall.call(Syscall.SETRESUID, id, id, id));
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
}
