/** Amounts of traffic as people read them. */

const units = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Bytes, by thousands. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 9.95 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
