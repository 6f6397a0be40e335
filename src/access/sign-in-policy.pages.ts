import type { Deps } from '../shared/deps.ts';
import { inWords } from '../shared/formats.ts';
import type { App } from '../shared/http.ts';
import { besideTheOther, versionToSend } from '../web/edit-conflict.ts';
import { formPage } from '../web/submit.ts';
import { changeSignInPolicy } from './sign-in-policy.commands.ts';
import { getSignInPolicy, signInPolicyTag } from './sign-in-policy.queries.ts';
import { roleAbout, staffRoles } from './staff.rules.ts';

/** /settings/sign-in: whose password alone is not enough. */
export function signInPolicyPages(app: App, deps: Deps): void {
  formPage(app, '/settings/sign-in', {
    reads: 'settings.read',
    action: 'sign-in-policy.change',
    view: 'access/views/sign-in-policy.njk',
    async show(sent) {
      const policy = await getSignInPolicy(deps.db);
      const form = besideTheOther(sent, {
        factorRoles: policy.factorRoles,
        erasureByTwo: policy.erasureByTwo ? 'true' : '',
      });
      const roles = staffRoles.map((value) => ({ value, text: inWords(value), hint: roleAbout[value] }));
      return { form, policy, roles, version: versionToSend(form, signInPolicyTag(policy)) };
    },
    async take({ version, factorRoles = [], erasureByTwo }, { ctx }) {
      const given = [factorRoles].flat();
      const change = {
        factorRoles: staffRoles.filter((role) => given.includes(role)),
        erasureByTwo: erasureByTwo === 'true',
      };
      await changeSignInPolicy(deps, { ...ctx, ifMatch: String(version ?? '') }, change);
      return {
        href: '/settings/sign-in',
        text: 'It is changed. Who has no second step yet sets one up when they next sign in.',
      };
    },
  });
}
