/** IP addresses and prefixes. */
module guywire.address {
  requires static transitive org.jspecify;

  exports guywire.address;
}
