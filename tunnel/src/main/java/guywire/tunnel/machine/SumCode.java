package guywire.tunnel.machine;

import guywire.tunnel.machine.Operand.Zmm;

/**
 * Machine code of the internet checksum's sum (RFC 1071), alone or while memory is copied,
 * encrypted or decrypted.
 */
/*
 * The lower and upper 32 bits of each 64-bit word are summed apart, in eight elements each, so that no
 * carry is lost.
 */
final class SumCode {

  /** What is done with the memory beside summing it. */
  enum Work {
    NOTHING,
    COPY,
    /** Key stream is added to the copy; what is summed is as it was. */
    ENCRYPT,
    /** Key stream is added; what is summed is the copy. */
    DECRYPT
  }

  private static final int CHUNK = 64;
  private static final Gpr FROM = Gpr.RDI;
  private static final Gpr TO = Gpr.RSI;
  private static final Gpr LEFT = Gpr.RDX;
  private static final Gpr TABLE = Gpr.RCX;
  private static final Gpr STREAM = Gpr.R8;

  private final Assembler code;
  private final Work work;
  private final Zmm low = new Zmm(0);
  private final Zmm high = new Zmm(1);
  private final Zmm mask = new Zmm(2);

  SumCode(Assembler code, Work work) {
    this.code = code;
    this.work = work;
  }

  /**
   * {@code long sum(from, to, length, constants, stream)}: the sum of a memory's 32-bit words; what
   * follows its end counts as zeros. The copy may lie where the memory is, but not overlap it
   * otherwise. The key stream is read up to the next multiple of 64 bytes.
   */
  void sum() {
    Encoder.Label pairs = code.label();
    Encoder.Label single = code.label();
    Encoder.Label tail = code.label();
    Encoder.Label done = code.label();
    code.clear(low);
    code.clear(high);
    code.vpbroadcastq(mask, Operand.at(TABLE, Constants.LOW_WORD));
    code.bind(pairs);
    code.cmp(LEFT, 2 * CHUNK);
    code.jump(Assembler.JumpCondition.BELOW, single);
    chunk(0);
    chunk(1);
    advance(2 * CHUNK);
    code.jump(pairs);
    code.bind(single);
    code.cmp(LEFT, CHUNK);
    code.jump(Assembler.JumpCondition.BELOW, tail);
    chunk(0);
    advance(CHUNK);
    code.bind(tail);
    code.test(LEFT, LEFT);
    code.jump(Assembler.JumpCondition.ZERO, done);
    code.mov(Gpr.RAX, -1);
    code.bzhi(Gpr.RAX, Gpr.RAX, LEFT);
    code.kmovq(1, Gpr.RAX);
    Zmm data = new Zmm(4);
    Zmm stream = new Zmm(8);
    code.vmovdqu8(data, 1, Operand.at(FROM, 0));
    switch (work) {
      case NOTHING -> {}
      case COPY -> code.vmovdqu8(Operand.at(TO, 0), 1, data);
      case ENCRYPT -> {
        code.vpxord(stream, data, Operand.at(STREAM, 0));
        code.vmovdqu8(Operand.at(TO, 0), 1, stream);
      }
      case DECRYPT -> {
        // Beyond the end both are zero, and so is what is summed.
        code.vmovdqu8(stream, 1, Operand.at(STREAM, 0));
        code.vpxord(data, data, stream);
        code.vmovdqu8(Operand.at(TO, 0), 1, data);
      }
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

  private void chunk(int index) {
    Zmm data = new Zmm(4 + index);
    Operand.Mem to = Operand.at(TO, CHUNK * index);
    Operand.Mem stream = Operand.at(STREAM, CHUNK * index);
    code.vmovdqu64(data, Operand.at(FROM, CHUNK * index));
    switch (work) {
      case NOTHING -> {}
      case COPY -> code.vmovdqu64(to, data);
      case ENCRYPT -> {
        Zmm sealed = new Zmm(8 + index);
        code.vpxord(sealed, data, stream);
        code.vmovdqu64(to, sealed);
      }
      case DECRYPT -> {
        code.vpxord(data, data, stream);
        code.vmovdqu64(to, data);
      }
    }
    addUp(data, new Zmm(6 + index));
  }

  private void addUp(Zmm data, Zmm spare) {
    code.vpandq(spare, data, mask);
    code.vpaddq(low, low, spare);
    code.vpsrlq(data, data, 32);
    code.vpaddq(high, high, data);
  }

  private void advance(int bytes) {
    code.add(FROM, bytes);
    if (work != Work.NOTHING) {
      code.add(TO, bytes);
    }
    if (work == Work.ENCRYPT || work == Work.DECRYPT) {
      code.add(STREAM, bytes);
    }
    code.sub(LEFT, bytes);
  }
}
