import type sharp from 'sharp';
import { Problem } from '../../shared/problem.ts';
import { largeSide, mostPixels, thumbnailSide } from './attachment.rules.ts';

/** A picture as it is kept: a JPEG without anything but its pixels, and a small one of it. */
export type Picture = { data: Buffer; thumbnail: Buffer; width: number; height: number };

const mostAtOnce = 2;
const mostWaiting = 20;
const mostSeconds = 15;
/** Only these decoders run, whatever a file says that it is. */
const loaders = ['Jpeg', 'Png', 'Webp', 'Nsgif'].map((format) => `VipsForeignLoad${format}Buffer`);

/** Loaded with the first picture: whoever sends none needs neither its memory nor its binary. */
let loading: Promise<typeof sharp> | undefined;
function load(): Promise<typeof sharp> {
  loading ??= import('sharp').then(({ default: loaded }) => {
    loaded.cache(false);
    loaded.concurrency(1);
    loaded.block({ operation: ['VipsForeignLoad'] });
    loaded.unblock({ operation: loaders });
    return loaded;
  });
  return loading;
}

let running = 0;
const waiting: (() => void)[] = [];

/** Does some work when fewer than two others run. @throws Problem `busy` when too many wait already */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= mostAtOnce) {
    if (waiting.length >= mostWaiting) throw new Problem('busy');
    // Whoever ends hands its place over, so that nobody comes in between.
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running++;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}

/**
 * Makes what is kept of a picture: upright, at most 2,000 pixels a side, the first frame, and nothing of
 * where, when and with what it was taken. At most two at once, in threads of their own.
 * @returns the picture, or why it cannot be read, in a sentence
 * @throws Problem `busy`
 */
export function readPicture(bytes: Buffer): Promise<Picture | string> {
  return inTurn(async () => {
    const open = await load();
    try {
      const { data, info } = await open(bytes, { limitInputPixels: mostPixels, failOn: 'error' })
        .timeout({ seconds: mostSeconds })
        .autoOrient()
        .resize({ width: largeSide, height: largeSide, fit: 'inside', withoutEnlargement: true })
        .flatten({ background: '#ffffff' })
        .jpeg({ quality: 80 })
        .toBuffer({ resolveWithObject: true });
      const thumbnail = await open(data)
        .resize({ width: thumbnailSide, height: thumbnailSide, fit: 'inside', withoutEnlargement: true })
        .jpeg({ quality: 70 })
        .toBuffer();
      return { data, thumbnail, width: info.width, height: info.height };
    } catch (error) {
      return faultOf(error as Error);
    }
  });
}

function faultOf({ message }: Error): string {
  if (/pixel limit/.test(message)) return 'It has more than 64 million pixels. Take it with a smaller size';
  if (/timeout/.test(message)) return 'It takes too long to read. Take it with a smaller size';
  return 'The picture is damaged or incomplete. Take or choose it again';
}
