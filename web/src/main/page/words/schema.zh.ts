/** What the keys of a definition mean, in Chinese, by what the schema says in English. */
export const chineseMeanings: Readonly<Record<string, string>> = {
  "The network's name: small letters of any script, digits and hyphens.":
    "网络的名字：任何文字的小写字母、数字和连字符。",
  "The prefix that tunnel addresses come from; one IPv4, one IPv6, or one of each.":
    "隧道地址所属的网段；一个 IPv4，一个 IPv6，或各一个。",
  "Who has a tunnel to whom. hub: every node to its hub (the default if a node is a hub). mesh: everyone to everyone who can be reached, else through a relay (the default otherwise). links: only the links listed.":
    "谁与谁有隧道。hub：每个节点连到它的中心节点（有中心节点时的默认值）。mesh：彼此能到达的都直连，否则经中继（其他情况的默认值）。links：只有列出的连接。",
  "The tunnels' MTU in bytes, if the derived one doesn't suit.":
    "隧道的 MTU（字节），在推算出的值不合适时填写。",
  "Seconds between refreshes of a NAT mapping, where one is needed (default 25), or off.":
    "需要时刷新 NAT 映射的间隔秒数（默认 25），或 off。",
  "Whether every link gets a pre-shared key on top.":
    "是否每条连接都另加预共享密钥。",
  "Homes, offices, racks: places with a LAN behind a router.":
    "住宅、办公室、机柜：路由器后面有局域网的地方。",
  "The machines that speak WireGuard. The order decides about automatic addresses: add new nodes at the end.":
    "运行 WireGuard 的机器。顺序决定自动分配的地址：新节点加在末尾。",
  "Names for several nodes, sites, hosts or groups.":
    "若干节点、站点、主机或组的名字。",
  "Exceptions to the topology: 'a - b: direct', 'a, b - c: via d', 'group: direct' for every pair within a group.":
    "拓扑的例外：'a - b: direct'，'a, b - c: via d'，'group: direct' 表示组内每一对。",
  "The node that answers names inside the network, or a mapping that says more.":
    "在网络内解析名字的节点，或说明更多内容的映射。",
  "Who may reach whom: 'NAMES may reach NAMES', 'NAMES may not reach NAMES on tcp/22', and what a gateway may be asked to pass on: 'NAMES may forward through NODE to NAMES on tcp/22'. The first line that fits decides; what fits none is refused. Without a policy everyone may reach everyone.":
    "谁可以到达谁：'NAMES may reach NAMES'，'NAMES may not reach NAMES on tcp/22'；以及可以请网关转发什么：'NAMES may forward through NODE to NAMES on tcp/22'。第一条符合的行决定；都不符合则拒绝。没有策略时任何人都可以到达任何人。",
  "What must hold, tried with real packets: 'NAMES reach NAMES', 'NAMES blocked from NAMES', 'NAMES resolve NAMES'; then perhaps 'on tcp/443', 'via NODE', 'directly', 'keeping source', 'as NODE', 'over ipv6', 'when NODE is down', 'within 3 s when NODE dies', 'through forward NODE:2222'.":
    "必须成立的事，用真实的数据包试验：'NAMES reach NAMES'，'NAMES blocked from NAMES'，'NAMES resolve NAMES'；后面可加 'on tcp/443'、'via NODE'、'directly'、'keeping source'、'as NODE'、'over ipv6'、'when NODE is down'、'within 3 s when NODE dies'、'through forward NODE:2222'。",
  "The LAN's prefix, or several.":
    "局域网的网段，可以有几个。",
  "The router's address in the LAN; the first one of the LAN unless said.":
    "路由器在局域网中的地址；不写则为局域网的第一个地址。",
  "What the LAN is called outside of the site, where another site has the same addresses: a prefix of the same length, or one for each LAN. The gateway translates host by host. Left out, an alias is given where one is needed.":
    "另一站点有相同地址时，这个局域网在站点之外的地址：长度相同的前缀，每个局域网一个。网关逐台主机地转换。不写时，需要的会自动给出。",
  "An address of the LAN that several gateways share by VRRP (keepalived), one of each family at most; the router's static route leads there.":
    "局域网的多个网关通过 VRRP（keepalived）共用的地址，每个地址族至多一个；路由器的静态路由通向它。",
  "How it meets the internet. public: the hosts have public addresses. nat: a router that keeps ports (most homes; the default). nat-random: a router that gives every destination another port (many firms). carrier: behind the provider's own NAT.":
    "如何接入互联网。public：主机有公网地址。nat：保持端口的路由器（多数家庭；默认）。nat-random：对每个目的地换用不同端口的路由器（许多公司）。carrier：在运营商的 NAT 之后。",
  "The IPv4 address that the internet sees, where it is known and stable.":
    "互联网看到的 IPv4 地址，在已知且稳定时填写。",
  "The global IPv6 prefix of the site, /64 or larger, if it has one.":
    "站点的全局 IPv6 网段，/64 或更大，如果有的话。",
  "The line: ethernet (1500 bytes), pppoe (1492), ds-lite (1460), mobile (1360), or its MTU in bytes.":
    "线路：ethernet（1500 字节）、pppoe（1492）、ds-lite（1460）、mobile（1360），或其 MTU（字节）。",
  "How long its NAT keeps an idle UDP mapping (default 120).":
    "它的 NAT 保留空闲 UDP 映射的时间（默认 120 秒）。",
  "Machines in the LAN that know nothing of WireGuard, with their addresses.":
    "局域网中不使用 WireGuard 的机器及其地址。",
  "UDP ports of the public address that the router passes to a node.":
    "路由器把公网地址的哪些 UDP 端口转给某个节点。",
  "It stands on the internet with this address; one IPv4, one IPv6, or both, the one to dial first.":
    "它以此地址直接位于互联网；一个 IPv4、一个 IPv6 或两者都有，先拨的写在前面。",
  "It is a machine in this site's LAN.":
    "它是此站点局域网中的一台机器。",
  "It is a machine in this site's LAN and passes packets between LAN and tunnel. Needs source-nat or static-route.":
    "它是此站点局域网中的一台机器，在局域网与隧道之间转发数据包。需要 source-nat 或 static-route。",
  "It is this site's own router.":
    "它就是此站点的路由器。",
  "It is wherever its owner is: true, or the kinds of network it meets (mobile, wifi, hotel).":
    "它随持有人移动：true，或它会遇到的网络种类（mobile、wifi、hotel）。",
  "true: others have their tunnel to it, and it passes packets between them. A name: it hangs on that hub.":
    "true：其他节点与它建立隧道，它在它们之间转发数据包。名字：它挂在那个中心节点上。",
  "Whether it passes packets between nodes of a mesh that can't reach each other.":
    "在 mesh 中彼此不能到达的节点之间，它是否转发数据包。",
  "Its public key. Left out, Guywire makes both keys.":
    "它的公钥。不写则由 Guywire 生成两个密钥。",
  "on-device: the device has its private key and keeps it; the file written for it comes without, and installing that file leaves the key in place.":
    "on-device：设备自己持有并保留私钥；为它写的文件不含私钥，安装该文件时密钥保持不变。",
  "Its UDP port. Left out, it gets one where someone dials it.":
    "它的 UDP 端口。不写时，若有谁拨它则自动分配。",
  "The host name or address that others dial instead of its public address, without port.":
    "其他节点拨的主机名或地址，代替它的公网地址，不含端口。",
  "Its tunnel address, or one of each family. Left out, it gets the next free one.":
    "它的隧道地址，每个地址族可有一个。不写则得到下一个空闲的地址。",
  "Its address in the site's LAN.":
    "它在站点局域网中的地址。",
  "Whether the site's router sends the tunnel's addresses to this gateway.":
    "站点的路由器是否把隧道的地址发给这个网关。",
  "Whether what comes from the tunnel appears in the LAN under the gateway's address: for all, or for these names only.":
    "来自隧道的流量在局域网中是否以网关的地址出现：对全部，或只对这些名字。",
  "Whether all of its traffic leaves through its hub (true) or through the node named.":
    "它的全部流量是否经它的中心节点（true）或指定的节点出去。",
  "What it runs, which decides how its files are written (default linux).":
    "它运行什么系统，这决定它的文件怎么写（默认 linux）。",
  "The name of its tunnel interface (default wg0).":
    "它的隧道接口的名字（默认 wg0）。",
  "The MTU of its tunnel interface in bytes, if the derived one doesn't suit.":
    "它的隧道接口的 MTU（字节），在推算出的值不合适时填写。",
  "Seconds between refreshes of its NAT mapping, or off.":
    "刷新它的 NAT 映射的间隔秒数，或 off。",
  "Its nodes, sites, hosts and groups.":
    "它的节点、站点、主机和组。",
  "The part of the overlay that its nodes' addresses come from; rules name it, so that a new member changes nobody else.":
    "它的节点的地址所取自的那部分网段；规则以它为名，因此新成员不改变其他任何人。",
  "How the two meet.":
    "两者如何相连。",
  "The MTU in bytes that this link can carry.":
    "此连接能承载的 MTU（字节）。",
  "Whether this link has a pre-shared key.":
    "此连接是否有预共享密钥。",
  "Seconds between refreshes of the NAT mapping of this link, or off.":
    "刷新此连接的 NAT 映射的间隔秒数，或 off。",
  "direct: a tunnel between the two. none: they don't meet. via NODE: through a relay. direct or via NODE: through it while the direct way fails.":
    "direct：两者之间的隧道。none：互不相连。via NODE：经中继。direct or via NODE：直连不通时经它。",
  "The node that runs it.":
    "运行它的节点。",
  "The domain of the network's names (default NETWORK.internal).":
    "网络中名字的域（默认 NETWORK.internal）。",
  "Who answers every other name (default 9.9.9.9 and 1.1.1.1); an empty list for nobody.":
    "谁回答其他所有名字（默认 9.9.9.9 和 1.1.1.1）；空列表表示没有。",
  "Who uses it: nodes and groups of nodes. Left out: nodes that roam, and those with a full tunnel.":
    "谁使用它：节点和节点的组。不写则为移动的节点和使用全隧道的节点。",
  "Names beside those of nodes and hosts.":
    "节点和主机以外的名字。",
};
