/** What a change would do, as the server tells it. */
import { Refusal } from './api';
import { told } from './session.svelte';

export interface Finding {
  code: string;
  severity: string;
  node?: string;
  line: number;
  column: number;
  what: string;
  mend: string;
}

export interface Broken {
  promise: string;
  line: number;
  from: string;
  to: string;
  why: string;
  journey: string[];
}

export interface Shift {
  from: string[];
  to: string[];
  services: string[];
  all: boolean;
  stop?: string;
}

export interface NodeChange {
  node: string;
  kind: string;
  interface?: string;
  text: string;
  restarts: boolean;
}

export interface Difference {
  gained: Shift[];
  lost: Shift[];
  changes: NodeChange[];
}

export interface Preview {
  lands: boolean;
  holds: boolean;
  findings: Finding[];
  broken: Broken[];
  difference?: Difference;
  refused: Shift[];
}

/** What a change that was refused would have done. */
export function previewOf(error: unknown): Preview | undefined {
  return error instanceof Refusal ? (error.body['preview'] as Preview | undefined) : undefined;
}

/** What a screen says of a change that was refused: that it was, and the first reason. */
export function toldWhy(error: unknown): string {
  const preview = previewOf(error);
  return [told(error), preview?.findings[0]?.what, preview?.broken[0]?.why].filter(Boolean).join(' ');
}

/** Who has to be named so that nobody is cut off unnamed: a direction for each. */
export function cutsOf(refused: Shift[]): string[] {
  const cuts = refused.flatMap((shift) => shift.from.flatMap((from) => shift.to.map((to) => `${from} -> ${to}`)));
  return [...new Set(cuts)];
}
