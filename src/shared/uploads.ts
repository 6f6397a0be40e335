import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import { Problem } from './problem.ts';
import { readSheetFile, xlsxType } from './sheet-file.ts';

/** The most that a file may have, in bytes. */
export const uploadLimit = 20 * 1024 * 1024;

/** A file that came with a form; of one that is too large only the beginning. */
export type Upload = { name: string; bytes: Buffer; tooLarge: boolean };

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

const oneFile: UploadLimits = { files: 1, fileSize: uploadLimit };
/** How many files are read past, so that a form that brings too many is shown again. */
const readPast = 20;

/**
 * Forms with a file: the text fields become the body as with any other form, the file
 * `request.upload`. A file that is too large does not refuse the form, so that the page can show
 * again what was typed. Registered before all that looks at bodies: the token against forged
 * forms is one of the fields.
 */
export const uploads = plugin(async (app) => {
  const limits = { fileSize: uploadLimit, files: 1, fieldSize: uploadLimit, fields: 100, parts: 101 };
  await app.register(multipart, { throwFileSizeLimit: false, limits });
  app.decorateRequest('upload', null);
  app.decorateRequest('sheetsNotRead');
  app.decorateRequest('uploads');
  app.addHook('onRequest', async (request) => {
    request.uploads = [];
  });
  app.addHook('preValidation', async (request) => {
    if (!request.isMultipart() || request.is404) return;
    const { upload } = request.routeOptions.config;
    if (!upload) throw new Problem('unsupported-media-type');
    const { files, fileSize } = upload === true ? oneFile : upload;
    const most = upload === true ? files : files + readPast;
    const body: Record<string, string> = {};
    try {
      for await (const part of request.parts({ limits: { ...limits, fileSize, files: most } })) {
        if (part.type === 'field') {
          if (part.valueTruncated) throw new Problem('too-large');
          body[part.fieldname] = String(part.value);
          continue;
        }
        if (!part.filename || request.uploads.length >= files) {
          part.file.resume();
          if (part.filename)
            request.uploads.push({ name: part.filename, bytes: Buffer.alloc(0), tooLarge: false });
          continue;
        }
        const bytes = await part.toBuffer();
        request.upload = { name: part.filename, bytes, tooLarge: part.file.truncated };
        request.uploads.push(request.upload);
      }
    } catch (error) {
      // The parser names its limits; for a body that is broken it has a plain error.
      throw (error as { statusCode?: number }).statusCode || error instanceof Problem
        ? error
        : new Problem('bad-request');
    }
    request.body = body;
  });
});

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
