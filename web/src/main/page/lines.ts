/** Two texts side by side, line by line. */

export interface Pair {
  left?: { number: number; text: string };
  right?: { number: number; text: string };
  same: boolean;
}

/** Beyond so many cells the middle is shown as exchanged as a whole: a table of all would take too long. */
const mostCells = 4_000_000;

/**
 * The longest common subsequence of lines, after what is equal at both ends was set aside; a change is a line
 * taken from the left beside one put in on the right.
 */
export function sideBySide(left: string, right: string): Pair[] {
  const a = left.replace(/\n$/, '').split('\n');
  const b = right.replace(/\n$/, '').split('\n');
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) {
    head++;
  }
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) {
    tail++;
  }
  const pairs: Pair[] = [];
  const line = (lines: string[], i: number) => ({ number: i + 1, text: lines[i] ?? '' });
  const same = (i: number, j: number) => pairs.push({ left: line(a, i), right: line(b, j), same: true });
  let gone: number[] = [];
  let come: number[] = [];
  const flush = () => {
    for (let i = 0; i < Math.max(gone.length, come.length); i++) {
      const [x, y] = [gone[i], come[i]];
      pairs.push({
        ...(x !== undefined && { left: line(a, x) }),
        ...(y !== undefined && { right: line(b, y) }),
        same: false,
      });
    }
    gone = [];
    come = [];
  };
  for (let i = 0; i < head; i++) {
    same(i, i);
  }
  const n = a.length - head - tail;
  const m = b.length - head - tail;
  const width = m + 1;
  const small = (n + 1) * width <= mostCells;
  const longest = small ? new Uint32Array((n + 1) * width) : new Uint32Array(0);
  if (small) {
    for (let i = n - 1; i >= 0; i--) {
      for (let j = m - 1; j >= 0; j--) {
        longest[i * width + j] =
          a[head + i] === b[head + j]
            ? (longest[(i + 1) * width + j + 1] ?? 0) + 1
            : Math.max(longest[(i + 1) * width + j] ?? 0, longest[i * width + j + 1] ?? 0);
      }
    }
  }
  let i = 0;
  let j = 0;
  while (i < n || j < m) {
    if (small && i < n && j < m && a[head + i] === b[head + j]) {
      flush();
      same(head + i++, head + j++);
    } else if (i < n && (j >= m || !small || (longest[(i + 1) * width + j] ?? 0) >= (longest[i * width + j + 1] ?? 0))) {
      gone.push(head + i++);
    } else {
      come.push(head + j++);
    }
  }
  flush();
  for (let k = 0; k < tail; k++) {
    same(a.length - tail + k, b.length - tail + k);
  }
  return pairs;
}
