import type { NewContactPoint, NewPatient } from '../../src/people/patient.schemas.ts';
import type { Numbers, Random } from './random.ts';

/** Given and family names, as various as the streets around the scheme. */
const names: [string, string][] = [
  ['Amina', 'Yusuf'],
  ['Siobhán', 'O’Sullivan'],
  ['Kwame', 'Asante-Boateng'],
  ['Zoë', 'Fairweather'],
  ['José', 'Hernández Quiñones'],
  ['Agnieszka', 'Wójcik'],
  ['Tunde', 'Adébáyọ̀'],
  ['Mei-Ling', 'Chan'],
  ['Rhiannon', 'Llewellyn-Pritchard'],
  ['Mohammed', 'Rahman'],
  ['François', 'D’Aubigné'],
  ['Nadia', 'El-Sayed'],
  ['Seán', 'Mac Giolla Phádraig'],
  ['Priya', 'Ramachandran'],
  ['Leroy', 'Campbell'],
  ['Ayşe', 'Yıldız'],
  ['Björn', 'Åkesson'],
  ['Chidinma', 'Okonkwo'],
  ['Dorothy', 'Pike'],
  ['Elif', 'Öztürk'],
  ['Farhan', 'Mirza'],
  ['Gwendolyn', 'St John-Smythe'],
  ['Hodan', 'Warsame'],
  ['Ibrahim', 'Koroma'],
  ['Jean-Baptiste', 'Ngoma'],
  ['Kateryna', 'Shevchenko'],
  ['Lakshmi', 'Subramaniam'],
  ['Maureen', 'Tully'],
  ['Nguyễn Thị', 'Hương'],
  ['Olu', 'Fashola'],
  ['Pádraig', 'Ó Conchubhair'],
  ['Queenie', 'Marsh'],
  ['Rosa', 'da Conceição Ferreira dos Santos'],
  ['Stelios', 'Papadopoulos'],
  ['Tamsin', 'Trevelyan'],
  ['Umar', 'Farooq'],
  ['Valentina', 'Popescu'],
  ['Winston', 'Bartholomew'],
  ['Xiaoyan', 'Li'],
  ['Yetunde', 'Ogunleye'],
  ['Zainab', 'Begum'],
  ['Arthur', 'Ng'],
  ['Bridget', 'Murphy'],
  ['Cedric', 'Baptiste'],
  ['Delroy', 'Grant'],
  ['Esther', 'Goldberg'],
  ['Fatoumata', 'Diallo'],
  ['Graham', 'Ashworth'],
  ['Halima', 'Abdi'],
  ['Ivan', 'Petrov'],
  ['Joyce', 'Mbeki'],
  ['Kofi', 'Owusu'],
  ['Lorraine', 'Hobbs'],
  ['Maria', 'Gonçalves'],
  ['Nasreen', 'Akhtar'],
  ['Oscar', 'Lindqvist'],
  ['Patience', 'Chikwanda'],
  ['Quang', 'Tran'],
  ['Rukhsana', 'Malik'],
  ['Sinéad', 'Byrne'],
  ['Tomasz', 'Zieliński'],
  ['Ursula', 'Kaczmarek-Brown'],
  ['Vikram', 'Desai'],
  ['Wendy', 'Postlethwaite'],
  ['Yusra', 'Hassan'],
  ['Alun', 'Griffiths'],
  ['Beatriz', 'Oliveira'],
  ['Courtney', 'Blackwood'],
  ['Dimitra', 'Ioannou'],
  ['Emeka', 'Nwosu'],
  ['Freda', 'Higginbottom'],
  ['Gurpreet', 'Kaur'],
  ['Haruka', 'Tanaka'],
  ['Isaac', 'Rosen'],
  ['Jacqueline', 'Toussaint'],
  ['Khadija', 'Benali'],
  ['Liam', 'Donnelly'],
  ['Marcus', 'Achebe'],
  ['Noor', 'Al-Khatib'],
  ['Orla', 'Ní Dhomhnaill'],
  ['Pauline', 'Wright'],
  ['Rashid', 'Chowdhury'],
  ['Shanice', 'Reid'],
  ['Terence', 'O’Dowd'],
  ['Vera', 'Novak'],
  ['William', 'Featherstonehaugh'],
  ['Yvonne', 'Clarke'],
  ['Abdi', 'Mohamud'],
  ['Brenda', 'Sillitoe'],
  ['Carlos', 'Muñoz'],
];

