/*
 * mixed far ADDRESS4 ADDRESS6: takes what the other one sends, and checks every byte of it; ends with it.
 * mixed near ADDRESS4 ADDRESS6 MILLISECONDS KILOBYTES: sends fifteen flows at once and echo requests that
 *   become fragments; KILOBYTES a second is what each TCP stream sends, 0 for as much as it can. One line for
 *   each flow says what came of it.
 * mixed watch INTERFACE...: looks at what passes there until its standard input ends, as the kernel will
 *   cut it (a super-datagram comes with its segments' length): plaintext, and counters used twice.
 *
 * What is sent at a place of a flow is known to both ends: sixteen bytes that are always the same, for which
 * the wire is searched, and sixteen that say where it belongs, so that nothing can stand in for anything else.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

#define PORT 7000
#define TCP_FLOWS 10
#define UDP_FLOWS 5
#define FLOWS (TCP_FLOWS + UDP_FLOWS)
#define ECHOES 2
#define ECHO_BYTES 4000
#define PERIOD 2000000       /* ns between two turns */
#define UDP_BYTES 600        /* at each turn, of each UDP flow: of super-datagrams one now and then */
#define MOST_RANDOM 3000     /* bytes of the longest datagram of random length: it becomes fragments */
#define CONTROL 100          /* "flow" of the connection that tells what was sent */
#define PLACES 4096          /* of a flow's contents, between two datagrams */

static const char SECRET[17] = "nobody may read!";
static const int MSS[TCP_FLOWS / 2] = {0, 536, 700, 1000, 1333};
static const int SEGMENT[UDP_FLOWS] = {300, 500, 1200, 1372, 0};

struct header { uint32_t flow, number, length, unused; };
struct account { uint64_t received, wrong, reordered; };

static void fail(const char *what) { perror(what); exit(1); }

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static uint64_t mix(uint64_t x) {
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ x >> 27) * 0x94d049bb133111ebull;
  return x ^ x >> 31;
}

/* What a flow has from this place on. */
static void contents(int flow, uint64_t place, uint8_t *to, size_t bytes) {
  uint8_t block[32];
  memcpy(block, SECRET, 16);
  while (bytes > 0) {
    uint64_t number = place / 32, at = place % 32;
    size_t part = 32 - at < bytes ? 32 - at : bytes;
    uint64_t words[2] = {mix(number * 256 + flow + 1), mix(~number * 256 - flow)};
    memcpy(block + 16, words, 16);
    memcpy(to, block + at, part);
    to += part;
    place += part;
    bytes -= part;
  }
}

static int is_right(int flow, uint64_t place, const uint8_t *got, size_t bytes) {
  static uint8_t expected[1 << 17];
  contents(flow, place, expected, bytes);
  return memcmp(got, expected, bytes) == 0;
}

static struct sockaddr_storage address(const char *text, int port, socklen_t *length) {
  struct sockaddr_storage all = {0};
  struct sockaddr_in *v4 = (void *) &all;
  struct sockaddr_in6 *v6 = (void *) &all;
  if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    *length = sizeof *v4;
  } else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    *length = sizeof *v6;
  } else {
    fail(text);
  }
  return all;
}

static void option(int fd, int level, int name, int value) {
  if (setsockopt(fd, level, name, &value, sizeof value) < 0) fail("setsockopt");
}

static int bound(const char *text, int type) {
  socklen_t length;
  struct sockaddr_storage to = address(text, PORT, &length);
  int fd = socket(to.ss_family, type, 0);
  if (fd < 0) fail("socket");
  option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  option(fd, SOL_SOCKET, SO_RCVBUFFORCE, 32 << 20);
  if (bind(fd, (void *) &to, length) < 0) fail("bind");
  if (type == SOCK_STREAM && listen(fd, FLOWS + 1) < 0) fail("listen");
  return fd;
}

static int connected(const char *text, int type, int mss) {
  socklen_t length;
  struct sockaddr_storage to = address(text, PORT, &length);
  int fd = socket(to.ss_family, type, 0);
  if (fd < 0) fail("socket");
  if (mss > 0) option(fd, IPPROTO_TCP, TCP_MAXSEG, mss);
  if (type == SOCK_STREAM) {
    setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "cubic", 5);
    option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  }
  if (connect(fd, (void *) &to, length) < 0) fail("connect");
  return fd;
}

