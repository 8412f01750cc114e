package guywire.prove;

import guywire.address.IpAddress;
import guywire.network.Attachment;
import guywire.network.EndpointAddress;
import guywire.network.Internet.Nat;
import guywire.network.NodeConfig;
import guywire.network.Site;
import guywire.prove.Inspection.InspectedLink;
import guywire.prove.Inspection.InspectedTunnel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** F24: two nodes of which neither knows where the other is. */
final class CallFaults {

  /** The port that most people take. */
  private static final int USUAL_PORT = 51820;

  /** Stands for a public address that only its owner knows (RFC 2544). */
  private static final IpAddress SOMEWHERE = IpAddress.parse("198.18.255.254");

  private CallFaults() {}

  /** F24. */
  static void noEndpoints(Inspection in, FaultReport report) {
    for (var link : in.links()) {
      if (link.back().isPresent()
          && link.peer().endpoint().isEmpty()
          && link.back().get().endpoint().isEmpty()
          && !isIntroduced(link)
          && shouldCall(in, link)) {
        tell(in, link, link.far().orElseThrow(), report);
      }
    }
  }

  /** Whether a third node tells both where the other is. */
  private static boolean isIntroduced(InspectedLink link) {
    return link.near()
        .tunnel()
        .publicKey()
        .filter(own ->
            link.near().node().introductions().stream()
                .anyMatch(introduction -> introduction.isOf(own, link.peer().publicKey())))
        .isPresent();
  }

  /** Whether of two ends this one is told to call the other: the one that is harder to call. */
  private static boolean shouldCall(Inspection in, InspectedLink link) {
    var far = link.far().orElseThrow();
    int near = openness(in, link.near().node());
    int there = openness(in, far.node());
    int peersNear = link.near().tunnel().peers().size();
    int peersFar = far.tunnel().peers().size();
    if (near != there) {
      return near < there;
    }
    return peersNear != peersFar
        ? peersNear < peersFar
        : link.near().name().compareTo(link.peerName()) < 0;
  }

  /** How easily a node can be called: at once, where its router passes a port on, or not at all. */
  private static int openness(Inspection in, NodeConfig node) {
    boolean carrier = in.line(node).filter(line -> line.nat() == Nat.CARRIER).isPresent();
    boolean inSite = in.attachment(node).orElse(null) instanceof Attachment.InSite;
    return !in.isBehindNat(node) ? 2 : inSite && !carrier ? 1 : 0;
  }

  private static void tell(
      Inspection in, InspectedLink link, InspectedTunnel far, FaultReport report) {
    var near = link.near().node();
    var node = far.node();
    var attachment = in.attachment(node).orElse(null);
    var site = in.site(node);
    int port = far.tunnel().listenPort().orElse(USUAL_PORT);
    boolean known = isKnown(in, node);
    boolean carrier = in.line(node).filter(line -> line.nat() == Nat.CARRIER).isPresent();
    if (known && (attachment instanceof Attachment.Roaming || carrier)) {
      report.error("F24.nobody", near, in.place(link), near.name().text(), far.name());
      return;
    }
    var address =
        attachment instanceof Attachment.Direct direct
            ? Optional.of(direct.addresses().getFirst())
            : site.flatMap(one -> one.internet().publicAddress());
    var at = address.orElse(SOMEWHERE);
    boolean router = site.flatMap(Site::routerNode).equals(Optional.of(node.name()));
    var inside =
        attachment instanceof Attachment.InSite place && in.isBehindNat(node) && !router
            ? place.addresses().stream().filter(IpAddress::isIpv4).findFirst()
            : Optional.<IpAddress>empty();
    report.error(
        inside.isPresent() ? "F24.forward" : "F24",
        near,
        in.place(link),
        link.near().name(),
        far.name(),
        address.map(IpAddress::toString).orElse("ADDRESS"),
        String.valueOf(port),
        inside.map(IpAddress::toString).orElse(""));
    var edits = new ArrayList<FileEdit>();
    edits.add(new FileEdit.Listen(node.name(), far.tunnel().name(), port));
    if (inside.isPresent()) {
      edits.add(new FileEdit.PassOn(site.orElseThrow().name(), at, port, inside.get()));
    } else if (address.isEmpty()) {
      edits.add(new FileEdit.PlugIn(node.name(), at));
    }
    edits.add(
        new FileEdit.SetEndpoint(
            near.name(), far.name(), link.peer(), EndpointAddress.of(at, port)));
    report.proposing(finding ->
        List.of(
            Mend.of(finding.mend(), edits.toArray(FileEdit[]::new))
                .opening(near.name(), node.name())));
  }

  /** Whether somebody said where a node is. */
  private static boolean isKnown(Inspection in, NodeConfig node) {
    return in.subject().read().stream()
        .filter(finding -> finding.what().key().startsWith("assume."))
        .noneMatch(finding -> finding.node().equals(Optional.of(node.name().text())));
  }
}
