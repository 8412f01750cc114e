package guywire.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The constants are what the C compiler makes of the kernel's headers. */
class LayoutTest {

  @TempDir Path directory;

  @Test
  void offsets_and_constants_are_those_of_the_c_compiler() throws Exception {
    var expected = new LinkedHashMap<String, Integer>();
    expected.put("sizeof(struct iovec)", Iovec.BYTES);
    expected.put("offsetof(struct iovec, iov_base)", Iovec.BASE);
    expected.put("offsetof(struct iovec, iov_len)", Iovec.LENGTH);
    expected.put("sizeof(struct virtio_net_hdr)", VirtioHeader.BYTES);
    expected.put("offsetof(struct virtio_net_hdr, flags)", VirtioHeader.FLAGS);
    expected.put("offsetof(struct virtio_net_hdr, gso_type)", VirtioHeader.GSO_TYPE);
    expected.put("offsetof(struct virtio_net_hdr, hdr_len)", VirtioHeader.HEADER_LENGTH);
    expected.put("offsetof(struct virtio_net_hdr, gso_size)", VirtioHeader.GSO_SIZE);
    expected.put("offsetof(struct virtio_net_hdr, csum_start)", VirtioHeader.CHECKSUM_START);
    expected.put("offsetof(struct virtio_net_hdr, csum_offset)", VirtioHeader.CHECKSUM_OFFSET);
    expected.put("VIRTIO_NET_HDR_F_NEEDS_CSUM", VirtioHeader.NEEDS_CHECKSUM);
    expected.put("VIRTIO_NET_HDR_F_DATA_VALID", VirtioHeader.DATA_VALID);
    expected.put("VIRTIO_NET_HDR_GSO_TCPV4", VirtioHeader.GSO_TCPV4);
    expected.put("VIRTIO_NET_HDR_GSO_TCPV6", VirtioHeader.GSO_TCPV6);
    expected.put("sizeof(struct ifreq)", Tun.IFREQ_BYTES);
    expected.put("offsetof(struct ifreq, ifr_flags)", Tun.IFREQ_VALUE);
    expected.put("TUNSETIFF", Tun.TUNSETIFF);
    expected.put("TUNGETIFF", Tun.TUNGETIFF);
    expected.put("TUNSETOFFLOAD", Tun.TUNSETOFFLOAD);
    expected.put("TUNGETDEVNETNS", Tun.TUNGETDEVNETNS);
    expected.put("sizeof(struct timespec)", Clock.TIMESPEC_BYTES);
    expected.put("offsetof(struct timespec, tv_nsec)", Clock.NANOS);
    expected.put("CLOCK_BOOTTIME", Clock.CLOCK_BOOTTIME);
    expected.put("CLOCK_MONOTONIC", Clock.CLOCK_MONOTONIC);
    expected.put("TFD_TIMER_CANCEL_ON_SET", SuspendWatch.TFD_TIMER_CANCEL_ON_SET);
    expected.put("sizeof(struct itimerspec)", Alarm.ITIMERSPEC_BYTES);
    expected.put("offsetof(struct itimerspec, it_value)", Alarm.VALUE);
    expected.put("SYS_capset", Syscall.CAPSET);
    expected.put("SYS_prctl", Syscall.PRCTL);
    expected.put("_LINUX_CAPABILITY_VERSION_3", Privileges.CAPABILITY_VERSION_3);
    expected.put("sizeof(struct __user_cap_header_struct)", Privileges.HEADER_BYTES);
    expected.put("sizeof(struct __user_cap_data_struct)", Privileges.DATA_BYTES);
    expected.put("offsetof(struct __user_cap_data_struct, permitted)", Privileges.PERMITTED);
    expected.put("CAP_NET_BIND_SERVICE", Long.numberOfTrailingZeros(Privileges.NET_BIND_SERVICE));
    expected.put("PR_SET_KEEPCAPS", Privileges.PR_SET_KEEPCAPS);
    expected.put("PR_SET_NO_NEW_PRIVS", Privileges.PR_SET_NO_NEW_PRIVS);
    expected.put("SO_BINDTODEVICE", Bound.SO_BINDTODEVICE);
    expected.put("IFNAMSIZ", Bound.NAME_BYTES);
    expected.put("sizeof(struct pollfd)", Poll.POLLFD_BYTES);
    expected.put("offsetof(struct pollfd, events)", Poll.EVENTS);
    expected.put("offsetof(struct pollfd, revents)", Poll.REVENTS);
    expected.put("AF_INET6", Sockaddr.AF_INET6);
    expected.put("sizeof(struct sockaddr_in)", Sockaddr.IN_BYTES);
    expected.put("offsetof(struct sockaddr_in, sin_port)", Sockaddr.PORT);
    expected.put("offsetof(struct sockaddr_in, sin_addr)", Sockaddr.IN_ADDRESS);
    expected.put("sizeof(struct sockaddr_in6)", Sockaddr.IN6_BYTES);
    expected.put("offsetof(struct sockaddr_in6, sin6_addr)", Sockaddr.IN6_ADDRESS);
    expected.put("offsetof(struct sockaddr_in6, sin6_scope_id)", Sockaddr.IN6_SCOPE);
    expected.put("sizeof(struct msghdr)", Msghdr.BYTES);
    expected.put("offsetof(struct msghdr, msg_namelen)", Msghdr.NAME_LENGTH);
    expected.put("offsetof(struct msghdr, msg_iov)", Msghdr.IOV);
    expected.put("offsetof(struct msghdr, msg_iovlen)", Msghdr.IOV_LENGTH);
    expected.put("offsetof(struct msghdr, msg_control)", Msghdr.CONTROL);
    expected.put("offsetof(struct msghdr, msg_controllen)", Msghdr.CONTROL_LENGTH);
    expected.put("offsetof(struct msghdr, msg_flags)", Msghdr.FLAGS);
    expected.put("sizeof(struct mmsghdr)", Msghdr.MMSG_BYTES);
    expected.put("offsetof(struct mmsghdr, msg_len)", Msghdr.MMSG_LENGTH);
    expected.put("offsetof(struct cmsghdr, cmsg_level)", Msghdr.CMSG_LEVEL);
    expected.put("offsetof(struct cmsghdr, cmsg_type)", Msghdr.CMSG_TYPE);
    expected.put("sizeof(struct cmsghdr)", Msghdr.CMSG_DATA);
    expected.put("CMSG_SPACE(12)", Msghdr.controlSpace(12));
    expected.put("sizeof(struct in_pktinfo)", Msghdr.PKTINFO_BYTES);
    expected.put("offsetof(struct in_pktinfo, ipi_spec_dst)", Msghdr.PKTINFO_LOCAL);
    expected.put("sizeof(struct in6_pktinfo)", Msghdr.PKTINFO6_BYTES);
    expected.put("offsetof(struct in6_pktinfo, ipi6_ifindex)", Msghdr.PKTINFO6_INDEX);
    expected.put("IP_TOS", Msghdr.IP_TOS);
    expected.put("IP_PKTINFO", Msghdr.IP_PKTINFO);
    expected.put("IPV6_PKTINFO", Msghdr.IPV6_PKTINFO);
    expected.put("IPV6_TCLASS", Msghdr.IPV6_TCLASS);
    expected.put("UDP_SEGMENT", Msghdr.UDP_SEGMENT);
    expected.put("UDP_GRO", Msghdr.UDP_GRO);
    expected.put("MSG_TRUNC", Msghdr.TRUNCATED);
    for (var syscall : syscalls().entrySet()) {
      expected.put("__NR_" + syscall.getKey(), syscall.getValue());
    }
    assertThat(compile(expected)).isEqualTo(expected);
  }

