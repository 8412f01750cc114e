/** Hosts that asked to be nodes. One that was approved keeps its node by itself, wherever it is: it is no device. */
import { all } from './api';

export interface Host {
  id: string;
  name: string;
  state: 'waiting' | 'approved' | 'refused';
  node?: string;
  address: string;
  created: string;
  identity: string;
  facts: { 'host-name': string; kernel: string; links?: { name: string; addresses?: string[] }[] };
  proposal?: string;
}

export function hosts(at: string): Promise<Host[]> {
  return all<Host>(at + '/hosts');
}

/** The hosts of nodes, by the names of these. */
export async function joined(at: string): Promise<Map<string, Host>> {
  return new Map((await hosts(at)).flatMap((host) => (host.state === 'approved' && host.node ? [[host.node, host]] : [])));
}
