package guywire.tunnel.machine;

import guywire.tunnel.machine.Operand.Ymm;
import guywire.tunnel.machine.SumCode.Work;

/**
 * Machine code for AVX2 of the internet checksum's sum (RFC 1071), alone or while memory is copied,
 * encrypted or decrypted; and of key stream added in place.
 */
/*
 * The lower and upper 32 bits of each 64-bit word are summed apart, so that no carry is lost. What is left
 * of less than a vector is done in halves: 16 bytes, 8, 4, 2, 1.
 */
final class Avx2Copy {

  private static final int VECTOR = 32;

  private final Avx2Assembler code;
  private final Ymm low = new Ymm(0);
  private final Ymm high = new Ymm(1);
  private final Ymm mask = new Ymm(2);

  private final Work work;
  private final boolean sums;
  private final Gpr from;
  private final Gpr to;
  private final Gpr left;
  private final Gpr stream;
  private final Gpr few;
  private final Gpr fewStream;
  private final Gpr fewSum;

  private Avx2Copy(
      Avx2Assembler code, Work work, boolean sums, Gpr from, Gpr to, Gpr left, Gpr stream) {
    this.code = code;
    this.work = work;
    this.sums = sums;
    this.from = from;
    this.to = to;
    this.left = left;
    this.stream = stream;
    few = sums ? Gpr.RAX : Gpr.RBX;
    fewStream = sums ? Gpr.R10 : Gpr.RBP;
    fewSum = Gpr.R11;
  }

  /** {@code long sum(from, to, length, constants, stream)}: as {@link SumCode#sum}. */
  static void sum(Avx2Assembler code, Work work) {
    new Avx2Copy(code, work, true, Gpr.RDI, Gpr.RSI, Gpr.RDX, Gpr.R8).sum();
  }

  /**
   * {@code void add(message, messageStride, stream, streamStride, length, count)}: as {@link
   * ChaChaCode#add}.
   */
  static void add(Avx2Assembler code) {
    Gpr at = Gpr.R10;
    Gpr stream = Gpr.R11;
    Gpr left = Gpr.RAX;
    code.push(Gpr.RBX);
    code.push(Gpr.RBP);
    Encoder.Label next = code.here();
    code.mov(at, Gpr.RDI);
    code.mov(stream, Gpr.RDX);
    code.mov(left, Gpr.R8);
    new Avx2Copy(code, Work.ENCRYPT, false, at, at, left, stream).all();
    code.add(Gpr.RDI, Gpr.RSI);
    code.add(Gpr.RDX, Gpr.RCX);
    code.sub(Gpr.R9, 1);
    code.jump(Assembler.JumpCondition.NOT_ZERO, next);
    code.pop(Gpr.RBP);
    code.pop(Gpr.RBX);
    code.vzeroupper();
    code.ret();
  }

  private void sum() {
    code.clear(low);
    code.clear(high);
    code.xor(fewSum, fewSum);
    code.vmovdqu(mask, Operand.at(Gpr.RCX, Constants.LOW_WORDS));
    all();
    code.vpaddq(low, low, high);
    code.vextracti128(high, low);
    code.vpaddq(low, low, high);
    code.vpshufd(high, low, 0x4e);
    code.vpaddq(low, low, high);
    code.vmovq(Gpr.RAX, low);
    code.add(Gpr.RAX, fewSum);
    code.vzeroupper();
    code.ret();
  }

  private void all() {
    Encoder.Label pairs = code.label();
    Encoder.Label single = code.label();
    Encoder.Label tail = code.label();
    code.bind(pairs);
    code.cmp(left, 2 * VECTOR);
    code.jump(Assembler.JumpCondition.BELOW, single);
    vector(0);
    vector(1);
    advance(2 * VECTOR);
    code.sub(left, 2 * VECTOR);
    code.jump(pairs);
    code.bind(single);
    code.cmp(left, VECTOR);
    code.jump(Assembler.JumpCondition.BELOW, tail);
    vector(0);
    advance(VECTOR);
    code.sub(left, VECTOR);
    code.bind(tail);
    for (int bytes = VECTOR / 2; bytes > 0; bytes /= 2) {
      Encoder.Label none = code.label();
      code.test(left, bytes);
      code.jump(Assembler.JumpCondition.ZERO, none);
      if (bytes >= 4) {
        part(bytes);
      } else {
        few(bytes == 1);
      }
      advance(bytes);
      code.bind(none);
    }
  }

  private void vector(int index) {
    Ymm data = new Ymm(4 + index);
    Ymm sealed = new Ymm(8 + index);
    code.vmovdqu(data, Operand.at(from, VECTOR * index));
    switch (work) {
      case NOTHING -> {}
      case COPY -> code.vmovdqu(Operand.at(to, VECTOR * index), data);
      case ENCRYPT -> {
        code.vpxor(sealed, data, Operand.at(stream, VECTOR * index));
        code.vmovdqu(Operand.at(to, VECTOR * index), sealed);
      }
      case DECRYPT -> {
        code.vpxor(data, data, Operand.at(stream, VECTOR * index));
        code.vmovdqu(Operand.at(to, VECTOR * index), data);
      }
    }
    addUp(data, new Ymm(6 + index));
  }

  private void part(int bytes) {
    Ymm data = new Ymm(4);
    Ymm sealed = new Ymm(8);
    code.load(data, Operand.at(from, 0), bytes);
    if (work == Work.ENCRYPT || work == Work.DECRYPT) {
      code.load(sealed, Operand.at(stream, 0), bytes);
      code.vpxor(sealed, sealed, data);
      code.store(Operand.at(to, 0), sealed, bytes);
    } else if (work == Work.COPY) {
      code.store(Operand.at(to, 0), data, bytes);
    }
    addUp(work == Work.DECRYPT ? sealed : data, new Ymm(6));
  }

  /** Two bytes, or one. */
  private void few(boolean single) {
    code.loadShort(few, Operand.at(from, 0), single);
    if (work == Work.ENCRYPT || work == Work.DECRYPT) {
      code.loadShort(fewStream, Operand.at(stream, 0), single);
      code.xor(fewStream, few);
      code.storeShort(Operand.at(to, 0), fewStream, single);
    } else if (work == Work.COPY) {
      code.storeShort(Operand.at(to, 0), few, single);
    }
    if (sums) {
      code.add(fewSum, work == Work.DECRYPT ? fewStream : few);
    }
  }

  private void addUp(Ymm data, Ymm other) {
    if (sums) {
      code.vpand(other, data, mask);
      code.vpaddq(low, low, other);
      code.vpsrlq(data, data, 32);
      code.vpaddq(high, high, data);
    }
  }

  private void advance(int bytes) {
    code.add(from, bytes);
    if (work != Work.NOTHING && to != from) {
      code.add(to, bytes);
    }
    if (work == Work.ENCRYPT || work == Work.DECRYPT) {
      code.add(stream, bytes);
    }
  }
}
