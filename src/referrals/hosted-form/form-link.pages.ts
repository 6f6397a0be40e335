import Type from 'typebox';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { linkAddress } from '../../shared/link-address.ts';
import { type Form, fields, newForm, refused, typedIn } from '../../web/forms.ts';
import { addFormLink, revokeFormLink } from './form-link.commands.ts';
import { clinicFormLinks } from './form-link.queries.ts';
import { proposedEnd } from './form-link.rules.ts';
import { NewFormLink } from './form-link.schemas.ts';

const words = { label: 'Enter who will use it', expiresOn: 'Enter the last day on which it works' };
const view = 'referrals/hosted-form/views/form-links.njk';
const linkParams = Type.Object({ ...idParams.properties, linkId: Type.String({ format: 'uuid' }) });

/** /settings/clinics/:id/form-links: the links through which a clinic without a system of its own refers. */
export function formLinkPages(app: App, deps: Deps): void {
  app.get(
    '/settings/clinics/:id/form-links',
    { config: { action: 'clinics.read' }, schema: { params: idParams } },
    async (request, reply) => reply.page(view, await listView(request.params.id)),
  );

  // The token is shown in the reply itself: a redirect would have to carry it somewhere.
  app.post(
    '/settings/clinics/:id/form-links',
    { config: { action: 'clinics.manage' }, schema: { params: idParams } },
    async (request, reply) => {
      const { id } = request.params;
      const typed = typedIn(request.body);
      try {
        const { token } = await addFormLink(deps, request.ctx, id, fields(NewFormLink, typed, words));
        const made = { label: typed.label, url: token && linkAddress(deps, request, `/refer/${token}`) };
        return reply.code(201).page(view, { ...(await listView(id)), made });
      } catch (error) {
        const form = refused(typed, error);
        return reply.code(form.status).page(view, await listView(id, form));
      }
    },
  );

  app.post(
    '/settings/clinics/:id/form-links/:linkId/revocations',
    { config: { action: 'clinics.manage' }, schema: { params: linkParams } },
    async (request, reply) => {
      const { id, linkId } = request.params;
      await revokeFormLink(deps, request.ctx, id, linkId);
      return reply.done(`/settings/clinics/${id}/form-links`, { text: 'The link has ended.' });
    },
  );

  async function listView(clinicId: string, form?: Form) {
    const start = newForm({ expiresOn: proposedEnd(today(deps.clock)) });
    return { ...(await clinicFormLinks(deps, clinicId)), form: form ?? start };
  }
}
