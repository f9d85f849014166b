{
  // The focus comes back to what opened a pop-up, also when the page was loaded anew meanwhile and when
  // one pop-up led to another: what was pressed on each of them is kept, the last one on top.
  const KEY = "openers";
  const dialog = document.getElementById("dialog");
  const here = `${location.pathname} ${dialog ? "pop-up" : ""}`;
  const pressed = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  const keep = () => sessionStorage.setItem(KEY, JSON.stringify(pressed));
  const last = pressed.findLastIndex(({ at }) => at === here);
  const opener = last >= 0 && document.getElementById(pressed[last].id);
  // On the way back what lay above is done with; on a page without a pop-up everything is.
  if (last >= 0 || !dialog) pressed.length = dialog ? last : 0;
  keep();
  // What went wrong comes first, then a message that can be taken back.
  const message = document.querySelector("main .flash[autofocus]");
  if (message && (!opener || message.querySelector("button"))) message.focus();
  else if (opener && !document.getElementById("error-summary")) opener.focus({ preventScroll: document.querySelector(".flash") !== null });
  const leads = (selector) => (event) => {
    const control = event.target.closest(selector);
    if (!control) return;
    pressed.push({ at: here, id: control.id });
    keep();
  };
  const shown = dialog ?? document.querySelector("main");
  shown?.addEventListener("click", leads("a[id], button[id]"));
  // The page is loaded anew also when Show is changed.
  shown?.addEventListener("change", leads("[data-submit-on-change]"));
}
