import Type from 'typebox';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { fileFormats, sendTable } from '../../shared/table-file.ts';
import { chartWidths, type Picture } from '../../web/drawing.ts';
import { newForm, refused } from '../../web/forms.ts';
import { drawChart } from './chart.ts';
import { readDonorReport } from './donor-report.queries.ts';
import { halfYears } from './leaving.rules.ts';
import { narrowings, readReport, reportNamed, reports, showsExact } from './report.queries.ts';
import {
  type Column,
  hidden,
  type ReadPart,
  type ReportRead,
  type Row,
  usualPeriods,
} from './report.rules.ts';
import { ReportQuery } from './report.schemas.ts';
import { columnsOf, exportPart } from './report-export.commands.ts';
import { sayValue } from './report-words.ts';

const name = Type.String({ maxLength: 50 });
const view = 'office/reports/views/report.njk';

/** /reports: what the scheme did, for those who must tell others. */
export function reportPages(app: App, deps: Deps): void {
  const read = { config: { action: 'reports.read' } } as const;

  app.get('/reports', read, async (_request, reply) =>
    reply.page('office/reports/views/reports.njk', { reports }),
  );

  app.get(
    '/reports/:name',
    { ...read, schema: { params: Type.Object({ name }), querystring: ReportQuery } },
    async (request, reply) => {
      const report = reportNamed(request.params.name);
      const exact = showsExact(report, request.ctx.actor);
      const leaves = request.query.suppressed || !exact;
      const day = today(deps.clock);
      const asked = {
        report,
        query: request.query,
        exact,
        leaves,
        ...(leaves
          ? { periods: halfYears(day).slice(0, 4) }
          : { periods: usualPeriods(day), narrowings: await narrowings(deps.db) }),
      };
      try {
        const found = await readReport(deps, request.ctx.actor, report.name, request.query);
        return reply.page(view, { ...asked, ...(await shown(found)), form: newForm() });
      } catch (error) {
        const form = refused({}, error);
        return reply.code(form.status).page(view, { ...asked, form });
      }
    },
  );

  for (const format of fileFormats)
    app.get(
      `/reports/:name/:part.${format}`,
      { ...read, schema: { params: Type.Object({ name, part: name }), querystring: ReportQuery } },
      async (request, reply) => {
        const { report, part } = await exportPart(deps, request.ctx, request.params, request.query);
        const file = [report.name, part.key, report.from, report.to, 'suppressed'];
        return sendTable(reply, format, { name: file.join('-'), columns: columnsOf(part), rows: part.rows });
      },
    );

  app.get(
    '/reports/donors/:organisationId',
    { ...read, schema: { params: Type.Object({ organisationId: Type.String({ format: 'uuid' }) }) } },
    async (request, reply) => {
      const { figures, kinds, ...found } = await readDonorReport(deps, request.params.organisationId);
      return reply.page('office/reports/views/donor.njk', {
        ...found,
        figures: inWords(figures.columns, figures.row),
        columns: kinds.columns,
        lines: kinds.rows.map((row) => ({ cells: inWords(kinds.columns, row).map(({ value }) => value) })),
      });
    },
  );
}

/** A report in words, each part with its picture where it has one. */
async function shown(found: ReportRead) {
  const { columns, row } = found.headline;
  const parts = found.parts.map(async (part) => ({
    ...part,
    picture: await pictureOf(part),
    lines: part.rows.map((line) => ({
      id: line.id,
      cells: inWords(part.columns, line).map(({ value }) => value),
    })),
  }));
  return { found, figures: inWords(columns, row), parts: await Promise.all(parts) };
}

/** Each column with its value of a row in words. */
const inWords = (columns: Column[], row: Row) =>
  columns.map((column) => ({ ...column, value: sayValue(column, row[column.key] ?? null) }));

/** The picture in both widths, with what is hidden; none where there is nothing to draw. */
async function pictureOf(part: ReadPart): Promise<Record<keyof typeof chartWidths, Picture> | undefined> {
  const isDrawn = (value: Row[string] | undefined) => value === hidden || Number(value) > 0;
  if (!part.rows.some((row) => part.chart?.series.some((key) => isDrawn(row[key])))) return undefined;
  return {
    wide: await drawChart(part, chartWidths.wide, sayValue),
    narrow: await drawChart(part, chartWidths.narrow, sayValue),
  };
}
