import { may } from '../../access/permissions.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams, problemReplies } from '../../shared/http.ts';
import { extendLoan, reviewLoan } from './extension.commands.ts';
import { getLoanToExtend } from './extension.queries.ts';
import { extensionRules } from './extension.rules.ts';
import {
  Extended,
  ExtensionRules,
  Gifted,
  NewExtension,
  NewGift,
  NewReview,
  Reviewed,
} from './extension.schemas.ts';
import { giftLoan } from './gift.commands.ts';

const tags = ['Loans'];

/** /loans/{id}/…: putting the date off, looking again at what stays open, and giving it to keep. */
export function extensionRoutes(app: App, deps: Deps): void {
  app.get(
    '/loans/:id/extension-rules',
    {
      config: { action: 'loans.read' },
      schema: {
        operationId: 'getExtensionRules',
        summary: 'Whether the caller may put a loan’s date off, and why',
        tags,
        params: idParams,
        response: { 200: ExtensionRules, ...problemReplies('not-found') },
      },
    },
    async (request) =>
      extensionRules(await getLoanToExtend(deps.db, request.params.id), {
        today: today(deps.clock),
        mayExceed: may(request.ctx.actor, 'loans.extend-beyond'),
      }),
  );

  app.post(
    '/loans/:id/extensions',
    {
      config: { action: 'loans.extend' },
      schema: {
        operationId: 'extendLoan',
        summary: 'Put a loan’s date off, give it one, or let it stay open',
        tags,
        params: idParams,
        body: NewExtension,
        response: {
          201: Extended,
          ...problemReplies('not-found', 'invalid', 'loan-closed', 'extension-refused', 'changed-meanwhile'),
        },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await extendLoan(deps, request.ctx, request.params.id, request.body)),
  );

  app.post(
    '/loans/:id/reviews',
    {
      config: { action: 'loans.extend' },
      schema: {
        operationId: 'reviewLoan',
        summary: 'Record that a loan without a date was looked at again',
        tags,
        params: idParams,
        body: NewReview,
        response: { 201: Reviewed, ...problemReplies('not-found', 'invalid', 'loan-closed', 'conflict') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await reviewLoan(deps, request.ctx, request.params.id, request.body)),
  );

  app.post(
    '/loans/:id/gift',
    {
      config: { action: 'loans.gift' },
      schema: {
        operationId: 'giftLoan',
        summary: 'Give a patient what is still out on a loan; the loan closes',
        tags,
        params: idParams,
        body: NewGift,
        response: { 201: Gifted, ...problemReplies('not-found', 'invalid', 'loan-closed', 'gift-refused') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await giftLoan(deps, request.ctx, request.params.id, request.body)),
  );
}
