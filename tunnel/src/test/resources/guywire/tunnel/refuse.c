/*
 * refuse WHAT[,WHAT...] COMMAND...: runs a command to which the kernel answers as an older or smaller one
 * would. A seccomp filter (seccomp(2)) makes the system call itself fail, so that everything above it is
 * the real thing.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_tun.h>
#include <linux/seccomp.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ANY -1
#define USO 0x60 /* TUN_F_USO4 | TUN_F_USO6, unknown to older headers */

/* A call whose low halves of the arguments `first` and `second` are so, and how it fails. */
struct rule {
  const char *name;
  int call, first, value, second, bits, failure;
} rules[] = {
  {"ipv6", __NR_socket, 0, AF_INET6, ANY, 0, EAFNOSUPPORT},
  {"udp-segment", __NR_setsockopt, 1, IPPROTO_UDP, 2, UDP_SEGMENT, ENOPROTOOPT},
  {"udp-gro", __NR_setsockopt, 1, IPPROTO_UDP, 2, UDP_GRO, ENOPROTOOPT},
  {"tun-offload", __NR_ioctl, 1, (int) TUNSETOFFLOAD, ANY, 0, EINVAL},
  {"tun-udp", __NR_ioctl, 1, (int) TUNSETOFFLOAD, 2, USO, EINVAL},
};

static struct sock_filter code[100];
static unsigned short length;

static void add(unsigned short operation, unsigned char yes, unsigned char no, unsigned value) {
  code[length++] = (struct sock_filter) {operation, yes, no, value};
}

static void load(size_t offset) { add(BPF_LD | BPF_W | BPF_ABS, 0, 0, offset); }

static void refuse(const struct rule *rule) {
  int mask = rule->bits == USO;
  int more = rule->second == ANY ? 0 : 2;
  load(offsetof(struct seccomp_data, nr));
  add(BPF_JMP | BPF_JEQ | BPF_K, 0, 3 + more, rule->call);
  load(offsetof(struct seccomp_data, args) + 8 * rule->first);
  add(BPF_JMP | BPF_JEQ | BPF_K, 0, 1 + more, rule->value);
  if (more) {
    load(offsetof(struct seccomp_data, args) + 8 * rule->second);
    add(BPF_JMP | (mask ? BPF_JSET : BPF_JEQ) | BPF_K, 0, 1, rule->bits);
  }
  add(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | rule->failure);
}

int main(int count, char **words) {
  if (count < 3) {
    return 2;
  }
  for (char *name = strtok(words[1], ","); name; name = strtok(NULL, ",")) {
    size_t i = 0;
    while (i < sizeof rules / sizeof *rules && strcmp(rules[i].name, name)) {
      i++;
    }
    if (i == sizeof rules / sizeof *rules) {
      return 2;
    }
    refuse(&rules[i]);
  }
  add(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
  struct sock_fprog program = {length, code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
    perror("seccomp");
    return 1;
  }
  execvp(words[2], words + 2);
  perror(words[2]);
  return 1;
}
