import { defineEvents } from '../../shared/event-definitions.ts';
import { count } from '../../shared/event-values.ts';
import { oneOf } from '../../shared/schemas.ts';
import { noticeFacts, noticeNames } from './notice.rules.ts';

/** What the public is told. */
export const noticeEvents = defineEvents({
  'notice.published': {
    values: { notice: oneOf(noticeNames), noticeVersion: count },
    line: (v) =>
      `${v.notice ? noticeFacts[v.notice].title : 'Notice'} published${v.noticeVersion ? `, version ${v.noticeVersion}` : ''}`,
  },
});
