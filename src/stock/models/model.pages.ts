import Type from 'typebox';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { count, date } from '../../shared/formats.ts';
import type { App } from '../../shared/http.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { fields, type Typed } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { lendableWords } from '../devices/updates.rules.ts';
import { sayOfModel, sayOfModels } from './model.commands.ts';
import { getModel, listModels, modelTag } from './model.queries.ts';
import {
  type Model,
  type ModelListTaken,
  ModelSaid,
  type ModelWritten,
  NewModelList,
} from './model.schemas.ts';

const here = '/settings/models';
const words = {
  make: 'Enter the make',
  model: 'Enter the model',
  source: 'Say where it stands, or who said so',
  sourceUrl: 'Give an address that begins with https://',
  csv: 'Paste the rows, with the heading',
};
const name = Type.Optional(Type.String({ maxLength: 100 }));
const ModelQuery = Type.Object({ make: name, model: name }, { additionalProperties: false });

/** /settings/models: until when models of devices get security updates, as staff have found out; /settings/models/list: of many at once. */
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

  formPage(app, `${here}/list`, {
    action: 'settings.change',
    view: 'stock/models/views/model-list.njk',
    take: async (typed, { ctx }) => ({
      href: here,
      text: whatListDid(await sayOfModels(deps, ctx, fields(NewModelList, typed, words))),
    }),
  });
}

function whatListDid({ models, same, moved }: ModelListTaken): string {
  return [
    `${count(models, 'model')} taken.`,
    ...(same ? [`Of ${same} just this was said already.`] : []),
    ...(moved ? [whatMoved(moved)] : []),
  ].join(' ');
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
  return [`${make} ${model}: security updates ${until}.`, ...(moved ? [whatMoved(moved)] : [])].join(' ');
}

const whatMoved = (moved: number) =>
  `${count(moved, 'device')} changed by it: ready now, or waiting for a manager’s reason.`;
