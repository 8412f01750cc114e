package guywire.network;

import java.util.Locale;
import java.util.Optional;

/** What a node runs, which decides how its configuration is written. */
public enum Platform {
  LINUX,
  OPENWRT,
  ROUTEROS,
  NETWORKD,
  NETWORKMANAGER,
  PROXMOX,
  NIXOS,
  DOCKER,
  MACOS,
  IOS,
  ANDROID,
  WINDOWS;

  /** The word users write, such as openwrt. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The platform with this word. */
  public static Optional<Platform> tryParse(String word) {
    for (var platform : values()) {
      if (platform.word().equals(word)) {
        return Optional.of(platform);
      }
    }
    return Optional.empty();
  }
}
