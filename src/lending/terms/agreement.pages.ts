import { addDays, timestamp, today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { type Form, fields, newForm, refused, typedIn } from '../../web/forms.ts';
import { addAgreementVersion } from './agreement.commands.ts';
import { listAgreementVersions } from './agreement.queries.ts';
import { NewAgreementVersion } from './agreement.schemas.ts';

const words = { text: 'Write what is agreed' };

/** /settings/agreements: what people accept when they borrow, version by version; a new one is looked at before it is in use. */
export function agreementPages(app: App, deps: Deps): void {
  app.get('/settings/agreements', { config: { action: 'settings.read' } }, async (_request, reply) => {
    const [present, ...earlier] = await listAgreementVersions(deps.db);
    return reply.page('lending/terms/views/agreements.njk', {
      present,
      earlier,
      paper: sample(present!.text),
    });
  });

  const change = { config: { action: 'settings.change' } } as const;
  app.get('/settings/agreements/new', change, async (_request, reply) => {
    const [present] = await listAgreementVersions(deps.db);
    return show(reply, newForm({ text: present!.text, after: String(present!.version) }));
  });

  app.post('/settings/agreements/new', change, async (request, reply) => {
    const typed = typedIn(request.body);
    try {
      const input = fields(NewAgreementVersion, typed, words);
      if (typed.do === 'change') return show(reply, newForm(typed));
      if (typed.do !== 'save')
        return reply.page('lending/terms/views/agreement-preview.njk', {
          ...input,
          paper: sample(input.text),
        });
      const { version } = await addAgreementVersion(deps, request.ctx, input);
      return reply.done('/settings/agreements', {
        text: `Version ${version} is in use. Loans from now on are made with it; earlier loans keep the text that was accepted.`,
      });
    } catch (error) {
      const form = refused(typed, error);
      // Who was told of a newer version sends this one in its place, if they send it again.
      const [present] = form.status === 412 ? await listAgreementVersions(deps.db) : [];
      return show(reply, present ? { ...form, typed: { ...typed, after: String(present.version) } } : form);
    }
  });

  function show(
    reply: { code(status: number): { page(view: string, data: object): Promise<string> } },
    form: Form,
  ) {
    return reply.code(form.status).page('lending/terms/views/agreement-form.njk', { form });
  }

  /** An agreement as a patient sees it, of nobody and nothing real. */
  function sample(text: string) {
    const day = today(deps.clock);
    return {
      reference: 'L-000000',
      borrower: 'Sam Sample',
      handover: { way: 'in_person', on: day },
      dueOn: addDays(day, 182),
      items: [
        {
          assetTag: 'LW-000000',
          name: 'Tablet, an example',
          serialNumber: 'EXAMPLE1',
        },
      ],
      accessories: [{ kind: 'Charger', quantity: 1 }],
      text,
      acceptedBy: 'verbal',
      issuedAt: timestamp(deps.clock),
    };
  }
}