const streets = [
  'Camden Road',
  'Leighton Crescent',
  'Torriano Avenue',
  'Brecknock Road',
  'Hungerford Road',
  'Marquis Road',
  'Falkland Place',
];
const languages = ['bn', 'so', 'tr', 'pl', 'ar', 'pt', 'yue'];
const relationships = ['Sister', 'Son', 'Neighbour', 'Key worker', 'Partner'];

/** Patients with contact details of every kind: most with a safe text number, some by email, letter or phone alone, some with no safe way. */
export function makePatients(random: Random, numbers: Numbers): NewPatient[] {
  const people = names.map((_, place) => makePatient(random, numbers, place));
  return [...people.slice(0, -1), writtenDownTwice(people.at(-1)!, people.at(referredAgain)!)];
}

/** Whom a second clinic refers too, and has no NHS number of: a likely duplicate to look at. */
const referredAgain = 69;
const writtenDownTwice = (
  { nhsNumber: _, ...record }: NewPatient,
  { givenName, familyName, dateOfBirth }: NewPatient,
): NewPatient => ({
  ...record,
  givenName,
  familyName,
  ...(dateOfBirth && { dateOfBirth }),
  noNhsNumberReason: 'not_known',
});

function makePatient(random: Random, numbers: Numbers, place: number): NewPatient {
  const [givenName, familyName] = names[place]!;
  const address = `${random.between(1, 180)} ${random.pick(streets)}\nLondon\nNW1 ${random.between(1, 9)}${random.text('ABDEFGHJ', 2)}`;
  const noFixedAbode = place % 15 === 9;
  const known = place % 8 !== 6;
  return {
    givenName,
    familyName,
    ...(place % 9 === 4 && { preferredName: givenName.slice(0, 3) }),
    dateOfBirth: `${random.between(1942, 2006)}-${two(random.between(1, 12))}-${two(random.between(1, 28))}`,
    ...(known
      ? { nhsNumber: numbers.nhsNumber() }
      : { noNhsNumberReason: random.pick(['not_known', 'overseas', 'devolved_nation'] as const) }),
    ...(noFixedAbode ? { noFixedAbode } : { address }),
    contactPoints: contactPoints(random, numbers, place, address, givenName),
    ...(place % 23 === 13 && { contactChoice: 'patient_contacts_us' as const }),
    wording: place % 3 === 1 ? ('identified' as const) : ('discreet' as const),
    communicationNeeds: communicationNeeds(place),
    ...(place % 7 === 3 && { language: spoken(place, random.pick(languages)) }),
    ...(place % 11 === 2 && {
      trustedPerson: {
        name: `${random.pick(names)[0]} ${familyName}`,
        relationship: random.pick(relationships),
        phone: numbers.phone(),
        mayBeContacted: place % 2 === 0,
        ...(place % 2 === 0 && { contactFor: ['support', 'emergency'] as ('support' | 'emergency')[] }),
      },
    }),
  };
}

/** One of those who need easy words needs them in Bangla. */
const spoken = (place: number, language: string) => (place === 17 ? 'bn' : language);

function contactPoints(
  random: Random,
  numbers: Numbers,
  place: number,
  address: string,
  name: string,
): NewContactPoint[] {
  const sms: NewContactPoint = {
    channel: 'sms',
    value: numbers.phone(),
    safe: true,
    voicemailOk: random.chance(0.5),
  };
  const email: NewContactPoint = {
    channel: 'email',
    value: `${plain(name)}.${place}@mail.example`,
    safe: true,
  };
  const afternoons = [{ days: [1, 2, 3, 4, 5], from: '13:00', to: '17:30' }];
  const kinds: NewContactPoint[][] = [
    [sms],
    [sms, email],
    [{ ...sms, hours: afternoons }],
    [sms, { channel: 'letter', value: address, safe: random.chance(0.5) }],
    [email],
    [sms],
    [{ ...sms, safe: false }, email],
    [{ channel: 'phone', value: numbers.phone(), safe: true, voicemailOk: false }, sms],
    [sms],
    [{ channel: 'letter', value: address, safe: true }],
    [sms, email],
    [{ ...sms, safe: false }],
  ];
  return kinds[place % kinds.length]!;
}

function communicationNeeds(place: number): NonNullable<NewPatient['communicationNeeds']> {
  if (place % 31 === 16) return ['bsl'];
  if (place % 17 === 8) return ['large_print', 'audio'];
  return place % 6 === 5 ? ['easy_read'] : [];
}

const two = (number: number) => String(number).padStart(2, '0');

const plain = (name: string) =>
  name
    .normalize('NFD')
    .replaceAll(/[^a-zA-Z]/g, '')
    .toLowerCase();
