/**
 * Where in the page one is: all of it stands in the address, so that a view can be kept, sent and gone back
 * to. It stands behind the question mark, because the server has one document.
 */

export const views = ['devices', 'nodes', 'network', 'access', 'health', 'definition', 'import', 'users', 'tokens', 'activity', 'settings', 'account'] as const;
export type View = (typeof views)[number];

const usual: View = 'devices';

function read(): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(location.search));
}

class Place {
  private all = $state(read());

  get view(): View {
    const asked = this.all['view'] as View;
    return views.includes(asked) ? asked : usual;
  }

  get(name: string): string {
    return this.all[name] ?? '';
  }

  /** The address of another view of the same network. */
  href(view: View): string {
    return this.address({ view, network: this.get('network') });
  }

  private address(some: Record<string, string>): string {
    const given = Object.entries(some).filter(([name, value]) => value && !(name === 'view' && value === usual));
    return given.length > 0 ? `/?${new URLSearchParams(given)}` : '/';
  }

  /** Goes to another view; what was looked for in this one stays in the history. */
  go(view: View): void {
    this.all = { view, network: this.get('network') };
    history.pushState(null, '', this.address(this.all));
  }

  /** Changes what is looked for in this view. */
  set(name: string, value: string): void {
    this.all = { ...this.all, [name]: value };
    history.replaceState(null, '', this.address(this.all));
  }

  /** Follows the browser's buttons. */
  follow(): () => void {
    const turn = () => (this.all = read());
    window.addEventListener('popstate', turn);
    return () => window.removeEventListener('popstate', turn);
  }
}

export const place = new Place();
