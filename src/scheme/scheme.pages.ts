import Type from 'typebox';
import { type Form, fields, newForm, refused, typedIn } from '../admin/forms.ts';
import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { changeScheme } from './scheme.commands.ts';
import { readLogo, readScheme, schemeTag } from './scheme.queries.ts';
import { NewScheme, type Scheme } from './scheme.schemas.ts';

const words = { name: 'Enter what the scheme is called' };
const params = Type.Object({ hash: Type.String({ pattern: '^[0-9a-f]{32}$' }) });
const changedMeanwhile =
  'Someone else changed the scheme while you wrote. Below is what you typed, and what is kept now. Save again to put yours in its place';

/** /settings/scheme: what the scheme is called, its logo and how it is reached. /scheme-logo: the picture. */
export function schemePages(app: App, deps: Deps): void {
  const change = { config: { action: 'settings.change', upload: true } } as const;

  app.get('/settings/scheme', { config: { action: 'settings.read' } }, async (_request, reply) => {
    const scheme = await readScheme(deps, deps.db);
    const { name, phone, email, openingHours, website } = scheme;
    const typed = {
      name,
      phone: phone ?? '',
      email: email ?? '',
      openingHours: openingHours ?? '',
      website: website ?? '',
    };
    return reply.page('scheme/views/scheme.njk', view(scheme, newForm(typed)));
  });

  app.post('/settings/scheme', change, async (request, reply) => {
    const { version = '', removeLogo, ...typed } = typedIn(request.body);
    const logo = request.upload?.bytes ?? (removeLogo ? null : undefined);
    try {
      await changeScheme(deps, request.ctx, fields(NewScheme, typed, words), String(version), logo);
      return reply.done('/settings/scheme', { text: 'The scheme is saved.' });
    } catch (error) {
      const form = refused(typed, error);
      const scheme = await readScheme(deps, deps.db);
      const isStale = form.status === 412;
      const told = isStale ? { ...form, summary: [{ text: changedMeanwhile }] } : form;
      const shown = view(scheme, told, isStale, isStale ? undefined : String(version));
      return reply.code(form.status).page('scheme/views/scheme.njk', { ...shown, removeLogo });
    }
  });

  app.get(
    '/scheme-logo/:hash',
    { config: { action: 'public' }, logLevel: 'warn', schema: { params } },
    async (request, reply) => {
      const etag = `"${request.params.hash}"`;
      const { type, bytes } = await readLogo(deps.db, request.params.hash);
      reply.header('etag', etag).header('cache-control', 'public, max-age=31536000, immutable');
      if (request.headers['if-none-match'] === etag) return reply.code(304).send();
      return reply.type(type).send(bytes);
    },
  );

  const view = (scheme: Scheme, form: Form, isStale = false, version = schemeTag(scheme)) => ({
    scheme,
    form,
    version,
    isStale,
  });
}