/* The far end. */

static struct account accounts[FLOWS];
static int64_t newest[FLOWS];
static uint8_t *seen[FLOWS];

static void take_datagrams(int fd) {
  static uint8_t datagram[1 << 16];
  ssize_t got;
  while ((got = recv(fd, datagram, sizeof datagram, MSG_DONTWAIT)) >= 0) {
    struct header header;
    memcpy(&header, datagram, sizeof header);
    if (got < (ssize_t) sizeof header || header.flow < TCP_FLOWS || header.flow >= FLOWS || header.number >= 1 << 24) {
      accounts[FLOWS - 1].wrong++;
      continue;
    }
    struct account *account = &accounts[header.flow];
    uint64_t place = (uint64_t) header.number * PLACES;
    size_t bytes = got - sizeof header;
    uint8_t *mark = &seen[header.flow][header.number];
    if (header.length != got || !is_right(header.flow, place, datagram + sizeof header, bytes) || *mark) {
      account->wrong++;
      continue;
    }
    *mark = 1;
    account->received++;
    if ((int64_t) header.number < newest[header.flow]) account->reordered++;
    else newest[header.flow] = header.number;
  }
}

static int far(char **addresses) {
  struct pollfd all[4 + FLOWS + 1];
  int flow_of[4 + FLOWS + 1], count = 4, open = 0, begun = 0;
  static uint8_t buffer[1 << 16];
  for (int i = 0; i < 2; i++) {
    all[i] = (struct pollfd) {bound(addresses[i], SOCK_STREAM), POLLIN, 0};
    all[2 + i] = (struct pollfd) {bound(addresses[i], SOCK_DGRAM), POLLIN, 0};
  }
  for (int i = TCP_FLOWS; i < FLOWS; i++) {
    seen[i] = calloc(1 << 24, 1);
    newest[i] = -1;
  }
  printf("ready\n");
  fflush(stdout);
  while (!begun || open > 0) {
    if (poll(all, count, -1) < 0) fail("poll");
    take_datagrams(all[2].fd);
    take_datagrams(all[3].fd);
    for (int i = 4; i < count; i++) {
      if (!all[i].revents) continue;
      ssize_t got = recv(all[i].fd, buffer, sizeof buffer, 0);
      if (got <= 0) {
        uint64_t total = flow_of[i] == CONTROL ? 0 : accounts[flow_of[i]].received;
        if (got == 0 && flow_of[i] != CONTROL && send(all[i].fd, &total, sizeof total, 0) < 0) perror("send");
        close(all[i].fd);
        all[i].fd = -1;
        open--;
      } else if (flow_of[i] < 0) {
        /* The first byte says which flow. */
        flow_of[i] = buffer[0];
        if (flow_of[i] == CONTROL) {
          /* All is sent: what is still under way gets its time. */
          struct pollfd rest[2] = {all[2], all[3]};
          while (poll(rest, 2, 500) > 0) {
            take_datagrams(all[2].fd);
            take_datagrams(all[3].fd);
          }
          if (send(all[i].fd, accounts, sizeof accounts, 0) < 0) perror("send");
        } else if (flow_of[i] >= TCP_FLOWS || got > 1) {
          fprintf(stderr, "no flow\n");
          return 1;
        } else if (send(all[i].fd, "", 1, 0) < 0) {
          fail("send");
        }
      } else if (flow_of[i] < TCP_FLOWS) {
        struct account *account = &accounts[flow_of[i]];
        if (!is_right(flow_of[i], account->received, buffer, got)) {
          fprintf(stderr, "wrong bytes in flow %d near %llu\n", flow_of[i], (unsigned long long) account->received);
          return 1;
        }
        account->received += got;
      }
    }
    for (int i = 0; i < 2; i++) {
      if (!all[i].revents) continue;
      int fd = accept(all[i].fd, NULL, NULL);
      if (fd < 0 || count == 4 + FLOWS + 1) fail("accept");
      flow_of[count] = -1;
      all[count++] = (struct pollfd) {fd, POLLIN, 0};
      open++;
      begun = 1;
    }
  }
  return 0;
}

/* The near end. */

static const char *family(int fd) {
  struct sockaddr_storage own;
  socklen_t length = sizeof own;
  if (getsockname(fd, (void *) &own, &length) < 0) fail("getsockname");
  return own.ss_family == AF_INET6 ? "6" : "4";
}

