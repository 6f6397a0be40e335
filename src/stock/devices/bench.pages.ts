import type { FastifyReply, FastifyRequest } from 'fastify';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { uuid } from '../../shared/ids.ts';
import { type FieldError, invalid, Problem, toProblem } from '../../shared/problem.ts';
import { type Form, fields, newForm, refused, type Typed, typedIn } from '../../web/forms.ts';
import { codeSvg } from '../labels/label.rules.ts';
import {
  type BenchVerdict,
  benchFields,
  benchRefusal,
  benchVerdict,
  isForBench,
  tickWords,
} from './bench.rules.ts';
import { benchMemory, withRecorded } from './bench-memory.ts';
import { recordChecks } from './check.commands.ts';
import { checkWords, electricalLevels, sanitisationMethods } from './check.rules.ts';
import { takeBackCheck } from './check-back.commands.ts';
import { type Control, controls, readControl } from './control.rules.ts';
import { countDevices, getDevice, listDevices } from './device.queries.ts';
import { type CheckKind, checkKinds } from './device.rules.ts';
import { type Device, NewCheck } from './device.schemas.ts';
import { hasSystem } from './device-kinds.rules.ts';
import { findScanned } from './scan.queries.ts';
import { updatesView } from './updates.view.ts';

const mostLeft = 8;
type OfDevice = FastifyRequest<{ Params: { id: string } }>;

