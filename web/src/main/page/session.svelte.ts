/** Who is signed in, which networks there are, and what is heard of the one that is looked at. */
import { all, ask, Refusal, wordsOf } from './api';
import { place } from './place.svelte';
import { say } from './words.svelte';

export interface Network {
  id: string;
  name: string;
  version: number;
  revision: number;
  created: string;
}

interface Session {
  'set-up': boolean;
  'signed-in': boolean;
  name?: string;
  scope?: 'read' | 'operate' | 'administer';
}

class Account {
  known = $state(false);
  setUp = $state(false);
  name = $state('');
  problem = $state('');
  networks = $state<Network[]>([]);

  /** The network that is looked at. */
  readonly network: Network | undefined = $derived(this.networks.find((one) => one.name === place.get('network')) ?? this.networks[0]);
  /** Where the API has it. */
  readonly at = $derived(`/networks/${encodeURIComponent(this.network?.name ?? '')}`);

  /** A network is now so. */
  heard(network: Network): void {
    this.networks = this.networks.map((one) => (one.id === network.id ? network : one));
  }
}

export const account = new Account();

/** Asks who is signed in. */
export async function lookUp(): Promise<void> {
  try {
    const session = await ask<Session>('/session');
    account.setUp = session['set-up'];
    account.networks = session['signed-in'] ? await all<Network>('/networks') : [];
    account.name = session.name ?? '';
    account.problem = '';
    account.known = true;
  } catch (e) {
    account.problem = wordsOf(e, say);
  }
}

/** What a screen says when it was refused; who is signed out meanwhile is asked to sign in again. */
export function told(error: unknown): string {
  if (error instanceof Refusal && error.status === 401 && error.code !== 'wrong-password') {
    account.name = '';
  }
  return wordsOf(error, say);
}

export async function signOut(): Promise<void> {
  await ask('/session', { method: 'DELETE' });
  location.assign('/');
}
