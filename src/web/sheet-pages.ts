import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams, strictObject } from '../shared/http.ts';
import { isId } from '../shared/ids.ts';
import { type FieldError, invalid, Problem } from '../shared/problem.ts';
import { type Form, newForm, refused, type Typed, typedIn } from './forms.ts';
import {
  findSheet,
  type KeptSheet,
  keepSheet,
  openSheet,
  type SheetFound,
  type SheetSaid,
  sheetSaved,
  sheetSeen,
} from './kept-sheet.ts';
import { collect, nameOfSheet, sheetText } from './sheet-form.ts';
import { askToJudge, askToSave, callOff, type SheetKind, typedBeside } from './sheet-work.ts';
import { progressView, shownLines } from './sheet-work.view.ts';
import type { After } from './submit.ts';

/** A list of more lines than these is worked on by a worker, and one need not wait for it. */
export const longList = 300;

type Judged = { ready: number; faulty: number; lines: { verdict: 'ready' | 'faulty' }[] };
/** A list as it is at hand: how far it is, what it says, and what was found of it where it is long. */
type AtHand = { kept: KeptSheet; said: SheetSaid } & SheetFound;

/** What is of its own about the pages of one kind of list. */
type SheetPages<Verdicts extends Judged> = {
  path: string;
  kind: SheetKind<Verdicts>;
  /** What is typed beside it. @throws Problem `invalid` */
  readForm(typed: Typed): object;
  /** The templates of the page that asks for the file, and of the one that shows the lines. */
  views: { first: string; lines: string };
  /** What both templates need. */
  formView(form: Form): Promise<object>;
  /** What the first of them starts from. */
  start(): Typed;
  /** What the second needs of the verdicts beside the lines that it shows. */
  verdictsView?(verdicts: Verdicts, shown: Verdicts['lines']): object;
  /** Whether the first page takes rows that are pasted, too. */
  takesText?: true;
};

const isLong = ({ kept }: AtHand) => kept.lines > longList;

/**
 * The pages of a kind of list: one asks for the file; one shows each line with its verdict before anything is saved; and a
 * long list has a page of its own, which says how far the work on it is.
 */
