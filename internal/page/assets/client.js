// How the live page speaks with the run: by the token, which is in no address that is sent or kept.

const tokenName = 'attrmigrate-token ' + location.port;

// takeToken takes the token out of the fragment of the address, which then has none, so that no history keeps it. The
// token lasts as long as the tab.
function takeToken() {
  const found = decoded(location.hash.replace(/^#(token=)?/, ''));
  if (location.hash !== '') history.replaceState(null, '', location.pathname);
  if (found !== '') keepToken(found);
  return sessionStorage.getItem(tokenName) || '';
}

// decoded is what a text of an address means; one that is cut short, or no address at all, is no token either.
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function keepToken(token) {
  sessionStorage.setItem(tokenName, token);
}

// Refused is an answer that is none of success.
class Refused extends Error {
  constructor(status, body) {
    super(body.error || 'the answer is ' + status);
    this.status = status;
    this.hint = body.hint || '';
    this.standing = body.state ? body : null; // of a run that has ended
  }
}

class Client {
  constructor(token) {
    this.token = token;
    this.last = ''; // the ID of the last event that came
  }

  // ask asks for a route, or has something done, and returns the answer.
  async ask(method, path, body) {
    const response = await this.fetch(method, path, { body: body && JSON.stringify(body), signal: AbortSignal.timeout(15000) });
    return response.json();
  }

  async fetch(method, path, more) {
    const headers = { Authorization: 'Bearer ' + this.token, ...more.headers };
    if (more.body) headers['Content-Type'] = 'application/json';
    const response = await fetch(path, { ...more, method, headers, cache: 'no-store', credentials: 'omit', redirect: 'error' });
    if (response.ok) return response;
    throw new Refused(response.status, await response.json().catch(() => ({})));
  }

  // follow hears what happens, behind the last event that came, until the stream ends. heard is called with the name of each
  // message and what it says. A stream that is silent for long is given up: the status comes every second.
  async follow(heard) {
    const quiet = new AbortController();
    const headers = this.last === '' ? {} : { 'Last-Event-ID': this.last };
    let timer = setTimeout(() => quiet.abort(), 15000);
    try {
      const response = await this.fetch('GET', '/v1/events', { headers, signal: quiet.signal });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = ''; ;) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(timer);
        timer = setTimeout(() => quiet.abort(), 15000);
        const messages = (rest + value).split(/\r?\n\r?\n/);
        rest = messages.pop();
        for (const text of messages) this.message(text, heard);
      }
    } finally {
      clearTimeout(timer);
      quiet.abort();
    }
  }

  // message takes one message of a stream apart. A comment, or what is no JSON, says nothing.
  message(text, heard) {
    const fields = { event: 'message', data: '' };
    for (const line of text.split(/\r?\n/)) {
      const at = line.indexOf(':');
      if (at < 1) continue;
      fields[line.slice(0, at)] = line.slice(at + 1).replace(/^ /, '');
    }
    if (fields.data === '') return;
    let said;
    try {
      said = JSON.parse(fields.data);
    } catch {
      return;
    }
    if (fields.id !== undefined) this.last = fields.id;
    heard(fields.event, fields.id === undefined ? said : { ...said, id: Number(fields.id) });
  }
}

const pausing = seconds => new Promise(resume => setTimeout(resume, 1000 * seconds));
