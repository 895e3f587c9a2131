// Where the data comes from: this file, or the server that watches a sweep.

const WATCH_INTERVAL_MS = 3000;

/** Calls show(report, watched) at once, and again whenever a server has new. */
function followReport(show, say) {
  const text = byId('data').textContent.trim();
  if (text) {
    show(JSON.parse(text), false);
    return;
  }
  let seen = '';
  async function ask() {
    try {
      const answer = await fetch('data.json', {cache: 'no-cache'});
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      const news = await answer.text();
      if (news !== seen) show(JSON.parse(news), true);
      seen = news;
      say('');
    } catch (error) {
      say(`The server does not answer (${error.message}); asking again. ` +
          'What stands here is the last it said.');
    }
    setTimeout(ask, WATCH_INTERVAL_MS);
  }
  ask();
}
