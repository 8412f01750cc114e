/** The server's API (openapi.json), as far as the page asks it. */
import { language } from './words.svelte';

export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    text: string,
    readonly body: Record<string, unknown>,
  ) {
    super(text);
  }
}

/** Asked when the server can't be reached at all. */
const unreachable = new Refusal(0, 'unreachable', '', {});

export interface Asked {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  body?: unknown;
  /** Instead of the session that the browser holds. */
  token?: string | undefined;
  /** Whether a session may begin by it, though it is asked with a token. */
  keepCookie?: boolean;
}

/** Asks; whoever is refused gets an exception with the server's words, in the language of the page. */
export async function ask<T>(path: string, asked: Asked = {}): Promise<T> {
  const headers: Record<string, string> = { 'Accept-Language': language.tag };
  const method = asked.method ?? 'GET';
  if (method !== 'GET') {
    // A page of another origin can't send this without being asked first, and nobody says yes to it.
    headers['X-Guywire-Page'] = '1';
  }
  if (asked.token) {
    headers['Authorization'] = `Bearer ${asked.token}`;
  }
  let response: Response;
  try {
    response = await fetch('/api/v1' + path, {
      method,
      headers,
      body: asked.body === undefined ? null : JSON.stringify(asked.body),
      credentials: asked.token && !asked.keepCookie ? 'omit' : 'same-origin',
      cache: 'no-store',
      redirect: 'error',
    });
  } catch {
    throw unreachable;
  }
  const type = response.headers.get('Content-Type') ?? '';
  if (!type.startsWith('application/json')) {
    return (await response.text()) as T;
  }
  const body = (await response.json()) as Record<string, unknown>;
  if (!response.ok) {
    const error = (body['error'] ?? {}) as { code?: string; text?: string };
    throw new Refusal(response.status, error.code ?? '', error.text ?? '', body);
  }
  return body as T;
}

export interface Page<T> {
  items: T[];
  next?: string;
}

/** A path with what is asked for behind it; what is empty is not asked for. */
export function asking(path: string, query: Record<string, string>): string {
  const given = Object.entries(query).filter(([, value]) => value);
  return given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path;
}

/** All pages of a list; with `first`, this is told what the first one has as soon as it is there. */
export async function all<T>(path: string, first?: (items: T[]) => void): Promise<T[]> {
  const items: T[] = [];
  let after = '';
  do {
    const page: Page<T> = await ask(`${path}${path.includes('?') ? '&' : '?'}limit=1000${after && `&after=${encodeURIComponent(after)}`}`);
    items.push(...page.items);
    if (!after && page.next) {
      first?.([...items]);
    }
    after = page.next ?? '';
  } while (after);
  return items;
}

/** What the page says where the server's own words are missing. */
export function wordsOf(error: unknown, say: (key: 'unreachable' | 'failed') => string): string {
  if (error instanceof Refusal) {
    return error.status === 0 ? say('unreachable') : error.message;
  }
  return say('failed');
}
