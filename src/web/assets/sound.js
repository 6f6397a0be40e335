// A scan is heard as well as seen: one high tone, or two low ones. It may be turned off on the page of help.
const kept = 'lendwell-sound';
const isOn = () => localStorage.getItem(kept) !== 'off';

const tones = { ok: [880], stopped: [220, 220] };
const seconds = 0.12;

function play(kind) {
  const audio = new AudioContext();
  for (const [place, frequency] of tones[kind].entries()) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = frequency;
    volume.gain.value = 0.1;
    tone.connect(volume).connect(audio.destination);
    tone.start(audio.currentTime + place * seconds * 1.5);
    tone.stop(audio.currentTime + place * seconds * 1.5 + seconds);
  }
}

/** One high tone, or two low ones, where sound is on. */
export const hear = (kind) => isOn() && play(kind);

/** Says how the last scan went, and lets the choice on the page of help be made. */
export function sound() {
  const choice = document.getElementById('sound');
  if (choice) {
    choice.checked = isOn();
    choice.closest('[hidden]').hidden = false;
    choice.addEventListener('change', () => {
      localStorage.setItem(kept, choice.checked ? 'on' : 'off');
      if (choice.checked) play('ok');
    });
  }
  if (!isOn()) return;
  if (document.querySelector('.app-scan--ok')) play('ok');
  else if (
    document.querySelector(
      '.app-scan--stopped, .app-scan--wants, .app-scan--none, .app-scan .nhsuk-form-group--error',
    )
  )
    play('stopped');
}
