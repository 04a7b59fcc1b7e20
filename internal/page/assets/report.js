// The report: everything is in the page.

const data = JSON.parse(byId('data').textContent);
localise(document);
byId('series')?.removeAttribute('open');
pictureBook().draw(data.series, data.events, data.standing);
setTimeout(() => (document.documentElement.dataset.drawn = 'yes')); // for who waits until it is
