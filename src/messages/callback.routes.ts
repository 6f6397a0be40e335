import type { FastifyRequest } from 'fastify';
import { bringsToken } from '../shared/bearer.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, problemReplies } from '../shared/http.ts';
import { Problem } from '../shared/problem.ts';
import { receiveText } from './inbound.commands.ts';
import { NotifyInbound, NotifyReceipt, NotifyReturnedLetter } from './inbound.schemas.ts';
import { notifyState } from './notify.rules.ts';
import { recordFindings } from './receipt.commands.ts';

const tags = ['Callbacks'];

/** /callbacks/notify: what GOV.UK Notify tells us by itself, with the bearer token that is set for it. */
export function callbackRoutes(app: App, deps: Deps): void {
  const config = { action: 'public' } as const;
  const response = { 204: {}, ...problemReplies('not-signed-in', 'invalid') };
  const onRequest = async (request: FastifyRequest) => assertToken(deps, request);

  app.post(
    '/callbacks/notify/receipts',
    {
      config,
      onRequest,
      schema: {
        operationId: 'notifyReceipt',
        summary: 'What became of a text or an email',
        tags,
        body: NotifyReceipt,
        response,
      },
    },
    async (request, reply) => {
      const { id, reference, status } = request.body as NotifyReceipt;
      const state = notifyState(status);
      const changed = await recordFindings(deps, [{ reference: reference ?? '', providerId: id, state }]);
      if (!changed) request.log.info({ state }, 'a receipt that changes nothing');
      return reply.code(204).send();
    },
  );

  app.post(
    '/callbacks/notify/returned-letters',
    {
      config,
      onRequest,
      schema: {
        operationId: 'notifyReturnedLetter',
        summary: 'A letter that came back',
        tags,
        body: NotifyReturnedLetter,
        response,
      },
    },
    async (request, reply) => {
      const { notification_id: providerId, reference } = request.body as NotifyReturnedLetter;
      await recordFindings(deps, [{ reference: reference ?? '', providerId, state: 'permanent_failure' }]);
      return reply.code(204).send();
    },
  );

  app.post(
    '/callbacks/notify/inbound-texts',
    {
      config,
      onRequest,
      schema: {
        operationId: 'notifyInboundText',
        summary: 'A text that someone sent to us',
        tags,
        body: NotifyInbound,
        response,
      },
    },
    async (request, reply) => {
      const { id, source_number: from, message: body } = request.body as NotifyInbound;
      await receiveText(deps, { providerId: id, from, body });
      return reply.code(204).send();
    },
  );
}

/** @throws Problem `not-signed-in`, also where no token is set */
function assertToken({ config }: Deps, request: FastifyRequest): void {
  if (!bringsToken(request, config.NOTIFY_CALLBACK_TOKEN))
    throw new Problem('not-signed-in', { detail: 'Send the token that is set as NOTIFY_CALLBACK_TOKEN.' });
}
