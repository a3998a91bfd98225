(() => {
  'use strict';
  // Asked ever more rarely, for about three minutes.
  const LONGEST_PAUSE = 30000;
  const { base_url, user, xsrf_token } = window.jhdata;
  const servers = document.getElementById('eohub-servers');
  const problem = document.getElementById('eohub-problem');
  const api = path => `${base_url}api/users/${encodeURIComponent(user)}${path}`;
  const place = name => (name ? `/servers/${encodeURIComponent(name)}` : '/server');

  const request = async (method, path, body) => {
    const headers = { 'Content-Type': 'application/json', 'X-XSRFToken': xsrf_token };
    const answer = await fetch(api(path), { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) {
      const told = await answer.json().catch(() => ({}));
      throw new Error(told.message || `The hub answered ${answer.status}.`);
    }
    return answer;
  };
  const hasEnded = async name => {
    const { servers: active } = await (await request('GET', '')).json();
    return !(name in active);
  };
  const ended = async name => {
    for (let pause = 500; pause < LONGEST_PAUSE; pause *= 1.2) {
      if (await hasEnded(name)) {
        return;
      }
      await new Promise(resolve => window.setTimeout(resolve, pause));
    }
    throw new Error('The server has not stopped yet.');
  };
  const actions = {
    stop: async name => {
      await request('DELETE', place(name));
      await ended(name);
    },
    remove: name => request('DELETE', place(name), { remove: true })
  };

  servers.addEventListener('click', async event => {
    const button = event.target.closest('button[data-action]');
    if (!button) {
      return;
    }
    const { action, server, busy, question } = button.dataset;
    if (question && !window.confirm(question)) {
      return;
    }
    const open = button.parentElement.querySelector('[data-open]');
    button.disabled = true;
    button.textContent = busy;
    if (open) {
      open.hidden = true;
    }
    try {
      await actions[action](server);
      window.location.reload();
    } catch (error) {
      problem.textContent = `${error.message} Reload this page and try again.`;
      problem.hidden = false;
    }
  });

  for (const row of servers.querySelectorAll('[data-stopping]')) {
    ended(row.dataset.stopping)
      .then(() => window.location.reload())
      .catch(() => {
        // The page says "stopping" then, until it is loaded again.
      });
  }
})();