export function sheetPages<Verdicts extends Judged>(
  app: App,
  deps: Deps,
  { path, kind, readForm, views, formView, start, verdictsView, takesText }: SheetPages<Verdicts>,
): void {
  const { action } = kind;
  const one = { config: { action }, schema: { params: idParams } } as const;
  const lines = { ...one, schema: { params: idParams, querystring: LinesQuery } } as const;

  app.get(path, { config: { action } }, async (_request, reply) =>
    reply.page(views.first, await formView(newForm(start()))),
  );

  app.post(path, { config: { action, upload: true } }, async (request, reply) => {
    const { ctx } = request;
    const typed = typedIn(request.body);
    const errors: FieldError[] = [];
    await collect(errors, () => readForm(typed));
    const done = await recorded(ctx, typed);
    if (done && isSecondPress(typed)) return reply.done(done.href, { text: '', ...done });
    const sheet = await collect(errors, () => sheetOf(request, typed));
    if (!sheet) return showNone(reply.code(422), refused(typed, invalid(...errors)));
    if (isLong(sheet)) return takeLong(request, reply, { sheet, typed, errors });

    const { said, kept } = sheet;
    const verdicts = await collect(errors, () => kind.judge(deps, deps.db, { ...said, typed }));
    if (errors.length)
      return showLines(reply.code(422), { sheet, form: refused(typed, invalid(...errors)), verdicts });
    const isAsShown = typed.shown === nameOf(said.csv, typed);
    if (!isWanted(typed) || !isAsShown)
      return showLines(reply, { sheet, form: newForm(typed), verdicts, changed: isWanted(typed) });
    try {
      const after = await command(deps, ctx, async (work) => {
        const after = await kind.save(work, { ...said, typed }, { partial: typed.do === 'partial' });
        await sheetSaved(work, kept.id, after);
        return after;
      });
      return reply.done(after.href, { text: '', ...after });
    } catch (error) {
      const form = refused(typed, error);
      return showLines(reply.code(form.status), { sheet, form, verdicts });
    }
  });

  app.get(`${path}/:id`, lines, async (request, reply) => {
    const kept = await findSheet(deps, request.ctx.actor.id, kind.name, request.params.id);
    if (kept && isWorkedOn(kept))
      return reply.page('web/views/sheet-work.njk', progressView(deps, kept, path));
    const sheet = kept && (await opened(kept));
    if (!sheet) {
      if (!kept?.result) return showNone(reply.code(404), refused(start(), over()));
      await sheetSeen(deps, kept.id);
      return reply.done(kept.result.href, { text: '', ...kept.result });
    }
    const { said } = sheet;
    const typed = typedBeside(said.typed);
    const form = sheet.refused ? refusedForm(typed, sheet.refused) : newForm(typed);
    return showLines(reply, { sheet, form, verdicts: verdictsOf(sheet), from: request.query.ready });
  });

  app.post(`${path}/:id/calling-off`, one, async (request, reply) => {
    const kept = await findSheet(deps, request.ctx.actor.id, kind.name, request.params.id);
    if (!kept) return showNone(reply.code(404), refused(start(), over()));
    const isOff = await callOff(deps, request.ctx, kept);
    const text = 'The work on the list is called off. Nothing was recorded.';
    return isOff ? reply.done(`${path}/${kept.id}`, { text }) : reply.redirect(`${path}/${kept.id}`, 303);
  });

  /** A long list: what a press of its page asks for is left to a worker, and the list’s own page shows how far it is. */
  async function takeLong(
    { ctx }: FastifyRequest,
    reply: FastifyReply,
    { sheet, typed, errors }: { sheet: AtHand; typed: Typed; errors: FieldError[] },
  ) {
    const { kept, said } = sheet;
    const verdicts = verdictsOf(sheet);
    if (errors.length)
      return showLines(reply.code(422), { sheet, form: refused(typed, invalid(...errors)), verdicts });
    if (typed.do === 'mend') return showLines(reply, { sheet, form: newForm(typed), verdicts });
    const now = { ...said, typed: kindOfTyped(typed) };
    const isAsShown = typed.shown === nameOf(said.csv, typed) && verdicts !== undefined;
    if (['to_save', 'saving'].includes(kept.status)) return reply.redirect(`${path}/${kept.id}`, 303);
    if (isWanted(typed) && isAsShown) {
      await askToSave(deps, ctx, kept, { said: now, partial: typed.do === 'partial' });
      return reply.redirect(`${path}/${kept.id}`, 303);
    }
    const lines = await collect(errors, () => kind.count(said.csv));
    if (lines === undefined)
      return showLines(reply.code(422), { sheet, form: refused(typed, invalid(...errors)), verdicts });
    const id = await askToJudge(deps, ctx, { kind: kind.name, said: now, id: kept.id, lines });
    return reply.redirect(`${path}/${id}`, 303);
  }

  const verdictsOf = (sheet: AtHand) => sheet.verdicts as Verdicts | undefined;

  /** Whom a second press of what is recorded already goes to. */
  async function recorded({ actor }: Context, { sheet: id }: Typed): Promise<After | null | undefined> {
    return isId(id) ? (await findSheet(deps, actor.id, kind.name, id))?.result : undefined;
  }

  /**
   * The list of a form: the chosen file, the text that was pasted or mended, or the one that is kept.
   * @throws Problem `invalid` at `/file` or `/csv`
   */
  async function sheetOf(request: FastifyRequest, typed: Typed): Promise<AtHand> {
    const { ctx, upload } = request;
    const before = isId(typed.sheet) ? await atHand(ctx, typed.sheet) : undefined;
    if (!upload && 'sheet' in typed && !('csv' in typed)) {
      if (!before) throw over();
      return before;
    }
    const { csv, ...rest } = typed;
    // On the first page the box for pasting may be empty because a file is meant.
    const isNoText = takesText && !('shown' in typed) && !String(csv ?? '').trim();
    const brought = await sheetText(upload, isNoText ? rest : typed, before?.said.sheetsNotRead);
    if (before && !upload && before.said.csv === brought.csv) return before;
    const staffId = ctx.actor.id!;
    const said = { ...brought, typed: kindOfTyped(typed) };
    const id = await keepSheet(deps.db, deps, { staffId, kind: kind.name, said });
    // Today names the mended one in its place.
    if (before && !isWorkedOn(before.kept)) await sheetSeen(deps, before.kept.id);
    return { kept: (await findSheet(deps, staffId, kind.name, id))!, said };
  }

  async function atHand({ actor }: Context, id: string): Promise<AtHand | undefined> {
    const kept = await findSheet(deps, actor.id, kind.name, id);
    return kept && opened(kept);
  }

  async function opened(kept: KeptSheet): Promise<AtHand | undefined> {
    const sheet = await openSheet(deps, kept);
    if (!sheet) return undefined;
    const { verdicts, refused, ...said } = sheet;
    return { kept, said, ...(verdicts && { verdicts }), ...(refused && { refused }) };
  }

  /** The first page, for whom there is no list at hand. */
  async function showNone(reply: FastifyReply, form: Form) {
    if (form.typed.csv === undefined || form.errors.file)
      return reply.page(views.first, await formView(form));
    return reply.page(views.lines, { ...(await formView(form)), ...shownLines(), withText: true });
  }

  /** The lines with their verdicts; without any, or where one is to be mended, the list as text. */
  async function showLines(
    reply: FastifyReply,
    { sheet, form, verdicts, changed = false, from }: Shown<Verdicts>,
  ): Promise<string> {
    const { kept, said } = sheet;
    const isFaulty = verdicts ? verdicts.faulty > 0 : !isLong(sheet);
    const withText = isFaulty || form.errors.csv !== undefined || form.typed.do === 'mend';
    const shown = shownLines(verdicts?.lines, from);
    const typed = { ...form.typed, sheetsNotRead: said.sheetsNotRead, ...(withText && { csv: said.csv }) };
    return reply.page(views.lines, {
      ...(await formView({ ...form, typed })),
      preview: verdicts,
      ...shown,
      ...(verdicts && verdictsView?.(verdicts, shown.readyLines)),
      sheet: kept.id,
      ownPage: `${path}/${kept.id}`,
      shown: nameOf(said.csv, form.typed),
      withText,
      changed,
    });
  }
}

