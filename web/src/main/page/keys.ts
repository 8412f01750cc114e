/**
 * Key pairs, made here and shown only here: by the browser's own X25519 where it has one, else by a small
 * audited library that is fetched only then.
 */

export interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function bytes(base64url: string): Uint8Array {
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

/** As `wg genkey` writes a private key: with the bits set that X25519 sets anyway. */
function clamped(key: Uint8Array): Uint8Array {
  const first = key[0] ?? 0;
  const last = key[31] ?? 0;
  key[0] = first & 248;
  key[31] = (last & 127) | 64;
  return key;
}

async function ofBrowser(): Promise<KeyPair> {
  const pair = (await crypto.subtle.generateKey({ name: 'X25519' }, true, ['deriveBits'])) as CryptoKeyPair;
  const jwk = await crypto.subtle.exportKey('jwk', pair.privateKey);
  if (!jwk.d || !jwk.x) {
    throw new Error('no key');
  }
  return { privateKey: base64(clamped(bytes(jwk.d))), publicKey: base64(bytes(jwk.x)) };
}

async function ofLibrary(): Promise<KeyPair> {
  const { x25519 } = await import('@noble/curves/ed25519.js');
  const secret = clamped(crypto.getRandomValues(new Uint8Array(32)));
  return { privateKey: base64(secret), publicKey: base64(x25519.getPublicKey(secret)) };
}

/** DER before the 32 bytes of a private key of X25519 (RFC 8410). */
const head = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x04, 0x22, 0x04, 0x20];

/** The public key of a private one, both in base64. */
export async function publicKeyOf(privateKey: string): Promise<string> {
  const secret = bytes(privateKey);
  try {
    const key = await crypto.subtle.importKey('pkcs8', Uint8Array.from([...head, ...secret]), { name: 'X25519' }, true, ['deriveBits']);
    const jwk = await crypto.subtle.exportKey('jwk', key);
    if (!jwk.x) {
      throw new Error('no key');
    }
    return base64(bytes(jwk.x));
  } catch {
    const { x25519 } = await import('@noble/curves/ed25519.js');
    return base64(x25519.getPublicKey(secret));
  } finally {
    secret.fill(0);
  }
}

/** 32 random bytes in base64, as a pre-shared key is. */
export function randomKey(): string {
  return base64(crypto.getRandomValues(new Uint8Array(32)));
}

/** A new key pair. */
export async function newKeyPair(): Promise<KeyPair> {
  try {
    return await ofBrowser();
  } catch {
    return ofLibrary();
  }
}
