/** Times as people read them. */
import { language } from './words.svelte';

/** Minutes and seconds, or more: 14:59, 3:00:00. */
export function countDown(seconds: number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return (hours > 0 ? `${hours}:${two(minutes)}` : `${minutes}`) + `:${two(seconds % 60)}`;
}

/** How far a moment is from now: 3 minutes ago, in 2 days. */
export function distance(moment: string, now: number): string {
  const seconds = Math.round((Date.parse(moment) - now) / 1000);
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [
    ['year', 31_557_600],
    ['month', 2_629_800],
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ];
  const form = new Intl.RelativeTimeFormat(language.tag, { numeric: 'auto' });
  for (const [unit, length] of steps) {
    if (Math.abs(seconds) >= length) {
      return form.format(Math.trunc(seconds / length), unit);
    }
  }
  return form.format(seconds, 'second');
}

/** The moment itself. */
export function moment(text: string): string {
  return new Intl.DateTimeFormat(language.tag, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(text));
}
