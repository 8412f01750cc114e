/** Devices without an agent, as the API tells of them, and what is asked of the list. */
import type { NodeDocument } from './conf';
import { finder } from './search';

export const kinds = ['ios', 'android', 'macos', 'windows', 'linux'] as const;
export const states = ['active', 'paused', 'waiting', 'expired'] as const;

export interface Device {
  id: string;
  name: string;
  kind: string;
  'public-key'?: string;
  state: (typeof states)[number];
  expires?: string;
  owner?: string;
  addresses?: string[];
  'key-due'?: boolean;
}

export interface Added {
  device: Device;
  document: NodeDocument;
}

/** How a kind of device is called; the words of the API stay as they are. */
const called: Record<string, string> = {
  ios: 'iPhone, iPad',
  android: 'Android',
  macos: 'macOS',
  windows: 'Windows',
  linux: 'Linux',
  openwrt: 'OpenWrt',
  routeros: 'RouterOS',
  networkd: 'systemd-networkd',
  networkmanager: 'NetworkManager',
  proxmox: 'Proxmox VE',
  nixos: 'NixOS',
  docker: 'Docker',
};

export function kindName(kind: string): string {
  return called[kind] ?? kind;
}

/** Of a list those that are looked for, in the order that is asked for. */
export function chosen(devices: Device[], search: string, state: string, sort: string): Device[] {
  const has = finder(search);
  const found = devices.filter(
    (device) =>
      (!state || device.state === state) &&
      has([device.name, kindName(device.kind), device['public-key'] ?? '', device.owner ?? '', ...(device.addresses ?? [])]),
  );
  const order: Record<string, (a: Device, b: Device) => number> = {
    kind: (a, b) => kindName(a.kind).localeCompare(kindName(b.kind)),
    state: (a, b) => states.indexOf(a.state) - states.indexOf(b.state),
    expires: (a, b) => (a.expires ?? '9').localeCompare(b.expires ?? '9'),
  };
  return found.sort((a, b) => (order[sort]?.(a, b) ?? 0) || a.name.localeCompare(b.name, undefined, { numeric: true }));
}
