// The live page: it asks for the series, and then hears what happens until the run has ended.

class Live {
  constructor(token) {
    this.client = new Client(token);
    this.book = pictureBook();
    this.verbs = new Verbs(this.client, s => this.stands(s));
    this.standing = null;
    this.events = [];
    this.samples = [];
    this.heard = 0; // when anything came last
    this.drawnAt = 0;
    this.connected = false;
  }

  // run follows the run. It asks again, later and later, while the run does not answer, and returns where it wants another token.
  async run() {
    for (let tries = 0; ; tries++) {
      try {
        await this.look();
        tries = 0;
        await this.client.follow((event, said) => this.message(event, said));
      } catch (e) {
        if (e.status === 401 || e.status === 403) return e;
      }
      if (this.standing && over(this.standing.state)) {
        this.link(`the run has ended: ${this.standing.state}. This page shows how it was in the end.`, '');
        await this.draw().catch(() => {}); // the last samples, where they can still be had
        return null;
      }
      const when = this.heard ? ` at ${clock(new Date(this.heard)).slice(11)}` : '';
      const why = this.standing?.state === 'stopping' || this.standing?.asked.hold ? 'the run was stopping, so it has probably ended' : 'the process does not answer';
      this.link(`connection lost${when}: ${why}. Trying again…`, 'lost');
      await pausing(Math.min(10, 1 + tries));
    }
  }

  // look asks where the run stands, and for its series.
  async look() {
    this.stands(await this.client.ask('GET', '/v1/status'));
    byId('run').hidden = false;
    byId('asks').hidden = true;
    this.link('live', 'live');
    await this.draw().catch(() => {}); // without pictures there is still all that the status says
  }

  message(event, said) {
    if (event === 'status') {
      this.stands(said);
      if (Date.now() - this.drawnAt > this.every() && !document.hidden) this.draw().catch(() => {});
    } else if (event !== 'end' && said.id !== undefined) {
      if (this.events.some(e => e.id === said.id)) return;
      this.events.push(said);
      showEvents(this.events);
      this.paint();
    }
    if (!this.connected) this.link('live', 'live');
  }

  // every is how often the series is asked for, in milliseconds: a long one moves slowly.
  every() {
    return this.samples.length < 400 ? 10000 : 30000;
  }

  async draw() {
    this.drawnAt = Date.now();
    this.samples = await this.client.ask('GET', '/v1/series');
    this.paint();
  }

  paint() {
    byId('soon').hidden = this.samples.length > 0 || over(this.standing.state);
    this.book.draw(this.samples, this.events, this.standing);
    document.documentElement.dataset.drawn = String(this.samples.length);
  }

  stands(said) {
    this.heard = Date.now();
    this.standing = { asked: {}, effective: {}, ...said };
    showStanding(this.standing);
    this.verbs.allow(this.standing, true);
  }

  link(text, how) {
    this.connected = how === 'live';
    say('link', text);
    byId('link').className = how;
    if (!this.connected) this.verbs.allow(this.standing, false);
  }
}

// begin follows the run by a token, and asks for another one where that is not the run's.
async function begin(token) {
  if (token !== '') {
    const refused = await new Live(token).run();
    if (refused === null) return;
    byId('run').hidden = true;
    say('asks-why', refused.status === 401 ? 'The token is not that of this run. The address that it printed when it started has the right one behind its #.' : refused.message);
  }
  say('link', 'not connected');
  byId('asks').hidden = false;
}

byId('token-form').addEventListener('submit', e => {
  e.preventDefault();
  keepToken(byId('token').value.trim());
  location.reload();
});
addEventListener('hashchange', () => location.reload());
begin(takeToken());
