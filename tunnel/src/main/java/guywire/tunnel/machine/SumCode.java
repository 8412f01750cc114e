package guywire.tunnel.machine;

import guywire.tunnel.machine.Operand.Zmm;

/** Machine code of the internet checksum's sum (RFC 1071), with or without a copy. */
/*
 * The lower and upper 32 bits of each 64-bit word are summed apart, in eight elements each, so that no
 * carry is lost.
 */
final class SumCode {

  private static final int CHUNK = 64;
  private static final Gpr FROM = Gpr.RDI;
  private static final Gpr TO = Gpr.RSI;
  private static final Gpr LEFT = Gpr.RDX;
  private static final Gpr TABLE = Gpr.RCX;

  private final Assembler code;
  private final Zmm low = new Zmm(0);
  private final Zmm high = new Zmm(1);
  private final Zmm mask = new Zmm(2);

  SumCode(Assembler code) {
    this.code = code;
  }

  /**
   * {@code long sum(from, to, length, constants)}: the sum of a memory's 32-bit words; what follows
   * its end counts as zeros.
   *
   * @param copying whether the memory is copied on the way; it must not overlap its copy
   */
  void sum(boolean copying) {
    Encoder.Label pairs = code.label();
    Encoder.Label single = code.label();
    Encoder.Label tail = code.label();
    Encoder.Label done = code.label();
    code.clear(low);
    code.clear(high);
    code.vpbroadcastq(mask, Operand.at(TABLE, Constants.LOW_WORD));
    code.bind(pairs);
    code.cmp(LEFT, 2 * CHUNK);
    code.jump(Assembler.Condition.BELOW, single);
    chunk(0, copying);
    chunk(1, copying);
    advance(2 * CHUNK, copying);
    code.jump(pairs);
    code.bind(single);
    code.cmp(LEFT, CHUNK);
    code.jump(Assembler.Condition.BELOW, tail);
    chunk(0, copying);
    advance(CHUNK, copying);
    code.bind(tail);
    code.test(LEFT, LEFT);
    code.jump(Assembler.Condition.ZERO, done);
    code.mov(Gpr.RAX, -1);
    code.bzhi(Gpr.RAX, Gpr.RAX, LEFT);
    code.kmovq(1, Gpr.RAX);
    Zmm data = new Zmm(4);
    code.vmovdqu8(data, 1, Operand.at(FROM, 0));
    if (copying) {
      code.vmovdqu8(Operand.at(TO, 0), 1, data);
    }
    addUp(data, new Zmm(6));
    code.bind(done);
    code.vpaddq(low, low, high);
    code.vshufi32x4(high, low, low, 0x4e);
    code.vpaddq(low, low, high);
    code.vshufi32x4(high, low, low, 0xb1);
    code.vpaddq(low, low, high);
    code.vpshufd(high, low, 0x4e);
    code.vpaddq(low, low, high);
    code.vmovq(Gpr.RAX, low);
    code.vzeroupper();
    code.ret();
  }

  private void chunk(int index, boolean copying) {
    Zmm data = new Zmm(4 + index);
    code.vmovdqu64(data, Operand.at(FROM, CHUNK * index));
    if (copying) {
      code.vmovdqu64(Operand.at(TO, CHUNK * index), data);
    }
    addUp(data, new Zmm(6 + index));
  }

  private void addUp(Zmm data, Zmm spare) {
    code.vpandq(spare, data, mask);
    code.vpaddq(low, low, spare);
    code.vpsrlq(data, data, 32);
    code.vpaddq(high, high, data);
  }

  private void advance(int bytes, boolean copying) {
    code.add(FROM, bytes);
    if (copying) {
      code.add(TO, bytes);
    }
    code.sub(LEFT, bytes);
  }
}
