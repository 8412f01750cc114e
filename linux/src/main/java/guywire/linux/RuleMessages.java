package guywire.linux;

import static guywire.linux.NetlinkMessage.ACK;
import static guywire.linux.NetlinkMessage.CREATE;
import static guywire.linux.NetlinkMessage.DUMP;
import static guywire.linux.NetlinkMessage.EXCLUSIVE;
import static guywire.linux.NetlinkMessage.REQUEST;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The RTM_*RULE messages of rtnetlink(7). */
final class RuleMessages {

  static final int NEW = 32;
  static final int DELETE = 33;
  private static final int GET = 34;

  // FRA_* of linux/fib_rules.h.
  private static final int SOURCE = 2;
  private static final int ARRIVING_BY = 3;
  private static final int PRIORITY = 6;
  private static final int MARK = 10;
  private static final int SUPPRESS_PREFIX_LENGTH = 14;
  private static final int TABLE = 15;

  private static final int TO_TABLE = 1;
  private static final int INVERTED = 2;

  /**
   * struct fib_rule_hdr { u8 family, dst_len, src_len, tos, table, res1, res2, action; u32 flags;
   * }.
   */
  private static final int BODY_BYTES = 12;

  private RuleMessages() {}

  static NetlinkMessage dump(boolean ipv4) {
    return body(new NetlinkMessage("list rules", GET, REQUEST | DUMP), ipv4, 0, 0, 0);
  }

  static NetlinkMessage add(KernelRule rule) {
    return write(new NetlinkMessage("add rule", NEW, REQUEST | ACK | CREATE | EXCLUSIVE), rule);
  }

  static NetlinkMessage delete(KernelRule rule) {
    return write(new NetlinkMessage("delete rule", DELETE, REQUEST | ACK), rule);
  }

  private static NetlinkMessage write(NetlinkMessage message, KernelRule rule) {
    int sourceLength = rule.from().map(KernelRule.Source::length).orElse(0);
    body(message, rule.ipv4(), sourceLength, TO_TABLE, rule.inverted() ? INVERTED : 0)
        .attribute32(TABLE, rule.table());
    rule.priority().ifPresent(priority -> message.attribute32(PRIORITY, priority));
    rule.from().ifPresent(source -> message.attribute(SOURCE, source.address()));
    rule.arrivingBy().ifPresent(name -> message.attribute(ARRIVING_BY, name));
    rule.mark().ifPresent(mark -> message.attribute32(MARK, mark));
    rule.suppressPrefixLength()
        .ifPresent(length -> message.attribute32(SUPPRESS_PREFIX_LENGTH, length));
    return message;
  }

  static Optional<KernelRule> read(ByteBuffer message) {
    if (message.remaining() < BODY_BYTES || message.get(7) != TO_TABLE) {
      return Optional.empty();
    }
    Attributes attributes =
        Attributes.of(
            message.duplicate().order(message.order()).position(message.position() + BODY_BYTES));
    Optional<Long> suppressed =
        attributes.u32(SUPPRESS_PREFIX_LENGTH).filter(length -> length != 0xffffffffL);
    Optional<Long> mark = attributes.u32(MARK);
    return Optional.of(
        new KernelRule(
            message.get(0) == 2,
            OptionalLong.of(attributes.u32(PRIORITY).orElse(0L)),
            attributes
                .address(SOURCE)
                .map(address -> new KernelRule.Source(address, message.get(2) & 0xff)),
            attributes.text(ARRIVING_BY),
            mark.map(OptionalLong::of).orElseGet(OptionalLong::empty),
            (message.getInt(8) & INVERTED) != 0,
            attributes.u32(TABLE).orElse(message.get(4) & 0xffL),
            suppressed
                .map(length -> OptionalInt.of(length.intValue()))
                .orElseGet(OptionalInt::empty)));
  }

  private static NetlinkMessage body(
      NetlinkMessage message, boolean ipv4, int sourceLength, int action, int flags) {
    return message
        .u8(RouteMessages.family(ipv4))
        .u8(0)
        .u8(sourceLength)
        .u8(0)
        .u8(0)
        .u8(0)
        .u8(0)
        .u8(action)
        .u32(flags);
  }
}
