package guywire.agent.managed;

import guywire.network.managed.Report.ForwardReport;
import guywire.network.managed.Report.WayReport;
import java.util.List;
import java.util.function.Function;

/**
 * Where it is asked what a node of this host, by its name, does with traffic just now.
 *
 * @param ways the ways in use
 * @param forwards what it passes on because somebody asked it to
 */
public record NodeTraffic(
    Function<String, List<WayReport>> ways, Function<String, List<ForwardReport>> forwards) {}
