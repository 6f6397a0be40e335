import type { Form, Typed } from '../admin/forms.ts';
import { Problem } from '../shared/problem.ts';
import { rowsOf } from './answers.ts';
import { wayChoices } from './choices.ts';
import type { Draft } from './draft.commands.ts';
import type { FormLink } from './form-link.queries.ts';
import { type QuestionGroup, questionGroups } from './question-groups.schemas.ts';

const rowsAtOnce = 2;
const mostRows = 10;

/** Who is at the form: the link, and the draft of this browser, if it has one. */
export type Visit = { link: FormLink; base: string; draft: Draft | undefined; draftToken: string };

/** The place of a page of questions. */
export function placeOf(slug: string): number {
  const place = questionGroups.findIndex((group) => group.slug === slug);
  if (place < 0) throw new Problem('not-found');
  return place;
}

/** One page of questions, with what was typed, the way back and the way on. `wanted`: how many rows of a list were asked for. */
export function pageView(
  { link, base }: Visit,
  place: number,
  form: Form,
  draftId: string,
  change?: string,
  wanted = 0,
) {
  const group = questionGroups[place] as QuestionGroup;
  const before = questionGroups[place - 1];
  const rows = Math.max(rowsAtOnce, rowsOf(form.typed, 'contactPoints').length, wanted);
  return {
    link,
    group,
    form,
    draftId,
    action: `${base}/${group.slug}${change ? '?change=1' : ''}`,
    back: { href: change ? `${base}/check` : before ? `${base}/${before.slug}` : base, text: 'Back' },
    number: place + 1,
    last: questionGroups.length,
    rows: Math.min(rows, mostRows),
    mostRows,
    wayChoices,
  };
}

/** A page of a draft that is not this browser's any more: what was typed is shown, and kept nowhere. */
export function ofAnother(typed: Typed, draft: Draft | undefined): Form {
  const text = draft
    ? 'You began another referral in this browser, so this page was not saved: it could mix two people up. Go on in the other tab, or copy what you need from here.'
    : 'What you typed before was sent or deleted, so this page was not saved. Copy what you need from here, then begin again from the start.';
  return { typed, errors: {}, summary: [{ text }], status: 409 };
}
