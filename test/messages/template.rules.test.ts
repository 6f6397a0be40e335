import t from 'tap';
import { templatesInUse } from '../../src/messages/draft.queries.ts';
import { messageKinds } from '../../src/messages/kind.queries.ts';
import {
  type Draft,
  judge,
  messageMoves,
  messageStatuses,
  type Reason,
  type ReminderReason,
} from '../../src/messages/message.rules.ts';
import {
  renderTemplate,
  smsFragments,
  spokenTime,
  templateFaults,
} from '../../src/messages/template.rules.ts';
import {
  type ContactPoint,
  chooseContact,
  isUsable,
  mayContact,
  type Reach,
  type Wording,
} from '../../src/people/reach.rules.ts';
import { isDeliverable } from '../../src/shared/postal-address.ts';
import { testDatabase } from '../helpers/database.ts';

const to = { name: 'Amal', scheme: 'Test scheme', schemePhone: '020 7946 0000', link: '', replies: '' };

t.test('times are said as London says them', async (t) => {
  t.equal(spokenTime('2026-08-05T09:00:00Z'), 'Wednesday 5 August at 10am');
  t.equal(spokenTime('2026-11-24T09:30:00Z'), 'Tuesday 24 November at 9:30am');
  t.equal(spokenTime('2026-11-24T12:00:00Z'), 'Tuesday 24 November at midday');
  t.equal(spokenTime('2026-11-24T12:05:00Z'), 'Tuesday 24 November at 12:05pm');
  t.equal(spokenTime('2026-11-24T17:15:00Z'), 'Tuesday 24 November at 5:15pm');
});

t.test('a template says several appointments together, in their order', async (t) => {
  const appointments = [
    { at: '2026-11-25T14:00:00Z', way: 'video' },
    { at: '2026-11-24T10:00:00Z', way: 'phone' },
  ] as const;
  const template = {
    subject: 'Your call',
    body: 'Hello {{name}}. {{scheme}} will {{contacts}}. If not, {{ring}}.',
  };
  t.equal(
    renderTemplate(template, 'identified', [...appointments], to).body,
    'Hello Amal. Test scheme will phone you on Tuesday 24 November at 10am and make a video call to you on Wednesday 25 November at 2pm. If not, please ring us on 020 7946 0000.',
  );
  t.throws(
    () => renderTemplate(template, 'discreet', [...appointments], to),
    /may not name name/,
    'a discreet one cannot name anyone',
  );
});

t.test(
  'the templates in use break no rule, and the discreet ones tell a stranger nothing (rule 12)',
  async (t) => {
    const { deps, db } = await testDatabase(t);
    const { texts } = await templatesInUse(deps, db);
    t.equal(texts.size, 33);
    for (const [key, template] of texts) {
      const [reason, wording] = key.split(' ') as [ReminderReason, Wording];
      t.same(templateFaults(template, wording, 'en', messageKinds[reason]), [], key);
    }
    t.match(
      templateFaults({ subject: '', body: 'Hello.' }, 'discreet', 'en', { says: 'day', carries: 'text' }),
      [{ pointer: '/body', message: /Without \{\{text\}\}/ }],
    );
    const through = { subject: '', body: 'Hello. {{name}} said that we may go through you.' };
    t.match(renderTemplate(through, 'trusted', [], { ...to, name: 'Amal:)' }).body, /^Hello\. Someone said/);
    t.match(templateFaults({ subject: '', body: '{{pages}}' }, 'discreet', 'en', { says: 'day' }), [
      { message: /may not use \{\{pages\}\}/ },
    ]);
    t.match(templateFaults({ subject: '', body: '{{when}}' }, 'discreet', 'en', { says: 'address' }), [
      { message: /may not use \{\{when\}\}. It may use link, replies, pages/ },
    ]);
    const told = { subject: 'NHS reminder', body: 'Your tablet from the clinic, {{name}}' };
    t.match(templateFaults(told, 'discreet'), [
      { pointer: '/subject', message: /“NHS”/ },
      { pointer: '/body', message: /may not use \{\{name\}\}/ },
      { pointer: '/body', message: /“tablet”/ },
      { pointer: '/body', message: /“clinic”/ },
    ]);
    t.same(templateFaults(told, 'identified'), []);
  },
);

t.test('text messages are counted in parts', async (t) => {
  t.same(smsFragments('a'.repeat(160)), { fragments: 1, encoding: 'GSM-7', units: 160 });
  t.same(smsFragments('a'.repeat(161)), { fragments: 2, encoding: 'GSM-7', units: 161 });
  t.same(smsFragments('a'.repeat(307)), { fragments: 3, encoding: 'GSM-7', units: 307 });
  t.same(
    smsFragments(`${'a'.repeat(159)}€`),
    { fragments: 2, encoding: 'GSM-7', units: 161 },
    'the euro sign takes two',
  );
  t.same(smsFragments('ł'.repeat(70)), { fragments: 1, encoding: 'UCS-2', units: 70 });
  t.same(smsFragments('ł'.repeat(71)), { fragments: 2, encoding: 'UCS-2', units: 71 });
  t.same(smsFragments('👍'), { fragments: 1, encoding: 'UCS-2', units: 2 });
});

const point = (changes: Partial<ContactPoint> = {}): ContactPoint => ({
  id: 'p',
  channel: 'sms',
  value: '+447700900123',
  safe: true,
  recheckDue: null,
  stopped: false,
  failed: false,
  doubted: false,
  hours: null,
  ...changes,
});

const reach: Reach = { today: '2026-11-23', wording: 'discreet', needs: [], offers: () => true };

