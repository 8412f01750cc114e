/**
 * What files of hosts say, without their secrets: each private key is replaced by a new one that nobody has, and
 * its public key by that of the new one, wherever it stands; each pre-shared key by a random one; the same by the
 * same. So who is whose peer is there to see, and no secret leaves the browser.
 */
import { newKeyPair, publicKeyOf, randomKey } from './keys';

export interface Named {
  readonly path: string;
  readonly text: string;
}

/** 32 bytes in base64; RouterOS cuts long lines, also in the middle of one. */
const key = /(?:[A-Za-z0-9+/](?:\\\r?\n[ \t]*)?){43}=(?![A-Za-z0-9+/=])/g;
const cut = /\\\r?\n[ \t]*/g;
/** The same in hexadecimal, as a tunnel's control socket has it. */
const hex = /\b[0-9a-f]{64}\b/gi;
/** Certificates and their keys, and whatever else is long and no word. */
const long = /[A-Za-z0-9+/]{64,}={0,2}/g;
/** What stands behind a word for a secret that is no key of WireGuard. */
const phrase =
  /((?:pass(?:word|wd|phrase|code)|secret|credential|community|token|(?:encrypted|plaintext)-password|wpa2?-pre-shared-key|bcrypt-hash|sha512-hash|<prv|<psk|\bpsk)[\w.-]*["']?(?:\s*[=:>]\s*|\s+)["']?)([^\s"'<>,;]+)/gi;
const zero = 'A'.repeat(43) + '=';

/** A file with a key alone is taken for a secret, unless its name says otherwise. */
const publicFile = /(^|\/)(public[-_.]?key|pub[-_.]?key|pub|[^/]*[-_.]pub(lic)?)(\.(key|txt|pub))?$/i;

type Kind = 'private' | 'shared' | 'public' | 'unknown';

