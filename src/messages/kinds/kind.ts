import { type RawBuilder, sql } from 'kysely';

/**
 * What a reminder `r` may be about: the row that its `subject_id` names, the alias by which conditions know that row, its
 * page, and for what a trusted person hears of it.
 */
export const subjects = {
  follow_up: { alias: 'f', page: '/follow-ups/', topic: 'support' },
  loan: { alias: 'l', page: '/loans/', topic: 'device' },
  data_plan: { alias: 's', page: '/data-plans/', topic: 'device' },
  handout: { alias: 'h', page: '/handouts/', topic: 'support' },
  measure_asking: { alias: 'q', page: '/measures/', topic: 'support' },
  announcement: { alias: 'a', page: '/announcements#', topic: 'support' },
} as const;
export type Subject = keyof typeof subjects;

/** A step of the night that plans reminders, as `job_run` names it and as the Jobs page says it. */
export type PlanningStep = { name: string; words: string };

/** The civil date for which reminders are planned, and the instant at which it is done. */
export type PlannedFor = { date: string; now: string };

/**
 * A kind of message: everything that is known of it but its texts. Conditions know the reminder as `r`, its person as
 * the patient `p` and its subject by the alias in `subjects`.
 */
export type MessageKind = {
  /** What it is called on pages. */
  words: string;
  subject: Subject;
  /** Whether it speaks of a time, with the way in which it takes place, of a day, or of an address. */
  says: 'time' | 'day' | 'address';
  /** What every text of it has to name that may, where it says nothing without. */
  carries?: 'text' | 'pages' | 'link';
  /**
   * When it is due and by which step it is planned; none for a correction, which is planned with the change that it
   * tells of, and for what somebody sends.
   */
  planned?: {
    step: PlanningStep;
    /**
     * What is due: `id` of the subject, `patient_id`, `stage`, `for_date` and `useless_after`, the instant from which
     * there is no use in saying it. The same subject, stage and day are said once.
     * @param which `and` with a condition that narrows the subjects, or nothing
     */
    due(by: PlannedFor, which: RawBuilder<unknown>): RawBuilder<unknown>;
  };
  /** Which reminders a run for a civil date, today or ahead, says. Without it all are said at once, and none by a run ahead of its day. */
  saidFor?(date: string): RawBuilder<unknown>;
  /** It goes to nobody whom they trust, in their place: where it would, it is not said. */
  toThemAlone?: true;
  /** Whether it is still so when its message is about to go. */
  stands: RawBuilder<unknown>;
  /** Whether it is taken back, where it was not yet said, by a command that moves or ends its subject. */
  endsWithSubject: boolean;
  /** Of a correction: whether staff are still to tell it where no message did in time. */
  staffTell?: RawBuilder<unknown>;
};

/** Nothing that narrows. */
export const all = sql``;
