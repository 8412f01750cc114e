package guywire.format.output;

import guywire.network.Platform;

/**
 * What is written in one directory: a node, or what several nodes share.
 *
 * @param directory the directory's name: the node's, or {@link #PROXMOX_CLUSTER}
 * @param platform the platform that it is written for
 * @param rendering the files
 */
public record Rendered(String directory, Platform platform, Rendering rendering) {

  /** Holds the files that the nodes of a Proxmox cluster share; no node can have this name. */
  public static final String PROXMOX_CLUSTER = "proxmox_cluster";
}
