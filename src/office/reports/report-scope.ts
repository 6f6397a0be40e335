import { type RawBuilder, sql } from 'kysely';
import { Temporal } from 'temporal-polyfill';
import { itemWasLent } from '../../lending/loans/loan.states.ts';
import { addDays, iso, zone } from '../../shared/clock.ts';
import type { Reader } from '../../shared/database.ts';
import type { Column, Part, Period, ReportName, Row } from './report.rules.ts';

/** What a report is of: civil dates from and to, both within it, and a clinic or a donor that narrows it. */
export type Scope = Period & { clinicId?: string | undefined; donorId?: string | undefined };

/** What a report reads: its rows by part, and where what they are held against comes from. */
export type Figures = { headline: Row; parts: Record<string, Row[]>; sources?: Record<string, string> };

/** A report: its figures with their definitions, once, and how they are read. */
export type Report = {
  name: ReportName;
  title: string;
  about: string;
  narrows: ('clinicId' | 'donorId')[];
  /** It reads figures as they leave the scheme, and nobody sees others: small numbers are hidden in them already. */
  finished?: true;
  headline: Column[];
  parts: Part[];
  /** @param today civil date, for what is as it stands now */
  read(db: Reader, scope: Scope, today: string): Promise<Figures>;
};

const startOf = (date: string) => iso(Temporal.PlainDate.from(date).toZonedDateTime(zone).toInstant());

/** Whether an instant lies in the days of a scope, as London has them. */
export const during = (instant: RawBuilder<unknown>, { from, to }: Period) =>
  sql<boolean>`(${instant} >= ${startOf(from)}::timestamptz and ${instant} < ${startOf(addDays(to, 1))}::timestamptz)`;

/** Whether a civil day lies in the days of a scope. */
export const onDays = (day: RawBuilder<unknown>, { from, to }: Period) =>
  sql<boolean>`(${day} between ${from}::date and ${to}::date)`;

/** The loan items `i` that were out, none recorded by mistake, on any day of a scope. */
export const wasOut = ({ from, to }: Period) =>
  sql<boolean>`(${itemWasLent('i')} and i.issued_on <= ${to}::date and (i.ended_on is null or i.ended_on >= ${from}::date))`;

/** The month of an instant as London has it, `2026-11`. */
export const monthOf = (instant: RawBuilder<unknown>) =>
  sql<string>`to_char(${instant} at time zone 'Europe/London', 'YYYY-MM')`;

/** The month of a civil day, `2026-11`. */
export const monthOfDay = (day: RawBuilder<unknown>) => sql<string>`to_char(${day}, 'YYYY-MM')`;

/** Whether a referral, by its id, is of the clinic of a scope. */
export const ofClinic = (referralId: RawBuilder<unknown>, { clinicId }: Scope) =>
  clinicId
    ? sql<boolean>`exists (select from referral cr where cr.id = ${referralId} and cr.clinic_id = ${clinicId})`
    : sql<boolean>`true`;

/** Whether a device, by its id, was given by the donor of a scope. */
export const ofDonor = (deviceId: RawBuilder<unknown>, { donorId }: Scope) =>
  donorId
    ? sql<boolean>`exists (select from device dd join donation dn on dn.id = dd.donation_id where dd.id = ${deviceId} and dn.donor_id = ${donorId})`
    : sql<boolean>`true`;

/** Loan items `i` with their loan `l` that a clinic and a donor leave. */
export const itemsOf = (scope: Scope) => sql`
  loan_item i join loan l on l.id = i.loan_id and ${itemWasLent('i')} and ${ofClinic(sql`l.referral_id`, scope)} and ${ofDonor(sql`i.device_id`, scope)}`;
