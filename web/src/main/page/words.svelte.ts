/** The words of the page: English and Chinese, as the browser has it until somebody chooses. */
import { english, type Key } from './words/en';
import { chinese } from './words/zh';

const place = 'guywire-language';

function first(): 'en' | 'zh-CN' {
  const kept = localStorage.getItem(place) ?? navigator.language;
  return kept.startsWith('zh') ? 'zh-CN' : 'en';
}

export const language = $state({ tag: first() });

/** A text in the language of the page, with its arguments in place of {0}, {1}. */
export function say(key: Key, ...values: (string | number)[]): string {
  const text: string = (language.tag === 'zh-CN' ? chinese : english)[key];
  return text.replace(/\{(\d)\}/g, (_, at: string) => String(values[Number(at)] ?? ''));
}

export function turnLanguage(): void {
  language.tag = language.tag === 'en' ? 'zh-CN' : 'en';
  localStorage.setItem(place, language.tag);
}
