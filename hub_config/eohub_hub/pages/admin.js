(() => {
  'use strict';
  // JupyterHub's page says that something failed, but shows no reason and calls nothing of ours: read its answers here.
  const problem = document.getElementById('eohub-problem');
  const send = window.fetch;
  const reasons = new Set();
  const show = () => {
    problem.textContent = [...reasons].join('\n');
    problem.hidden = reasons.size === 0;
  };
  window.fetch = async (address, options) => {
    const answer = await send(address, options);
    if (!answer.ok) {
      const { message } = await answer
        .clone()
        .json()
        .catch(() => ({}));
      const user = /\/users\/([^/?]+)/.exec(String(address));
      const whose = user ? `${decodeURIComponent(user[1])}: ` : '';
      reasons.add(`${whose}${message || `The hub answered ${answer.status}.`}`);
      show();
    }
    return answer;
  };
  document.addEventListener(
    'click',
    () => {
      reasons.clear();
      show();
    },
    true
  );
})();
