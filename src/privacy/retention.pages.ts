import { may } from '../access/permissions.ts';
import type { Context } from '../shared/actor.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { besideTheOther, versionToSend } from '../web/edit-conflict.ts';
import { fields, type Typed } from '../web/forms.ts';
import { formPage } from '../web/submit.ts';
import { changeRetention } from './retention.commands.ts';
import { getBatch, getRetention, listBatches, retentionTag } from './retention.queries.ts';
import { batchStatuses, retentionClasses } from './retention.rules.ts';
import { NewBatchDecision, type Retention, RetentionBatchQuery, RetentionForm } from './retention.schemas.ts';
import { decideBatch } from './retention-batch.commands.ts';

const words = { decision: 'Choose what becomes of them' };

/** /settings/retention: for how long people are kept, and who waits for a manager's decision. */
export function retentionPages(app: App, deps: Deps): void {
  formPage(app, '/settings/retention', {
    reads: 'settings.read',
    action: 'settings.change',
    querystring: RetentionBatchQuery,
    view: 'privacy/views/retention.njk',
    async show(sent, { ctx, query }) {
      const retention = await getRetention(deps.db);
      const form = besideTheOther(sent, typedOf(retention));
      const version = versionToSend(form, retentionTag(retention));
      return { form, version, ...(await batchesFor(ctx, query)) };
    },
    async take({ version, ...typed }, { ctx }) {
      const periods = { ...emptied, ...fields(RetentionForm, typed) };
      await changeRetention(deps, { ...ctx, ifMatch: String(version ?? '') }, periods);
      return { href: '/settings/retention', text: 'For how long people are kept is changed.' };
    },
  });

  formPage(app, '/settings/retention/:id', {
    reads: 'patients.read',
    action: 'patients.erase',
    params: idParams,
    view: 'privacy/views/retention-batch.njk',
    show: async (_form, { params }) => ({
      batch: await getBatch(deps.db, params.id),
      classWords: retentionClasses,
    }),
    async take(typed, { ctx, params: { id } }) {
      const { status } = await decideBatch(deps, ctx, id, fields(NewBatchDecision, typed, words));
      return {
        href: `/settings/retention/${id}`,
        text: status === 'kept' ? 'They are kept.' : 'They are being erased.',
        link: { href: '/settings/retention?status=proposed', text: 'What else waits' },
      };
    },
  });

  /** Who is proposed is for those who may see people. */
  async function batchesFor({ actor }: Context, query: RetentionBatchQuery) {
    if (!may(actor, 'patients.read')) return { classWords: retentionClasses };
    const { status } = query;
    const { items, next } = await listBatches(deps.db, query);
    return {
      batches: items,
      next,
      after: query.after,
      filters: { status },
      query: new URLSearchParams(status && { status }).toString(),
      statuses: batchStatuses,
      classWords: retentionClasses,
    };
  }
}

/** An empty field keeps everyone of the class. */
const emptied = { helpedMonths: null, notHelpedMonths: null, deceasedMonths: null };

const typedOf = ({ changedAt: _at, ...periods }: Retention): Typed =>
  Object.fromEntries(Object.entries(periods).map(([name, months]) => [name, String(months ?? '')]));
