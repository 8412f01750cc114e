/** A text that another screen brings into the editor of the definition, where it is a change like any other. */
class Draft {
  network = $state('');
  text = $state('');

  /** The text for a network, once. */
  take(network: string): string | undefined {
    if (this.network !== network || !this.text) {
      return undefined;
    }
    const text = this.text;
    this.text = '';
    return text;
  }

  bring(network: string, text: string): void {
    this.network = network;
    this.text = text;
  }
}

export const draft = new Draft();

/** A definition by another name: its line `network:` says so. */
export function called(name: string, definition: string): string {
  return definition.replace(/^network:.*$/m, `network: ${JSON.stringify(name)}`);
}
