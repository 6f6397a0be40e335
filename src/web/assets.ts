import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { withDark } from './dark.ts';

const own = path.join(import.meta.dirname, 'assets');
/** nhsuk-frontend as it ships: templates, styles, scripts and icons. */
export const nhsuk = path.dirname(
  createRequire(import.meta.url).resolve('nhsuk-frontend/dist/nhsuk/template.njk'),
);

/** What reads codes from a camera's picture: two scripts, and what they load. They ask for each other at these places. */
const reader = path.join(path.dirname(fileURLToPath(import.meta.resolve('zxing-wasm/reader'))), '../..');
const readerFiles = {
  'es/reader/index.js': 'es/reader/index.js',
  'es/share.js': 'es/share.js',
  'zxing_reader.wasm': 'reader/zxing_reader.wasm',
};

/**
 * Serves styles, scripts and icons under a path that changes with them, so that browsers may
 * keep them for good. Returns that path.
 */
export async function serveAssets(app: FastifyInstance): Promise<string> {
  const styles = new Map([['nhsuk.css', nhsukStyles()], ...ownStyles()]);
  for (const [name, light] of styles) styles.set(name, withDark(light));
  const hash = createHash('sha256');
  for (const sheet of styles.values()) hash.update(sheet);
  for (const file of readdirSync(own)) hash.update(readFileSync(path.join(own, file)));
  for (const file of Object.values(readerFiles)) hash.update(readFileSync(path.join(reader, file)));
  const prefix = `/assets/${hash.digest('hex').slice(0, 12)}`;

  await app.register(fastifyStatic, {
    serve: false,
    maxAge: '365d',
    immutable: true,
    setHeaders(reply, file) {
      if (file.endsWith('.svg')) reply.header('content-type', 'image/svg+xml; charset=utf-8');
    },
  });
  const options = {
    config: { action: 'public' as const, rateLimit: false as const },
    logLevel: 'warn' as const,
  };
  for (const [name, sheet] of styles)
    app.get(`${prefix}/${name}`, options, (_request, reply) =>
      reply
        .type('text/css; charset=utf-8')
        .header('cache-control', 'public, max-age=31536000, immutable')
        .send(sheet),
    );
  app.get(`${prefix}/nhsuk.js`, options, (_request, reply) => reply.sendFile('nhsuk-frontend.min.js', nhsuk));
  for (const [name, file] of Object.entries(readerFiles))
    app.get(`${prefix}/reader/${name}`, options, (_request, reply) => reply.sendFile(file, reader));
  app.get<{ Params: { file: string } }>(`${prefix}/images/:file`, options, (request, reply) =>
    reply.sendFile(request.params.file, path.join(nhsuk, 'assets/images')),
  );
  app.get<{ Params: { file: string } }>(`${prefix}/:file`, options, (request, reply) =>
    reply.sendFile(request.params.file, own),
  );
  return prefix;
}

const ownStyles = () =>
  readdirSync(own)
    .filter((file) => file.endsWith('.css'))
    .map((file): [string, string] => [file, readFileSync(path.join(own, file), 'utf8')]);

/** Without the NHS typeface, which is licensed for NHS sites alone and would be fetched from another host. */
function nhsukStyles(): string {
  const shipped = readFileSync(path.join(nhsuk, 'nhsuk-frontend.min.css'), 'utf8');
  return shipped
    .replaceAll(/@font-face\{[^}]*\}/g, '')
    .replaceAll('url(/assets/images/', 'url(images/')
    .replace(/\/\*# sourceMappingURL=.*\*\//, '');
}
