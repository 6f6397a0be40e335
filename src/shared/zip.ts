import { Readable } from 'node:stream';
import { crc32, createDeflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib';

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

type Packed = { name: Buffer; crc: number; packed: number; size: number; at: number; isLong?: true };

/**
 * A ZIP archive of a few files whose bytes are there, and of one whose text is asked for as it goes out: however long
 * that is, it takes the same memory.
 */
export async function* zipOf(
  files: Map<string, Buffer>,
  long: { name: string; text: AsyncIterable<string> },
): AsyncGenerator<Buffer> {
  const directory: Packed[] = [];
  let at = 0;
  for (const [name, content] of files) {
    const bytes = deflateRawSync(content);
    const one = {
      name: Buffer.from(name),
      crc: crc32(content),
      packed: bytes.length,
      size: content.length,
      at,
    };
    const local = Buffer.concat([localHead(one), bytes]);
    directory.push(one);
    at += local.length;
    yield local;
  }
  const one: Packed = { name: Buffer.from(long.name), crc: 0, packed: 0, size: 0, at, isLong: true };
  yield localHead(one);
  const counted = async function* () {
    for await (const text of long.text) {
      const bytes = Buffer.from(text);
      one.crc = crc32(bytes, one.crc);
      one.size += bytes.length;
      yield bytes;
    }
  };
  const source = Readable.from(counted());
  const deflate = createDeflateRaw();
  source.on('error', (error) => deflate.destroy(error));
  for await (const chunk of source.pipe(deflate) as AsyncIterable<Buffer>) {
    one.packed += chunk.length;
    yield chunk;
  }
  const descriptor = Buffer.alloc(16);
  descriptor.writeUInt32LE(0x08074b50, 0);
  descriptor.writeUInt32LE(one.crc, 4);
  descriptor.writeUInt32LE(one.packed, 8);
  descriptor.writeUInt32LE(one.size, 12);
  yield descriptor;
  directory.push(one);
  at += localHead(one).length + one.packed + descriptor.length;
  const listing = Buffer.concat(directory.map(listedHead));
  const end = Buffer.alloc(22);
  end.writeUInt32LE(ends, 0);
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(at, 16);
  yield Buffer.concat([listing, end]);
}

/** What both heads of a file say; one whose size is not known when it begins says so and tells it when it ends. */
function headOf({ crc, packed, size, name, isLong }: Packed, isListed: boolean): Buffer {
  const head = Buffer.alloc(isListed ? 46 : 30);
  const from = isListed ? 6 : 4;
  head.writeUInt32LE(isListed ? listed : 0x04034b50, 0);
  if (isListed) head.writeUInt16LE(20, 4);
  head.writeUInt16LE(20, from);
  if (isLong) head.writeUInt16LE(8, from + 2);
  head.writeUInt16LE(8, from + 4);
  // The first of January 1980, the beginning of time in archives.
  head.writeUInt16LE(0x21, from + 8);
  head.writeUInt32LE(crc, from + 10);
  head.writeUInt32LE(packed, from + 14);
  head.writeUInt32LE(size, from + 18);
  head.writeUInt16LE(name.length, from + 22);
  return head;
}

function localHead(one: Packed): Buffer {
  const head = headOf(one, false);
  return Buffer.concat([head, one.name]);
}

function listedHead(one: Packed): Buffer {
  const head = headOf(one, true);
  head.writeUInt32LE(one.at, 42);
  return Buffer.concat([head, one.name]);
}
