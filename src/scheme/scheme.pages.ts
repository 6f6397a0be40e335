import Type from 'typebox';
import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { besideTheOther, versionToSend } from '../web/edit-conflict.ts';
import { type Form, fields, refused, type Typed, typedIn } from '../web/forms.ts';
import { changeScheme } from './scheme.commands.ts';
import { readLogo, readScheme, schemeTag } from './scheme.queries.ts';
import { NewScheme, type Scheme } from './scheme.schemas.ts';

const words = { name: 'Enter what the scheme is called' };
const params = Type.Object({ hash: Type.String({ pattern: '^[0-9a-f]{32}$' }) });

/** /settings/scheme: what the scheme is called, its logo and how it is reached. /scheme-logo: the picture. */
export function schemePages(app: App, deps: Deps): void {
  const change = { config: { action: 'settings.change', upload: true } } as const;

  app.get('/settings/scheme', { config: { action: 'settings.read' } }, async (_request, reply) =>
    reply.page('scheme/views/scheme.njk', await view()),
  );

  app.post('/settings/scheme', change, async (request, reply) => {
    const { removeLogo, ...typed } = typedIn(request.body);
    const logo = request.upload?.bytes ?? (removeLogo ? null : undefined);
    try {
      await changeScheme(
        deps,
        { ...request.ctx, ifMatch: String(typed.version ?? '') },
        fields(NewScheme, typed, words),
        logo,
      );
      return reply.done('/settings/scheme', { text: 'The scheme is saved.' });
    } catch (error) {
      const form = refused(typed, error);
      const shown = await view(form);
      return reply.code(form.status).page('scheme/views/scheme.njk', {
        ...shown,
        removeLogo,
        logoLetGo: request.upload !== null,
      });
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

  async function view(sent?: Form) {
    const scheme = await readScheme(deps, deps.db);
    const form = besideTheOther(sent, typedOf(scheme));
    return { scheme, form, version: versionToSend(form, schemeTag(scheme)) };
  }
}

const typedOf = ({ name, phone, email, openingHours, website }: Scheme): Typed => ({
  name,
  phone: phone ?? '',
  email: email ?? '',
  openingHours: openingHours ?? '',
  website: website ?? '',
});
