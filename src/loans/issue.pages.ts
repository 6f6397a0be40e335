import Type from 'typebox';
import { listAccessories } from '../accessories/accessory.queries.ts';
import { count, date as dateWords } from '../admin/formats.ts';
import { type Form, fields, newForm, refused, type Typed, typedIn } from '../admin/forms.ts';
import { listKits } from '../kits/kit.queries.ts';
import { shownPatient } from '../patients/contact.rules.ts';
import { getPatient, logAccess } from '../patients/patient.queries.ts';
import { getReferral } from '../referrals/referral.queries.ts';
import { canIssueFor, referralStatusWords } from '../referrals/referral.rules.ts';
import type { Context } from '../shared/actor.ts';
import { addDays, today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams, strictObject } from '../shared/http.ts';
import { type FieldError, invalid, Problem } from '../shared/problem.ts';
import { oneOf } from '../shared/schemas.ts';
import { issueLoan } from './issue.commands.ts';
import { type KitForm, kitForm, kitFormFaults, kitOfLoan, type ShownLine } from './issue-form.rules.ts';
import { kitFor } from './issue-kit.rules.ts';
import { acceptances, handoverWays } from './loan.rules.ts';
import { type LoanIssued, NewLoan } from './loan.schemas.ts';
import { findScanned, issueTerms } from './scan.queries.ts';
import { issueVerdict } from './scan.rules.ts';

const { dueOn, openEnded, agreement } = NewLoan.properties;
const TermsForm = strictObject({
  dueOn,
  openEnded,
  agreement,
  handover: strictObject({ way: oneOf(handoverWays), on: Type.String({ format: 'date' }) }),
});
const words = {
  'handover.way': 'Choose how it is handed over.',
  'handover.on': 'Enter the day of the handover.',
  'agreement.acceptedBy': 'Choose how the agreement was accepted.',
};
const mostItems = 50;
const tooMany = `One loan takes at most ${mostItems} items.`;

