/**
 * What stands between root and the outside: files of one owner, text without control characters.
 */
module guywire.guard {
  requires static transitive org.jspecify;

  exports guywire.guard;

  // The messages of a refusal are looked up by whoever says them.
  opens guywire.guard;
}
