/** Stands for the calendar, of which there is one. */
export const calendarId = '01900000-0000-7000-8000-0000000000ca';
/** The most days that are closed in one go. */
export const mostClosed = 31;
