import { languageName, languages } from '../people/contact.rules.ts';
import { logAccess } from '../people/look.queries.ts';
import { getPatient } from '../people/patient.queries.ts';
import { currentScheme } from '../scheme/scheme.queries.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams, strictObject } from '../shared/http.ts';
import { invalid } from '../shared/problem.ts';
import { type Form, fields, newForm, type Typed } from '../web/forms.ts';
import { formPage, submit } from '../web/submit.ts';
import { messageKinds } from './kind.queries.ts';
import { reminderReasons } from './message.rules.ts';
import { testTemplate, writeTemplate } from './template.commands.ts';
import { getTemplate, listTemplates, readsAs } from './template.queries.ts';
import { namesFor, templateChannels, templateWordings } from './template.rules.ts';
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
  text: 'what is written for everyone concerned, of news',
  ring: 'please ring us, with the number',
  link: 'the link by which they answer, where there is one',
  replies: 'whether someone reads what they send back',
  pages: 'the addresses of what they are given',
};
const listPage = 'messages/views/templates.njk';
const onePage = 'messages/views/template.njk';
const changePage = 'messages/views/template-form.njk';

/** /settings/templates: the texts of messages, version by version. /patients/:id/texts: how they read for one person. */
export function templatePages(app: App, deps: Deps): void {
  const read = { config: { action: 'settings.read' } } as const;
  const change = { action: 'settings.change', params: idParams } as const;

  app.get('/settings/templates', read, async (_request, reply) =>
    reply.page(listPage, { groups: groupsOf(await listTemplates(deps)), kinds: messageKinds, channelWords }),
  );

  app.get('/settings/templates/:id', { ...read, schema: { params: idParams } }, async (request, reply) =>
    reply.page(onePage, await oneView(request.params.id)),
  );

  formPage(app, '/settings/templates/:id/change', {
    ...change,
    view: changePage,
    show: (form, { params }) => changeView(params.id, form),
    async take({ version = '', do: what, ...typed }, { ctx, params }, reply) {
      const { reason, wording, channel, language } = await getTemplate(deps, deps.db, params.id);
      const { subject, body } = fields(NewTemplateText, typed, words);
      if (what === 'preview') {
        const form = newForm({ ...typed, version });
        const scheme = await currentScheme(deps);
        const preview = tried(() =>
          readsAs(deps, scheme, { reason, wording, channel, language, subject, body }),
        );
        return reply.page(changePage, { ...(await changeView(params.id, form)), preview });
      }
      const written = await writeTemplate(deps, ctx, {
        reason,
        wording,
        channel,
        language,
        subject,
        body,
        insteadOf: String(version),
      });
      return {
        href: `/settings/templates/${written.id}`,
        text: `Version ${written.version} is in use from now on.`,
      };
    },
  });

  /** A text of its own for another channel or language, beginning with the words of this one. */
  submit(app, '/settings/templates/:id/variants', {
    ...change,
    prefix: 'variant',
    view: onePage,
    show: (form, { params }) => oneView(params.id, form),
    async take(typed, { ctx, params }) {
      const { reason, wording, subject, body } = await getTemplate(deps, deps.db, params.id);
      const key = fields(NewVariant, typed, words);
      const own = key.language === 'en' ? body : plainIn(body);
      const written = await writeTemplate(deps, ctx, {
        reason,
        wording,
        ...key,
        subject,
        body: own,
        insteadOf: null,
      });
      return {
        href: `/settings/templates/${written.id}/change`,
        text: 'It begins with the words of the other. Write its own now.',
      };
    },
  });

  submit(app, '/settings/templates/:id/tests', {
    ...change,
    prefix: 'test',
    view: onePage,
    show: (form, { params }) => oneView(params.id, form),
    async take(typed, { ctx, params: { id } }) {
      const { result } = await testTemplate(deps, ctx, id, fields(NewTemplateTest, typed, words));
      return { href: `/settings/templates/${id}`, text: resultWords[result] };
    },
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
        kinds: messageKinds,
        channelWords,
        languageName,
      });
    },
  );

  async function oneView(id: string, form = newForm()) {
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
      kinds: messageKinds,
      channelWords,
    };
  }

  /** `sent`: the form with the version that was seen, where it was sent; else it begins with the text as it stands. */
  async function changeView(id: string, sent?: Form) {
    const template = await getTemplate(deps, deps.db, id);
    const { subject, body } = template;
    const { wording, reason, language: tag } = template;
    const allowed = namesFor(wording, messageKinds[reason].says, tag);
    return {
      template,
      form: sent ?? newForm({ subject, body }),
      version: sent ? String(sent.typed.version ?? '') : template.id,
      language: languageName(template.language),
      placeholders: allowed.map((name) => ({ name, text: placeholderWords[name] })),
      kinds: messageKinds,
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
    wordings: templateWordings.map((wording) => ({
      wording,
      items: templates.filter((one) => one.reason === reason && one.wording === wording),
    })),
  }));
}
