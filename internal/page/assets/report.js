// The report: everything is in the page.

const begun = performance.now();
const data = JSON.parse(byId('data').textContent);
localise(document);
byId('series')?.removeAttribute('open');
pictureBook().draw(data.series, data.events, data.standing);
// How many milliseconds that took, for who measures it.
requestAnimationFrame(() => setTimeout(() => (document.documentElement.dataset.drawn = Math.round(performance.now() - begun))));
