import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { nullable, oneOf, text } from '../../shared/schemas.ts';
import { noticeNames } from './notice.rules.ts';

const name = oneOf(noticeNames, {
  description: 'Which notice; `patients_discreet` and `hand_in` name nobody and nothing',
});

export const NoticeVersion = Type.Object({
  version: Type.Integer(),
  text: Type.String(),
  createdAt: Type.String(),
  createdBy: Type.String({ description: 'Who saved it' }),
});
export type NoticeVersion = Static<typeof NoticeVersion>;

export const Notice = Type.Object({
  notice: name,
  href: nullable(
    Type.String({
      description: 'Where the public reads it, without signing in; null for a text with no page of its own',
    }),
  ),
  published: nullable(NoticeVersion),
  earlier: Type.Array(NoticeVersion, { description: 'Newest first' }),
});
export type Notice = Static<typeof Notice>;

export const NoticeList = Type.Object({ items: Type.Array(Notice) });

export const noticeParams = Type.Object({ notice: name });

export const NewNoticeVersion = strictObject(
  {
    text: text(30_000, {
      description:
        'The whole text. A line that begins with "# " is a heading, with "## " a smaller one, with "- " an item of a list; [words](https://…) is a link',
    }),
  },
  {
    examples: [
      {
        text: '# What we keep\nYour name, and how to reach you safely.\n# Ask us\n- to see what we keep\n- to put it right',
      },
    ],
  },
);
export type NewNoticeVersion = Static<typeof NewNoticeVersion>;
