const ofFormats = {
  by: 'settings.change',
  page: (id: string) => `/patients/${id}/formats`,
  closesWhen: 'it is there as they need it, or they need it no longer',
} as const;

/** What staff are asked to bring where someone is not given a thing in their language and format. */
export const formatTasks = {
  missing_agreement: {
    what: 'The loan agreement is not there in someone’s language and format: bring it, with who approved it',
    ...ofFormats,
  },
  missing_papers: {
    what: 'The words of the papers are not there in someone’s language and format: bring them, with who approved them',
    ...ofFormats,
  },
  missing_answer_page: {
    what: 'The answer page is not there in someone’s language and format: bring its words, with who approved them',
    ...ofFormats,
  },
  missing_notice: {
    what: 'The privacy notice is not there in someone’s language and format: bring it, with who approved it',
    ...ofFormats,
  },
  missing_guides: {
    what: 'Guides are not there in someone’s language and format: write them',
    ...ofFormats,
    by: 'guides.write',
  },
  missing_texts: {
    what: 'Texts of messages are not there in someone’s language: write them',
    ...ofFormats,
  },
  calls_for_bsl: {
    what: 'Calls by phone are planned with someone who needs British Sign Language: agree on video, a message or in person for each',
    by: 'follow-ups.plan',
    page: (id: string) => `/patients/${id}`,
    closesWhen: 'no call by phone with them is ahead',
  },
} as const;
