package guywire.format.firewall;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The options that iptables and its extensions take, and how many words each takes with it: as
 * their manual pages, iptables(8) and iptables-extensions(8), have them.
 */
final class IptablesOptions {

  /** Takes the next word if that is none of the options. */
  static final int OPTIONAL = -1;

  /** Names of the program's own long options, and their letters. */
  private static final Map<String, String> OWN =
      Map.ofEntries(
          Map.entry("append", "-A"),
          Map.entry("delete", "-D"),
          Map.entry("check", "-C"),
          Map.entry("insert", "-I"),
          Map.entry("replace", "-R"),
          Map.entry("list", "-L"),
          Map.entry("list-rules", "-S"),
          Map.entry("flush", "-F"),
          Map.entry("zero", "-Z"),
          Map.entry("new-chain", "-N"),
          Map.entry("delete-chain", "-X"),
          Map.entry("rename-chain", "-E"),
          Map.entry("policy", "-P"),
          Map.entry("source", "-s"),
          Map.entry("src", "-s"),
          Map.entry("destination", "-d"),
          Map.entry("dst", "-d"),
          Map.entry("protocol", "-p"),
          Map.entry("in-interface", "-i"),
          Map.entry("out-interface", "-o"),
          Map.entry("jump", "-j"),
          Map.entry("goto", "-g"),
          Map.entry("table", "-t"),
          Map.entry("match", "-m"),
          Map.entry("numeric", "-n"),
          Map.entry("verbose", "-v"),
          Map.entry("exact", "-x"),
          Map.entry("fragments", "-f"),
          Map.entry("wait", "-w"),
          Map.entry("wait-interval", "-W"),
          Map.entry("set-counters", "-c"),
          Map.entry("modprobe", "-M"),
          Map.entry("line-numbers", "-0"),
          Map.entry("ipv4", "-4"),
          Map.entry("ipv6", "-6"));

  /** How many words follow the letters that take any. */
  private static final Map<Character, Integer> LETTERS = new HashMap<>();

  static {
    "ADCIRNPEsdpiojgtmMc".chars().forEach(letter -> LETTERS.put((char) letter, 1));
    "LSFZXwW".chars().forEach(letter -> LETTERS.put((char) letter, OPTIONAL));
    "nvxf046".chars().forEach(letter -> LETTERS.put((char) letter, 0));
  }

  /** Each extension with its options; a number behind one is how many words it takes if not 1. */
  private static final String EXTENSIONS =
      """
      tcp sport source-port dport destination-port tcp-flags:2 syn:0 tcp-option
      udp sport source-port dport destination-port
      udplite sport source-port dport destination-port
      sctp sport source-port dport destination-port chunk-types:2
      dccp sport source-port dport destination-port dccp-types dccp-option
      icmp icmp-type
      icmp6 icmpv6-type
      icmpv6 icmpv6-type
      ipv6-icmp icmpv6-type
      multiport sports source-ports dports destination-ports ports
      conntrack ctstate ctproto ctorigsrc ctorigdst ctreplsrc ctrepldst ctorigsrcport \
      ctorigdstport ctreplsrcport ctrepldstport ctstatus ctexpire ctdir
      state state
      comment comment
      iprange src-range dst-range
      mark mark
      connmark mark
      set match-set:2 return-nomatch:0 update-counters:0 packets-eq packets-lt packets-gt
      limit limit limit-burst
      mac mac-source
      pkttype pkt-type
      addrtype src-type dst-type limit-iface-in:0 limit-iface-out:0
      connlimit connlimit-above connlimit-upto connlimit-mask connlimit-saddr:0 connlimit-daddr:0
      connbytes connbytes connbytes-dir connbytes-mode
      time datestart datestop timestart timestop monthdays weekdays kerneltz:0 utc:0 contiguous:0
      string algo from to string hex-string icase:0
      u32 u32
      length length
      ttl ttl-eq ttl-lt ttl-gt
      hl hl-eq hl-lt hl-gt
      tos tos
      dscp dscp dscp-class
      ecn ecn-tcp-cwr:0 ecn-tcp-ece:0 ecn-ip-ect
      owner uid-owner gid-owner socket-exists:0 suppl-groups:0
      physdev physdev-in physdev-out physdev-is-in:0 physdev-is-out:0 physdev-is-bridged:0
      recent set:0 rcheck:0 update:0 remove:0 seconds reap:0 hitcount rttl:0 name rsource:0 \
      rdest:0 mask
      hashlimit hashlimit-upto hashlimit-above hashlimit-burst hashlimit-mode hashlimit-srcmask \
      hashlimit-dstmask hashlimit-name hashlimit-htable-size hashlimit-htable-max \
      hashlimit-htable-expire hashlimit-htable-gcinterval hashlimit-rate-match:0 \
      hashlimit-rate-interval
      statistic mode probability every packet
      rpfilter loose:0 validmark:0 accept-local:0 invert:0
      policy dir pol strict:0 reqid spi proto mode tunnel-src tunnel-dst next:0
      helper helper
      devgroup src-group dst-group
      cpu cpu
      quota quota
      esp espspi
      ah ahspi
      tcpmss mss
      realm realm
      socket transparent:0 nowildcard:0 restore-skmark:0
      cgroup path cgroup
      ACCEPT
      DROP
      QUEUE
      RETURN
      REJECT reject-with
      MASQUERADE to-ports random:0 random-fully:0
      SNAT to-source random:0 random-fully:0 persistent:0
      DNAT to-destination random:0 persistent:0
      REDIRECT to-ports random:0
      NETMAP to
      TCPMSS set-mss clamp-mss-to-pmtu:0
      LOG log-level log-prefix log-tcp-sequence:0 log-tcp-options:0 log-ip-options:0 log-uid:0 \
      log-macdecode:0
      NFLOG nflog-group nflog-prefix nflog-range nflog-size nflog-threshold
      ULOG ulog-nlgroup ulog-prefix ulog-cprange ulog-qthreshold
      AUDIT type
      TRACE
      CHECKSUM checksum-fill:0
      MARK set-mark set-xmark and-mark or-mark xor-mark
      CONNMARK set-mark set-xmark save-mark:0 restore-mark:0 and-mark or-mark xor-mark nfmask \
      ctmask mask
      TTL ttl-set ttl-dec ttl-inc
      HL hl-set hl-dec hl-inc
      TOS set-tos and-tos or-tos xor-tos
      DSCP set-dscp set-dscp-class
      CLASSIFY set-class
      CT notrack:0 helper ctevents expevents zone zone-orig zone-reply timeout
      NOTRACK
      NFQUEUE queue-num queue-balance queue-bypass:0 queue-cpu-fanout:0
      SET add-set:2 del-set:2 map-set:2 timeout exist:0 map-mark:0 map-prio:0 map-queue:0
      TEE gateway
      TPROXY on-port on-ip tproxy-mark
      """;

