import { domainToASCII } from 'node:url';
import type { Reading } from './reading.ts';
import { asSeen } from './seen.ts';

const wanted = 'Give an email address, like name@example.com.';

/**
 * An email address in the one form it is kept in: what is seen of it, in plain letters. It is no more
 * than GOV.UK Notify sends to, and has nothing that a mail program would read as a list, a group or a name.
 * Source: alphagov/notifications-utils, recipient_validation/email_address.py.
 */
export function readEmail(text: string): Reading {
  const address = asSeen(text).normalize('NFKC').trim();
  const [name = '', host = '', ...more] = address.split('@');
  if (more.length) return { fault: `Give one address alone. ${wanted}` };
  if (/\s/.test(address)) return { fault: `This has spaces in it. ${wanted}` };
  if (!name || !host) return { fault: wanted };
  const odd = /[^\w.!#$%&'*+/=?^`{|}~-]/.exec(name) ?? /[^\p{L}\p{M}\p{N}.-]/u.exec(host);
  if (odd) return { fault: `There is a “${odd[0]}” in this which no email address has there. ${wanted}` };
  if (/^\.|\.\.|\.$/.test(name) || /^\.|\.\.|\.$/.test(host))
    return { fault: `This begins or ends with a full stop, or has two together. ${wanted}` };
  const domain = /^[\w.-]*$/.test(host) ? host : domainToASCII(host);
  if (!isDomain(domain))
    return { fault: `The part after the @ is not right: it is like example.com. ${wanted}` };
  return name.length <= 64 && domain.length <= 253 && name.length + domain.length <= 253
    ? { value: `${name}@${domain}` }
    : { fault: `This is too long. ${wanted}` };
}

const isDomain = (domain: string) =>
  /^((?=[^.]{1,63}\.)[a-z0-9]+(--?[a-z0-9]+)*\.)+([a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])$/i.test(domain);
