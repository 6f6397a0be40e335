import { createRandom, type Random } from '../demonstration/random.ts';
import { type ActorName, type Actors, actorNames, isStranger } from './actors.ts';
import type { Described, Json, Operation } from './document.ts';
import { addressOf, bytesOf, type Draft, validDraft } from './draft.ts';
import { createJudge, parsed, slowAfter } from './judge.ts';
import { createKnown } from './known.ts';
import { mutate } from './mutations.ts';
import { createOdd } from './odd.ts';
import { createPages } from './pages.ts';
import { createReport, curlOf, type Fault } from './report.ts';
import { type Answer, type Sent, send } from './send.ts';

export type Run = {
  url: string;
  seed: number;
  requests: number;
  /** Ends earlier when this many minutes have gone by. */
  minutes?: number;
  described: Described;
  actors: Actors;
  /** The day that it is there. */
  today: string;
  say?: (line: string) => void;
  /** Whether no more requests are to be begun. */
  isOver?: () => boolean;
};

/** Requests that are under way at once. What each of them is follows from the answers before, in the order of their numbers. */
const atOnce = 4;
/** After so many requests lists are read again. */
const readAgain = 2_000;
/** One of so many turns asks for a page and sends a form of it. */
const pagesTurn = 8;
const readers: ActorName[] = ['manager', 'administrator', 'officer'];

/**
 * Makes requests of every kind to every operation, as everyone, and holds each answer to the document. The same seed
 * makes the same requests of the same scheme, but for ids and for what requests that go on at once do to each other.
 */
export async function fuzz(run: Run) {
  const { url, seed, requests, described, actors, today, say = () => {} } = run;
  const { operations } = described;
  const known = createKnown();
  const odd = createOdd(seed);
  const judge = createJudge(described);
  const report = createReport(seed);
  const allowed = new Map<Operation, Set<ActorName>>();
  const pages = createPages({ run, odd, judge, report });
  const end = performance.now() + (run.minutes ?? 60 * 24) * 60_000;
  const health = watchHealth(url);

  for (let done = 0; done < requests && performance.now() < end && !run.isOver?.(); done += atOnce) {
    if (done % readAgain === 0) {
      await readLists();
      if (done) say(`${done} requests, ${report.faults().length} faults`);
    }
    const numbers = Array.from({ length: Math.min(atOnce, requests - done) }, (_, at) => done + at);
    const turns = await Promise.all(numbers.map((number) => turn(number)));
    for (const keep of turns) keep();
  }
  const sick = await health.stop();
  return { report, sick };

  /** Makes one request. @returns what is to be kept of its answer */
  async function turn(number: number): Promise<() => void> {
    const random = createRandom(Math.imul(seed + 1, 0x9e3779b1) + Math.imul(number + 1, 0x85ebca6b));
    if (number % pagesTurn === pagesTurn - 1) return pages.turn(number, random);
    const operation = random.pick(operations);
    const draft = validDraft(number, operation, { random, known, today });
    if (random.chance(0.55)) mutate(draft, { random, known, odd });
    return ask(draft, chosen(operation, random));
  }

  /** Mostly someone who may do it as far as is known; at times anyone. */
  function chosen(operation: Operation, random: Random): ActorName {
    const may = [...(allowed.get(operation) ?? [])];
    return may.length && random.chance(0.8) ? random.pick(may) : random.pick(actorNames);
  }

  async function ask(draft: Draft, who: ActorName): Promise<() => void> {
    const { operation, number, how, isOther } = draft;
    const sent = await written(draft, who);
    const answer = await send(url, sent);
    return () => {
      report.note(`${operation.method} ${operation.path}`, answer, answer.ms > slowAfter);
      const found = [
        ...judge.ofAny(answer, `${sent.address}\n${sent.body ?? ''}`),
        ...(draft.method === 'HEAD' ? [] : judge.ofOperation(operation, answer, isOther)),
      ];
      for (const wrong of found) {
        const fault: Fault = { ...wrong, where: operation.name, number, how, curl: curlOf(url, who, sent) };
        if (report.fault(fault)) say(report.say(fault));
      }
      learn(draft, who, answer);
    };
  }

  async function written(draft: Draft, who: ActorName): Promise<Sent> {
    const { 'x-cookie': cookie, ...own } = draft.headers;
    const headers: Record<string, string> = {
      ...own,
      ...(await actors.headersOf(who)),
      ...from(draft.number, who),
    };
    if (cookie !== undefined) headers.cookie = headers.cookie ? `${headers.cookie}; ${cookie}` : cookie;
    return { method: draft.method, address: addressOf(draft), headers, body: bytesOf(draft) };
  }

  function learn(
    { operation, isOther, path }: Draft,
    who: ActorName,
    { status, headers, body }: Answer,
  ): void {
    if (status === 401 && !isStranger(who)) actors.renew(who);
    if (isOther || status >= 500 || status < 200) return;
    if (status !== 401 && status !== 403)
      allowed.set(operation, (allowed.get(operation) ?? new Set()).add(who));
    if (status >= 300 || !String(headers['content-type']).startsWith('application/json')) return;
    const answer = (parsed(body) ?? null) as Json;
    known.gather(operation.path, answer, /[0-9a-f-]{36}/.exec(path)?.[0]);
    for (const link of linksGiven(body.toString())) pages.learn('nobody', link);
    if (headers.etag) known.gather('', { etag: headers.etag });
  }

  /** Reads every list as those who see most, so that requests are about what exists. */
  async function readLists(): Promise<void> {
    for (const operation of operations) {
      if (operation.method !== 'GET' || operation.path.includes('{')) continue;
      const hasLimit = operation.parameters.some(({ name }) => name === 'limit');
      for (const who of readers) {
        const address = `${operation.path}${hasLimit ? '?limit=100' : ''}`;
        const answer = await send(url, { method: 'GET', address, headers: await actors.headersOf(who) });
        if (answer.status === 401) actors.renew(who);
        if (answer.status === 200) {
          known.gather(operation.path, parsed(answer.body) as Json);
          break;
        }
      }
    }
  }
}

/** The addresses of links that people are given, such as to the form of a clinic or to their own answers. */
const linksGiven = (text: string): string[] =>
  [...text.matchAll(/https?:\/\/[^\s/"]+(\/(?:a|answer|refer|password)\/[\w/-]{10,})/g)].map(
    ([, link]) => link!,
  );

/** From where a request comes: who opens nothing comes from everywhere, so that no limit hides what they are told. */
export function from(number: number, who: ActorName): Record<string, string> {
  return isStranger(who)
    ? { 'x-forwarded-for': `2001:db8:${(number >> 8).toString(16)}:${(number & 255).toString(16)}::1` }
    : {};
}

/** Asks once a second whether it lives. @returns how to end that, with what was wrong */
function watchHealth(url: string) {
  const wrong: string[] = [];
  let asked = 0;
  let last = Promise.resolve();
  const timer = setInterval(() => {
    last = last.then(async () => {
      for (const address of ['/health/live', '/health/ready']) {
        asked++;
        const { status, ms, broke } = await send(url, { method: 'GET', address, headers: {} });
        if (status !== 200)
          wrong.push(`${address} answered ${status} ${broke ?? ''} after ${ms.toFixed(0)} ms`);
      }
    });
  }, 1_000);
  return {
    async stop() {
      clearInterval(timer);
      await last;
      return { asked, wrong };
    },
  };
}
