import { inflateRawSync } from 'node:zlib';

/** A file of an archive, unpacked when it is asked for. */
export type ZippedFile = { isLocked: boolean; read(mostBytes: number): Buffer };

const ends = 0x06054b50;
const listed = 0x02014b50;

/**
 * The files of a ZIP archive by their names, as its directory has them.
 * @throws RangeError when it is damaged, or of a kind for files of more than 4 GB; so does `read` for a file that is larger than it may be
 */
export function filesOf(bytes: Buffer): Map<string, ZippedFile> {
  const files = new Map<string, ZippedFile>();
  let end = bytes.length - 22;
  while (end >= 0 && bytes.readUInt32LE(end) !== ends) end--;
  if (end < 0) throw new RangeError('There is no directory');
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  for (let place = 0; place < count; place++) {
    if (bytes.readUInt32LE(at) !== listed) throw new RangeError('The directory is damaged');
    const nameEnds = at + 46 + bytes.readUInt16LE(at + 28);
    const name = bytes.toString('utf8', at + 46, nameEnds);
    if (files.has(name)) throw new RangeError('A file is there twice');
    files.set(name, fileAt(bytes, at));
    at = nameEnds + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return files;
}

function fileAt(bytes: Buffer, at: number): ZippedFile {
  return {
    isLocked: (bytes.readUInt16LE(at + 8) & 1) === 1,
    read(mostBytes) {
      const local = bytes.readUInt32LE(at + 42);
      const begins = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
      const packed = bytes.subarray(begins, begins + bytes.readUInt32LE(at + 20));
      if (packed.length > mostBytes) throw new RangeError('The file is too large');
      const isPlain = bytes.readUInt16LE(at + 10) === 0;
      const content = isPlain ? packed : inflateRawSync(packed, { maxOutputLength: mostBytes });
      // Others reserve as much memory as the directory says.
      if (content.length !== bytes.readUInt32LE(at + 24)) throw new RangeError('The directory lies');
      return content;
    },
  };
}
