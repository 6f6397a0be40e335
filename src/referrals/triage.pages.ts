import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { fields, held } from '../web/forms.ts';
import { submit } from '../web/submit.ts';
import { changeNeed } from './need.commands.ts';
import { NewNeedChange } from './need.schemas.ts';
import { needWords } from './need.view.ts';
import { whatFollows } from './next.view.ts';
import { type ReferralStatus, referralStatusWords } from './referral.rules.ts';
import { isUndecided } from './referral.states.ts';
import { referralPage } from './referral.view.ts';
import { assignReferral, noteReferral } from './triage.commands.ts';
import { NewAssignment, NewNote } from './triage.schemas.ts';

/** /referrals/:id: whose a referral is, what the office notes of it, and its single needs. */
export function triagePages(app: App, deps: Deps): void {
  const page = { ...referralPage(deps), action: 'referrals.decide' } as const;
  submit(app, '/referrals/:id/assignments', {
    ...page,
    prefix: 'assign',
    async take(typed, { ctx, params: { id } }, reply) {
      const said = held(NewAssignment, {
        staffId: typed.staffId || null,
        insteadOf: typed.insteadOf || null,
      });
      const { assignedTo } = await assignReferral(deps, ctx, id, said);
      const { reference, link } = await whatFollows(deps, ctx, id, reply);
      const whose = !assignedTo
        ? 'nobody’s now'
        : assignedTo.id === ctx.actor.id
          ? 'yours'
          : `with ${assignedTo.name} now`;
      const back = { staffId: said.insteadOf ?? '', insteadOf: assignedTo?.id ?? '' };
      return {
        href: `/referrals/${id}`,
        text: `${reference} is ${whose}.`,
        link,
        ...(back.staffId !== back.insteadOf && {
          undo: { href: `/referrals/${id}/assignments`, fields: back },
        }),
      };
    },
  });

  submit(app, '/referrals/:id/notes', {
    ...page,
    prefix: 'note',
    async take(typed, { ctx, params: { id } }) {
      await noteReferral(deps, ctx, id, fields(NewNote, typed, { note: 'Enter the note' }));
      return { href: `/referrals/${id}`, text: 'The note is kept.' };
    },
  });

  submit(app, '/referrals/:id/needs', {
    ...page,
    prefix: 'need',
    show(sent, asked) {
      // Both halves of the choice are one field of the page.
      const { need: _need, ...errors } = sent.errors;
      return page.show(
        { ...sent, errors, summary: sent.summary.filter(({ name }) => name !== 'need') },
        asked,
      );
    },
    async take(typed, { ctx, params: { id } }) {
      const [need = '', change = ''] = String(typed.change ?? '').split(':');
      const said = fields(
        NewNeedChange,
        { reason: typed.reason ?? '', need, change },
        {
          need: 'Choose what changes',
          change: 'Choose what changes',
          reason: 'Enter why it changes',
        },
      );
      const { status } = await changeNeed(deps, ctx, id, said);
      return { href: `/referrals/${id}`, text: `${needWords(said.need, said.change)}. ${standing(status)}` };
    },
  });
}

const standing = (status: ReferralStatus) =>
  isUndecided.of(status)
    ? 'The referral is still to be decided.'
    : `The referral is ${referralStatusWords[status]}.`;
