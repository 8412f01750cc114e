package guywire.recognise;

/** The files of a club: a hub and three members, each written by another author. */
final class Club {

  static final String HUB =
      """
      [Interface]
      Address = 10.8.0.1/24
      ListenPort = 51820
      PrivateKey = {key hub}
      PostUp = sysctl -w net.ipv4.ip_forward=1
      PostUp = iptables -A FORWARD -i wg0 -j ACCEPT; iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE
      PostUp = iptables -t nat -A PREROUTING -i eth0 -p tcp --dport 80 -j DNAT --to-destination 10.8.0.2:80
      PostUp = /usr/local/bin/notify.sh up

      [Peer]
      # anna laptop
      PublicKey = {pub anna}
      AllowedIPs = 10.8.0.2/32

      [Peer] # Bert's NAS
      PublicKey = {pub bert}
      AllowedIPs = 10.8.0.3/32, 192.168.7.0/24

      # Name = cleo-phone
      [Peer]
      PublicKey = {pub cleo}
      AllowedIPs = 10.8.0.4/32
      """;

  static final String ANNA =
      """
      [interface]
      address=10.8.0.2/32
      privatekey={key anna}
      dns=1.1.1.1
      [peer]
      publickey={pub hub}
      endpoint=198.51.100.77:51820
      allowedips=10.8.0.0/24,192.168.7.0/24
      persistentkeepalive=15
      """;

  static final String BERT =
      """
      [Interface]
      PrivateKey = {key bert}
      Address = 10.8.0.3/24
      PostUp = iptables -t nat -A POSTROUTING -s 10.8.0.0/24 -o eth0 -j MASQUERADE
      [Peer]
      PublicKey = {pub hub}
      AllowedIPs = 10.8.0.0/24
      Endpoint = 198.51.100.77:51820
      PersistentKeepalive = 25
      """;

  static final String CLEO =
      """
      [Interface]
      PrivateKey = {key cleo}
      Address = 10.8.0.4/32
      DNS = 10.8.0.1
      [Peer]
      PublicKey = {pub hub}
      AllowedIPs = 0.0.0.0/0, ::/0
      Endpoint = 198.51.100.77:51820
      """;

  private Club() {}

  /** The hub's and two members' files. */
  static GivenFiles files() {
    return GivenFiles.empty().file("hub.conf", HUB).file("anna.conf", ANNA).file("bert.conf", BERT);
  }
}
