/** Light or dark: as the system has it, until somebody chooses. */

export type Theme = 'auto' | 'light' | 'dark';
const place = 'guywire-theme';

function kept(): Theme {
  const text = localStorage.getItem(place);
  return text === 'light' || text === 'dark' ? text : 'auto';
}

export const theme = $state({ chosen: kept() });

export function applyTheme(): void {
  if (theme.chosen === 'auto') {
    delete document.documentElement.dataset['theme'];
  } else {
    document.documentElement.dataset['theme'] = theme.chosen;
  }
}

/** The next of the three. */
export function turnTheme(): void {
  theme.chosen = theme.chosen === 'auto' ? 'light' : theme.chosen === 'light' ? 'dark' : 'auto';
  localStorage.setItem(place, theme.chosen);
  applyTheme();
}