/** Words that say what kind of key follows, the last one before the key counts. */
const words: [RegExp, Kind][] = [
  [/priv/g, 'private'],
  [/pre-?_? ?shared|psk/g, 'shared'],
  [/secret/g, 'unknown'],
  [/(?<![a-z])pub(?:lic)?(?:[-_ ]?key)?(?![a-z])|peer[ :."'\t]*$|peer\s*=\s*["']?$/g, 'public'],
];

/** What the text before a key says that it is: on its line, or on the one above where it stands alone. */
function saidBefore(text: string): Kind {
  const lines = text.replace(cut, '').toLowerCase().split('\n');
  let line = lines.pop() ?? '';
  while (line.trim() === '' && lines.length > 0) {
    line = lines.pop() ?? '';
  }
  // What was said of another key is said of that one alone.
  const before = line.split(/[a-z0-9+/]{43}=/).at(-1) ?? '';
  let last = -1;
  let kind: Kind = 'unknown';
  for (const [word, means] of words) {
    for (const match of before.matchAll(word)) {
      if (match.index > last) {
        last = match.index;
        kind = means;
      }
    }
  }
  return kind;
}

/** In a line of `wg show all dump`, or of one interface, the place of a key says what it is. */
function inDump(line: string, column: number): Kind | undefined {
  const cells = line.split('\t');
  const first = cells.length === 5 || cells.length === 9 ? 1 : 0;
  const length = cells.length - first;
  if ((length !== 4 && length !== 8) || !/^(off|\d+|0x[0-9a-f]+)\s*$/.test(cells.at(-1) ?? '')) {
    return undefined;
  }
  const at = line.slice(0, column).split('\t').length - 1 - first;
  return length === 4 ? (['private', 'public'] as const)[at] : (['public', 'shared'] as const)[at];
}

function kindAt(text: string, index: number): Kind {
  const start = text.lastIndexOf('\n', index - 1) + 1;
  const end = text.indexOf('\n', index);
  return inDump(text.slice(start, end < 0 ? undefined : end), index - start) ?? saidBefore(text.slice(Math.max(0, index - 400), index));
}

/** Puts a key in place of one that may be cut in the middle, and leaves the cuts where they are. */
function inPlaceOf(found: string, key: string): string {
  let at = 0;
  return found.replace(/\\\r?\n[ \t]*|[^]/g, (piece) => (piece.length > 1 ? piece : (key[at++] ?? '')));
}

export class StandIns {
  private constructor(
    /** What may be sent. */
    readonly files: readonly Named[],
    /** Real public keys, by those that were sent in their place. */
    private readonly real: ReadonlyMap<string, string>,
    /** Keys of which the files don't say what they are, by what was sent in their place. */
    private readonly unknown: ReadonlyMap<string, string>,
  ) {}

  /** Makes the texts ready to be sent; fails, rather than to let one through that holds a secret. */
  static async of(files: readonly Named[]): Promise<StandIns> {
    const kinds = new Map<string, Set<Kind>>();
    for (const file of files) {
      const alone = file.text.trim();
      for (const match of file.text.matchAll(key)) {
        const found = match[0].replace(cut, '');
        const kind: Kind = alone === match[0] ? (publicFile.test(file.path) ? 'public' : 'private') : kindAt(file.text, match.index);
        kinds.set(found, (kinds.get(found) ?? new Set<Kind>()).add(kind));
      }
    }
    const some = (kind: Kind) => [...kinds].filter(([found, said]) => found !== zero && said.has(kind)).map(([found]) => found);
    const privates = new Set(some('private'));
    const publics = new Map(await Promise.all([...privates].map(async (one) => [await publicKeyOf(one), one] as const)));
    // Of which nobody says what it is: it may be the private key to a public one that is there.
    for (const one of some('unknown')) {
      const other = await publicKeyOf(one);
      if (kinds.has(other)) {
        privates.add(one);
        publics.set(other, one);
      }
    }

    const instead = new Map<string, string>();
    const real = new Map<string, string>();
    const unknown = new Map<string, string>();
    for (const [its, one] of publics) {
      const made = await newKeyPair();
      instead.set(one, made.privateKey);
      if (!privates.has(its)) {
        instead.set(its, made.publicKey);
        real.set(made.publicKey, its);
      }
    }
    for (const [one, said] of kinds) {
      if (one === zero || instead.has(one) || (said.has('public') && !said.has('shared'))) {
        continue;
      }
      const made = randomKey();
      instead.set(one, made);
      if (!said.has('shared')) {
        unknown.set(made, one);
      }
    }

    const sent = files.map(({ path, text }) => ({ path, text: without(text, instead) }));
    const secrets = [...instead.keys()].filter((one) => !publics.has(one) || privates.has(one));
    const all = JSON.stringify(sent) + sent.map(({ text }) => text.replace(cut, '')).join('\n');
    if (secrets.some((one) => all.includes(one))) {
      throw new Error('a secret would have been sent');
    }
    return new StandIns(sent, real, unknown);
  }

  /** An answer with the real public keys in it. */
  back<T>(answer: T): T {
    if (typeof answer === 'string') {
      return answer.replace(key, (found) => this.real.get(found) ?? found) as T;
    }
    if (Array.isArray(answer)) {
      return answer.map((one: unknown) => this.back(one)) as T;
    }
    if (answer !== null && typeof answer === 'object') {
      return Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, this.back(value as unknown)])) as T;
    }
    return answer;
  }

  /**
   * Whether a text holds what was sent in place of a key of which no file says what it is. It is not put back: it
   * may be a secret, and the text is not.
   */
  isUnsure(text: string): boolean {
    return [...text.matchAll(key)].some((match) => this.unknown.has(match[0]));
  }
}

function without(text: string, instead: ReadonlyMap<string, string>): string {
  const hexes = new Map<string, string>();
  return text
    .replace(key, (found) => inPlaceOf(found, instead.get(found.replace(cut, '')) ?? found.replace(cut, '')))
    .replace(hex, (found) => {
      const made = hexes.get(found) ?? [...crypto.getRandomValues(new Uint8Array(32))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      hexes.set(found, made);
      return made;
    })
    .replace(long, (found) => 'x'.repeat(found.length))
    .replace(phrase, (found: string, before: string, value: string) => (isKey(value) ? found : before + 'x'.repeat(value.length)));
}

/** A key that stands in the place of another already. */
function isKey(value: string): boolean {
  return /^[A-Za-z0-9+/]{43}=$/.test(value);
}
