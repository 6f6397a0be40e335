import Type from 'typebox';
import type { Deps } from '../../shared/deps.ts';
import { type App, strictObject } from '../../shared/http.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { fields, type Typed } from '../../web/forms.ts';
import { formPage, submit } from '../../web/submit.ts';
import { bringAreaLookup, removeAreaLookup } from './area.commands.ts';
import { areaTag, getAreaLookup } from './area.queries.ts';
import { NewAreaLookup } from './area.schemas.ts';
import { groupsOf, type QuestionName, questionNames } from './equality.rules.ts';
import { removePopulation, sayPopulation } from './population.commands.ts';
import { getPopulation, listPopulation } from './population.queries.ts';
import { NewPopulation, type Population, populationParams } from './population.schemas.ts';

const here = '/settings/population';
const areas = '/settings/areas';
const from = {
  source: 'Say who published it, and of whom it is',
  dated: 'Enter the day as of which it is',
};
const areaWords = { ...from, name: 'Enter what a band is called', lines: 'Paste the areas with their bands' };

/** /settings/population and /settings/areas: what the scheme brings to see whether it reaches whom it is for. */
export function populationPages(app: App, deps: Deps): void {
  app.get(here, { config: { action: 'settings.read' } }, async (_request, reply) => {
    const [population, lookup] = await Promise.all([listPopulation(deps.db), getAreaLookup(deps.db)]);
    return reply.page('people/equality/views/population.njk', { population, lookup });
  });

  formPage(app, `${here}/:question`, {
    action: 'settings.change',
    params: populationParams,
    view: 'people/equality/views/population-form.njk',
    async show(sent, { params }) {
      const population = await getPopulation(deps.db, params.question);
      const form = besideTheOther(sent, typedOf(population));
      return { population, form, version: versionToSend(sent, population.version) };
    },
    async take({ version, ...typed }, { ctx, params: { question } }) {
      const { title } = await sayPopulation(
        deps,
        { ...ctx, ifMatch: String(version ?? '') },
        question,
        fields(PopulationForm[question]!, typed, wordsFor(question)),
      );
      return { href: here, text: `${title}: what you brought is saved.` };
    },
  });

  submit(app, `${here}/:question/removal`, {
    action: 'settings.change',
    params: populationParams,
    async take({ version }: Typed, { ctx, params: { question } }) {
      const { title } = await removePopulation(deps, { ...ctx, ifMatch: String(version ?? '') }, question);
      return { href: here, text: `${title}: what you had brought is removed.` };
    },
  });

  formPage(app, areas, {
    action: 'settings.change',
    view: 'people/equality/views/areas.njk',
    async show(sent) {
      const lookup = await getAreaLookup(deps.db);
      const { name = '', source = '', dated = '' } = lookup.brought ?? {};
      const form = besideTheOther(sent, { name, source, dated, lines: '' }, ['lines']);
      return { lookup, form, version: versionToSend(sent, areaTag(lookup)) };
    },
    async take({ version, ...typed }, { ctx }) {
      const input = fields(NewAreaLookup, typed, areaWords);
      const lookup = await bringAreaLookup(deps, { ...ctx, ifMatch: String(version ?? '') }, input);
      return {
        href: here,
        text: `The lookup has ${lookup.areas} areas. People may be asked for a postcode now.`,
      };
    },
  });

  submit(app, `${areas}/removal`, {
    action: 'settings.change',
    async take({ version }: Typed, { ctx }) {
      await removeAreaLookup(deps, { ...ctx, ifMatch: String(version ?? '') });
      return { href: here, text: 'The lookup is removed. Nobody is asked for a postcode any more.' };
    },
  });
}

/** The form of a question: a percentage for each of its groups. */
const PopulationForm = Object.fromEntries(
  questionNames.map((question) => {
    const share = Type.Number({ minimum: 0, maximum: 100 });
    const shares = strictObject(Object.fromEntries(groupsOf(question).map(({ value }) => [value, share])));
    return [
      question,
      strictObject({
        source: NewPopulation.properties.source,
        dated: NewPopulation.properties.dated,
        shares,
      }),
    ];
  }),
);

const wordsFor = (question: QuestionName) => ({
  ...from,
  ...Object.fromEntries(
    ['*', ...groupsOf(question).map(({ value }) => value)].map((name) => [
      `shares.${name}`,
      'Enter a percentage; 0 where there is nobody',
    ]),
  ),
});

const typedOf = ({ groups, said }: Population): Typed => ({
  source: said?.source ?? '',
  dated: said?.dated ?? '',
  ...Object.fromEntries(groups.map(({ value }) => [`shares.${value}`, String(said?.shares[value] ?? '')])),
});
