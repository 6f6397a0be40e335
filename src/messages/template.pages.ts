import { languageName, languages } from '../people/contact.rules.ts';
import { getPatient, logAccess } from '../people/patient.queries.ts';
import { wordings } from '../people/reach.rules.ts';
import { currentScheme } from '../scheme/scheme.queries.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams, strictObject } from '../shared/http.ts';
import { invalid } from '../shared/problem.ts';
import { type Form, fields, newForm, refused, type Typed, typedIn } from '../web/forms.ts';
import { reasonWords, reminderReasons } from './message.rules.ts';
import { testTemplate, writeTemplate } from './template.commands.ts';
import { getTemplate, listTemplates, readsAs } from './template.queries.ts';
import { placeholders, templateChannels } from './template.rules.ts';
import { NewTemplate, NewTemplateTest, type Template, type TemplateTested } from './template.schemas.ts';

const words = {
  subject: 'Enter the subject',
  body: 'Enter the text',
  channel: 'Choose how it goes',
  language: 'Choose a language',
  to: 'Enter your own number or address',
};
const channelWords = { any: 'Any way', sms: 'Text message', email: 'Email', letter: 'Letter' };
const resultWords: Record<TemplateTested['result'], string> = {
  sent: 'It is on its way to you.',
  kept: 'Nothing is sent out here: it is kept where messages are captured.',
  refused: 'The provider did not take it: look at the number or the address.',
  later: 'The provider takes nothing just now. Try again in a while.',
  unknown: 'It is not known whether the provider took it.',
};
const placeholderWords: Record<string, string> = {
  name: 'what the person likes to be called',
  scheme: 'the name of the scheme',
  contacts: 'what will happen and when, such as “phone you on Tuesday 12 January at 10:30am”',
  when: 'the day and the time',
  how: 'the day, the time and how, such as “Tuesday 12 January at 10:30am, by phone”',
  day: 'the day',
  why: 'why it changed, after a colon, where it may be said',
  ring: 'please ring us, with the number',
  link: 'the link by which they answer, where there is one',
  replies: 'whether someone reads what they send back',
};
const listPage = 'messages/views/templates.njk';
const onePage = 'messages/views/template.njk';
const formPage = 'messages/views/template-form.njk';

