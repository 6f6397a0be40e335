import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { Problem } from '../../shared/problem.ts';
import { type Form, newForm, type Typed } from '../../web/forms.ts';
import { type Answers, allTyped, checkPage, firstOpenPage, refusedPage, rowsOf } from './answers.schemas.ts';
import { answersSaid } from './answers.view.ts';
import { wayChoices } from './choices.view.ts';
import type { Draft } from './draft.commands.ts';
import type { FormLink } from './form-link.queries.ts';
import { type QuestionGroup, questionGroups } from './question-groups.schemas.ts';

const rowsAtOnce = 2;
/** How many ways to reach someone a form takes. */
export const mostRows = 10;

/** Who is at the form: the link, the token of this browser, if it has one, and the draft that was asked for, if it is this browser's. */
export type Visit = { link: FormLink; base: string; draft: Draft | undefined; draftToken: string };

/** Where a draft is: each has pages of its own, so that two people are referred side by side. */
export const addressOf = (base: string, draftId: string) => `${base}/${draftId}`;

/** Where a draft goes on: the first page that is still to be filled in, or the answers to check. */
export const goOnAt = (base: string, { id, answers }: Draft) =>
  `${addressOf(base, id)}/${firstOpenPage(answers) ?? 'check'}`;

/** The place of a page of questions. */
export function placeOf(slug: string): number {
  const place = questionGroups.findIndex((group) => group.slug === slug);
  if (place < 0) throw new Problem('not-found');
  return place;
}

/** A page of questions as it was sent: with its faults, or undefined where it is right. */
export function faultsOf(deps: Deps, group: QuestionGroup, typed: Typed): Form | undefined {
  try {
    checkPage(deps, group, typed);
    return undefined;
  } catch (error) {
    return refusedPage(group, typed, error);
  }
}

/** A page of a draft as it was left; agreement is usually of today. `adding`: it is only to have more rows, and is not looked at yet. */
export function formOf(deps: Deps, draft: Draft, group: QuestionGroup, adding: boolean): Form {
  const tried = draft.tried[group.slug];
  const usual: Typed = group.slug === 'consent' ? { 'consent.givenOn': today(deps.clock) } : {};
  const form = newForm(tried ?? draft.answers[group.slug] ?? usual);
  return (tried && !adding && faultsOf(deps, group, tried)) || form;
}

/** A page of questions by its place; `change`: it leads back to the answers that are being checked; `rows`: how many of a list were asked for. */
export type Page = { place: number; change?: string | undefined; rows?: number | undefined };

/** One page of questions, with what was typed, the way back and the way on. */
export function pageView(
  { link, base, draft }: Visit,
  { place, change, rows: wanted = 0 }: Page,
  form: Form,
) {
  const group = questionGroups[place] as QuestionGroup;
  const before = questionGroups[place - 1];
  const address = draft ? addressOf(base, draft.id) : base;
  const rows = Math.max(rowsAtOnce, rowsOf(form.typed, 'contactPoints').length, wanted);
  return {
    link,
    base,
    group,
    form,
    draftId: draft?.id,
    action: `${address}/${group.slug}${change ? '?change=1' : ''}`,
    back: { href: change ? `${address}/check` : before ? `${address}/${before.slug}` : base, text: 'Back' },
    number: place + 1,
    last: questionGroups.length,
    rows: Math.min(rows, mostRows),
    mostRows,
    wayChoices,
    isFoldOpen: change !== undefined || isFoldUsed(group, form),
  };
}

/** Whether what is folded was typed into, or has a fault. */
const isFoldUsed = ({ fold }: QuestionGroup, { typed, errors }: Form): boolean =>
  (fold?.questions ?? []).some(
    ({ name }) =>
      errors[name] !== undefined ||
      Object.entries(typed).some(
        ([field, value]) =>
          (field === name || field.startsWith(`${name}-`)) && [value].flat().some((part) => part.trim()),
      ),
  );

/** A page of a draft that is here no more: what was typed is shown, and kept nowhere. */
export function goneForm(typed: Typed): Form {
  const text =
    'This form was not sent, and this page was not saved: the form was deleted in this browser, or nothing was typed into it for 24 hours. Copy what you need from here, then begin again.';
  return { typed, errors: {}, summary: [{ text }], status: 409 };
}

/** What to say to whoever sends a form that is here no more. */
export const goneSummary: Form['summary'] = [
  {
    text: 'This form was not sent. It was deleted in this browser, or nothing was typed into it for 24 hours. Begin it again, or tell us in another way.',
  },
];

/** The titles of the steps in which something was typed. */
export function filledSteps({ answers, tried }: Draft): string[] {
  const isFilled = (pages: Answers, slug: string) =>
    Object.values(pages[slug] ?? {}).some((value) => [value].flat().some((part) => part.trim()));
  return questionGroups.flatMap(({ slug, title }) =>
    isFilled(answers, slug) || isFilled(tried, slug) ? [title] : [],
  );
}

/** A draft on the start page: by initials, which tell two apart and name nobody. */
export function begunView(base: string, draft: Draft) {
  const typed = allTyped({ ...draft.answers, ...draft.tried });
  const initials = ['patient.givenName', 'patient.familyName']
    .map((name) => [...String(typed[name] ?? '').trim()][0] ?? '')
    .join('')
    .toUpperCase();
  return {
    initials,
    savedAt: draft.savedAt,
    filled: filledSteps(draft).length,
    last: questionGroups.length,
    goOn: goOnAt(base, draft),
    discard: `${addressOf(base, draft.id)}/discard`,
  };
}

/** What was answered, to be checked and sent. */
export function checkView(base: string, { id, answers }: Draft) {
  return { draftId: id, address: addressOf(base, id), groups: answersSaid(allTyped(answers)) };
}

/** Whether a draft is really to be deleted, and how much would be gone. */
export function discardView(base: string, draft: Draft) {
  const filled = filledSteps(draft);
  return { draftId: draft.id, filled, last: questionGroups.length, goOn: goOnAt(base, draft) };
}
