/**
 * Where everything of a network stands on its map: sites above, hubs in the middle, what roams at the rim. It is
 * reckoned in pixels for the width there is, so that words stay readable on a phone; of a large network all but the
 * hubs are dots.
 */

export interface NetworkMap {
  version: number;
  sites: { name: string; lans: string[]; hosts: string[] }[];
  nodes: { name: string; role: 'plain' | 'hub' | 'relay'; place: 'public' | 'site' | 'roaming'; site?: string; 'serves-lan': boolean }[];
  links: [string, string][];
  'links-left-out': number;
}

export interface Item {
  name: string;
  kind: 'hub' | 'gateway' | 'node' | 'host' | 'device';
  x: number;
  y: number;
  /** Whether its name stands beneath it. */
  named: boolean;
}

export interface Area {
  /** The site; empty for what roams. */
  site: string;
  lans: string[];
  count: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Layout {
  items: Item[];
  areas: Area[];
  height: number;
  /** Whether there are so many that only hubs have their names. */
  dots: boolean;
  /** Letters that have room beneath an item. */
  letters: number;
}

/** More tunnels than these nobody tells apart: then those of the chosen alone are drawn. */
export const mostLinks = 400;
/** As many stand there with their names. */
const mostNamed = 60;
const gap = 14;
const between = 54;
const head = 40;

type Placeless = Pick<Item, 'name' | 'kind'>;

export function layout(map: NetworkMap, width: number): Layout {
  const hosts = map.sites.flatMap((site) => site.hosts);
  const dots = map.nodes.length + hosts.length > mostNamed;
  const named = { width: Math.min(116, Math.floor((width - 2 * gap) / 3)), height: 62 };
  const cell = dots ? { width: 30, height: 30 } : named;
  const items: Item[] = [];
  const areas: Area[] = [];
  let y = 4;

  /** Rows of cells, each row in the middle between two edges; the height of all. */
  const rows = (some: Placeless[], left: number, top: number, room: number, of: typeof named, isNamed: boolean): number => {
    const fit = Math.max(1, Math.floor(room / of.width));
    const count = Math.ceil(some.length / fit);
    const each = Math.ceil(some.length / Math.max(1, count));
    some.forEach((one, i) => {
      const row = Math.floor(i / each);
      const inRow = Math.min(each, some.length - row * each);
      const from = left + (room - inRow * of.width) / 2;
      items.push({
        ...one,
        x: from + ((i % each) + 0.5) * of.width,
        y: top + row * of.height + (isNamed ? 20 : of.height / 2),
        named: isNamed,
      });
    });
    return count * of.height;
  };

  const sites = map.sites.map((site) => {
    const members: Placeless[] = [
      ...map.nodes
        .filter((node) => node.site === site.name)
        .sort((a, b) => Number(b['serves-lan']) - Number(a['serves-lan']))
        .map((node) => ({ name: node.name, kind: node.role !== 'plain' ? 'hub' : node['serves-lan'] ? 'gateway' : 'node' }) as Placeless),
      ...site.hosts.map((name) => ({ name, kind: 'host' }) as Placeless),
    ];
    const most = Math.max(1, Math.floor((width - 16) / cell.width));
    const columns = Math.min(most, Math.max(1, dots ? Math.ceil(Math.sqrt(members.length * 2)) : Math.min(members.length, members.length === 4 ? 2 : 3)));
    const size = Math.min(width, Math.max(columns * cell.width + 16, 156));
    return { site, members, size, height: head + Math.ceil(members.length / columns) * cell.height + 6, room: columns * cell.width };
  });

  /** Areas side by side, as many as there is room for. */
  const shelve = (some: typeof sites) => {
    for (let i = 0; i < some.length; ) {
      let used = 0;
      let last = i;
      for (; last < some.length && used + (last > i ? gap : 0) + some[last]!.size <= width; last++) {
        used += (last > i ? gap : 0) + some[last]!.size;
      }
      last = Math.max(last, i + 1);
      const shelf = some.slice(i, last);
      const height = Math.max(...shelf.map((one) => one.height));
      let x = Math.max(0, (width - used) / 2);
      for (const { site, members, size, room } of shelf) {
        areas.push({ site: site.name, lans: site.lans, count: members.length, x, y, width: size, height });
        rows(members, x + (size - room) / 2, y + head, room, cell, !dots);
        x += size + gap;
      }
      y += height + gap;
      i = last;
    }
    if (some.length > 0) {
      y += between - gap;
    }
  };

  const roaming = map.nodes.filter((node) => node.place === 'roaming').map((node) => ({ name: node.name, kind: 'device' }) as Placeless);
  // With nothing at the rim below, sites stand on both sides of the hubs.
  const above = roaming.length > 0 ? sites.length : Math.ceil(sites.length / 2);
  shelve(sites.slice(0, above));
  const middle = map.nodes
    .filter((node) => node.place === 'public')
    .map((node) => ({ name: node.name, kind: node.role === 'plain' ? 'node' : 'hub' }) as Placeless);
  const few = middle.length <= mostNamed;
  if (middle.length > 0) {
    y += rows(middle, 0, y, width, few ? named : cell, few) + between - 14;
  }
  shelve(sites.slice(above));
  if (roaming.length > 0) {
    const room = width - 16;
    const tall = rows(roaming, 8, y + head, room, cell, !dots);
    areas.push({ site: '', lans: [], count: roaming.length, x: 0, y, width, height: head + tall + 6 });
    y += head + tall + 6 + between;
  }
  return { items, areas, height: Math.max(60, y - between + 6), dots, letters: Math.floor(named.width / 7.6) };
}

/** A line from one to another that leaves both upright, or bends over what stands between them. */
export function curve(one: Item, other: Item): string {
  const middle = (one.y + other.y) / 2;
  if (Math.abs(one.y - other.y) < 2 && Math.abs(one.x - other.x) < 150) {
    return `M${one.x} ${one.y}L${other.x} ${other.y}`;
  }
  return Math.abs(one.y - other.y) < 24
    ? `M${one.x} ${one.y}Q${(one.x + other.x) / 2} ${middle - 44} ${other.x} ${other.y}`
    : `M${one.x} ${one.y}C${one.x} ${middle} ${other.x} ${middle} ${other.x} ${other.y}`;
}

/** Where the middle of that line is. */
export function midway(one: Item, other: Item): { x: number; y: number } {
  const level = Math.abs(one.y - other.y) < 24 && !(Math.abs(one.y - other.y) < 2 && Math.abs(one.x - other.x) < 150);
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 - (level ? 22 : 0) };
}

/** How a tunnel is called where parts are taken down. */
export function linkName(one: string, other: string): string {
  return `${one}/${other}`;
}

/** A part that is down as people read it: a node or site by its name, a tunnel by its ends. */
export function partName(part: string): string {
  return part.replace('/', ' – ');
}

/** A name as far as there is room for it; what is no Latin letter takes twice as much. */
export function shortened(name: string, letters: number): string {
  let used = 0;
  let text = '';
  for (const letter of name) {
    used += letter.charCodeAt(0) > 0x2e7f ? 1.8 : 1;
    if (used > letters) {
      return text.slice(0, -1) + '…';
    }
    text += letter;
  }
  return name;
}
