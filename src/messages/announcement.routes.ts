import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { creates, lists } from '../shared/routes.ts';
import { makeAnnouncement, previewAnnouncement } from './announcement.commands.ts';
import { listAnnouncements } from './announcement.queries.ts';
import {
  Announcement,
  AnnouncementDraft,
  AnnouncementList,
  AnnouncementQuery,
  AnnouncementReach,
  NewAnnouncement,
} from './announcement.schemas.ts';

const tags = ['Messages'];

/** /announcements: what is told to everyone concerned at once. */
export function announcementRoutes(app: App, deps: Deps): void {
  lists(app, '/announcements', {
    action: 'messages.read',
    operationId: 'listAnnouncements',
    summary: 'What was told to many at once, newest first, with to how many it has gone',
    tags,
    querystring: AnnouncementQuery,
    gives: AnnouncementList,
    call: ({ query }) => listAnnouncements(deps.db, query),
  });

  creates(app, '/announcements/previews', {
    action: 'announcements.make',
    operationId: 'previewAnnouncement',
    summary: 'How many would hear of it and how, before it is sent; nothing is written',
    tags,
    body: AnnouncementDraft,
    gives: AnnouncementReach,
    problems: ['invalid'],
    call: ({ body }) => previewAnnouncement(deps, body),
  });

  creates(app, '/announcements', {
    action: 'announcements.make',
    operationId: 'makeAnnouncement',
    summary: 'Tell everyone concerned, each once, by their own safe way and in their own hours',
    tags,
    body: NewAnnouncement,
    gives: Announcement,
    problems: ['invalid', 'changed-meanwhile', 'conflict'],
    call: ({ ctx, body }) => makeAnnouncement(deps, ctx, body),
  });
}
