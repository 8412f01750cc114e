/*
 * refuse WHAT[,WHAT...] COMMAND...: runs a command to which the kernel answers as an older, smaller or
 * faulty one would. A seccomp filter (seccomp(2)) makes the system call itself fail, so that everything
 * above it is the real thing. Where the answer depends on what a pointer leads to, the filter asks a
 * second process (seccomp_unotify(2)), which looks into the memory of the first.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_tun.h>
#include <linux/seccomp.h>
#include <linux/udp.h>
#include <linux/virtio_net.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define ANY -1
#define USO 0x60 /* TUN_F_USO4 | TUN_F_USO6, unknown to older headers */
#define LONG 65545 /* more than 64 KiB behind a virtio header */
#define ASK 0    /* in place of an error: the second process decides */

/*
 * A call whose low halves of the arguments `first` and `second` are so (one of USO's bits, above LONG, or equal),
 * and how it fails.
 */
struct rule {
  const char *name;
  int call, first, value, second, bits, failure;
} rules[] = {
  {"ipv6", __NR_socket, 0, AF_INET6, ANY, 0, EAFNOSUPPORT},
  {"udp-segment", __NR_setsockopt, 1, IPPROTO_UDP, 2, UDP_SEGMENT, ENOPROTOOPT},
  {"udp-gro", __NR_setsockopt, 1, IPPROTO_UDP, 2, UDP_GRO, ENOPROTOOPT},
  {"tun-offload", __NR_ioctl, 1, (int) TUNSETOFFLOAD, ANY, 0, EINVAL},
  {"tun-udp", __NR_ioctl, 1, (int) TUNSETOFFLOAD, 2, USO, EINVAL},
  {"big-tcp", __NR_write, ANY, 0, 2, LONG, EMSGSIZE},
  {"super-datagrams", __NR_sendmsg, ANY, 0, ANY, 0, ASK},
  {"super-packets", __NR_write, ANY, 0, ANY, 0, ASK},
  {"super-packets", __NR_writev, ANY, 0, ANY, 0, ASK},
};

static struct sock_filter code[200];
static unsigned short length;

static void add(unsigned short operation, unsigned char yes, unsigned char no, unsigned value) {
  code[length++] = (struct sock_filter) {operation, yes, no, value};
}

static void load(size_t offset) { add(BPF_LD | BPF_W | BPF_ABS, 0, 0, offset); }

static void refuse(const struct rule *rule) {
  int first = rule->first == ANY ? 0 : 2;
  int second = rule->second == ANY ? 0 : 2;
  load(offsetof(struct seccomp_data, nr));
  add(BPF_JMP | BPF_JEQ | BPF_K, 0, 1 + first + second, rule->call);
  if (first) {
    load(offsetof(struct seccomp_data, args) + 8 * rule->first);
    add(BPF_JMP | BPF_JEQ | BPF_K, 0, 1 + second, rule->value);
  }
  if (second) {
    load(offsetof(struct seccomp_data, args) + 8 * rule->second);
    int how = rule->bits == USO ? BPF_JSET : rule->bits == LONG ? BPF_JGT : BPF_JEQ;
    add(BPF_JMP | how | BPF_K, 0, 1, rule->bits);
  }
  unsigned answer = SECCOMP_RET_ERRNO | rule->failure;
  add(BPF_RET | BPF_K, 0, 0, rule->failure == ASK ? SECCOMP_RET_USER_NOTIF : answer);
}

static int look(pid_t thread, unsigned long address, void *target, size_t bytes) {
  struct iovec here = {target, bytes}, there = {(void *) address, bytes};
  return process_vm_readv(thread, &here, 1, &there, 1, 0) == (ssize_t) bytes;
}

