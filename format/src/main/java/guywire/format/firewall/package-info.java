/** Firewalls in the languages of iptables, nft, ufw, OpenWrt and RouterOS. */
@NullMarked
package guywire.format.firewall;

import org.jspecify.annotations.NullMarked;
