import Type from 'typebox';
import type { Deps } from '../../shared/deps.ts';
import { count, date } from '../../shared/formats.ts';
import type { App } from '../../shared/http.ts';
import { kindName } from '../../stock/devices/device-kinds.rules.ts';
import { fields, newForm, refused, typedIn } from '../../web/forms.ts';
import { drawBands } from './band-chart.ts';
import { readForecast } from './forecast.queries.ts';
import { type Forecast, type Part, weeksAhead } from './forecast.rules.ts';
import { ForecastQuery } from './forecast.schemas.ts';
import { bandWords, checkWords, sentencesOf, shownWeeks, titleOf } from './forecast.view.ts';
import { partsOf } from './part.rules.ts';

const view = 'office/forecast/views/ahead.njk';
const Typed = Type.Object(
  Object.fromEntries(
    Object.keys(ForecastQuery.properties).map((name) => [
      name,
      Type.Optional(Type.String({ maxLength: 20 })),
    ]),
  ),
);

/** /reports/ahead: what next. */
export function forecastPages(app: App, deps: Deps): void {
  app.get(
    '/reports/ahead',
    { config: { action: 'forecast.read' }, schema: { querystring: Typed } },
    async (request, reply) => {
      const typed = typedIn(request.query);
      try {
        const forecast = await readForecast(deps, fields(ForecastQuery, typed));
        return reply.page(view, { ...(await shown(forecast)), form: newForm(typed) });
      } catch (error) {
        const form = refused(typed, error);
        const forecast = await readForecast(deps, {});
        return reply.code(form.status).page(view, { ...(await shown(forecast)), form });
      }
    },
  );
}

/** A forecast in words, each part with its picture and its table. */
async function shown(forecast: Forecast) {
  const { day, weeks, known, parts } = forecast;
  return {
    day,
    until: weeks.at(-1),
    kinds: parts.flatMap(({ key }) => {
      const of = partsOf.get(key)!;
      return 'kind' in of ? [{ kind: of.kind, label: `${kindName(of.kind)}s a month` }] : [];
    }),
    isWish: parts.some(({ whatIf }) => whatIf),
    parts: await Promise.all(parts.map((part) => shownPart(part, forecast))),
    known: [...Array(Math.ceil(weeksAhead / 4)).keys()].map((month) => {
      const those = (found: { week: number; count: number }[]) =>
        found.filter(({ week }) => Math.floor(week / 4) === month).reduce((sum, one) => sum + one.count, 0);
      const last = weeks[Math.min(4 * month + 3, weeksAhead - 1)];
      return { cells: [`Until ${date(last)}`, those(known.dataEnds), those(known.dueBack)] };
    }),
    knownColumns: [
      { text: 'Weeks', kind: 'label' },
      { text: 'Data plans that end' },
      { text: 'Loans due back' },
    ],
  };
}

async function shownPart(part: Part, forecast: Forecast) {
  const { key, asItIs, whatIf, now } = part;
  const names = forecast.weeks.map((week) => date(week).replace(/ \d{4}$/, ''));
  const cells = (week: number) =>
    [asItIs, whatIf].flatMap((outlook) =>
      outlook
        ? [outlook.band.middle[week]!, bandWords(outlook.band.low[week]!, outlook.band.high[week]!)]
        : [],
    );
  return {
    key,
    ...titleOf(partsOf.get(key)!),
    now,
    sentences: sentencesOf(part, forecast),
    check: checkWords(part.check, part.verdict),
    missing: part.missing.map(
      ({ what, have, least, from }) =>
        `${count(have, what, what)}, and ${least} are needed${from ? `. There may be enough from about ${date(from)}` : ''}.`,
    ),
    picture: asItIs ? await drawBands(names, asItIs.band, whatIf?.band) : undefined,
    columns: [
      { text: 'Week until', kind: 'label' },
      { text: 'Middle' },
      { text: '8 of 10 runs' },
      ...(whatIf ? [{ text: 'What if: middle' }, { text: 'What if: 8 of 10' }] : []),
    ],
    lines: asItIs ? shownWeeks.map((week) => ({ cells: [date(forecast.weeks[week]), ...cells(week)] })) : [],
  };
}
