import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import { Problem } from './problem.ts';
import { readSheetFile, xlsxType } from './sheet-file.ts';

/** The most that a file may have, in bytes. */
export const uploadLimit = 20 * 1024 * 1024;

/** A file that came with a form, in which field; of one that is too large only the beginning. */
export type Upload = { field: string; name: string; bytes: Buffer; tooLarge: boolean };

/** How many files a form may bring, and how many bytes each may have. */
export type UploadLimits = { files: number; fileSize: number };

declare module 'fastify' {
  interface FastifyRequest {
    /** The file of the form, when one was chosen; of several the last. */
    upload: Upload | null;
    /** Of a workbook that was the body: its sheets that are not read though they have something in them. */
    sheetsNotRead: string[];
    /** All files of the form. Of those beyond the number that it may bring there are no bytes. */
    uploads: Upload[];
  }
  interface FastifyContextConfig {
    /** A form that may bring a file, or several; other routes refuse multipart bodies. */
    upload?: true | UploadLimits;
  }
}

type Body = Record<string, string | string[]>;
type Limits = Record<'fileSize' | 'files' | 'fieldSize' | 'fields' | 'parts', number>;

const oneFile: UploadLimits = { files: 1, fileSize: uploadLimit };
/** How many files are read past, so that a form that brings too many is shown again. A field for files that is empty counts as one. */
const readPast = 100;
const megabyte = 1024 * 1024;
/** The one field that may be as large as a file: a sheet as text. */
const largeField = 'csv';
/** The most bytes of any other field. */
const fieldLimit = 64 * 1024;
/** So many bytes are read before the form's token is known; it is the first field of every form. */
const readUnknown = megabyte;

/**
 * Forms with a file: the text fields become the body as with any other form, the file
 * `request.upload`. A file that is too large does not refuse the form, so that the page can show
 * again what was typed. Registered before all that looks at bodies: the token against forged
 * forms is one of the fields, and nothing large is read before it.
 */
export const uploads = plugin(async (app) => {
  const limits = { fileSize: uploadLimit, files: 1, fieldSize: uploadLimit, fields: 100, parts: 101 };
  // The text of a sheet is a large field; forms that bring photos have many small ones.
  const ofPhotos = { ...limits, fieldSize: 1024 * 1024, fields: 500, parts: 600 };
  await app.register(multipart, { throwFileSizeLimit: false, limits });
  app.decorateRequest('upload', null);
  app.decorateRequest('sheetsNotRead');
  app.decorateRequest('uploads');
  app.addHook('onRequest', async (request) => {
    request.uploads = [];
  });
  // What is refused while it is still coming in is not read to its end.
  app.addHook('onSend', async (request, reply, payload) => {
    const isMultipart = request.headers['content-type']?.startsWith('multipart/');
    if (isMultipart && !request.raw.complete) reply.header('connection', 'close');
    return payload;
  });
  app.addHook('preValidation', async (request) => {
    if (!request.isMultipart() || request.is404) return;
    const { upload } = request.routeOptions.config;
    if (!upload) throw new Problem('unsupported-media-type');
    const { files, fileSize } = upload === true ? oneFile : upload;
    const most = upload === true ? files : files + readPast;
    const stopped = stopWhen(request, (bytes) => {
      if (bytes > files * fileSize + uploadLimit + megabyte) return new Problem('too-large');
      return bytes > readUnknown && request.body === undefined ? expired() : undefined;
    });
    /** A form of ours that came too late: its fields are read to be kept, and none of its files. */
    let isLate = false;
    const { headers } = request;
    if (headers.authorization !== undefined || headers['x-csrf-token'] !== undefined) knowToken({});
    await Promise.race([
      stopped,
      readParts({ ...(upload === true ? limits : ofPhotos), fileSize, files: most }),
    ]);

    async function readParts(limitsOfForm: Limits): Promise<void> {
      const body: Body = {};
      let length = 0;
      try {
        for await (const part of request.parts({ limits: limitsOfForm })) {
          if (part.type === 'field') {
            const value = String(part.value);
            length += value.length;
            if (part.valueTruncated || (part.fieldname !== largeField && value.length > fieldLimit))
              throw new Problem('too-large');
            if (isLate && length > readUnknown) throw expired();
            const before = body[part.fieldname];
            body[part.fieldname] = before === undefined ? value : [before, value].flat();
            if (part.fieldname === '_csrf' && request.body === undefined) knowToken(body);
            continue;
          }
          if (request.body === undefined) knowToken(body);
          if (isLate || !part.filename || request.uploads.length >= files) {
            part.file.resume();
            if (part.filename)
              request.uploads.push({
                field: part.fieldname,
                name: part.filename,
                bytes: Buffer.alloc(0),
                tooLarge: false,
              });
            continue;
          }
          const bytes = await part.toBuffer();
          request.upload = {
            field: part.fieldname,
            name: part.filename,
            bytes,
            tooLarge: part.file.truncated,
          };
          request.uploads.push(request.upload);
        }
      } catch (error) {
        // The parser names its limits; for a body that is broken it has a plain error.
        throw (error as { statusCode?: number }).statusCode || error instanceof Problem
          ? error
          : new Problem('bad-request');
      }
      request.body = body;
    }

    /**
     * Takes the fields so far as the body, whose token is looked at.
     * @throws Problem `form-expired` where it is not right, and the form is not one of ours to be kept
     */
    function knowToken(body: Body): void {
      request.body = body;
      if (app.hasFormToken?.(request) ?? true) return;
      isLate = mayBeKept(request);
      if (!isLate) throw expired();
    }
  });
});

const expired = () => new Problem('form-expired', { detail: 'Load the page again, then send the form.' });

/** Whether a browser says that a page of ours sent it, for someone who is or was signed in (Fetch Metadata). */
const mayBeKept = ({ headers, ctx, endedSession }: FastifyRequest): boolean =>
  headers['sec-fetch-site'] === 'same-origin' && Boolean(ctx ?? endedSession);

/** Fails with what `refuses` gives for the number of bytes that came in before those that are at hand, and reads no more. */
function stopWhen({ raw }: FastifyRequest, refuses: (bytes: number) => Problem | undefined): Promise<never> {
  return new Promise((_, reject) => {
    let bytes = 0;
    raw.on('data', function count(chunk: Buffer) {
      const problem = refuses(bytes);
      bytes += chunk.length;
      if (!problem) return;
      raw.off('data', count).unpipe().pause();
      reject(problem);
    });
  });
}

/** What the routes that take a sheet say that they consume. */
export const sheetTypes = ['text/csv', xlsxType];

/** Takes a sheet as the body of the routes whose schema says that they consume one, as the text of a CSV file; others refuse it. */
export function takeSheetBodies(app: Pick<FastifyInstance, 'addContentTypeParser'>): void {
  app.addContentTypeParser(
    sheetTypes,
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      if (!request.routeOptions.schema?.consumes?.includes('text/csv'))
        throw new Problem('unsupported-media-type');
      const { text, sheetsNotRead } = await readSheetFile(body);
      request.sheetsNotRead = sheetsNotRead;
      return text;
    },
  );
}
