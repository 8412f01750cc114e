package guywire.format.tunnel;

import guywire.address.Prefix;
import guywire.network.EndpointAddress;
import guywire.network.Part;
import guywire.network.Part.Setting;
import guywire.network.PeerConfig;
import guywire.network.Setback.SetUpStep;
import guywire.network.text.Place;
import guywire.network.text.Severity;
import guywire.protocol.PresharedKey;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads the lines of one {@code [Peer]} section. */
final class WgPeerReader {

  private final WgQuickReader file;
  private final int index;
  private final Place heading;
  private final List<Prefix> allowedIps = new ArrayList<>();
  private Optional<PublicKey> publicKey = Optional.empty();
  private Optional<PresharedKey> presharedKey = Optional.empty();
  private Optional<EndpointAddress> endpoint = Optional.empty();
  private int keepaliveSeconds;
  private final Set<Setting> seen = EnumSet.noneOf(Setting.class);
  private boolean keyWritten;

  WgPeerReader(WgQuickReader file, int index, Place heading) {
    this.file = file;
    this.index = index;
    this.heading = heading;
  }

  /** Takes a line; false if {@code wg} would not know the key. */
  boolean set(String key, String value) {
    switch (key) {
      case "publickey" -> {
        once(Setting.PUBLIC_KEY);
        keyWritten = true;
        publicKey = file.shared().key(value, file);
      }
      case "presharedkey" -> {
        once(Setting.PRESHARED_KEY);
        presharedKey =
            WgValue.key(value, file).flatMap(PresharedKey::parse).filter(k -> !k.isZero());
      }
      case "endpoint" -> {
        once(Setting.ENDPOINT);
        endpoint = file.shared().endpoint(value, file);
      }
      case "persistentkeepalive" -> {
        once(Setting.KEEPALIVE);
        keepaliveSeconds = WgValue.keepalive(value, file);
      }
      case "allowedips" -> allowedIps(value);
      default -> {
        return false;
      }
    }
    return true;
  }

  private void once(Setting setting) {
    file.places().add(new Part.PeerSetting(file.name(), index, setting), file.place());
    if (!seen.add(setting)) {
      file.warning("F66", "wg.twice", setting.name().toLowerCase(Locale.ROOT));
    }
  }

  private void allowedIps(String value) {
    for (var word : value.split(",", -1)) {
      char sign = word.isEmpty() ? ' ' : word.charAt(0);
      boolean signed = sign == '+' || sign == '-';
      if (signed) {
        file.warning("F66", "wg.incremental", word);
      }
      var prefix = file.shared().allowedIp(signed ? word.substring(1) : word, file);
      if (prefix.isPresent() && sign == '-') {
        allowedIps.remove(prefix.get());
      } else if (prefix.isPresent()) {
        file.places()
            .put(new Part.AllowedIp(file.name(), index, allowedIps.size()), file.place(word));
        allowedIps.add(prefix.get());
      }
    }
  }

  /** The peer, if it can be one. */
  Optional<PeerConfig> finish() {
    if (publicKey.isEmpty() && !keyWritten) {
      file.report("F66", Severity.ERROR, heading, "wg.no-public-key");
      file.setBack(SetUpStep.CONFIGURE);
    }
    if (publicKey.isEmpty()) {
      // The next peer takes its place.
      file.places().forgetPeer(file.name(), index);
    }
    return publicKey.map(key ->
        file.shared()
            .peer(
                new PeerConfig(
                    Optional.empty(), key, presharedKey, endpoint, allowedIps, keepaliveSeconds)));
  }
}