static uint64_t sent[FLOWS], number[FLOWS];

static void send_stream(int flow, int fd, uint64_t allowed) {
  static uint8_t buffer[1 << 16];
  while (sent[flow] < allowed) {
    size_t bytes = allowed - sent[flow] < sizeof buffer ? allowed - sent[flow] : sizeof buffer;
    contents(flow, sent[flow], buffer, bytes);
    ssize_t went = send(fd, buffer, bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (went < 0 && errno != EAGAIN) fail("send");
    if (went <= 0) return;
    sent[flow] += went;
    if (allowed == UINT64_MAX) return; /* the others' turn */
  }
}

static size_t datagram(int flow, uint8_t *to, size_t bytes) {
  struct header header = {flow, number[flow], bytes, 0};
  memcpy(to, &header, sizeof header);
  contents(flow, number[flow] * PLACES, to + sizeof header, bytes - sizeof header);
  number[flow]++;
  return bytes;
}

/* Super-datagrams of up to twenty segments, the last one shorter; or single ones of any length. */
static void send_datagrams(int flow, int fd, uint64_t allowed) {
  static uint8_t buffer[1 << 16];
  int segment = SEGMENT[flow - TCP_FLOWS];
  while (sent[flow] < allowed) {
    size_t bytes = 0;
    uint64_t before = number[flow];
    char space[CMSG_SPACE(sizeof(uint16_t))] = {0};
    struct iovec all = {buffer, 0};
    struct msghdr message = {.msg_iov = &all, .msg_iovlen = 1};
    if (segment > 0) {
      int whole = 1 + random() % 19;
      for (int i = 0; i < whole; i++) bytes += datagram(flow, buffer + bytes, segment);
      bytes += datagram(flow, buffer + bytes, sizeof(struct header) + random() % (segment - sizeof(struct header)));
      message.msg_control = space;
      message.msg_controllen = sizeof space;
      struct cmsghdr *item = CMSG_FIRSTHDR(&message);
      item->cmsg_level = IPPROTO_UDP;
      item->cmsg_type = UDP_SEGMENT;
      item->cmsg_len = CMSG_LEN(sizeof(uint16_t));
      memcpy(CMSG_DATA(item), &(uint16_t) {segment}, sizeof(uint16_t));
    } else {
      bytes = datagram(flow, buffer, sizeof(struct header) + random() % (MOST_RANDOM - sizeof(struct header)));
    }
    all.iov_len = bytes;
    if (sendmsg(fd, &message, MSG_DONTWAIT) < 0) {
      if (errno != EAGAIN && errno != ENOBUFS) fail("sendmsg");
      number[flow] = before;
      return;
    }
    sent[flow] += bytes;
  }
}

static uint64_t echoes_sent[ECHOES], echoes_right[ECHOES], echoes_wrong[ECHOES];

static void send_echo(int which, int fd, const char *to) {
  uint8_t packet[ECHO_BYTES] = {which ? ICMP6_ECHO_REQUEST : ICMP_ECHO};
  uint16_t sequence = echoes_sent[which];
  memcpy(packet + 6, &sequence, 2);
  contents(200 + which, (uint64_t) sequence * PLACES, packet + 8, ECHO_BYTES - 8);
  socklen_t length;
  struct sockaddr_storage target = address(to, 0, &length);
  if (sendto(fd, packet, sizeof packet, MSG_DONTWAIT, (void *) &target, length) < 0) {
    if (errno != EAGAIN && errno != ENOBUFS) fail("sendto");
    return;
  }
  echoes_sent[which]++;
}

static void take_echoes(int which, int fd) {
  static uint8_t packet[1 << 16];
  ssize_t got;
  while ((got = recv(fd, packet, sizeof packet, MSG_DONTWAIT)) >= 0) {
    uint16_t sequence;
    memcpy(&sequence, packet + 6, 2);
    int right = got == ECHO_BYTES && is_right(200 + which, (uint64_t) sequence * PLACES, packet + 8, ECHO_BYTES - 8);
    if (right) echoes_right[which]++;
    else echoes_wrong[which]++;
  }
}

static void finish_stream(int flow, int fd) {
  uint64_t total = 0;
  struct tcp_info info = {0};
  socklen_t length = sizeof info;
  shutdown(fd, SHUT_WR);
  if (recv(fd, &total, sizeof total, MSG_WAITALL) != sizeof total) fail("a stream's end");
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) < 0) fail("TCP_INFO");
  printf("tcp%s-%d sent %llu lost %llu wrong 0 reordered 0 repeated %u\n", family(fd), MSS[flow / 2],
      (unsigned long long) sent[flow], (unsigned long long) (sent[flow] - total), info.tcpi_total_retrans);
}

