import type { Action } from '../../access/permissions.ts';

export const attachmentKinds = ['condition', 'agreement', 'certificate'] as const;
export type AttachmentKind = (typeof attachmentKinds)[number];

/** What each kind is called. */
export const attachmentWords: Record<AttachmentKind, string> = {
  condition: 'Photo of its condition',
  agreement: 'Signed agreement',
  certificate: 'Wipe certificate',
};

/** What photos and papers hang on: which kinds, and what someone must be allowed to see them. */
export const attachmentPlaces = {
  device: { kinds: ['condition', 'certificate'], reads: 'devices.read' },
  loan: { kinds: ['condition', 'agreement'], reads: 'loans.read' },
  incident: { kinds: ['condition'], reads: 'incidents.read' },
} as const satisfies Record<string, { kinds: AttachmentKind[]; reads: Action }>;
export type AttachmentPlace = keyof typeof attachmentPlaces;
export const places = Object.keys(attachmentPlaces) as AttachmentPlace[];

/** What may be sent at once: files, and bytes of each. */
export const attachmentLimits = { files: 5, fileSize: 15 * 1024 * 1024 };
/** The most that a PDF may have, in bytes: unlike a picture it is kept as it came. */
export const pdfLimit = 10 * 1024 * 1024;
/** How much may hang on one thing, what was removed not counted. */
export const mostOnOneThing = 100;
/** The most pixels of a picture; the largest mode of a phone's camera that is in use has 50 million. */
export const mostPixels = 64_000_000;
/** The longer side of what is kept, and of its thumbnail, in pixels. */
export const largeSide = 2000;
export const thumbnailSide = 240;
export const bytesPerMb = 1024 * 1024;

/** What a file is by its content, whatever it is called. */
export type FileFormat = 'picture' | 'pdf' | 'heic' | 'other';

/** Reads the first bytes of a file. A picture is a JPEG, PNG, WebP or GIF. */
export function formatOf(bytes: Buffer): FileFormat {
  const start = bytes.subarray(0, 16).toString('latin1');
  if (start.startsWith('\u00ff\u00d8\u00ff') || start.startsWith('\u0089PNG\r\n\u001a\n')) return 'picture';
  if (/^GIF8[79]a/.test(start) || /^RIFF.{4}WEBP/s.test(start)) return 'picture';
  if (/^.{4}ftyp(hei|hev|mif1|msf1|avi)/s.test(start)) return 'heic';
  return start.startsWith('%PDF-') ? 'pdf' : 'other';
}

/** Why a file is not even tried, in a sentence; undefined when it may be. */
export function whyNotTaken(
  { bytes, tooLarge }: { bytes: Buffer; tooLarge: boolean },
  kind: AttachmentKind,
): string | undefined {
  if (tooLarge) return 'It is larger than 15 MB. Take it with a smaller size';
  if (!bytes.length) return 'It is empty';
  const format = formatOf(bytes);
  if (format === 'heic')
    return 'It is a HEIC picture, which cannot be read here. Save it as JPEG; on an iPhone, choose Most Compatible under Settings, Camera, Formats';
  if (format === 'pdf' && kind === 'condition') return 'It is a PDF. A photo is a JPEG or PNG picture';
  if (format === 'pdf' && bytes.length > pdfLimit)
    return 'It is larger than 10 MB, which is the most for a PDF. Scan it with fewer dots, or take a photo of each page';
  if (format === 'pdf' && !bytes.subarray(-1024).includes('%%EOF'))
    return 'The PDF is incomplete. Choose it again';
  if (format !== 'other') return undefined;
  return `It is not a picture. Choose a JPEG or PNG${kind === 'condition' ? '' : ', or a PDF'}`;
}

/** The size of a thumbnail in pixels, so that a page keeps room for it. */
export function thumbnailSize({ width, height }: { width: number; height: number }) {
  const scale = Math.min(1, thumbnailSide / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
