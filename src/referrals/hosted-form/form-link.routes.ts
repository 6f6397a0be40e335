import Type from 'typebox';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams, problemReplies } from '../../shared/http.ts';
import { linkAddress } from '../../shared/link-address.ts';
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
  app.get(
    '/organisations/:id/form-links',
    {
      config: { action: 'clinics.read' },
      schema: {
        operationId: 'listFormLinks',
        summary: 'A clinic’s links to the hosted referral form, the newest first',
        tags,
        params: idParams,
        response: { 200: FormLinkList, ...problemReplies('not-found') },
      },
    },
    async (request) => ({ items: (await clinicFormLinks(deps, request.params.id)).links }),
  );

  app.post(
    '/organisations/:id/form-links',
    {
      config: { action: 'clinics.manage' },
      schema: {
        operationId: 'makeFormLink',
        summary: 'Make a link to the hosted referral form; its address is given this once',
        tags,
        params: idParams,
        body: NewFormLink,
        response: { 201: FormLinkMade, ...problemReplies('not-found', 'invalid') },
      },
    },
    async (request, reply) => {
      const { id, token } = await addFormLink(deps, request.ctx, request.params.id, request.body);
      return reply
        .code(201)
        .send({ id, ...(token && { url: linkAddress(deps, request, `/refer/${token}`) }) });
    },
  );

  app.post(
    '/organisations/:id/form-links/:linkId/revocations',
    {
      config: { action: 'clinics.manage' },
      schema: {
        operationId: 'endFormLink',
        summary: 'End a link, at once and for good',
        tags,
        params: linkParams,
        response: { 201: FormLinkEnded, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      const { id, linkId } = request.params;
      await revokeFormLink(deps, request.ctx, id, linkId);
      return reply.code(201).send({ id: linkId, state: 'ended' as const });
    },
  );
}
