import { randomInt } from 'node:crypto';
import { addApiClient, addApiKey } from '../../src/access/client.commands.ts';
import { changeSignInPolicy } from '../../src/access/sign-in-policy.commands.ts';
import { getSignInPolicy, signInPolicyTag } from '../../src/access/sign-in-policy.queries.ts';
import { addStaff } from '../../src/access/staff.commands.ts';
import type { StaffRole } from '../../src/access/staff.rules.ts';
import { publishNotice } from '../../src/privacy/notices/notice.commands.ts';
import { noticeNames } from '../../src/privacy/notices/notice.rules.ts';
import { noticeTemplate } from '../../src/privacy/notices/notice-template.rules.ts';
import { getRetention } from '../../src/privacy/retention.queries.ts';
import { addLocation, addOrganisation } from '../../src/scheme/organisations/organisation.commands.ts';
import { changeScheme } from '../../src/scheme/scheme.commands.ts';
import { readScheme, schemeTag } from '../../src/scheme/scheme.queries.ts';
import { type Actor, type Context, systemContext } from '../../src/shared/actor.ts';
import { addDays, today } from '../../src/shared/clock.ts';
import type { Deps } from '../../src/shared/deps.ts';
import { newId } from '../../src/shared/ids.ts';
import { recordMovement } from '../../src/stock/accessories/accessory.commands.ts';
import { listAccessories } from '../../src/stock/accessories/accessory.queries.ts';
import { addPlan } from '../../src/support/plan.commands.ts';
import { addSignpost } from '../../src/support/signpost.commands.ts';
import type { NewSignpost } from '../../src/support/signpost.schemas.ts';
import { writeGuides } from './guides.ts';
import { addQuestionnaire } from './measures.ts';
import { bringPopulation } from './reached.ts';
import { bringRenderings } from './renderings.ts';

const people: { name: string; role: StaffRole; email: string }[] = [
  { name: 'Olivia Marlow', role: 'officer', email: 'olivia.marlow@lendwell.example' },
  { name: 'Dev Chaudhary', role: 'officer', email: 'dev.chaudhary@lendwell.example' },
  { name: 'Samira Haddad', role: 'supporter', email: 'samira.haddad@lendwell.example' },
  { name: 'Joe Pemberton', role: 'supporter', email: 'joe.pemberton@lendwell.example' },
  { name: 'Grace Achieng', role: 'manager', email: 'grace.achieng@lendwell.example' },
  { name: 'Alan Whitcombe', role: 'auditor', email: 'alan.whitcombe@lendwell.example' },
  { name: 'Ruth Lindsay', role: 'administrator', email: 'ruth.lindsay@lendwell.example' },
];

export const clinics = [
  'Elm Street Recovery Team',
  'Canalside Early Intervention Service',
  'Highgate Road Mental Health Team',
  'Tavern Street Clinic',
];

/** Who takes part and where: what the stories need of it, and the ways in. */
export type Scheme = {
  officers: Context[];
  manager: Context;
  supporters: Context[];
  /** In the order of `clinics`. Two send referrals with a key of their own, for the others an officer records them. */
  clinics: { id: string; sender: Context }[];
  hubs: string[];
  library: string;
  /** Other help that clinics can be told of. */
  signpostIds: string[];
  staff: { role: string; email: string; password: string }[];
  keys: { officer: string; clinic: string };
};

