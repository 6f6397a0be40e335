/** The most that a logo may have, in bytes. */
export const logoLimit = 200_000;
/** The most that a logo may have on a side, in pixels; browsers would unpack more at length. */
const mostPixels = 4000;

export type Picture = { type: 'image/png' | 'image/jpeg'; width: number; height: number };

/** What a file is by its own bytes, whatever its name says; null for what is no PNG or JPEG picture. */
export function pictureIn(bytes: Buffer): Picture | null {
  const picture = pngIn(bytes) ?? jpegIn(bytes);
  if (!picture) return null;
  const { width, height } = picture;
  return Math.min(width, height) > 0 && Math.max(width, height) <= mostPixels ? picture : null;
}

/** Source: W3C Portable Network Graphics, signature and IHDR. */
function pngIn(bytes: Buffer): Picture | null {
  const isPng = bytes.length >= 33 && bytes.subarray(0, 8).toString('hex') === '89504e470d0a1a0a';
  if (!isPng || bytes.toString('latin1', 12, 16) !== 'IHDR') return null;
  return { type: 'image/png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** Source: ITU-T T.81, B.1.1 and B.2.2: segments up to the frame header, which has the size. */
function jpegIn(bytes: Buffer): Picture | null {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return null;
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame)
      return { type: 'image/jpeg', height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    at += 2 + Math.max(2, bytes.readUInt16BE(at + 2));
  }
  return null;
}

/** A web address as people type it, made whole; null for what is none. */
export function webAddress(typed: string): string | null {
  const whole = /^https?:\/\//i.test(typed) ? typed : `https://${typed}`;
  if (!URL.canParse(whole)) return null;
  const { hostname, username, href } = new URL(whole);
  return hostname.includes('.') && !username ? href.replace(/\/$/, '') : null;
}
