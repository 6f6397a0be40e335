import type { Device } from './device.schemas.ts';
import { lendableWords } from './updates.rules.ts';

/** What the page of a device says of its security updates, as of a civil day, and what may be done about them. */
export function updatesView({ updates, updatesEndOn, make, model, loan }: Device, today: string) {
  if (!updates) return null;
  const { acceptance, isShort, ownEndOn } = updates;
  const query = new URLSearchParams({ make, model });
  return {
    ...updates,
    endOn: updatesEndOn,
    left: lendableWords(updatesEndOn, today),
    from: ownEndOn ? 'As read on the device' : updates.source,
    fromUrl: ownEndOn ? null : updates.sourceUrl,
    sayHref: `/settings/models?${query}#say`,
    mayAccept: isShort && !acceptance,
    swapHref: loan && isShort && !acceptance ? `/loans/${loan.id}/replace?item=${loan.itemId}` : null,
  };
}