/* A sendmsg with UDP_SEGMENT fails with EIO, as where the device below computes no checksums. */
static int failure_of_sendmsg(const struct seccomp_notif *asked) {
  struct msghdr message;
  char control[256];
  if (!look(asked->pid, asked->data.args[1], &message, sizeof message)
      || message.msg_controllen > sizeof control
      || !look(asked->pid, (unsigned long) message.msg_control, control, message.msg_controllen)) {
    return 0;
  }
  message.msg_control = control;
  for (struct cmsghdr *one = CMSG_FIRSTHDR(&message); one; one = CMSG_NXTHDR(&message, one)) {
    if (one->cmsg_level == IPPROTO_UDP && one->cmsg_type == UDP_SEGMENT) {
      return EIO;
    }
  }
  return 0;
}

/* A super-packet for the TUN fails with EINVAL, as some stable kernels of 2024 have it. */
static int failure_of_write(const struct seccomp_notif *asked) {
  char name[64], file[64] = "";
  struct virtio_net_hdr header;
  unsigned long address = asked->data.args[1];
  struct iovec piece;
  if (asked->data.nr == __NR_writev) {
    if (!look(asked->pid, address, &piece, sizeof piece)) {
      return 0;
    }
    address = (unsigned long) piece.iov_base;
  }
  snprintf(name, sizeof name, "/proc/%d/fd/%d", asked->pid, (int) asked->data.args[0]);
  if (readlink(name, file, sizeof file - 1) < 0 || strcmp(file, "/dev/net/tun")
      || !look(asked->pid, address, &header, sizeof header)) {
    return 0;
  }
  return header.gso_type == VIRTIO_NET_HDR_GSO_NONE ? 0 : EINVAL;
}

static void decide(int listener) {
  struct seccomp_notif asked;
  for (;;) {
    memset(&asked, 0, sizeof asked);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked)) {
      if (errno == EINTR || errno == ENOENT) {
        continue;
      }
      exit(0);
    }
    int failure = asked.data.nr == __NR_sendmsg ? failure_of_sendmsg(&asked) : failure_of_write(&asked);
    struct seccomp_notif_resp answer = {.id = asked.id};
    if (failure) {
      answer.error = -failure;
    } else {
      answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    }
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
  }
}

/* Becomes, in a second process, the one that decides for this one; returns a pipe to tell it. */
static void fork_decider(int tell[2], int told[2]) {
  pid_t asker = getpid();
  if (pipe(tell) || pipe(told)) {
    exit(1);
  }
  pid_t decider = fork();
  if (decider < 0) {
    exit(1);
  }
  if (decider == 0) {
    int number;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(tell[1]);
    close(told[0]);
    if (read(tell[0], &number, sizeof number) != sizeof number) {
      exit(1);
    }
    int asker_fd = syscall(__NR_pidfd_open, asker, 0);
    int listener = syscall(__NR_pidfd_getfd, asker_fd, number, 0);
    close(told[1]);
    decide(listener);
  }
  close(tell[0]);
  close(told[1]);
}

int main(int count, char **words) {
  int asks = 0, tell[2], told[2], number;
  char end;
  if (count < 3) {
    return 2;
  }
  for (char *name = strtok(words[1], ","); name; name = strtok(NULL, ",")) {
    int known = 0;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
      if (!strcmp(rules[i].name, name)) {
        refuse(&rules[i]);
        asks |= rules[i].failure == ASK;
        known = 1;
      }
    }
    if (!known) {
      return 2;
    }
  }
  add(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
  struct sock_fprog program = {length, code};
  if (asks) {
    fork_decider(tell, told);
  }
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  int flags = asks ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;
  number = syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
  if (number < 0) {
    perror("seccomp");
    return 1;
  }
  if (asks) {
    /* Not by write: that is asked of somebody who does not answer yet. */
    struct iovec piece = {&number, sizeof number};
    if (syscall(__NR_pwritev2, tell[1], &piece, 1, -1L, -1L, 0) != sizeof number
        || read(told[0], &end, 1) != 0) {
      perror("pipe");
      return 1;
    }
    close(tell[1]);
    close(told[0]);
    close(number);
  }
  execvp(words[2], words + 2);
  perror(words[2]);
  return 1;
}
