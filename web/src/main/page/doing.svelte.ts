/**
 * What nodes and devices are doing, as the server tells of it. The latest rates are kept here, for
 * as long as the page is open.
 */
import { SvelteMap } from 'svelte/reactivity';
import { language, say } from './words.svelte';

export interface Traffic {
  'latest-handshake'?: string;
  endpoint?: string;
  'received-bytes': number;
  'sent-bytes': number;
  'received-bytes-per-second'?: number;
  'sent-bytes-per-second'?: number;
}

export interface DeviceLive extends Traffic {
  online: boolean;
}

export interface NodeLive {
  online: boolean;
  'last-seen'?: string;
  revision?: number;
  rejected?: { revision: number; why: string };
  program?: string;
  ways?: Way[];
  forwards?: Forward[];
  peers: (Traffic & { 'public-key': string; interface: string; node?: string })[];
}

/** The way that a node takes to another. */
export interface Way {
  node: string;
  interface: string;
  via: string[];
  alive: boolean;
  'round-trip-microseconds'?: number;
  'not-best'?: { english: string; chinese: string };
}

/** What a node forwards because somebody asked it to. */
export interface Forward {
  asker: string;
  address: string;
  transport: string;
  port: number;
  target: string;
  'target-port': number;
  until: string;
  connections: number;
  'connections-so-far': number;
  bytes: number;
}

/** An address and a port as they are written together. */
export function socketOf(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Which of its ways a node takes to another, and how long an answer takes on it, in words. */
export function wayOf(way: Way): string {
  const which = way.via.length > 0 ? say('wayThrough', way.via.join(', ')) : say('wayDirect');
  const micros = way['round-trip-microseconds'];
  return micros !== undefined && way.alive ? `${which} · ${say('roundTrip', millis(micros))}` : which;
}

/** Two digits, as more would only flicker. */
function millis(micros: number): string {
  return micros < 10_000 ? (micros / 1000).toFixed(1) : String(Math.round(micros / 1000));
}

/** Why a node does not take the best way to another, where it does not. */
export function whyNotBest(way: Way): string {
  const why = way['not-best'];
  return why ? say('notBest', language.tag === 'zh-CN' ? why.chinese : why.english) : '';
}

/** All that is told at once. */
export interface Told {
  nodes: { name: string; live: NodeLive }[];
  devices: { name: string; live: DeviceLive }[];
}

/** So many rates are kept of each: as one is told each second at most, at least a minute of them. */
export const kept = 60;

class Doing {
  readonly nodes = new SvelteMap<string, NodeLive>();
  readonly devices = new SvelteMap<string, DeviceLive>();
  readonly rates = new SvelteMap<string, number[]>();

  hear(told: Told): void {
    for (const { name, live } of told.nodes) {
      this.nodes.set(name, live);
    }
    for (const { name, live } of told.devices) {
      this.devices.set(name, live);
      const rate = (live['received-bytes-per-second'] ?? 0) + (live['sent-bytes-per-second'] ?? 0);
      this.rates.set(name, [...(this.rates.get(name) ?? []), rate].slice(-kept));
    }
  }

  /** Of another network nothing is known yet. */
  clear(): void {
    this.nodes.clear();
    this.devices.clear();
    this.rates.clear();
  }
}

export const doing = new Doing();
