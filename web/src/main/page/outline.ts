/**
 * Where in a definition one is while it is written: its keys, as far as the text has them, though it may not be
 * YAML at this moment.
 */

/** Keys from the top; `[]` stands for an item of a list. */
export type Path = readonly string[];

export interface Place {
  readonly path: Path;
  readonly what: 'key' | 'value' | 'none';
  /** Where in the text the word begins that is being written. */
  readonly from: number;
  readonly word: string;
}

export interface Outline {
  readonly keys: readonly Path[];
  readonly place: Place;
}

const keyOf = /^("[^"]*"|'[^']*'|[^\s#:{}[\],"'][^#:{}[\],]*?)\s*:(?=\s|$)/;

function bare(key: string): string {
  return key.trim().replace(/^(["'])(.*)\1$/, '$2');
}

class Reader {
  readonly keys: Path[] = [];
  place: Place;
  private readonly block: { indent: number; key: string }[] = [];
  private flow: { open: string; key: string | undefined }[] = [];
  private word = 0;

  constructor(
    private readonly text: string,
    private readonly caret: number,
  ) {
    this.place = { path: [], what: 'none', from: caret, word: '' };
  }

  read(): Outline {
    let start = 0;
    for (const line of this.text.split('\n')) {
      this.line(line, start);
      start += line.length + 1;
    }
    return { keys: this.keys, place: this.place };
  }

  private path(): string[] {
    const flow = this.flow.map(({ open, key }) => (open === '[' ? '[]' : key)).filter((key) => key !== undefined);
    return [...this.block.map(({ key }) => key), ...flow];
  }

  private here(what: Place['what'], from: number, path = this.path()): void {
    const word = this.text.slice(from, this.caret);
    const space = word.length - word.trimStart().length;
    this.place = { path, what, from: from + space, word: word.trimStart() };
  }

  private line(line: string, start: number): void {
    const holds = this.caret >= start && this.caret <= start + line.length;
    if (this.flow.length > 0 && /^\S+:(\s|$)/.test(line)) {
      // A bracket that is not closed yet: the next key of the whole text ends it.
      this.flow = [];
    }
    if (this.flow.length > 0) {
      this.word = start;
      this.within(line, start, 0);
      return;
    }
    if (/^\s*(#.*)?$/.test(line)) {
      if (holds && !line.slice(0, this.caret - start).includes('#')) {
        const indent = this.caret - start;
        this.here('key', this.caret, this.block.filter((one) => one.indent < indent).map(({ key }) => key));
      }
      return;
    }
    this.entry(line, start, holds);
  }

  private entry(line: string, start: number, holds: boolean): void {
    let column = line.length - line.trimStart().length;
    const item = /^-(\s|$)/.test(line.slice(column));
    while ((this.block.at(-1)?.indent ?? -1) >= column + (item ? 1 : 0)) {
      this.block.pop();
    }
    if (item) {
      this.block.push({ indent: column, key: '[]' });
      column += line.slice(column).match(/^-\s*/)?.[0].length ?? 1;
    }
    const key = keyOf.exec(line.slice(column));
    if (!key) {
      if (holds && this.caret >= start + column) {
        this.here(item ? 'value' : 'key', start + column);
      }
      this.word = start + column;
      this.within(line, start, column);
      return;
    }
    if (holds && this.caret >= start + column && this.caret < start + column + key[0].length) {
      this.here('key', start + column);
    }
    this.block.push({ indent: column, key: bare(key[1] ?? '') });
    this.keys.push(this.path());
    const value = column + key[0].length;
    if (holds && this.caret >= start + value) {
      this.here('value', start + value);
    }
    this.word = start + value;
    this.within(line, start, value);
  }

  /** What stands in brackets, from a column on. */
  private within(line: string, start: number, column: number): void {
    let quote = '';
    for (let i = column; i <= line.length; i++) {
      const at = start + i;
      if (at === this.caret && this.flow.length > 0 && !quote) {
        const top = this.flow.at(-1);
        this.here(top?.open === '{' && top.key === undefined ? 'key' : 'value', Math.min(this.word, at));
      }
      const c = line[i];
      if (c === undefined || (c === '#' && !quote && /\s/.test(line[i - 1] ?? ' '))) {
        if (c === '#' && this.caret > at && this.caret <= start + line.length) {
          this.place = { path: [], what: 'none', from: this.caret, word: '' };
        }
        return;
      }
      if (quote) {
        quote = c === quote ? '' : quote;
      } else if (c === '"' || c === "'") {
        quote = c;
      } else if (this.flow.length > 0 || /^\s*$/.test(line.slice(column, i))) {
        this.bracket(c, line[i + 1], at);
      }
    }
  }

  private bracket(c: string, next: string | undefined, at: number): void {
    const top = this.flow.at(-1);
    if (c === '{' || c === '[') {
      this.flow.push({ open: c, key: undefined });
      this.word = at + 1;
    } else if (!top) {
      return;
    } else if (c === '}' || c === ']') {
      this.flow.pop();
      this.word = at + 1;
    } else if (c === ',') {
      top.key = undefined;
      this.word = at + 1;
    } else if (c === ':' && top.open === '{' && top.key === undefined && (next === undefined || /\s/.test(next))) {
      top.key = bare(this.text.slice(this.word, at));
      this.keys.push(this.path());
      this.word = at + 1;
    }
  }
}

/** The keys of a text, and where its cursor stands. */
export function outline(text: string, caret: number): Outline {
  return new Reader(text, caret).read();
}
