package guywire.network.text;

import java.util.Optional;

/**
 * One thing that is wrong or worth knowing: what, where, and how to mend it.
 *
 * @param code the fault's code, such as F10 (the catalogue is docs/faults.md), or D01 and so on for
 *     a definition that can't be read
 * @param severity how bad it is
 * @param node the node it concerns, if one
 * @param place where it stands
 * @param what the finding in one or two plain sentences
 * @param mend the concrete edit that removes it
 */
public record Finding(
    String code, Severity severity, Optional<String> node, Place place, Text what, Text mend) {}
