package guywire.network.format;

import guywire.network.config.Platform;

/** Which renderer writes for a platform, and which importer reads a file. */
public final class Formats {

  private Formats() {}

  /** The renderer of a platform. */
  public static Renderer renderer(Platform platform) {
    return switch (platform) {
      case OPENWRT -> new OpenWrtRenderer();
      case ROUTEROS -> new RouterOsRenderer();
      case NETWORKMANAGER -> new NetworkManagerRenderer();
      case MACOS, IOS, ANDROID, WINDOWS -> new AppRenderer();
      case LINUX -> new WgQuickRenderer();
      case NETWORKD, PROXMOX, NIXOS, DOCKER -> new NetworkdRenderer();
    };
  }
}
