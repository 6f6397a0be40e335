import { addDays, timestamp, today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { fields, newForm } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { paperWords } from '../loans/paper-words.view.ts';
import { addAgreementVersion } from './agreement.commands.ts';
import { listAgreementVersions } from './agreement.queries.ts';
import { NewAgreementVersion } from './agreement.schemas.ts';

const words = { text: 'Write what is agreed' };
const formView = 'lending/terms/views/agreement-form.njk';

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

  formPage(app, '/settings/agreements/new', {
    action: 'settings.change',
    view: formView,
    async show(sent) {
      if (sent && sent.status !== 412) return { form: sent };
      const [present] = await listAgreementVersions(deps.db);
      const after = String(present!.version);
      // Who was told of a newer version sends this one in its place, if they send it again.
      return {
        form: sent ? { ...sent, typed: { ...sent.typed, after } } : newForm({ text: present!.text, after }),
      };
    },
    async take(typed, { ctx }, reply) {
      const input = fields(NewAgreementVersion, typed, words);
      if (typed.do === 'change') return reply.page(formView, { form: newForm(typed) });
      if (typed.do !== 'save')
        return reply.page('lending/terms/views/agreement-preview.njk', {
          ...input,
          paper: sample(input.text),
        });
      const { version } = await addAgreementVersion(deps, ctx, input);
      return {
        href: '/settings/agreements',
        text: `Version ${version} is in use. Loans from now on are made with it; earlier loans keep the text that was accepted.`,
      };
    },
  });

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
      language: 'en',
      dir: 'ltr',
      words: paperWords(),
      acceptedBy: 'verbal',
      issuedAt: timestamp(deps.clock),
    };
  }
}
