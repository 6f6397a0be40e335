import {
  type ContactState,
  contactMoves,
  contactSources,
  contactSourceWords,
} from '../people/contact-state.rules.ts';
import { type ContactStateKept, NewContactState } from '../people/contact-state.schemas.ts';
import { logAccess } from '../people/look.queries.ts';
import { getPatient } from '../people/patient.queries.ts';
import type { Context } from '../shared/actor.ts';
import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { count } from '../shared/formats.ts';
import { type App, idParams } from '../shared/http.ts';
import { type Form, fields, newForm } from '../web/forms.ts';
import { formPage } from '../web/submit.ts';
import { recordContactState } from './contact-state.commands.ts';

const words = {
  state: 'Choose what should hold from now on',
  source: 'Choose who said so',
  saidOn: 'Enter the day on which it was said',
};
const view = 'people/views/contact-state.njk';
const stateTexts: Record<ContactState, { text: string; hint: string }> = {
  open: { text: 'They may be contacted', hint: 'By the ways that are safe. Say why below.' },
  paused: { text: 'Pause until a day', hint: 'Nothing goes out, and what is planned waits' },
  withdrawn: {
    text: 'They want no more contact',
    hint: 'Messages and calls are cancelled, referrals end, and a task asks for what is out',
  },
  deceased: {
    text: 'They have died',
    hint: 'Messages and calls are cancelled and referrals end. A task asks for what is out, once',
  },
};

/** /patients/:id/contact-state: a pause, a withdrawal, a death, or opening contact again. */
export function contactStatePages(app: App, deps: Deps): void {
  formPage(app, '/patients/:id/contact-state', {
    action: 'patients.change',
    params: idParams,
    view,
    show: (form = newForm({ saidOn: today(deps.clock) }), { ctx, params }) => stateView(ctx, params.id, form),
    async take(typed, { ctx, params: { id } }) {
      const kept = await recordContactState(deps, ctx, id, fields(NewContactState, typed, words));
      return { href: `/patients/${id}`, text: bannerFor(kept), ...linkFor(kept) };
    },
  });

  async function stateView(ctx: Context, id: string, form: Form) {
    const patient = await getPatient(deps.db, id);
    await logAccess(deps, ctx, id, 'patient');
    return {
      patient,
      states: contactMoves[patient.contactState].map((value) => ({ value, ...stateTexts[value] })),
      sources: contactSources.map((value) => ({ value, text: contactSourceWords[value] })),
      form,
    };
  }
}

function bannerFor({ state, cancelledFollowUps, cancelledMessages, openLoans }: ContactStateKept): string {
  if (state === 'open') return 'They may be contacted again.';
  if (state === 'paused') return 'Contact is paused.';
  const ended = [
    ...(cancelledFollowUps ? [count(cancelledFollowUps, 'follow-up')] : []),
    ...(cancelledMessages ? [count(cancelledMessages, 'message')] : []),
  ];
  const cancelled = ended.length ? ` ${ended.join(' and ')} cancelled.` : '';
  return `It is recorded. Nobody contacts them.${cancelled}${openLoans.length ? ' Ask for what is still out, and the clinic only if it may be told.' : ''}`;
}

const linkFor = ({ openLoans: [loan] }: ContactStateKept) =>
  loan ? { link: { href: `/loans/${loan.id}`, text: `Loan ${loan.reference}` } } : {};