/** /referrals/:id/issue: page one fills the kit, page two has terms and agreement. What was entered travels in the form. */
export function issuePages(app: App, deps: Deps): void {
  const options = { config: { action: 'loans.issue' }, schema: { params: idParams } } as const;

  app.get('/referrals/:id/issue', options, async (request, reply) => {
    const { referral, patient } = await readBorrower(request.ctx, request.params.id);
    await logAccess(deps, request.ctx, patient.id, 'referral');
    if (!canIssueFor(referral.status)) {
      return reply.page('loans/views/issue-not-now.njk', {
        referral,
        statusWords: referralStatusWords[referral.status],
      });
    }
    const open = referral.needs.flatMap(({ need, status }) => (status === 'open' ? need : []));
    const [kits, accessories] = await readChoices();
    const form = newForm({ kitId: kitFor(kits, open)?.id ?? '' });
    const kit = kitForm(kits, accessories, [], form.typed);
    return reply.page('loans/views/issue-kit.njk', { referral, patient, form, kit, lines: [], carried: [] });
  });

  app.post('/referrals/:id/issue', options, async (request, reply) => {
    const { id } = request.params;
    const typed = typedIn(request.body);
    const [, action = 'add', removed] = /^(\w+) ?(.*)$/.exec(String(typed.do ?? '')) ?? [];
    const labels = listOf(typed.kit).filter((label) => label !== removed);
    const scan = String(typed.scan ?? '').trim();

    if (action === 'issue') return issue(request.ctx, id, typed, labels);
    const isScan = action === 'add' && scan !== '';
    const codes = isScan ? [...labels, scan] : labels;
    const { kit, last } = await readKit(id, codes, typed, isScan);
    if (isScan) return showKit({ kit, last, typed: { ...typed, scan: '' } });
    if (['remove', 'back', 'kit'].includes(action)) return showKit({ kit, typed });

    const errors = kitFaults(kit, typed);
    return errors.length
      ? showKit({ kit, typed, form: refused(typed, invalid(...errors)) })
      : showTerms(newForm(typed), kit);

    async function showKit(shown: { kit: KitForm; typed: Typed; form?: Form; last?: Last | undefined }) {
      const { kit, typed, form, last } = shown;
      const { referral, patient } = await readBorrower(request.ctx, id);
      const carried = carry(typed, ['scan', 'contactConfirmed', 'do', ...ownOfKit]);
      return reply.code(form?.status ?? 200).page('loans/views/issue-kit.njk', {
        referral,
        patient,
        kit,
        lines: kit.scanned,
        last,
        carried,
        asking: form !== undefined,
        form: form ?? newForm(typed),
      });
    }

    async function showTerms(form: Form, kit: KitForm) {
      const day = today(deps.clock);
      const [borrower, terms] = await Promise.all([
        readBorrower(request.ctx, id),
        issueTerms(deps.db, id, day),
      ]);
      const start: Typed = {
        openEnded: terms.weeks === null ? 'yes' : 'no',
        ...(terms.weeks !== null && { dueOn: addDays(day, terms.weeks * 7) }),
        'handover.way': 'in_person',
        'handover.on': day,
      };
      return reply.code(form.status).page('loans/views/issue-terms.njk', {
        ...borrower,
        terms,
        kit,
        lines: kit.scanned,
        today: day,
        handoverWays,
        acceptances,
        form: { ...form, typed: { ...start, ...form.typed } },
        carried: carry(form.typed, ['scan', 'kit', 'do', ...ownOfTerms]),
      });
    }

    async function issue(ctx: Context, id: string, typed: Typed, labels: string[]) {
      const { kit } = await readKit(id, labels, typed);
      try {
        const loan = await issueLoan(deps, ctx, {
          referralId: id,
          items: itemsOf(kit.scanned),
          ...kitOfLoan(kit),
          ...readTerms(typed),
        });
        return reply.done(`/loans/${loan.id}`, {
          text: whatHappened(loan),
          link: { href: `/loans/${loan.id}/agreement`, text: 'Print the agreement' },
        });
      } catch (error) {
        // The devices may have gone meanwhile: the verdicts are asked for again, so that they name the loan in the way.
        const form = refused(typed, error);
        const problem = error instanceof Problem ? error : undefined;
        const now = async () => (await readKit(id, labels, typed)).kit;
        if (problem?.type === 'kit-incomplete' || problem?.type === 'accessories-short')
          return showKit({ kit: await now(), typed, form });
        if (problem?.type !== 'device-not-available') return showTerms(form, kit);
        const summary = [
          {
            name: 'kit',
            text: `${problem.detail ?? problem.title} Take it out of the kit, or scan another.`,
          },
        ];
        return showTerms({ ...form, summary }, await now());
      }
    }
  });

  const readChoices = () => Promise.all([listKits(deps.db), listAccessories(deps.db)]);

  /** The kit as it stands; `last` is the newest of the codes when it was just scanned. */
  async function readKit(referralId: string, codes: string[], typed: Typed, isScan = false) {
    const [[kits, accessories], found] = await Promise.all([readChoices(), findScanned(deps.db, codes)]);
    const lines = found.map((scan) => ({
      ...scan,
      label: scan.device?.assetTag ?? scan.code,
      verdict: issueVerdict(scan, referralId),
    }));
    const newest = isScan ? lines.at(-1) : undefined;
    const before = newest ? lines.slice(0, -1) : lines;
    const twice = before.some(({ label }) => label.toUpperCase() === newest?.label.toUpperCase());
    const kit = kitForm(kits, accessories, twice ? before : lines, typed);
    const last: Last | undefined = newest && { ...(twice ? newest : kit.scanned.at(-1)!), twice };
    return { kit, last };
  }

  async function readBorrower(ctx: Context, id: string) {
    const referral = await getReferral(deps.db, ctx.actor, id);
    return {
      referral,
      patient: shownPatient(await getPatient(deps.db, referral.patient.id), today(deps.clock)),
    };
  }
}