/** Adds the places, the organisations, the staff and the API clients. */
export async function setUpScheme(deps: Deps): Promise<Scheme> {
  const ctx = systemContext('demonstration');
  const place = async (name: string, kind: 'hub' | 'access_point') =>
    (await addLocation(deps, ctx, { name, kind })).id;
  const scheme = await readScheme(deps, deps.db);
  await changeScheme(
    deps,
    { ...ctx, ifMatch: schemeTag(scheme) },
    {
      name: scheme.name,
      phone: scheme.phone ?? '020 7946 0123',
      email: 'lending@example.org',
      openingHours: 'Monday to Friday, 9am to 5pm',
    },
  );
  const hubs = [await place('Camden Road hub', 'hub'), await place('Seaview Street hub', 'hub')];
  const library = await place('Torriano Library', 'access_point');
  const partner = await addOrganisation(deps, ctx, {
    name: 'Good Neighbours Digital',
    role: 'support_partner',
  });
  const dbsCheckedOn = addDays(today(deps.clock), -400);
  await addPlan(deps, ctx, {
    name: 'Light touch',
    steps: [
      { step: 'Set-up call', days: 2, way: 'phone', minutes: 30 },
      { step: 'Six weeks', days: 42, way: 'video', minutes: 20 },
      { step: 'Coming back', countedFrom: 'due', days: 14, way: 'phone', minutes: 15, leadDays: 3 },
    ],
  });
  const clinicIds: string[] = [];
  for (const name of clinics) clinicIds.push((await addOrganisation(deps, ctx, { name, role: 'clinic' })).id);

  // Whoever tries it out has no app at hand that shows codes; a scheme of its own begins with what is safe.
  const policy = await getSignInPolicy(deps.db);
  await changeSignInPolicy(deps, { ...ctx, ifMatch: signInPolicyTag(policy) }, { factorRoles: [] });
  const staff = await Promise.all(
    people.map(async (person) => {
      const password = newPassword();
      const { id } = await addStaff(deps, ctx, {
        ...person,
        password,
        ...(person.role === 'supporter' && { organisationId: partner.id, weeklyMinutes: 300, dbsCheckedOn }),
      });
      return {
        ...person,
        password,
        ctx: contextOf({ type: 'staff', id, name: person.name, role: person.role }),
      };
    }),
  );
  const of = (role: StaffRole) => staff.filter((person) => person.role === role).map((person) => person.ctx);
  const officers = of('officer');
  const manager = of('manager')[0]!;

  await publishNotices(deps, manager);
  await addQuestionnaire(deps, manager);
  await bringPopulation(deps, manager);
  await countAccessories(deps, officers[0]!, hubs);
  const signpostIds: string[] = [];
  await writeGuides(deps, manager);
  await bringRenderings(deps, manager);
  for (const signpost of signposts) signpostIds.push((await addSignpost(deps, manager, signpost)).id);

  const office = await addApiClient(deps, ctx, { name: 'Office scripts', role: 'officer' });
  const senders: { id: string; ctx: Context }[] = [];
  for (const [place, name] of ['Elm Street records', 'Canalside records'].entries()) {
    const clinicId = clinicIds[place]!;
    const { id } = await addApiClient(deps, ctx, { name, role: 'clinic', clinicId });
    senders.push({ id, ctx: contextOf({ type: 'client', id, name, role: 'clinic', clinicId }) });
  }
  return {
    officers,
    manager,
    supporters: of('supporter'),
    clinics: clinicIds.map((id, place) => ({
      id,
      sender: senders[place]?.ctx ?? officers[place % officers.length]!,
    })),
    hubs,
    library,
    signpostIds,
    staff: staff.map(({ role, email, password }) => ({ role, email, password })),
    keys: {
      officer: (await addApiKey(deps, ctx, office.id)).key,
      clinic: (await addApiKey(deps, ctx, senders[0]!.id)).key,
    },
  };
}

/** What the public is told, with what only a scheme of its own could say left open in words. */
async function publishNotices(deps: Deps, ctx: Context): Promise<void> {
  const [scheme, retention] = [await readScheme(deps, deps.db), await getRetention(deps.db)];
  for (const name of noticeNames) {
    const text = noticeTemplate(name, scheme, retention).replaceAll(
      /\[([^\]\n]*)\](?!\()/g,
      '(a demonstration does not say: $1)',
    );
    await publishNotice(deps, { ...ctx, ifMatch: '*' }, name, { text });
  }
}

const signposts: NewSignpost[] = [
  {
    name: 'Torriano Library digital drop-in',
    details: 'Tablets to use there and someone to ask, Tuesdays 2pm to 4pm. No need to book.',
    url: 'https://library.example/',
    personWords: 'Nobody minds how often you ask the same thing.',
    topic: 'getting_started',
  },
  {
    name: 'Good Neighbours telephone group',
    details: 'A weekly call with others, for people who would rather ring than use a screen.',
  },
];

/** How many accessories came in at each hub, in their order; cases are running low. */
const accessories: Record<string, [number, number]> = {
  Charger: [24, 9],
  Case: [3, 1],
  Cable: [30, 12],
  Stylus: [8, 0],
  'Easy-read guide': [40, 15],
};

async function countAccessories(deps: Deps, ctx: Context, hubs: string[]): Promise<void> {
  for (const { id, kind } of await listAccessories(deps.db))
    for (const [place, quantity] of (accessories[kind] ?? []).entries())
      if (quantity)
        await recordMovement(deps, ctx, id, { kind: 'received', quantity, locationId: hubs[place]! });
}

function contextOf(actor: Actor): Context {
  return { actor, requestId: newId() };
}

/** A password of letters that are not mistaken for each other, which can be typed from the screen. */
function newPassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
  const group = () => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('');
  return Array.from({ length: 4 }, group).join('-');
}
