import { may } from '../../access/permissions.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { creates, reads } from '../../shared/routes.ts';
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
  reads(app, '/loans/:id/extension-rules', {
    action: 'loans.read',
    operationId: 'getExtensionRules',
    summary: 'Whether the caller may put a loan’s date off, and why',
    tags,
    params: idParams,
    gives: ExtensionRules,
    problems: ['not-found'],
    call: async ({ ctx, params }) =>
      extensionRules(await getLoanToExtend(deps.db, params.id, today(deps.clock)), {
        mayExceed: may(ctx.actor, 'loans.extend-beyond'),
      }),
  });

  creates(app, '/loans/:id/extensions', {
    action: 'loans.extend',
    operationId: 'extendLoan',
    summary: 'Put a loan’s date off, give it one, or let it stay open',
    tags,
    params: idParams,
    body: NewExtension,
    gives: Extended,
    problems: ['not-found', 'invalid', 'loan-closed', 'extension-refused', 'changed-meanwhile'],
    call: ({ ctx, params, body }) => extendLoan(deps, ctx, params.id, body),
  });

  creates(app, '/loans/:id/reviews', {
    action: 'loans.extend',
    operationId: 'reviewLoan',
    summary: 'Record that a loan without a date was looked at again',
    tags,
    params: idParams,
    body: NewReview,
    gives: Reviewed,
    problems: ['not-found', 'invalid', 'loan-closed', 'conflict'],
    call: ({ ctx, params, body }) => reviewLoan(deps, ctx, params.id, body),
  });

  creates(app, '/loans/:id/gift', {
    action: 'loans.gift',
    operationId: 'giftLoan',
    summary: 'Give a patient what is still out on a loan; the loan closes',
    tags,
    params: idParams,
    body: NewGift,
    gives: Gifted,
    problems: ['not-found', 'invalid', 'loan-closed', 'gift-refused'],
    call: ({ ctx, params, body }) => giftLoan(deps, ctx, params.id, body),
  });
}
