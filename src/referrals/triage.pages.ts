import type { Context } from '../shared/actor.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { fields, refused, type Typed, typedIn } from '../web/forms.ts';
import { changeNeed } from './need.commands.ts';
import { NewNeedChange } from './need.schemas.ts';
import { needWords } from './need.view.ts';
import { canDecide, type ReferralStatus, referralStatusWords } from './referral.rules.ts';
import { referralView } from './referral.view.ts';
import { assignReferral, noteReferral } from './triage.commands.ts';
import { type NewAssignment, NewNote } from './triage.schemas.ts';

const view = 'referrals/views/referral.njk';
const one = { config: { action: 'referrals.decide' }, schema: { params: idParams } } as const;

/** /referrals/:id: whose a referral is, what the office notes of it, and its single needs. */
export function triagePages(app: App, deps: Deps): void {
  app.post('/referrals/:id/assignments', one, async (request, reply) => {
    const { id } = request.params;
    const typed = typedIn(request.body);
    try {
      const said = { staffId: typed.staffId || null, insteadOf: String(typed.insteadOf ?? '') || null };
      const { assignedTo } = await assignReferral(deps, request.ctx, id, said as NewAssignment);
      const text = !assignedTo
        ? 'The referral is nobody’s now.'
        : assignedTo.id === request.ctx.actor.id
          ? 'The referral is yours.'
          : `${assignedTo.name} has the referral now.`;
      const back = { staffId: said.insteadOf ?? '', insteadOf: assignedTo?.id ?? '' };
      return reply.done(`/referrals/${id}`, {
        text,
        link: { href: '/referrals', text: 'The queue' },
        ...(back.staffId !== back.insteadOf && {
          undo: { href: `/referrals/${id}/assignments`, fields: back },
        }),
      });
    } catch (error) {
      const data = await refusedView(request.ctx, id, typed, error, 'assign');
      return reply.code(data.form.status).page(view, data);
    }
  });

  app.post('/referrals/:id/notes', one, async (request, reply) => {
    const { id } = request.params;
    const typed = typedIn(request.body);
    try {
      await noteReferral(deps, request.ctx, id, fields(NewNote, typed, { note: 'Enter the note' }));
      return reply.done(`/referrals/${id}`, { text: 'The note is kept.' });
    } catch (error) {
      const data = await refusedView(request.ctx, id, typed, error, 'note');
      return reply.code(data.form.status).page(view, data);
    }
  });

  app.post('/referrals/:id/needs', one, async (request, reply) => {
    const { id } = request.params;
    const typed = typedIn(request.body);
    try {
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
      const { status } = await changeNeed(deps, request.ctx, id, said);
      return reply.done(`/referrals/${id}`, {
        text: `${needWords(said.need, said.change)}. ${standing(status)}`,
      });
    } catch (error) {
      const data = await refusedView(request.ctx, id, typed, error, 'need');
      // Both halves of the choice are one field of the page.
      const { need: _need, ...errors } = data.form.errors;
      const summary = data.form.summary.filter(({ name }) => name !== 'need');
      const form = { ...data.form, errors, summary };
      return reply.code(form.status).page(view, { ...data, form, forms: { ...data.forms, need: form } });
    }
  });

  async function refusedView(ctx: Context, id: string, typed: Typed, error: unknown, prefix: string) {
    const form = { ...refused(typed, error), prefix };
    return { ...(await referralView(deps, ctx, id, undefined, form)), form };
  }
}

const standing = (status: ReferralStatus) =>
  canDecide(status)
    ? 'The referral is still to be decided.'
    : `The referral is ${referralStatusWords[status]}.`;
