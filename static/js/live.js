{
  // What is under way is exchanged in place until nothing waits any more; without this the page
  // loads itself again.
  const announcer = document.getElementById("announcer");
  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const done = (region) => region.querySelector('[data-announce-when-done="yes"]');

  // Only what differs changes, so that a button stays the same one under the hand, and keeps the focus.
  const become = (old, fresh) => {
    if (old.isEqualNode(fresh)) return;
    const parts = [...fresh.childNodes];
    if (old.nodeName !== fresh.nodeName || old.childNodes.length !== parts.length) return old.replaceWith(fresh);
    if (!old.attributes) {
      old.nodeValue = fresh.nodeValue;
      return;
    }
    for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of fresh.attributes) old.setAttribute(name, value);
    [...old.childNodes].forEach((part, at) => become(part, parts[at]));
  };

  const exchange = (region, fresh) => {
    const focused = region.contains(document.activeElement) ? document.activeElement : null;
    const finished = !done(region) && done(fresh);
    become(region, fresh);
    if (focused && !focused.isConnected) {
      const standing = region.querySelector("[data-announce-when-done], [data-standing]");
      const same = document.getElementById(focused.id) ?? [...region.querySelectorAll("a[href]")].find((one) => one.href === focused.href);
      if (!same) standing.tabIndex = -1;
      (same ?? standing).focus();
    }
    if (finished) announcer.textContent = done(region).textContent;
  };

  const liveIn = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");

  // What a small form changes is exchanged in place too: the page does not jump, and what follows is said.
  let sending = false;
  const send = async (form) => {
    const region = form.closest("#live");
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin" });
    const fresh = await liveIn(answer);
    // It stands otherwise than this page thought: let the page itself say how, from its top, where that stands.
    if (!fresh?.querySelector("[data-in-place]")) return location.replace(location.pathname + location.search);
    exchange(region, document.adoptNode(fresh));
    announcer.textContent = document.querySelector("[data-standing]").textContent;
  };
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!("inPlace" in form.dataset)) return;
    event.preventDefault();
    event.stopPropagation();
    if (sending) return;
    sending = true;
    try {
      await send(form);
    } catch {
      form.submit();
    }
    sending = false;
  }, true);

  const follow = async () => {
    for (;;) {
      const region = document.getElementById("live");
      if (!region?.dataset.refresh) return;
      await pause(Number(region.dataset.refresh) * 1000);
      if (document.hidden) continue;
      try {
        const answer = await fetch(location.href, { credentials: "same-origin" });
        // Signed out meanwhile, or gone: let the page itself say so.
        if (answer.redirected || (answer.status >= 400 && answer.status < 500)) return location.reload();
        if (!answer.ok) continue;
        const fresh = await liveIn(answer);
        if (fresh && fresh.outerHTML !== region.outerHTML) exchange(region, document.adoptNode(fresh));
      } catch {
        // Out of reach for the moment: try again.
      }
    }
  };
  follow();
}