static int near(char **addresses, long milliseconds, long kilobytes) {
  int fds[FLOWS], echo[ECHOES], control = connected(addresses[0], SOCK_STREAM, 0);
  static struct account got[FLOWS];
  for (int i = 0; i < FLOWS; i++) {
    int tcp = i < TCP_FLOWS;
    fds[i] = connected(addresses[i % 2], tcp ? SOCK_STREAM : SOCK_DGRAM, tcp ? MSS[i / 2] : 0);
    uint8_t name = i;
    if (tcp && (send(fds[i], &name, 1, 0) != 1 || recv(fds[i], &name, 1, 0) != 1)) fail("a stream's beginning");
  }
  /* Ping sockets: the kernel chooses the identifier and fills in the checksum. */
  if ((echo[0] = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP)) < 0) fail("ping socket");
  if ((echo[1] = socket(AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6)) < 0) fail("ping socket");
  for (int i = 0; i < ECHOES; i++) option(echo[i], SOL_SOCKET, SO_RCVBUFFORCE, 32 << 20);
  /* What was missed, because this program had no processor, is not made good: that would be no pace. */
  for (uint64_t end = now() + milliseconds * 1000000, next = now(), turn = 0; now() < end;) {
    if (now() >= next) {
      next = now() + PERIOD;
      turn++;
      for (int i = TCP_FLOWS; i < FLOWS; i++) send_datagrams(i, fds[i], turn * UDP_BYTES);
      for (int i = 0; i < ECHOES; i++) {
        if (turn % 5 == 0) send_echo(i, echo[i], addresses[i]);
        take_echoes(i, echo[i]);
      }
    }
    struct pollfd ready[TCP_FLOWS];
    for (int i = 0; i < TCP_FLOWS; i++) {
      send_stream(i, fds[i], kilobytes ? turn * kilobytes * 2 : UINT64_MAX);
      ready[i] = (struct pollfd) {fds[i], kilobytes ? 0 : POLLOUT, 0};
    }
    uint64_t time = now();
    poll(ready, TCP_FLOWS, next > time ? (next - time) / 1000000 + 1 : 0);
  }
  for (int i = 0; i < TCP_FLOWS; i++) finish_stream(i, fds[i]);
  uint8_t name = CONTROL;
  if (send(control, &name, 1, 0) != 1) fail("send");
  if (recv(control, got, sizeof got, MSG_WAITALL) != sizeof got) fail("the account");
  for (int i = TCP_FLOWS; i < FLOWS; i++) {
    printf("udp%s-%d sent %llu lost %lld wrong %llu reordered %llu repeated 0\n", family(fds[i]), SEGMENT[i - TCP_FLOWS],
        (unsigned long long) number[i], (long long) (number[i] - got[i].received),
        (unsigned long long) got[i].wrong, (unsigned long long) got[i].reordered);
  }
  for (int i = 0; i < ECHOES; i++) {
    take_echoes(i, echo[i]);
    printf("echo%s-%d sent %llu lost %lld wrong %llu reordered 0 repeated 0\n", i ? "6" : "4", ECHO_BYTES,
        (unsigned long long) echoes_sent[i], (long long) (echoes_sent[i] - echoes_right[i] - echoes_wrong[i]),
        (unsigned long long) echoes_wrong[i]);
  }
  return 0;
}

/* The one in between. */

#define SESSIONS 64
#define COUNTERS (1u << 26)

struct session { uint32_t index; uint8_t *used; } sessions[SESSIONS];

static uint64_t datagrams, messages, plaintext, repeated, malformed;

