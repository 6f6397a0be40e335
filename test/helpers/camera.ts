import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { toBuffer } from 'bwip-js/node';
import sharp from 'sharp';
import type { Test } from 'tap';

const width = 640;
const height = 480;
const perSecond = 4;
/** How many frames each code is shown: long enough for a slow machine to read it many times. */
const frames = 10;

/** The flags of a browser whose camera is let and shows one code after another, over and over. An empty code is a blank wall. */
export async function cameraShows(t: Pick<Test, 'teardown'>, codes: ShownCode[]): Promise<string[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lendwell-camera-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const film = path.join(folder, 'codes.y4m');
  const file = await open(film, 'w');
  await file.write(`YUV4MPEG2 W${width} H${height} F${perSecond}:1 Ip A1:1 C420jpeg\n`);
  const grey = Buffer.alloc((width * height) / 2, 128);
  for (const code of codes) {
    const frame = Buffer.concat([Buffer.from('FRAME\n'), await brightnessOf(code), grey]);
    for (let shown = 0; shown < frames; shown++) await file.write(frame);
  }
  await file.close();
  return [...withCamera, '--use-fake-ui-for-media-stream', `--use-file-for-fake-video-capture=${film}`];
}

/** What a camera is held at: a text, and the code that it is printed as. */
type ShownCode = {
  text: string;
  as: 'code128' | 'code39' | 'ean13' | 'qrcode' | 'datamatrix' | 'interleaved2of5';
};

/** A browser with a camera; whoever uses it is asked, and nobody answers. */
export const withCamera = ['--use-fake-device-for-media-stream'];

/** A code on a light wall, as a camera sees its brightness. */
async function brightnessOf({ text, as }: ShownCode): Promise<Buffer> {
  const wall = sharp({ create: { width, height, channels: 3, background: '#e8e8e8' } });
  if (text) {
    const code = await sharp(
      await toBuffer({ bcid: as, text, scale: 3, padding: 8, backgroundcolor: 'FFFFFF' }),
    )
      .resize({ width: width - 80, height: height - 80, fit: 'inside', withoutEnlargement: true })
      .toBuffer();
    wall.composite([{ input: code }]);
  }
  const { data } = await wall.flatten().toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  return data;
}