t.test('contact only by a way the person said is safe (rule 11)', async (t) => {
  const today = '2026-11-23';
  t.ok(isUsable(point(), today));
  for (const [why, changes] of Object.entries({
    'not safe': { safe: false },
    stopped: { stopped: true },
    failed: { failed: true },
    'to be checked again': { recheckDue: '2026-11-22' },
    'a phone call': { channel: 'phone' },
    'no address': { channel: 'letter', value: 'No fixed abode\nLondon\nN1 9GU' },
  } as const))
    t.notOk(isUsable(point(changes), today), why);
  t.ok(isUsable(point({ recheckDue: today }), today));
  const email = point({ id: 'e', channel: 'email', value: 'a@example.com' });
  t.equal(
    chooseContact([point({ safe: false }), email], reach).point?.id,
    'e',
    'the first that is safe, in the person’s order',
  );
  t.same(chooseContact([point({ channel: 'phone' })], reach), { point: null, why: 'no_safe_contact' });
  const letter = point({ id: 'l', channel: 'letter', value: '1 Elm Street\nEC1A1BB' });
  t.equal(chooseContact([letter], reach).point?.id, 'l');
  t.same(
    chooseContact([letter], { ...reach, needs: ['braille'] }),
    { point: null, why: 'format_needed' },
    'nothing on paper to someone who needs braille',
  );
  t.equal(chooseContact([letter, email], { ...reach, needs: ['braille'] }).point?.id, 'e');
  const onlyIdentified = { ...reach, offers: (_: string, wording: string) => wording === 'identified' };
  t.same(
    chooseContact([email], onlyIdentified),
    { point: null, why: 'no_sender' },
    'rule 12: no discreet sender',
  );
  t.equal(chooseContact([email], { ...onlyIdentified, wording: 'identified' }).point?.id, 'e');
  const wishes = { contactChoice: 'any_safe', contactState: 'open', pausedUntil: null } as const;
  t.ok(mayContact(wishes, today));
  t.ok(
    mayContact({ ...wishes, contactState: 'paused', pausedUntil: today }, today),
    'a pause ends on its date',
  );
  for (const no of [
    { ...wishes, contactChoice: 'patient_contacts_us' },
    { ...wishes, contactState: 'paused', pausedUntil: '2026-11-24' },
    { ...wishes, contactState: 'paused' },
    { ...wishes, contactState: 'withdrawn' },
    { ...wishes, contactState: 'deceased' },
  ] as const)
    t.notOk(mayContact(no, today));
});

t.test('an address that a letter can reach', async (t) => {
  t.ok(isDeliverable('1 Elm Street\nLondon\nNW1 8QL'));
  t.ok(isDeliverable('1 Elm Street\nEC1A1BB'));
  for (const no of [
    'NW1 8QL',
    '1 Elm Street\nLondon',
    'NFA\nLondon\nN1 9GU',
    '(flat) 2\nElm Street\nN1 9GU',
    'a\nb\nc\nd\ne\nf\nN1 9GU',
  ])
    t.notOk(isDeliverable(no), no);
});

t.test('what is checked again at the moment of sending (rule 13)', async (t) => {
  const reason: Reason = {
    id: 'r',
    reason: 'follow_up',
    status: 'standing',
    uselessAfter: '2026-11-24T10:00:00.000Z',
    stands: true,
    through: false,
    at: '2026-11-24T10:00:00.000Z',
    way: 'phone',
  };
  const draft: Draft = {
    id: 'm',
    claim: 1,
    wording: 'discreet',
    name: 'Amal',
    language: 'en',
    wishes: { contactChoice: 'any_safe', contactState: 'open', pausedUntil: null },
    needs: [],
    toTrusted: false,
    point: point(),
    reasons: [reason],
  };
  const now = '2026-11-23T10:00:00.000Z';
  const asked = (changes: Partial<Draft>, opening: string | null = now) =>
    judge({ ...draft, ...changes }, now, reach, opening);
  t.match(asked({}), { do: 'send', reasons: [{ id: 'r' }] });
  t.same(asked({}, '2026-11-24T08:00:00.000Z'), { do: 'wait', until: '2026-11-24T08:00:00.000Z' });
  for (const tooLate of ['2026-11-24T10:00:00.000Z', null])
    t.same(asked({}, tooLate), { do: 'gather_again', why: 'outside_hours' });
  t.same(asked({ point: point({ safe: false }) }), { do: 'gather_again', why: 'contact_changed' });
  t.same(asked({ toTrusted: true }), { do: 'gather_again', why: 'contact_changed' });
  t.same(asked({ point: null }), { do: 'gather_again', why: 'contact_changed' });
  t.same(asked({ wishes: { ...draft.wishes, contactState: 'withdrawn' } }), {
    do: 'gather_again',
    why: 'contact_stopped',
  });
  for (const gone of [
    { stands: false },
    { status: 'cancelled' },
    { status: 'said' },
    { uselessAfter: '2026-11-23T10:00:00.000Z' },
  ] as const) {
    t.same(asked({ reasons: [{ ...reason, ...gone }] }), { do: 'cancel', why: 'nothing_left' });
    t.match(
      asked({
        reasons: [
          { ...reason, ...gone },
          { ...reason, id: 'left' },
        ],
      }),
      { do: 'send', reasons: [{ id: 'left' }] },
    );
  }
});

t.test('every move of a message leads to a status that there is', async (t) => {
  t.same(Object.keys(messageMoves).sort(), [...messageStatuses].sort());
  t.same(messageMoves.delivered, []);
  t.notOk(messageMoves.sent.includes('queued'), 'what a provider took is never sent again');
});
