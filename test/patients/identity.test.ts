import { sql } from 'kysely';
import t from 'tap';
import { compare } from '../../src/people/duplicate.rules.ts';
import type { NewPatient } from '../../src/people/patient.schemas.ts';
import { receiveReferral } from '../../src/referrals/referral.commands.ts';
import type { NewReferral } from '../../src/referrals/referral.schemas.ts';
import { nameKey } from '../../src/shared/name-key.ts';
import { officer } from '../helpers/factories.ts';
import { world } from '../helpers/world.ts';

t.test('names have one key in the code and in the database, whatever the letters', async (t) => {
  const { db } = await world(t);
  const alphabets =
    /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Armenian}\p{Script=Georgian}\p{Script=Hebrew}\p{Script=Arabic}\p{P}\p{S}\p{Z}\p{M}\p{Cf}]/u;
  const characters = Array.from({ length: 0xffff }, (_, code) => String.fromCodePoint(code + 1)).filter(
    (one) => !/[\ud800-\udfff]/.test(one) && alphabets.test(one),
  );
  const words = [
    ...characters,
    ...characters.map((one, place) => `O${one}b ${characters.at(-place - 1)}É`),
    '',
    '.',
    '  ',
    'Ana 🌸',
    'İstanbul',
    '山田 太郎',
    'กมล',
    '한국',
  ];
  const { rows } = await sql<{ key: string; plain: string }>`
    select name_key(word) as key, normalize(word, NFKD) as plain
    from unnest(${words}::text[]) with ordinality w (word, place) order by place`.execute(db);
  // The two may know different versions of Unicode; letters that only one of them knows are left out.
  const known = words.flatMap((word, place) =>
    rows[place]!.plain === word.normalize('NFKD') ? [{ word, key: rows[place]!.key }] : [],
  );
  t.ok(known.length > 10_000, `${known.length} names`);
  t.same(known.filter(({ word, key }) => nameKey(word) !== key).slice(0, 10), []);
  for (const [one, other] of [
    ["O'Brien", 'O’Brien'],
    ['Oʼbrien', 'OBRIEN'],
    ['Łukasz', 'Lukasz'],
    ['Søren', 'Soren'],
    ['Đorđe', 'Dorde'],
    ['Weiß', 'WEISS'],
    ['Işık', 'Isik'],
    ['Æsa', 'Aesa'],
    ['Ana‑Maria', 'ana maria'],
    ['Jo\u200bhn', 'John'],
    ['Smith  Jones', 'Smith-Jones'],
    ['ﬁona', 'Fiona'],
    ['Ｊｏｈｎ', 'John'],
    ['محمّد', 'محمد'],
    ['Пётр', 'Петр'],
  ] as const)
    t.equal(nameKey(one), nameKey(other), `${one} is ${other}`);
});

const sms = (value: string, safe: boolean) => ({ contactPoints: [{ channel: 'sms' as const, value, safe }] });
const una = { givenName: 'Una', nhsNumber: '9434765919', dateOfBirth: '1979-07-07' };

t.test('one person however their name is written: what is not safe is not used', async (t) => {
  const w = await world(t);
  const spellings = [
    ["O'Brien", 'O’Brien'],
    ['Łukaszewicz', 'Lukaszewicz'],
    ['Ana-Maria', 'ana\u00a0maria'],
    ['De  Vries', 'de vries'],
    ['Weiß', 'Weiss'],
    ['Jo\u200bhnson', 'Johnson'],
  ] as const;
  for (const [place, [first, second]] of spellings.entries()) {
    const number = `07700 9007${String(place).padStart(2, '0')}`;
    const who = { ...una, givenName: `Una${'x'.repeat(place)}`, nhsNumber: validNumber(place) };
    const one = await w.refer({ ...who, familyName: first, ...sms(number, false) });
    const other = await w.refer(
      { ...who, familyName: second, ...sms(number, true) },
      { by: 'officer', clinicId: await w.make.clinic() },
    );
    t.equal(other.patientId, one.patientId, `${first} is ${second}`);
    await w.followUp(one.patientId, { dueOn: '2026-11-24' });
  }
  await w.night('2026-11-23');
  t.same(await w.sent(), []);
});

