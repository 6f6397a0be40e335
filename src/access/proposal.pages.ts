import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { Problem } from '../shared/problem.ts';
import { fields, newForm } from '../web/forms.ts';
import { formPage, submit } from '../web/submit.ts';
import { acceptProposal, refuseProposal } from './proposal.commands.ts';
import { getProposal } from './proposal.queries.ts';
import { roleAbout, staffRoles } from './staff.rules.ts';
import { Admission } from './staff.schemas.ts';

const words = {
  name: 'Enter their name',
  email: 'Enter an email address, like name@example.org',
  role: 'Choose what they do',
};
const one = { action: 'staff.manage', params: idParams } as const;

/** /settings/staff/proposals/:id: someone came by single sign-on without an account, and an administrator decides. */
export function accountProposalPages(app: App, deps: Deps): void {
  formPage(app, '/settings/staff/proposals/:id', {
    ...one,
    view: 'access/views/proposal.njk',
    async show(sent, { params }) {
      const proposal = await getProposal(deps.db, params.id);
      const { name, email, role } = proposal;
      return {
        form: sent ?? newForm({ name, email, role: role ?? '' }),
        proposal,
        roles: staffRoles.map((value) => ({ value, hint: roleAbout[value] })),
      };
    },
    async take(typed, { ctx, params }) {
      const account = fields(Admission, typed, words);
      const { staffId } = await acceptProposal(deps, ctx, params.id, { account });
      return { href: `/settings/staff/${staffId}`, text: `${account.name} may sign in now.` };
    },
  });

  submit(app, '/settings/staff/proposals/:id/links', {
    ...one,
    async take(_typed, { ctx, params }) {
      const { namesake } = await getProposal(deps.db, params.id);
      if (!namesake) throw new Problem('conflict', { detail: 'Nobody here has this email address now.' });
      const { staffId } = await acceptProposal(deps, ctx, params.id, { staffId: namesake.id });
      return { href: `/settings/staff/${staffId}`, text: 'Their work account is linked.' };
    },
  });

  submit(app, '/settings/staff/proposals/:id/refusals', {
    ...one,
    async take(_typed, { ctx, params }) {
      await refuseProposal(deps, ctx, params.id);
      return { href: '/settings/staff', text: 'They are not let in.' };
    },
  });
}