  private static final Map<String, Map<String, Integer>> KNOWN = extensions();

  private static Map<String, Map<String, Integer>> extensions() {
    var known = new HashMap<String, Map<String, Integer>>();
    for (var line : EXTENSIONS.lines().toList()) {
      var words = line.split("\\s+");
      var options = new LinkedHashMap<String, Integer>();
      for (int i = 1; i < words.length; i++) {
        int colon = words[i].indexOf(':');
        options.put(
            colon < 0 ? words[i] : words[i].substring(0, colon),
            colon < 0 ? 1 : Integer.parseInt(words[i].substring(colon + 1)));
      }
      known.put(words[0], options);
    }
    return known;
  }

  private IptablesOptions() {}

  /** Whether there is a match or target of this name here. */
  static boolean isExtension(String name) {
    return KNOWN.containsKey(name);
  }

  /** How many words a letter takes; empty if there is no such letter. */
  static Optional<Integer> letter(char letter) {
    return Optional.ofNullable(LETTERS.get(letter));
  }

  /**
   * An option by its whole name.
   *
   * @param name its letter with a dash, or its long name with two
   * @param words how many words it takes, or {@link #OPTIONAL}
   */
  record Named(String name, int words) {}

  /**
   * The option that a long name or its beginning means, as getopt_long takes it; empty if there is
   * none, or more than one.
   *
   * @param written the name without its dashes
   * @param loaded the extensions that were named before it
   */
  static Optional<Named> named(String written, Set<String> loaded) {
    var all = new LinkedHashMap<String, Named>();
    OWN.forEach((name, letter) ->
        all.put(name, new Named(letter, LETTERS.getOrDefault(letter.charAt(1), 0))));
    for (var extension : loaded) {
      KNOWN
          .getOrDefault(extension, Map.of())
          .forEach((name, words) -> all.put(name, new Named("--" + name, words)));
    }
    var exact = all.get(written);
    if (exact != null) {
      return Optional.of(exact);
    }
    var meant = new ArrayList<Named>();
    all.forEach((name, option) -> {
      if (name.startsWith(written)) {
        meant.add(option);
      }
    });
    return meant.stream().distinct().count() == 1
        ? Optional.of(meant.getFirst())
        : Optional.empty();
  }

  /** The options of an extension that begin so, whatever was loaded. */
  static List<String> havingOption(String written) {
    return KNOWN.entrySet().stream()
        .filter(one -> one.getValue().containsKey(written))
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }
}
