import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { reads } from '../../shared/routes.ts';
import { readForecast } from './forecast.queries.ts';
import { ForecastQuery, ForecastRead } from './forecast.schemas.ts';

/** /forecast: what next. */
export function forecastRoutes(app: App, deps: Deps): void {
  reads(app, '/forecast', {
    action: 'forecast.read',
    operationId: 'readForecast',
    summary: 'The coming 26 weeks as bands: devices ready, people waiting, hours of support',
    description:
      'Made from the scheme’s own past year, and held against it. Figures are exact and for the scheme alone. A part is silent (`asItIs` is null) where its history is too short, or where its band held too rarely. With a wish there is `whatIf` beside it.',
    tags: ['Reports'],
    querystring: ForecastQuery,
    gives: ForecastRead,
    problems: ['invalid'],
    call: ({ query }) => readForecast(deps, query),
  });
}
