import Type from 'typebox';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { linkAddress } from '../../shared/link-address.ts';
import { creates, reads } from '../../shared/routes.ts';
import { addFormLink, revokeFormLink } from './form-link.commands.ts';
import { clinicFormLinks } from './form-link.queries.ts';
import { FormLinkEnded, FormLinkList, FormLinkMade, NewFormLink } from './form-link.schemas.ts';

const tags = ['Organisations'];
const linkParams = Type.Object({
  ...idParams.properties,
  linkId: Type.String({ format: 'uuid', description: 'Id of the link' }),
});

/** /organisations/:id/form-links: the links through which a clinic without a system of its own refers. */
export function formLinkRoutes(app: App, deps: Deps): void {
  reads(app, '/organisations/:id/form-links', {
    action: 'clinics.read',
    operationId: 'listFormLinks',
    summary: 'A clinic’s links to the hosted referral form, the newest first',
    tags,
    params: idParams,
    gives: FormLinkList,
    problems: ['not-found'],
    call: async ({ params }) => ({ items: (await clinicFormLinks(deps, params.id)).links }),
  });

  creates(app, '/organisations/:id/form-links', {
    action: 'clinics.manage',
    operationId: 'makeFormLink',
    summary: 'Make a link to the hosted referral form; its address is given this once',
    tags,
    params: idParams,
    body: NewFormLink,
    gives: FormLinkMade,
    problems: ['not-found', 'invalid'],
    async call(request) {
      const { id, token } = await addFormLink(deps, request.ctx, request.params.id, request.body);
      return { id, ...(token && { url: linkAddress(deps, request, `/refer/${token}`) }) };
    },
  });

  creates(app, '/organisations/:id/form-links/:linkId/revocations', {
    action: 'clinics.manage',
    operationId: 'endFormLink',
    summary: 'End a link, at once and for good',
    tags,
    params: linkParams,
    gives: FormLinkEnded,
    problems: ['not-found'],
    async call({ ctx, params: { id, linkId } }) {
      await revokeFormLink(deps, ctx, id, linkId);
      return { id: linkId, state: 'ended' as const };
    },
  });
}