/** What has to be mended before the terms. */
function kitFaults(kit: KitForm, typed: Typed): FieldError[] {
  const { scanned: lines } = kit;
  const stopped = lines.filter(({ verdict }) => !verdict.ok).map(({ label }) => label);
  const errors: FieldError[] = [];
  if (!typed.contactConfirmed)
    errors.push({
      pointer: '/contactConfirmed',
      message: 'Confirm that you have checked how to reach them.',
    });
  if (!lines.length)
    errors.push({ pointer: '/scan', message: 'Scan or type the label of at least one device.' });
  if (lines.length > mostItems) errors.push({ pointer: '/kit', message: tooMany });
  if (stopped.length)
    errors.push({ pointer: '/kit', message: `Take out what cannot go out now: ${stopped.join(', ')}.` });
  return [...errors, ...kitFormFaults(kit)];
}

/** The newest scan, and whether it was in the list already. */
type Last = ShownLine & { twice: boolean };

const ownOfKit = ['kit', 'kitId', 'kitFor', 'accessory', 'stockLocationId', 'quantity.', 'gap.'];
const ownOfTerms = [
  'openEnded',
  'dueOn-day',
  'dueOn-month',
  'dueOn-year',
  'handover.way',
  'handover.on-day',
  'handover.on-month',
  'handover.on-year',
  'agreement.acceptedBy',
  'agreement.signature',
  'agreement.drawn',
  'agreement.witness',
];

/** The terms as the API takes them; what belongs to a choice that was not made is left out. */
function readTerms(typed: Typed) {
  const isOpenEnded = typed.openEnded === 'yes';
  const acceptedBy = typed['agreement.acceptedBy'];
  const leftOut = [
    ...(isOpenEnded ? ['dueOn-day', 'dueOn-month', 'dueOn-year'] : []),
    ...(acceptedBy === 'witnessed' ? [] : ['agreement.witness']),
    ...(acceptedBy === 'signature' ? [] : ['agreement.signature']),
  ];
  const kept = Object.fromEntries(Object.entries(typed).filter(([name]) => !leftOut.includes(name)));
  const drawn = acceptedBy === 'signature' && typed['agreement.drawn'];
  const terms = fields(TermsForm, drawn ? { ...kept, 'agreement.signature': drawn } : kept, words);
  if (!isOpenEnded && !terms.dueOn)
    throw invalid({
      pointer: '/dueOn',
      message: 'Enter the day it is due back, or choose that it stays open.',
    });
  return terms;
}

/** @throws Problem `invalid` when the kit is empty, too large, or has something that is none of our devices */
function itemsOf(lines: ShownLine[]): { deviceId: string }[] {
  if (!lines.length)
    throw invalid({ pointer: '/kit', message: 'The kit is empty. Go back and scan at least one device.' });
  if (lines.length > mostItems) throw invalid({ pointer: '/kit', message: tooMany });
  return lines.map(({ device, label }) => {
    if (!device) throw invalid({ pointer: '/kit', message: `Take out what cannot go out now: ${label}.` });
    return { deviceId: device.id };
  });
}

function whatHappened({ reference, items, dueOn, followUps, warnings }: LoanIssued): string {
  const due = dueOn ? `due back on ${dateWords(dueOn)}` : 'with no date to come back';
  const next = followUps[0]
    ? ` Next: ${followUps[0].step.toLowerCase()} on ${dateWords(followUps[0].dueOn)}.`
    : '';
  const told = warnings.map((warning) => ` ${warning.replaceAll(/\d{4}-\d{2}-\d{2}/g, dateWords)}`).join('');
  return `Loan ${reference} is issued with ${count(items.length, 'item')}, ${due}.${next}${told}`;
}

const listOf = (value: string | string[] | undefined) => [value ?? []].flat();

/** What was entered on the other page, to be kept in hidden fields; a name of one's own that ends with a dot begins several. */
function carry(typed: Typed, own: string[]): { name: string; value: string }[] {
  return Object.entries(typed).flatMap(([name, value]) =>
    own.some((mine) => (mine.endsWith('.') ? name.startsWith(mine) : name === mine))
      ? []
      : listOf(value).map((one) => ({ name, value: one })),
  );
}
