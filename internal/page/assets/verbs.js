// The buttons. Each opens a dialog that says what it does; what is asked for is asked once, there.

// verbsOf are the routes, and what the fields of a dialog have them do. Without a body there is nothing to ask.
const verbsOf = {
  pause: f => ['POST', '/v1/pause', { for: f.for, reason: f.reason }],
  unpause: f => ['POST', '/v1/unpause', { reason: f.reason }],
  rate: (f, asked) => ['PATCH', '/v1/limits', limitsBody(f, asked)],
  stop: f => ['POST', '/v1/stop', { now: f.now === 'on', reason: f.reason }],
};

// limitsBody has the ceilings that are not as they were asked for already.
function limitsBody(fields, asked) {
  const body = { reason: fields.reason };
  for (const name of ['rate', 'read_rate']) {
    const wanted = fields[name] === '' ? null : Number(fields[name]);
    if (wanted !== (asked[name] ?? null)) body[name] = wanted;
  }
  return 'rate' in body || 'read_rate' in body ? body : null;
}

class Verbs {
  constructor(client, answered) {
    this.client = client;
    this.answered = answered; // is called with the new status
    this.standing = null;
    this.there = byId('verbs') !== null;
    if (!this.there) return;
    for (const button of document.querySelectorAll('[data-dialog]')) button.addEventListener('click', () => this.open(button));
    for (const dialog of document.querySelectorAll('dialog')) {
      dialog.addEventListener('close', () => this.closed(dialog));
    }
  }

  // allow has each button pressed only where it makes sense: connected says whether the run can be asked at all.
  allow(s, connected) {
    this.standing = s;
    if (!this.there) return;
    const able = connected && s !== null && !over(s.state);
    const going = able && s.state !== 'stopping';
    byId('b-pause').disabled = !going || s.asked.paused; // beside a program's, people may have a pause of their own
    byId('b-unpause').disabled = !going || !s.asked.paused;
    byId('b-rate').disabled = !going;
    byId('b-stop').disabled = !able;
    say('b-stop', able && s.state === 'stopping' ? 'Stop at once…' : 'Stop…');
    if (!able) for (const dialog of document.querySelectorAll('dialog[open]')) dialog.close('');
  }

  open(button) {
    const dialog = byId(button.dataset.dialog);
    const form = dialog.querySelector('form');
    form.reset();
    const { asked, state } = this.standing;
    if (form.dataset.verb === 'rate') {
      form.elements.rate.value = asked.rate ?? '';
      form.elements.read_rate.value = asked.read_rate ?? '';
    }
    if (form.dataset.verb === 'stop') form.elements.now.checked = state === 'stopping';
    dialog.returnValue = '';
    dialog.showModal();
  }

  async closed(dialog) {
    if (dialog.returnValue !== 'do') return;
    const form = dialog.querySelector('form');
    const [method, path, body] = verbsOf[form.dataset.verb](Object.fromEntries(new FormData(form)), this.standing.asked);
    if (body === null) {
      this.tell('That is what is asked already.', false);
      return;
    }
    this.tell('Asking…', false);
    try {
      this.answered(await this.client.ask(method, path, body));
      this.tell('It is asked, and kept: a restart keeps to it, too.', false);
    } catch (e) {
      if (e.standing) this.answered(e.standing);
      this.tell(this.refusal(e), true);
    }
  }

  // refusal says why something was not done, or that nobody knows.
  refusal(e) {
    if (e.standing) return 'The run has ended: nothing was changed.';
    if (!e.status) return 'No answer came. The table below says what is asked, once the run answers again.';
    return `It was refused: ${e.message}${e.hint ? ` (${e.hint})` : ''}`;
  }

  tell(text, refused) {
    say('answer', text);
    byId('answer').className = refused ? 'refused' : '';
  }
}
