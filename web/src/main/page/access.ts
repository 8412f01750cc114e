/** Who reaches whom by groups, as the server tells it. */
import type { Called, Sentence } from './sentences';

export type Open = 'all' | 'some' | 'none' | 'depends';

export interface Cell {
  from: number;
  to: number;
  'same-place': boolean;
  open: Open;
  services: string;
  'from-sample': string;
  'to-sample': string;
  why?: string;
}

export interface Group {
  name?: string;
  members: string[];
}

export interface Access {
  version: number;
  groups: Group[];
  'groups-left-out': number;
  cells: Cell[];
  policy?: Sentence[];
  expect: Sentence[];
  names: Called[];
}

/** What stands where a row and a column meet: for pairs at the same place and for all others. */
export interface Meeting {
  apart?: Cell;
  together?: Cell;
}

export function meetings(access: Access): Map<string, Meeting> {
  const all = new Map<string, Meeting>();
  for (const cell of access.cells) {
    const at = `${cell.from}/${cell.to}`;
    all.set(at, { ...all.get(at), [cell['same-place'] ? 'together' : 'apart']: cell });
  }
  return all;
}

/** Both kinds of pairs, or one where they fare alike. */
export function said({ apart, together }: Meeting): Cell[] {
  if (apart && together && (apart.open !== together.open || apart.services !== together.services)) {
    return [apart, together];
  }
  return [apart ?? together].filter((cell) => cell !== undefined);
}

/** What a group is called where there is little room. */
export function called(group: Group): string {
  const [first = '', second = ''] = group.members;
  switch (group.members.length) {
    case 1:
      return first;
    case 2:
      return group.name ?? `${first}, ${second}`;
    default:
      return group.name ?? `${first} +${group.members.length - 1}`;
  }
}
