/** What an organisation may be to the scheme; one may be several of them. */
export const organisationRoles = [
  'donor',
  'clinic',
  'support_partner',
  'connectivity_provider',
  'repairer',
  'access_point',
] as const;
export type OrganisationRole = (typeof organisationRoles)[number];

export const locationKinds = ['hub', 'clinic', 'access_point', 'repairer'] as const;
export type LocationKind = (typeof locationKinds)[number];

/** Why an organisation cannot be taken over by another, in a sentence; undefined when it can. */
export function successionRefusal(
  before: { id: string; succeededBy: string | null },
  successor: { id: string; succeededBy: string | null } | undefined,
): string | undefined {
  if (!successor) return 'There is no organisation of this id.';
  if (before.succeededBy) return 'It has been taken over already.';
  if (successor.id === before.id) return 'Choose another organisation than itself.';
  if (successor.succeededBy)
    return 'The one you chose has been taken over itself. Choose the one that took it over.';
  return undefined;
}
