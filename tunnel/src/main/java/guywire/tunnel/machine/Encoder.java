package guywire.tunnel.machine;

import guywire.tunnel.machine.Operand.Mem;
import guywire.tunnel.machine.Operand.Ymm;
import guywire.tunnel.machine.Operand.Zmm;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of x86-64 machine code: prefixes, operands, and places that jumps lead to. Formats:
 * Intel's Software Developer's Manual, volume 2, chapter 2.
 */
abstract class Encoder {

  /** A place in the code that jumps lead to. */
  static final class Label {
    private int position = -1;
    private final List<Integer> uses = new ArrayList<>();
  }

  static final int PLAIN = 0;
  static final int P66 = 1;
  static final int PF3 = 2;
  static final int PF2 = 3;
  static final int MAP_0F = 1;
  static final int MAP_0F38 = 2;
  static final int MAP_0F3A = 3;

  private final ByteArrayOutputStream code = new ByteArrayOutputStream();
  private final List<Label> labels = new ArrayList<>();

  /** The code so far; every label used must have its place. */
  final byte[] bytes() {
    byte[] bytes = code.toByteArray();
    for (Label label : labels) {
      if (label.position < 0) {
        throw new IllegalStateException("a jump to nowhere");
      }
      for (int use : label.uses) {
        int distance = label.position - (use + 4);
        for (int i = 0; i < 4; i++) {
          bytes[use + i] = (byte) (distance >> 8 * i);
        }
      }
    }
    return bytes;
  }

  /** The length of the code so far. */
  final int length() {
    return code.size();
  }

  /** Fills with one-byte no-operations up to a multiple. */
  final void align(int multiple) {
    while (length() % multiple != 0) {
      put(0x90);
    }
  }

  final Label label() {
    var label = new Label();
    labels.add(label);
    return label;
  }

  /** Gives a label the place reached now. */
  final void bind(Label label) {
    label.position = length();
  }

  /** A new label at the place reached now. */
  final Label here() {
    Label label = label();
    bind(label);
    return label;
  }

  final void put(int... bytes) {
    for (int b : bytes) {
      code.write(b);
    }
  }

  final void putInt(int value) {
    put(value, value >> 8, value >> 16, value >> 24);
  }

  final void rex(int reg, int index, int base) {
    put(0x48 | reg >> 3 << 2 | index >> 3 << 1 | base >> 3);
  }

  final void registers(int reg, int rm) {
    put(0xc0 | (reg & 7) << 3 | rm & 7);
  }

  final void memory(int reg, Mem mem) {
    boolean sib = mem.hasIndex() || mem.base().number() % 8 == 4;
    put(0x80 | (reg & 7) << 3 | (sib ? 4 : mem.base().number() & 7));
    if (sib) {
      int index = mem.hasIndex() ? mem.index().number() & 7 : 4;
      put(index << 3 | mem.base().number() & 7);
    }
    putInt(mem.displacement());
  }

  final void vex(int map, int prefix, boolean wide, int reg, int vvvv, int rm) {
    put(
        0xc4,
        (~reg >> 3 & 1) << 7 | 0x40 | (~rm >> 3 & 1) << 5 | map,
        (wide ? 0x80 : 0) | (~vvvv & 15) << 3 | prefix);
  }

  final void evex(
      int map, int prefix, boolean wide, int opcode, int reg, int vvvv, Operand rm, int mask) {
    int low;
    int high;
    boolean broadcast = false;
    switch (rm) {
      case Zmm zmm -> {
        low = zmm.number() >> 3 & 1;
        high = zmm.number() >> 4;
      }
      case Ymm ymm -> throw new IllegalArgumentException("not of AVX-512: " + ymm);
      case Mem mem -> {
        low = mem.base().number() >> 3;
        high = mem.hasIndex() ? mem.index().number() >> 3 : 0;
        broadcast = mem.broadcast();
      }
    }
    put(0x62);
    put((~reg >> 3 & 1) << 7 | (~high & 1) << 6 | (~low & 1) << 5 | (~reg >> 4 & 1) << 4 | map);
    put((wide ? 0x80 : 0) | (~vvvv & 15) << 3 | 4 | prefix);
    boolean zeroing = mask < 0;
    put(
        (zeroing ? 0x80 : 0)
            | 0x40
            | (broadcast ? 0x10 : 0)
            | (~vvvv >> 4 & 1) << 3
            | Math.abs(mask));
    put(opcode);
    operand(reg, rm);
  }

  /** An instruction of AVX2, of 256 bits or 128. */
  final void vex(
      int map, int prefix, boolean wide, boolean all, int opcode, int reg, int vvvv, Operand rm) {
    int index = rm instanceof Mem mem && mem.hasIndex() ? mem.index().number() : 0;
    int base =
        switch (rm) {
          case Zmm zmm -> throw new IllegalArgumentException("not of AVX2: " + zmm);
          case Ymm ymm -> ymm.number();
          case Mem mem -> mem.base().number();
        };
    put(
        0xc4,
        (~reg >> 3 & 1) << 7 | (~index >> 3 & 1) << 6 | (~base >> 3 & 1) << 5 | map,
        (wide ? 0x80 : 0) | (~vvvv & 15) << 3 | (all ? 4 : 0) | prefix);
    put(opcode);
    operand(reg, rm);
  }

  private void operand(int reg, Operand rm) {
    switch (rm) {
      case Zmm zmm -> registers(reg, zmm.number());
      case Ymm ymm -> registers(reg, ymm.number());
      case Mem mem -> memory(reg, mem);
    }
  }

  final void use(Label label) {
    label.uses.add(length());
    putInt(0);
  }
}
