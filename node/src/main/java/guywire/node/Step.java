package guywire.node;

import guywire.network.Hook;
import guywire.network.InterfaceName;
import guywire.network.text.Text;
import java.util.List;
import java.util.Optional;

/** One change of a host: what it takes to do it, and to undo it. */
sealed interface Step {

  /** A hook may wait for a network, but not for ever. */
  long HOOK_SECONDS = 60;

  /** The step in words; empty for what is but a part of another step. */
  Optional<Text> words();

  /** How a step changes who claims its place. */
  enum Claiming {
    /** The place is the node's from now on. */
    CLAIMS,
    /** The place is given back. */
    RELEASES,
    /** The place goes with an interface of the node's. */
    NEITHER
  }

  /**
   * Makes a place hold something else; where both are the same only the claim changes.
   *
   * @param from what it holds now
   * @param to what it shall hold
   * @param quiet whether it is but a part of another step
   */
  record Bring(
      Thing thing, Optional<String> from, Optional<String> to, Claiming claiming, boolean quiet)
      implements Step {

    /** Also where nothing is seen any more files, and a process that is only starting, may be. */
    boolean changesHost() {
      boolean mayLinger = thing instanceof Thing.Link || thing instanceof Thing.Agent;
      return !from.equals(to) || (claiming == Claiming.RELEASES && mayLinger);
    }

    @Override
    public Optional<Text> words() {
      return quiet || from.equals(to)
          ? Optional.empty()
          : Optional.of(Aspects.of(thing).says(thing, from, to));
    }
  }

  /** Gives a device its keys and peers. */
  record Configure(InterfaceName name, WireGuardDevice from, WireGuardDevice to) implements Step {
    @Override
    public Optional<Text> words() {
      return Optional.of(DeviceAspect.says(name));
    }
  }

  /** Leaves a device, whose interface is about to go; undone it is what it was. */
  record Leave(InterfaceName name, WireGuardDevice device) implements Step {
    @Override
    public Optional<Text> words() {
      return Optional.empty();
    }
  }

  /** Runs the owner's commands, which can't be undone. */
  record Run(Hook.When when, List<String> lines) implements Step {
    @Override
    public Optional<Text> words() {
      return Optional.empty();
    }
  }

  /** Says what it does not do, or what is worth knowing. */
  record Say(Text text) implements Step {
    @Override
    public Optional<Text> words() {
      return Optional.empty();
    }
  }
}
