import Type from 'typebox';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { linkAddress } from '../../shared/link-address.ts';
import { type Form, fields, newForm } from '../../web/forms.ts';
import { formPage, submit } from '../../web/submit.ts';
import { addFormLink, revokeFormLink } from './form-link.commands.ts';
import { clinicFormLinks } from './form-link.queries.ts';
import { proposedEnd } from './form-link.rules.ts';
import { NewFormLink } from './form-link.schemas.ts';

const words = { label: 'Enter who will use it', expiresOn: 'Enter the last day on which it works' };
const view = 'referrals/hosted-form/views/form-links.njk';
const linkParams = Type.Object({ ...idParams.properties, linkId: Type.String({ format: 'uuid' }) });

/** /settings/clinics/:id/form-links: the links through which a clinic without a system of its own refers. */
export function formLinkPages(app: App, deps: Deps): void {
  // The token is shown in the reply itself: a redirect would have to carry it somewhere.
  formPage(app, '/settings/clinics/:id/form-links', {
    reads: 'clinics.read',
    action: 'clinics.manage',
    params: idParams,
    view,
    show: (form, { params }) => listView(params.id, form),
    async take(typed, request, reply) {
      const { id } = request.params;
      const { token } = await addFormLink(deps, request.ctx, id, fields(NewFormLink, typed, words));
      const made = { label: typed.label, url: token && linkAddress(deps, request, `/refer/${token}`) };
      return reply.code(201).page(view, { ...(await listView(id)), made });
    },
  });

  submit(app, '/settings/clinics/:id/form-links/:linkId/revocations', {
    action: 'clinics.manage',
    params: linkParams,
    async take(_typed, { ctx, params: { id, linkId } }) {
      await revokeFormLink(deps, ctx, id, linkId);
      return { href: `/settings/clinics/${id}/form-links`, text: 'The link has ended.' };
    },
  });

  async function listView(clinicId: string, form?: Form) {
    const start = newForm({ expiresOn: proposedEnd(today(deps.clock)) });
    return { ...(await clinicFormLinks(deps, clinicId)), form: form ?? start };
  }
}
