import type { FastifyReply, FastifyRequest } from 'fastify';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { type FieldError, invalid, toProblem } from '../../shared/problem.ts';
import { type Form, fields, newForm, refused, type Typed, typedIn } from '../../web/forms.ts';
import {
  type BenchVerdict,
  benchFields,
  benchRefusal,
  benchVerdict,
  isForBench,
  tickWords,
} from './bench.rules.ts';
import { recordChecks } from './check.commands.ts';
import { checkWords, electricalLevels, sanitisationMethods } from './check.rules.ts';
import { countDevices, getDevice } from './device.queries.ts';
import { type CheckKind, checkKinds } from './device.rules.ts';
import { NewCheck } from './device.schemas.ts';
import { findScanned } from './scan.queries.ts';

const cookieName = 'lendwell-bench';

/** What the bench remembers of someone between two devices: what goes with a check, how many are done today, the last verdict. */
type Bench = { actor: string | null; day: string; done: number; typed: Typed; last?: BenchVerdict };

/** /bench: prepare many devices one after another: scan, tick what passed, next. */
export function benchPages(app: App, deps: Deps): void {
  const cookieOptions = {
    path: '/bench',
    httpOnly: true,
    sameSite: 'lax',
    secure: deps.config.PUBLIC_URL.startsWith('https:'),
    signed: true,
    maxAge: 30 * 24 * 3600,
  } as const;
  const prepare = { config: { action: 'devices.prepare' } } as const;

  app.get('/bench', prepare, async (request, reply) => scanPage(request, reply, readBench(request).last));

  app.post('/bench', prepare, async (request, reply) => {
    const code = String(typedIn(request.body).code ?? '').trim();
    if (!code)
      return scanPage(request, reply, {
        tone: 'stopped',
        label: 'Nothing scanned',
        text: 'Scan or type a label first.',
      });
    const [scan] = await findScanned(deps.db, [code.slice(0, 200)], {
      day: today(deps.clock),
      fits: isForBench,
    });
    const refusal = benchRefusal(scan!);
    return refusal ? scanPage(request, reply, refusal) : reply.redirect(`/bench/${scan!.device!.id}`, 303);
  });

  const one = { ...prepare, schema: { params: idParams } } as const;
  app.get('/bench/:id', one, async (request, reply) => {
    const start = {
      'evidence.level': 'visual',
      performedBy: request.ctx.actor.name,
      ...readBench(request).typed,
    };
    return devicePage(request, reply, newForm(start));
  });

  app.post('/bench/:id', one, async (request, reply) => {
    const { id } = request.params;
    const typed = typedIn(request.body);
    const failed = typed.do === 'fail';
    try {
      const recorded = await recordChecks(deps, request.ctx, id, failed ? [failIn(typed)] : passesIn(typed));
      const { day, done } = readBench(request);
      const kept = Object.fromEntries(
        benchFields.flatMap((name) => (typed[name] ? [[name, typed[name]]] : [])),
      );
      return remember(reply, {
        actor: request.ctx.actor.id,
        day,
        done: done + (recorded.device.openChecks.length ? 0 : 1),
        typed: { ...readBench(request).typed, ...kept },
        last: benchVerdict(recorded, { failed }),
      }).redirect('/bench', 303);
    } catch (error) {
      // Someone else may have recorded the same meanwhile: then there is no form left to mend.
      const form = refused(typed, error);
      return devicePage(request, reply, form);
    }
  });

  async function scanPage(request: FastifyRequest, reply: FastifyReply, last?: BenchVerdict) {
    const waiting = await countDevices(deps.db, { status: 'in_preparation' }, today(deps.clock));
    return reply.page('stock/devices/views/bench.njk', {
      last,
      waiting,
      done: readBench(request).done,
      form: newForm(),
    });
  }

  async function devicePage(
    request: FastifyRequest<{ Params: { id: string } }>,
    reply: FastifyReply,
    form: Form,
  ) {
    const device = await getDevice(deps.db, request.params.id);
    if (!isForBench(device)) {
      const scan = await findScanned(deps.db, [device.id], { day: today(deps.clock) });
      return scanPage(request, reply, benchRefusal(scan[0]!) ?? undefined);
    }
    const failedHere = device.checks.filter(({ result }) => result === 'fail');
    return reply.code(form.status).page('stock/devices/views/bench-device.njk', {
      device,
      form: { ...form, typed: { performedOn: today(deps.clock), ...form.typed } },
      done: readBench(request).done,
      failed: failedHere.filter(
        (check, place) => failedHere.findIndex(({ kind }) => kind === check.kind) === place,
      ),
      tickWords,
      methods: sanitisationMethods,
      levels: electricalLevels,
    });
  }

  /** What is remembered for whoever asks; of another day only what goes with a check, without its date. */
  function readBench(request: FastifyRequest): Bench {
    const day = today(deps.clock);
    const fresh: Bench = { actor: request.ctx.actor.id, day, done: 0, typed: {} };
    const { valid, value } = request.unsignCookie(request.cookies[cookieName] ?? '');
    if (!valid || !value) return fresh;
    const kept = JSON.parse(Buffer.from(value, 'base64url').toString()) as Bench;
    if (kept.actor !== fresh.actor) return fresh;
    if (kept.day === day) return kept;
    const typed = Object.entries(kept.typed).filter(([name]) => !name.startsWith('performedOn'));
    return { ...fresh, typed: Object.fromEntries(typed) };
  }

  function remember(reply: FastifyReply, bench: Bench): FastifyReply {
    const value = Buffer.from(JSON.stringify(bench)).toString('base64url');
    return reply.setCookie(cookieName, value, cookieOptions);
  }
}

/** The ticked checks as passes, with what was filled in beside them. A tick of a sanitisation says that no card is left. */
function passesIn(typed: Typed): NewCheck[] {
  const ticked = [typed.passed ?? []].flat();
  const kinds = checkKinds.filter((kind) => ticked.includes(kind));
  if (!kinds.length) throw invalid({ pointer: '/passed', message: 'Tick what passed.' });
  const errors: FieldError[] = [];
  const checks = kinds.flatMap((kind) => {
    try {
      return [readCheck({ ...typed, kind, result: 'pass', 'evidence.sdCardRemoved': 'yes', notes: '' })];
    } catch (error) {
      errors.push(...(toProblem(error).errors ?? []));
      return [];
    }
  });
  if (errors.length) throw invalid(...errors);
  return checks;
}

/** The one check that failed, with its note. */
function failIn(typed: Typed): NewCheck {
  const kind = checkKinds.find((one) => one === typed.failed) as CheckKind | undefined;
  if (!kind) throw invalid({ pointer: '/failed', message: 'Choose which check failed.' });
  const cardRemoved = typed.cardInside === 'yes' ? 'no' : 'yes';
  return readCheck({ ...typed, kind, result: 'fail', 'evidence.sdCardRemoved': cardRemoved });
}

const readCheck = (typed: Typed) => fields(NewCheck, typed, checkWords);
