/** What the server tells of a network, as it happens. */
import { doing, type Told } from './doing.svelte';
import { account, lookUp, type Network } from './session.svelte';

class Live {
  /** Whether the connection is there; what is shown is old while it is not. */
  connected = $state(true);
  /** Counts what was heard, so that a screen can ask again. */
  heard = $state(0);

  /** Listens to a network until it is told to stop. */
  listen(name: string): () => void {
    const source = new EventSource(`/api/v1/networks/${encodeURIComponent(name)}/events`);
    let again: ReturnType<typeof setTimeout> | undefined;
    let stop: () => void = () => undefined;
    source.addEventListener('open', () => (this.connected = true));
    source.addEventListener('network', (event) => {
      this.connected = true;
      const network = JSON.parse(event.data as string) as Network;
      const before = account.networks.find((one) => one.id === network.id);
      account.heard(network);
      if (before?.revision !== network.revision) {
        this.heard++;
      }
    });
    source.addEventListener('live', (event) => doing.hear(JSON.parse(event.data as string) as Told));
    source.addEventListener('error', () => {
      this.connected = false;
      if (source.readyState === EventSource.CLOSED) {
        // Refused: perhaps the session has ended.
        again = setTimeout(() => {
          void lookUp();
          stop = this.listen(name);
        }, 3000);
      }
    });
    return () => {
      clearTimeout(again);
      source.close();
      doing.clear();
      stop();
    };
  }
}

export const live = new Live();

/** Looks every so many milliseconds, for what no event tells of, while the page is seen; ends by what it returns. */
export function whileSeen(every: number, look: () => void): () => void {
  const timer = setInterval(() => {
    if (!document.hidden && live.connected) {
      look();
    }
  }, every);
  return () => clearInterval(timer);
}