t.test(
  'an NHS number with another given name or birth date: kept apart, and someone looks before anything is sent',
  async (t) => {
    const w = await world(t);
    const home = { familyName: 'Pereira', dateOfBirth: '1998-04-04', nhsNumber: '9434765919' };
    const ana = await w.refer({ ...home, givenName: 'Ana', ...sms('07700 900801', false) });
    const others = [
      { ...home, givenName: 'Luis' },
      { ...home, givenName: 'Ana', dateOfBirth: '1989-04-04' },
      { ...home, givenName: 'Ana', familyName: 'Costa' },
    ];
    for (const other of others) {
      const reply = await w.refer({ ...other, ...sms('07700 900801', true) });
      t.equal(reply.status, 201, 'the clinic is not told of someone else');
      t.not(reply.patientId, ana.patientId);
      t.match(
        (await w.tasks()).filter(({ subjectId }) => subjectId === reply.patientId),
        [{ kind: 'may_be_one_person', urgent: true, status: 'open' }],
      );
      const page = await w.app.inject({
        url: `/patients/${reply.patientId}/duplicates`,
        headers: w.as.officer,
      });
      t.match(page.body, /Ana Pereira/, 'both side by side');
      await w.followUp(reply.patientId, { dueOn: '2026-11-24' });
    }
    const again = await w.refer({ ...home, givenName: 'ANA', ...sms('07700 900801', true) });
    t.match(again, { status: 409, body: { referralId: ana.id } }, 'the same person twice is told');
    t.match(
      await w.refer({ ...home, givenName: 'Ana', dateOfBirth: undefined } as never),
      { status: 409 },
      'nothing says otherwise',
    );
    await w.night('2026-11-23');
    t.same(await w.sent(), [], 'what one of them calls unsafe is not used for the others');
    t.same(await w.rows(sql`select distinct status, why from message`), [
      { status: 'held', why: 'in_doubt' },
    ]);

    const luis = (await w.rows<{ id: string }>(sql`select id from patient where given_name = 'Luis'`))[0]!;
    const others_ = await w.rows<{ id: string }>(
      sql`select id from patient where family_name in ('Pereira', 'Costa') and id <> ${luis.id}`,
    );
    for (const { id } of others_)
      t.equal(
        (
          await w.call('officer', 'POST', `/patients/${luis.id}/kept-apart`, {
            patientId: id,
            reason: 'Twins',
          })
        ).status,
        201,
      );
    await w.send();
    t.same(
      (await w.sent()).map(({ to }) => to),
      ['+447700900801'],
      'decided, his number is his',
    );
    t.match(
      (await w.tasks()).filter(
        ({ subjectId, kind }) => subjectId === luis.id && kind === 'may_be_one_person',
      ),
      [{ status: 'done' }],
    );
  },
);

t.test('rule 25: without an NHS number the stricter word counts as well, whatever came first', async (t) => {
  const w = await world(t);
  const who = { givenName: 'Mo', familyName: 'Six', dateOfBirth: '1990-03-04' };
  const first = await w.refer({ ...who, ...sms('07700 900810', true) });
  await w.followUp(first.patientId, { dueOn: '2026-11-24' });
  w.clock.set('2026-11-23T03:15:00Z');
  await w.work();
  await w.night('2026-11-20');
  await w.refer(
    { ...who, familyName: 'Sixx', ...sms('07700 900810', false) },
    { by: 'officer', clinicId: await w.make.clinic() },
  );
  await w.night('2026-11-23');
  t.same(await w.sent(), []);
  const told = await w.refer({
    ...who,
    givenName: 'Zed',
    dateOfBirth: '1950-01-01',
    ...sms('07700 900810', true),
  });
  await w.followUp(told.patientId, { dueOn: '2026-11-24' });
  await w.night('2026-11-23');
  t.same((await w.sent()).length, 1, 'someone else of the same number is told');
});

t.test(
  'rule 25: pages show a way in doubt; it is used again when the other record says otherwise',
  async (t) => {
    const w = await world(t);
    const who = { givenName: 'Mo', familyName: 'Six', dateOfBirth: '1990-03-04' };
    const first = await w.refer({ ...who, ...sms('07700 900810', true) });
    await w.followUp(first.patientId, { dueOn: '2026-11-24' });
    const other = await w.refer(
      { ...who, familyName: 'Sixx', dateOfBirth: '1990-04-03', ...sms('07700 900810', false) },
      { by: 'officer', clinicId: await w.make.clinic() },
    );
    t.not(other.patientId, first.patientId);
    await w.night('2026-11-23');
    const before = (await w.rows(sql`select id from message`)).length;
    await w.send();
    t.same(await w.sent(), []);
    t.equal((await w.rows(sql`select id from message`)).length, before, 'what is held stays held, once');
    for (const url of [`/patients/${first.patientId}`, `/referrals/${first.id}`]) {
      const page = (await w.app.inject({ url, headers: w.as.officer })).body;
      t.match(page, /In doubt[\s\S]*Another record that may be of the same person says otherwise/, url);
    }
    const said = { channel: 'sms', value: '07700 900810', safe: true };
    t.match(await w.call('officer', 'POST', `/patients/${other.patientId}/contact-points`, said), {
      status: 201,
    });
    await w.send();
    t.same(
      (await w.sent()).map(({ to }) => to),
      ['+447700900810'],
    );
  },
);

/** NHS numbers whose check digit holds, one for each place. */
function validNumber(place: number): string {
  for (let number = 943476591 + place * 11; ; number++) {
    const digits = String(number);
    const sum = [...digits].reduce((sum, digit, at) => sum + Number(digit) * (10 - at), 0);
    const check = (11 - (sum % 11)) % 11;
    if (check < 10) return `${digits}${check}`;
  }
}

