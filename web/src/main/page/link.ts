/** A link that somebody was given: what stands behind the # is for this page alone and goes to no server. */

const form = /^#(gwt_[A-Za-z0-9_-]{43})(?:~[0-9a-f]{64})?$/;

/** The token in the address, which is taken out of it at once: neither history nor bookmarks shall have it. */
export function takeLink(): string | undefined {
  const found = form.exec(location.hash);
  if (location.hash) {
    history.replaceState(null, '', location.pathname + location.search);
  }
  return found?.[1];
}
