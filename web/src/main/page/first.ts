/** The definition of a first network: this server's host is its hub, and devices hang on it. */

/** A text in quotes, as YAML reads it: no name that somebody types can be more than a name. */
function quoted(text: string): string {
  return JSON.stringify(text.trim());
}

export function firstDefinition(network: string, host: string): string {
  return [
    `network: ${quoted(network)}`,
    'overlay: 10.77.0.0/24',
    'nodes:',
    `  hub: {hub: true, public: ${quoted(host)}, listen: 51820}`,
    '',
  ].join('\n');
}
