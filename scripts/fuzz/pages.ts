import type { Random } from '../demonstration/random.ts';
import { type ActorName, actorNames, isStranger } from './actors.ts';
import { type Form, formsIn, linksIn } from './html.ts';
import type { createJudge } from './judge.ts';
import { slowAfter } from './judge.ts';
import { type FilePart, multipart } from './multipart.ts';
import type { Odd } from './odd.ts';
import { curlOf, type Report, withoutToken } from './report.ts';
import { from, type Run } from './run.ts';
import { type Answer, type Sent, send } from './send.ts';

type Needs = { run: Run; odd: Odd; judge: ReturnType<typeof createJudge>; report: Report };

/** So many addresses of pages are known of each person at most. */
const most = 1_500;
/** Where someone begins to look. */
const first = (who: ActorName): string[] =>
  who === 'nobody'
    ? ['/sign-in', '/sign-in/provider', '/refer/x', '/a/x', '/password/x', '/answer/x']
    : ['/'];
const staff = actorNames.filter((name) => !isStranger(name) && !name.endsWith(' key'));

/** The turns in which someone looks at a page and sends a form of it, which comes with what people and no people type. */
export function createPages({ run: { url, actors, say = () => {} }, odd, judge, report }: Needs) {
  const known = new Map<ActorName, string[]>();

  async function turn(number: number, random: Random): Promise<() => void> {
    const who = random.chance(0.12) ? 'nobody' : random.pick(staff);
    const pages = known.get(who) ?? first(who);
    const isOdd = random.chance(0.1);
    const address = isOdd ? oddly(random.pick(pages), random) : random.pick(pages);
    const plain = { method: 'GET', address, headers: {} };
    const page = await ask(number, who, plain, isOdd ? 'GET an odd address' : patternOf(plain));
    const forms = formsIn(page.answer.body.toString(), address);
    const form = forms.length && random.chance(0.9) ? random.pick(forms) : undefined;
    const made = form && filled(form, random);
    // Whoever has no session has a cookie that goes with the form's token.
    const cookies = [page.answer.headers['set-cookie'] ?? []].flat().map((one) => one.split(';')[0]);
    if (made && who === 'nobody') made.headers.cookie = cookies.join('; ');
    const sent = made && (await ask(number, who, made, patternOf(made)));
    return () => {
      page.keep();
      sent?.keep();
      if (who !== 'nobody' && page.answer.headers.location?.startsWith('/sign-in')) actors.renew(who);
      for (const link of linksIn(page.answer)) learn(who, link);
      if (sent) for (const link of linksIn(sent.answer)) learn(who, link);
    };
  }

  function learn(who: ActorName, link: string): void {
    const pages = known.get(who) ?? first(who);
    if (pages.includes(link) || link === '/sign-out') return;
    if (pages.length >= most) pages.splice(1, 1);
    pages.push(link);
    known.set(who, pages);
  }

  async function ask(
    number: number,
    who: ActorName,
    plain: Sent,
    where: string,
  ): Promise<{ answer: Answer; keep(): void }> {
    const { cookie } = await actors.headersOf(who);
    const sent = {
      ...plain,
      headers: { ...plain.headers, ...(cookie && { cookie }), ...from(number, who) },
    };
    const answer = await send(url, sent);
    return {
      answer,
      keep() {
        report.note(where, answer, answer.ms > slowAfter);
        for (const wrong of judge.ofAny(answer, `${sent.address}\n${sent.body ?? ''}`)) {
          const fault = { ...wrong, where, number, how: ['a page'], curl: curlOf(url, who, sent) };
          if (report.fault(fault)) say(report.say(fault));
        }
      },
    };
  }

  /** A form with what it was shown with, in which one or two fields are something else, missing, or there twice. */
  function filled({ action, isFile, isGet, fields }: Form, random: Random): Sent {
    const pairs = fields
      .filter(({ isFile }) => !isFile)
      .flatMap(({ name, choices, isChoice }): [string, string][] =>
        isChoice && random.chance(0.5)
          ? []
          : [[name, choices.length ? random.pick(choices) : random.pick(typed)]],
      );
    for (let left = random.pick([0, 1, 1, 2]); left > 0 && pairs.length; left--) {
      const at = random.between(0, pairs.length - 1);
      const [name] = pairs[at]!;
      if (name === '_csrf' && random.chance(0.9)) continue;
      const how = random.between(0, 9);
      if (how < 6) pairs[at] = [name, odd.text(random)];
      else if (how === 6) pairs.splice(at, 1);
      else if (how === 7) pairs.push([name, odd.text(random)]);
      else pairs.push([how === 8 ? `${name}[0]` : random.pick(['__proto__', '', 'x', 'constructor']), 'x']);
    }
    const query = pairs.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');
    if (isGet)
      return { method: 'GET', address: `${action.split('?')[0]}?${query.slice(0, 6_000)}`, headers: {} };
    if (!isFile) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      return { method: 'POST', address: action, headers, body: Buffer.from(query) };
    }
    const files: FilePart[] = fields
      .filter((field) => field.isFile && random.chance(0.7))
      .map(({ name }) => ({
        field: name,
        name: 'a.csv',
        bytes: Buffer.from(random.pick(['a,b\n1,2\n', '"', odd.text(random)])),
      }));
    const form = multipart(Object.fromEntries(pairs), files);
    return { method: 'POST', address: action, headers: { 'content-type': form.type }, body: form.bytes };
  }

  function oddly(address: string, random: Random): string {
    const value = encoded(odd.text(random).slice(0, 500));
    const name = random.pick([
      'q',
      'after',
      'status',
      'from',
      'to',
      'on',
      'day',
      'week',
      'clinic',
      'ids',
      'sort',
      '__proto__',
    ]);
    if (random.chance(0.5)) return `${address}${address.includes('?') ? '&' : '?'}${name}=${value}`;
    return address.replace(/[0-9a-f-]{36}|[\w-]+$/, value || 'x');
  }

  return { turn, learn };
}

const typed = [
  'Amal',
  'A note',
  '2026-11-30',
  '10:00',
  '5',
  '07700 900123',
  'someone@example.org',
  'tablet',
  '',
];

/** What is asked for without what differs from record to record. */
const patternOf = ({ method, address }: Sent): string =>
  `${method} ${withoutToken(address)
    .split('?')[0]!
    .replaceAll(/[0-9a-f-]{36}/g, ':id')
    .split('/')
    .map((part) => (part.length > 40 || /%|^\d/.test(part) ? ':other' : part))
    .join('/')}`;

const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());
