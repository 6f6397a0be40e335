/** The words of the answer page, in English. A name in braces stands for what is put in its place. */
export const answerPhrases = {
  title: 'Your answer',
  heading: 'What would you like to say?',
  off: '{time} is off. There is nothing you need to do.',
  changed: '{time} has changed. What we told you before does not hold any more; you are told what is new.',
  about: 'This is about {time}.',
  thanks: 'Thank you. You told us:',
  saidConfirm: 'That time is right.',
  saidMove: 'You would like another time. Someone will call you.',
  saidRing: 'You would like a call. Someone will ring you.',
  saidLost: 'Something is lost. Someone will ring you; nobody is cross.',
  saidRunOut: 'Something has run out. Someone will ring you.',
  saidStop: 'No more messages come to you this way.',
  confirm: 'Yes, that time is right',
  move: 'Ask for another time',
  moveWhen: 'When would suit you? You may leave this empty',
  send: 'Send',
  ring: 'Please ring me',
  wrong: 'Something is wrong',
  lost: 'Something is lost',
  lostDevice: 'My device is lost',
  runOut: 'Something has run out',
  runOutData: 'My data has run out',
  stop: 'Stop these messages',
  stopMeans: 'No more messages come to you this way.',
  stopNow: 'Stop them',
  questions: 'A few questions for you, if you like',
  questionsHeading: 'A few questions',
  questionsMean:
    'Nobody has to answer, and no answer is wrong. You may leave out any, or close this page and come back.',
  ratherNot: 'Rather not say',
  declineAll: 'I would rather not',
  arrived: 'Thank you. What you said has arrived.',
  answeredBefore: 'This was answered already, perhaps on another phone. What was said first counts.',
  questionsDone: 'That is all',
  nothingMore: 'There is nothing more to answer. You may close this page.',
  ringUs: 'You can also ring us on {phone}.',
  ringNumber: 'You can also ring the number you have for us.',
  danger: 'If you are in danger, ring 999.',
  privacy: 'Privacy',
  accessibility: 'Accessibility',
  discreetNotice: 'What becomes of what you tell us',
} as const satisfies Record<string, string>;
export type AnswerPhrases = Record<keyof typeof answerPhrases, string>;

/** Phrases that only stand on a page whose message said who writes, and may tell what it is about. */
export const identifiedPhrases: readonly string[] = ['lostDevice', 'runOutData', 'privacy', 'accessibility'];

/** The words of the papers of a loan, in English: what stands around the agreement, and the letter of a gift. */
export const paperPhrases = {
  agreementOf: 'Loan agreement {reference}',
  lentTo: 'Lent to',
  handedOver: 'Handed over',
  in_person: 'in person',
  posted: 'posted',
  collected: 'collected',
  bringBack: 'Please bring it back by',
  noDate: 'No date is set',
  lookAgain: 'We look at it again on',
  terms: 'Terms',
  reachUs: 'To reach us',
  whatIsLent: 'What is lent',
  assetTag: 'Asset tag',
  device: 'Device',
  serialNumber: 'Serial number',
  with: 'With {things}.',
  whatWeAgree: 'What we agree',
  signedOn: 'Signed, {date}:',
  signedBy: 'Signed: {name}, {date}',
  witnessedBy: 'Accepted before {witness} as witness, {date}',
  saidYesOn: 'Accepted by word of mouth, {date}',
  giftHeading: 'This is yours to keep',
  givenTo: 'Given to',
  givenOn: 'Given on',
  lentBefore: 'Lent before as',
  loan: 'Loan {reference}',
  yoursNow: 'What is yours now',
  belongsToYou:
    'We lent this to you, and from {date} it belongs to you. You paid nothing for it and you owe nothing. You need not bring it back.',
  noLonger:
    'We no longer look after it: repairs, and mobile data once what is on it has ended, are up to you. We are glad to help you find out how.',
  passingOn:
    'Before you pass it on or throw it away, erase what is on it and take it to a place that recycles electrical things.',
  giftFor: 'For {scheme}:',
} as const satisfies Record<string, string>;
export type PaperPhrases = Record<keyof typeof paperPhrases, string>;

/** What a phrase leaves open, such as `{time}`. */
export const openPlaces = (phrase: string) => [...phrase.matchAll(/\{(\w+)\}/g)].map(([place]) => place);

/** A phrase with what it leaves open put in. */
export const filled = (phrase: string, values: Record<string, string>) =>
  phrase.replaceAll(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place);
