import { logAccess } from '../../people/look.queries.ts';
import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { type App, idParams } from '../../shared/http.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { fields, type Typed } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { correctEndReason } from './end-reason.commands.ts';
import { getEndReason } from './end-reason.queries.ts';
import { reasonChoices, reasonWords, whyReasonStays } from './end-reason.rules.ts';
import { ItemCorrection } from './end-reason.schemas.ts';

/** /loan-items/:id/reason: why something came back is put right, or said afterwards. */
export function endReasonPages(app: App, deps: Deps): void {
  formPage(app, '/loan-items/:id/reason', {
    action: 'loans.return',
    params: idParams,
    view: 'lending/loans/views/reason.njk',
    async show(sent, { ctx, params }) {
      const now = await getEndReason(deps.db, params.id);
      if (now.patientId) await logAccess(deps, ctx, now.patientId, 'loan');
      const form = besideTheOther(sent, {
        'because.reason': now.reason ?? '',
        'because.words': now.words ?? '',
      });
      const version = versionToSend(form, etagOf(now.loanId, now.changedAt));
      return { form, now, itemId: params.id, version, why: whyReasonStays(now), reasonChoices };
    },
    async take({ version, ...typed }, { ctx, params: { id } }) {
      const given = read(typed);
      const { loan } = await correctEndReason(deps, { ...ctx, ifMatch: String(version ?? '') }, id, given);
      return { href: `/loans/${loan.id}`, text: 'Why it came back is put right.' };
    },
  });
}

/** What a form says; of an empty one, that nobody said why. */
function read(typed: Typed): ItemCorrection {
  const isEmpty = ['because.reason', 'because.words'].every((name) => !String(typed[name] ?? '').trim());
  return isEmpty ? { because: null } : fields(ItemCorrection, typed, reasonWords);
}
