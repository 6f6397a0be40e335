import { channels } from '../../people/contact.rules.ts';
import { inWords } from '../../shared/formats.ts';
import { kindsThatMeet } from '../../stock/devices/device-kinds.rules.ts';

export type Choice = { value: string; text: string; hint?: string };

const texts: Record<string, string> = {
  sms: 'Text message',
  bsl: 'British Sign Language',
  devolved_nation: 'They come from Scotland, Wales or Northern Ireland',
  overseas: 'They come from abroad',
  not_known: 'I do not know it',
  access_to_device: 'No device of their own',
  access_to_data: 'No internet at home or no data',
  ease_of_use: 'Devices are hard to see, hold or use',
  skills: 'Not sure how to use one',
  beliefs_and_trust: 'Worries about being online',
  private_space: 'No private place to use it',
  health_and_symptoms: 'Their health or symptoms',
  money: 'Money',
  housing: 'Where they live',
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
    text: texts[value] ?? inWords(value),
    ...(hints[value] && { hint: hints[value] }),
  }));
export const yesNo: Choice[] = [
  { value: 'yes', text: 'Yes' },
  { value: 'no', text: 'No' },
];

/** The ways to reach someone. */
export const wayChoices = choicesOf(channels);
