import Type from 'typebox';
import { may } from '../../access/permissions.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { fileFormats, sendTable } from '../../shared/table-file.ts';
import { newForm, refused } from '../../web/forms.ts';
import { submit } from '../../web/submit.ts';
import { readDonorReport } from './donor-report.queries.ts';
import { halfYears } from './leaving.rules.ts';
import { narrowings, readReport, reportNamed, reports, showsExact } from './report.queries.ts';
import { type ReportRead, usualPeriods } from './report.rules.ts';
import { HalfYearQuery, ReportQuery } from './report.schemas.ts';
import { inWords, linesOf, pictureOf } from './report.view.ts';
import { columnsOf, exportPart } from './report-export.commands.ts';
import { countYear, yearCounted } from './year.commands.ts';
import { yearsTo } from './year.rules.ts';
import { yearLines } from './year.view.ts';

const name = Type.String({ maxLength: 50 });
const view = 'office/reports/views/report.njk';

/** /reports: what the scheme did, for those who must tell others. */
export function reportPages(app: App, deps: Deps): void {
  const read = { config: { action: 'reports.read' } } as const;

  app.get('/reports', read, async (request, reply) => {
    const day = today(deps.clock);
    const isInside = may(request.ctx.actor, 'patients.read');
    const counted = isInside ? await yearCounted(deps.db) : undefined;
    return reply.page('office/reports/views/reports.njk', {
      reports,
      isInside,
      countedOn: counted?.on,
      isOfToday: counted?.on === day,
      year: counted && {
        ...yearsTo(counted.on),
        lines: yearLines(counted.figures, (name) => reportNamed(name).headline),
      },
    });
  });

  submit(app, '/reports/year', {
    action: 'papers.make',
    async take() {
      await countYear(deps);
      return { href: '/reports', text: 'The year is counted as it stands today.' };
    },
  });

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
    {
      ...read,
      schema: {
        params: Type.Object({ organisationId: Type.String({ format: 'uuid' }) }),
        querystring: HalfYearQuery,
      },
    },
    async (request, reply) => {
      const { params, query, ctx } = request;
      const { figures, kinds, ...found } = await readDonorReport(
        deps,
        ctx.actor,
        params.organisationId,
        query,
      );
      return reply.page('office/reports/views/donor.njk', {
        ...found,
        periods: halfYears(today(deps.clock)).slice(0, 4),
        figures: inWords(figures.columns, figures.row),
        kinds: { ...kinds, picture: await pictureOf(kinds), lines: linesOf(kinds) },
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
    lines: linesOf(part),
  }));
  return { found, figures: inWords(columns, row), parts: await Promise.all(parts) };
}
