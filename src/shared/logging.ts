import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from '../config.ts';

/**
 * An error as the log may have it: of a database error only what cannot hold a value
 * (its message and detail quote rows), of any other its type and where it came from.
 */
export function safeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code, constraint, table, column, routine } = error as Error & Record<string, unknown>;
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12);
  return {
    type: error.name,
    code,
    constraint,
    table,
    column,
    routine,
    stack: frames.map((line) => line.trim()),
  };
}

/** The log: JSON lines of ids, route patterns and counts; never bodies, names, contact details or raw URLs. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    serializers: {
      err: safeError,
      error: safeError,
      req: (request: { method?: string; id?: string; routeOptions?: { url?: string } }) => ({
        id: request.id,
        method: request.method,
        route: request.routeOptions?.url,
      }),
      res: (reply: { statusCode?: number }) => ({ status: reply.statusCode }),
    },
  };
  return destination ? pino(options, destination) : pino(options);
}

const securityLoggers = new Map<string, Logger>();

/** The log of security events, a channel of its own: written whatever else is logged, save where nothing is. */
export function securityLogger({ SECURITY_LOG: file, LOG_LEVEL }: Config): Logger {
  const level = !file && LOG_LEVEL === 'silent' ? 'silent' : 'info';
  const key = `${level} ${file}`;
  const known = securityLoggers.get(key);
  if (known) return known;
  const to = file
    ? pino.destination({ dest: file, append: true, mkdir: true, sync: true, mode: 0o600 })
    : undefined;
  const log = createLogger(level, to).child({ channel: 'security' });
  securityLoggers.set(key, log);
  return log;
}
