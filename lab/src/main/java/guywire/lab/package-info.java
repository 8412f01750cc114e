/**
 * A network in namespaces of this machine, with probes that send real packets.
 *
 * <p>The way through: a {@link guywire.network.Network} is drawn as a {@link guywire.lab.LabPlan}
 * (a pure value: machines, cables, addresses, rules), the {@link guywire.lab.Lab} builds it from
 * {@link guywire.lab.LabMachine}s, each kept by a {@link guywire.lab.NamespaceHolder}, has every
 * node set up by {@code guywire.node}, and {@link guywire.lab.Probing} sends what the promises and
 * the proof are about, while the {@link guywire.lab.ProbeListener} listens on all machines at once.
 * The result is a {@link guywire.lab.LabReport}.
 */
@NullMarked
package guywire.lab;

import org.jspecify.annotations.NullMarked;
