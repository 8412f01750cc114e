/** English, and with it which texts there are. */
export const english = {
  themeAuto: 'Light or dark as the system has it',
  themeLight: 'Light',
  themeDark: 'Dark',
  copied: 'Copied',
  notCopied: 'The browser does not let the page copy',
  looking: 'Looking …',
  unreachable: 'The server can’t be reached.',
  failed: 'That did not work. Try it again.',
  welcome: 'Guywire',
  noLink: 'This server keeps private networks steady. Open the link that you were given for a device, or use the commands of guywire.',
  yourDevice: 'Your device',
  linkFor: 'This link puts {0} into the network {1}. Open it on the device itself, or have the WireGuard app of the device at hand to scan a code.',
  makeKey: 'Make the key and show the code',
  linkOnce: 'The link is good once.',
  linkLeft: 'It ends in {0}.',
  linkGone: 'This link was used, has ended, or was replaced by a newer one. Ask for another.',
  noPeerYet: 'The key is kept, but nobody is there yet to connect to: the hub has no key so far. Ask for another link once the hub is up.',
  qrHere: 'QR code of the configuration',
  qrTooLong: 'This is too long for a code: save the file instead.',
  scanWith: 'Scan it with the WireGuard app: + → Scan from QR code.',
  saveFile: 'Save {0}',
  copyFile: 'Copy the text',
  keyHere: 'The private key was made in this browser and is shown only here, only now. The server has never seen it.',
} as const;

export type Key = keyof typeof english;
