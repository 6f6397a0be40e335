import type { Wrong } from './judge.ts';
import type { Answer, Sent } from './send.ts';

export type Fault = Wrong & { where: string; number: number; how: string[]; curl: string };
type Line = { requests: number; by: Record<string, number>; slowest: number; slow: number; refusal: string };

const secret = new Set(['authorization', 'cookie', 'x-csrf-token']);

/** An address without the secret of a link that somebody was given. */
export const withoutToken = (address: string): string =>
  address.replace(/^\/(a|answer|password|refer)\/[\w-]{16,}/, '/$1/:token');

/** A request as a command for a shell, with who asks in words in place of their key or session. */
export function curlOf(url: string, who: string, { method, address, headers, body }: Sent): string {
  const shown = Object.entries(headers).map(
    ([name, value]) => `-H ${quoted(`${name}: ${secret.has(name) ? `<${who}>` : value}`)}`,
  );
  const call = ['curl', '-X', method, '--path-as-is', ...shown, quoted(url + withoutToken(address))].join(
    ' ',
  );
  if (!body?.length) return call;
  // The token of a form opens what its session opens.
  const hidden = Buffer.from(body.toString('latin1').replace(/^_csrf=[^&]*/, '_csrf=token'), 'latin1');
  if (body.length > 3_000)
    return `${call} # and ${body.length} bytes of body, which the seed and the number give`;
  const text = hidden.toString();
  if (/^[\x20-\x7e]*$/.test(text)) return `${call} --data-binary ${quoted(text)}`;
  return `echo ${hidden.toString('base64')} | base64 -d | ${call} --data-binary @-`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''").replaceAll(/[\r\n]/g, ' ')}'`;

/** What came of a run: counts by operation, and every fault once with how to make it again. */
export function createReport(seed: number) {
  const lines = new Map<string, Line>();
  const faults = new Map<string, { first: Fault; count: number }>();

  return {
    note(where: string, { status, ms, body }: Answer, isSlow: boolean): void {
      const line = lines.get(where) ?? { requests: 0, by: {}, slowest: 0, slow: 0, refusal: '' };
      line.requests++;
      line.by[status || 'broke'] = (line.by[status || 'broke'] ?? 0) + 1;
      if (status === 409 || (status === 422 && !line.refusal)) line.refusal = body.toString().slice(0, 300);
      line.slowest = Math.max(line.slowest, ms);
      if (isSlow) line.slow++;
      lines.set(where, line);
    },
    fault(fault: Fault): boolean {
      const key = `${fault.where} ${fault.what} ${fault.detail.replaceAll(/[0-9a-f-]{36}|\d+/g, '#')}`;
      const known = faults.get(key);
      if (known) known.count++;
      else faults.set(key, { first: fault, count: 1 });
      return !known;
    },
    faults: () => [...faults.values()],
    total: () => [...lines.values()].reduce((sum, { requests }) => sum + requests, 0),
    /** Operations none of whose requests was ever granted: what is behind their checks was not looked at. */
    neverGranted: () =>
      [...lines].flatMap(([where, { by, refusal }]) =>
        Object.keys(by).some((status) => /^[23]/.test(status)) ? [] : [`${where} ${refusal}`],
      ),
    /** A fault in a few lines. */
    say({ where, number, what, detail, how, curl }: Fault): string {
      return `✖ ${where}: ${what}${detail && ` (${detail})`}\n  seed ${seed}, number ${number}, ${how.join(', ') || 'as described'}\n  ${curl}`;
    },
    /** The whole run by operation, the slowest first. */
    summary(): string {
      const rows = [...lines].sort(([, a], [, b]) => b.slowest - a.slowest);
      const statuses = ({ by }: Line) => Object.entries(by).map(([status, count]) => `${status}×${count}`);
      return [
        'slowest ms  slow  where, and how often which status',
        ...rows.map(
          ([where, line]) =>
            `${line.slowest.toFixed(0).padStart(10)}  ${String(line.slow || '').padStart(4)}  ${where.padEnd(60)} ${statuses(line).join(' ')}`,
        ),
      ].join('\n');
    },
  };
}
export type Report = ReturnType<typeof createReport>;
