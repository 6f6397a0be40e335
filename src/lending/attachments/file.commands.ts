import { createHash } from 'node:crypto';
import type { Upload } from '../../shared/uploads.ts';
import { type AttachmentKind, attachmentLimits, formatOf, whyNotTaken } from './attachment.rules.ts';
import { readPicture } from './picture.ts';

/** A file as it is kept. */
export type ReadyFile = {
  contentType: 'image/jpeg' | 'application/pdf';
  data: Buffer;
  thumbnail: Buffer | null;
  width: number | null;
  height: number | null;
  sha256: Buffer;
};

/** Why a file is not kept: its place among those that were sent, from 0, and a sentence without a stop. */
export type FileFault = { file: number; message: string };

/**
 * Makes files ready to be kept: a picture is decoded and written anew, a PDF stays as it is. One after the other,
 * before any transaction begins, since it takes a while.
 * @throws Problem `busy`
 */
export async function readFiles(
  uploads: Upload[],
  kind: AttachmentKind,
): Promise<{ ready: ReadyFile[]; faults: FileFault[] }> {
  const ready: ReadyFile[] = [];
  const faults: FileFault[] = [];
  for (const [file, upload] of uploads.slice(0, attachmentLimits.files).entries()) {
    const read = whyNotTaken(upload, kind) ?? (await readFile(upload.bytes));
    if (typeof read === 'string') faults.push({ file, message: read });
    else ready.push(read);
  }
  for (let file = attachmentLimits.files; file < uploads.length; file++)
    faults.push({ file, message: `At most ${attachmentLimits.files} are taken at once` });
  return { ready, faults };
}

async function readFile(bytes: Buffer): Promise<ReadyFile | string> {
  if (formatOf(bytes) === 'pdf')
    return {
      contentType: 'application/pdf',
      data: bytes,
      thumbnail: null,
      width: null,
      height: null,
      sha256: hashOf(bytes),
    };
  const picture = await readPicture(bytes);
  if (typeof picture === 'string') return picture;
  return { contentType: 'image/jpeg', ...picture, sha256: hashOf(picture.data) };
}

const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest();