type Shown<Verdicts> = {
  sheet: AtHand;
  form: Form;
  verdicts: Verdicts | undefined;
  changed?: boolean;
  from?: number | undefined;
};

const LinesQuery = strictObject({ ready: Type.Optional(Type.Integer({ minimum: 1 })) });

/** Whether it is asked to record what was recorded already, and not to look at another text. */
const isSecondPress = (typed: Typed) =>
  isWanted(typed) && (!('csv' in typed) || typed.shown === nameOf(String(typed.csv), typed));

const isWorkedOn = ({ status }: KeptSheet) => ['to_judge', 'to_save', 'saving'].includes(status);

const isWanted = ({ do: wanted }: Typed) => ['all', 'partial'].includes(String(wanted));

/** Tells a list, and how its dates are read, from any other. */
const nameOf = (csv: string, { dates = '' }: Typed) => nameOfSheet(`${dates}\n${csv}`);

/** What of a form was typed beside the list. */
const kindOfTyped = ({ csv: _csv, sheet: _sheet, shown: _shown, do: _do, ...typed }: Typed): Typed => typed;

/** The form with what it was refused for, also where no change to it would help. */
function refusedForm(typed: Typed, { type, extra }: NonNullable<SheetFound['refused']>): Form {
  const problem = new Problem(type, extra);
  if (problem.status < 500) return refused(typed, problem);
  return {
    ...newForm(typed),
    summary: [{ text: 'Something went wrong on our side. Nothing was recorded. Check again.' }],
  };
}

const over = () =>
  invalid({
    pointer: '/file',
    message:
      'This list is not here any more. A list is kept for an hour, for whoever gave it. If it is not recorded yet, choose the file again.',
  });
