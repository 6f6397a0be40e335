import { getShownPatient } from '../../people/doubt.queries.ts';
import { logAccess } from '../../people/look.queries.ts';
import { heldFor, stockNeedsOf } from '../../referrals/allocations/allocation.queries.ts';
import { getReferral } from '../../referrals/referral.queries.ts';
import { referralStatusWords } from '../../referrals/referral.rules.ts';
import { isAccepted } from '../../referrals/referral.states.ts';
import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { type FieldError, invalid, Problem } from '../../shared/problem.ts';
import { listAccessories } from '../../stock/accessories/accessory.queries.ts';
import type { Accessory } from '../../stock/accessories/accessory.schemas.ts';
import { mayGoOut } from '../../stock/devices/going-out.rules.ts';
import { findScanned } from '../../stock/devices/scan.queries.ts';
import { issueVerdict } from '../../stock/devices/scan.rules.ts';
import { listKits } from '../../stock/kits/kit.queries.ts';
import type { Kit } from '../../stock/kits/kit.schemas.ts';
import { offeredPlans } from '../../support/plan.queries.ts';
import { type Form, newForm, refused, type Typed, typedIn } from '../../web/forms.ts';
import { afterScan, readScans } from '../../web/scan-list.ts';
import { offeredTerms } from '../terms/terms.queries.ts';
import { shownAgreement } from './agreement-words.view.ts';
import { askAboutClosedDay } from './due-day.queries.ts';
import { issueLoan } from './issue.commands.ts';
import { type KitForm, kitForm, kitFormFaults, kitOfLoan, type ShownLine } from './issue-form.rules.ts';
import { kitFor } from './issue-kit.rules.ts';
import { issueTerms } from './issue-terms.queries.ts';
import { acceptances, handoverWays } from './loan.rules.ts';
import {
  assumedTerms,
  carry,
  itemsOf,
  mostItems,
  ownOfTerms,
  readTerms,
  startOfTerms,
  tooMany,
  whatHappened,
} from './terms.view.ts';

type Choices = [Kit[], Accessory[]];

/** /referrals/:id/issue: page one fills the kit, page two has terms and agreement. What was entered travels in the form. */
export function issuePages(app: App, deps: Deps): void {
  const options = { config: { action: 'loans.issue' }, schema: { params: idParams } } as const;

  app.get('/referrals/:id/issue', options, async (request, reply) => {
    const { referral, patient } = await readBorrower(request.ctx, request.params.id);
    await logAccess(deps, request.ctx, patient.id, 'referral');
    if (!isAccepted.of(referral.status)) {
      return reply.page('lending/loans/views/issue-not-now.njk', {
        referral,
        statusWords: referralStatusWords[referral.status],
      });
    }
    const open = referral.needs.flatMap(({ need, status }) => (status === 'open' ? need : []));
    const [choices, held] = await Promise.all([readChoices(), heldFor(deps.db, referral.id)]);
    const form = newForm({ kitId: kitFor(choices[0], open)?.id ?? '' });
    const labels = held.map(({ assetTag }) => assetTag);
    const { kit } = await readKit(referral.id, labels, form.typed, { choices });
    const lines = kit.scanned;
    return reply.page('lending/loans/views/issue-kit.njk', {
      referral,
      patient,
      form,
      kit,
      lines,
      carried: [],
    });
  });

  app.post('/referrals/:id/issue', options, async (request, reply) => {
    const { id } = request.params;
    const typed = typedIn(request.body);
    const { action, labels, scan } = readScans(typed, 'kit');

    if (action === 'issue') return issue(request.ctx, id, typed, labels);
    const isScan = action === 'add' && scan !== '';
    const codes = isScan ? [...labels, scan] : labels;
    const { kit, last } = await readKit(id, codes, typed, { isScan });
    if (isScan) return showKit({ kit, last, typed: { ...typed, scan: '' } });
    if (['list', 'back', 'kit'].includes(action)) return showKit({ kit, typed });

    const errors = kitFaults(kit, typed);
    return errors.length
      ? showKit({ kit, typed, form: refused(typed, invalid(...errors)) })
      : showTerms(newForm(typed), kit);

    async function showKit(shown: { kit: KitForm; typed: Typed; form?: Form; last?: Last | undefined }) {
      const { kit, typed, form, last } = shown;
      const { referral, patient } = await readBorrower(request.ctx, id);
      const carried = carry(typed, ['scan', 'contactConfirmed', 'do', ...ownOfKit]);
      return reply.code(form?.status ?? 200).page('lending/loans/views/issue-kit.njk', {
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
      const [borrower, terms, offered, plans] = await Promise.all([
        readBorrower(request.ctx, id),
        issueTerms(deps.db, id, kit.kit?.id ?? null, day),
        offeredTerms(deps.db, 'patient', day),
        offeredPlans(deps.db),
      ]);
      return reply.code(form.status).page('lending/loans/views/issue-terms.njk', {
        ...borrower,
        terms,
        agreement: await shownAgreement(deps.db, borrower.patient),
        offered,
        plans: plans.map(({ id, name }) => ({ value: id, text: name })),
        kit,
        lines: kit.scanned,
        handoverWays,
        acceptances,
        assumed: assumedTerms(
          form.typed,
          offered,
          day,
          terms.plan ? `${terms.plan.name}, counted from the handover` : undefined,
        ),
        form: { ...form, typed: { ...startOfTerms(offered, day), ...form.typed } },
        carried: carry(form.typed, ['scan', 'kit', 'do', ...ownOfTerms]),
      });
    }

    async function issue(ctx: Context, id: string, typed: Typed, labels: string[]) {
      const { kit } = await readKit(id, labels, typed);
      try {
        const items = itemsOf(kit.scanned);
        const terms = readTerms(typed);
        await askAboutClosedDay(deps, typed, terms.dueOn);
        const loan = await issueLoan(deps, ctx, { referralId: id, items, ...kitOfLoan(kit), ...terms });
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

  const readChoices = (): Promise<Choices> => Promise.all([listKits(deps.db), listAccessories(deps.db)]);

  /** The kit as it stands; `last` is the newest of the codes when it was just scanned. `choices` are given where they were read already. */
  async function readKit(
    referralId: string,
    codes: string[],
    typed: Typed,
    {
      isScan = false,
      choices = readChoices(),
    }: { isScan?: boolean; choices?: Choices | Promise<Choices> } = {},
  ) {
    const [[kits, accessories], found, { open }] = await Promise.all([
      choices,
      findScanned(deps.db, codes, {
        day: today(deps.clock),
        fits: (device) => mayGoOut(device, referralId),
      }),
      stockNeedsOf(deps.db, referralId),
    ]);
    const lines = found.map((scan) => ({
      ...scan,
      label: scan.device?.assetTag ?? scan.code,
      verdict: issueVerdict(scan, referralId, open.includes('data')),
    }));
    const shown = afterScan(lines, isScan);
    const kit = kitForm(kits, accessories, shown.lines, typed);
    const last: Last | undefined = shown.last && {
      ...(shown.last.twice ? shown.last : kit.scanned.at(-1)!),
      twice: shown.last.twice,
    };
    return { kit, last };
  }

  async function readBorrower(ctx: Context, id: string) {
    const referral = await getReferral(deps.db, ctx.actor, id);
    return {
      referral,
      patient: await getShownPatient(deps.db, referral.patient.id, today(deps.clock)),
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
