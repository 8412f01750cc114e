/** Whether something has every word that is looked for, somewhere in its texts. */
export function finder(search: string): (texts: readonly string[]) => boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return (texts) => {
    const all = texts.join(' ').toLowerCase();
    return words.every((word) => all.includes(word));
  };
}

/** Does something once nothing was typed for a moment; ends by what it returns. */
export function afterTyping(work: () => void): () => void {
  const timer = setTimeout(work, 250);
  return () => clearTimeout(timer);
}
