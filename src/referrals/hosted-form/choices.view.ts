import { channels } from '../../people/contact.rules.ts';
import { inWords } from '../../shared/formats.ts';
import { kindsThatMeet } from '../../stock/devices/device-kinds.rules.ts';
import { barriers, barrierWords } from '../referral.rules.ts';

export type Choice = { value: string; text: string; hint?: string };

const texts: Record<string, string> = {
  sms: 'Text message',
  bsl: 'British Sign Language',
  devolved_nation: 'They come from Scotland, Wales or Northern Ireland',
  overseas: 'They come from abroad',
  not_known: 'I do not know it',
};
const hints: Record<string, string> = {
  device: `A ${kindsThatMeet('device')}`,
  data: 'Mobile data or Wi-Fi',
  support: 'Calls to help them get started',
};
/** Words of the API as what a form offers. */
export const choicesOf = (values: readonly string[]): Choice[] =>
  values.map((value) => ({
    value,
    text: texts[value] ?? (barriers.some((one) => one === value) ? barrierWords(value) : inWords(value)),
    ...(hints[value] && { hint: hints[value] }),
  }));
export const yesNo: Choice[] = [
  { value: 'yes', text: 'Yes' },
  { value: 'no', text: 'No' },
];

/** The ways to reach someone. */
export const wayChoices = choicesOf(channels);