/** /bench: prepare many devices one after another: scan, tick what passed, next; or by printed control codes alone. */
export function benchPages(app: App, deps: Deps): void {
  const memory = benchMemory(deps);
  const prepare = { config: { action: 'devices.prepare' } } as const;

  app.get('/bench', prepare, async (request, reply) => scanPage(request, reply, memory.read(request).last));

  app.get('/bench/codes', prepare, async (_request, reply) => {
    const codes = Object.values(controls).map((control) => ({
      ...control,
      qr: codeSvg('qrcode', control.code),
      bars: codeSvg('code128', control.code),
    }));
    return reply.page('stock/devices/views/bench-codes.njk', { codes });
  });

  app.post('/bench', prepare, async (request, reply) => {
    const typed = typedIn(request.body);
    const code = String(typed.code ?? '').trim();
    if (!code) return stopped(request, reply, 'Nothing scanned', 'Scan or type a label first.');
    const control = readControl(code);
    if (control) return take(control, String(typed.device ?? ''), request, reply);
    const [scan] = await findScanned(deps.db, [code.slice(0, 200)], {
      day: today(deps.clock),
      fits: isForBench,
    });
    const refusal = benchRefusal(scan!);
    return refusal ? scanPage(request, reply, refusal) : reply.redirect(`/bench/${scan!.device!.id}`, 303);
  });

  const one = { ...prepare, schema: { params: idParams } } as const;
  app.get('/bench/:id', one, async (request, reply) => {
    const start = startOf(request);
    const { failed } = request.query as { failed?: string };
    return devicePage(request.params.id, request, reply, newForm(failed ? { ...start, do: 'fail' } : start));
  });

  app.post('/bench/:id', one, async (request: OfDevice, reply) =>
    recorded(request.params.id, typedIn(request.body), request, reply),
  );

  /** What a control code asks for, where no button of the page took it. */
  async function take(control: Control, id: string, request: FastifyRequest, reply: FastifyReply) {
    if (control === 'next') return reply.redirect('/bench', 303);
    if (control === 'undo') return takeBack(request, reply);
    if (!uuid.test(id))
      return stopped(request, reply, controls[control].code, 'There is no device here yet. Scan one first.');
    if (control === 'fail') return reply.redirect(`/bench/${id}?failed=yes`, 303);
    const typed = { performedOn: today(deps.clock), ...startOf(request), do: 'pass-all' };
    return recorded(id, typed, request, reply);
  }

  async function recorded(id: string, typed: Typed, request: FastifyRequest, reply: FastifyReply) {
    const failed = typed.do === 'fail';
    try {
      const all = typed.do === 'pass-all' ? (await getDevice(deps.db, id, today(deps.clock))).openChecks : [];
      const checks = failed ? [failIn(typed)] : passesIn(all.length ? { ...typed, passed: all } : typed);
      const done = await recordChecks(deps, request.ctx, id, checks);
      const bench = memory.read(request);
      const kept = Object.fromEntries(
        benchFields.flatMap((name) => (typed[name] ? [[name, typed[name]]] : [])),
      );
      const last = benchVerdict(done, { failed });
      return memory
        .keep(reply, {
          ...bench,
          done: bench.done + (done.device.openChecks.length ? 0 : 1),
          typed: { ...bench.typed, ...kept },
          last,
          recent: withRecorded(bench.recent, { id, tag: done.assetTag, tone: last.tone }),
          checks: done.checks.map((check) => check.id),
        })
        .redirect('/bench', 303);
    } catch (error) {
      // Someone else may have recorded the same meanwhile: then there is no form left to mend.
      return devicePage(id, request, reply, refused(typed, error));
    }
  }

  /** Takes back what was recorded last at this bench. */
  async function takeBack(request: FastifyRequest, reply: FastifyReply) {
    const { checks = [], recent: [latest, ...recent] = [], last: _last, ...bench } = memory.read(request);
    if (!checks.length || !latest)
      return stopped(request, reply, controls.undo.code, 'There is nothing to take back.');
    try {
      // Each is a command of its own, and harmless when it comes again.
      for (const check of checks)
        await takeBackCheck(deps, { ...request.ctx, once: undefined }, check, {
          reason: 'Taken back at the bench',
        });
    } catch (error) {
      const { status, detail, title } = toProblem(error);
      if (!(error instanceof Problem) || status >= 500) throw error;
      return stopped(request, reply, latest.tag, detail ?? `${title}.`);
    }
    return memory
      .keep(reply, {
        ...bench,
        done: Math.max(0, bench.done - (latest.tone === 'ok' ? 1 : 0)),
        recent,
        last: {
          tone: 'part',
          label: latest.tag,
          text: 'What was just recorded is taken back.',
          link: { href: `/bench/${latest.id}`, text: 'Go on with it' },
        },
      })
      .redirect('/bench', 303);
  }

  const startOf = (request: FastifyRequest): Typed => ({
    'evidence.level': 'visual',
    performedBy: request.ctx.actor.name,
    ...memory.read(request).typed,
  });

  const stopped = (request: FastifyRequest, reply: FastifyReply, label: string, text: string) =>
    scanPage(request, reply, { tone: 'stopped', label, text });

  async function scanPage(request: FastifyRequest, reply: FastifyReply, last?: BenchVerdict) {
    const filter = { status: 'in_preparation' } as const;
    const day = today(deps.clock);
    const [waiting, left] = await Promise.all([
      countDevices(deps.db, filter, day),
      listDevices(deps.db, { ...filter, limit: mostLeft, order: 'oldest' }, day),
    ]);
    const { done, recent = [], checks = [] } = memory.read(request);
    return reply.page('stock/devices/views/bench.njk', {
      last,
      waiting,
      left: left.items,
      done,
      recent,
      undo: checks.length ? recent[0]?.tag : undefined,
      form: newForm(),
    });
  }

  async function devicePage(id: string, request: FastifyRequest, reply: FastifyReply, form: Form) {
    const device = await getDevice(deps.db, id, today(deps.clock));
    if (!isForBench(device)) {
      const scan = await findScanned(deps.db, [device.id], { day: today(deps.clock) });
      return scanPage(request, reply, benchRefusal(scan[0]!) ?? undefined);
    }
    const failedHere = device.checks.filter(({ result }) => result === 'fail');
    return reply.code(form.status).page('stock/devices/views/bench-device.njk', {
      device,
      open: checksAt(device),
      updates: updatesView(device, today(deps.clock)),
      form: { ...form, typed: { performedOn: today(deps.clock), ...form.typed } },
      hasDetails: hasDetails(form, device.openChecks),
      failed: failedHere.filter(
        (check, place) => failedHere.findIndex(({ kind }) => kind === check.kind) === place,
      ),
      tickWords,
      methods: sanitisationMethods,
      levels: electricalLevels,
    });
  }
}

/** What can be ticked of a device: what is open, and whether it gets security updates where nobody has looked in this preparation. */
function checksAt({ kind, openChecks, checks }: Device): CheckKind[] {
  const looked = openChecks.includes('updates') || checks.some((check) => check.kind === 'updates');
  return hasSystem(kind) && !looked ? [...openChecks, 'updates'] : openChecks;
}

/** Whether all that goes with the open checks is there and right, so that it can be folded. */
function hasDetails({ typed, errors }: Form, open: CheckKind[]): boolean {
  const isRight = benchFields.every((name) => !errors[name.replace(/-(day|month|year)$/, '')]);
  const needed = open.includes('sanitisation')
    ? ['evidence.method', 'evidence.tool', 'evidence.verifiedBy']
    : [];
  return isRight && needed.every((name) => typed[name]);
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
