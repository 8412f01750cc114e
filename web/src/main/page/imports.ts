/** What the server makes of files of hosts. */
import type { Difference, Finding } from './preview';

export interface Imported {
  files: { path: string; read: boolean; configuration: boolean; format?: string; host?: string }[];
  findings: (Finding & { file: string })[];
  'findings-left-out': number;
  networks: string[][];
  network?: string;
  definition?: string;
  difference?: Difference;
  assumed?: string[];
}

/** How formats are called; the words of the API stay as they are. */
const called: Record<string, string> = {
  'wg-quick': 'wg-quick',
  'wg-dump': 'wg show dump',
  openwrt: 'OpenWrt (UCI)',
  routeros: 'RouterOS',
  networkd: 'systemd-networkd',
  networkmanager: 'NetworkManager',
  proxmox: 'Proxmox VE',
  vyos: 'VyOS, EdgeOS',
  opnsense: 'OPNsense, pfSense',
  host: 'Linux',
  script: 'sh',
  guide: 'Markdown',
  key: '44 × base64',
};

export function formatName(format: string): string {
  return called[format] ?? format;
}
