import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import plugin from 'fastify-plugin';
import { Problem } from './problem.ts';
import { decodeCsv } from './sheet-text.rules.ts';

/** The most that a file may have, in bytes. */
export const uploadLimit = 20 * 1024 * 1024;

/** A file that came with a form; of one that is too large only the beginning. */
export type Upload = { name: string; bytes: Buffer; tooLarge: boolean };

declare module 'fastify' {
  interface FastifyRequest {
    /** The file of the form, when one was chosen. */
    upload: Upload | null;
  }
  interface FastifyContextConfig {
    /** A form that may bring a file; other routes refuse multipart bodies. */
    upload?: true;
  }
}

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
  app.addHook('preValidation', async (request) => {
    if (!request.isMultipart() || request.is404) return;
    if (!request.routeOptions.config.upload) throw new Problem('unsupported-media-type');
    const body: Record<string, string> = {};
    try {
      for await (const part of request.parts()) {
        if (part.type === 'field') {
          if (part.valueTruncated) throw new Problem('too-large');
          body[part.fieldname] = String(part.value);
          continue;
        }
        const bytes = await part.toBuffer();
        if (part.filename) request.upload = { name: part.filename, bytes, tooLarge: part.file.truncated };
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

/** Takes a spreadsheet as the body of the routes whose schema says that they consume `text/csv`, as text; others refuse it. */
export function takeCsvBodies(app: Pick<FastifyInstance, 'addContentTypeParser'>): void {
  app.addContentTypeParser('text/csv', { parseAs: 'buffer' }, (request, body, done) => {
    if (!request.routeOptions.schema?.consumes?.includes('text/csv'))
      return done(new Problem('unsupported-media-type'));
    done(null, decodeCsv(body as Buffer));
  });
}
