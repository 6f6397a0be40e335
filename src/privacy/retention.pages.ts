import { may } from '../access/permissions.ts';
import type { Context } from '../shared/actor.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { besideTheOther, versionToSend } from '../web/edit-conflict.ts';
import { type Form, fields, newForm, refused, type Typed, typedIn } from '../web/forms.ts';
import { changeRetention } from './retention.commands.ts';
import { getBatch, getRetention, listBatches, retentionTag } from './retention.queries.ts';
import { batchStatuses, retentionClasses } from './retention.rules.ts';
import { NewBatchDecision, type Retention, RetentionBatchQuery, RetentionForm } from './retention.schemas.ts';
import { decideBatch } from './retention-batch.commands.ts';

const words = { decision: 'Choose what becomes of them' };

/** /settings/retention: for how long people are kept, and who waits for a manager's decision. */
export function retentionPages(app: App, deps: Deps): void {
  app.get(
    '/settings/retention',
    { config: { action: 'settings.read' }, schema: { querystring: RetentionBatchQuery } },
    async (request, reply) => {
      const retention = await getRetention(deps.db);
      return reply.page('privacy/views/retention.njk', {
        form: newForm(typedOf(retention)),
        version: retentionTag(retention),
        ...(await batchesFor(request.ctx, request.query)),
      });
    },
  );

  app.post('/settings/retention', { config: { action: 'settings.change' } }, async (request, reply) => {
    const { version: seen, ...typed } = typedIn(request.body);
    const version = String(seen ?? '');
    try {
      const periods = { ...emptied, ...fields(RetentionForm, typed) };
      await changeRetention(deps, request.ctx, periods, version);
      return reply.done('/settings/retention', { text: 'For how long people are kept is changed.' });
    } catch (error) {
      const retention = await getRetention(deps.db);
      const form = besideTheOther(refused(typed, error), typedOf(retention));
      return reply.code(form.status).page('privacy/views/retention.njk', {
        form,
        version: versionToSend(form, version, retentionTag(retention)),
        ...(await batchesFor(request.ctx, { limit: 50 })),
      });
    }
  });

  app.get(
    '/settings/retention/:id',
    { config: { action: 'patients.read' }, schema: { params: idParams } },
    async (request, reply) =>
      reply.page('privacy/views/retention-batch.njk', await batchView(request.params.id, newForm())),
  );

  app.post(
    '/settings/retention/:id',
    { config: { action: 'patients.erase' }, schema: { params: idParams } },
    async (request, reply) => {
      const { id } = request.params;
      const typed = typedIn(request.body);
      try {
        const { status } = await decideBatch(deps, request.ctx, id, fields(NewBatchDecision, typed, words));
        return reply.done(`/settings/retention/${id}`, {
          text: status === 'kept' ? 'They are kept.' : 'They are being erased.',
          link: { href: '/settings/retention?status=proposed', text: 'What else waits' },
        });
      } catch (error) {
        const form = refused(typed, error);
        return reply.code(form.status).page('privacy/views/retention-batch.njk', await batchView(id, form));
      }
    },
  );

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

  async function batchView(id: string, form: Form) {
    return { batch: await getBatch(deps.db, id), form, classWords: retentionClasses };
  }
}

/** An empty field keeps everyone of the class. */
const emptied = { helpedMonths: null, notHelpedMonths: null, deceasedMonths: null };

const typedOf = ({ changedAt: _at, ...periods }: Retention): Typed =>
  Object.fromEntries(Object.entries(periods).map(([name, months]) => [name, String(months ?? '')]));
