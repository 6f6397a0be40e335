import Type, { type Static } from 'typebox';
import { workGivenTo } from '../access/giving-on.queries.ts';
import { logTrustedLook } from '../people/look.queries.ts';
import { getPatient } from '../people/patient.queries.ts';
import type { Context } from '../shared/actor.ts';
import { addDays, timestamp, today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { isId } from '../shared/ids.ts';
import { listQuery } from '../shared/lists.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { oneOf } from '../shared/schemas.ts';
import { type Form, fields, newForm, type Typed } from '../web/forms.ts';
import { listFile } from '../web/list-file.ts';
import { formPage, submit } from '../web/submit.ts';
import { assignFollowUps } from './assignment.commands.ts';
import { leftWords } from './assignment.rules.ts';
import type { Assigned, NewAssignments } from './assignment.schemas.ts';
import { countDiary, whatCallsNeed } from './diary.queries.ts';
import { endOfDiary, flagsOf } from './diary.rules.ts';
import { addFollowUp } from './follow-up.commands.ts';
import { countFollowUps, listFollowUps, listSupporters, trustedOf } from './follow-up.queries.ts';
import { type FollowUpSummary, NewFollowUp } from './follow-up.schemas.ts';
import { isAhead } from './follow-up.states.ts';
import { usableWay } from './planning.queries.ts';
import { usually } from './settling.commands.ts';
import { clashWords, followUpStatuses, ways, wayWords } from './support.rules.ts';

const date = Type.String({ format: 'date' });
const id = Type.String({ format: 'uuid' });
const statuses = ['ahead', ...followUpStatuses] as const;
/** The diary's filters as its form names them: a supporter's id, `none` for what nobody has, `left` for what is of who does none any more. */
const DiaryQuery = Type.Object(
  {
    ...listQuery,
    from: Type.Optional(date),
    to: Type.Optional(date),
    status: Type.Optional(oneOf(statuses)),
    supporter: Type.Optional(Type.Union([oneOf(['none', 'left']), id])),
    all: Type.Optional(Type.Literal('yes', { description: 'Every line is ticked, to be given to someone' })),
  },
  { additionalProperties: false },
);

const wayChoices = ways.map((value) => ({ value, text: wayWords[value] }));
/** How many from before today stand first; the rest are behind their link. */
const lateShown = 5;
const words = { dueOn: 'Enter the date', patientId: 'Choose the person first' };

/** /support: the diary by day and supporter, and adding a follow-up. */
export function diaryPages(app: App, deps: Deps): void {
  listFile(app, deps, {
    name: 'support',
    query: DiaryQuery,
    list: (asked, { actor }) =>
      listFollowUps(deps.db, actor, { ...asked, ...inDiary(asked) }, today(deps.clock)),
    count: (asked, { actor }) => countFollowUps(deps.db, actor, inDiary(asked)),
    columns: {
      Day: ({ dueOn }) => dueOn,
      Starts: ({ startsAt }) => startsAt,
      'Follow-up': ({ step }) => step,
      Way: ({ way }) => wayWords[way],
      Minutes: ({ minutes }) => minutes,
      Status: ({ status }) => status,
      'Has a supporter': ({ supporter }) => supporter !== null,
      'Person on pause': ({ isPaused }) => isPaused,
    },
    dates: ['Day'],
  });

  formPage(app, '/support', {
    reads: 'follow-ups.read',
    action: 'follow-ups.plan',
    querystring: DiaryQuery,
    view: 'support/views/diary.njk',
    show: (form, { ctx, query }) => diaryView(ctx, query, form),
    async take(typed, { ctx, url }) {
      const done = await assignFollowUps(deps, ctx, readAssignments(typed));
      return { href: url, text: whatBecame(done) };
    },
  });

  /** The filters of the diary as its list takes them; without days it begins today. */
  function inDiary({ from, to, status, supporter }: Partial<Static<typeof DiaryQuery>>) {
    return {
      ...(from || !to ? { from: from ?? today(deps.clock) } : {}),
      ...(to && { to }),
      ...(status && { status }),
      ...(supporter && whose(supporter)),
    };
  }

  async function diaryView(ctx: Context, asked: Static<typeof DiaryQuery>, form?: Form) {
    const { actor } = ctx;
    const { after, limit, supporter, all } = asked;
    const date = today(deps.clock);
    const query = inDiary(asked);
    const { from, to, status } = query;
    const isNarrowed = (asked.from ?? asked.to ?? status) !== undefined;
    // Without days of its own it has today, tomorrow and the rest of the week; later ones are behind a link.
    const until = isNarrowed ? null : endOfDiary(date);
    const listed = { ...query, ...(until && { to: until }) };
    const missed = { ...(supporter && whose(supporter)), to: addDays(date, -1), status: 'ahead' } as const;
    const isFirst = !isNarrowed && !after;
    const [list, counts, supporters, late, given] = await Promise.all([
      listFollowUps(deps.db, actor, { ...listed, after, limit }, date),
      countDiary(deps.db, actor, {
        shown: listed,
        missed,
        later: until ? { ...query, from: addDays(until, 1) } : null,
      }),
      actor.role === 'supporter' ? [] : listSupporters(deps.db),
      isFirst ? listFollowUps(deps.db, actor, { ...missed, limit: lateShown }, date) : { items: [] },
      actor.role === 'supporter' ? workGivenTo(deps.db, actor.id, timestamp(deps.clock)) : [],
    ]);
    const shown = [...late.items, ...list.items];
    const ids = shown.map(({ id }) => id);
    const [needs] = await Promise.all([
      whatCallsNeed(deps.db, actor, { ids, today: date }),
      logTrustedLook(deps, ctx, trustedOf(shown), '/support'),
    ]);
    const asCalls = (items: FollowUpSummary[]) =>
      items.map((one) => ({
        ...one,
        number: needs.get(one.id)?.number,
        flags: flagsOf(one, needs.get(one.id)),
      }));
    const left = list.items.filter(
      (one) => one.dueOn === date && isAhead.of(one.status) && one.supporter?.id === actor.id,
    );
    const filters = {
      ...(from && { from }),
      ...(to && { to }),
      ...(status && { status }),
      ...(supporter && { supporter }),
    };
    const shownBy = new URLSearchParams({ ...filters, ...(until && { to: until }) }).toString();
    const names = supporters.map(({ id, name }) => ({ value: id, text: name }));
    return {
      days: [...Map.groupBy(asCalls(list.items), ({ dueOn }) => dueOn)].map(([day, items]) => ({
        day,
        items,
      })),
      late: asCalls(late.items),
      next: list.next,
      ...counts,
      laterFrom: until && addDays(until, 1),
      inTheWay: shown.filter(({ conflict, clashes }) => conflict || clashes.length).length,
      after,
      filters,
      isNarrowed,
      nextCall: isFirst && left[0] && { ...left[0], left: left.length },
      query: shownBy,
      here: `/support?${new URLSearchParams({ ...(isNarrowed ? filters : supporter && { supporter }), ...(after && { after }) })}`,
      supporters: [
        { value: 'none', text: 'Nobody’s' },
        { value: 'left', text: 'Of someone who has left' },
        ...names,
      ],
      givenTo: [
        { value: 'usual', text: 'Whom each person knows' },
        { value: 'spread', text: 'Spread over supporters who have time' },
        ...names,
        { value: 'nobody', text: 'Nobody yet' },
      ],
      statuses,
      wayWords,
      clashWords,
      aheadStatuses: isAhead.statuses,
      today: date,
      tomorrow: addDays(date, 1),
      yesterday: addDays(date, -1),
      given,
      form,
      giveForm: form ?? newForm(),
      ticked: form ? [form.typed.followUps ?? []].flat() : all ? 'all' : [],
    };
  }

  app.get(
    '/follow-ups/new',
    { config: { action: 'follow-ups.plan' }, schema: { querystring: Type.Object({ patientId: id }) } },
    async (request, reply) => reply.page('support/views/new.njk', await newView(request.query.patientId)),
  );

  submit(app, '/follow-ups/new', {
    action: 'follow-ups.plan',
    view: 'support/views/new.njk',
    async show(form) {
      const { patientId } = form.typed;
      if (!isId(patientId)) throw new Problem('not-found');
      return newView(patientId, form);
    },
    async take(typed, { ctx }) {
      const followUp = await addFollowUp(deps, ctx, fields(NewFollowUp, typed, words));
      return {
        href: `/follow-ups/${followUp.id}`,
        text: 'The follow-up is planned.',
        link: { href: '/support', text: 'See the diary' },
      };
    },
  });

  /** `sent`: the form that was refused, if any. */
  async function newView(patientId: string, sent?: Form) {
    const [patient, supporters, way] = await Promise.all([
      getPatient(deps.db, patientId),
      listSupporters(deps.db),
      usableWay(deps.db, deps, patientId, usually.way),
    ]);
    const choices = supporters.map(({ id, name }) => ({ value: id, text: name }));
    const form = sent ?? newForm({ minutes: '20', ...(way && { way }) });
    return { patient, form, way, ways: wayChoices, supporters: choices };
  }
}

const whose = (supporter: string) =>
  supporter === 'none'
    ? { unassigned: true }
    : supporter === 'left'
      ? { left: true }
      : { supporterId: supporter };

/** @throws Problem `invalid` when nothing is ticked, or nobody is chosen */
function readAssignments({ followUps: ticked = [], to = '' }: Typed): NewAssignments {
  const followUps = [ticked].flat().flatMap((value) => {
    const [followUpId = '', insteadOf = ''] = value.split('|');
    return isId(followUpId) ? [{ followUpId, insteadOf: insteadOf || null }] : [];
  });
  if (!followUps.length) throw invalid({ pointer: '/followUps', message: 'Tick at least one follow-up.' });
  if (to === 'usual' || to === 'spread') return { followUps, how: to };
  if (to !== 'nobody' && !isId(to)) throw invalid({ pointer: '/to', message: 'Choose whom they are for.' });
  return { followUps, how: 'by_hand', supporterId: to === 'nobody' ? null : String(to) };
}

function whatBecame({ assigned, left, clashing }: Assigned): string {
  const many = `${assigned.length === 1 ? '1 follow-up is' : `${assigned.length} follow-ups are`} given.`;
  const at = clashing.length === 1 ? '1 is' : `${clashing.length} are`;
  const given = clashing.length
    ? `${many} ${at} at the same time as something else of theirs: move it.`
    : many;
  if (!left.length) return given;
  const reasons = [...new Set(left.map(({ why }) => leftWords[why]))].join(' ');
  return `${given} ${left.length === 1 ? '1 stays as it is' : `${left.length} stay as they are`}: ${reasons}`;
}