/** /settings/templates: the texts of messages, version by version. /patients/:id/texts: how they read for one person. */
export function templatePages(app: App, deps: Deps): void {
  const read = { config: { action: 'settings.read' } } as const;
  const change = { config: { action: 'settings.change' } } as const;
  const one = { schema: { params: idParams } } as const;

  app.get('/settings/templates', read, async (_request, reply) =>
    reply.page(listPage, { groups: groupsOf(await listTemplates(deps)), reasonWords, channelWords }),
  );

  app.get('/settings/templates/:id', { ...read, ...one }, async (request, reply) =>
    reply.page(onePage, await oneView(request.params.id, newForm())),
  );

  app.get('/settings/templates/:id/change', { ...change, ...one }, async (request, reply) => {
    const { subject, body } = await getTemplate(deps, deps.db, request.params.id);
    return reply.page(formPage, await formView(request.params.id, newForm({ subject, body })));
  });

  app.post('/settings/templates/:id/change', { ...change, ...one }, async (request, reply) => {
    const { version = '', do: what, ...typed } = typedIn(request.body);
    try {
      const { reason, wording, channel, language } = await getTemplate(deps, deps.db, request.params.id);
      const { subject, body } = fields(NewTemplateText, typed, words);
      if (what === 'preview') {
        const form = newForm(typed);
        const scheme = await currentScheme(deps);
        const preview = tried(() =>
          readsAs(deps, scheme, { reason, wording, channel, language, subject, body }),
        );
        return reply.page(formPage, {
          ...(await formView(request.params.id, form, String(version))),
          preview,
        });
      }
      const written = await writeTemplate(deps, request.ctx, {
        reason,
        wording,
        channel,
        language,
        subject,
        body,
        insteadOf: String(version),
      });
      return reply.done(`/settings/templates/${written.id}`, {
        text: `Version ${written.version} is in use from now on.`,
      });
    } catch (error) {
      const form = refused(typed, error);
      return reply.code(form.status).page(formPage, await formView(request.params.id, form, String(version)));
    }
  });

  /** A text of its own for another channel or language, beginning with the words of this one. */
  app.post('/settings/templates/:id/variants', { ...change, ...one }, async (request, reply) => {
    const typed = typedIn(request.body);
    try {
      const { reason, wording, subject, body } = await getTemplate(deps, deps.db, request.params.id);
      const key = fields(NewVariant, typed, words);
      const own = key.language === 'en' ? body : plainIn(body);
      const written = await writeTemplate(deps, request.ctx, {
        reason,
        wording,
        ...key,
        subject,
        body: own,
        insteadOf: null,
      });
      return reply.done(`/settings/templates/${written.id}/change`, {
        text: 'It begins with the words of the other. Write its own now.',
      });
    } catch (error) {
      const form = { ...refused(typed, error), prefix: 'variant' };
      return reply.code(form.status).page(onePage, await oneView(request.params.id, form));
    }
  });

  app.post('/settings/templates/:id/tests', { ...change, ...one }, async (request, reply) => {
    const { id } = request.params;
    const typed = typedIn(request.body);
    try {
      const { result } = await testTemplate(deps, request.ctx, id, fields(NewTemplateTest, typed, words));
      return reply.done(`/settings/templates/${id}`, { text: resultWords[result] });
    } catch (error) {
      const form = { ...refused(typed, error), prefix: 'test' };
      return reply.code(form.status).page(onePage, await oneView(id, form));
    }
  });

  app.get(
    '/patients/:id/texts',
    { config: { action: 'patients.read' }, schema: { params: idParams } },
    async (request, reply) => {
      const patient = await getPatient(deps.db, request.params.id);
      const [templates, scheme] = await Promise.all([
        listTemplates(deps),
        currentScheme(deps),
        logAccess(deps, request.ctx, patient.id, 'message'),
      ]);
      const name = patient.preferredName || patient.givenName || patient.familyName;
      const theirs = templates.filter(({ language }) => language === 'en' || language === patient.language);
      const items = theirs.map((one) => ({ ...one, sample: readsAs(deps, scheme, one, { name }) }));
      return reply.page('messages/views/texts.njk', {
        patient,
        groups: groupsOf(items),
        reasonWords,
        channelWords,
        languageName,
      });
    },
  );

  async function oneView(id: string, form: Form) {
    const template = await getTemplate(deps, deps.db, id);
    const formOf = (prefix: string, start: Typed = {}) =>
      form.prefix === prefix ? form : { ...newForm(start), prefix };
    return {
      template,
      form,
      testForm: formOf('test', { channel: template.channel === 'any' ? 'sms' : template.channel }),
      variantForm: formOf('variant', { language: template.language, channel: 'any' }),
      languages: [{ value: 'en', text: 'English' }, ...languages],
      language: languageName(template.language),
      channels: templateChannels.map((value) => ({ value, text: channelWords[value] })),
      reasonWords,
      channelWords,
    };
  }

  /** @param version what was seen, where the form was sent; else the text as it stands */
  async function formView(id: string, form: Form, version?: string) {
    const template = await getTemplate(deps, deps.db, id);
    const allowed = placeholders[template.wording].filter(
      (name) => template.language === 'en' || (name !== 'contacts' && name !== 'ring'),
    );
    return {
      template,
      form,
      version: version ?? template.id,
      language: languageName(template.language),
      placeholders: allowed.map((name) => ({ name, text: placeholderWords[name] })),
      reasonWords,
      channelWords,
    };
  }

  /** A text that names what it may not cannot be shown. */
  function tried<T>(show: () => T): T {
    try {
      return show();
    } catch {
      throw invalid({ pointer: '/body', message: 'It names something that is not in the list below.' });
    }
  }
}

const { subject, body, channel, language } = NewTemplate.properties;
const NewTemplateText = strictObject({ subject, body });
const NewVariant = strictObject({ channel, language });

/** Without what stands for English words. */
const plainIn = (text: string) =>
  text.replaceAll(/\{\{\s*contacts\s*\}\}/g, '{{when}}').replaceAll(/,? ?\{\{\s*ring\s*\}\}/g, '');

function groupsOf(templates: Template[]) {
  return reminderReasons.map((reason) => ({
    reason,
    wordings: wordings.map((wording) => ({
      wording,
      items: templates.filter((one) => one.reason === reason && one.wording === wording),
    })),
  }));
}
