import { date } from './formats.ts';

const day = (value: unknown) => (typeof value === 'string' ? date(value) : '');

/** What a timeline says of changes to how the scheme works. */
export const settingsLines: Record<string, (values: Record<string, unknown>) => string> = {
  'agreement.version_added': (v) =>
    `Agreement version${v.agreementVersion ? ` ${v.agreementVersion}` : ''} written, in use from then on`,
  'signpost.added': () => 'Signpost added',
  'signpost.changed': () => 'Signpost changed',
  'scheme.changed': () => 'Name or contact of the scheme changed',
  'calendar.closed': (v) => `Closed days were added${v.from ? `, from ${day(v.from)} to ${day(v.to)}` : ''}`,
  'calendar.opened': (v) => `A closed day${v.from ? `, ${day(v.from)},` : ''} is open again`,
  'lending_policy.changed': () => 'Lending policy changed',
};
