import type { FastifyReply, FastifyRequest } from 'fastify';
import { cookieName } from '../../access/authentication.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import type { Typed } from '../../web/forms.ts';
import type { BenchVerdict } from './bench.rules.ts';

const mostRecent = 8;

/** A device for which something was recorded today, and what came of it. */
type Recorded = { id: string; tag: string; tone: BenchVerdict['tone'] };

/**
 * What the bench remembers of someone between two devices: what goes with a check, what is done today, the last verdict,
 * and the checks that can be taken back.
 */
export type Bench = {
  actor: string | null;
  day: string;
  done: number;
  typed: Typed;
  last?: BenchVerdict;
  recent?: Recorded[];
  checks?: string[];
};

/** What is remembered, with a device that something was recorded for before the others. */
export const withRecorded = (recent: Recorded[] = [], recorded: Recorded): Recorded[] =>
  [recorded, ...recent.filter(({ id }) => id !== recorded.id)].slice(0, mostRecent);

/** Reads and keeps what the bench remembers, in a cookie of this computer, for whoever asks alone. */
export function benchMemory({ clock, config }: Pick<Deps, 'clock' | 'config'>) {
  const ownCookie = cookieName(config, 'lendwell-bench');
  const options = {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: config.PUBLIC_URL.startsWith('https:'),
    signed: true,
    maxAge: 90 * 24 * 3600,
  } as const;
  return {
    /** Of another day only what goes with a check, without its date. */
    read(request: FastifyRequest): Bench {
      const day = today(clock);
      const fresh: Bench = { actor: request.ctx.actor.id, day, done: 0, typed: {} };
      const { valid, value } = request.unsignCookie(request.cookies[ownCookie] ?? '');
      if (!valid || !value) return fresh;
      const kept = JSON.parse(Buffer.from(value, 'base64url').toString()) as Bench;
      if (kept.actor !== fresh.actor) return fresh;
      if (kept.day === day) return kept;
      const typed = Object.entries(kept.typed).filter(([name]) => !name.startsWith('performedOn'));
      return { ...fresh, typed: Object.fromEntries(typed) };
    },
    keep(reply: FastifyReply, bench: Bench): FastifyReply {
      const value = Buffer.from(JSON.stringify(bench)).toString('base64url');
      return reply.setCookie(ownCookie, value, options);
    },
  };
}
