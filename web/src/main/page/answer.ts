/**
 * What the identity provider sent the browser back with. It is read before anything else of the page, and taken
 * out of the address at once: neither history nor bookmarks shall have it. The server says whether it counts.
 */

export interface Answer {
  code: string;
  state: string;
  issuer?: string;
  /** The provider's word for why it signed nobody in; empty if it did. */
  error: string;
}

/** Where the provider sends browsers back to. */
const wayBack = '/oidc';

function take(): Answer | undefined {
  if (location.pathname !== wayBack) {
    return undefined;
  }
  const said = new URLSearchParams(location.search);
  history.replaceState(null, '', '/');
  const issuer = said.get('iss');
  const error = said.get('error');
  return {
    code: said.get('code') ?? '',
    state: said.get('state') ?? '',
    ...(issuer !== null && { issuer }),
    // Words of the specification alone: the address may be anybody's.
    error: error === null ? '' : /^[a-z_]{1,40}$/.test(error) ? error : 'error',
  };
}

export const answer = take();
