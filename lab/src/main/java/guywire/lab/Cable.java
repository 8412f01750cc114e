package guywire.lab;

/**
 * A cable between two machines.
 *
 * @param one the name of the machine at one end
 * @param onePort its interface
 * @param other the name of the machine at the other end
 * @param otherPort its interface
 */
record Cable(String one, Port onePort, String other, Port otherPort) {}
