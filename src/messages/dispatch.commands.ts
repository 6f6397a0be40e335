import { Temporal } from 'temporal-polyfill';
import { newLinkToken } from '../access/tokens.ts';
import { openingFrom } from '../people/contact-window.rules.ts';
import { withDoubts } from '../people/doubt.queries.ts';
import type { MessageChannel, Wording } from '../people/reach.rules.ts';
import { daysOff } from '../scheme/calendar/calendar.queries.ts';
import { systemContext } from '../shared/actor.ts';
import { timestamp, today } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvents } from '../shared/events.ts';
import { col } from '../shared/rows.ts';
import { many, one, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { reachOf } from './deliverability.ts';
import { draftsOf, linkBase, linkShown, renderDraft, templatesInUse } from './draft.queries.ts';
import { gatherReminders } from './gather.commands.ts';
import { messageKinds } from './kind.queries.ts';
import { patientLinkHash } from './link.queries.ts';
import { linkEnds } from './link.rules.ts';
import { type Draft, judge, type MessageStatus, type Reason } from './message.rules.ts';
import type { Why } from './not-sent.rules.ts';
import { type Provider, providerFor } from './senders.rules.ts';
import { Claim, type Handover, send } from './sending.commands.ts';

const batchSize = 50;
/** A sender whose claim is older gives up before sending: by then another may have been told that it died. */
const claimSeconds = 20;
const ctx = systemContext('dispatch');

type DispatchCounts = { sent: number; cancelled: number; waiting: number };

/**
 * Sends every message whose time has come: gathers what stands alone, opens the window, then claims,
 * checks again, sends and settles batch by batch.
 */
export async function dispatch(deps: Deps, stop?: AbortSignal): Promise<DispatchCounts> {
  const counts = { sent: 0, cancelled: 0, waiting: 0 };
  await gatherReminders(deps, today(deps.clock));
  await openWindow(deps);
  while (!stop?.aborted) {
    const giveUpAt = deps.clock.now().add(Temporal.Duration.from({ seconds: claimSeconds }));
    const claims = await claimBatch(deps);
    if (!claims.length) break;
    const { outgoing, cancelled, waiting } = await settleBeforeSending(deps, claims);
    counts.cancelled += cancelled;
    counts.waiting += waiting;
    counts.sent += await send(deps, outgoing, giveUpAt, stop);
  }
  return counts;
}

/** Planned messages whose time has come join the queue. */
async function openWindow(deps: Deps): Promise<void> {
  const now = timestamp(deps.clock);
  for (let moved = 1; moved; ) {
    const row = await one(deps.db, 'message.open-window', { moved: col.number })`
      with opened as (
        update message set status = 'queued', changed_at = ${now}
        where id in (select id from message where status = 'planned' and send_after <= ${now} order by send_after limit 5000 for update skip locked)
        returning 1)
      select count(*) as moved from opened`;
    moved = row.moved;
  }
}

/** Takes a batch for this sender alone. Every later write names the claim, so a sender that lost it changes nothing. */
export async function claimBatch(deps: Deps): Promise<Claim[]> {
  const now = timestamp(deps.clock);
  return many(deps.db, 'message.claim', Claim)`
    update message m set status = 'sending', claim = claim + 1, claimed_at = ${now}, provider = null, changed_at = ${now}
    where id in (select id from message where status = 'queued' and send_after <= ${now} order by send_after, id limit ${batchSize} for update skip locked)
    returning id, claim`;
}

type Settlement = {
  id: string;
  claim: number;
  status: MessageStatus;
  why: Why | null;
  sendAfter: string | null;
  subject: string | null;
  body: string | null;
  wording: string;
  templateIds: string[];
  provider: Provider | null;
  /** The number that it goes to, where that is of the person whom they trust. */
  trustedNumber: string | null;
  /** Its link, where it has one; the token goes out with the text and is kept nowhere. */
  link: { token: string; hash: string; endsAt: string } | null;
  /** What happens to the reminders: those said, those released to be gathered again; the others that stand are cancelled. */
  said: string[];
  released: string[];
};

/**
 * Checks everything again in one transaction, with the reminders locked so that none is cancelled between
 * the check and the text; what is to go is marked as said and its text kept before it is handed over.
 */
export async function settleBeforeSending(
  deps: Deps,
  claims: Claim[],
): Promise<{ outgoing: Handover[]; cancelled: number; waiting: number }> {
  return command(deps, ctx, async (work) => {
    const ids = claims.map(({ id }) => id);
    await run(
      work.trx,
      'reminder.lock',
    )`select id from reminder where message_id = any(${ids}::uuid[]) order by id for update`;
    const held = new Map(claims.map(({ id, claim }) => [id, claim]));
    const date = work.today;
    const drafts = await withDoubtedPoints(
      work.trx,
      (await draftsOf(deps, work.trx, ids)).filter(({ id, claim }) => held.get(id) === claim),
      date,
    );
    const templates = await templatesInUse(deps, work.trx);
    const isDayOff = await daysOff(work.trx, date);
    const settled = drafts.map((draft) => settle(deps, draft, templates, isDayOff));
    const kept = new Set(await write(work, settled));
    const mine = settled.filter(({ id }) => kept.has(id));
    const patients = await patientsOf(
      work.trx,
      mine.filter(({ status }) => status === 'cancelled').map(({ id }) => id),
    );
    await recordEvents(
      work,
      patients.map(({ id, patientId }) => ({
        type: 'message.cancelled',
        subjects: [
          ['message', id],
          ['patient', patientId],
        ],
        values: { status: 'cancelled' },
      })),
    );
    const byId = new Map(drafts.map((draft) => [draft.id, draft]));
    const outgoing = mine
      .filter(({ status }) => status === 'sending')
      .map(({ id, claim, subject, body, link }) => {
        const { point, name, wording } = byId.get(id)!;
        const shown = linkShown(deps, wording);
        return {
          id,
          claim,
          provider: providerFor(deps.config, point!.channel as MessageChannel, wording)!,
          reference: id,
          channel: point!.channel as MessageChannel,
          wording,
          name,
          recipient: point!.value,
          subject,
          body: link ? body!.replaceAll(shown, `${linkBase(deps, wording)}/a/${link.token}`) : body!,
        };
      });
    return { outgoing, cancelled: patients.length, waiting: mine.length - outgoing.length - patients.length };
  });
}

/** Drafts with what another record says of their ways, which may have come since they were gathered. */
async function withDoubtedPoints(trx: Trx, drafts: Draft[], date: string): Promise<Draft[]> {
  const points = await withDoubts(
    trx,
    drafts.flatMap(({ point }) => point ?? []),
    date,
  );
  const byId = new Map(points.map((point) => [point.id, point]));
  return drafts.map((draft) => ({ ...draft, point: draft.point && byId.get(draft.point.id)! }));
}

function settle(
  deps: Deps,
  draft: Draft,
  templates: Awaited<ReturnType<typeof templatesInUse>>,
  isDayOff: (date: string) => boolean,
): Settlement {
  const now = timestamp(deps.clock);
  const opening = draft.point && openingFrom(now, draft.point.hours, isDayOff);
  const canTell = linkBase(deps, draft.wording) !== '';
  const reasons = draft.reasons.map((one) => ({
    ...one,
    stands: one.stands && (canTell || !needsAddress(one)),
  }));
  const verdict = judge({ ...draft, reasons }, now, reachOf(deps, draft), opening);
  const base = {
    id: draft.id,
    claim: draft.claim,
    why: null,
    sendAfter: null,
    subject: null,
    body: null,
    wording: draft.wording,
    templateIds: [],
    provider: null,
    trustedNumber: null,
    link: null,
    said: [],
    released: [],
  };
  const standing = reasons
    .filter(({ status, stands }) => status === 'standing' && stands)
    .map(({ id }) => id);
  switch (verdict.do) {
    case 'cancel':
      return { ...base, status: 'cancelled', why: verdict.why };
    case 'gather_again':
      return { ...base, status: 'cancelled', why: verdict.why, released: standing };
    case 'wait':
      return { ...base, status: 'planned', sendAfter: verdict.until };
    case 'send': {
      const channel = draft.point!.channel as MessageChannel;
      const rendered = renderDraft(deps, templates, verdict.reasons, { ...draft, channel });
      return {
        ...base,
        ...rendered,
        provider: providerFor(deps.config, channel, draft.wording),
        trustedNumber: draft.toTrusted ? draft.point!.value : null,
        status: 'sending',
        link: linkOf(deps, rendered.body, draft.wording, verdict.reasons),
        said: verdict.reasons.map(({ id }) => id),
      };
    }
  }
}

/** Whether a text of it says nothing without an address of ours. */
const needsAddress = ({ path, reason }: Reason) => Boolean(path) || messageKinds[reason].carries === 'link';

/** A new link for a text that has one: of every try its own, since an earlier text may be on its way. */
function linkOf(deps: Deps, body: string, wording: Wording, reasons: Reason[]): Settlement['link'] {
  const shown = linkShown(deps, wording);
  if (!shown || !body.includes(shown)) return null;
  const token = newLinkToken();
  const about = reasons.map(({ uselessAfter }) => uselessAfter);
  return {
    token,
    hash: patientLinkHash(deps, token).toString('hex'),
    endsAt: linkEnds(timestamp(deps.clock), about),
  };
}

async function write(work: Work, settled: Settlement[]): Promise<string[]> {
  const rowsToWrite = settled.map(({ link, ...row }) => ({
    ...row,
    linkHash: link?.hash ?? null,
    linkEndsAt: link?.endsAt ?? null,
  }));
  const rows = await many(work.trx, 'message.settle', { id: col.text })`
    with x as (
      select * from jsonb_to_recordset(${JSON.stringify(rowsToWrite)}) x (id uuid, claim int, status text, why text, "sendAfter" timestamptz,
        subject text, body text, wording text, "templateIds" uuid[], provider text, "trustedNumber" text, "linkHash" text, "linkEndsAt" timestamptz, said uuid[], released uuid[])
    ), mine as (
      update message m set status = x.status, why = x.why, send_after = coalesce(x."sendAfter", m.send_after), subject = x.subject,
        body = x.body, wording = x.wording, template_ids = x."templateIds", provider = x.provider, provider_id = null, trusted_number = x."trustedNumber",
        handed_at = case when x.status = 'sending' then ${work.at}::timestamptz else m.handed_at end, changed_at = ${work.at}
      from x where m.id = x.id and m.claim = x.claim and m.status = 'sending' returning m.id
    ), links as (
      insert into patient_link (token_hash, message_id, created_at, expires_at)
      select decode(x."linkHash", 'hex'), x.id, ${work.at}, x."linkEndsAt" from x where x."linkHash" is not null and x.id in (select id from mine)
    ), reminders as (
      update reminder r set status = case when r.id = any(x.said) then 'said' when r.id = any(x.released) then 'standing' else 'cancelled' end,
        message_id = case when r.id = any(x.released) then null else r.message_id end,
        said_way = case when r.id = any(x.said) then (select f.way from follow_up f where f.id = r.subject_id) else r.said_way end
      from x where r.message_id = x.id and x.id in (select id from mine) and r.status = 'standing' and x.status in ('sending', 'cancelled')
    )
    select id from mine`;
  return rows.map(({ id }) => id);
}

async function patientsOf(trx: Trx, ids: string[]): Promise<{ id: string; patientId: string }[]> {
  if (!ids.length) return [];
  return many(trx, 'dispatch.patients-of', {
    id: col.text,
    patientId: col.text,
  })`select id, patient_id as "patientId" from message where id = any(${ids}::uuid[])`;
}