/** Each letter with others that stand for it, from the folding tables of Unicode and of any-ascii. */
const written: Record<string, string> = {
  a: 'àáâãäåāăąǎạ',
  c: 'çćĉċč',
  d: 'đďḍ',
  e: 'èéêëēĕėęěẹ',
  g: 'ğĝġģ',
  h: 'ĥħ',
  i: 'ìíîïĩīįıị',
  l: 'łĺļľḷ',
  n: 'ñńņňṇ',
  o: 'òóôõöøōőọ',
  r: 'ŕŗř',
  s: 'śŝşšșṣ',
  t: 'ťţțŧ',
  u: 'ùúûüũūŭůűųụ',
  w: 'ŵ',
  y: 'ýÿŷ',
  z: 'źżž',
};
const gaps = [
  "'",
  '’',
  'ʼ',
  '‘',
  '`',
  '´',
  '-',
  '‐',
  '‑',
  '–',
  ' ',
  '  ',
  '\u00a0',
  '\u200b',
  '\u2060',
  '.',
  '',
];

/** A name written another way: other letters, case, marks, gaps, forms and what nobody sees. */
function rewritten(name: string, pick: (below: number) => number): string {
  const letters = Array.from(name, (letter) => {
    const others = written[letter.toLowerCase()];
    if (/[^a-z]/i.test(letter)) return gaps[pick(gaps.length)]!;
    const chosen = others && pick(3) === 0 ? others[pick(others.length)]! : letter;
    const cased = pick(2) ? chosen.toUpperCase() : chosen.toLowerCase();
    const plain =
      /^[a-z]$/i.test(cased) && pick(12) === 0 ? String.fromCodePoint(cased.codePointAt(0)! + 0xfee0) : cased;
    return plain + (pick(10) === 0 ? '\u200b\u00ad\u200d'[pick(3)] : '');
  });
  const text = letters.join('');
  return pick(2) ? text.normalize('NFD') : text;
}

t.test(
  '10,000 names written in two ways: none makes a second person whose number is less safe',
  async (t) => {
    const w = await world(t);
    let seed = 20_261_130;
    const pick = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * below);
    };
    const givens = [
      'Ana-Maria',
      'Lukasz',
      'Soren',
      'Zoe',
      "D'Arcy",
      'Jean Pierre',
      'Ines',
      'Gul',
      'Nadia',
      'Ayse',
    ];
    const families = [
      "O'Brien",
      'Al-Hassan',
      'Wojcik',
      'Garcia Lopez',
      'St. John',
      'Lodz',
      'Dordevic',
      'Ipek',
      'Van der Berg',
      'Nunez',
    ];
    const born = '1979-07-07';
    const pairs = Array.from({ length: 10_000 }, (_, place) => {
      const [given, family] = [givens[pick(givens.length)]!, families[pick(families.length)]!];
      const describe = () => ({ givenName: rewritten(given, pick), familyName: rewritten(family, pick) });
      return { place, one: describe(), other: describe() };
    });
    const likeness = (name: (typeof pairs)[number]['one']) => ({
      ...name,
      id: '',
      preferredName: null,
      dateOfBirth: born,
      nhsNumber: '9434765919',
      address: null,
      contacts: [],
    });
    t.same(
      pairs
        .filter(({ one, other }) => compare(likeness(one), likeness(other)).identity !== 'same')
        .slice(0, 3),
      [],
    );
    const { rows } = await sql<{ differ: number }>`
    select count(*)::int as differ from jsonb_to_recordset(${JSON.stringify(pairs)}::jsonb) x (one jsonb, other jsonb)
    where name_key(one ->> 'givenName') <> name_key(other ->> 'givenName') or name_key(one ->> 'familyName') <> name_key(other ->> 'familyName')`.execute(
      w.db,
    );
    t.equal(rows[0]!.differ, 0, 'the database says so too');

    const clinicId = await w.make.clinic();
    for (const { place, one, other } of pairs.slice(0, 80)) {
      const who = { nhsNumber: validNumber(place), dateOfBirth: born };
      const number = `07700 900${String(place).padStart(3, '0')}`;
      await receiveReferral(w.deps, officer, referralOf({ ...who, ...one, ...sms(number, false) }, clinicId));
      await receiveReferral(
        w.deps,
        officer,
        referralOf({ ...who, ...other, ...sms(number, true) }, w.clinicId),
      );
    }
    const { rows: safe } = await sql<{ people: number; safe: number }>`
    select (select count(*)::int from patient) as people, count(*)::int as safe from contact_point where safe`.execute(
      w.db,
    );
    t.same(safe[0], { people: 80, safe: 0 });
    t.comment(`${pairs.length} pairs compared, 80 of them received`);
  },
);

const referralOf = (patient: Partial<NewPatient>, clinicId: string): NewReferral => ({
  clinicId,
  patient: { givenName: '', familyName: '', contactPoints: [], ...patient },
  needs: ['device'],
  barriers: [],
  referrer: { name: 'Dr Young' },
  consent: { shareWithScheme: true, givenOn: '2026-11-20' },
});