static int is_first(uint32_t index, uint64_t counter) {
  int i = 0;
  while (i < SESSIONS && sessions[i].used && sessions[i].index != index) i++;
  if (i == SESSIONS || counter >= COUNTERS) {
    malformed++;
    return 1;
  }
  if (!sessions[i].used) sessions[i] = (struct session) {index, calloc(COUNTERS / 8, 1)};
  uint8_t *place = &sessions[i].used[counter / 8], bit = 1 << counter % 8;
  int first = !(*place & bit);
  *place |= bit;
  return first;
}

static void look(const uint8_t *datagram, size_t bytes) {
  datagrams++;
  if (memmem(datagram, bytes, SECRET, 10)) plaintext++;
  uint32_t type, index;
  uint64_t counter;
  memcpy(&type, datagram, 4);
  if (bytes >= 32 && type == 4) {
    memcpy(&index, datagram + 4, 4);
    memcpy(&counter, datagram + 8, 8);
    messages++;
    if (!is_first(index, counter)) repeated++;
  } else if (!(bytes == 148 && type == 1) && !(bytes == 92 && type == 2) && !(bytes == 64 && type == 3)) {
    malformed++;
  }
}

static void look_at_packet(const uint8_t *frame, size_t bytes) {
  struct virtio_net_hdr offload;
  size_t before = sizeof offload + ETH_HLEN;
  if (bytes < before + 28) return;
  memcpy(&offload, frame, sizeof offload);
  const uint8_t *packet = frame + before;
  size_t length = bytes - before;
  size_t header = packet[0] >> 4 == 6 ? 40 : (packet[0] & 15) * 4;
  if (packet[packet[0] >> 4 == 6 ? 6 : 9] != IPPROTO_UDP || length < header + 8) return;
  const uint8_t *payload = packet + header + 8;
  size_t left = length - header - 8, segment = offload.gso_type ? offload.gso_size : left;
  while (left > 0) {
    size_t part = segment < left ? segment : left;
    look(payload, part);
    payload += part;
    left -= part;
  }
}

static int watch(char **interfaces, int count) {
  struct pollfd all[8];
  static uint8_t frame[1 << 18];
  uint64_t missed = 0;
  for (int i = 0; i < count; i++) {
    int fd = socket(AF_PACKET, SOCK_RAW, 0);
    if (fd < 0) fail("packet socket");
    option(fd, SOL_SOCKET, SO_RCVBUFFORCE, 256 << 20);
    option(fd, SOL_PACKET, PACKET_VNET_HDR, 1);
    struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = if_nametoindex(interfaces[i])};
    if (bind(fd, (void *) &to, sizeof to) < 0) fail(interfaces[i]);
    all[i] = (struct pollfd) {fd, POLLIN, 0};
  }
  all[count] = (struct pollfd) {0, POLLIN, 0};
  printf("ready\n");
  fflush(stdout);
  int ending = 0;
  while (1) {
    int any = poll(all, count + 1, ending ? 0 : -1);
    if (any < 0) fail("poll");
    int idle = 1;
    for (int i = 0; i < count; i++) {
      ssize_t got = recv(all[i].fd, frame, sizeof frame, MSG_DONTWAIT);
      if (got > 0) {
        idle = 0;
        look_at_packet(frame, got);
      } else if (got < 0 && errno != EAGAIN) {
        fail("recv");
      }
    }
    if (ending && idle) break;
    ending |= all[count].revents != 0;
  }
  for (int i = 0; i < count; i++) {
    struct tpacket_stats numbers;
    socklen_t length = sizeof numbers;
    if (getsockopt(all[i].fd, SOL_PACKET, PACKET_STATISTICS, &numbers, &length) < 0) fail("statistics");
    missed += numbers.tp_drops;
  }
  printf("datagrams %llu messages %llu plaintext %llu repeated %llu malformed %llu missed %llu\n",
      (unsigned long long) datagrams, (unsigned long long) messages, (unsigned long long) plaintext,
      (unsigned long long) repeated, (unsigned long long) malformed, (unsigned long long) missed);
  return 0;
}

int main(int count, char **words) {
  if (count == 4 && !strcmp(words[1], "far")) return far(words + 2);
  if (count == 6 && !strcmp(words[1], "near")) return near(words + 2, atol(words[4]), atol(words[5]));
  if (count > 2 && count < 9 && !strcmp(words[1], "watch")) return watch(words + 2, count - 2);
  fprintf(stderr, "mixed far|near|watch ...\n");
  return 2;
}
