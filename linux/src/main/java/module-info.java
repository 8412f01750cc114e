/** The kernel, through the FFM API. Small, typed, no policy. */
module guywire.linux {
  requires static transitive org.jspecify;

  exports guywire.linux;
}
