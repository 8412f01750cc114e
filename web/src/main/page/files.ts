/** Files that somebody chose or dropped, as texts: what is in them stays in the browser. */

export interface Found {
  readonly path: string;
  /** Not there if it is no text. */
  readonly text: string | undefined;
}

/** More than any configuration has, in bytes. */
const largest = 1 << 20;
const most = 300;
/** One in so many bytes may be a control character that no text has. */
const controls = 50;

/** The text that bytes are: UTF-8, UTF-16 where its mark says so, else byte by byte. */
export function textOf(bytes: Uint8Array): string | undefined {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes);
  }
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) {
    end--;
  }
  const own = bytes.subarray(0, end);
  const odd = own.reduce((count, byte) => count + (byte < 32 && ![9, 10, 13, 27].includes(byte) ? 1 : 0), 0);
  if (own.includes(0) || odd > end / controls) {
    return undefined;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(own);
  } catch {
    return new TextDecoder('latin1').decode(own);
  }
}

async function read(file: File, path: string): Promise<Found> {
  const text = file.size > largest ? undefined : textOf(new Uint8Array(await file.arrayBuffer()));
  return { path: path.replaceAll('\\', '-'), text };
}

/** What an input for files or for a directory holds. */
export function chosen(files: FileList): Promise<Found[]> {
  return Promise.all([...files].filter((file) => !hidden(file.webkitRelativePath)).slice(0, most).map((file) => read(file, file.webkitRelativePath || file.name)));
}

/** Where programs keep their own things, such as .git. */
function hidden(path: string): boolean {
  return path.split('/').slice(0, -1).some((part, depth) => depth > 0 && part.startsWith('.'));
}

/** What was dropped, with all that is in dropped directories. */
export async function dropped(items: DataTransferItemList): Promise<Found[]> {
  // All of them at once: the list is empty after the first wait.
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const found: Found[] = [];
  const walk = async (entry: FileSystemEntry): Promise<void> => {
    const path = entry.fullPath.replace(/^\//, '');
    if (found.length >= most || hidden(path + '/')) {
      return;
    }
    if (entry.isFile) {
      const file = await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed));
      found.push(await read(file, path));
      return;
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    // A reader gives some at a time, and none at the end.
    for (let some = await next(reader); some.length > 0; some = await next(reader)) {
      for (const one of some) {
        await walk(one);
      }
    }
  };
  for (const entry of entries) {
    await walk(entry);
  }
  return found;
}

function next(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((done, failed) => reader.readEntries(done, failed));
}

/** Two piles as one: what has the path of another file comes into a directory of its own. */
export function together<T extends Found>(before: readonly T[], added: readonly T[]): T[] {
  const all = [...before];
  for (const one of added) {
    const same = all.find((other) => other.path === one.path);
    if (same?.text === one.text && same) {
      continue;
    }
    let path = one.path;
    for (let count = 2; all.some((other) => other.path === path); count++) {
      path = `host-${count}/${one.path}`;
    }
    all.push({ ...one, path });
  }
  return all;
}
