import Type from 'typebox';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { count, date } from '../../shared/formats.ts';
import type { App } from '../../shared/http.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { fields, type Typed } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { lendableWords } from '../devices/updates.rules.ts';
import { sayOfModel } from './model.commands.ts';
import { getModel, listModels, modelTag } from './model.queries.ts';
import { type Model, ModelSaid, type ModelWritten } from './model.schemas.ts';

const here = '/settings/models';
const words = {
  make: 'Enter the make',
  model: 'Enter the model',
  source: 'Say where it stands, or who said so',
  sourceUrl: 'Give an address that begins with https://',
};
const name = Type.Optional(Type.String({ maxLength: 100 }));
const ModelQuery = Type.Object({ make: name, model: name }, { additionalProperties: false });

/** /settings/models: until when models of devices get security updates, as staff have found out. */
export function modelPages(app: App, deps: Deps): void {
  formPage(app, here, {
    reads: 'settings.read',
    action: 'settings.change',
    querystring: ModelQuery,
    view: 'stock/models/views/models.njk',
    async show(sent, { query }) {
      const { make, model } = { ...query, ...namesIn(sent?.typed) };
      const chosen = make && model ? await getModel(deps.db, make, model) : undefined;
      const form = besideTheOther(sent, chosen ? typedOf(chosen) : {});
      const items = await listModels(deps.db);
      const day = today(deps.clock);
      return {
        form,
        chosen,
        version: chosen && versionToSend(form, chosen.version),
        unsaid: items.filter(({ said }) => !said),
        said: items.flatMap(({ said, ...one }) =>
          said ? { ...one, ...said, left: lendableWords(said.updatesEndOn, day) } : [],
        ),
      };
    },
    async take(typed, { ctx }) {
      const input = fields(ModelSaid, typed, words);
      const ifMatch = String(typed.version ?? '') || modelTag(null);
      return { href: here, text: whatHappened(await sayOfModel(deps, { ...ctx, ifMatch }, input)) };
    },
  });
}

const namesIn = (typed: Typed | undefined) =>
  typed ? { make: String(typed.make ?? ''), model: String(typed.model ?? '') } : {};

const typedOf = ({ make, model, said }: Model): Typed => ({
  make,
  model,
  system: said?.system ?? '',
  highestVersion: said?.highestVersion ?? '',
  updatesEndOn: said?.updatesEndOn ?? '',
  source: said?.source ?? '',
  sourceUrl: said?.sourceUrl ?? '',
});

function whatHappened({ make, model, said, moved }: ModelWritten): string {
  const until = said?.updatesEndOn ? `until ${date(said.updatesEndOn)}` : 'not known until when';
  return [
    `${make} ${model}: security updates ${until}.`,
    ...(moved
      ? [`${count(moved, 'device')} changed by it: ready now, or waiting for a manager’s reason.`]
      : []),
  ].join(' ');
}