  private static Map<String, Integer> syscalls() throws IllegalAccessException {
    var numbers = new LinkedHashMap<String, Integer>();
    for (var field : Syscall.class.getDeclaredFields()) {
      if (field.getType() == int.class) {
        numbers.put(field.getName().toLowerCase(java.util.Locale.ROOT), field.getInt(null));
      }
    }
    return numbers;
  }

  private Map<String, Integer> compile(Map<String, Integer> expressions)
      throws IOException, InterruptedException {
    var source =
        new StringBuilder(
            """
            #define _GNU_SOURCE
            #include <stddef.h>
            #include <stdio.h>
            #include <time.h>
            #include <poll.h>
            #include <unistd.h>
            #include <sys/syscall.h>
            #include <sys/socket.h>
            #include <sys/uio.h>
            #include <sys/ioctl.h>
            #include <sys/timerfd.h>
            #include <sys/prctl.h>
            #include <linux/capability.h>
            #include <net/if.h>
            #include <netinet/in.h>
            #include <linux/udp.h>
            #include <linux/if_tun.h>
            #include <linux/virtio_net.h>
            int main(void) {
            """);
    for (String expression : expressions.keySet()) {
      source.append("printf(\"%d\\n\", (int) (").append(expression).append("));\n");
    }
    source.append("}\n");
    Path file = Files.writeString(directory.resolve("layout.c"), source);
    Path program = directory.resolve("layout");
    var gcc = new ProcessBuilder("gcc", "-o", program.toString(), file.toString()).inheritIO();
    assertThat(gcc.start().waitFor()).isZero();
    var values = new LinkedHashMap<String, Integer>();
    var names = expressions.keySet().iterator();
    Process run = new ProcessBuilder(program.toString()).start();
    try (var output = run.inputReader()) {
      output.lines().forEach(line -> values.put(names.next(), Integer.valueOf(line)));
    }
    return values;
  }
}
