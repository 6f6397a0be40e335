import type { Scheme } from '../../scheme/scheme.schemas.ts';
import type { Retention } from '../retention.schemas.ts';
import type { NoticeName } from './notice.rules.ts';

type Named = Pick<Scheme, 'name' | 'phone' | 'email'>;

/**
 * A text to begin a notice with: what Lendwell knows of itself, and in square brackets what only the scheme can
 * say. It is published by nobody but who reads, completes and saves it.
 */
export function noticeTemplate(name: NoticeName, scheme: Named, retention: Retention): string {
  return templates[name](scheme, retention).trim();
}

const reached = ({ phone, email }: Named) =>
  [phone && `ring ${phone}`, email && `write to ${email}`].filter(Boolean).join(', or ') ||
  '[how you are reached]';

const rights = (scheme: Named) => `
# What you can ask for
- to see what is kept about you
- to have it put right
- to have it erased, or used less
To ask, ${reached(scheme)}. [Who your data protection officer is, and how they are reached]
If you are not content with our answer, you can complain to the [Information Commissioner’s Office](https://ico.org.uk/make-a-complaint/).`;

const owner = ({ name }: Named) => `
# Who we are
${name} decides what is kept and why. [The name and address of the organisation that is responsible]`;

const forLong = (what: string, months: number | null) =>
  months === null
    ? `- ${what}: we have set no time after which it ends; we keep it until we decide to erase it`
    : `- ${what}: ${months} months after the last thing that was new. Then a manager looks at it and decides whether it is erased`;

const templates: Record<NoticeName, (scheme: Named, retention: Retention) => string> = {
  accessibility: (scheme) => `
${scheme.name} runs these pages. We want as many people as possible to be able to use them.
# What you should be able to do
- use every page with a keyboard alone, and with a screen reader
- make the text twice as large without anything going missing
- use the forms on a small phone, and without scripts
# Which standard, and how far
The pages are made to the Web Content Accessibility Guidelines, version 2.2, level AA. [Whether they meet all of it, most of it, or do not: say so once somebody has tested them]
# What is not accessible
[What you know of that does not work for everyone, why, and when it will be mended; or that you know of nothing]
# If you cannot use a page, or need it in another form
For this in large print, easy read, another language or read to you, ${reached(scheme)}. We answer within [number of] days.
# To tell us of a fault, or to complain
If something is hard to use, ${reached(scheme)}. If you are not content with our answer, the [Equality Advisory and Support Service](https://www.equalityadvisoryservice.com/) can advise you.
# How this was written
Lendwell, which these pages are made with, is checked by a program (axe) whenever it is changed. [Who else tested the pages, how, and on which day]
This statement was written on [day], and is looked at again by [day].`,

  patients: (scheme, { helpedMonths, notHelpedMonths, deceasedMonths }) => `
This is for people who are lent something by ${scheme.name}, or were referred to us.
${owner(scheme)}
# What we keep
- your name, date of birth, and your NHS number where we were given it
- where you live, and the ways in which it is safe to reach you
- what you need, what you were lent, and what became of it
- our calls with you, and what you told us in answer to our messages
- who referred you
# Why
To lend you what you need, to support you with it, and to reach you safely. [The lawful basis by which you do so]
# Who sees it
- our officers and managers
- supporters see the calls that they have with you and nothing else
- auditors, who check our work, read it and change nothing
- who referred you hears what became of it, if you agreed to that
Who looked at your record is written down. [Who else: those who host the system, send messages or repair devices]
# How long
${forLong('If we lent you something or supported you', helpedMonths)}
${forLong('If you were referred and got no help from us', notHelpedMonths)}
${forLong('Of someone who has died', deceasedMonths)}
While something is lent to you it is kept in any case.
${rights(scheme)}`,

  patients_discreet: () => `
# What we keep
What you tell us on this page, and when you told us. We use it to do what you asked.
# Who sees it
Only the people here who look after it. [Anyone else who sees it]
# How long
[For how long it is kept]
# What you can ask for
- to see what is kept about you
- to have it put right
- to have it erased
Ring the number you have for us, and say what you would like. We will tell you how to complain if you are not content.
# If this page is hard to use
Ring the number you have for us, and tell us in your own words instead.`,

  hand_in: () => `
Please hand it in at [an address whose name says nothing of you]. Nobody asks you anything.`,

  clinics: (scheme, { helpedMonths, notHelpedMonths }) => `
This is for people who refer someone to ${scheme.name}.
${owner(scheme)}
# What we keep about you
- your name, your team, and how you are reached at work
- what you wrote to us, and when
- the network address from which a form or your system sent it, where that was noted for security: 400 days
# Why
To decide about referrals, to ask you back, and to tell you what became of them. [The lawful basis by which you do so]
# Who sees it
Our officers, managers and auditors. The person whom you referred sees what you wrote when they ask for what is kept about them. [Who else]
# How long
What you wrote is kept with the person whom you referred:
${forLong('If they were helped', helpedMonths)}
${forLong('If they were not', notHelpedMonths)}
${rights(scheme)}
# About the person whom you refer
Tell them that you refer them, and ask whether we may tell you what becomes of it. What we keep about them is in the notice for people who borrow.`,

  supporters: (scheme) => `
This is for people who sign in: supporters, officers and everyone else who works with ${scheme.name}.
${owner(scheme)}
# What we keep about you
- your name, your work email address and your role
- when you signed in, from which address and with which browser: 400 days
- what you did, and whose records you opened. It is kept with the records and is not erased
- which times you can take calls, where you take them
# Why
To know who may do what, and to answer for what is done with people’s data. [The lawful basis by which you do so]
# Who sees it
Managers, administrators and auditors. The people whose records you opened can be told that you did. [Who else]
# How long
Your account stays, suspended, after you leave, since what you did names you. [For how long, where you have decided that]
${rights(scheme)}`,
};
