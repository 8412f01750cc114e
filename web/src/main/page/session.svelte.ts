/** Who is signed in, which networks there are, and what is heard of the one that is looked at. */
import { all, ask, Refusal, wordsOf } from './api';
import { answer } from './answer';
import { place, views, type View } from './place.svelte';
import { say } from './words.svelte';

export interface Network {
  id: string;
  name: string;
  version: number;
  revision: number;
  created: string;
}

export type Role = 'own' | 'read' | 'operate' | 'administer';

interface Session {
  'set-up': boolean;
  'signed-in': boolean;
  name?: string;
  scope?: Role;
  everywhere?: boolean;
  password?: boolean;
  'identity-provider'?: string;
  'second-factor'?: boolean;
  'recovery-codes-left'?: number;
}

class Account {
  known = $state(false);
  setUp = $state(false);
  name = $state('');
  role = $state<Role>('read');
  /** Whether the role is for the whole server, rather than for one network. */
  everywhere = $state(false);
  /** Whether there is a password: who signs in by the identity provider needs none. */
  password = $state(true);
  /** By which people may sign in, too: what it is called; empty if there is none. */
  provider = $state('');
  /** Why nobody was signed in by the identity provider. */
  refused = $state('');
  secondFactor = $state(false);
  recoveryCodes = $state(0);
  problem = $state('');
  networks = $state<Network[]>([]);

  /** The network that is looked at. */
  readonly network: Network | undefined = $derived(this.networks.find((one) => one.name === place.get('network')) ?? this.networks[0]);
  /** Where the API has it. */
  readonly at = $derived(`/networks/${encodeURIComponent(this.network?.name ?? '')}`);

  readonly administers: boolean = $derived(this.role === 'administer');
  readonly operates: boolean = $derived(this.role === 'operate' || this.administers);
  /** Sees devices of his own alone, and adds such. */
  readonly hasOwn: boolean = $derived(this.role === 'own');
  /** What the server would show: no more is offered. */
  readonly views: readonly View[] = $derived(
    views.filter((view) => {
      switch (view) {
        case 'devices':
        case 'account':
          return true;
        case 'nodes':
        case 'network':
        case 'access':
        case 'health':
        case 'definition':
          return !this.hasOwn;
        case 'import':
          return this.operates;
        case 'users':
        case 'settings':
          return this.administers && this.everywhere;
        default:
          return this.administers;
      }
    }),
  );
  readonly view: View = $derived(this.views.includes(place.view) ? place.view : 'devices');

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
    account.role = session.scope ?? 'read';
    account.everywhere = session.everywhere ?? false;
    account.password = session.password ?? true;
    account.provider = session['identity-provider'] ?? '';
    account.secondFactor = session['second-factor'] ?? false;
    account.recoveryCodes = session['recovery-codes-left'] ?? 0;
    account.problem = '';
    account.known = true;
  } catch (e) {
    account.problem = wordsOf(e, say);
  }
}

/** Goes to sign in at the identity provider. */
export async function goToProvider(): Promise<void> {
  const { url } = await ask<{ url: string }>('/session/oidc/begin', { method: 'POST', body: {} });
  location.assign(url);
}

let back = answer;

/** Ends the sign-in of a browser that comes back from the identity provider, once; then asks who is signed in. */
export async function comeIn(): Promise<void> {
  const said = back;
  back = undefined;
  if (said?.error) {
    account.refused = say('providerRefused', said.error);
  } else if (said) {
    const { code, state, issuer } = said;
    try {
      await ask('/session/oidc', { method: 'POST', body: { code, state, ...(issuer !== undefined && { issuer }) } });
    } catch (e) {
      account.refused = wordsOf(e, say);
    }
  }
  await lookUp();
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
