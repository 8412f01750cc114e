/** What a node shall be, as far as a device without an agent needs it, and its file. */

export interface Peer {
  readonly name?: string;
  readonly 'public-key': string;
  readonly 'allowed-ips'?: readonly string[];
  readonly endpoint?: { readonly host: string; readonly port: number };
  readonly 'keepalive-seconds'?: number;
  /** Whether both ends share a key beside: none of them is known here. */
  readonly 'preshared-key'?: boolean;
}

export interface Tunnel {
  readonly name: string;
  readonly addresses?: readonly string[];
  readonly 'listen-port'?: number;
  readonly mtu?: number;
  readonly dns?: { readonly servers?: readonly string[]; readonly 'search-domains'?: readonly string[] };
  readonly peers?: readonly Peer[];
}

export interface NodeDocument {
  readonly node: { readonly name: string; readonly interfaces?: readonly Tunnel[] };
}

/** What has no control characters and no separators, and so stays the one value that it is. */
const plain = /^[^\s\p{Cc},;#=]+$/u;

function value(text: string | number): string {
  const written = String(text);
  if (!plain.test(written.replace(/=+$/, ''))) {
    throw new Error('a value that no file can hold');
  }
  return written;
}

function host(text: string): string {
  return text.includes(':') ? `[${text}]` : text;
}

/** The file of a tunnel in the keys that every WireGuard app takes. */
export function configuration(tunnel: Tunnel, privateKey: string): string {
  const lines = ['[Interface]', `PrivateKey = ${value(privateKey)}`];
  const set = (key: string, values: readonly (string | number)[]) => {
    if (values.length > 0) {
      lines.push(`${key} = ${values.map(value).join(', ')}`);
    }
  };
  set('Address', tunnel.addresses ?? []);
  set('ListenPort', tunnel['listen-port'] === undefined ? [] : [tunnel['listen-port']]);
  const servers = tunnel.dns?.servers ?? [];
  set('DNS', servers.length > 0 ? [...servers, ...(tunnel.dns?.['search-domains'] ?? [])] : []);
  set('MTU', tunnel.mtu === undefined ? [] : [tunnel.mtu]);
  for (const peer of tunnel.peers ?? []) {
    lines.push('[Peer]');
    set('PublicKey', [peer['public-key']]);
    set('AllowedIPs', peer['allowed-ips'] ?? []);
    set('Endpoint', peer.endpoint ? [`${host(peer.endpoint.host)}:${peer.endpoint.port}`] : []);
    set('PersistentKeepalive', peer['keepalive-seconds'] ? [peer['keepalive-seconds']] : []);
  }
  return lines.join('\n') + '\n';
}

/** With whom a device shares a key that nobody else has: a file that is made here would be without, and let nobody in. */
export function sharers(document: NodeDocument): string[] {
  return (document.node.interfaces?.[0]?.peers ?? []).filter((peer) => peer['preshared-key']).map((peer) => peer.name ?? peer['public-key']);
}

/** The file of a device, which has one tunnel. */
export function fileOf(document: NodeDocument, privateKey: string): { name: string; text: string } | undefined {
  const tunnel = document.node.interfaces?.[0];
  return tunnel && (tunnel.peers ?? []).length > 0
    ? { name: `${tunnel.name}.conf`, text: configuration(tunnel, privateKey) }
    : undefined;
}
