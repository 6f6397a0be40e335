import Type from 'typebox';
import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { reads } from '../../shared/routes.ts';
import { readReport, reports } from './report.queries.ts';
import { ReportList, ReportQuery, ReportRead } from './report.schemas.ts';

const tags = ['Reports'];
const params = Type.Object({
  name: Type.String({ maxLength: 50, examples: reports.map(({ name }) => name) }),
});

/** /reports: the figures of the scheme, each defined once. */
export function reportRoutes(app: App, deps: Deps): void {
  reads(app, '/reports', {
    action: 'reports.read',
    operationId: 'listReports',
    summary: 'The reports, with what each of their figures counts',
    tags,
    gives: ReportList,
    call: () => ({ items: reports.map(({ read: _read, ...report }) => report) }),
  });

  reads(app, '/reports/:name', {
    action: 'reports.read',
    operationId: 'readReport',
    summary: 'One report for a period, as it stands inside the scheme or as it may leave it',
    tags,
    params,
    querystring: ReportQuery,
    gives: ReportRead,
    problems: ['not-found', 'invalid'],
    call: ({ params, query, ctx }) => readReport(deps, ctx.actor, params.name, query),
  });
}
