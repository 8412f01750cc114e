package guywire.node;

import guywire.network.InterfaceName;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** What a node is set up on: it can be looked at, and its places can be made to hold something. */
interface Host {

  /** Looks at it. */
  Observed observe(HostScope scope);

  /**
   * Makes a place hold this, or nothing, whatever it holds now.
   *
   * @return how it looks now, where that is not what was given
   */
  Optional<String> bring(Thing thing, Optional<String> to);

  /** Makes the device behind an interface this, whatever it is now. */
  void configure(InterfaceName name, WireGuardDevice target);

  /** The same for a device that was seen just now, and that nobody else changes. */
  default void configure(InterfaceName name, WireGuardDevice seen, WireGuardDevice target) {
    configure(name, target);
  }

  /** Runs a shell command of the owner's. */
  Commands.Ended shell(String line);

  /** A host with its kernel, its programs and its files. */
  record Live(Tools tools) implements Host {

    @Override
    public Observed observe(HostScope scope) {
      return observe(scope, Aspects.BY_PROGRAMS);
    }

    /**
     * Looks at it.
     *
     * @param byPrograms the sides of it that are seen by programs, which are slow to start
     */
    Observed observe(HostScope scope, List<Aspect> byPrograms) {
      var picture = new Observed.Picture();
      // Programs look while the kernel is asked.
      var looking =
          byPrograms.stream()
              .map(aspect ->
                  CompletableFuture.runAsync(
                      () -> aspect.see(tools, scope, picture),
                      task -> Thread.ofPlatform().daemon().start(task)))
              .toList();
      picture.links.addAll(tools.netlink().links());
      picture.routes.addAll(tools.netlink().routes());
      picture.rules.addAll(tools.netlink().rules());
      Aspects.BY_KERNEL.forEach(aspect -> aspect.see(tools, scope, picture));
      DeviceAspect.see(tools, scope, picture);
      for (var look : looking) {
        try {
          look.join();
        } catch (CompletionException e) {
          throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
      }
      return picture.finish();
    }

    @Override
    public Optional<String> bring(Thing thing, Optional<String> to) {
      return Aspects.of(thing).bring(tools, thing, to);
    }

    @Override
    public void configure(InterfaceName name, WireGuardDevice target) {
      DeviceAspect.configure(tools, name, target);
    }

    @Override
    public void configure(InterfaceName name, WireGuardDevice seen, WireGuardDevice target) {
      DeviceAspect.configure(tools, name, seen, target);
    }

    @Override
    public Commands.Ended shell(String line) {
      // A hook is a line of bash by wg-quick's definition.
      return tools.commands().run("", List.of("bash", "-c", line), Step.HOOK_SECONDS);
    }
  }
}
