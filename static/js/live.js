{
  // What is under way is exchanged in place until nothing waits any more; without this the page
  // loads itself again.
  const announcer = document.getElementById("announcer");
  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const done = (region) => region.querySelector('[data-announce-when-done="yes"]');

  const exchange = (region, fresh) => {
    const focused = region.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    const finished = !done(region) && done(fresh);
    region.replaceWith(fresh);
    if (focused) [...fresh.querySelectorAll("a[href]")].find((link) => link.getAttribute("href") === focused)?.focus();
    if (finished) announcer.textContent = finished.textContent;
  };

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
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
        if (fresh && fresh.outerHTML !== region.outerHTML) exchange(region, document.adoptNode(fresh));
      } catch {
        // Out of reach for the moment: try again.
      }
    }
  };
  follow();
}
