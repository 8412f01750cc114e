/*
 * xdp INTERFACE: has a program that passes everything see what comes in by the interface (BPF_PROG_LOAD and
 * BPF_LINK_CREATE of bpf(2)), says so, and stays until its input ends.
 */
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int bpf(int command, union bpf_attr *attributes) {
  return syscall(__NR_bpf, command, attributes, sizeof *attributes);
}

int main(int count, char **words) {
  struct bpf_insn pass[] = {
    {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS},
    {.code = BPF_JMP | BPF_EXIT},
  };
  union bpf_attr load, attach;
  char end;
  if (count != 2) {
    return 2;
  }
  memset(&load, 0, sizeof load);
  load.prog_type = BPF_PROG_TYPE_XDP;
  load.insns = (unsigned long) pass;
  load.insn_cnt = 2;
  load.license = (unsigned long) "GPL";
  memset(&attach, 0, sizeof attach);
  attach.link_create.prog_fd = bpf(BPF_PROG_LOAD, &load);
  attach.link_create.target_ifindex = if_nametoindex(words[1]);
  attach.link_create.attach_type = BPF_XDP;
  attach.link_create.flags = XDP_FLAGS_SKB_MODE;
  if (bpf(BPF_LINK_CREATE, &attach) < 0) {
    perror(words[1]);
    return 1;
  }
  puts("attached");
  fflush(stdout);
  return read(0, &end, 1) < 0;
}
