package guywire.tunnel.machine;

import guywire.tunnel.machine.Operand.Mem;
import guywire.tunnel.machine.Operand.Zmm;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Exchanges rows and columns where hardly a register is free: results go where there is room, and
 * what has none waits in memory. Adds the instructions to a list, to be mixed with others.
 */
final class Rows {

  private static final int SLOT = 64;

  /** Memory for what waits. */
  static final int SCRATCH_BYTES = 4 * SLOT;

  /** An instruction of two sources. */
  private interface Instruction {
    void write(Zmm to, Zmm left, Operand right);
  }

  private final Assembler code;
  private final List<Runnable> all;
  private final Gpr scratch;
  private final Deque<Zmm> free = new ArrayDeque<>();
  private int slots;

  Rows(Assembler code, List<Runnable> all, Gpr scratch) {
    this.code = code;
    this.all = all;
    this.scratch = scratch;
  }

  /** From here on a register holds nothing that is needed. */
  void free(Zmm register) {
    free.add(register);
  }

  /** Moves a register's content to memory; the caller may use the register. */
  Mem putAside(Zmm register) {
    Mem slot = Operand.at(scratch, SLOT * (slots++ % (SCRATCH_BYTES / SLOT)));
    all.add(() -> code.vmovdqu64(slot, register));
    return slot;
  }

  /** Of four neighbours, seen as rows of four words within each 128 bits, makes the columns. */
  void transposeWords(Operand[] rows, int first) {
    pair(rows, first, first + 1, code::vpunpckldq, code::vpunpckhdq);
    pair(rows, first + 2, first + 3, code::vpunpckldq, code::vpunpckhdq);
    pairLongs(rows, first, first + 2);
    pairLongs(rows, first + 1, first + 3);
    exchange(rows, first + 1, first + 2);
  }

  /** Of two rows, brings the lower 64 bits of each 128 together, and the upper ones. */
  void pairLongs(Operand[] rows, int left, int right) {
    pair(rows, left, right, code::vpunpcklqdq, code::vpunpckhqdq);
  }

  /**
   * Of four, seen as rows of four 128-bit elements, makes the columns.
   *
   * @param step how far each is from the next
   */
  void transposeQuarters(Operand[] rows, int first, int step) {
    int second = first + step;
    int third = second + step;
    int fourth = third + step;
    pair(rows, first, second, shuffle(0x44), shuffle(0xee));
    pair(rows, third, fourth, shuffle(0x44), shuffle(0xee));
    pair(rows, first, third, shuffle(0x88), shuffle(0xdd));
    pair(rows, second, fourth, shuffle(0x88), shuffle(0xdd));
    exchange(rows, second, third);
  }

  private Instruction shuffle(int choice) {
    return (to, left, right) -> code.vshufi32x4(to, left, right, choice);
  }

  private static void exchange(Operand[] rows, int one, int other) {
    Operand kept = rows[one];
    rows[one] = rows[other];
    rows[other] = kept;
  }

  /** Puts the results of two instructions in the places of their sources. */
  private void pair(Operand[] rows, int left, int right, Instruction first, Instruction second) {
    Zmm a = (Zmm) rows[left];
    Operand b = rows[right];
    if (free.isEmpty() && b instanceof Zmm register) {
      b = putAside(register);
      free.add(register);
    }
    Operand source = b;
    Zmm made = free.remove();
    all.add(() -> first.write(made, a, source));
    if (source instanceof Zmm register) {
      all.add(() -> second.write(register, a, register));
      free.add(a);
      rows[right] = register;
    } else {
      all.add(() -> second.write(a, a, source));
      rows[right] = a;
    }
    rows[left] = made;
  }
}
