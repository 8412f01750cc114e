/** The sentences of a policy and of what is expected, and what can come next in one that is being written. */

export type Kind = 'policy' | 'expect';

export interface Sentence {
  text: string;
  line: number;
  state?: 'kept' | 'depends' | 'broken';
  why?: string;
  journey?: string[];
}

/** What a sentence can name. */
export interface Called {
  name: string;
  kind: 'word' | 'group' | 'site' | 'node' | 'host';
}

export interface Suggestion {
  text: string;
  kind?: Called['kind'];
}

export interface Suggested {
  /** Where in the text the word begins that they are for. */
  from: number;
  all: Suggestion[];
}

/** Where in a sentence one is: what may come there. */
type State = 'who' | 'verb' | 'may' | 'blocked' | 'from' | 'whom' | 'other' | 'end' | 'service' | 'via' | 'as' | 'family' | 'down' | 'source';

const most = 8;
const services = ['icmp', 'tcp/22', 'tcp/80', 'tcp/443', 'tcp/445', 'tcp/3389', 'tcp', 'udp/53', 'udp'];

/** What stands after a list of names in this place. */
const behind: Partial<Record<State, State>> = { who: 'verb', whom: 'end', via: 'end', as: 'end', down: 'down', service: 'end' };

const after: Record<string, State> = {
  may: 'may',
  not: 'may',
  reach: 'whom',
  reaches: 'whom',
  resolve: 'whom',
  resolves: 'whom',
  is: 'blocked',
  are: 'blocked',
  blocked: 'from',
  from: 'whom',
  each: 'other',
  other: 'end',
  on: 'service',
  via: 'via',
  as: 'as',
  over: 'family',
  when: 'down',
  keeping: 'source',
  source: 'end',
  directly: 'end',
  ipv4: 'end',
  ipv6: 'end',
};

/** What can come next behind a text that is being written. */
export function suggest(kind: Kind, before: string, names: Called[]): Suggested {
  const partial = /[^\s,]*$/.exec(before)?.[0] ?? '';
  const from = before.length - partial.length;
  let list: State = 'who';
  let state: State = 'who';
  let used: string[] = [];
  for (const token of before.slice(0, from).match(/[^\s,]+|,/g) ?? []) {
    if (token === ',' || token === 'and') {
      state = list;
    } else if (token in after && !(state === 'who' && used.length === 0)) {
      state = after[token] ?? 'end';
      if (state in behind) {
        list = state;
        used = [];
      }
    } else {
      used.push(token);
      state = behind[list] ?? 'end';
    }
  }
  const all = next(kind, state, used, names);
  if (all.some(({ text }) => text === partial)) {
    // The word is there: more would only stand in the way.
    return { from, all: [] };
  }
  const small = partial.toLowerCase();
  const begin = all.filter(({ text }) => text.startsWith(small));
  const within = small ? all.filter(({ text }) => !text.startsWith(small) && text.includes(small)) : [];
  return { from, all: [...begin, ...within].slice(0, most) };
}

function next(kind: Kind, state: State, used: string[], names: Called[]): Suggestion[] {
  const words = (...texts: string[]): Suggestion[] => texts.map((text) => ({ text }));
  const named = (...kinds: Called['kind'][]): Suggestion[] =>
    names
      .filter((one) => !used.includes(one.name) && (kinds.length === 0 || kinds.includes(one.kind)))
      .map(({ name, kind }) => ({ text: name, kind }));
  switch (state) {
    case 'who':
      return named();
    case 'verb':
      if (kind === 'policy') {
        return words('may reach', 'may not reach');
      }
      return used.length === 1 ? words('reaches', 'is blocked from', 'resolves') : words('reach', 'are blocked from');
    case 'may':
      return words('reach', 'not reach');
    case 'blocked':
      return words('blocked from', 'down');
    case 'from':
      return words('from');
    case 'whom':
      return used.length === 0 ? [...words('each other'), ...named()].sort((a, b) => Number(a.text === 'each other') - Number(b.text === 'each other')) : named();
    case 'other':
      return words('other');
    case 'end':
      return kind === 'policy' ? words('on') : words('on', 'via', 'directly', 'keeping source', 'as', 'over ipv4', 'over ipv6', 'when');
    case 'service':
      return words(...services.filter((one) => !used.includes(one)));
    case 'via':
    case 'as':
      return named('node');
    case 'family':
      return words('ipv4', 'ipv6');
    case 'down':
      return used.length > 0 ? words(used.length === 1 ? 'is down' : 'are down') : named('node', 'site');
    case 'source':
      return words('source');
  }
}
