package guywire.tunnel.machine;

/** What a vector instruction takes as its last source: a register, or memory. */
sealed interface Operand {

  /**
   * A 512-bit register.
   *
   * @param number 0 to 31
   */
  record Zmm(int number) implements Operand {
    public Zmm {
      if (number < 0 || number > 31) {
        throw new IllegalArgumentException("zmm0 to zmm31, not " + number);
      }
    }
  }

  /**
   * A 256-bit register.
   *
   * @param number 0 to 15
   */
  record Ymm(int number) implements Operand {
    public Ymm {
      if (number < 0 || number > 15) {
        throw new IllegalArgumentException("ymm0 to ymm15, not " + number);
      }
    }
  }

  /**
   * Memory at {@code base + index + displacement}.
   *
   * @param base any but the stack pointer, which this code has no use for
   * @param index a second register, or the base itself if there is none
   * @param broadcast whether one element is read and stands for all
   */
  record Mem(Gpr base, Gpr index, int displacement, boolean broadcast) implements Operand {
    public Mem {
      if (base == Gpr.RSP || index == Gpr.RSP) {
        throw new IllegalArgumentException("the stack is not addressed");
      }
    }

    boolean hasIndex() {
      return index != base;
    }
  }

  /** Memory at a register's address and a distance from it. */
  static Mem at(Gpr base, int displacement) {
    return new Mem(base, base, displacement, false);
  }

  /** Memory at the sum of two registers, which are not the same. */
  static Mem at(Gpr base, Gpr index) {
    return new Mem(base, index, 0, false);
  }

  /** One element in memory that stands for all of a vector. */
  static Mem each(Gpr base, int displacement) {
    return new Mem(base, base, displacement, true);
  }
}
