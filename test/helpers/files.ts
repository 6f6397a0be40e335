import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';

export type SentFile = { name?: string; type?: string; bytes: Buffer; field?: string };

/** A form with files as a browser sends it, for `app.inject`; a field may have several values. */
export async function multipart(fields: Record<string, string | string[]>, files: SentFile[]) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields))
    for (const one of [value].flat()) form.append(name, one);
  for (const { name = 'picture.jpg', type = 'image/jpeg', bytes, field = 'files' } of files)
    form.append(field, new Blob([new Uint8Array(bytes)], { type }), name);
  const sent = new Response(form);
  return {
    payload: Buffer.from(await sent.arrayBuffer()),
    headers: { 'content-type': sent.headers.get('content-type')! },
  };
}

/** A plain picture. */
export const pictureOf = (width = 400, height = 300, background = '#336699') =>
  sharp({ create: { width, height, channels: 3, background } })
    .jpeg()
    .toBuffer();

/** Pixels that no format makes small: what is kept of it has a size worth counting. */
export function noise(width: number, height: number): Promise<Buffer> {
  let state = 7;
  const raw = Buffer.alloc(width * height * 3);
  for (let place = 0; place < raw.length; place++) {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    raw[place] = state >>> 16;
  }
  return sharp(raw, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 95 })
    .toBuffer();
}

/** A picture as a phone makes it, lying on its side, with where it was taken. */
export const fromPhone = () =>
  sharp({ create: { width: 400, height: 300, channels: 3, background: '#ffffff' } })
    .composite([
      { input: { create: { width: 400, height: 60, channels: 3, background: '#ff0000' } }, top: 0, left: 0 },
    ])
    .jpeg()
    .withExif({
      IFD0: { Make: 'Zyxphone', Orientation: '6' },
      IFD2: { DateTimeOriginal: '2026:11:20 09:30:00' },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '51/1 30/1 0/1',
        GPSLongitudeRef: 'W',
        GPSLongitude: '0/1 7/1 0/1',
      },
    })
    .withMetadata({ orientation: 6 })
    .toBuffer();

/** A small file that says it is a picture of so many pixels a side. */
export function pngBomb(side: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    size.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([size, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head[8] = 1;
  const rows = deflateSync(Buffer.alloc(side * (Math.ceil(side / 8) + 1)));
  return Buffer.concat([
    Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A PDF in which some words stand. */
export const pdfOf = (words = 'An agreement') =>
  Buffer.from(
    `%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\n% ${words}\ntrailer << /Root 1 0 R >>\n%%EOF\n`,
  );
