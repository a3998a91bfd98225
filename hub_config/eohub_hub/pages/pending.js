(() => {
  'use strict';
  const page = document.getElementById('eohub-pending');
  const steps = document.getElementById('eohub-steps');
  const bar = document.getElementById('eohub-bar');
  const slow = document.getElementById('eohub-slow');
  const ago = seconds => Date.now() - 1000 * Number(seconds);
  const begun = ago(page.dataset.seconds);
  let heard = ago(page.dataset.waited);
  const clock = window.setInterval(() => {
    document.getElementById('eohub-seconds').textContent = String(
      Math.floor((Date.now() - begun) / 1000)
    );
    slow.hidden = heard > ago(page.dataset.slowAfter);
  }, 1000);
  const progress = percent => {
    bar.setAttribute('aria-valuenow', String(percent));
    bar.firstElementChild.style.width = `${percent}%`;
  };
  const fail = reason => {
    document.getElementById('eohub-state').textContent = 'Your server did not start';
    document.getElementById('eohub-reason').textContent = reason;
    document.getElementById('eohub-failure').hidden = false;
    document.getElementById('eohub-waiting').hidden = true;
    bar.hidden = true;
    window.clearInterval(clock);
  };
  // The stream repeats the steps that the page was sent with.
  const known = steps.children.length;
  steps.replaceChildren();
  const source = new EventSource(page.dataset.progressUrl);
  source.onmessage = message => {
    const event = JSON.parse(message.data);
    if (event.ready) {
      source.close();
      window.location.reload();
      return;
    }
    if (event.failed) {
      source.close();
      fail(event.message.replace(/^Spawn failed: /, ''));
      return;
    }
    if (event.progress) {
      progress(event.progress);
      const line = document.createElement('li');
      line.textContent = event.message;
      steps.append(line);
      if (steps.children.length > known) {
        heard = Date.now();
      }
    }
    if (event.doing) {
      document.getElementById('eohub-doing').textContent = event.doing;
    }
  };
  // A broken stream is opened again by the browser and would repeat every step: start over instead.
  source.onerror = () => {
    source.close();
    window.setTimeout(() => window.location.reload(), 2000);
  };
})();
