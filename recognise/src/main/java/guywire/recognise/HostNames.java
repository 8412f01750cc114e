package guywire.recognise;

import guywire.network.Name;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whose file is it? Below a named directory, each directory is a host, unless it is part of a
 * host's own file system; a file is its host's by its own name, or by the directory it lies in if
 * its name only says what it is. What the names of two hosts have in common never makes them one:
 * directories further up tell them apart.
 */
final class HostNames {

  /** Directories of a host's own file system, which name no host. */
  private static final Set<String> SYSTEM =
      Set.of(
          "etc",
          "wireguard",
          "config",
          "systemd",
          "network",
          "networkmanager",
          "system-connections",
          "sysctl.d",
          "pve",
          "sdn",
          "priv",
          "proxmox",
          "");

  /** File names that say what is in the file, not whose it is. */
  private static final String GENERIC =
      "(wg[a-z]*\\d*|\\d+-.*|network|firewall|fabrics|wg-keys|nftables|sysctl"
          + "|export|backup|config|running-config|startup-config)(\\..*)?";

  /**
   * What a path says of a file's host.
   *
   * @param word the name as it is written
   * @param owner the directory that is the host's, or holds its files
   */
  private record Owner(String word, List<String> owner) {}

  private HostNames() {}

  /** The host of each file. */
  static Map<FoundPath, Name> of(List<FoundPath> files) {
    Map<Name, List<FoundPath>> alike = new LinkedHashMap<>();
    for (var found : files) {
      alike.computeIfAbsent(name(found), _ -> new ArrayList<>()).add(found);
    }
    var names = new LinkedHashMap<FoundPath, Name>();
    var taken = new HashSet<>(alike.keySet());
    alike.forEach((name, some) -> {
      if (isOne(some)) {
        some.forEach(found -> names.put(found, name));
      } else {
        apart(name, some, taken, names);
      }
    });
    return names;
  }

  /** Whether files can be of one host: their words are the same, and no name is there twice. */
  private static boolean isOne(List<FoundPath> files) {
    var words = new HashSet<String>();
    var homes = new LinkedHashMap<String, List<String>>();
    for (var found : files) {
      var owner = owner(found);
      words.add(owner.word().toLowerCase(Locale.ROOT));
      var home = homes.putIfAbsent(found.fileName(), owner.owner());
      if (home != null && !home.equals(owner.owner())) {
        return false;
      }
    }
    return words.size() == 1;
  }

  private static void apart(
      Name name, List<FoundPath> files, Set<Name> taken, Map<FoundPath, Name> names) {
    var owners = new LinkedHashSet<Owner>();
    files.forEach(found -> owners.add(owner(found)));
    var called = new LinkedHashMap<Owner, Name>();
    for (var owner : owners) {
      boolean sameWord = owners.stream().filter(o -> o.word().equals(owner.word())).count() > 1;
      var candidate = sameWord ? above(name, owner, owners) : Optional.of(name);
      Name chosen =
          candidate
              .filter(c -> c.equals(name) ? !called.containsValue(c) : taken.add(c))
              .orElseGet(() -> numbered(name, taken));
      called.put(owner, chosen);
    }
    files.forEach(found -> names.put(found, called.getOrDefault(owner(found), name)));
  }

  /** The name behind that of the nearest directory that tells it from the others. */
  private static Optional<Name> above(Name name, Owner owner, Set<Owner> others) {
    for (int depth = owner.owner().size(); depth > 0; depth--) {
      var here = owner.owner().subList(0, depth);
      boolean alone = others.stream().filter(other -> startsWith(other.owner(), here)).count() == 1;
      var prefix = Name.near(here.getLast());
      if (alone && prefix.isPresent() && !prefix.get().equals(name)) {
        return Name.near(prefix.get() + "-" + name);
      }
    }
    return Optional.empty();
  }

  private static boolean startsWith(List<String> path, List<String> start) {
    return path.size() >= start.size() && path.subList(0, start.size()).equals(start);
  }

  private static Name numbered(Name name, Set<Name> taken) {
    String stem = name.text().length() > 56 ? name.text().substring(0, 56) : name.text();
    for (int i = 2; ; i++) {
      var next = Name.near(stem + "-" + i).orElseThrow();
      if (taken.add(next)) {
        return next;
      }
    }
  }

  private static Name name(FoundPath found) {
    return Name.near(owner(found).word()).orElse(new Name("host"));
  }

  private static Owner owner(FoundPath found) {
    var inside = found.parts().subList(found.named(), found.parts().size());
    if (inside.size() > 1 && !isSystem(inside.getFirst())) {
      return new Owner(inside.getFirst(), found.parts().subList(0, found.named() + 1));
    }
    String name = found.fileName();
    boolean alone = inside.size() <= 1;
    if (alone && !name.toLowerCase(Locale.ROOT).matches(GENERIC)) {
      int dot = name.indexOf('.');
      return new Owner(dot > 0 ? name.substring(0, dot) : name, found.directory());
    }
    var up = found.isNamed() ? found.directory() : found.parts().subList(0, found.named());
    while (!up.isEmpty() && isSystem(up.getLast())) {
      up = up.subList(0, up.size() - 1);
    }
    return up.isEmpty() ? new Owner("this-host", List.of()) : new Owner(up.getLast(), up);
  }

  private static boolean isSystem(String directory) {
    return SYSTEM.contains(directory.toLowerCase(Locale.ROOT));
  }

  /** Whether a file's name says only what is in it. */
  static boolean isGeneric(String name) {
    return name.matches(GENERIC);
  }
}
