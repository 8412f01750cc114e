/** Whether something has every word that is looked for, somewhere in its texts. */
export function finder(search: string): (texts: readonly string[]) => boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return (texts) => {
    const all = texts.join(' ').toLowerCase();
    return words.every((word) => all.includes(word));
  };
}
