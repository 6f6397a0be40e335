import Type from 'typebox';
import type { Deps } from '../../shared/deps.ts';
import { type App, problemReplies } from '../../shared/http.ts';
import { readReport, reports } from './report.queries.ts';
import { ReportList, ReportQuery, ReportRead } from './report.schemas.ts';

const tags = ['Reports'];
const params = Type.Object({
  name: Type.String({ maxLength: 50, examples: reports.map(({ name }) => name) }),
});

/** /reports: the figures of the scheme, each defined once. */
export function reportRoutes(app: App, deps: Deps): void {
  app.get(
    '/reports',
    {
      config: { action: 'reports.read' },
      schema: {
        operationId: 'listReports',
        summary: 'The reports, with what each of their figures counts',
        tags,
        response: { 200: ReportList },
      },
    },
    async () => ({ items: reports.map(({ read: _read, ...report }) => report) }),
  );

  app.get(
    '/reports/:name',
    {
      config: { action: 'reports.read' },
      schema: {
        operationId: 'readReport',
        summary: 'One report for a period, as it stands inside the scheme or as it may leave it',
        tags,
        params,
        querystring: ReportQuery,
        response: { 200: ReportRead, ...problemReplies('not-found', 'invalid') },
      },
    },
    (request) => readReport(deps, request.params.name, request.query),
  );
}
