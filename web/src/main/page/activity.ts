/** What was done, as the server tells it, what is asked of it, and how it leaves as a table. */
import { say } from './words.svelte';
import { english, type Key } from './words/en';

export interface Entry {
  number: number;
  at: string;
  actor: string;
  token: string;
  action: string;
  network?: string;
  subject: string;
  detail: string;
}

/** What can have been done, in the words of the API; a former definition is had back by an action of its own number. */
export const actions: readonly string[] = Object.keys(english)
  .filter((key) => key.startsWith('did-') && key !== 'did-definition-restored')
  .map((key) => key.slice('did-'.length));

/** What was done, in words; what this page has no words for stands as the server has it. */
export function done(action: string): string {
  const key = `did-${action.replace(/^version-\d+-/, 'definition-')}`;
  return key in english ? say(key as Key) : action;
}

/** The version that came of it, where one did. */
export function versionOf(entry: Entry): number | undefined {
  const number = /^version (\d+)$/.exec(entry.subject)?.[1];
  return number === undefined || entry.network === undefined ? undefined : Number(number);
}

/** What it was done to, and what else is worth knowing: of a device the version stands behind. */
export function parted(entry: Entry): { about: string; more: string } {
  const number = /^version (\d+)$/.exec(entry.subject)?.[1];
  const version = number ? say('version', number) : '';
  return !version
    ? { about: entry.subject, more: entry.detail }
    : entry.action.startsWith('device-')
      ? { about: entry.detail, more: version }
      : { about: version, more: entry.detail };
}

/** The moment at which a day begins here, so many days later; empty if it is none. */
export function beginOf(day: string, later = 0): string {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day);
  if (!parts) {
    return '';
  }
  const moment = new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]) + later);
  return Number.isNaN(moment.getTime()) ? '' : moment.toISOString();
}

const columns = ['number', 'at', 'actor', 'token', 'action', 'network', 'subject', 'detail'] as const;

/**
 * A table as spreadsheets read it (RFC 4180), in the words of the API. What a spreadsheet would take for a formula it
 * shows as a text instead: some of it was chosen by others than who opens it.
 */
export function table(entries: readonly Entry[]): string {
  const cell = (value: string | number) => {
    const text = String(value);
    const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
  };
  const rows = entries.map((entry) => columns.map((column) => cell(entry[column] ?? '')).join(','));
  return [columns.join(','), ...rows].join('\r\n') + '\r\n';
}
