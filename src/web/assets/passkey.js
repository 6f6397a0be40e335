const withFrom = globalThis.PublicKeyCredential;
const canDo = typeof withFrom?.parseRequestOptionsFromJSON === 'function';

/** Shows the forms that make or show a passkey, where the browser can; each is sent with what the browser answers. */
export function offerPasskeys() {
  if (!canDo) return;
  for (const form of document.querySelectorAll('[data-passkey]')) {
    if (!form.hidden) continue;
    form.hidden = false;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const word = form.querySelector('[role="alert"]');
      word.textContent = '';
      try {
        form.elements.response.value = JSON.stringify(await answer(form.dataset));
        form.submit();
      } catch (error) {
        word.textContent =
          error.name === 'InvalidStateError'
            ? 'This device has a passkey for your account already.'
            : 'No passkey was given. Try again, or use a code.';
      }
    });
  }
}

async function answer({ passkey, options }) {
  const asked = JSON.parse(options);
  const given =
    passkey === 'make'
      ? await navigator.credentials.create({ publicKey: withFrom.parseCreationOptionsFromJSON(asked) })
      : await navigator.credentials.get({ publicKey: withFrom.parseRequestOptionsFromJSON(asked) });
  return given.toJSON();
}
