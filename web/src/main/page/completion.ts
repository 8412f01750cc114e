/** What can be written in a definition where the cursor stands, by its JSON schema and the names in the text. */
import { outline, type Path } from './outline';
import { suggest, type Called } from './sentences';

export interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly string[];
  readonly const?: string;
}

export interface Choice {
  readonly text: string;
  /** What is put in after it. */
  readonly behind: string;
  readonly description: string;
  readonly kind?: Called['kind'] | undefined;
}

export interface Completion {
  /** Where in the text the word begins that they are for. */
  readonly from: number;
  readonly word: string;
  readonly choices: readonly Choice[];
  /** Whether each is one word of several, so that Enter still means a new line. */
  readonly sentence: boolean;
}

const most = 12;
/** Keys whose value is a name, and of what. */
const named: Readonly<Record<string, readonly Called['kind'][]>> = {
  site: ['site'],
  gateway: ['site'],
  router: ['site'],
  hub: ['node'],
  dns: ['node'],
  server: ['node'],
  'full-tunnel': ['node'],
  members: ['node', 'site', 'host', 'group'],
  clients: ['node', 'group'],
  'source-nat': ['node', 'site', 'group'],
};

/** A schema with all that it refers to or leaves open. */
function open(schema: Schema, root: Schema): Schema[] {
  const target = schema.$ref ? root.$defs?.[schema.$ref.replace('#/$defs/', '')] : undefined;
  return [schema, ...(target ? open(target, root) : []), ...(schema.anyOf ?? []).flatMap((one) => open(one, root))];
}

/** Those of what stands at a path. */
function at(path: Path, root: Schema): Schema[] {
  return path.reduce(
    (schemas: Schema[], key) =>
      schemas
        .flatMap((schema): (Schema | undefined)[] =>
          key === '[]' ? [schema.items] : [schema.properties?.[key] ?? (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined)],
        )
        .filter((schema) => schema !== undefined)
        .flatMap((schema) => open(schema, root)),
    open(root, root),
  );
}

function descriptionOf(schemas: readonly Schema[]): string {
  return schemas.find((schema) => schema.description)?.description ?? '';
}

/** What a definition has names for. */
export function namesIn(keys: readonly Path[]): Called[] {
  const kinds: Readonly<Record<string, Called['kind']>> = { nodes: 'node', sites: 'site', groups: 'group' };
  const called = keys.flatMap((path): Called[] => {
    const kind = kinds[path[0] ?? ''];
    const name = path.at(-1) ?? '';
    if (kind && path.length === 2) {
      return [{ name, kind }];
    }
    return path.length === 4 && path[0] === 'sites' && path[2] === 'hosts' ? [{ name, kind: 'host' }] : [];
  });
  return [...new Map(called.map((one) => [one.name, one])).values()];
}

/** What can come where the cursor stands. */
export function complete(text: string, caret: number, root: Schema): Completion {
  const { keys, place } = outline(text, caret);
  const none: Completion = { from: caret, word: '', choices: [], sentence: false };
  if (place.what === 'none') {
    return none;
  }
  const names = namesIn(keys);
  const list = place.path[0];
  if (place.what === 'value' && place.path.length === 2 && (list === 'policy' || list === 'expect')) {
    const words: Called[] = ['all', 'nodes', 'sites', 'roaming', 'internet'].map((name) => ({ name, kind: 'word' }));
    const found = suggest(list, place.word, [...names, ...words]);
    return {
      from: place.from + found.from,
      word: place.word.slice(found.from),
      choices: found.all.map((one) => ({ text: one.text, behind: ' ', description: '', kind: one.kind })),
      sentence: true,
    };
  }
  const schemas = at(place.path, root);
  const choices = place.what === 'key' ? keysOf(schemas, root, keys, place.path, place.word) : valuesOf(schemas, place.path, names);
  const small = place.word.toLowerCase();
  if (choices.some((one) => one.text === place.word)) {
    return none;
  }
  const begin = choices.filter((one) => one.text.startsWith(small));
  const inside = small ? choices.filter((one) => !one.text.startsWith(small) && one.text.includes(small)) : [];
  return { from: place.from, word: place.word, choices: [...begin, ...inside].slice(0, most), sentence: false };
}

function keysOf(schemas: readonly Schema[], root: Schema, keys: readonly Path[], path: Path, word: string): Choice[] {
  const there = new Set(keys.filter((one) => one.length === path.length + 1 && path.every((key, i) => one[i] === key)).map((one) => one.at(-1)));
  there.delete(word);
  const found = schemas.flatMap((schema) => Object.entries(schema.properties ?? {}));
  return [...new Map(found)]
    .filter(([key]) => !there.has(key))
    .map(([key, schema]) => ({ text: key, behind: ': ', description: descriptionOf(open(schema, root)) }));
}

function valuesOf(schemas: readonly Schema[], path: Path, names: readonly Called[]): Choice[] {
  const description = descriptionOf(schemas);
  const words = schemas.flatMap((schema) => [
    ...(schema.enum ?? []),
    ...(schema.const === undefined ? [] : [schema.const]),
    ...(schema.type === 'boolean' ? ['true', 'false'] : []),
  ]);
  const key = path.filter((one) => one !== '[]').at(-1) ?? '';
  const kinds =
    path[0] === 'groups' && (path.length === 2 || (path.length === 3 && path[2] === '[]'))
      ? named['members']
      : path[0] === 'links' && path.length === 2
        ? undefined
        : path.at(-2) === 'forward'
          ? (['node'] as const)
          : named[key];
  const ways = path[0] === 'links' ? ['direct', 'none', ...names.filter((one) => one.kind === 'node').map((one) => `via ${one.name}`)] : [];
  return [
    ...[...new Set([...words, ...(path.length === 2 || key === 'way' ? ways : [])])].map((text) => ({ text, behind: '', description })),
    ...names.filter((one) => kinds?.includes(one.kind)).map((one) => ({ text: one.name, behind: '', description, kind: one.kind })),
  ];
}
