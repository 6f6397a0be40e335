import { isDatabaseAway } from './database.ts';

/** One fault of a request: where, as a JSON pointer into the body (or the name of a query parameter), and what would be right. */
export type FieldError = { pointer: string; message: string };

/** Every refusal there is: its status and its title. A route declares which of them it gives. */
export const problems = {
  'bad-request': [400, 'The request could not be read'],
  'bad-query': [400, 'A query parameter is not right'],
  'idempotency-key-required': [400, 'This request needs an Idempotency-Key header'],
  'not-signed-in': [401, 'A valid key or session is needed'],
  'not-allowed': [403, 'This role may not do that'],
  'proof-required': [403, 'Show again who you are'],
  'form-expired': [403, 'The form is too old or was not ours'],
  'not-found': [404, 'There is no such thing, or it is not yours to see'],
  'referral-already-open': [409, 'This person already has an open referral from this clinic'],
  'device-not-available': [409, 'A device cannot be issued'],
  'device-move-refused': [409, 'The device cannot move to that status'],
  'device-identifier-in-use': [409, 'A device in use already has this IMEI or serial number'],
  'device-change-refused': [409, 'The device cannot be changed so'],
  'donation-change-refused': [409, 'The donation cannot be changed so'],
  'check-not-open': [409, 'The device is not being prepared'],
  'taking-back-refused': [409, 'It cannot be taken back as things are'],
  'referral-not-waiting': [409, 'The referral is not waiting'],
  'referral-already-decided': [409, 'The referral has been decided'],
  'no-open-question': [409, 'There is no question to answer'],
  'second-person-required': [409, 'Someone else has to agree first'],
  'sign-on-refused': [409, 'The sign-in was refused'],
  'staff-change-refused': [409, 'The account cannot be changed so'],
  'merge-refused': [409, 'The records cannot be merged or parted so'],
  'need-change-refused': [409, 'The need cannot be changed so'],
  'patient-erased': [409, 'This person was erased'],
  'erasure-refused': [409, 'The person cannot be erased yet'],
  'proposal-decided': [409, 'Someone has decided otherwise'],
  'referral-ended': [409, 'The referral has ended'],
  'contact-state-refused': [409, 'Contact cannot be set so'],
  'loan-closed': [409, 'The loan is closed'],
  'loan-correction-refused': [409, 'The loan cannot be corrected so'],
  'swap-refused': [409, 'The devices cannot be exchanged so'],
  'item-already-ended': [409, 'An item is no longer on this loan'],
  'follow-up-settled': [409, 'The follow-up already has an outcome'],
  'handout-not-sent': [409, 'It cannot be sent'],
  'questions-not-sent': [409, 'The questions cannot be sent'],
  'return-refused': [409, 'Some of these cannot be taken back'],
  'bulk-refused': [409, 'Some of these cannot be changed so'],
  'allocation-refused': [409, 'The device cannot be held for this referral'],
  'allocation-ended': [409, 'The device is no longer held'],
  'someone-waits-longer': [409, 'Someone else has waited longer for the same'],
  'extension-refused': [409, 'The loan cannot be extended so'],
  'gift-refused': [409, 'The loan cannot become a gift'],
  'incident-closed': [409, 'The incident is closed'],
  'incident-action-refused': [409, 'The incident does not allow this now'],
  'replacement-refused': [409, 'The item cannot be replaced'],
  'replacement-needs-approval': [409, 'A manager has to approve this replacement'],
  'accessories-short': [409, 'There are not enough of an accessory'],
  'kit-incomplete': [409, 'A line of the kit is missing without a reason'],
  'stocktake-open': [409, 'A stocktake of this location is open'],
  'stocktake-closed': [409, 'The stocktake is closed'],
  'disposal-refused': [409, 'The device cannot be disposed of so'],
  'tree-change-refused': [409, 'What is suggested cannot be changed so'],
  'data-plan-state': [409, 'The data plan does not allow this now'],
  'data-plan-in-use': [409, 'The SIM or the device already has a data plan'],
  'taken-before': [409, 'The same list was taken in before'],
  'import-refused': [409, 'The import has faulty lines'],
  'message-not-retriable': [409, 'The message cannot be tried again'],
  'name-in-use': [409, 'The name or email address is taken'],
  conflict: [409, 'Something else is in the way'],
  'sent-already': [409, 'This form was sent already, with something else in it'],
  'idempotency-key-in-use': [409, 'A request with this idempotency key is still running'],
  'changed-meanwhile': [412, 'It was changed by someone else meanwhile'],
  'too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'The content type is not one this takes'],
  invalid: [422, 'Some values are not right'],
  'idempotency-key-reused': [422, 'This idempotency key was used for another request'],
  'if-match-required': [428, 'This change needs an If-Match header'],
  'too-many-requests': [429, 'Too many requests'],
  internal: [500, 'Something went wrong on our side'],
  'not-ready': [503, 'The service is not ready'],
  busy: [503, 'Someone else is changing the same thing; try again'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemType = keyof typeof problems;

/** A refusal: thrown by rules and commands, shown by the API as RFC 9457 and by pages as an error summary. */
export class Problem extends Error {
  readonly type: ProblemType;
  readonly status: number;
  readonly title: string;
  /** What would make it succeed, in a sentence. */
  readonly detail: string | undefined;
  readonly errors: FieldError[] | undefined;
  /** Ids in the way and the like; no personal values. */
  readonly extra: Record<string, unknown>;

  constructor(
    type: ProblemType,
    extra: { detail?: string; errors?: FieldError[]; [name: string]: unknown } = {},
  ) {
    const [status, title] = problems[type];
    const { detail, errors, ...rest } = extra;
    super(detail ?? title);
    this.type = type;
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.errors = errors;
    this.extra = rest;
  }
}

/** A 422 about named fields. */
export function invalid(...errors: FieldError[]): Problem {
  return new Problem('invalid', { errors });
}

/** What the database refuses by a constraint, as a refusal that says what it means. */
const constraints: Record<string, () => Problem> = {
  loan_item_one_open_per_device: () => new Problem('device-not-available'),
  device_move_allowed: () => new Problem('device-move-refused'),
  device_imei_in_use: () =>
    new Problem('device-identifier-in-use', { detail: 'A device in use already has this IMEI.' }),
  device_serial_in_use: () =>
    new Problem('device-identifier-in-use', {
      detail: 'A device in use already has this make and serial number.',
    }),
  referral_one_open_per_person: () => new Problem('referral-already-open'),
  allocation_one_held_per_device: () =>
    new Problem('allocation-refused', { detail: 'The device is held for another referral.' }),
  accessory_stock_not_below_zero: () => new Problem('accessories-short'),
  task_once: () => new Problem('conflict', { detail: 'The same is asked for again already.' }),
  // A device that is taken out of its donation, as one that was never there, while a stocktake names it.
  stocktake_line_device_id_fkey: () => new Problem('busy'),
  stocktake_one_open_per_location: () =>
    new Problem('stocktake-open', { detail: 'Go on with the open one, or close it first.' }),
  incident_one_open_per_item: () =>
    new Problem('incident-action-refused', { detail: 'This item has an open incident.' }),
  loan_item_replaced_once: () => new Problem('replacement-refused', { detail: 'It has been replaced.' }),
  accessory_kind: () => new Problem('name-in-use', { detail: 'There is an accessory of this kind already.' }),
  one_drop_in_at_a_place_and_time: () =>
    new Problem('conflict', { detail: 'There is a drop-in at this place and time already.' }),
  kit_name: () => new Problem('name-in-use', { detail: 'There is a kit of this name already.' }),
  support_plan_name: () =>
    new Problem('name-in-use', { detail: 'There is a support plan of this name already.' }),
  page_topic_name: () => new Problem('name-in-use', { detail: 'There is a topic of this name already.' }),
  instrument_name: () =>
    new Problem('name-in-use', { detail: 'There is a questionnaire of this name already.' }),
  guide_name: () => new Problem('name-in-use', { detail: 'There is a guide of this name already.' }),
  signpost_name: () => new Problem('name-in-use', { detail: 'There is a signpost of this name already.' }),
  loan_terms_name_key: () => new Problem('name-in-use', { detail: 'There are terms of this name already.' }),
  data_plan_iccid_in_use: () =>
    new Problem('data-plan-in-use', {
      detail: 'This SIM is in use on another device. End its plan there first.',
    }),
  data_plan_one_per_device: () =>
    new Problem('data-plan-in-use', { detail: 'This device has a data plan. End it first.' }),
  data_offer_once: () =>
    new Problem('conflict', { detail: 'This network, allowance and number of months is offered already.' }),
  webhook_once: () =>
    new Problem('conflict', { detail: 'This clinic has an endpoint at this address already.' }),
  patient_not_erased: () => new Problem('patient-erased'),
  contact_move_allowed: () => new Problem('contact-state-refused'),
  staff_email: () => new Problem('name-in-use', { detail: 'Someone has this email address already.' }),
  organisation_name: () =>
    new Problem('name-in-use', { detail: 'There is an organisation of this name already.' }),
  succession_is_flat: () =>
    new Problem('conflict', { detail: 'One of the two has been taken over meanwhile. Look at it again.' }),
  location_name: () => new Problem('name-in-use', { detail: 'There is a location of this name already.' }),
};

/** Makes a Problem of any error, so that nothing but a Problem is ever shown. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { code, constraint, statusCode } = error as {
    code?: string;
    constraint?: string;
    statusCode?: number;
  };
  const known =
    constraint && ['23505', '23514', '23503', '23P01'].includes(code ?? '')
      ? constraints[constraint]
      : undefined;
  if (known) return known();
  // Waited too long for a lock, or lost a deadlock or a serialisation race each time.
  if (code === '55P03' || code === '40P01' || code === '40001') return new Problem('busy');
  if (isDatabaseAway(error))
    return new Problem('not-ready', { detail: 'The database cannot be reached. Try again in a moment.' });
  if (code?.startsWith('FST_CSRF_'))
    return new Problem('form-expired', { detail: 'Load the page again, then send the form.' });
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE' || statusCode === 413) return new Problem('too-large');
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' || statusCode === 415)
    return new Problem('unsupported-media-type');
  if (statusCode === 429) return new Problem('too-many-requests');
  if (statusCode === 503) return new Problem('not-ready');
  if (statusCode === 404) return new Problem('not-found');
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY')
    return new Problem('bad-request', {
      detail: 'Send whole JSON, in which no field is called __proto__ or constructor.',
    });
  if (statusCode && statusCode >= 400 && statusCode < 500) return new Problem('bad-request');
  return new Problem('internal');
}
